"""Counts that nobody measured but that follow: WBC x percent, segs + bands; exact, marked, never preferred."""

from dataclasses import dataclass, fields

import numpy as np

from leukon.events.arrays import Array
from leukon.events.concepts import Concepts
from leukon.events.parts import Parts, gather_parts
from leukon.events.schema import ORIGINS, REASONS
from leukon.events.value_sets import millionths, round_to_hundredths

PARTS = ("neutrophils_percent", "lymphocytes_percent", "bands_percent", "segs", "bands")
_MILLIONTHS = 10**6


@dataclass(frozen=True)
class Derived:
    """Derived counts, one an entry; `at` is the row of the percentage, segs or monocytes of each."""

    at: Array
    concept: Array
    value: Array
    comparator: Array
    origin: Array

    @classmethod
    def none(cls) -> "Derived":
        """No derived count."""
        return cls(*(np.empty(0, kind) for kind in (np.int64, np.int64, float, np.int8, np.int8)))

    def and_more(self, *others: "Derived") -> "Derived":
        """These counts and the others."""
        every = (self, *others)
        return Derived(*(np.concatenate([getattr(each, f.name) for each in every]) for f in fields(self)))

    def without(self, others: "Derived") -> "Derived":
        """These counts, but for those that are among the others too."""
        more = ~np.isin(self.at, others.at)
        return Derived(*(getattr(self, f.name)[more] for f in fields(self)))


@dataclass(frozen=True)
class Rivals:
    """Counts that were not derived because a measured one was there; `at` and `measured` are rows."""

    at: Array
    value: Array
    comparator: Array
    measured: Array

    @classmethod
    def none(cls) -> "Rivals":
        """No derived count was held back."""
        return cls(*(np.empty(0, kind) for kind in (np.int64, float, np.int8, np.int64)))

    def and_more(self, other: "Rivals") -> "Rivals":
        """These and the others."""
        return Rivals(*(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)))


def derive_counts(
    concepts: Concepts,
    moment: Array,
    source: Array | None,
    concept: Array,
    value: Array,
    comparator: Array,
    reason: Array,
) -> tuple[Derived, Rivals]:
    """Derive ANC and lymphocytes from each percentage (and from segs) that no measured count meets.

    All arrays have one entry a row; rows with a `reason` (>= 0) take no part. A part that cannot be used gets its
    reason written into `reason`: measured_present, no_total, not_numeric or implausible. The rivals are the ANC that
    would have been derived had no measured one been there.
    """
    number = concepts.number
    serves = np.zeros(len(concepts.names), bool)
    serves[[number[name] for name in PARTS]] = True
    is_part = serves[concept] & (reason < 0)
    if not is_part.any():
        return Derived.none(), Rivals.none()
    parts = gather_parts(moment, source, concept, value, comparator, reason, is_part)
    fate = np.full(parts.at.size, REASONS.index("no_total"))
    anc, wbc = parts.of(number["anc"]), parts.of(number["wbc"])
    percents, bands = parts.of(number["neutrophils_percent"]), parts.of(number["bands_percent"])
    segs, band_counts = parts.of(number["segs"]), parts.of(number["bands"])
    lymphocytes, lymphocyte_percents = parts.of(number["lymphocytes"]), parts.of(number["lymphocytes_percent"])
    nothing = anc[:0]
    highest = {name: concepts.high[number[name]] for name in ("anc", "lymphocytes")}
    for part in (bands, band_counts):
        fate[part[parts.beside(part, anc) >= 0]] = REASONS.index("measured_present")
    from_percent, rivals = _wbc_times_percent(parts, percents, wbc, bands, anc, number["anc"], highest["anc"], fate)
    made = np.flatnonzero(np.isin(parts.at, from_percent.at))
    fate[band_counts[parts.beside(band_counts, made) >= 0]] = REASONS.index("measured_present")
    from_segs, more_rivals = _segs_plus_bands(parts, segs, band_counts, anc, made, number["anc"], highest["anc"], fate)
    from_lymphocytes, _ = _wbc_times_percent(
        parts, lymphocyte_percents, wbc, nothing, lymphocytes, number["lymphocytes"], highest["lymphocytes"], fate
    )
    is_part = is_part[parts.at]
    reason[parts.at[is_part]] = fate[is_part]
    return from_percent.and_more(from_segs, from_lymphocytes), rivals.and_more(more_rivals)


