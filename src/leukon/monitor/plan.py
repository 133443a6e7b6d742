"""A schedule written out: its slots as days since the course's start, each with the days on which a test does it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from leukon.events.arrays import Array
from leukon.knowledge.protocol import BASELINE, Phase, Protocol, Schedule

_STEP = 512
"""Horizons are rounded up to a multiple of this many days, so that plans can be kept."""
ALWAYS = -(1 << 30)
NEVER = 1 << 30
LATER = 1 << 32
"""Added to the keys of later courses; more than any day."""


@dataclass(frozen=True)
class Plan:
    """Slots of first courses, and from place `later` on those of later courses; each sorted by due day and test.

    All days count from the course's start; ends are included. A complete test on `done_from` to `done_to` does the
    slot; a test on `reach_from` to `reach_to` belongs to it. The slot opens on `opens`, is overdue after `late_after`
    and over after `over_after`; it is listed once the slot of its test before it has opened
    (`listed_from`). `test` and `phase` number the names.

    `every` is the interval of the slot's phase (0: the baseline). `listed_key` (the first day on which any slot from
    here on is listed) and `due_key` rise over the whole plan: those of later courses are `LATER` higher.
    """

    due: Array
    test: Array
    phase: Array
    listed_from: Array
    listed_key: Array
    due_key: Array
    opens: Array
    late_after: Array
    over_after: Array
    every: Array
    done_from: Array
    done_to: Array
    reach_from: Array
    reach_to: Array
    later: int
    phases: tuple[str, ...]
    end_days: int


def plan_schedule(protocol: Protocol, schedule: str, last_dose: int) -> Plan:
    """Slots of a schedule, for courses whose last dose is at most `last_dose` days after their start."""
    named = protocol.schedules[schedule]
    based_on = named if named.based_on is None else protocol.schedules[named.based_on]
    end = based_on.end_days_after_last_dose or 0
    days = -(-max(last_dose + end, 1) // _STEP) * _STEP
    return _plan(_ByIdentity(protocol), schedule, days, end)


class _ByIdentity:
    """A protocol as a dictionary key."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def __hash__(self) -> int:
        return id(self.protocol)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.protocol is self.protocol


@lru_cache(maxsize=64)
def _plan(key: _ByIdentity, schedule: str, days: int, end: int) -> Plan:
    protocol = key.protocol
    names = tuple(sorted({phase.phase for named in protocol.schedules.values() for phase in named.phases}))
    first, later = (
        _slots(
            protocol, _phases_in_force(protocol, protocol.schedules[schedule], first_course=first_course), days, names
        )
        for first_course in (True, False)
    )
    columns = [np.concatenate(pair) for pair in zip(first, later, strict=True)]
    for rising in columns[4:6]:
        rising[first[0].size :] += LATER
    return Plan(*columns, later=first[0].size, phases=names, end_days=end)


def _slots(protocol: Protocol, phases: list[Phase], days: int, names: tuple[str, ...]) -> list[Array]:
    """Columns of all slots of a course, in the order of `Plan`."""
    tests = sorted(protocol.tests)
    slots = [_slots_of_test([phase for phase in phases if test in phase.tests], days, names) for test in tests]
    columns = [np.concatenate(column) for column in zip(*slots, strict=True)]
    test = np.repeat(np.arange(len(tests)), [part[0].size for part in slots])
    order = np.lexsort((test, columns[0]))
    due, phase, listed_from, *rest = (column[order] for column in columns)
    listed_key = np.minimum.accumulate(listed_from[::-1])[::-1]
    return [due, test[order].astype(np.int8), phase.astype(np.int8), listed_from, listed_key, due, *rest]


def _phases_in_force(protocol: Protocol, schedule: Schedule, *, first_course: bool) -> list[Phase]:
    """The schedule's own phases, and those of the one it is based on for the tests it says nothing of."""
    own = schedule.phases if first_course or not schedule.first_course_only else ()
    if schedule.based_on is None:
        return list(own)
    said = {test for phase in own for test in phase.tests}
    return [*own] + [
        phase.model_copy(update={"tests": tuple(test for test in phase.tests if test not in said)})
        for phase in protocol.schedules[schedule.based_on].phases
    ]


def _slots_of_test(phases: list[Phase], days: int, names: tuple[str, ...]) -> list[Array]:
    """Columns of the slots of one test, in the order of `Plan` from `due` on without `test`."""
    rows = sorted(row for phase in phases for row in _rows(phase, days, names.index(phase.phase)))
    due, before, after, every, phase = np.asarray(rows, np.int64).reshape(-1, 5).T
    baseline, half = every == 0, every // 2
    middle = (due[1:] + due[:-1]) // 2  # a test in the middle of two slots belongs to the earlier one
    from_middle = np.concatenate([[ALWAYS], middle + 1])[: due.size]
    to_middle = np.concatenate([middle, [NEVER]])[: due.size]
    reach_from = np.where(baseline, -before, np.maximum(due - half, from_middle))
    reach_to = np.where(baseline, 0, np.minimum(due + half, to_middle))
    opens = due - before
    return [
        due,
        phase,
        np.concatenate([[ALWAYS], opens[:-1]])[: due.size],
        opens,
        due + after,
        due + half,
        every,
        np.maximum(due - before, reach_from),
        np.minimum(due + after, reach_to),
        reach_from,
        reach_to,
    ]


def _rows(phase: Phase, days: int, number: int) -> list[tuple[int, int, int, int, int]]:
    """Due day, days before and after in which a test does the slot, whole days of half an interval, and the phase."""
    if phase.phase == BASELINE:
        return [(0, phase.days_before or 0, 0, 0, number)]
    first, every, tolerance = phase.first or 1, phase.every or 1, phase.tolerance or 0
    last = days if phase.last is None else min(phase.last, days)
    return [(due, tolerance, tolerance, every, number) for due in range(first, last + 1, every)]
