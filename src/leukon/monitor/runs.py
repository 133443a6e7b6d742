"""Rows cut into runs: the one idea. A subject, a course, a series, an episode are each a run of neighbouring rows."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, Array


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


@dataclass(frozen=True)
class Keys:
    """One sortable number for subject and date; all dates must lie in the span."""

    first: int
    span: int

    @classmethod
    def spanning(cls, *times: Array, before: int = 0, after: int = 0) -> "Keys":
        """Keys for the dates of these times (none of them null), and some days before the first and after the last."""
        bounds = [(int(time.min()) // DAY, int(time.max()) // DAY) for time in times if time.size]
        first, last = min((b[0] for b in bounds), default=0), max((b[1] for b in bounds), default=0)
        return cls(first - before, before + last - first + after + 1)

    def of(self, subject: Array, date: Array) -> Array:
        """Key of each subject and date."""
        return subject * self.span + (date - self.first)
