"""When was the drug given: doses near each other are one course."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array, changes
from leukon.events.usable import Doses
from leukon.monitor.numbers import Numbers
from leukon.monitor.runs import Runs, key_of


@dataclass(frozen=True)
class Courses:
    """One entry a course, sorted by subject and start; `drug` numbers `drugs`, times are in microseconds."""

    subject: Array
    drug: Array
    course: Array
    start_time: Array
    last_dose_time: Array
    doses: Array
    total_dose_mg: Array
    drugs: tuple[str, ...]


def find_courses(doses: Doses, numbers: Numbers, merge_days: int) -> Courses:
    """Cut the doses of the protocol's drugs into courses.

    A dose at most `merge_days` calendar days after the one before is of the same course; another drug opens another.
    A course's total is NaN if any of its doses has no amount.
    """
    at = (numbers.drug[doses.drug] >= 0).nonzero()[0]
    subject, time, amount = doses.subject[at], doses.time[at], doses.amount[at]
    drug = numbers.drug[doses.drug[at]]
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
        drugs=numbers.drugs,
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
    """For each row the course in force (0: before the first), and days since its start (NULL in course 0)."""

    course: Array
    day: Array


def find_course_in_force(courses: Courses, subject: Array, time: Array) -> InForce:
    """Course in force at each row: the last that started at or before it. Rows are sorted by subject and time."""
    if not courses.subject.size or not subject.size:
        return InForce(np.zeros(subject.size, np.int64), np.full(subject.size, NULL))
    date = time // DAY
    begins = np.bincount(_first_row_of(courses, subject, time, date), minlength=subject.size + 1)
    place = begins[:-1].cumsum() - 1
    none = (place < 0) | (courses.subject[place] != subject)
    course = courses.course[place]
    day = date - (courses.start_time // DAY)[place]
    if none.any():
        course[none], day[none] = 0, NULL
    return InForce(course, day)


def start_of_course(courses: Courses, subject: Array, course: Array) -> Array:
    """Start of the subject's course of that number; NULL if there is none."""
    if not courses.subject.size:
        return np.full(subject.size, NULL)
    place = courses.subject.searchsorted(subject) + course - 1
    there = np.minimum(place, courses.subject.size - 1)
    is_it = (place == there) & (courses.subject[there] == subject) & (course > 0)
    return np.where(is_it, courses.start_time[there], NULL)


def _first_row_of(courses: Courses, subject: Array, time: Array, date: Array) -> Array:
    """Place of the first row at or after the start of each course, at most one past the subject's last row.

    Subject and time together do not fit into one 64-bit key: subject and date find the day, a few steps the row.
    """
    key, started = key_of(subject, date), key_of(courses.subject, courses.start_time // DAY)
    first = key.searchsorted(started)
    while True:
        row = np.minimum(first, key.size - 1)
        earlier_that_day = (first < key.size) & (key[row] == started) & (time[row] < courses.start_time)
        if not earlier_that_day.any():
            return first
        first = first + earlier_that_day
