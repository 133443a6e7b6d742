"""Counts that nobody measured but that follow: WBC x percent, segs + bands; exact, marked, never preferred."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import Array
from leukon.events.comparators import DEPTH
from leukon.events.concepts import Concepts
from leukon.events.schema import ORIGINS, REASONS
from leukon.events.value_sets import ValueSets, millionths, round_to_hundredths, sets_of

PARTS = ("neutrophils_percent", "lymphocytes_percent", "bands_percent", "segs", "bands")
_MILLIONTHS = 10**6
_NONE = np.iinfo(np.int64).max


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

    def sets(self, at: Array) -> ValueSets:
        """The sets of values of the rows `at`."""
        return sets_of(self.value[at], self.comparator[at])

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
    summed = millionths(parts.value[percent]) + np.where(with_band, millionths(parts.value[other]), 0)
    percentage = parts.sets(percent)
    percentage = percentage.where(~with_band, percentage.plus(parts.sets(other)))
    exact, comparator, readable = percentage.times(parts.sets(wbc)).in_words()
    value, comparator = round_to_hundredths(exact, comparator, 10**12)
    plausible = (summed <= 100 * _MILLIONTHS) & (value <= highest)
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
    exact, comparator, readable = parts.sets(seg).plus(parts.sets(band)).in_words()
    value, comparator = round_to_hundredths(exact, comparator, 10**4)
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
