"""Which tests were due, and were they done: every slot of every course with its status at `as_of`."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array
from leukon.events.table import Counts, Findings
from leukon.knowledge.numbers import Numbers
from leukon.knowledge.plan import NEVER, Plan, plan_schedule
from leukon.knowledge.protocol import Protocol
from leukon.monitor.courses import Courses
from leukon.monitor.runs import Keys
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


@dataclass(frozen=True)
class _Listed:
    """Slots to list: place in the plan, subject, start of the course and days until the next one."""

    plan: Plan
    slot: Array
    subject: Array
    begins: Array
    until_next: Array

    def of(self, column: Array, at: Array | slice = slice(None)) -> Array:
        """A column of the plan for the slots `at`."""
        return column.take(self.slot[at])


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
    slots = _Listed(plan, slot, courses.subject[course], begins[course], until_next[course])
    age = today - slots.begins
    over = (age > slots.of(plan.over_after)) | (age > slots.until_next)
    status = np.full(slot.size, DUE, np.int8)
    status[age > slots.of(plan.late_after)] = OVERDUE
    status[over] = MISSED
    status[age < slots.of(plan.opens)] = UPCOMING
    done_time = np.full(slot.size, NULL)
    test = slots.of(plan.test)
    keys = Keys.spanning(counts.time, findings.time, courses.start_time)
    seen = np.zeros(numbers.is_drug.size, bool)
    seen[counts.analyte] = seen[findings.finding] = True
    for number, (completes, adds) in enumerate(zip(numbers.completes, numbers.adds_to, strict=True)):
        if np.any(seen & (completes | adds)):
            complete, partial = (_find_tests(does, counts, findings, keys) for does in (completes, adds))
            _settle(slots, np.flatnonzero(test == number), complete, partial, over, status, done_time)
    due_day = slots.of(plan.due)
    return Slots(
        subject=slots.subject,
        course=courses.course[course],
        test=test,
        due_day=due_day,
        due_time=(slots.begins + due_day) * DAY,
        status=status,
        done_time=done_time,
        phase=slots.of(plan.phase),
        tests=numbers.tests,
        phases=plan.phases,
    )


def _days_until_next(subject: Array, begins: Array) -> Array:
    """Days from each course's start to the start of the subject's next one; NEVER for the last."""
    days = np.full(begins.size, NEVER)
    same = np.flatnonzero(subject[1:] == subject[:-1])
    days[same] = begins[same + 1] - begins[same]
    return days


def _list_slots(plan: Plan, is_first: Array, age: Array, last_dose: Array, until_next: Array) -> tuple[Array, Array]:
    """Course and place in the plan of every slot to list, course by course in the order of the plan."""
    end = np.minimum(last_dose + plan.end_days, until_next - 1)
    first, count = np.where(is_first, 0, plan.later), np.empty(age.size, np.int64)
    for part, at in ((slice(0, plan.later), is_first), (slice(plan.later, None), ~is_first)):
        listed = np.searchsorted(plan.listed_by[part], age[at], side="right")
        count[at] = np.minimum(listed, np.searchsorted(plan.due[part], end[at], side="right"))
    course = np.repeat(np.arange(age.size), count)
    slot = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(course.size)
    keep = plan.listed_from.take(slot) <= age.take(course)
    return course[keep], slot[keep]


def _settle(
    slots: _Listed, at: Array, complete: "_Tests", partial: "_Tests", over: Array, status: Array, done_time: Array
) -> None:
    """Write status and time of the slots `at` of one test."""
    plan = slots.plan
    done_time[at] = complete.first_in(slots, at, plan.done_from, plan.done_to)
    done = done_time[at] != NULL
    status[at[done]] = DONE
    at = at[~done]
    status[at[partial.first_in(slots, at, plan.done_from, plan.done_to) != NULL]] = INCOMPLETE
    at = at[over[at]]
    status[at[partial.first_in(slots, at, plan.reach_from, plan.reach_to) != NULL]] = INCOMPLETE
    status[at[complete.first_in(slots, at, plan.reach_from, plan.reach_to) != NULL]] = OFF_TIME


@dataclass(frozen=True)
class _Tests:
    """Times and keys of all tests of one kind, sorted."""

    time: Array
    key: Array
    keys: Keys

    def first_in(self, slots: _Listed, at: Array, first: Array, last: Array) -> Array:
        """Time of the first test within the plan's days `first` to `last` of each slot `at`; NULL if there is none.

        Nothing after the day on which the next course starts does a slot of the course before.
        """
        if not self.key.size or not at.size:
            return np.full(at.size, NULL)
        subject, begins = slots.subject[at], slots.begins[at]
        to = begins + np.minimum(slots.of(last, at), slots.until_next[at])
        place = np.searchsorted(self.key, self.keys.of(subject, begins + slots.of(first, at)))
        inside = np.minimum(place, self.key.size - 1)
        found = (place < self.key.size) & (self.key[inside] <= self.keys.of(subject, to))
        return np.where(found, self.time[inside], NULL)


def _find_tests(does: Array, counts: Counts, findings: Findings, keys: Keys) -> _Tests:
    a, b = np.flatnonzero(does[counts.analyte]), np.flatnonzero(does[findings.finding])
    subject, time = counts.subject[a], counts.time[a]
    if b.size:
        subject = np.concatenate([subject, findings.subject[b]])
        time = np.concatenate([time, findings.time[b]])
        order = np.lexsort((time, subject))
        subject, time = subject[order], time[order]
    return _Tests(time, keys.of(subject, time // DAY), keys)
