"""Cut a stream of rows into pieces of whole subjects, so that memory holds a piece and never a partition."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc


def cut_pieces(batches: Iterable[pa.RecordBatch], subject: str, rows: int) -> Iterator[pa.Table]:
    """Cut batches, in which each subject's rows stand together, into pieces of about `rows` rows.

    A subject never spans two pieces, so one with very many rows is one piece. Rows without a subject may be cut
    anywhere: nothing that is asked of them looks at two of them.

    >>> batches = [pa.record_batch({"id": ids}) for ids in ([1, 1, 2], [2, 2], [2, 3, 4])]
    >>> [piece["id"].to_pylist() for piece in cut_pieces(batches, "id", rows=3)]
    [[1, 1], [2, 2, 2, 2, 3], [4]]
    """
    held: list[pa.RecordBatch] = []
    number = 0
    for batch in batches:
        if batch.num_rows:
            held.append(batch)
            number += batch.num_rows
            if number >= rows and (border := _last_border(held, subject)):
                cut, held = border
                yield pa.Table.from_batches(cut)
                number = sum(each.num_rows for each in held)
    if held:
        yield pa.Table.from_batches(held)


def _last_border(held: list[pa.RecordBatch], subject: str) -> tuple[list[pa.RecordBatch], list[pa.RecordBatch]] | None:
    """What lies before the last subject of the last batch, and the rest; None if all of it is that subject."""
    *before, last = held
    opens = _opens(last, subject)
    if opens == 0 and before and _same(before[-1].column(subject)[-1], last.column(subject)[0]):
        return None
    cut = [batch for batch in (*before, last.slice(0, opens)) if batch.num_rows]
    rest = [batch for batch in (last.slice(opens),) if batch.num_rows]
    return (cut, rest) if cut else None


def _opens(batch: pa.RecordBatch, subject: str) -> int:
    """Where the rows of the last subject begin; rows without one are whole by themselves."""
    ids = batch.column(subject)
    if not ids[-1].is_valid:
        return int(batch.num_rows)
    return int(batch.num_rows - pc.sum(pc.equal(ids, ids[-1])).as_py())


def _same(one: pa.Scalar, other: pa.Scalar) -> bool:
    return bool(one.is_valid and other.is_valid and one == other)
