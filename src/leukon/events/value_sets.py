"""Arithmetic with counts that are sets of values (`<0.1`: 0 up to 0.1), exact in whole small units."""

from dataclasses import dataclass, fields

import numpy as np

from leukon.events.arrays import Array
from leukon.events.comparators import EXACT, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL

_MILLIONTHS = 10**6
_ENDLESS = -1
"""Stands for the upper end of a set of values that has none."""


@dataclass(frozen=True)
class ValueSets:
    """Sets of values from `low` to `high` in whole small units; an open end does not belong to its set."""

    low: Array
    high: Array
    low_open: Array
    high_open: Array

    def plus(self, other: "ValueSets") -> "ValueSets":
        """All sums of a value here and one there."""
        endless = (self.high == _ENDLESS) | (other.high == _ENDLESS)
        high = np.where(endless, _ENDLESS, self.high + other.high)
        return ValueSets(self.low + other.low, high, self.low_open | other.low_open, self.high_open | other.high_open)

    def minus(self, other: "ValueSets") -> "ValueSets":
        """All differences of a value here and one there that are not below 0; none: the low end is above the high one.

        What is below 0 is left out, for nobody has fewer cells than none: `<2` less 1.5 is `<0.5`.
        """
        endless = self.high == _ENDLESS
        low = np.where(other.high == _ENDLESS, -1, self.low - other.high)
        low_open = (self.low_open | other.high_open) & (low >= 0)
        low, high, high_open = np.maximum(low, 0), self.high - other.low, self.high_open | other.low_open
        none = ~endless & ((high < low) | ((high == low) & (low_open | high_open)))
        high = np.where(none, 0, np.where(endless, _ENDLESS, high))
        return ValueSets(np.where(none, 1, low), high, low_open, high_open & ~endless)

    def times(self, other: "ValueSets") -> "ValueSets":
        """All products of a value here and one there."""
        nought = self.is_nought() | other.is_nought()
        endless = (self.high == _ENDLESS) | (other.high == _ENDLESS)
        high = np.where(nought, 0, np.where(endless, _ENDLESS, self.high * other.high))
        reaches_0 = self.reaches_0() | other.reaches_0()
        low_open = (self.low_open | other.low_open) & ~reaches_0
        return ValueSets(self.low * other.low, high, low_open, (self.high_open | other.high_open) & ~nought)

    def where(self, mask: Array, other: "ValueSets") -> "ValueSets":
        """These sets where `mask` is true, else the others."""
        return ValueSets(*(np.where(mask, getattr(self, f.name), getattr(other, f.name)) for f in fields(self)))

    def in_words(self) -> tuple[Array, Array, Array]:
        """Number, comparator, and whether the two can say the set: it must have one end besides 0, not two or none."""
        exact = (self.low == self.high) & ~self.low_open & ~self.high_open
        up_to = self.reaches_0() & (self.high != _ENDLESS)
        upwards = (self.high == _ENDLESS) & ~self.reaches_0()
        below = np.where(self.high_open, LESS, LESS_EQUAL)
        above = np.where(self.low_open, GREATER, GREATER_EQUAL)
        number = np.where(up_to, self.high, self.low)
        return number, np.where(exact, EXACT, np.where(up_to, below, above)), exact | up_to | upwards

    def is_nought(self) -> Array:
        """Which sets hold 0 and nothing else."""
        return (self.low == 0) & (self.high == 0) & ~self.high_open

    def reaches_0(self) -> Array:
        """Which sets hold 0 as their lower end."""
        return (self.low == 0) & ~self.low_open


def sets_of(value: Array, comparator: Array) -> ValueSets:
    """The set of values that each count allows, in millionths."""
    number = millionths(value)
    below, above = (
        (comparator == LESS) | (comparator == LESS_EQUAL),
        (comparator == GREATER) | (comparator == GREATER_EQUAL),
    )
    low, high = np.where(below, 0, number), np.where(above, _ENDLESS, number)
    return ValueSets(low, high, comparator == GREATER, comparator == LESS)


def millionths(value: Array) -> Array:
    """Whole millionths of each value."""
    return np.rint(value * _MILLIONTHS).astype(np.int64)


def round_to_hundredths(numerator: Array, comparator: Array, denominator: int | Array) -> tuple[Array, Array]:
    """`numerator / denominator` hundredths, to the nearest, ties to the even one; exact.

    A bound that was rounded may itself be a rounded count, so `<` becomes `<=` and `>` becomes `>=`.
    """
    whole, rest = np.divmod(numerator, denominator)
    up = (2 * rest > denominator) | ((2 * rest == denominator) & (whole % 2 == 1))
    for strict, loose in ((LESS, LESS_EQUAL), (GREATER, GREATER_EQUAL)):
        comparator = np.where((rest != 0) & (comparator == strict), loose, comparator)
    return (whole + up) / 100, comparator
