"""Whatever holds Arrow data, to the arrays of the house: types are checked here, values later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.errors import DoubledColumn, MissingColumn, UnknownTime, WrongType
from leukon.events.arrays import NULL, Array, Words
from leukon.events.schema import EVENTS, REQUIRED


@dataclass(frozen=True)
class Intake:
    """The events as arrays, sorted by subject and time; a column that is absent or all null is None.

    `row` is the number of the row in the input, from 1; `subject` numbers `subject_ids`, one past the last is nobody.
    """

    subject_ids: pa.Array = field(repr=False)
    row: Array
    subject: Array
    time: Array
    code: Words
    numeric: Array | None
    text: Words | None
    unit: Words | None
    comparator: Words | None
    lln: Array | None
    uln: Array | None
    status: Words | None
    recorded: Array | None
    source: Words | None


def take_in(data: Any, columns: Mapping[str, str], timezone: str | None = None) -> Intake:
    """Accept pyarrow, Polars, pandas, DuckDB or anything else with `__arrow_c_stream__`.

    Ids are sorted, numerically if all are integers. `time` and `recorded` are wall-clock microseconds. Input that is
    not sorted by subject and time is sorted, once.

    Raises
    ------
    MissingColumn, WrongType, UnknownTime
        The only complaints about the whole input (and about a time zone that does not exist); a bad row never raises.
    """
    check_timezone(timezone)
    table = _events_table(data, columns)
    subject_ids, subject = _number_subjects(_column(table, "subject_id"))
    intake = Intake(
        subject_ids=subject_ids,
        row=np.arange(1, table.num_rows + 1),
        subject=subject,
        time=_times(table, "time", timezone),
        code=_words(table, "code") or Words(np.full(table.num_rows, -1), []),
        numeric=_numbers(table, "numeric_value"),
        text=_words(table, "text_value"),
        unit=_words(table, "unit"),
        comparator=_words(table, "comparator"),
        lln=_numbers(table, "lln"),
        uln=_numbers(table, "uln"),
        status=_words(table, "status"),
        recorded=_times(table, "recorded_time", timezone) if _has(table, "recorded_time") else None,
        source=_words(table, "source_id"),
    )
    return intake if _is_sorted(intake) else take_rows(intake, np.lexsort((intake.time, intake.subject)))


def _is_sorted(intake: Intake) -> bool:
    if np.any(intake.subject[1:] < intake.subject[:-1]):
        return False
    back = np.flatnonzero(intake.time[1:] < intake.time[:-1])
    return not np.any(intake.subject[back] == intake.subject[back + 1])


def take_rows(intake: Intake, at: Array | slice) -> Intake:
    """The rows `at`, of every column."""

    def take(column: Any) -> Any:
        if isinstance(column, Words):
            return Words(column.index[at], column.words)
        return column if column is None or isinstance(column, pa.Array) else column[at]

    return Intake(**{each.name: take(getattr(intake, each.name)) for each in fields(intake)})


def cut_by_subject(intake: Intake, rows: int) -> list[Intake]:
    """Cut into pieces of about `rows` rows; a subject never spans two."""
    starts = [0]
    while starts[-1] + rows < intake.subject.size:
        subject = intake.subject[starts[-1] + rows - 1]
        starts.append(int(np.searchsorted(intake.subject, subject, side="right")))
    cuts = [slice(*cut) for cut in pairwise([*starts, intake.subject.size]) if cut[0] < cut[1]]
    return [take_rows(intake, cut) for cut in cuts or [slice(0, 0)]]


def _events_table(data: Any, columns: Mapping[str, str]) -> pa.Table:
    if not hasattr(data, "__arrow_c_stream__"):
        raise WrongType("The object with the events", type(data).__name__, "a table with __arrow_c_stream__")
    table = data if isinstance(data, pa.Table) else _to_arrow(data)
    here = find_columns(table.column_names, columns)
    return table.select(list(here.values())).rename_columns(list(here))


def _to_arrow(data: Any) -> pa.Table:
    try:
        return pa.table(data)
    except (pa.ArrowException, ValueError, TypeError):  # its message can hold a value
        wanted = "a table whose columns have different names and one type each"
        raise WrongType("The object with the events", type(data).__name__, wanted) from None


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


def _has(table: pa.Table, name: str) -> bool:
    return name in table.column_names and table[name].null_count < table.num_rows


def _column(table: pa.Table, name: str) -> pa.Array:
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


def _number_subjects(column: pa.Array) -> tuple[pa.Array, Array]:
    if pa.types.is_integer(column.type) and column.null_count == 0:
        ids = column.to_numpy(zero_copy_only=False)
        if np.all(ids[1:] >= ids[:-1]):
            opens = np.empty(ids.size, bool)
            opens[:1] = True
            np.not_equal(ids[1:], ids[:-1], out=opens[1:])
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


def _words(table: pa.Table, name: str) -> Words | None:
    if not _has(table, name):
        return None
    column = _column(table, name)
    if not _is_text(column.type):
        raise WrongType(f"The column '{name}'", str(column.type), "a string")
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    index = _indices(column)
    words = column.dictionary.to_pylist()
    empty = np.asarray([word in (None, "") for word in words] + [False], bool)
    return Words(np.where(empty[index], -1, index) if empty.any() else index, words)


def _numbers(table: pa.Table, name: str) -> Array | None:
    """Numbers as float64, or float32 if they came so; None where the column says nothing."""
    if name not in table.column_names:
        return None
    type_ = table[name].type
    if pa.types.is_null(type_):
        return None
    if not (pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_)):
        raise WrongType(f"The column '{name}'", str(type_), "a number")
    if not _has(table, name):
        return None
    column = _column(table, name)
    return (column if type_ == pa.float32() else column.cast(pa.float64(), safe=False)).to_numpy(zero_copy_only=False)


def _times(table: pa.Table, name: str, timezone: str | None) -> Array:
    column = _column(table, name)
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
