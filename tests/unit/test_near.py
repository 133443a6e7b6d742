"""What lies near what in time: windows, nearest rows and the last row before a course, written out."""

import numpy as np
import pytest

from leukon.events.arrays import DAY
from leukon.monitor.near import (
    expand,
    find_in_windows,
    find_nearest,
    first_row,
    last_before_course,
)

# Rows by their place; a time is a day and a part of it.
ROWS = """
place subject time
0     1       3
1     1       10.0
2     1       10.9
3     1       17
4     2       -2.5
5     2       11
6     4       10
"""


def _columns(text):
    """Columns of a table of numbers but the first."""
    lines = [line.split() for line in text.strip().splitlines()[1:]]
    return list(np.array(lines, float).T[1:])


SUBJECT, TIME = _columns(ROWS)
SUBJECT, TIME = SUBJECT.astype(np.int64), np.rint(TIME * DAY).astype(np.int64)


def numbers(*said):
    return np.array(said, np.int64)


# ---- windows


@pytest.mark.parametrize(
    ("subject", "first_day", "last_day", "rows"),
    [
        (1, 3, 10, [0, 1, 2]),  # both ends are in
        (1, 4, 9, []),
        (1, 10, 10, [1, 2]),  # the whole of a day
        (1, 11, 16, []),
        (1, 11, 17, [3]),
        (1, -100, 100, [0, 1, 2, 3]),  # of the subject only
        (2, -3, -3, [4]),  # before 1970: half past day -3 is of day -3
        (2, -2, 10, []),
        (3, -100, 100, []),  # nobody
        (4, 10, 10, [6]),
        (9, 0, 100, []),
        (1, 10, 3, []),  # a window that ends before it begins
    ],
)
def test_the_rows_in_a_window(subject, first_day, last_day, rows):
    window, row = find_in_windows(numbers(subject), numbers(first_day), numbers(last_day), SUBJECT, TIME)
    assert row.tolist() == rows
    assert window.tolist() == [0] * len(rows)


def test_windows_may_overlap_and_stand_in_any_order():
    window, row = find_in_windows(numbers(4, 1, 1), numbers(10, 10, 3), numbers(10, 17, 10), SUBJECT, TIME)
    assert list(zip(window.tolist(), row.tolist(), strict=True)) == [
        (0, 6),
        (1, 1), (1, 2), (1, 3),
        (2, 0), (2, 1), (2, 2),
    ]  # fmt: skip


def test_without_rows_or_windows_there_are_no_pairs():
    none = numbers()
    assert [part.tolist() for part in find_in_windows(numbers(1), numbers(0), numbers(9), none, none)] == [[], []]
    assert [part.tolist() for part in find_in_windows(none, none, none, SUBJECT, TIME)] == [[], []]


@pytest.mark.parametrize(
    ("first", "last", "pairs"),
    [
        ([0, 2], [2, 3], [(0, 0), (0, 1), (1, 2)]),
        ([5, 0, 7], [5, 0, 9], [(2, 7), (2, 8)]),  # empty stretches give nothing
        ([3, 1], [1, 2], [(1, 1)]),  # nor does one that ends before it begins
        ([], [], []),
    ],
)
def test_a_stretch_of_numbers_for_each_place(first, last, pairs):
    place, number = expand(numbers(*first), numbers(*last))
    assert list(zip(place.tolist(), number.tolist(), strict=True)) == pairs


# ---- the nearest row


@pytest.mark.parametrize(
    ("subject", "time", "within_days", "row"),
    [
        (1, 3, 0, 0),
        (1, 3.9, 0, 0),  # by day, not by hour
        (1, 2.9, 0, -1),
        (1, 2, 7, 0),
        (1, 6, 7, 0),  # 3 days before, 4 after
        (1, 7, 7, 2),  # 4 days before, 3 after; of a day the last
        (1, 10.0, 7, 2),
        (1, 11, 7, 2),
        (1, 13.5, 7, 2),  # 3 before, 4 after
        (1, 14, 7, 3),
        (1, 24, 7, 3),  # 7 days are within 7
        (1, 25, 7, -1),
        (1, -4, 7, 0),
        (1, -5, 7, -1),
        (2, 4, 7, 5),  # of two equally near (-3 and 11) the later
        (2, 4, 6, -1),
        (2, 3, 7, 4),
        (3, 10, 7, -1),  # nobody's neighbours
        (4, 10, 7, 6),
        (5, 10, 7, -1),
        (0, 3, 7, -1),
    ],
)
def test_the_nearest_row_of_a_subject(subject, time, within_days, row):
    when = np.rint(numbers(1) * time * DAY).astype(np.int64)
    assert find_nearest(numbers(subject), when, SUBJECT, TIME, within_days).tolist() == [row]


def test_without_rows_there_is_none_near():
    assert find_nearest(numbers(1, 2), numbers(0, 0), numbers(), numbers(), 7).tolist() == [-1, -1]


# ---- before a course

# place         0  1  2  3  4  5  6
OF = numbers(1, 1, 1, 1, 2, 2, 4)
IN_COURSE = numbers(0, 0, 1, 2, 1, 1, 0)


@pytest.mark.parametrize(
    ("subject", "course", "row"),
    [
        (1, 0, -1),  # before course 0 there is nothing
        (1, 1, 1),
        (1, 2, 2),
        (1, 3, 3),
        (2, 1, -1),  # all of it in the course, and the rows of subject 1 are not theirs
        (2, 2, 5),
        (3, 1, -1),
        (4, 1, 6),
        (5, 1, -1),
    ],
)
def test_the_last_row_before_a_course_began(subject, course, row):
    assert last_before_course(numbers(subject), numbers(course), OF, IN_COURSE).tolist() == [row]


def test_without_rows_there_is_none_before_a_course():
    assert last_before_course(numbers(1, 2), numbers(1, 0), numbers(), numbers()).tolist() == [-1, -1]


def test_the_first_row_of_each_subject():
    assert first_row(numbers(1, 2, 4), OF).tolist() == [0, 4, 6]
