"""Which tests were due, and were they done: every slot of every course with its status at `as_of`."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array
from leukon.events.concepts import Concepts
from leukon.events.table import Counts, Findings
from leukon.knowledge.plan import NEVER, Plan, last_day_after_last_dose, plan_schedule
from leukon.knowledge.protocol import Protocol
from leukon.monitor.courses import Courses
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
    concepts: Concepts,
    today: int,
) -> Slots:
    """Slots that have opened by `today` (a date in days since 1970), and the next one of each test.

    A slot of a course exists up to the schedule's end after the last dose, and before the start of the next course.
    """
    begins, ends = courses.start_time // DAY, courses.last_dose_time // DAY
    until_next = _days_until_next(courses.subject, begins)
    horizon = int((ends - begins).max(initial=0)) + last_day_after_last_dose(protocol, schedule)
    plans = [plan_schedule(protocol, schedule, first_course, horizon) for first_course in (True, False)]
    course, slot = _list_slots(plans, courses.course == 1, today - begins, ends - begins, until_next)
    slots = _Listed(plans, course, slot, courses.subject[course], begins[course], until_next[course])
    age = today - slots.begins
    over = (age > slots.of("over_after")) | (age > slots.until_next)
    status = np.where(age > slots.of("late_after"), OVERDUE, DUE)
    status[over] = MISSED
    status[age < slots.of("opens")] = UPCOMING
    done_time = np.full(status.size, NULL)
    keys = _Keys.spanning(counts.time, findings.time, begins)
    for number, name in enumerate(plans[0].tests):
        at = np.flatnonzero(slots.of("test") == number)
        test = protocol.tests[name]
        complete = _find_tests(test.complete, counts, findings, concepts, keys)
        partial = _find_tests(test.partial, counts, findings, concepts, keys)
        done_time[at] = complete.first_in(slots, at, "done_from", "done_to")
        done = done_time[at] != NULL
        status[at[done]] = DONE
        at = at[~done]
        status[at[partial.first_in(slots, at, "done_from", "done_to") != NULL]] = INCOMPLETE
        at = at[over[at]]
        status[at[partial.first_in(slots, at, "reach_from", "reach_to") != NULL]] = INCOMPLETE
        status[at[complete.first_in(slots, at, "reach_from", "reach_to") != NULL]] = OFF_TIME
    due_day = slots.of("due")
    return Slots(
        subject=slots.subject,
        course=courses.course[course],
        test=slots.of("test"),
        due_day=due_day,
        due_time=(slots.begins + due_day) * DAY,
        status=status,
        done_time=done_time,
        phase=slots.of("phase"),
        tests=plans[0].tests,
        phases=plans[0].phases,
    )


def _days_until_next(subject: Array, begins: Array) -> Array:
    """Days from each course's start to the start of the subject's next one; NEVER for the last."""
    days = np.full(begins.size, NEVER)
    same = np.flatnonzero(subject[1:] == subject[:-1])
    days[same] = begins[same + 1] - begins[same]
    return days


def _list_slots(
    plans: list[Plan], is_first: Array, age: Array, last_dose: Array, until_next: Array
) -> tuple[Array, Array]:
    """Course and place in the joined plans of every slot to list, course by course in the order of the plan."""
    offset = np.where(is_first, 0, plans[0].due.size)
    count = np.empty(age.size, np.int64)
    for first, plan in zip((True, False), plans, strict=True):
        some_later = np.minimum.accumulate(plan.listed_from[::-1])[::-1]
        at = np.flatnonzero(is_first == first)
        end = np.minimum(last_dose[at] + plan.end_days, until_next[at] - 1)
        listed = np.searchsorted(some_later, age[at], side="right")
        count[at] = np.minimum(listed, np.searchsorted(plan.due, end, side="right"))
    course = np.repeat(np.arange(age.size), count)
    slot = np.repeat(offset - (np.cumsum(count) - count), count) + np.arange(course.size)
    listed_from = np.concatenate([plan.listed_from for plan in plans])
    keep = listed_from[slot] <= age[course]
    return course[keep], slot[keep]


@dataclass(frozen=True)
class _Listed:
    """Slots listed: their course, their place in the joined plans, and dates of their course."""

    plans: list[Plan]
    course: Array
    slot: Array
    subject: Array
    begins: Array
    until_next: Array

    def of(self, column: str) -> Array:
        """A column of the plans for each slot."""
        return np.concatenate([getattr(plan, column) for plan in self.plans])[self.slot]


@dataclass(frozen=True)
class _Keys:
    """One sortable number for subject and date; dates outside the span fall on its ends, where no test lies."""

    first: int
    span: int

    @classmethod
    def spanning(cls, *times: Array) -> "_Keys":
        dates = [(int(time.min()) // DAY, int(time.max()) // DAY) for time in times if time.size]
        first, last = min((d[0] for d in dates), default=0), max((d[1] for d in dates), default=0)
        return cls(first - 1, last - first + 3)

    def of(self, subject: Array, date: Array) -> Array:
        """Key of each subject and date."""
        return subject * self.span + np.clip(date - self.first, 0, self.span - 1)


@dataclass(frozen=True)
class _Tests:
    """Times and keys of all tests of one kind, sorted."""

    time: Array
    key: Array
    keys: _Keys

    def first_in(self, slots: _Listed, at: Array, first: str, last: str) -> Array:
        """Time of the first test within the named days of each slot `at`; NULL if there is none.

        Nothing after the day on which the next course starts does a slot of the course before.
        """
        if not self.key.size or not at.size:
            return np.full(at.size, NULL)
        subject, begins, slot = slots.subject[at], slots.begins[at], slots.slot[at]
        from_, to = (np.concatenate([getattr(plan, name) for plan in slots.plans])[slot] for name in (first, last))
        to = np.minimum(to, slots.until_next[at])
        place = np.searchsorted(self.key, self.keys.of(subject, begins + from_))
        inside = np.minimum(place, self.key.size - 1)
        found = (place < self.key.size) & (self.key[inside] <= self.keys.of(subject, begins + to))
        return np.where(found, self.time[inside], NULL)


def _find_tests(names: Iterable[str], counts: Counts, findings: Findings, concepts: Concepts, keys: _Keys) -> _Tests:
    numbers = [concepts.number[name] for name in names]
    a, b = (np.flatnonzero(np.isin(x, numbers)) for x in (counts.analyte, findings.finding))
    subject = np.concatenate([counts.subject[a], findings.subject[b]])
    time = np.concatenate([counts.time[a], findings.time[b]])
    if a.size and b.size:
        order = np.lexsort((time, subject))
        subject, time = subject[order], time[order]
    return _Tests(time, keys.of(subject, time // DAY), keys)
