"""When was the drug given: doses near each other are one course."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array
from leukon.events.table import Doses
from leukon.monitor.runs import Runs, changes


@dataclass(frozen=True)
class Courses:
    """One entry a course, sorted by subject and start; `drug` numbers the concepts, times in microseconds."""

    subject: Array
    drug: Array
    course: Array
    start_time: Array
    last_dose_time: Array
    doses: Array
    total_dose_mg: Array


def find_courses(doses: Doses, drugs: Array, merge_days: int) -> Courses:
    """Cut the doses of the protocol's `drugs` into courses.

    A dose at most `merge_days` calendar days after the one before is of the same course; another drug opens another.
    A course's total is NaN if any of its doses has no amount.
    """
    at = np.flatnonzero(np.isin(doses.drug, drugs))
    subject, drug, time, amount = doses.subject[at], doses.drug[at], doses.time[at], doses.amount[at]
    opens = changes(subject, drug)
    date = time // DAY
    opens[1:] |= date[1:] - date[:-1] > merge_days
    runs = Runs(opens)
    subject = runs.first(subject)
    return Courses(
        subject=subject,
        drug=runs.first(drug),
        course=number_within(subject),
        start_time=runs.first(time),
        last_dose_time=runs.last(time),
        doses=runs.lengths,
        total_dose_mg=np.rint(runs.fold(np.add, np.rint(amount * 1e6))) / 1e6,
    )


def number_within(subject: Array) -> Array:
    """1, 2, 3 ... within each run of equal subjects.

    >>> number_within(np.array([4, 4, 9])).tolist()
    [1, 2, 1]
    """
    runs = Runs(changes(subject))
    return np.arange(subject.size) - runs.spread(runs.starts) + 1


@dataclass(frozen=True)
class InForce:
    """For each row the course in force: its number (0: before the first) and start, NULL in course 0."""

    course: Array
    start_time: Array
    day: Array


def find_course_in_force(courses: Courses, subject: Array, time: Array) -> InForce:
    """Course in force at each row: the last that started at or before it. Rows are sorted by subject and time."""
    if not courses.subject.size or not subject.size:
        nothing = np.full(subject.size, NULL)
        return InForce(np.zeros(subject.size, np.int64), nothing, nothing)
    place = _last_started(courses, subject, time)
    none = place < 0
    course, start = courses.course[place], courses.start_time[place]
    day = time // DAY - start // DAY
    if none.any():
        course, start, day = np.where(none, 0, course), np.where(none, NULL, start), np.where(none, NULL, day)
    return InForce(course, start, day)


def _last_started(courses: Courses, subject: Array, time: Array) -> Array:
    """Place of the last course of the row's subject that started by its time; -1 if there is none.

    Both sides are sorted, so one merge by subject and time counts the courses that began before each row.
    """
    span = _key_span(courses.start_time, time)
    keys = courses.subject * span[1] + (courses.start_time - span[0])
    place = np.searchsorted(keys, subject * span[1] + (time - span[0]), side="right") - 1
    return np.where((place >= 0) & (courses.subject[place] == subject), place, -1)


def _key_span(*times: Array) -> tuple[int, int]:
    """Offset and width that turn subject and time into one sortable number."""
    first, last = min(int(t.min()) for t in times), max(int(t.max()) for t in times)
    return first, last - first + 1
