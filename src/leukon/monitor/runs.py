"""Rows cut into runs: the one idea. A subject, a course, a series, an episode are each a run of neighbouring rows."""

import numpy as np

from leukon.events.arrays import Array


class Runs:
    """Rows cut into runs: a run begins at every row where `opens` is true.

    Parameters
    ----------
    opens
        One flag a row. The first row must open a run.

    >>> runs = Runs(np.array([True, False, True]))
    >>> runs.fold(np.add, np.array([1, 2, 5])).tolist()
    [3, 5]
    >>> runs.spread(np.array([10, 20])).tolist()
    [10, 10, 20]
    """

    def __init__(self, opens: Array) -> None:
        if opens.size and not opens[0]:
            raise ValueError("the first row must open a run")
        self.starts = opens.nonzero()[0]
        self.ends = np.empty_like(self.starts)
        """One past the last row of each run."""
        self.ends[:-1], self.ends[-1:] = self.starts[1:], opens.size
        self.lengths = self.ends - self.starts
        """Rows in each run."""

    def first(self, x: Array) -> Array:
        """Value of the first row of each run."""
        return x[self.starts]

    def last(self, x: Array) -> Array:
        """Value of the last row of each run."""
        return x[self.ends - 1]

    def fold(self, ufunc: np.ufunc, x: Array) -> Array:
        """One value a run: `ufunc` folded over its rows."""
        return ufunc.reduceat(x, self.starts) if self.starts.size else x[:0]

    def spread(self, x: Array) -> Array:
        """Each run's value on all its rows."""
        return np.repeat(x, self.lengths)


_DATES = 1 << 28
"""More days than 64-bit microseconds can tell apart; leaves room for 2^35 subjects."""


def key_of(subject: Array, date: Array) -> Array:
    """One sortable number for subject and date (days since 1970).

    >>> bool(key_of(np.array([1]), np.array([99_999])) < key_of(np.array([2]), np.array([-99_999])))
    True
    """
    return subject * _DATES + (date + _DATES // 2)
