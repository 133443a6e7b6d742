"""Rows of cells to batches of events, column by column: each different cell of a column is read once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.arrays import Array
from leukon.ingest.gathered import BATCH, SCHEMA, UNREADABLE
from leukon.ingest.visits_cells import Cell, Said, as_text, cell_reader
from leukon.ingest.visits_columns import Column, Plan
from leukon.ingest.visits_dates import read_date, with_time_of_day
from leukon.ingest.visits_map import VisitMap
from leukon.ingest.visits_rows import NumberedRow
from leukon.ingest.visits_subjects import read_subject

_MEMORY = 1 << 16
"""Different cells of a column that are remembered from batch to batch."""
_NOTHING = Said()
_FIELDS = (
    ("numeric_value", "numeric"),
    ("text_value", "text"),
    ("unit", "unit"),
    ("comparator", "comparator"),
    ("status", "status"),
)
_VALUE_FIELDS = (*(name for name, _ in _FIELDS), "lln", "uln")


class _Once:
    """A function of cells that reads each different cell once; `said` is what they say, one after the other."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read, self._places = read, dict[Any, int]()
        self.said: list[Any] = []

    def index_of(self, cells: Sequence[Any]) -> Array:
        """The place of each cell in `said`."""
        places = self._places
        if len(places) > _MEMORY:
            places.clear()
            self.said = []
        for cell in dict.fromkeys(cells):
            if cell not in places:
                places[cell] = len(self.said)
                self.said.append(self._read(cell))
        return np.fromiter(map(places.__getitem__, cells), np.int64, len(cells))

    def taken(self, cells: Sequence[Any], row: Array, type_: pa.DataType) -> pa.Array:
        """What the cells of these rows say."""
        index = self.index_of(cells)
        return pa.array(self.said, type_).take(pa.array(index[row]))


class _Values:
    """One column of values: what its different cells say, as arrays of the columns of events."""

    def __init__(self, column: Column, visits: VisitMap) -> None:
        self._column, self._once = column, _Once(_unless_empty(cell_reader(column, visits)))
        self._of: list[Any] = []
        self._lists: dict[str, list[Any]] = {}

    def index_of(self, cells: Sequence[Cell]) -> Array:
        """The place of each cell in the arrays; -1 for an empty one."""
        index = self._once.index_of(cells)
        empty = np.asarray([said is None for said in self._once.said], bool)
        return np.where(empty[index], -1, index)

    def arrays(self) -> dict[str, pa.Array]:
        """What the cells met so far say."""
        said = self._once.said
        if said is not self._of:
            self._of, self._lists = said, {name: list[Any]() for name in _VALUE_FIELDS}
        new = [one or _NOTHING for one in said[len(self._lists["status"]) :]]
        for name, field in _FIELDS:
            self._lists[name] += [getattr(one, field) for one in new]
        for name in ("lln", "uln"):  # limits hold in the column's unit only
            limit = getattr(self._column, name)
            self._lists[name] += [limit if one.ranged else None for one in new]
        return {name: pa.array(values, _type(name)) for name, values in self._lists.items()}


class Batches:
    """The events of one sheet; `place` is the name of its file, and of the sheet where there are several."""

    def __init__(self, plan: Plan, visits: VisitMap, place: str, zone: ZoneInfo | None, *, of_1904: bool) -> None:
        self._plan, self._place = plan, place
        self._codes = pa.array([*(column.code for column in plan.columns), f"{UNREADABLE}row"])
        self._subject = _Once(read_subject)
        self._date = _Once(partial(read_date, form=visits.date_format, zone=zone, of_1904=of_1904))
        self._when = _Once(lambda pair: with_time_of_day(*pair))
        self._values = [_Values(column, visits) for column in plan.columns]

    def of(self, rows: Iterable[NumberedRow]) -> Iterator[pa.RecordBatch]:
        """Batches of the events of these rows, in the order of rows and columns."""
        rest, at_once = iter(rows), max(1, BATCH // (len(self._plan.columns) + 1))
        while chunk := list(islice(rest, at_once)):
            yield self._batch(chunk)

    def _batch(self, chunk: list[NumberedRow]) -> pa.RecordBatch:
        nothing: list[Cell] = [""] * self._plan.width
        columns = list(zip(*(nothing if cells is None else cells for _, cells in chunk), strict=True))
        broken = np.asarray([cells is None for _, cells in chunk], bool)
        index = np.column_stack([*self._indices(columns), np.where(broken, 0, -1)])
        row, column = np.nonzero(index >= 0)
        said = [values.arrays() for values in self._values]
        starts = np.cumsum([0, *(len(arrays["status"]) for arrays in said)])
        at = pa.array(index[row, column] + starts[column])
        fields = {
            "subject_id": self._subject.taken(columns[self._plan.subject], row, pa.string()),
            "time": self._times(columns, row),
            **{name: _all_say(said, name).take(at) for name in _VALUE_FIELDS},
            "code": self._codes.take(pa.array(column)),
            "place": self._places(np.asarray([number for number, _ in chunk])[row], column),
        }
        none = pa.nulls(row.size)
        return pa.RecordBatch.from_arrays([fields.get(f.name, none).cast(f.type) for f in SCHEMA], schema=SCHEMA)

    def _indices(self, columns: Sequence[tuple[Cell, ...]]) -> list[Array]:
        return [values.index_of(columns[c.at]) for c, values in zip(self._plan.columns, self._values, strict=True)]

    def _times(self, columns: Sequence[tuple[Cell, ...]], row: Array) -> pa.Array:
        dates = columns[self._plan.date]
        if self._plan.time is None:
            return self._date.taken(dates, row, pa.timestamp("us"))
        days = [self._date.said[at] for at in self._date.index_of(dates)]
        return self._when.taken(list(zip(days, columns[self._plan.time], strict=True)), row, pa.timestamp("us"))

    def _places(self, numbers: Array, column: Array) -> pa.Array:
        headings = pa.array([*(f" {c.heading}" for c in self._plan.columns), ""]).take(pa.array(column))
        return pc.binary_join_element_wise(f"{self._place}:", pc.cast(pa.array(numbers), pa.string()), headings, "")


def _unless_empty(read: Callable[[Cell], Said]) -> Callable[[Cell], Said | None]:
    return lambda cell: None if isinstance(cell, str) and not as_text(cell) else read(cell)


def _all_say(said: Sequence[Mapping[str, pa.Array]], name: str) -> pa.Array:
    """What the cells of all columns say, one column after the other, and at the end what a broken row says."""
    return pa.concat_arrays([*(arrays[name] for arrays in said), pa.nulls(1, _type(name))])


def _type(name: str) -> pa.DataType:
    return SCHEMA.field(name).type
