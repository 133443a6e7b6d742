"""Columns of trial data as text, numbers and words, whatever the file called their types."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.values import read_text
from leukon.ingest.gathered import PLACE, SCHEMA

_SEPARATOR = "\x1f"
"""Joins words to one key: a control character. Where data hold it, a sign for "no letter" takes its place there."""
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class Piece:
    """Some rows of one dataset: its columns by upper-case name, where each row stands, and what could not be read.

    A column that the dataset does not have is absent. `broken` are the places of pieces that are no row at all.
    """

    columns: Mapping[str, pa.Array]
    places: pa.Array
    broken: tuple[str, ...] = ()

    def text(self, *names: str) -> pa.Array:
        """Text of the first of these columns that says something in a row; empty is null."""
        return _first([_as_text(self.columns[name]) for name in names if name in self.columns], self, pa.string())

    def number(self, *names: str) -> pa.Array:
        """Number of the first of these columns that holds one in a row; what is no number is null."""
        return _first([_as_number(self.columns[name]) for name in names if name in self.columns], self, pa.float64())

    def words(self, *names: str) -> pa.Array:
        """Text in capitals without white space around it: words of a code list."""
        return pc.utf8_upper(pc.utf8_trim_whitespace(self.text(*names)))

    def has(self, name: str) -> bool:
        """Whether the dataset has this column."""
        return name in self.columns


def events_of(piece: Piece, columns: Mapping[str, pa.Array | None]) -> pa.RecordBatch:
    """Event rows from the columns that are known; the others (None) are null."""
    known = {name: column for name, column in columns.items() if column is not None} | {PLACE: piece.places}
    rows = len(piece.places)
    arrays = [known.get(field.name, pa.nulls(rows, field.type)).cast(field.type) for field in SCHEMA]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def numbered_places(label: str, first: int, rows: int) -> pa.Array:
    """Places of rows that follow one another: the label and each row's number, from `first` on."""
    return pc.binary_replace_slice(pa.array(np.arange(first, first + rows)).cast(pa.string()), 0, 0, label)


def each_word(column: pa.Array, read: Callable[[str], Any], type_: pa.DataType) -> pa.Array:
    """Read each different word once; null stays null."""
    encoded = column.dictionary_encode()
    return pa.array([read(word) for word in encoded.dictionary.to_pylist()], type_).take(encoded.indices)


def each_key(columns: list[pa.Array], read: Callable[..., str | None]) -> pa.Array:
    """Read each different combination of words once; a null word is an empty one."""
    parts = [pc.replace_substring(column, _SEPARATOR, "\N{REPLACEMENT CHARACTER}") for column in columns]
    key = pc.binary_join_element_wise(*parts, _SEPARATOR, null_handling="replace", null_replacement="")
    return each_word(key, lambda word: read(*word.split(_SEPARATOR)), pa.string())


def plain_numbers(texts: pa.Array) -> pa.Array:
    """The number that a text is; null for a text with a comparator, a doubtful comma, or none."""
    return each_word(texts, _read_number, pa.float64())


def _first(found: list[pa.Array], piece: Piece, type_: pa.DataType) -> pa.Array:
    return pc.coalesce(*found) if found else pa.nulls(len(piece.places), type_)


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_floating(column.type):
        column = _as_number(column)  # NaN says nothing
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    empty = pc.equal(pc.utf8_trim_whitespace(column), "")
    return pc.if_else(empty, pa.scalar(None, pa.string()), column)


def _as_number(column: pa.Array) -> pa.Array:
    type_ = column.type
    if pa.types.is_floating(type_) or pa.types.is_integer(type_) or pa.types.is_decimal(type_):
        numbers = column.cast(pa.float64(), safe=False)
        return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))
    return plain_numbers(_as_text(column))


def _read_number(word: str) -> float | None:
    word = word.strip()
    if _NUMBER.fullmatch(word):  # of any length: programs write 4.3999999999999995
        number = float(word)
        return number if np.isfinite(number) else None
    said = read_text(word)
    return said.mantissa / said.scale if said.mantissa is not None and said.comparator is None else None
