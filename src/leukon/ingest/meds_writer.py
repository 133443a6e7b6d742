"""Events to a MEDS dataset that other MEDS tools accept and from which leukon reads the same events again."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leukon.events.code_map import CodeMap
from leukon.events.columns import find_columns
from leukon.ingest.gathered import SCHEMA
from leukon.ingest.meds_folder import new_folder
from leukon.ingest.meds_ids import Numbering, number_column
from leukon.ingest.meds_layout import DATA, EXACT, IDS, LEFT_OUT, MEDS_SCHEMA
from leukon.ingest.meds_metadata import Codes, write_dataset_json
from leukon.ingest.meds_spill import ROWS, split_by_subject

SUBJECTS = 10_000


def write_meds(
    batches: Iterable[pa.RecordBatch],
    out: str | Path,
    *,
    name: str,
    subjects_per_shard: int = SUBJECTS,
    rows_in_memory: int = ROWS,
    codes: CodeMap | None = None,
) -> Path:
    """Write events as a MEDS dataset: `data/*.parquet`, `metadata/codes.parquet`, `metadata/dataset.json`.

    In a shard rows are sorted by subject and time, those without a time first; rows of one time keep their order. No
    subject is in two shards. `numeric_value` has 32 bits, as MEDS wants (null if it is too large for them); the number
    as it was read is in `numeric_value_64`, the text as it was written in `text_value`. Splits for machine learning are
    optional in MEDS and a choice of whoever learns: none are written.

    Parameters
    ----------
    batches
        Events as readers give them (`gathered.SCHEMA`); columns of events that are not there are null, other columns
        are left out.
    out
        The folder. It is written beside and renamed at the end; an earlier dataset of leukon's makes way for it. What
        kills the process leaves that as it is, and a folder `.NAME-...` beside it.
    name
        What the dataset is called.
    subjects_per_shard
        At most so many subjects in one shard; fewer where their rows do not fit into memory together.
    rows_in_memory
        Rows held at once; more are sorted by way of the disk.
    codes
        A site's code map: describes its codes in `codes.parquet`.

    Returns
    -------
    pathlib.Path
        The folder. Ids that are integers are kept; `metadata/subject_ids.parquet` says which number stands for which
        other id. Rows without a subject or a code, which MEDS forbids, are in `metadata/left_out.parquet`.

    Raises
    ------
    UnwritableFolder
        If the folder cannot be written, or holds anything but a dataset that leukon wrote; nothing has changed then.
    MissingColumn
        If a column that every event needs is not there; nothing has changed then.
    """
    out, numbering, described = Path(out), Numbering(), Codes(codes)
    with new_folder(out) as (dataset, spill):
        with _LeftOut(dataset / LEFT_OUT) as left_out:
            parts = split_by_subject(_placed(batches, left_out, numbering), spill, rows_in_memory)
            for number, shard in enumerate(_shards(parts, numbering, subjects_per_shard)):
                described.see(shard.column("code"))
                pq.write_table(shard, dataset / DATA / f"{number:05}.parquet", compression="zstd")
        if (taken := numbering.taken()).num_rows:
            pq.write_table(taken, dataset / IDS)
        described.write(dataset)
        write_dataset_json(dataset, name)
    return out


class _LeftOut:
    """The file of rows that MEDS cannot hold; there is none if all can be held."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._writer: pq.ParquetWriter | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows:
            self._writer = self._writer or pq.ParquetWriter(self._file, SCHEMA, compression="zstd")
            self._writer.write_batch(batch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()


def _placed(batches: Iterable[pa.RecordBatch], left_out: _LeftOut, numbering: Numbering) -> Iterator[pa.RecordBatch]:
    """The rows that have a subject and a code, in `gathered.SCHEMA`; their ids are looked at, other rows put aside."""
    for batch in batches:
        rows = _as_gathered(batch)
        subject = rows.column("subject_id")
        whole = pc.and_(pc.fill_null(pc.not_equal(subject, ""), fill_value=False), pc.is_valid(rows.column("code")))
        left_out.add(rows.filter(pc.invert(whole)))
        rows = rows.filter(whole)
        numbering.look_at(rows.column("subject_id").unique().to_pylist())
        yield rows


def _as_gathered(batch: pa.RecordBatch) -> pa.RecordBatch:
    if batch.schema.equals(SCHEMA):
        return batch
    find_columns(batch.schema.names, {})
    arrays = [
        batch.column(field.name).cast(field.type)
        if field.name in batch.schema.names
        else pa.nulls(batch.num_rows, field.type)
        for field in SCHEMA
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _shards(parts: Iterable[pa.Table], numbering: Numbering, subjects: int) -> Iterator[pa.Table]:
    """Sorted shards of at most so many subjects; one without a row if there is no part, for a dataset needs one."""
    empty = True
    for part in parts:
        empty = False
        shard = _sorted(part, number_column(part.column("subject_id"), numbering))
        ids = shard.column("subject_id").to_numpy()
        starts = np.flatnonzero(np.append(True, ids[1:] != ids[:-1]))[::subjects].tolist()
        for start, end in zip(starts, [*starts[1:], len(ids)], strict=True):
            yield shard.slice(start, end - start)
    if empty:
        yield MEDS_SCHEMA.empty_table()


def _sorted(part: pa.Table, numbers: pa.Array) -> pa.Table:
    """The columns of MEDS, by subject and time: rows without a time first, rows of one time in the order they came."""
    time = part.column("time").combine_chunks()
    instant = pc.fill_null(time.cast(pa.int64()), np.iinfo(np.int64).min).to_numpy()
    order = pa.array(np.lexsort((instant, numbers.to_numpy())))
    part = part.combine_chunks().take(order)
    exact = part.column("numeric_value")
    made = {"subject_id": numbers.take(order), "numeric_value": _narrow(exact), EXACT: exact}
    arrays = [made[f.name] if f.name in made else part.column(f.name).cast(f.type) for f in MEDS_SCHEMA]
    return pa.table(arrays, schema=MEDS_SCHEMA)


def _narrow(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    """In 32 bits; null where a number is too large for them: an infinite count is none."""
    narrow = numbers.cast(pa.float32(), safe=False)
    return pc.if_else(pc.equal(pc.is_inf(narrow), pc.is_inf(numbers)), narrow, pa.scalar(None, pa.float32()))
