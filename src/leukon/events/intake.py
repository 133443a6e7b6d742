"""Whatever holds Arrow data, to the arrays of the house: types are checked here, values later."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from leukon.errors import WrongType
from leukon.events.arrays import Array, Words
from leukon.events.columns import (
    check_timezone,
    column_of,
    find_columns,
    names_in_force,
    number_subjects,
    numbers_of,
    says_something,
    times_of,
    words_of,
)


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


def take_in(
    data: Any, columns: Mapping[str, str], timezone: str | None = None, row_numbers: Array | None = None
) -> Intake:
    """Accept pyarrow, Polars, pandas, DuckDB or anything else with `__arrow_c_stream__`.

    Ids are sorted, numerically if all are integers. `time` and `recorded` are wall-clock microseconds. Input that is
    not sorted by subject and time is sorted, once. `row_numbers` (int64, null: NULL) are the numbers of the rows where
    `data` is a part of a larger input; default: 1, 2, 3 ...

    Raises
    ------
    MissingColumn, WrongType, UnknownTime
        The only complaints about the whole input (and about a time zone that does not exist); a bad row never raises.
    """
    check_timezone(timezone)
    table = _events_table(data, columns)
    subject_ids, subject = number_subjects(column_of(table, "subject_id"))
    intake = Intake(
        subject_ids=subject_ids,
        row=np.arange(1, table.num_rows + 1) if row_numbers is None else row_numbers,
        subject=subject,
        time=times_of(table, "time", timezone),
        code=words_of(table, "code") or Words(np.full(table.num_rows, -1), []),
        numeric=numbers_of(table, "numeric_value"),
        text=words_of(table, "text_value"),
        unit=words_of(table, "unit"),
        comparator=words_of(table, "comparator"),
        lln=numbers_of(table, "lln"),
        uln=numbers_of(table, "uln"),
        status=words_of(table, "status"),
        recorded=times_of(table, "recorded_time", timezone) if says_something(table, "recorded_time") else None,
        source=words_of(table, "source_id"),
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
    here = find_columns(table.column_names, names_in_force(table.column_names, columns))
    return table.select(list(here.values())).rename_columns(list(here))


def _to_arrow(data: Any) -> pa.Table:
    try:
        return pa.table(data)
    except (pa.ArrowException, ValueError, TypeError):  # its message can hold a value
        wanted = "a table whose columns have different names and one type each"
        raise WrongType("The object with the events", type(data).__name__, wanted) from None
