"""Numbers, texts and units of many rows to values in result units, each with its comparator or the reason against it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from leukon.events.arrays import Array, Words
from leukon.events.concepts import Concept
from leukon.events.schema import COMPARATORS, LLN_SOURCES
from leukon.events.units import Units, plain_spelling
from leukon.events.values import PLACES, read_comparator, read_text

NOT_GIVEN = ("not given", "not_given", "no")
"""Words of a dose row that say the dose was not given."""
_SCALE = 10.0**PLACES
_FLOAT32 = 2.0**-23
"""How far a 32-bit float may be from what it stands for, relatively."""
_WRONG = -2
"""Stands in a comparator column for a word that is no comparator."""
_ROW, _MAP = LLN_SOURCES.index("row"), LLN_SOURCES.index("map")


@dataclass(frozen=True)
class Rows:
    """Rows of known codes, on their way through the door; an absent column is None."""

    row: Array
    subject: Array
    time: Array
    code: Array
    concept: Array
    numeric: Array | None
    text: Words | None
    unit: Words | None
    comparator: Words | None
    lln: Array | None
    uln: Array | None
    status: Words | None
    recorded: Array | None
    source: Words | None


@dataclass(frozen=True)
class Measured:
    """What rows say, in result units; value NaN where there is none."""

    value: Array
    comparator: Array
    lln: Array
    uln: Array
    lln_source: Array


@dataclass(frozen=True)
class CodeUnits:
    """For each code of the input what the site's map says: unit (a number into `words`, -1 none), lln, uln."""

    words: list[str]
    unit: Array
    lln: Array
    uln: Array


Refuse = Callable[[Any, str], None]
"""Marks the rows of a mask with a reason, unless they have one already."""


def measure(rows: Rows, site: CodeUnits, concepts: list[Concept], units: Units, refuse: Refuse) -> Measured:
    """Values of all rows in result units; rows that cannot be used are refused with their reason."""
    uses = np.asarray([concept.use == "dose" for concept in concepts], bool)
    coded = np.asarray([concept.words is not None for concept in concepts], bool)
    is_dose, is_coded = uses[rows.concept], coded[rows.concept]
    mantissa, scale, comparator, odd = _read_numbers(rows)
    for reason, mask in odd.items():
        refuse(mask & ~is_coded & ~is_dose, reason)
    _refuse_unknown_words(rows, concepts, is_coded, refuse)
    missing = np.isnan(mantissa)
    refuse(missing & ~is_coded & ~is_dose, "not_numeric")
    refuse((mantissa < 0) & ~is_coded, "negative")
    refuse(is_dose & ((mantissa == 0) | _says_not_given(rows)), "not_given")
    numerator, denominator, no_unit = _factors(rows, site, concepts, units)
    unknown = np.isnan(numerator)
    refuse(no_unit & ~is_coded & ~is_dose, "no_unit")
    refuse(unknown & ~is_coded & ~is_dose, "unknown_unit")
    value = mantissa * numerator / (scale * denominator)
    low, high = _plausible(concepts)
    off = (value < low[rows.concept]) | (value > high[rows.concept]) | np.isinf(value)
    refuse(off & ~is_coded & ~is_dose, "implausible")
    if is_dose.any():
        doubtful = (comparator != -1) | np.any([mask for mask in odd.values()], axis=0)
        value[is_dose & doubtful] = np.nan
        comparator[is_dose] = -1
    lln, uln, lln_source = _ranges(rows, site, numerator, denominator, concepts, units)
    return Measured(value, comparator, lln, uln, lln_source)


def _read_numbers(rows: Rows) -> tuple[Array, Array, Array, dict[str, Array]]:
    """Mantissa, scale and comparator of each row, and masks of what is odd about it."""
    count = rows.row.size
    mantissa = np.full(count, np.nan) if rows.numeric is None else np.rint(rows.numeric * _SCALE)
    mantissa[np.isinf(mantissa)] = np.nan
    scale = np.full(count, _SCALE)
    said = _column_comparators(rows)
    ambiguous, conflict = np.zeros(count, bool), np.zeros(count, bool)
    if rows.text is not None:
        texts = [read_text(word or "") for word in rows.text.words]
        at, has = rows.text.index, rows.text.index >= 0
        number = np.asarray([np.nan if t.mantissa is None else t.mantissa for t in texts])[at]
        number[~has] = np.nan
        scales = np.asarray([t.scale for t in texts])[at]
        in_text = np.asarray([-1 if t.comparator is None else COMPARATORS.index(t.comparator) for t in texts])[at]
        in_text[~has] = -1
        ambiguous = np.asarray([t.ambiguous for t in texts])[at] & has
        reads = ~np.isnan(number)
        if rows.numeric is not None:
            read = number / scales
            conflict = reads & (np.abs(read - rows.numeric) > np.maximum(_FLOAT32 * np.abs(read), 10.0**-PLACES))
        conflict |= (in_text >= 0) & (said >= 0) & (in_text != said)
        mantissa, scale = np.where(reads, number, mantissa), np.where(reads, scales, scale)
        said = np.where((said == -1) & (in_text >= 0), in_text, said)
    return (
        mantissa,
        scale,
        said.astype(np.int8),
        {
            "ambiguous_comma": ambiguous,
            "conflict": conflict,
            "not_numeric": said == _WRONG,
        },
    )


