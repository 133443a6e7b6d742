"""Columns of OMOP, of whatever type a site keeps them in, to text, ids and numbers; what is none becomes null."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Column = Any
"""A pyarrow array of any type."""
NULLS = ("", "NULL", "\\N")
"""What exports of databases write for null. `NA` is none of them: it may be sodium."""
_MORE_NULLS = (*NULLS, "NA", "N/A", "NaN", "nan", "None", "null", "<NA>", "NaT")
_WHOLE = re.compile(r"\s*([+-]?\d{1,18})(?:\.0*)?\s*")
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*")


def column_of(rows: pa.RecordBatch, name: str) -> Column:
    """The column, or nulls where there is none; dates as they are, no views and no large text."""
    if name not in rows.schema.names:
        return pa.nulls(rows.num_rows)
    column = rows.column(name)
    type_ = column.type
    if isinstance(type_, pa.ExtensionType):
        column = column.storage
        type_ = column.type
    if pa.types.is_dictionary(type_) and not pa.types.is_string(type_.value_type):
        return column.cast(type_.value_type)
    if pa.types.is_large_string(type_) or pa.types.is_string_view(type_):
        return column.cast(pa.string())
    return column


def text_of(rows: pa.RecordBatch, name: str) -> Column:
    """Verbatim text, a dictionary where it came as one; what stands for null is null."""
    column = column_of(rows, name)
    if column.null_count == len(column):
        return pa.nulls(len(column), pa.string())
    if pa.types.is_dictionary(column.type):
        return pa.DictionaryArray.from_arrays(column.indices, _without_nulls(column.dictionary, NULLS))
    if not pa.types.is_string(column.type):
        column = _as_text(column)
    return _without_nulls(column, NULLS)


def each_word(text: Column, read: Callable[[str], Any], type_: pa.DataType) -> Column:
    """Read each different word once; null stays null."""
    if text.null_count == len(text):
        return pa.nulls(len(text), type_)
    coded = text if pa.types.is_dictionary(text.type) else text.dictionary_encode()
    values = [None if word is None else read(word) for word in coded.dictionary.to_pylist()]
    return pa.array(values, type_).take(coded.indices)


def plain(text: Column) -> Column:
    """Text that is no dictionary."""
    return text.dictionary.take(text.indices) if pa.types.is_dictionary(text.type) else text


def ids_of(rows: pa.RecordBatch, name: str) -> Column:
    """Whole numbers as int64; 0, and what is none, is null: OMOP writes 0 where no concept is known."""
    column = _whole_numbers(column_of(rows, name))
    return column if column.null_count == len(column) else pc.if_else(pc.equal(column, 0), None, column)


def names_of(rows: pa.RecordBatch, name: str) -> Column:
    """Identities (whose row, which exposure) as text: integers as they are written, other text as it is."""
    column = column_of(rows, name)
    if pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        whole = _whole_numbers(column)
        return pc.coalesce(whole.cast(pa.string()), _as_text(column))
    if pa.types.is_integer(column.type):
        coded = column.dictionary_encode()
        return coded.dictionary.cast(pa.string()).take(coded.indices)
    text = text_of(rows, name)
    if text.null_count == len(text):
        return text
    coded = text if pa.types.is_dictionary(text.type) else text.dictionary_encode()
    return pa.array([_name(word) for word in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def numbers_of(rows: pa.RecordBatch, name: str) -> tuple[Column, Column]:
    """Numbers as float64, and the words that stand in their place where there is none.

    32-bit numbers and decimals are read as the decimal they stand for: 0.42, not 0.41999998.
    """
    column = column_of(rows, name)
    no_words = pa.nulls(len(column), pa.string())
    type_ = column.type
    if column.null_count == len(column):
        return pa.nulls(len(column), pa.float64()), no_words
    if pa.types.is_floating(type_):
        numbers = column if type_ == pa.float64() else column.cast(pa.string()).cast(pa.float64())
        return pc.if_else(pc.is_nan(numbers), None, numbers), no_words
    if pa.types.is_integer(type_):
        return column.cast(pa.float64(), safe=False), no_words
    if pa.types.is_decimal(type_):
        return column.cast(pa.string()).cast(pa.float64()), no_words
    text = _without_nulls(plain(text_of(rows, name)), _MORE_NULLS)
    try:
        return _finite(text.cast(pa.float64())), no_words
    except pa.ArrowInvalid:
        numbers = each_word(text, _read_number, pa.float64())
        return numbers, pc.if_else(pc.is_valid(numbers), None, text)


def _finite(numbers: Column) -> Column:
    """Text such as `inf` is a word to people; as a number it is none."""
    if not pc.all(pc.is_finite(numbers)).as_py():
        raise pa.ArrowInvalid
    return numbers


def _read_number(word: str) -> float | None:
    if not _NUMBER.fullmatch(word):
        return None
    number = float(word)
    return number if np.isfinite(number) else None


def _name(word: str | None) -> str | None:
    """An integer that went through floating point (`1234.0`) without its tail."""
    if word is None:
        return None
    found = _WHOLE.fullmatch(word)
    return found[1] if found and "." in word else word.strip() or None


def _whole_numbers(column: Column) -> Column:
    type_ = column.type
    if column.null_count == len(column):
        return pa.nulls(len(column), pa.int64())
    if pa.types.is_integer(type_):
        return column.cast(pa.int64(), safe=False)
    if pa.types.is_floating(type_):
        good = pc.and_kleene(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), 2.0**53))
        return pc.if_else(good, column, None).cast(pa.int64())
    text = plain(column) if pa.types.is_string(type_) or pa.types.is_dictionary(type_) else _as_text(column)
    try:
        return text.cast(pa.int64())
    except pa.ArrowInvalid:
        return each_word(text, _read_whole, pa.int64())


def _read_whole(word: str) -> int | None:
    found = _WHOLE.fullmatch(word)
    return int(found[1]) if found else None


def _without_nulls(text: Column, nulls: tuple[str, ...]) -> Column:
    none = pc.is_in(text, pa.array(nulls))
    return pc.if_else(none, None, text) if pc.any(none).as_py() else text


def _as_text(column: Column) -> Column:
    """Any other type as text; a type that has none (a list) says nothing that is understood."""
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array(["?" if valid else None for valid in column.is_valid().to_pylist()], pa.string())
