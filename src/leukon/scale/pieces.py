"""The rows of a unit, piece by piece: never more in memory than a piece and a batch."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from leukon.events.arrays import Array
from leukon.scale.source import File, Source, not_whole
from leukon.scale.units import PIECE, Unit


def stream_pieces(source: Source, unit: Unit) -> Iterator[tuple[pa.Table, Array]]:
    """Each piece with the numbers of its rows, from 1.

    Raises
    ------
    UnreadableFile
        If a file is cut short or was changed in the meantime.
    """
    if not unit.rows:
        yield _nothing(source), np.zeros(0, np.int64)
        return
    held: list[pa.Table] = []
    row, ends = unit.cuts[0], iter(unit.cuts[1:])
    end = next(ends)
    for batch in _batches(source, unit):
        while row + batch.num_rows >= end:
            held.append(batch.slice(0, end - row))
            yield _together(held, end)
            held, batch, row = [], batch.slice(end - row), end
            if (end := next(ends, -1)) < 0:
                return
        held.append(batch)
        row += batch.num_rows


def _nothing(source: Source) -> pa.Table:
    """A table without rows: every table of a review is written, and none has other columns for being empty."""
    file = source.files[0]
    with file.open() as opened:
        return opened.schema_arrow.empty_table().select(list(file.wanted))


def _together(held: list[pa.Table], end: int) -> tuple[pa.Table, Array]:
    table = pa.concat_tables(held, promote_options="permissive")
    return table, np.arange(end - table.num_rows, end) + 1


def _batches(source: Source, unit: Unit) -> Iterator[pa.Table]:
    """The unit's rows in the batches in which the files give them."""
    first, last = unit.cuts[0], unit.cuts[-1]
    for file in source.files:
        groups = [g for g, end in enumerate(file.ends.tolist()) if end > first and end - file.groups[g] < last]
        if groups:
            row = int(file.ends[groups[0]]) - file.groups[groups[0]]
            for batch in _read(file, groups):
                inside = batch.slice(max(first - row, 0), max(last - max(first, row), 0))
                row += batch.num_rows
                if inside.num_rows:
                    yield inside
                if row >= last:
                    return


def _read(file: File, groups: list[int]) -> Iterator[pa.Table]:
    try:
        with file.open() as opened:
            for batch in opened.iter_batches(PIECE, row_groups=groups, columns=list(file.wanted), use_threads=False):
                batch.validate(full=True)  # a flipped byte can leave text that is not UTF-8
                yield pa.Table.from_batches([batch])
    except (OSError, pa.ArrowException, UnicodeDecodeError):
        raise not_whole(file.path) from None
