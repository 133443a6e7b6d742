"""What every reader hands on: events in batches, each with the place it came from; what cannot be read is one too.

A reader never drops anything. What it understands becomes an event row; a row that lacks something (no subject, no
time, no number) is handed on as it is, for the door to refuse with a reason. A piece that cannot be read at all (a
broken line of JSON, a segment cut short) becomes a row whose code is `UNREADABLE//...`: it is counted as an unknown
code, with its place, and everything good beside it goes through.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import pyarrow as pa

from leukon.events.schema import EVENTS, PLACE, SUBJECT

UNREADABLE = "UNREADABLE//"
BATCH = 1 << 16
"""Rows of one batch: memory stays the same however long the file is."""
_NAMES = (*(column.name for column in EVENTS), PLACE)
SCHEMA = pa.schema(
    [
        *(pa.field(column.name, pa.string() if column.type is SUBJECT else column.type) for column in EVENTS),
        pa.field(PLACE, pa.string()),
    ]
)
"""The events layout with string ids, and where each row came from (`labs.ndjson:12`, `feed.hl7:3 OBX 5`)."""


def _empty() -> dict[str, list[Any]]:
    return {name: [] for name in _NAMES}


class Gathering:
    """Event rows on their way into batches.

    >>> rows = Gathering()
    >>> rows.add(place="x:1", subject_id="7", code="anc", numeric_value=0.4)
    >>> rows.take().column("code").to_pylist()
    ['anc']
    """

    def __init__(self) -> None:
        self._columns = _empty()

    def __len__(self) -> int:
        return len(self._columns[PLACE])

    def add(
        self,
        *,
        place: str,
        subject_id: str | None = None,
        time: datetime | None = None,
        code: str | None = None,
        numeric_value: float | None = None,
        text_value: str | None = None,
        unit: str | None = None,
        comparator: str | None = None,
        lln: float | None = None,
        uln: float | None = None,
        status: str | None = None,
        recorded_time: datetime | None = None,
        source_id: str | None = None,
    ) -> None:
        """Add one row; times are wall clock without an offset."""
        row = (subject_id, time, code, numeric_value, text_value, unit, comparator, lln, uln, status, recorded_time)
        for name, value in zip(_NAMES, (*row, source_id, place), strict=True):
            self._columns[name].append(value)

    def add_unreadable(self, what: str, place: str) -> None:
        """Add a piece that cannot be read; `what` is a word such as `json` or `segment`, never its content."""
        self.add(place=place, code=f"{UNREADABLE}{what}")

    def take(self) -> pa.RecordBatch:
        """The rows gathered so far as one batch; the gathering is empty then."""
        arrays = [pa.array(self._columns[field.name], field.type) for field in SCHEMA]
        self._columns = _empty()
        return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def in_batches(rows: Gathering, steps: Iterable[object]) -> Iterator[pa.RecordBatch]:
    """Run `steps`, each of which adds rows, and yield a batch whenever enough have come; the last may be empty."""
    for _ in steps:
        if len(rows) >= BATCH:
            yield rows.take()
    yield rows.take()


def to_table(batches: Iterable[pa.RecordBatch]) -> pa.Table:
    """All batches as one table."""
    return pa.Table.from_batches(batches, SCHEMA)
