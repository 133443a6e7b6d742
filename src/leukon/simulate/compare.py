"""Schedules beside one another, under each reading: what the sums say, and what the review of imagined people found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pyarrow as pa

from leukon.errors import UnknownName
from leukon.events.clock import AsOf
from leukon.events.schema import Column
from leukon.knowledge.library import load_protocol
from leukon.knowledge.protocol import Protocol
from leukon.knowledge.simulation import Simulation, load_simulation
from leukon.monitor.review import each, provenance_of
from leukon.simulate.designs import Design, read_design
from leukon.simulate.durations import find_durations
from leukon.simulate.onsets import find_onsets
from leukon.simulate.people import People, draw_people
from leukon.simulate.rows import judge_design
from leukon.simulate.schedules import COARSE, Episodes
from leukon.simulate.schema import FRONT, SCHEDULES
from leukon.simulate.search import Candidate, find_front, list_candidates, rank_candidates


@dataclass(frozen=True)
class Comparison:
    """Schedules compared (`schema.SCHEDULES`) and the best there are (`schema.FRONT`), and all they depend on."""

    protocol: Protocol
    known: Simulation
    designs: tuple[Design, ...]
    schedules: pa.Table
    front: pa.Table
    fronts: dict[tuple[str, str], list[Candidate]]
    patients: int
    seed: int

    @property
    def provenance(self) -> dict[str, str]:
        """What every figure depends on."""
        said = provenance_of(self.protocol, ";".join(design.name for design in self.designs), AsOf(0))
        kept = {name: said[name] for name in ("leukon", "protocol", "protocol_hash", "schedule", "grading")}
        return kept | {"simulation": self.known.title, "patients": str(self.patients), "seed": str(self.seed)}


def compare_schedules(
    protocol: str | Protocol,
    *,
    schedules: Sequence[str] | None = None,
    readings: Sequence[str] | None = None,
    onsets: Sequence[str] | None = None,
    patients: int = 100_000,
    seed: int = 1,
) -> Comparison:
    """Judge schedules of counting neutrophils by the severe episodes that they would detect.

    Parameters
    ----------
    protocol
        A protocol, the id of a shipped one, or the path of a TOML file.
    schedules
        Names of its schedules, or words like `every:15d:90d` (see `leukon.simulate.designs`); default: its own, each
        set of days once, and what was proposed.
    readings, onsets
        How the published durations and the onset of the index case are read; default: all of them. None is a default.
    patients
        Imagined people for each schedule and reading, half of them with a severe episode.
    seed
        The same seed gives the same people.

    Raises
    ------
    UnknownName
        If there is no such protocol, schedule or reading, or nothing is known of the drug's episodes.
    """
    plan = protocol if isinstance(protocol, Protocol) else load_protocol(protocol)
    known = load_simulation(plan)
    designs = _designs(schedules, plan, known)
    family = list_candidates(known, plan)
    rows: list[dict[str, object]] = []
    fronts: dict[tuple[str, str], list[Candidate]] = {}
    for reading, onset in product(_asked(readings, known.readings), _asked(onsets, known.onset_readings)):
        durations = find_durations(known, reading, cells=COARSE)
        episodes = Episodes(durations, find_onsets(known, onset, cells=COARSE), known.follow_days)
        people = draw_people(np.random.default_rng([seed, 0]), patients, episodes, known.counts)
        named = {"reading": reading, "onset": onset}
        rows += [named | row for row in each(_Judge(episodes, people, known, seed), designs)]
        fronts[reading, onset] = find_front(rank_candidates(family, episodes, known.visits))
    front = [
        {"reading": reading, "onset": onset, "schedule": c.design.name, "tests": c.tests, "chance": c.chance}
        for (reading, onset), found in fronts.items()
        for c in found
    ]
    tables = _tabulate(rows, SCHEDULES), _tabulate(front, FRONT)
    return Comparison(plan, known, tuple(designs), *tables, fronts, patients, seed)


def _asked(names: Sequence[str] | None, known: Mapping[str, object]) -> Sequence[str]:
    return list(known) if names is None else list(dict.fromkeys(names))


def _designs(asked: Sequence[str] | None, protocol: Protocol, known: Simulation) -> list[Design]:
    if asked is not None:
        if not asked:
            raise UnknownName("schedule", "", protocol.schedules)
        return [read_design(text, protocol, known.follow_days) for text in dict.fromkeys(asked)]
    names = [protocol.default_schedule, *protocol.schedules, *(proposal.schedule for proposal in known.proposals)]
    designs = [read_design(name, protocol, known.follow_days) for name in dict.fromkeys(names)]
    once = {design.days: design for design in reversed(designs)}  # of equal days the first stays
    return sorted(once.values(), key=lambda design: (len(design.days), design.days))


@dataclass(frozen=True)
class _Judge:
    """One schedule after the other, on all processors."""

    episodes: Episodes
    people: People
    known: Simulation
    seed: int

    def __call__(self, design: Design) -> dict[str, object]:
        return judge_design(design, self.episodes, self.people, self.known, self.seed)


def _tabulate(rows: Sequence[Mapping[str, object]], columns: Sequence[Column]) -> pa.Table:
    def column(name: str, type_: pa.DataType) -> pa.Array:
        return pa.array([row[name] for row in rows], type_, from_pandas=True)

    return pa.table({c.name: column(c.name, c.type) for c in columns})
