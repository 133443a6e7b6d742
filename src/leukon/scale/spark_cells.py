"""Tables of one review, packed into cells of bytes so that all of them travel in one Spark column, and out again."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

CELL = 8 << 20
"""Bytes of a table in one cell, about: far from the 2 GB at which Spark and Arrow end, and few cells all the same."""
CELLS = pa.schema([("table", pa.string()), ("cell", pa.binary())])
_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")


def pack(name: str, table: pa.Table) -> Iterator[pa.RecordBatch]:
    """One row (name, Arrow IPC stream) for each slice of a table; a table without rows makes none."""
    number = max(table.num_rows, 1)
    rows = max(1, CELL * number // max(table.nbytes, 1))
    for start in range(0, table.num_rows, rows):
        yield pa.record_batch([[name], [_written(table.slice(start, rows))]], CELLS)


def _written(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_PACKED) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


def unpack(batches: Iterable[pa.RecordBatch], types: Sequence[pa.DataType]) -> Iterator[pa.RecordBatch]:
    """The rows of every cell, cast to `types`: Spark has no dictionaries."""
    for batch in batches:
        for cell in batch.column("cell"):
            table = pa.ipc.open_stream(cell.as_buffer()).read_all()
            columns = [column.cast(type_) for column, type_ in zip(table.columns, types, strict=True)]
            yield from pa.table(columns, names=table.column_names).to_batches()
