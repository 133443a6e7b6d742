"""Which unit a value is in, where OMOP gives two: the standard one and the one the source wrote.

`value_as_number`, `range_low` and `range_high` are in the standard unit, `value_source_value` in the source's. Where a
site converted, the text says 450 (/uL) and the number 0.45 (10*9/L): both are right, but not in one unit.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.concepts import load_concepts
from leukon.events.units import load_units
from leukon.events.values import TextValue, read_text
from leukon.ingest.omop_codes import each_id
from leukon.ingest.omop_columns import Column, plain

_NEAR = 1e-6


@dataclass(frozen=True)
class Said:
    """What rows say; `unit` is the standard unit until it is settled, then the one that holds. `source`: the other."""

    code: Column
    number: Column
    text: Column
    unit: Column
    source: Column
    comparator: Column
    lln: Column
    uln: Column


def settle_units(said: Said, concept: Column) -> Said:
    """Put the unit beside each value in which it is; where that cannot be known, say both, so that it is refused.

    Two known units with different factors, and a text that is a number:
    no number beside it: the text is in the source's unit, and a range in the other one says nothing.
    The number is the text converted: the number stands, and only the text's comparator is kept.
    The same number in both: one of the units is wrong.
    Anything else is handed on as it is, and the door finds the conflict.
    """
    at = _differing(said)
    unit = plain(said.unit)
    if unit.null_count:
        unit = pc.coalesce(unit, plain(said.source), _by_id(concept))
    said = replace(said, unit=unit)
    return said if not at.size else _settle(said, at)


def _by_id(concept: Column) -> Column:
    """An unlisted unit by its id, for rows that say no other: the door refuses it and shows it."""
    return each_id(concept, lambda number: f"OMOP//{number}")


def _differing(said: Said) -> np.ndarray:
    """Rows whose two units are known and differ in their factor, and that have a text."""
    nowhere = np.empty(0, np.int64)
    columns = (said.unit, said.source, said.text)
    if any(column.null_count == len(column) for column in columns):
        return nowhere
    unit, source = (c if pa.types.is_dictionary(c.type) else c.dictionary_encode() for c in columns[:2])
    words = [[word or "" for word in coded.dictionary.to_pylist()] for coded in (unit, source)]
    one, other = (_indices(coded) for coded in (unit, source))
    pair = one * len(words[1]) + other
    differ = np.zeros(len(words[0]) * len(words[1]), bool)
    for each in np.flatnonzero(np.bincount(pair)):
        differ[each] = _differ(words[0][each // len(words[1])], words[1][each % len(words[1])])
    if not differ.any():
        return nowhere
    valid = pc.and_(pc.and_(unit.is_valid(), source.is_valid()), said.text.is_valid())
    return np.flatnonzero(differ[pair] & valid.to_numpy(zero_copy_only=False))


def _indices(coded: Column) -> np.ndarray:
    numbers: np.ndarray = coded.indices.fill_null(0).to_numpy(zero_copy_only=False)
    return numbers.astype(np.int64)


@lru_cache(maxsize=1 << 16)
def _differ(unit: str, source: str) -> bool:
    """Whether there is a kind that both units are known for, with different factors."""
    units = load_units()
    pairs = [(units.factor(kind, unit), units.factor(kind, source)) for kind in units.kinds]
    return any(one is not None and other is not None and one != other for one, other in pairs)


def _factors(code: str | None, unit: str, source: str) -> tuple[float, float]:
    """Factors of the two units for what the code means; NaN where it is not known."""
    number = load_concepts().find(code or "")
    if number < 0:
        return np.nan, np.nan
    kind = load_concepts().kinds[number]
    one, other = (load_units().factor(kind, word) for word in (unit, source))
    return float(one) if one else np.nan, float(other) if other else np.nan


def _settle(said: Said, at: np.ndarray) -> Said:
    few = pa.array(at)
    code, text, source = (plain(column).take(few).to_pylist() for column in (said.code, said.text, said.source))
    unit = said.unit.take(few).to_pylist()
    read = {word: read_text(word) for word in set(text)}
    in_text = np.asarray([_number(read[word]) for word in text])
    number = said.number.take(few).to_numpy(zero_copy_only=False).astype(float)
    rows = list(zip(code, unit, source, strict=True))
    factor = {row: _factors(*row) for row in set(rows)}
    of_unit, of_source = np.asarray([factor[row] for row in rows]).reshape(-1, 2).T
    known = ~np.isnan(of_unit) & ~np.isnan(of_source) & (of_unit != of_source) & ~np.isnan(in_text)
    alone = known & np.isnan(number)
    same = known & (np.abs(in_text - number) <= _NEAR) & (number != 0)
    scaled = in_text * of_source
    converted = known & ~same & (np.abs(scaled - number * of_unit) <= _NEAR * np.maximum(1, np.abs(scaled)))
    both = [f"{one} (unit_source_value: {other})" for one, other in zip(unit, source, strict=True)]
    settled_unit = np.where(alone, source, np.where(same, both, unit))
    signs = [read[word].comparator if done else None for word, done in zip(text, converted, strict=True)]
    comparator = pc.coalesce(said.comparator, _spread(signs, at, len(said.code)))
    return replace(
        said,
        unit=_put(said.unit, at, settled_unit.tolist()),
        text=_put(plain(said.text), at, [None if done else word for word, done in zip(text, converted, strict=True)]),
        comparator=comparator,
        lln=_without(said.lln, at[alone]),
        uln=_without(said.uln, at[alone]),
    )


def _number(said: TextValue) -> float:
    return np.nan if said.mantissa is None else said.mantissa / said.scale


def _mask(at: np.ndarray, rows: int) -> pa.Array:
    mask = np.zeros(rows, bool)
    mask[at] = True
    return pa.array(mask)


def _put(column: Column, at: np.ndarray, words: list[str | None]) -> Column:
    return pc.replace_with_mask(column, _mask(at, len(column)), pa.array(words, pa.string()))


def _spread(words: list[str | None], at: np.ndarray, rows: int) -> Column:
    return _put(pa.nulls(rows, pa.string()), at, words)


def _without(numbers: Column, at: np.ndarray) -> Column:
    return pc.if_else(_mask(at, len(numbers)), None, numbers) if at.size else numbers
