"""Numbers, texts and units of many rows to values in result units, or the reason why there is none."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from leukon.events.arrays import Array
from leukon.events.code_map import SiteCodes
from leukon.events.comparators import LESS
from leukon.events.concepts import DOSE, Concepts
from leukon.events.intake import Intake
from leukon.events.refusals import Refusals
from leukon.events.schema import COMPARATORS, LLN_SOURCES
from leukon.events.units import load_units, plain_spelling
from leukon.events.values import PLACES, TextValue, read_comparator, read_range, read_text

NOT_GIVEN = ("not given", "not_given", "no")
"""Words of a dose row that say the dose was not given."""
_SCALE = 10.0**PLACES
_FLOAT32 = 2.0**-23
"""How far a 32-bit float may be from what it stands for, relatively."""
_HEALED_BELOW = 8.0
"""Up to here a 32-bit float is nearer than half a millionth to what it stands for."""
_ENDLESS = 1e15
"""No laboratory and no dose reaches this; beyond it decimals are no longer exact."""
_WRONG = -2
"""Stands in a comparator column for a word that is no comparator."""
_ROW, _MAP = LLN_SOURCES.index("row"), LLN_SOURCES.index("map")


@dataclass(frozen=True)
class Measured:
    """What rows say, in result units; value NaN where there is none.

    `low` and `high` are the ends of a range such as `80-90` that stands beside a number in it; NaN elsewhere.
    """

    value: Array
    comparator: Array
    low: Array
    high: Array
    lln: Array
    uln: Array
    lln_source: Array


@dataclass(frozen=True)
class _Numbers:
    """Numbers as they were written: `mantissa / scale`, a comparator, and what is odd about them."""

    mantissa: Array
    scale: Array | float
    comparator: Array
    odd: dict[str, Array]


@dataclass(frozen=True)
class _Factor:
    """Exact factor to the result unit for each row; NaN: the unit is not known; `no_unit`: there is none at all."""

    numerator: Array
    denominator: Array
    no_unit: Array


def measure(rows: Intake, concept: Array, codes: SiteCodes, concepts: Concepts, refusals: Refusals) -> Measured:
    """Values of rows of known concepts in result units; rows whose value cannot be used are refused with the reason.

    A dose counts without an amount; a word needs no unit.
    """
    coded, dose = concepts.is_coded[concept], (concepts.use == DOSE)[concept]
    plain = ~(coded | dose)
    numbers = _read_numbers(rows)
    for reason, mask in numbers.odd.items():
        refusals.refuse(mask & plain, reason)
        numbers.mantissa[mask] = np.nan  # what is odd has no value, not even one to choose between versions by
    if coded.any():
        _refuse_unknown_words(rows, concept, concepts, coded, refusals)
    refusals.refuse(np.isnan(numbers.mantissa) & plain, "not_numeric")
    below_0 = (numbers.mantissa < 0) | ((numbers.mantissa == 0) & (numbers.comparator == LESS))
    refusals.refuse(below_0 & ~coded, "negative")
    if dose.any():
        nothing = (numbers.mantissa == 0) & (numbers.comparator == -1)
        refusals.refuse(dose & (nothing | _says_not_given(rows)), "not_given")
    factor = _factors(rows, concept, codes, concepts)
    refusals.refuse(factor.no_unit & plain, "no_unit")
    refusals.refuse(np.isnan(factor.numerator) & plain, "unknown_unit")
    value = numbers.mantissa * factor.numerator / (numbers.scale * factor.denominator)
    refusals.refuse(((value < concepts.low[concept]) | (value > concepts.high[concept])) & plain, "implausible")
    comparator = numbers.comparator
    if dose.any():
        value[dose & (comparator != -1)] = np.nan
        comparator[dose] = -1
    ends = _ends(rows, value, factor)
    return Measured(value, comparator, *ends, *_ranges(rows, concept, codes, concepts, factor))


def _read_numbers(rows: Intake) -> _Numbers:
    """Read text first where it holds a number or a comparator, then the number's own column."""
    count = rows.row.size
    numeric = None if rows.numeric is None else _as_written(rows.numeric)
    mantissa = np.full(count, np.nan) if numeric is None else np.rint(numeric * _SCALE) + 0.0  # no -0.0
    said, wrong = _column_comparators(rows)
    odd = {} if wrong is None else {"not_numeric": wrong}
    if rows.text is None or not (rows.text.index >= 0).any():
        return _Numbers(mantissa, _SCALE, said, odd)
    texts = [*(read_text(word or "") for word in rows.text.words), TextValue()]
    at = rows.text.index
    number = np.asarray([np.nan if text.mantissa is None else text.mantissa for text in texts])[at]
    scale = np.asarray([text.scale for text in texts])[at]
    signs = [-1 if text.comparator is None else COMPARATORS.index(text.comparator) for text in texts]
    in_text = np.asarray(signs, np.int8)[at]
    reads = ~np.isnan(number)
    conflict = (in_text >= 0) & (said >= 0) & (in_text != said)
    if numeric is not None:
        read = number / scale
        conflict |= reads & (np.abs(read - numeric) > np.maximum(_FLOAT32 * np.abs(read), 10.0**-PLACES))
    ambiguous = np.asarray([text.ambiguous for text in texts])[at]
    return _Numbers(
        np.where(reads, number, mantissa),
        np.where(reads, scale, _SCALE),
        np.where(said == -1, in_text, said),
        {"ambiguous_comma": ambiguous, "conflict": conflict} | odd,
    )


