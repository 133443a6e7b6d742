"""Which tests were due, and were they done: every slot of every course with its status at `as_of`."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array
from leukon.events.usable import Counts, Findings
from leukon.knowledge.protocol import Protocol
from leukon.monitor.courses import Courses
from leukon.monitor.numbers import Numbers
from leukon.monitor.plan import LATER, NEVER, Plan, plan_schedule
from leukon.monitor.runs import key_of
from leukon.monitor.schema import SLOT_STATUSES

DONE, OFF_TIME, INCOMPLETE, MISSED, OVERDUE, DUE, UPCOMING = range(len(SLOT_STATUSES))


@dataclass(frozen=True)
class Slots:
    """One entry a slot, sorted by subject, due day and test; `test` numbers `tests`, `phase` numbers `phases`."""

    subject: Array
    course: Array
    test: Array
    due_day: Array
    due_time: Array
    status: Array
    done_time: Array
    phase: Array
    tests: tuple[str, ...]
    phases: tuple[str, ...]


def find_slots(
    protocol: Protocol,
    schedule: str,
    courses: Courses,
    counts: Counts,
    findings: Findings,
    numbers: Numbers,
    today: int,
) -> Slots:
    """Slots that have opened by `today` (a date in days since 1970), and the next one of each test.

    A slot of a course exists up to the schedule's end after the last dose, and before the start of the next course.
    """
    begins = courses.start_time // DAY
    last_dose = courses.last_dose_time // DAY - begins
    plan = plan_schedule(protocol, schedule, int(last_dose.max(initial=0)))
    until_next = _days_until_next(courses.subject, begins)
    course, slot = _list_slots(plan, courses.course == 1, today - begins, last_dose, until_next)
    status = _status_by_age(plan, course, slot, today - begins, until_next)
    over = status == MISSED
    done_time = np.full(slot.size, NULL)
    test = plan.test.take(slot)
    windows = _Windows(plan, course, slot, key_of(courses.subject, begins), until_next)
    seen = np.zeros(numbers.drug.size, bool)
    seen[counts.analyte] = seen[findings.finding] = True
    for number in np.flatnonzero((numbers.concerns & seen).any(axis=1)):
        does, adds = numbers.completes[number], numbers.adds_to[number]
        complete, partial = _find_tests(does, counts, findings), _find_tests(adds, counts, findings)
        _settle(windows, (test == number).nonzero()[0], complete, partial, over, status, done_time)
    return Slots(
        subject=courses.subject.take(course),
        course=courses.course.take(course),
        test=test,
        due_day=plan.due.take(slot),
        due_time=(begins * DAY).take(course) + (plan.due * DAY).take(slot),
        status=status,
        done_time=done_time,
        phase=plan.phase.take(slot),
        tests=numbers.tests,
        phases=plan.phases,
    )


def _days_until_next(subject: Array, begins: Array) -> Array:
    """Days from each course's start to the start of the subject's next one; NEVER for the last."""
    days = np.full(begins.size, NEVER)
    same = (subject[1:] == subject[:-1]).nonzero()[0]
    days[same] = begins[same + 1] - begins[same]
    return days


def _list_slots(plan: Plan, is_first: Array, age: Array, last_dose: Array, until_next: Array) -> tuple[Array, Array]:
    """Course and place in the plan of every slot to list, course by course in the order of the plan."""
    end = np.minimum(last_dose + plan.end_days, until_next - 1)
    key = np.where(is_first, 0, LATER)
    listed = plan.listed_key.searchsorted(key + age, side="right")
    last = np.minimum(listed, plan.due_key.searchsorted(key + end, side="right"))
    first = np.where(is_first, 0, plan.later)
    count = last - first
    course = np.arange(age.size).repeat(count)
    slot = (last - count.cumsum()).repeat(count) + np.arange(course.size)
    keep = plan.listed_from.take(slot) <= age.take(course)
    return course.compress(keep), slot.compress(keep)


def _status_by_age(plan: Plan, course: Array, slot: Array, age: Array, until_next: Array) -> Array:
    """Status of each slot if no test came: most are over, so only the others are looked at closely."""
    reached = np.where(age > until_next, NEVER, age).take(course)
    status = np.full(slot.size, MISSED, np.int8)
    at = (plan.over_after.take(slot) >= reached).nonzero()[0]
    now, place = reached[at], slot[at]
    waiting = np.where(now > plan.late_after[place], OVERDUE, DUE)
    status[at] = np.where(now < plan.opens[place], UPCOMING, waiting)
    return status


@dataclass(frozen=True)
class _Windows:
    """Where the days of each slot lie among the keys of tests; nothing after the next course's first day counts."""

    plan: Plan
    course: Array
    slot: Array
    start_key: Array
    until_next: Array

    def keys(self, at: Array, first: Array, last: Array) -> tuple[Array, Array]:
        """Keys of the first and the last day of the slots `at`; `first` and `last` are columns of the plan."""
        course, slot = self.course.take(at), self.slot.take(at)
        start = self.start_key.take(course)
        return start + first.take(slot), start + np.minimum(last.take(slot), self.until_next.take(course))


@dataclass(frozen=True)
class _Tests:
    """Times and keys of all tests of one kind, sorted."""

    time: Array
    key: Array

    def first_in(self, first: Array, last: Array) -> Array:
        """Time of the first test from key `first` to key `last`; NULL if there is none."""
        if not self.key.size:
            return np.full(first.size, NULL)
        place = self.key.searchsorted(first)
        inside = np.minimum(place, self.key.size - 1)
        found = (place < self.key.size) & (self.key.take(inside) <= last)
        return np.where(found, self.time.take(inside), NULL)


def _find_tests(does: Array, counts: Counts, findings: Findings) -> _Tests:
    a, b = does[counts.analyte].nonzero()[0], does[findings.finding].nonzero()[0]
    subject, time = counts.subject[a], counts.time[a]
    if b.size:
        subject = np.concatenate([subject, findings.subject[b]])
        time = np.concatenate([time, findings.time[b]])
        order = np.lexsort((time, subject))
        subject, time = subject[order], time[order]
    return _Tests(time, key_of(subject, time // DAY))


def _settle(
    windows: _Windows, at: Array, complete: _Tests, partial: _Tests, over: Array, status: Array, done_time: Array
) -> None:
    """Write status and time of the slots `at` of one test."""
    plan = windows.plan
    doing = windows.keys(at, plan.done_from, plan.done_to)
    found = complete.first_in(*doing)
    done = found != NULL
    done_time[at], status[at[done]] = found, DONE
    if partial.key.size:
        status[at[~done & (partial.first_in(*doing) != NULL)]] = INCOMPLETE
    at = at[~done & over[at]]
    reaching = windows.keys(at, plan.reach_from, plan.reach_to)
    if partial.key.size:
        status[at[partial.first_in(*reaching) != NULL]] = INCOMPLETE
    status[at[complete.first_in(*reaching) != NULL]] = OFF_TIME
