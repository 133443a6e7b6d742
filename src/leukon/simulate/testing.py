"""The tests of imagined people: those of the schedule, and those that a low count leads to."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import Array
from leukon.knowledge.simulation import Simulation
from leukon.simulate.designs import Design
from leukon.simulate.people import People, draw_counts, draw_visits


@dataclass(frozen=True)
class Tests:
    """Attended tests, sorted by person and day: whose, when (days since the course's start), the count, and why.

    `again` is true for a test that a low count led to.
    """

    __test__ = False
    person: Array
    day: Array
    count: Array
    again: Array


def draw_tests(design: Design, people: People, known: Simulation, seed: int) -> Tests:
    """Tests of everybody under a schedule; the same seed gives the same visits with and without further tests."""
    rng = np.random.default_rng([seed, 1])
    time = draw_visits(rng, design.days, people.usual.size, known.visits)
    person, place = np.nonzero(np.isfinite(time))
    day = time[person, place]
    count = draw_counts(rng, day, person, people, known.counts, known.severe_below)
    tests = Tests(person, day, count, np.zeros(day.size, bool))
    if design.retest_days is None:
        return tests
    return _with_retests(np.random.default_rng([seed, 2]), tests, design.retest_days, people, known)


def _with_retests(rng: np.random.Generator, tests: Tests, wait: int, people: People, known: Simulation) -> Tests:
    """Test again after every low count that is not severe, until one is not low, or the next planned test comes."""
    planned = np.append(tests.day[1:], np.inf)
    planned[:-1][tests.person[1:] != tests.person[:-1]] = np.inf
    low = _low(tests.count, known)
    person, day, until = tests.person[low], tests.day[low], np.minimum(planned[low], known.follow_days)
    found = [tests]
    while person.size:
        day = day + wait
        held = (day < until) & (rng.random(day.size) >= known.visits.missed)
        person, day, until = person[held], day[held], until[held]
        count = draw_counts(rng, day, person, people, known.counts, known.severe_below)
        found.append(Tests(person, day, count, np.ones(day.size, bool)))
        low = _low(count, known)
        person, day, until = person[low], day[low], until[low]
    columns = [np.concatenate([getattr(part, name) for part in found]) for name in ("person", "day", "count", "again")]
    order = np.lexsort((columns[1], columns[0]))
    return Tests(*(column[order] for column in columns))


def _low(count: Array, known: Simulation) -> Array:
    return (count < known.counts.retest_below) & (count >= known.severe_below)
