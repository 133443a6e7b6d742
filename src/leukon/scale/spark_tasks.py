"""What runs inside a Spark task: pure functions over Arrow batches, whose failures show no value of the data."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from leukon.errors import FailedTask, LeukonError, NoUsableRow
from leukon.events.arrays import NULL, Array
from leukon.events.code_map import CodeMap
from leukon.events.table import open_door
from leukon.knowledge.library import concepts_of
from leukon.knowledge.protocol import Protocol
from leukon.monitor.review import PIECE, Review, review
from leukon.scale.spark_cells import pack, unpack
from leukon.scale.spark_pieces import cut_pieces

Batches = Iterable[pa.RecordBatch]
Work = Callable[[Batches], Iterator[pa.RecordBatch]]
ROW = "leukon_row"
"""What the column of row numbers is called between Spark and a task."""
LAST = pa.schema([("instant", pa.int64())])
_ROWS = PIECE - (1 << 14)
"""Rows of a piece: with the rest of a batch it stays one piece of the review."""


@dataclass(frozen=True)
class Question:
    """What is asked of every piece of the events; it travels to the tasks."""

    protocol: Protocol
    schedule: str
    codes: CodeMap
    timezone: str | None

    @property
    def subject(self) -> str:
        """Name of the subject's column in the input."""
        return self.codes.columns.get("subject_id", "subject_id")

    def review(self, piece: pa.Table, as_of: datetime) -> Review:
        """The ordinary review of whole subjects; without row numbers every row is null."""
        return review(
            piece.drop_columns([ROW] if ROW in piece.column_names else []),
            self.protocol,
            as_of=as_of,
            schedule=self.schedule,
            codes=self.codes,
            timezone=self.timezone,
            row_numbers=_row_numbers(piece),
        )


def _row_numbers(piece: pa.Table) -> Array:
    if ROW not in piece.column_names:
        return np.full(piece.num_rows, NULL)
    numbers: Array = piece[ROW].combine_chunks().cast(pa.int64()).fill_null(NULL).to_numpy(zero_copy_only=False)
    return numbers


def review_task(question: Question, as_of: datetime, tables: Sequence[str]) -> Work:
    """A task that packs the tables of every piece into cells."""

    def work(batches: Batches) -> Iterator[pa.RecordBatch]:
        for piece in cut_pieces(batches, question.subject, _ROWS):
            found = question.review(piece, as_of)
            for name in tables:
                yield from pack(name, getattr(found, name))

    return without_values(work)


def unpack_task(types: Sequence[pa.DataType]) -> Work:
    """A task that takes one table out of its cells."""
    return without_values(lambda cells: unpack(cells, types))


def last_time_task(question: Question) -> Work:
    """A task that gives the latest time of a usable row of every piece, in microseconds since 1970."""

    def work(batches: Batches) -> Iterator[pa.RecordBatch]:
        for piece in cut_pieces(batches, question.subject, _ROWS):
            yield pa.record_batch([pa.array(_last_time(question, piece), pa.int64())], LAST)

    return without_values(work)


def _last_time(question: Question, piece: pa.Table) -> list[int]:
    try:
        door = open_door(
            piece,
            as_of="last",
            concepts=concepts_of(question.protocol),
            code_map=question.codes,
            timezone=question.timezone,
        )
    except NoUsableRow:  # of this piece; others may have one
        return []
    return [door.as_of.instant]


def without_values(work: Work) -> Work:
    """`work`, of whose errors only the kind and the place are told: Spark writes them into its logs."""

    def guarded(batches: Batches) -> Iterator[pa.RecordBatch]:
        try:
            yield from work(batches)
        except LeukonError as error:  # says columns and types, never values
            raise error from None
        except Exception as error:  # noqa: BLE001 any other message can hold a patient's data
            raise FailedTask(type(error).__name__, _place(error)) from None

    return guarded


def _place(error: BaseException) -> str:
    """File and line where an error arose."""
    trace, place = error.__traceback__, "an unknown place"
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
