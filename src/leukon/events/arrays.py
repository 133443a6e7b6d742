"""The arrays every calculation uses: how a null looks, how words are numbered, and how columns become Arrow again.

Null is NaN in floats, `NULL` in times and days, -1 in numbered words and grades.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from leukon.events.schema import SUBJECT, TIME, WORD, Column

Array = np.ndarray[Any, Any]
NULL = np.iinfo(np.int64).min
"""Null of times (microseconds since 1970) and of days; the same bits as NumPy's NaT."""
DAY = 86_400_000_000
"""Microseconds of a calendar day."""


@dataclass(frozen=True)
class Words:
    """A string column as numbers into a list of words; -1 is null."""

    index: Array
    words: Sequence[str]

    def take(self, at: Array) -> "Words":
        """The rows `at`, in that order."""
        return Words(self.index[at], self.words)


def days_between(start: Array, end: Array) -> Array:
    """Difference of calendar dates, in days; null where either is null."""
    return np.where((start == NULL) | (end == NULL), NULL, end // DAY - start // DAY)


def changes(*columns: Array) -> Array:
    """True where a row differs from the one before in any column; the first row always does.

    >>> changes(np.array([1, 1, 2])).tolist()
    [True, False, True]
    """
    opens = np.empty(columns[0].size, bool)
    opens[:1] = True
    np.not_equal(columns[0][1:], columns[0][:-1], out=opens[1:])
    for column in columns[1:]:
        opens[1:] |= column[1:] != column[:-1]
    return opens


def ties(key: Array) -> Array:
    """True where a row's key equals that of a neighbour, in sorted keys.

    >>> ties(np.array([1, 2, 2, 3])).tolist()
    [False, True, True, False]
    """
    tied = np.zeros(key.size, bool)
    same = key[1:] == key[:-1]
    tied[1:] |= same
    tied[:-1] |= same
    return tied


def make_table(columns: Sequence[Column], values: Mapping[str, Any], subjects: pa.Array) -> pa.Table:
    """Arrow table of the contract's `columns` from arrays of the house; `subject_id` is a number into `subjects`."""
    arrays = [_to_arrow(values[column.name], column.type, subjects) for column in columns]
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])


def _to_arrow(values: Any, type_: pa.DataType, subjects: pa.Array) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if type_ is SUBJECT:
        return subjects.take(pa.array(values))
    if isinstance(values, Words):
        numbers = values.index.astype(np.int8, copy=False) if type_ is WORD else values.index
        index = _with_nulls(numbers, numbers < 0)
        if type_ is WORD:
            return pa.DictionaryArray.from_arrays(index, _dictionary(tuple(values.words)))
        return pa.array(values.words, pa.string()).take(index)
    if type_ is TIME:
        return pa.array(values.view("M8[us]") if values.dtype == np.int64 else values)
    if pa.types.is_floating(type_):
        return pa.array(values, type_, from_pandas=True)
    array = _with_nulls(values, values == NULL if values.dtype == np.int64 else values < 0)
    return array if array.type == type_ else array.cast(type_)


@lru_cache(maxsize=64)
def _dictionary(words: tuple[str, ...]) -> pa.Array:
    return pa.array(words, pa.string())


def _with_nulls(values: Array, missing: Array) -> pa.Array:
    return pa.array(values, mask=missing) if missing.any() else pa.array(values)
