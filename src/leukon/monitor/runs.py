"""Rows cut into runs: the one idea. A subject, a course, a series, an episode are each a run of neighbouring rows."""

from functools import cached_property

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
        self.size = opens.size
        self.starts = np.flatnonzero(opens)

    @cached_property
    def ends(self) -> Array:
        """One past the last row of each run."""
        return np.append(self.starts[1:], self.size)[: self.starts.size]

    @cached_property
    def lengths(self) -> Array:
        """Rows in each run."""
        return self.ends - self.starts

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


def changes(*columns: Array) -> Array:
    """True where a row differs from the one before in any column; the first row always does.

    >>> changes(np.array([1, 1, 2])).tolist()
    [True, False, True]
    """
    opens = np.empty(columns[0].size, bool)
    opens[:1] = True
    np.not_equal(columns[0][1:], columns[0][:-1], out=opens[1:])
    for column in columns[1:]:
        opens[1:] |= column[1:] != column[:-1]
    return opens
