"""What lies near what in time: rows in windows of days, and the nearest row. Rows are sorted by subject and time."""

import numpy as np

from leukon.events.arrays import DAY, Array
from leukon.monitor.runs import key_of


def find_in_windows(subject: Array, first_day: Array, last_day: Array, of: Array, time: Array) -> tuple[Array, Array]:
    """Pairs of a window and a row whose day lies in it, both ends included; `of` and `time` are the rows'.

    >>> window, row = find_in_windows(*np.array([[1, 1], [5, 8], [6, 9]]), np.array([1, 1]), np.array([6, 8]) * DAY)
    >>> window.tolist(), row.tolist()
    ([0, 1], [0, 1])
    """
    key = key_of(of, time // DAY)
    first = key.searchsorted(key_of(subject, first_day), side="left")
    last = key.searchsorted(key_of(subject, last_day), side="right")
    return expand(first, last)


def expand(first: Array, last: Array) -> tuple[Array, Array]:
    """Pairs of a place and each number from `first` to before `last` there.

    >>> place, number = expand(np.array([0, 2]), np.array([2, 3]))
    >>> place.tolist(), number.tolist()
    ([0, 0, 1], [0, 1, 2])
    """
    count = np.maximum(last - first, 0)
    place = np.repeat(np.arange(count.size), count)
    return place, np.repeat(first - (count.cumsum() - count), count) + np.arange(place.size)


def find_nearest(subject: Array, time: Array, of: Array, when: Array, within_days: int) -> Array:
    """For each moment the row nearest by day, at most so many days away; -1 if there is none.

    Of two equally near the later one; of several on a day the last.
    """
    if not of.size:
        return np.full(subject.size, -1)
    key, day = key_of(of, when // DAY), time // DAY
    before = key.searchsorted(key_of(subject, day), side="right") - 1
    after = np.minimum(before + 1, key.size - 1)
    after = key.searchsorted(key[after], side="right") - 1  # the last of that day
    to_before, to_after = _distance(before, subject, day, of, when), _distance(after, subject, day, of, when)
    nearest = np.where(to_after <= to_before, after, before)
    return np.where(np.minimum(to_before, to_after) <= within_days, nearest, -1)


def _distance(place: Array, subject: Array, day: Array, of: Array, when: Array) -> Array:
    """Days to the row at `place`; more than any limit where that row is not the subject's."""
    there = np.maximum(place, 0)
    is_own = (place >= 0) & (of[there] == subject)
    return np.where(is_own, np.abs(when[there] // DAY - day), np.iinfo(np.int64).max)


def last_before_course(subject: Array, course: Array, of: Array, in_course: Array) -> Array:
    """For each subject and course the last row before that course began, -1 if none; `in_course` is the rows'."""
    place = _course_key(of, in_course).searchsorted(_course_key(subject, course), side="left") - 1
    return (
        np.where((place >= 0) & (of[np.maximum(place, 0)] == subject) & (course > 0), place, -1) if of.size else place
    )


def first_row(subject: Array, of: Array) -> Array:
    """Place of each subject's first row."""
    return of.searchsorted(subject, side="left")


def _course_key(subject: Array, course: Array) -> Array:
    return subject * (1 << 20) + course
