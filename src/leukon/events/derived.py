"""Counts that nobody measured but that follow: WBC x percent, segs + bands; exact, marked, never preferred."""

from dataclasses import dataclass, fields

import numpy as np

from leukon.events.arrays import Array
from leukon.events.concepts import Concepts
from leukon.events.schema import COMPARATORS, ORIGINS, REASONS

PARTS = ("neutrophils_percent", "lymphocytes_percent", "bands_percent", "segs", "bands")
_BELOW, _ABOVE = ((COMPARATORS.index(a), COMPARATORS.index(b)) for a, b in (("<", "<="), (">", ">=")))
"""Numbers of the comparators, the strict one first."""
DEPTH = np.asarray([0, 1, 3, 4, 2])
"""How low a comparator lets one number be: <, <=, exact, >=, >."""
_MILLIONTHS = 10**6
_NONE = np.iinfo(np.int64).max
_ENDLESS = -1
"""Stands for the upper end of a set of values that has none."""


@dataclass(frozen=True)
class Derived:
    """Derived counts, one an entry; `at` is the row of the percentage (or segs) each was made from."""

    at: Array
    concept: Array
    value: Array
    comparator: Array
    origin: Array


@dataclass(frozen=True)
class _Parts:
    """Usable rows at moments with parts; `name` is the concept's number, `lowness` their order from the lowest up."""

    at: Array
    moment: Array
    source: Array
    name: Array
    value: Array
    comparator: Array
    lowness: Array
    by_lowness: Array

    def of(self, number: int) -> Array:
        """Places of the rows of one concept."""
        return np.flatnonzero(self.name == number)

    def beside(self, anchors: Array, candidates: Array) -> Array:
        """For each anchor the lowest candidate that meets it, -1 if none does.

        Rows meet at one subject and time if their source_ids are equal or at least one has none.
        """
        moment, source = self.moment[anchors], self.source[anchors]
        width = int(self.source.max(initial=-1)) + 2
        key = self.moment[candidates] * width + self.source[candidates] + 1
        anywhere = self._lowest(self.moment[candidates], candidates, moment)
        same = self._lowest(key, candidates, moment * width + source + 1)
        nameless = self._lowest(key, candidates, moment * width)
        lowest = np.where(source < 0, anywhere, np.minimum(same, nameless))
        return np.where(lowest == _NONE, -1, self.by_lowness[np.minimum(lowest, self.at.size - 1)])

    def _lowest(self, keys: Array, candidates: Array, wanted: Array) -> Array:
        """Lowness of the lowest candidate of each wanted key."""
        if not keys.size:
            return np.full(wanted.size, _NONE)
        order = np.lexsort((self.lowness[candidates], keys))
        sorted_keys = keys[order]
        place = np.minimum(np.searchsorted(sorted_keys, wanted), keys.size - 1)
        return np.where(sorted_keys[place] == wanted, self.lowness[candidates[order[place]]], _NONE)


def derive_counts(
    concepts: Concepts,
    moment: Array,
    source: Array | None,
    concept: Array,
    value: Array,
    comparator: Array,
    reason: Array,
) -> Derived:
    """Derive ANC and lymphocytes from each percentage (and from segs) that no measured count meets.

    All arrays have one entry a row; rows with a `reason` (>= 0) take no part. A part that cannot be used gets its
    reason written into `reason`: measured_present, no_total, not_numeric or implausible.
    """
    number = concepts.number
    is_part = np.isin(concept, [number[name] for name in PARTS]) & (reason < 0)
    if not is_part.any():
        return Derived(*(np.empty(0, kind) for kind in (int, int, float, np.int8, np.int8)))
    parts = _gather(moment, source, concept, value, comparator, reason, is_part)
    fate = np.full(parts.at.size, REASONS.index("no_total"))
    anc, wbc = parts.of(number["anc"]), parts.of(number["wbc"])
    percents, bands = parts.of(number["neutrophils_percent"]), parts.of(number["bands_percent"])
    segs, band_counts = parts.of(number["segs"]), parts.of(number["bands"])
    lymphocytes, lymphocyte_percents = parts.of(number["lymphocytes"]), parts.of(number["lymphocytes_percent"])
    nothing = anc[:0]
    highest = {name: _highest(concepts, name) for name in ("anc", "lymphocytes")}
    for part in (bands, band_counts):
        fate[part[parts.beside(part, anc) >= 0]] = REASONS.index("measured_present")
    from_percent = _wbc_times_percent(parts, percents, wbc, bands, anc, number["anc"], highest["anc"], fate)
    made = np.flatnonzero(np.isin(parts.at, from_percent.at))
    fate[band_counts[parts.beside(band_counts, made) >= 0]] = REASONS.index("measured_present")
    from_segs = _segs_plus_bands(
        parts, segs, band_counts, np.concatenate([anc, made]), number["anc"], highest["anc"], fate
    )
    from_lymphocytes = _wbc_times_percent(
        parts, lymphocyte_percents, wbc, nothing, lymphocytes, number["lymphocytes"], highest["lymphocytes"], fate
    )
    is_part = is_part[parts.at]
    reason[parts.at[is_part]] = fate[is_part]
    found = (from_percent, from_segs, from_lymphocytes)
    return Derived(
        *(
            np.concatenate([getattr(f, name) for f in found])
            for name in ("at", "concept", "value", "comparator", "origin")
        )
    )


