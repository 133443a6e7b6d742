"""The best schedules for a number of tests, among those with one stretch of closer tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from leukon.events.arrays import Array
from leukon.knowledge.protocol import Protocol
from leukon.knowledge.simulation import Simulation, Visits
from leukon.simulate.designs import Design, name_every, read_design
from leukon.simulate.schedules import Episodes
from leukon.simulate.waiting import untested

_EACH = 2
"""Only each second onset and time is looked at: it moves no chance by more than 0.005."""


@dataclass(frozen=True)
class Candidate:
    """A schedule, the tests a patient attends under it, and its mean chance of detection."""

    design: Design
    tests: float
    chance: float


def list_candidates(known: Simulation, protocol: Protocol) -> list[Design]:
    """The schedules to look among, each set of days once: basic schedule alone, then all of `known.search`."""
    usual = protocol.schedules[protocol.default_schedule]
    basis = usual.based_on or protocol.default_schedule
    ranges = product(known.search.every, known.search.first, known.search.last)
    names = [name_every(every, first, last) for every, first, last in ranges if first <= last]
    designs = [read_design(name, protocol, known.follow_days) for name in (basis, *dict.fromkeys(names))]
    return list({design.days: design for design in reversed(designs)}.values())[::-1]


def rank_candidates(designs: Sequence[Design], episodes: Episodes, visits: Visits) -> list[Candidate]:
    """Mean chance of each, under one reading."""
    onset, elapsed = episodes.onset[::_EACH], episodes.elapsed[::_EACH]
    begins = episodes.onset_chance @ episodes.onsets.weight
    begins = np.add.reduceat(begins, np.arange(0, begins.size, _EACH))
    lasting = (episodes.lasting @ episodes.durations.weight).reshape(-1, _EACH).mean(axis=1)
    days = {day for design in designs for day in design.days}
    missed = {day: np.log(untested([day], onset, elapsed, visits)) for day in days}

    def chance(design: Design) -> float:
        still: Array = begins @ np.exp(np.sum([missed[day] for day in design.days], axis=0))
        return float(-np.diff(still) @ lasting)

    attended = 1 - visits.missed
    return [Candidate(design, len(design.days) * attended, chance(design)) for design in designs]


def find_front(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that no other beats with as few tests (the Pareto front), by their number of tests."""
    front: list[Candidate] = []
    for each in sorted(candidates, key=lambda each: (each.tests, -each.chance)):
        if not front or each.chance > front[-1].chance:
            front.append(each)
    return front


def find_best(front: Sequence[Candidate], tests: float) -> Candidate | None:
    """The one of the front that detects most with at most so many attended tests; None if all need more."""
    within = [each for each in front if each.tests <= tests]
    return within[-1] if within else None