def _ends(rows: Intake, value: Array, factor: _Factor) -> tuple[Array, Array]:
    """Ends of the range in each text, in result units, where it holds the value; NaN elsewhere."""
    nothing = (np.nan, np.nan)
    ends = [read_range(word or "") for word in (() if rows.text is None else rows.text.words)]
    if rows.text is None or not any(ends):
        return np.full_like(value, np.nan), np.full_like(value, np.nan)
    low, high = np.asarray([end or nothing for end in (*ends, None)]).T
    low, high = (end[rows.text.index] * factor.numerator / factor.denominator for end in (low, high))
    holds = (low <= value) & (value <= high)
    return np.where(holds, low, np.nan), np.where(holds, high, np.nan)


def _as_written(numbers: Array) -> Array:
    """Numbers as float64; infinity and what is as good as it are no numbers.

    32-bit ones are read as the decimal of 6 digits that was written, if there is one: 150.7, not 150.699997. Below 8,
    rounding to 6 decimals would heal as well.
    """
    written = numbers.astype(np.float64)
    written[np.abs(written) >= _ENDLESS] = np.nan
    if numbers.dtype == np.float32:
        at = (np.abs(written) >= _HEALED_BELOW).nonzero()[0]
        large = written[at]
        scale = 10.0 ** (5 - np.floor(np.log10(np.abs(large))))
        decimal = np.rint(large * scale) / scale
        written[at] = np.where(decimal.astype(np.float32) == numbers[at], decimal, large)
    return written


def _column_comparators(rows: Intake) -> tuple[Array, Array | None]:
    """Numbers of the comparator column (-1: exact), and which rows hold a word that is no comparator."""
    if rows.comparator is None:
        return np.full(rows.row.size, -1, np.int8), None
    numbers = []
    for word in rows.comparator.words:
        try:
            comparator = read_comparator(word or "")
            numbers.append(-1 if comparator is None else COMPARATORS.index(comparator))
        except ValueError:
            numbers.append(_WRONG)
    said = np.asarray([*numbers, -1], np.int8)[rows.comparator.index]
    return said, said == _WRONG


def _refuse_unknown_words(rows: Intake, concept: Array, concepts: Concepts, coded: Array, refusals: Refusals) -> None:
    plain = [(word or "").strip().lower() for word in (() if rows.text is None else rows.text.words)]
    index = np.full(concept.size, -1) if rows.text is None else rows.text.index
    for number in np.unique(concept[coded]):
        known = concepts.listed[number]
        fits = [word in known.words or not known.words if word else known.silent for word in plain]
        fits = np.asarray([*fits, known.silent], bool)
        refusals.refuse((concept == number) & ~fits[index], "not_numeric")


