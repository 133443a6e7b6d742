"""Rows in any order to tables of whole subjects; more than fit into memory go by way of the disk, by hash of the id."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from zlib import crc32

import numpy as np
import pyarrow as pa

ROWS = 1 << 18
"""Rows that are held in memory at once."""
_WAYS = 64
_DEEPEST = 4
"""Levels of buckets in buckets that the 32 bits of a hash are good for; a subject alone is never split."""


def split_by_subject(batches: Iterable[pa.RecordBatch], folder: Path, rows: int = ROWS) -> Iterator[pa.Table]:
    """Tables of about `rows` rows, in which each subject is whole; nothing is yielded before all batches have come.

    Rows of one subject keep their order. Which subjects share a table hangs on their ids and the number of rows,
    never on the order of the input. `folder` is made for what does not fit into memory, and emptied on the way.
    """
    yield from _split(iter(batches), folder, rows, level=0)


def _split(batches: Iterator[pa.RecordBatch], folder: Path, rows: int, level: int) -> Iterator[pa.Table]:
    held = _take(batches, rows + 1)
    if sum(batch.num_rows for batch in held) <= rows:
        if held:
            yield pa.Table.from_batches(held)
        return
    buckets = _spill(chain(_drain(held), batches), folder, rows, level)
    for group in _groups(buckets, rows):
        if len(group) == 1 and group[0][1] > rows and level < _DEEPEST:
            yield from _split(_read(group[0][0]), folder / group[0][0].stem, rows, level + 1)
        else:
            yield pa.Table.from_batches([batch for file, _ in group for batch in _read(file)])
        for file, _ in group:
            file.unlink()


def _drain(held: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What is held, let go of one by one: not all of it stays in memory until the last row has come."""
    held.reverse()
    while held:
        yield held.pop()


def _take(batches: Iterator[pa.RecordBatch], rows: int) -> list[pa.RecordBatch]:
    """The next batches of at least `rows` rows together; fewer at the end."""
    held: list[pa.RecordBatch] = []
    count = 0
    while count < rows and (batch := next(batches, None)) is not None:
        if batch.num_rows:
            held.append(batch)
            count += batch.num_rows
    return held


def _spill(batches: Iterator[pa.RecordBatch], folder: Path, rows: int, level: int) -> list[tuple[Path, int]]:
    """Files with the rows of each bucket, and how many rows; those without any are left out."""
    folder.mkdir()
    writers: dict[int, pa.RecordBatchStreamWriter] = {}
    counts = np.zeros(_WAYS, np.int64)
    try:
        while held := _take(batches, rows):
            for bucket, part in _divide(held, level):
                if bucket not in writers:
                    options = pa.ipc.IpcWriteOptions(compression="lz4")
                    writers[bucket] = pa.ipc.new_stream(_file(folder, bucket), part.schema, options=options)
                writers[bucket].write_table(part)
                counts[bucket] += part.num_rows
    finally:
        for writer in writers.values():
            writer.close()
    return [(_file(folder, bucket), int(counts[bucket])) for bucket in sorted(writers)]


def _divide(held: list[pa.RecordBatch], level: int) -> Iterator[tuple[int, pa.Table]]:
    """The rows by bucket, each in their order."""
    table = pa.Table.from_batches(held).combine_chunks()
    ids = table.column("subject_id").combine_chunks().dictionary_encode()
    hashes = np.asarray([crc32(each.encode("utf-8")) for each in ids.dictionary.to_pylist()], np.int64)
    bucket = (hashes // _WAYS**level % _WAYS)[ids.indices.to_numpy()]
    order = np.argsort(bucket, kind="stable")
    table = table.take(pa.array(order))
    ends = np.cumsum(np.bincount(bucket, minlength=_WAYS))
    for number, (start, end) in enumerate(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)):
        if start < end:
            yield number, table.slice(start, end - start)


def _groups(buckets: list[tuple[Path, int]], rows: int) -> Iterator[list[tuple[Path, int]]]:
    """Neighbouring buckets that fit into memory together: few large shards, not many small ones."""
    group: list[tuple[Path, int]] = []
    for bucket in buckets:
        if group and sum(count for _, count in group) + bucket[1] > rows:
            yield group
            group = []
        group.append(bucket)
    yield group


def _file(folder: Path, bucket: int) -> Path:
    return folder / f"{bucket:02}.arrows"


def _read(file: Path) -> Iterator[pa.RecordBatch]:
    with pa.OSFile(str(file)) as opened, pa.ipc.open_stream(opened) as reader:
        yield from reader
