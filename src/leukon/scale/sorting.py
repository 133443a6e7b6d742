"""Rows in any order to files in which every subject's rows lie together, in the order of the ids; once, by the disk."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leukon.errors import UnreadableFile
from leukon.events.arrays import Array
from leukon.events.columns import number_subjects
from leukon.monitor.review import PIECE
from leukon.scale.source import ROW, Source, is_text, open_files
from leukon.scale.workers import on_all_processors

ROWS = 1 << 19
"""Rows of a sorted file: it is sorted in memory."""
MOST = 256
"""Files that grow side by side; of more than so many times `ROWS` rows each gets more."""
_COUNTS = "rows.npy"
"""Rows of each subject, in order, and of those without one; written last."""
_COMPACT = 1 << 20
"""Counts of ids that are kept before those of one id are added up."""


@dataclass(frozen=True)
class _Order:
    """All ids in their order, and the rows of each; one more stands for the rows without one."""

    ids: pa.Array
    rows: Array

    def places(self, subjects: pa.Array | pa.ChunkedArray) -> Array:
        """Place of each row's id in the order."""
        column = subjects.combine_chunks() if isinstance(subjects, pa.ChunkedArray) else subjects
        column = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        place = pc.index_in(column.dictionary.cast(self.ids.type), self.ids)
        of_word = np.append(_numbers(place, len(self.ids)), len(self.ids))
        return of_word[_numbers(column.indices.cast(pa.int64()), -1)]

    def files(self, rows: int) -> Array:
        """File of each place: as many subjects as have about `rows` rows together."""
        return (np.cumsum(self.rows) - self.rows) // max(rows, -(-int(self.rows.sum()) // MOST))


def _numbers(array: pa.Array, null: int) -> Array:
    filled: Array = pc.fill_null(array, null).to_numpy(zero_copy_only=False)
    return filled


def sort_by_subject(source: Source, folder: Path, rows: int = ROWS) -> None:
    """Write the rows of a source to `folder/*.parquet`, the rows of each subject together, subjects in order.

    Every column keeps its type, rows of one subject their order, and each row its number in the input. Memory holds one
    file, and one entry a subject. It is done when `is_sorted(folder)`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    order = _find_order(source)
    spilled = _spill(source, order, folder, rows)
    for _ in on_all_processors(partial(_sort_one, source, order), spilled, None):
        pass
    np.save(folder / "new.npy", order.rows)
    (folder / "new.npy").replace(folder / _COUNTS)


def _sort_one(source: Source, order: _Order, spilled: Path) -> None:
    with pa.OSFile(str(spilled)) as opened, pa.ipc.open_stream(opened) as stream:
        table = stream.read_all()
    table = table.take(pa.array(_stable_order(order.places(table.column(source.subject)))))
    words = [field.name for field in table.schema if is_text(field.type)]
    pq.write_table(
        table, spilled.with_suffix(".parquet"), row_group_size=PIECE, use_dictionary=words, write_statistics=False
    )
    spilled.unlink()


def _stable_order(numbers: Array) -> Array:
    """The order of whole numbers, equal ones as they came; a small range is sorted many times faster."""
    if numbers.size and np.ptp(numbers) < 1 << 16:
        numbers = (numbers - numbers.min()).astype(np.uint16)
    return np.argsort(numbers, kind="stable")


def is_sorted(folder: Path) -> bool:
    """Whether `sort_by_subject` came to its end here."""
    return (folder / _COUNTS).exists()


def open_sorted(folder: Path, source: Source) -> tuple[Source, Array]:
    """What `sort_by_subject` wrote: the files, and the first row of each subject; those without one are the last."""
    count = np.load(folder / _COUNTS)
    starts = (np.cumsum(count) - count)[count > 0]
    return open_files(sorted(folder.glob("*.parquet")), source.columns), starts


def _find_order(source: Source) -> _Order:
    """Count the rows of each subject, and put the ids in order."""
    counts: list[pa.Table] = []
    for file in source.files:
        for batch in file.read(range(len(file.groups)), [source.subject]):
            counts.append(_count(source, batch))
            if sum(each.num_rows for each in counts) > _COMPACT:
                counts = [_added(source, counts)]
    found = _added(source, counts)
    column = found.column("id").combine_chunks()
    ids, place = number_subjects(column)
    rows = np.zeros(len(ids) + 1, np.int64)
    np.add.at(rows, place, found.column("rows").to_numpy())
    return _Order(ids, rows)


def _count(source: Source, batch: pa.Table) -> pa.Table:
    counted = source.as_given(batch.column(0)).value_counts()
    ids = counted.field("values")
    ids = ids.cast(ids.type.value_type) if pa.types.is_dictionary(ids.type) else ids
    ids = ids.cast(pa.large_string()) if pa.types.is_string(ids.type) else ids
    return pa.table({"id": ids, "rows": counted.field("counts")})


def _added(source: Source, counts: list[pa.Table]) -> pa.Table:
    try:
        together = pa.concat_tables(counts, promote_options="permissive")
    except pa.ArrowException:
        raise _different(source) from None
    return together.group_by("id").aggregate([("rows", "sum")]).rename_columns(["id", "rows"])


def _different(source: Source) -> UnreadableFile:
    folder, fix = source.files[0].path.parent, "write all files with one schema."
    return UnreadableFile(folder, "its files have columns of different types.", fix)


def _events(source: Source) -> Iterator[pa.Table]:
    """All rows as events in one schema, texts plain, each row with its number."""
    nothing = [_plain(source.as_events(file.nothing())) for file in source.files]
    try:
        schema = pa.unify_schemas([each.schema for each in nothing], promote_options="permissive")
    except pa.ArrowException:
        raise _different(source) from None
    row = 1
    for file in source.files:
        for batch in file.read(range(len(file.groups))):
            plain = _plain(source.as_events(batch))
            whole = pa.concat_tables([plain, schema.empty_table()], promote_options="permissive")
            numbers = pa.array(np.arange(row, row + batch.num_rows))
            yield whole.select(schema.names).cast(schema).append_column(ROW, numbers)
            row += batch.num_rows


def _plain(table: pa.Table) -> pa.Table:
    """Texts as they are: a dictionary would be written again with every few rows."""
    columns = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in table.columns]
    return pa.table(columns, names=table.column_names)


def _spill(source: Source, order: _Order, folder: Path, rows: int) -> list[Path]:
    """The rows of each file, in the order in which they came."""
    file_of, writers = order.files(rows), dict[int, pa.RecordBatchStreamWriter]()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with ExitStack() as open_files_:
        for table in _events(source):
            target = file_of[order.places(table.column(source.subject))]
            by_target = _stable_order(target)
            sorted_rows, target = table.combine_chunks().take(pa.array(by_target)), target[by_target]
            starts = np.flatnonzero(np.append(True, target[1:] != target[:-1]))
            for first, end in zip(starts.tolist(), [*starts[1:].tolist(), target.size], strict=True):
                number = int(target[first])
                if number not in writers:
                    path = str(folder / f"{number:06}.arrows")
                    writers[number] = open_files_.enter_context(pa.ipc.new_stream(path, table.schema, options=options))
                writers[number].write_table(sorted_rows.slice(first, end - first))
    return [folder / f"{number:06}.arrows" for number in sorted(writers)]