def _wbc_times_percent(
    parts: Parts, percents: Array, wbcs: Array, bands: Array, measured: Array, target: int, highest: float, fate: Array
) -> tuple[Derived, Rivals]:
    """WBC x (percent + bands percent if reported), rounded half-even to 2 decimals."""
    wbc, band, rival = (parts.beside(percents, others) for others in (wbcs, bands, measured))
    fate[percents[rival >= 0]] = REASONS.index("measured_present")
    can = wbc >= 0
    percent, wbc, band, rival = percents[can], wbc[can], band[can], rival[can]
    with_band = band >= 0
    other = np.where(with_band, band, percent)
    summed = millionths(parts.value[percent]) + np.where(with_band, millionths(parts.value[other]), 0)
    percentage = parts.sets(percent)
    percentage = percentage.where(~with_band, percentage.plus(parts.sets(other)))
    exact, comparator, readable = percentage.times(parts.sets(wbc)).in_words()
    value, comparator = round_to_hundredths(exact, comparator, 10**12)
    plausible = (summed <= 100 * _MILLIONTHS) & (value <= highest)
    origin = np.where(with_band, ORIGINS.index("wbc_x_percent_bands"), ORIGINS.index("wbc_x_percent"))
    made = _Made(np.column_stack([percent, other]), value, comparator, readable, plausible, origin, rival)
    return made.settle(parts, target, fate)


def _segs_plus_bands(
    parts: Parts, segs: Array, bands: Array, measured: Array, made: Array, target: int, highest: float, fate: Array
) -> tuple[Derived, Rivals]:
    """Segs + bands, rounded half-even to 2 decimals; a count derived from a percentage goes before."""
    band, rival = parts.beside(segs, bands), parts.beside(segs, measured)
    beaten = (rival >= 0) | (parts.beside(segs, made) >= 0)
    fate[segs[beaten]] = REASONS.index("measured_present")
    can = (band >= 0) & (~beaten | (rival >= 0))
    seg, band, rival = segs[can], band[can], rival[can]
    exact, comparator, readable = parts.sets(seg).plus(parts.sets(band)).in_words()
    value, comparator = round_to_hundredths(exact, comparator, 10**4)
    origin = np.full(seg.size, ORIGINS.index("segs_plus_bands"))
    found = _Made(np.column_stack([seg, band]), value, comparator, readable, value <= highest, origin, rival)
    return found.settle(parts, target, fate)


@dataclass(frozen=True)
class _Made:
    """Counts made from the `rows` of parts (the first gives the name); `rival`: a measured one, or -1."""

    rows: Array
    value: Array
    comparator: Array
    readable: Array
    plausible: Array
    origin: Array
    rival: Array

    def settle(self, parts: Parts, target: int, fate: Array) -> tuple[Derived, Rivals]:
        """Say of every row what became of it; where a measured count is, the made one is only its rival."""
        free, good = self.rival < 0, self.readable & self.plausible
        _mark(fate, self.rows[free], self.readable[free], self.plausible[free])
        at, used, held = parts.at[self.rows[:, 0]], free & good, ~free & good
        comparator, origin = self.comparator.astype(np.int8), self.origin.astype(np.int8)
        derived = Derived(at[used], np.full(int(used.sum()), target), self.value[used], comparator[used], origin[used])
        return derived, Rivals(at[held], self.value[held], comparator[held], parts.at[self.rival[held]])


def _mark(fate: Array, rows: Array, readable: Array, plausible: Array) -> None:
    """Say of the rows of each count why there is none, or that they are part of one (-1)."""
    fate[rows[~readable]] = REASONS.index("not_numeric")
    fate[rows[readable & ~plausible]] = REASONS.index("implausible")
    fate[rows[readable & plausible]] = -1