def _highest(concepts: Concepts, name: str) -> float:
    limits = concepts.by_name[name].plausible
    return np.inf if limits is None else limits.high


def _gather(
    moment: Array, source: Array | None, concept: Array, value: Array, comparator: Array, reason: Array, is_part: Array
) -> _Parts:
    near = np.zeros(int(moment.max()) + 1, bool)
    near[moment[is_part]] = True
    at = np.flatnonzero(near[moment] & (reason < 0))
    by_lowness = np.lexsort((at, DEPTH[comparator[at]], value[at]))
    lowness = np.empty(at.size, np.int64)
    lowness[by_lowness] = np.arange(at.size)
    sources = np.full(at.size, -1) if source is None else source[at].astype(np.int64)
    return _Parts(at, moment[at], sources, concept[at], value[at], comparator[at], lowness, by_lowness)


def _wbc_times_percent(
    parts: _Parts, percents: Array, wbcs: Array, bands: Array, measured: Array, target: int, highest: float, fate: Array
) -> Derived:
    """WBC x (percent + bands percent if reported), rounded half-even to 2 decimals."""
    wbc, band = parts.beside(percents, wbcs), parts.beside(percents, bands)
    present = parts.beside(percents, measured) >= 0
    fate[percents[present]] = REASONS.index("measured_present")
    can = ~present & (wbc >= 0)
    percent, wbc, band = percents[can], wbc[can], band[can]
    with_band = band >= 0
    other = np.where(with_band, band, percent)
    millionths = _millionths(parts.value[percent]) + np.where(with_band, _millionths(parts.value[other]), 0)
    percentage = _sets_of(parts, percent)
    percentage = percentage.where(~with_band, percentage.plus(_sets_of(parts, other)))
    exact, comparator, readable = percentage.times(_sets_of(parts, wbc)).in_words()
    value, comparator = _rounded(exact, comparator, 10**12)
    plausible = (millionths <= 100 * _MILLIONTHS) & (value <= highest)
    good = _mark(fate, np.column_stack([percent, other]), readable, plausible)
    origin = np.where(with_band, ORIGINS.index("wbc_x_percent_bands"), ORIGINS.index("wbc_x_percent"))
    return _derived(parts, percent[good], target, value[good], comparator[good], origin[good])


def _segs_plus_bands(
    parts: _Parts, segs: Array, bands: Array, counted: Array, target: int, highest: float, fate: Array
) -> Derived:
    """Segs + bands, rounded half-even to 2 decimals."""
    band = parts.beside(segs, bands)
    present = parts.beside(segs, counted) >= 0
    fate[segs[present]] = REASONS.index("measured_present")
    can = ~present & (band >= 0)
    seg, band = segs[can], band[can]
    exact, comparator, readable = _sets_of(parts, seg).plus(_sets_of(parts, band)).in_words()
    value, comparator = _rounded(exact, comparator, 10**4)
    good = _mark(fate, np.column_stack([seg, band]), readable, value <= highest)
    origin = np.full(seg.size, ORIGINS.index("segs_plus_bands"))
    return _derived(parts, seg[good], target, value[good], comparator[good], origin[good])


