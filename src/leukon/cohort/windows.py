"""The windows of a course: first everything up to a day, then the difference; and sums by place."""

import numpy as np

from leukon.events.arrays import Array

OPEN = 1 << 40
"""Last day of a window that has none; more than any day."""
UP_TO = np.asarray([[90], [365], [730], [OPEN]])
"""Days up to which is counted; `to_windows` makes the windows of them."""
AFTER = np.asarray([[-1], [-1], [365], [730], [-1]])
"""The day after which each of `schema.WINDOWS` begins: those that begin with the course hold day 0 too."""
LAST = np.asarray([[90], [365], [730], [OPEN], [OPEN]])
"""Its last day."""


def days_up_to(start: Array | int, end: Array) -> Array:
    """Days of the spans (start, end] up to each of `UP_TO`: one row each, one column a span.

    >>> days_up_to(np.array([80]), np.array([400])).ravel().tolist()
    [10, 285, 320, 320]
    """
    return np.maximum(np.minimum(end, UP_TO) - start, 0)


def is_up_to(day: Array) -> Array:
    """Which days lie up to each of `UP_TO`; a negative day (none) never does."""
    return (day <= UP_TO) & (day >= 0)


def to_windows(up_to: Array) -> Array:
    """Sums up to each of `UP_TO` as sums in each window of `schema.WINDOWS`: one row a window.

    >>> to_windows(days_up_to(np.array([80]), np.array([400]))).ravel().tolist()
    [10, 285, 35, 0, 320]
    """
    return np.stack([up_to[0], up_to[1], up_to[2] - up_to[1], up_to[3] - up_to[2], up_to[3]])


def sum_at(place: Array, amount: Array, size: int) -> Array:
    """Sum the columns of `amount` by `place`, row by row, to `size` columns.

    >>> sum_at(np.array([0, 2, 2]), np.array([[1, 2, 3]]), 4).tolist()
    [[1, 0, 5, 0]]
    """
    return np.stack([np.bincount(place, row, size) for row in amount]).astype(np.int64)
