"""The rows of a unit, piece by piece: never more in memory than a piece and a batch."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from leukon.events.arrays import Array
from leukon.scale.source import ROW, Source
from leukon.scale.units import Unit


def stream_pieces(source: Source, unit: Unit) -> Iterator[tuple[pa.Table, Array]]:
    """Each piece as events, with the numbers of its rows in the input, from 1.

    Raises
    ------
    UnreadableFile
        If a file is cut short or was changed in the meantime.
    """
    if not unit.rows:
        yield source.as_events(source.files[0].nothing()), np.zeros(0, np.int64)
        return
    held: list[pa.Table] = []
    row, ends = unit.cuts[0], iter(unit.cuts[1:])
    end = next(ends)
    for batch in _batches(source, unit):
        while row + batch.num_rows >= end:
            held.append(batch.slice(0, end - row))
            yield _numbered(source, pa.concat_tables(held, promote_options="permissive"), end)
            held.clear()
            batch, row = batch.slice(end - row), end
            if (end := next(ends, -1)) < 0:
                return
        held.append(batch)
        row += batch.num_rows


def _numbered(source: Source, table: pa.Table, end: int) -> tuple[pa.Table, Array]:
    if ROW in table.column_names:
        return source.as_events(table.drop_columns([ROW])), table.column(ROW).to_numpy()
    return source.as_events(table), np.arange(end - table.num_rows, end) + 1


def _batches(source: Source, unit: Unit) -> Iterator[pa.Table]:
    """The unit's rows in the batches in which the files give them."""
    first, last = unit.cuts[0], unit.cuts[-1]
    for file in source.files:
        groups = [g for g, end in enumerate(file.ends.tolist()) if end > first and end - file.groups[g] < last]
        if groups:
            row = int(file.ends[groups[0]]) - file.groups[groups[0]]
            for batch in file.read(groups):
                inside = batch.slice(max(first - row, 0), max(last - max(first, row), 0))
                row += batch.num_rows
                if inside.num_rows:
                    yield inside
                if row >= last:
                    return