def _mark(fate: Array, rows: Array, readable: Array, plausible: Array) -> Array:
    """Say of the rows of each count why there is none, or that they are part of one (-1); hand back which are."""
    good = readable & plausible
    fate[rows[~readable]] = REASONS.index("not_numeric")
    fate[rows[readable & ~plausible]] = REASONS.index("implausible")
    fate[rows[good]] = -1
    return good


def _derived(parts: _Parts, anchor: Array, target: int, value: Array, comparator: Array, origin: Array) -> Derived:
    at = parts.at[anchor]
    return Derived(at, np.full(at.size, target), value, comparator.astype(np.int8), origin.astype(np.int8))


@dataclass(frozen=True)
class _Sets:
    """Sets of values from `low` to `high` in whole small units; an open end does not belong to its set."""

    low: Array
    high: Array
    low_open: Array
    high_open: Array

    def plus(self, other: "_Sets") -> "_Sets":
        """All sums of a value here and one there."""
        endless = (self.high == _ENDLESS) | (other.high == _ENDLESS)
        high = np.where(endless, _ENDLESS, self.high + other.high)
        return _Sets(self.low + other.low, high, self.low_open | other.low_open, self.high_open | other.high_open)

    def times(self, other: "_Sets") -> "_Sets":
        """All products of a value here and one there."""
        nought = self.is_nought() | other.is_nought()
        endless = (self.high == _ENDLESS) | (other.high == _ENDLESS)
        high = np.where(nought, 0, np.where(endless, _ENDLESS, self.high * other.high))
        reaches_0 = self.reaches_0() | other.reaches_0()
        low_open = (self.low_open | other.low_open) & ~reaches_0
        return _Sets(self.low * other.low, high, low_open, (self.high_open | other.high_open) & ~nought)

    def where(self, mask: Array, other: "_Sets") -> "_Sets":
        """These sets where `mask` is true, else the others."""
        return _Sets(*(np.where(mask, getattr(self, f.name), getattr(other, f.name)) for f in fields(self)))

    def in_words(self) -> tuple[Array, Array, Array]:
        """Number, comparator, and whether the two can say the set: it must have one end besides 0, not two or none."""
        exact = (self.low == self.high) & ~self.low_open & ~self.high_open
        up_to = self.reaches_0() & (self.high != _ENDLESS)
        upwards = (self.high == _ENDLESS) & ~self.reaches_0()
        below = np.where(self.high_open, *_BELOW)
        above = np.where(self.low_open, *_ABOVE)
        number = np.where(up_to, self.high, self.low)
        return number, np.where(exact, -1, np.where(up_to, below, above)), exact | up_to | upwards

    def is_nought(self) -> Array:
        """Which sets hold 0 and nothing else."""
        return (self.low == 0) & (self.high == 0) & ~self.high_open

    def reaches_0(self) -> Array:
        """Which sets hold 0 as their lower end."""
        return (self.low == 0) & ~self.low_open


def _sets_of(parts: _Parts, at: Array) -> _Sets:
    """The set of values that each row allows, in millionths."""
    number, comparator = _millionths(parts.value[at]), parts.comparator[at]
    below, above = np.isin(comparator, _BELOW), np.isin(comparator, _ABOVE)
    low, high = np.where(below, 0, number), np.where(above, _ENDLESS, number)
    return _Sets(low, high, comparator == _ABOVE[0], comparator == _BELOW[0])


def _millionths(value: Array) -> Array:
    return np.rint(value * _MILLIONTHS).astype(np.int64)


def _rounded(numerator: Array, comparator: Array, denominator: int) -> tuple[Array, Array]:
    """`numerator / denominator` hundredths, to the nearest, ties to the even one; exact.

    A bound that was rounded may itself be a rounded count, so `<` becomes `<=` and `>` becomes `>=`.
    """
    whole, rest = np.divmod(numerator, denominator)
    up = (2 * rest > denominator) | ((2 * rest == denominator) & (whole % 2 == 1))
    for strict, loose in (_BELOW, _ABOVE):
        comparator = np.where((rest != 0) & (comparator == strict), loose, comparator)
    return (whole + up) / 100, comparator
