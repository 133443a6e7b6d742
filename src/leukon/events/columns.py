"""Arrow columns to arrays of the house: which columns there are, and of which type; values are looked at later."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.errors import DoubledColumn, MissingColumn, UnknownTime, WrongType
from leukon.events.arrays import NULL, Array, Words, changes
from leukon.events.schema import EVENTS, PLACE, REQUIRED

_OF_READERS = frozenset((*(column.name for column in EVENTS), PLACE))


def find_columns(present: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Which columns of events an input has, each with its name there; `columns` says where the names differ.

    Raises
    ------
    MissingColumn, DoubledColumn
        If one that every event needs, or that `columns` names, is not there, or one is there twice.
    """
    here = {c.name: name for c in EVENTS if (name := columns.get(c.name, c.name)) in present}
    for column in (*REQUIRED, *columns):  # a slip in the name of `status` would make a cancelled result a final one
        if column not in here:
            raise MissingColumn(column, columns.get(column, column), here.values(), mapped=column in columns)
    for name in here.values():
        if present.count(name) > 1:
            raise DoubledColumn(name)
    return here


def names_in_force(present: Sequence[str], columns: Mapping[str, str]) -> Mapping[str, str]:
    """What a code map's `[columns]` say of an input: nothing, where a reader (FHIR, HL7, ...) has already named them.

    Its tables have every column of events and `place`, and no other; in them no column can be missing by a slip.

    >>> names_in_force(["patient", "time", "code"], {"subject_id": "patient"})
    {'subject_id': 'patient'}
    """
    return {} if set(present) == _OF_READERS else columns


def says_something(table: pa.Table, name: str) -> bool:
    """Whether the column is there and not all null."""
    return name in table.column_names and table[name].null_count < table.num_rows


def column_of(table: pa.Table, name: str) -> pa.Array:
    """The column in one piece, with one dictionary."""
    column = table[name].unify_dictionaries().combine_chunks()
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return column.cast(pa.large_string()) if pa.types.is_string_view(column.type) else column


def _indices(column: pa.DictionaryArray) -> Array:
    """Index of each row into the dictionary, -1 for null; Polars numbers without a sign."""
    return _filled(column.indices.cast(pa.int32()), -1)


def _filled(column: pa.Array, null: int) -> Array:
    """Integers with `null` in the place of nulls."""
    numbers: Array = (column.fill_null(null) if column.null_count else column).to_numpy(zero_copy_only=False)
    return numbers


def _is_text(type_: pa.DataType) -> bool:
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    return pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_)


def number_subjects(column: pa.Array) -> tuple[pa.Array, Array]:
    """Ids in order, each once, and the number of each row's id; one past the last for a row without one."""
    if pa.types.is_integer(column.type) and column.null_count == 0:
        ids = column.to_numpy(zero_copy_only=False)
        if np.all(ids[1:] >= ids[:-1]):
            opens = changes(ids)
            return pa.array(ids[opens], column.type), np.cumsum(opens.astype(np.int64)) - 1
    elif not (_is_text(column.type) or pa.types.is_integer(column.type) or pa.types.is_null(column.type)):
        raise WrongType("The column 'subject_id'", str(column.type), "an integer or a string")
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    ids = column.dictionary
    if pa.types.is_string_view(ids.type):
        ids = ids.cast(pa.large_string())
    number = _place_in_order(ids)
    order = np.argsort(number)
    nobody = np.asarray([value in (None, "") for value in ids.to_pylist()], bool)
    index = _indices(column).astype(np.int64)
    somebody = ids.take(pa.array(order[: number.size - nobody.sum()]))
    return somebody, np.where(index < 0, len(somebody), np.append(number, len(somebody))[index])


def _place_in_order(ids: pa.Array) -> Array:
    """Place of each id among the ids: numerically if all are integers, ids that say nothing last."""
    values = ids.to_pylist()
    said = [value for value in values if value not in (None, "")]
    if said and isinstance(said[0], str):
        numeric = all(value.removeprefix("-").isdecimal() and value.isascii() for value in said)
        key = {value: (int(value) if numeric else 0, value) for value in said}
        ordered = sorted(said, key=key.__getitem__)
    else:
        ordered = sorted(said)
    place = {value: at for at, value in enumerate(ordered)}
    return np.asarray([place.get(value, len(said)) for value in values], np.int64)


def words_of(table: pa.Table, name: str) -> Words | None:
    """A string column as numbered words, empty ones as null; None where the column says nothing."""
    if not says_something(table, name):
        return None
    column = column_of(table, name)
    if not _is_text(column.type):
        raise WrongType(f"The column '{name}'", str(column.type), "a string")
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    index = _indices(column)
    words = column.dictionary.to_pylist()
    empty = np.asarray([word in (None, "") for word in words] + [False], bool)
    return Words(np.where(empty[index], -1, index) if empty.any() else index, words)


def numbers_of(table: pa.Table, name: str) -> Array | None:
    """Numbers as float64, or float32 if they came so; None where the column says nothing."""
    if name not in table.column_names:
        return None
    type_ = table[name].type
    if pa.types.is_null(type_):
        return None
    if not (pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_)):
        raise WrongType(f"The column '{name}'", str(type_), "a number")
    if not says_something(table, name):
        return None
    column = column_of(table, name)
    return (column if type_ == pa.float32() else column.cast(pa.float64(), safe=False)).to_numpy(zero_copy_only=False)


def times_of(table: pa.Table, name: str, timezone: str | None) -> Array:
    """Wall-clock microseconds since 1970; with an offset converted to `timezone`, or the clock of its own zone."""
    column = column_of(table, name)
    if pa.types.is_null(column.type):
        return np.full(table.num_rows, NULL)
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("us"))
    if not pa.types.is_timestamp(column.type):
        raise WrongType(f"The column '{name}'", str(column.type), "a timestamp or a date")
    if column.type.tz is not None:
        zone = timezone or column.type.tz
        column = pc.local_timestamp(column.cast(pa.timestamp("us", zone), safe=False))
    return _filled(column.cast(pa.timestamp("us"), safe=False).cast(pa.int64()), NULL)


def check_timezone(timezone: str | None) -> str | None:
    """Hand back an IANA name that exists, or None.

    Raises
    ------
    UnknownTime
        If there is no such zone.
    """
    if timezone is not None:
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError):
            raise UnknownTime("time zone", timezone) from None
    return timezone
