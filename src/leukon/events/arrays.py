"""The arrays every calculation uses: how a null looks, how words are numbered, and how columns become Arrow again.

Null is NaN in floats, `NULL` in times and days, -1 in numbered words and grades.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


def date_of(time: Array) -> Array:
    """Calendar date of each time, in days since 1970-01-01; null stays null."""
    return np.where(time == NULL, NULL, time // DAY)


def days_between(start: Array, end: Array) -> Array:
    """Difference of calendar dates, in days; null where either is null."""
    return np.where((start == NULL) | (end == NULL), NULL, end // DAY - start // DAY)


def place_of(index: Array) -> Array:
    """Number of each row's run of equal neighbours in `index`, from 0."""
    changes = np.empty(index.size, bool)
    changes[:1] = True
    np.not_equal(index[1:], index[:-1], out=changes[1:])
    return np.cumsum(changes) - 1


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
        index = pa.array(values.index, mask=values.index < 0)
        if type_ is WORD:
            return pa.DictionaryArray.from_arrays(index.cast(pa.int8()), pa.array(values.words, pa.string()))
        return pa.array(values.words, pa.string()).take(index)
    if type_ is TIME:
        return pa.array(values.view("M8[us]") if values.dtype == np.int64 else values)
    if pa.types.is_floating(type_):
        return pa.array(values, type_, from_pandas=True)
    missing = values == NULL if values.dtype == np.int64 else values < 0
    return pa.array(values, type_, mask=missing) if missing.any() else pa.array(values, type_)
