"""Counts that nobody measured but that follow: WBC x percent, segs + bands; exact, marked as derived, never preferred."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import Array, place_of
from leukon.events.concepts import Concepts
from leukon.events.schema import COMPARATORS, ORIGINS, REASONS

PARTS = ("anc", "wbc", "lymphocytes", "neutrophils_percent", "segs_percent", "bands_percent", "lymphocytes_percent", "segs", "bands")
ANC, WBC, LYMPHOCYTES, NEUTROPHILS, SEGS_PERCENT, BANDS_PERCENT, LYMPHOCYTES_PERCENT, SEGS, BANDS = range(9)
UP_TO, EXACT, FROM = -1, 0, 1
"""The side to which a comparator leaves a value open: <, <= down to 0; none; >, >= upwards."""
_SIDES = np.asarray([UP_TO, UP_TO, FROM, FROM, EXACT])
_MILLIONTHS = 10**6


@dataclass(frozen=True)
class Derived:
    """Derived counts, one a row: what they were derived from stands in `row` (the percentage or the segs)."""

    at: Array
    concept: Array
    value: Array
    comparator: Array
    origin: Array


@dataclass(frozen=True)
class _Moments:
    """Parts side by side: for each subject, time and source the row of each part (-1 none)."""

    pick: Array
    own: Array
    measured_anc: Array
    measured_lymphocytes: Array


def derive_counts(
    concepts: Concepts, moment: Array, source: Array | None, concept: Array, value: Array, comparator: Array, reason: Array
) -> Derived:
    """Derive ANC and lymphocytes where they were not measured at that time.

    All arrays have one entry a row; rows with a `reason` (>= 0) take no part. Parts that cannot be used get their
    reason written into `reason`: measured_present, no_total, implausible or not_numeric.
    """
    number = np.full(len(concepts.names), -1)
    for place, name in enumerate(PARTS):
        if name in concepts.number:
            number[concepts.number[name]] = place
    part = number[concept]
    is_part = (part >= NEUTROPHILS) & (reason < 0)
    if not is_part.any():
        return Derived(*(np.empty(0, kind) for kind in (int, int, float, np.int8, np.int8)))
    near = np.zeros(int(moment.max()) + 1, bool)
    near[moment[is_part]] = True
    at = np.flatnonzero((part >= 0) & (reason < 0) & near[moment])
    source = np.full(at.size, -1) if source is None else source[at]
    moments, group = _side_by_side(moment[at], source, part[at], value[at], comparator[at])
    used = np.zeros(at.size, bool)
    failed = np.full(at.size, -1, np.int8)
    found = [
        derive(moments, value[at], comparator[at], used, failed)
        for derive in (_anc_from_percent, _lymphocytes_from_percent, _anc_from_segs)
    ]
    _give_reasons(moments, group, part[at], used, failed, reason, at)
    row, target, count, side, origin = (np.concatenate(parts) for parts in zip(*found, strict=True))
    numbers = np.asarray([concepts.number[PARTS[ANC]], 0, concepts.number[PARTS[LYMPHOCYTES]]])
    return Derived(at[row], numbers[target], count, side, origin)


def _side_by_side(moment: Array, source: Array, part: Array, value: Array, comparator: Array) -> tuple[_Moments, Array]:
    """Group by moment and source; parts without a source stand beside those of every source of the moment."""
    order = np.lexsort((comparator, value, part, source, moment))
    place = place_of(moment[order] * (int(source.max()) + 2) + source[order] + 1)
    group = np.empty(moment.size, np.int64)
    group[order] = place
    pick = np.full((len(PARTS), int(place[-1]) + 1), -1)
    pick[part[order][::-1], place[::-1]] = order[::-1]
    own = pick >= 0
    opens = np.flatnonzero(np.diff(place, prepend=-1))
    first = order[opens]
    group_moment = place_of(moment[first])
    nameless = np.full(int(group_moment[-1]) + 1, -1)
    nameless[group_moment[source[first] < 0]] = np.flatnonzero(source[first] < 0)
    beside = nameless[group_moment]
    filled = np.where((pick < 0) & (beside >= 0), pick[:, beside], pick)
    measured = []
    for counted in (ANC, LYMPHOCYTES):
        anywhere = np.zeros(nameless.size, bool)
        np.logical_or.at(anywhere, group_moment, own[counted])
        measured.append(np.where(source[first] < 0, anywhere[group_moment], filled[counted] >= 0))
    return _Moments(filled, own, measured[0], measured[1]), group


def _anc_from_percent(moments: _Moments, value: Array, comparator: Array, used: Array, failed: Array) -> tuple[Array, ...]:
    pick = moments.pick
    percent = np.where(pick[NEUTROPHILS] >= 0, pick[NEUTROPHILS], pick[SEGS_PERCENT])
    own = moments.own[[WBC, NEUTROPHILS, SEGS_PERCENT, BANDS_PERCENT]].any(axis=0)
    can = ~moments.measured_anc & own & (pick[WBC] >= 0) & (percent >= 0)
    return _wbc_times_percent(ANC, pick[WBC][can], percent[can], pick[BANDS_PERCENT][can], value, comparator, used, failed)


def _lymphocytes_from_percent(
    moments: _Moments, value: Array, comparator: Array, used: Array, failed: Array
) -> tuple[Array, ...]:
    pick = moments.pick
    own = moments.own[[WBC, LYMPHOCYTES_PERCENT]].any(axis=0)
    can = ~moments.measured_lymphocytes & own & (pick[WBC] >= 0) & (pick[LYMPHOCYTES_PERCENT] >= 0)
    wbc, percent = pick[WBC][can], pick[LYMPHOCYTES_PERCENT][can]
    return _wbc_times_percent(LYMPHOCYTES, wbc, percent, np.full(wbc.size, -1), value, comparator, used, failed)


def _wbc_times_percent(
    target: int, wbc: Array, percent: Array, bands: Array, value: Array, comparator: Array, used: Array, failed: Array
) -> tuple[Array, ...]:
    has_bands = bands >= 0
    millionths = _millionths(value[percent]) + np.where(has_bands, _millionths(value[bands]), 0)
    sides = _SIDES[comparator]
    side, one_sided = _sum_side(sides[percent], np.where(has_bands, sides[bands], sides[percent]))
    side, also = _product_side(sides[wbc], side)
    one_sided &= also
    too_much = millionths > 100 * _MILLIONTHS
    parts = np.stack([percent, np.where(has_bands, bands, percent)])
    failed[parts[:, ~one_sided]] = REASONS.index("not_numeric")
    failed[parts[:, too_much]] = REASONS.index("implausible")
    good = one_sided & ~too_much
    used[parts[:, good]] = True
    product = _millionths(value[wbc[good]]) * millionths[good]
    count = _half_even(product, 10**12) / 100
    strict = _strictest(comparator, wbc[good], percent[good], np.where(has_bands, bands, percent)[good])
    origin = np.where(has_bands[good], ORIGINS.index("wbc_x_percent_bands"), ORIGINS.index("wbc_x_percent"))
    return percent[good], np.full(count.size, target), count, _comparator(side[good], strict), origin.astype(np.int8)


def _anc_from_segs(moments: _Moments, value: Array, comparator: Array, used: Array, failed: Array) -> tuple[Array, ...]:
    pick = moments.pick
    percent = np.where(pick[NEUTROPHILS] >= 0, pick[NEUTROPHILS], pick[SEGS_PERCENT])
    from_percent = (pick[WBC] >= 0) & (percent >= 0) & used[percent]
    own = moments.own[[SEGS, BANDS]].any(axis=0)
    can = ~moments.measured_anc & own & ~from_percent & (pick[SEGS] >= 0) & (pick[BANDS] >= 0)
    segs, bands = pick[SEGS][can], pick[BANDS][can]
    side, good = _sum_side(_SIDES[comparator[segs]], _SIDES[comparator[bands]])
    failed[np.concatenate([segs[~good], bands[~good]])] = REASONS.index("not_numeric")
    segs, bands, side = segs[good], bands[good], side[good]
    used[segs] = used[bands] = True
    count = _half_even(_millionths(value[segs]) + _millionths(value[bands]), 10**4) / 100
    origin = np.full(count.size, ORIGINS.index("segs_plus_bands"), np.int8)
    strict = _strictest(comparator, segs, bands)
    return segs, np.full(count.size, ANC), count, _comparator(side, strict), origin


def _millionths(value: Array) -> Array:
    return np.rint(value * _MILLIONTHS).astype(np.int64)


def _half_even(numerator: Array, denominator: int) -> Array:
    """Whole numbers nearest to `numerator / denominator`, ties to the even one; exact."""
    whole, rest = np.divmod(numerator, denominator)
    up = (2 * rest > denominator) | ((2 * rest == denominator) & (whole % 2 == 1))
    return (whole + up).astype(float)


def _sum_side(one: Array, other: Array) -> tuple[Array, Array]:
    """Side of a sum and whether it has one: an exact part beside `<` leaves both ends bounded."""
    side = np.where(one == EXACT, other, one)
    bounded = ((one == UP_TO) | (other == UP_TO)) & (one != other)
    return np.where(one == other, one, side), ~bounded


def _product_side(one: Array, other: Array) -> tuple[Array, Array]:
    """Side of a product and whether it has one: `<` beside `>` leaves nothing known."""
    side = np.where(one == EXACT, other, one)
    return side, ~((one * other) < 0)


def _strictest(comparator: Array, *parts: Array) -> Array:
    """Whether any part excludes its own bound (`<`, `>`)."""
    return np.any([np.isin(comparator[part], (COMPARATORS.index("<"), COMPARATORS.index(">"))) for part in parts], axis=0)


def _comparator(side: Array, strict: Array) -> Array:
    up_to = np.where(strict, COMPARATORS.index("<"), COMPARATORS.index("<="))
    from_ = np.where(strict, COMPARATORS.index(">"), COMPARATORS.index(">="))
    return np.where(side == EXACT, -1, np.where(side == UP_TO, up_to, from_)).astype(np.int8)


def _give_reasons(
    moments: _Moments, group: Array, part: Array, used: Array, failed: Array, reason: Array, at: Array
) -> None:
    lymphocytes = part == LYMPHOCYTES_PERCENT
    measured = np.where(lymphocytes, moments.measured_lymphocytes[group], moments.measured_anc[group])
    why = np.where(measured, REASONS.index("measured_present"), REASONS.index("no_total"))
    why = np.where(failed >= 0, failed, why)
    left = (part >= NEUTROPHILS) & ~used
    reason[at[left]] = why[left]
