"""MEDS datasets: a folder with `data/**/*.parquet`, one subject in one shard only; and its common variants."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leukon.errors import DoubledColumn, MissingColumn, UnreadableFile
from leukon.events.columns import check_timezone
from leukon.events.schema import EVENTS, REQUIRED
from leukon.ingest.gathered import BATCH, to_table
from leukon.ingest.meds_columns import as_events
from leukon.ingest.meds_layout import CODES
from leukon.ingest.meds_own import OwnDataset, find_own
from leukon.ingest.parquet_streams import BROKEN, open_parquet

_OLDER = {"subject_id": "patient_id", "time": "timestamp", "numeric_value": "numerical_value"}
"""Names that versions before 0.3.3 had."""
_NESTED = ("events", "measurements", "static_measurements")


def is_meds(path: Path) -> bool:
    """Whether a folder looks like a MEDS dataset."""
    return (path / "data").is_dir()


def find_shards(path: Path) -> list[Path]:
    """Shards of a MEDS dataset, in the order of their names, however deep they lie in its data folder.

    Raises
    ------
    UnreadableFile
        If there is none.
    """
    shards = sorted((path / "data").rglob("*.parquet"))
    if not shards:
        raise UnreadableFile(path, "its data folder holds no .parquet file.", "give the folder of a MEDS dataset.")
    return shards


def older_names(path: Path) -> dict[str, str]:
    """Which columns of events a dataset calls by the names of older MEDS versions (by its first shard).

    Raises
    ------
    UnreadableFile
        If there is no shard, or it is no whole Parquet file.
    """
    shard = find_shards(path)[0]
    with _opened(shard) as file:
        return _named(shard, file.schema_arrow.names)


def stream_meds(path: Path, timezone: str | None = None) -> Iterator[pa.RecordBatch]:
    """Read a MEDS dataset shard by shard, in batches; no batch spans two shards.

    Static rows keep their null time, for the door to say so. 32-bit numbers become the decimal of 6 digits that they
    stand for, where there is one; `text_value` stands beside them and is read first at the door. Columns that are not
    there (`text_value`) are null; `place` is the shard within `data` and the number of the row in it.

    Returns
    -------
    Iterator of pyarrow.RecordBatch
        In `gathered.SCHEMA`; subject ids as text.

    Raises
    ------
    UnreadableFile, MissingColumn, DoubledColumn, WrongType
        If a shard is no whole Parquet file or has nested events; if a column that every event needs is not there, one
        is there twice, or one cannot hold what it should.
    UnknownTime
        If there is no such time zone.
    """
    check_timezone(timezone)
    own = find_own(path)
    for shard in find_shards(path):
        place = shard.relative_to(path / "data").as_posix()
        yield from _stream_shard(shard, place, timezone, own)
    if own is not None:
        yield from own.left_out()


def read_meds(path: Path, timezone: str | None = None) -> pa.Table:
    """Read a MEDS dataset as one table of events; see `stream_meds`."""
    return to_table(stream_meds(path, timezone))


def name_codes_meds(path: Path) -> dict[str, str]:
    """What the dataset itself calls its codes: the descriptions in `codes.parquet`; what is not there names nothing."""
    try:
        table = pq.read_table(path / CODES, columns=["code", "description"])
        codes, words = (column.cast(pa.string()).to_pylist() for column in table.columns)
    except (OSError, ValueError, pa.ArrowException):
        return {}  # a dataset may leave the file or the column out
    return {code: said for code, said in zip(codes, words, strict=True) if code and said}


def _stream_shard(shard: Path, place: str, timezone: str | None, own: OwnDataset | None) -> Iterator[pa.RecordBatch]:
    with _opened(shard) as file:
        present = file.schema_arrow.names
        older = _named(shard, present)
        names = {column.name: name for column in EVENTS if (name := older.get(column.name, column.name)) in present}
        _check_names(names, present)
        first = 1
        try:
            columns = [*names.values(), *([] if own is None else own.columns(present))]
            for batch in file.iter_batches(BATCH, columns=columns):
                batch.validate(full=True)
                events = as_events(batch, names, place, first, timezone)
                yield events if own is None else own.restore(events, batch)
                first += batch.num_rows
        except BROKEN:
            raise _broken(shard) from None


def _opened(shard: Path) -> pq.ParquetFile:
    try:
        return open_parquet(shard)
    except BROKEN:
        raise _broken(shard) from None


def _broken(shard: Path) -> UnreadableFile:
    return UnreadableFile(shard, "it is not a whole Parquet file.", "write or copy the file again.")


def _named(shard: Path, present: Sequence[str]) -> dict[str, str]:
    """Older names where the newer one is not there."""
    if any(name in present for name in _NESTED) and "code" not in present:
        raise UnreadableFile(
            shard, "its events are nested, as in MEDS before 0.3.", "write it as MEDS 0.3 or later: one row an event."
        )
    return {name: old for name, old in _OLDER.items() if old in present and name not in present}


def _check_names(names: dict[str, str], present: Sequence[str]) -> None:
    for column in REQUIRED:
        if column not in names:
            raise MissingColumn(column, column, names.values(), mapped=False)
    for name in names.values():
        if present.count(name) > 1:
            raise DoubledColumn(name)
