"""Onset as it is known, between two days: the nonparametric maximum of likelihood (Turnbull) of counted intervals."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from leukon.events.arrays import NULL, Array

NEVER = 1 << 40
"""End of an interval that has none."""
GAP = 1e-9
"""A fit has converged if no mass could be moved to raise the mean logarithm of the likelihood by more than this."""
STEPS = 2_000


@dataclass(frozen=True)
class Npmle:
    """Mass in each interval (after, by] in days; where in it the mass lies cannot be known. `by` is `NEVER` if open.

    `gap` is the most by which the mean log likelihood of a person could still rise (the greatest directional derivative
    less 1; 0 at the maximum), `converged` whether it is at most `GAP`.
    """

    after: Array
    by: Array
    mass: Array
    steps: int
    gap: float
    converged: bool

    @property
    def last_day(self) -> int:
        """Up to which something is known; -1: of no day."""
        if not self.mass.size:
            return -1
        return int(self.after[-1] if self.by[-1] == NEVER else self.by[-1])

    def by_day(self, day: Array) -> tuple[Array, Array]:
        """Least and most of the mass that lies up to the end of each day."""
        sums = np.append(0.0, self.mass.cumsum())
        return sums[self.by.searchsorted(day, side="right")], sums[self.after.searchsorted(day, side="left")]


def find_npmle(left: Array, right: Array, persons: Array, gap: float = GAP, steps: int = STEPS) -> Npmle:
    """The masses that make intervals (left, right] seen `persons` times most likely; right null: never seen to end.

    Mass can only lie in the innermost intervals, those that begin at a left end and stop at a right end with no end
    between (Turnbull 1976; Peto 1973). Steps of iterative convex minorants (Groeneboom 1991, Jongbloed 1998: isotonic
    regression of a Newton step, with halving) and of expectation and maximisation take turns (Wellner and Zhan 1997);
    the maximum is known by its gradient. Of no interval there is no mass, and `converged` is false.

    Raises
    ------
    ValueError
        If an interval is empty: right is not after left.

    >>> fit = find_npmle(np.array([0, 2, 4]), np.array([3, NULL, 6]), np.array([1, 1, 2]))
    >>> fit.after.tolist(), fit.by.tolist(), fit.mass.round(6).tolist(), fit.converged
    ([2, 4], [3, 6], [0.333333, 0.666667], True)
    """
    right = np.where(right == NULL, NEVER, right)
    if (right <= left).any():
        raise ValueError("an interval (left, right] holds no day")
    after, by = _innermost(left, right)
    if not after.size:
        return Npmle(after, by, np.zeros(0), 0, np.nan, converged=False)
    first, last = after.searchsorted(left), by.searchsorted(right, side="right")
    pairs, at = np.unique(first * (after.size + 1) + last, return_inverse=True)
    seen = _Seen(*np.divmod(pairs, after.size + 1), np.bincount(at, persons) / persons.sum(), after.size)
    sums, step = np.linspace(0, 1, after.size + 1), 0
    while (found := float(seen.find_gradient(sums).max() - 1)) > gap and step < steps:
        sums, step = _share_again(_towards_minorant(sums, seen), seen), step + 1
    return Npmle(after, by, np.diff(sums), step, found, converged=found <= gap)


@dataclass(frozen=True)
class _Seen:
    """Distinct ranges [first, last) of innermost intervals, with their shares of the persons."""

    first: Array
    last: Array
    share: Array
    size: int

    def chances(self, sums: Array) -> Array:
        return sums[self.last] - sums[self.first]

    def log_likelihood(self, sums: Array) -> float:
        chances = self.chances(sums)
        return float(self.share @ np.log(chances)) if (chances > 0).all() else -np.inf

    def at_ends(self, value: Array) -> tuple[Array, Array]:
        """Sums of a value of each range at its first and at its last point."""
        points = self.size + 1
        return np.bincount(self.first, value, points), np.bincount(self.last, value, points)

    def find_gradient(self, sums: Array) -> Array:
        """Derivative of the mean log likelihood towards all mass in one interval; at the maximum 1 where mass lies."""
        begins, ends = self.at_ends(self.share / self.chances(sums))
        return (begins - ends).cumsum()[:-1]


def _innermost(left: Array, right: Array) -> tuple[Array, Array]:
    lefts, rights = np.unique(left), np.unique(right)
    after = lefts[lefts.searchsorted(rights) - 1]
    alone = np.append(True, rights[:-1] <= after[1:])[: rights.size]
    return after[alone], rights[alone]


def _share_again(sums: Array, seen: _Seen) -> Array:
    """One step of expectation and maximisation: each person's mass, shared out as the masses now lie."""
    mass = np.diff(sums) * seen.find_gradient(sums)
    return np.append(0.0, mass.cumsum()) / mass.sum()


def _towards_minorant(sums: Array, seen: _Seen) -> Array:
    """One step of the iterative convex minorant, halved until the likelihood does not fall."""
    slope = seen.share / seen.chances(sums)
    begins, ends = seen.at_ends(slope)
    weight = np.add(*seen.at_ends(slope**2 / seen.share))[1:-1]
    wanted = sums[1:-1] + (ends - begins)[1:-1] / weight
    aim = np.clip(isotonic_regression(wanted, weights=weight).x, 0, 1) if wanted.size else wanted
    aim, now = np.concatenate([[0.0], aim, [1.0]]), seen.log_likelihood(sums)
    for halving in range(30):
        tried = sums + (aim - sums) / 2**halving
        if seen.log_likelihood(tried) > now:
            return tried
    return sums