def _column_comparators(rows: Rows) -> Array:
    if rows.comparator is None:
        return np.full(rows.row.size, -1)
    codes = []
    for word in rows.comparator.words:
        try:
            comparator = read_comparator(word or "")
            codes.append(-1 if comparator is None else COMPARATORS.index(comparator))
        except ValueError:
            codes.append(_WRONG)
    return np.asarray([*codes, -1])[rows.comparator.index]


def _refuse_unknown_words(rows: Rows, concepts: list[Concept], is_coded: Array, refuse: Refuse) -> None:
    if not is_coded.any():
        return
    if rows.text is None:
        refuse(is_coded, "not_numeric")
        return
    plain = [(word or "").strip().lower() for word in rows.text.words]
    for number in np.unique(rows.concept[is_coded]):
        allowed = concepts[number].words or ()
        fits = np.asarray([bool(word) and (not allowed or word in allowed) for word in plain] + [False], bool)
        refuse((rows.concept == number) & ~fits[rows.text.index], "not_numeric")


def _says_not_given(rows: Rows) -> Array:
    if rows.text is None:
        return np.zeros(rows.row.size, bool)
    return np.asarray([(w or "").strip().lower() in NOT_GIVEN for w in rows.text.words] + [False], bool)[
        rows.text.index
    ]


def _factors(rows: Rows, site: CodeUnits, concepts: list[Concept], units: Units) -> tuple[Array, Array, Array]:
    """Exact factor of each row as numerator and denominator (NaN: unknown unit), and whether it has no unit at all."""
    words = [*(rows.unit.words if rows.unit is not None else ()), *site.words]
    offset = len(words) - len(site.words)
    from_map = np.where(site.unit < 0, -1, site.unit + offset)[rows.code]
    unit = from_map if rows.unit is None else np.where(rows.unit.index < 0, from_map, rows.unit.index)
    kind = np.asarray([units.kinds.index(concept.kind) for concept in concepts])
    table = _factor_table(units, words)
    no_unit = (unit < 0) & ~np.asarray(units.unitless)[kind][rows.concept]
    factor = table[:, kind[rows.concept], unit]
    return factor[0], factor[1], no_unit


def _factor_table(units: Units, words: list[str]) -> Array:
    """Numerators and denominators by kind and unit word; the last word stands for "no unit"."""
    table = np.full((2, len(units.kinds), len(words) + 1), np.nan)
    for k, factors in enumerate(units.factors):
        for w, word in enumerate(words):
            factor = factors.get(plain_spelling(word or ""))
            if factor is not None:
                table[:, k, w] = factor.numerator, factor.denominator
        if units.unitless[k]:
            table[:, k, -1] = 1, 1
    return table


def _plausible(concepts: list[Concept]) -> tuple[Array, Array]:
    low = [-np.inf if c.plausible is None else c.plausible.low for c in concepts]
    high = [np.inf if c.plausible is None else c.plausible.high for c in concepts]
    return np.asarray(low), np.asarray(high)


def _ranges(
    rows: Rows, site: CodeUnits, numerator: Array, denominator: Array, concepts: list[Concept], units: Units
) -> tuple[Array, Array, Array]:
    """Reference range of each row in result units: the row's own, else the site's map."""
    none = np.full(rows.row.size, np.nan)
    lln, uln = (none if rows.lln is None else rows.lln), (none if rows.uln is None else rows.uln)
    own = ~(np.isnan(lln) & np.isnan(uln))
    if own.any():
        lln, uln = (np.rint(x * _SCALE) * numerator / (_SCALE * denominator) for x in (lln, uln))
    source = np.where(np.isnan(lln), -1, _ROW)
    if not (np.isnan(site.lln).all() and np.isnan(site.uln).all()):
        table = _factor_table(units, site.words)
        kind = np.asarray([units.kinds.index(concept.kind) for concept in concepts])[rows.concept]
        factor = table[:, kind, site.unit[rows.code]]
        low, high = (np.rint(x[rows.code] * _SCALE) * factor[0] / (_SCALE * factor[1]) for x in (site.lln, site.uln))
        lln, uln = np.where(own, lln, low), np.where(own, uln, high)
        source = np.where(own, source, np.where(np.isnan(low), -1, _MAP))
    return lln, uln, source.astype(np.int8)