def _says_not_given(rows: Intake) -> Array:
    if rows.text is None:
        return np.zeros(rows.row.size, bool)
    said = [(word or "").strip().lower() in NOT_GIVEN for word in rows.text.words]
    return np.asarray([*said, False], bool)[rows.text.index]


def _factors(rows: Intake, concept: Array, codes: SiteCodes, concepts: Concepts) -> _Factor:
    """Factor of each row: by its unit, else the unit that the site's map says for its code."""
    own_words = () if rows.unit is None else tuple(rows.unit.words)
    table = _factor_table((*own_words, *codes.units), concepts.kinds)
    units = table.shape[2]
    of_code = np.where(codes.unit < 0, units - 1, codes.unit + len(own_words))
    unit = of_code[rows.code.index] if rows.unit is None else rows.unit.index
    if rows.unit is not None and (unit < 0).any():
        unit = np.where(unit < 0, of_code[rows.code.index], unit)
    place = concept * units + unit
    no_unit = unit == units - 1
    if no_unit.any():
        no_unit &= ~_takes_no_unit(concepts)[concept]
    return _Factor(table[0].ravel().take(place), table[1].ravel().take(place), no_unit)


def _takes_no_unit(concepts: Concepts) -> Array:
    units = load_units()
    return np.asarray([units.unitless[units.kinds.index(kind)] for kind in concepts.kinds], bool)


@lru_cache(maxsize=64)
def _factor_table(words: tuple[str, ...], kinds: tuple[str, ...]) -> Array:
    """Numerators and denominators by concept (of these kinds) and unit word; the last column stands for "no unit"."""
    units = load_units()
    by_kind = np.full((2, len(units.kinds), len(words) + 1), np.nan)
    plain = [plain_spelling(word or "") for word in words]
    for kind, factors in enumerate(units.factors):
        for place, word in enumerate(plain):
            if word in factors:
                by_kind[:, kind, place] = factors[word].numerator, factors[word].denominator
        if units.unitless[kind]:
            by_kind[:, kind, -1] = 1, 1
    return by_kind[:, [units.kinds.index(kind) for kind in kinds]]


def _ranges(
    rows: Intake, concept: Array, codes: SiteCodes, concepts: Concepts, factor: _Factor
) -> tuple[Array, Array, Array]:
    """Reference range of each row in result units: the row's own, else the site's map's."""
    none = np.full(rows.row.size, np.nan)
    lln, uln = (none if column is None else _as_written(column) for column in (rows.lln, rows.uln))
    source = np.full(rows.row.size, -1, np.int8)
    if rows.lln is not None or rows.uln is not None:
        own = ~(np.isnan(lln) & np.isnan(uln))
        lln, uln = (_convert(column, factor.numerator, factor.denominator) for column in (lln, uln))
        source[~np.isnan(lln)] = _ROW
    else:
        own = np.zeros(rows.row.size, bool)
    if not (np.isnan(codes.lln).all() and np.isnan(codes.uln).all()):
        table = _factor_table(codes.units, concepts.kinds)
        unit = np.append(codes.unit, -1)[rows.code.index]
        said = (np.append(column, np.nan)[rows.code.index] for column in (codes.lln, codes.uln))
        low, high = (_convert(column, *(part[concept, unit] for part in table)) for column in said)
        lln, uln = np.where(own, lln, low), np.where(own, uln, high)
        source[~own & ~np.isnan(low)] = _MAP
    return lln, uln, source


def _convert(written: Array, numerator: Array, denominator: Array) -> Array:
    """Exact: whole millionths times a ratio of whole numbers, rounded once."""
    return np.rint(written * _SCALE) * numerator / (_SCALE * denominator)
