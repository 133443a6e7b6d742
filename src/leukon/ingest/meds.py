"""MEDS datasets: a folder with `data/**/*.parquet`, one subject in one shard only; and its common variants."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leukon.errors import MissingColumn, UnreadableFile, WrongType
from leukon.events.columns import check_timezone
from leukon.events.schema import EVENTS, REQUIRED
from leukon.ingest.gathered import BATCH, PLACE, SCHEMA, to_table
from leukon.ingest.meds_own import OwnDataset, find_own

_OLDER = {"subject_id": "patient_id", "time": "timestamp", "numeric_value": "numerical_value"}
"""Names that versions before 0.3.3 had."""
_NESTED = ("events", "measurements", "static_measurements")
_TYPES = {"numeric_value": "a number", "lln": "a number", "uln": "a number", "time": "a timestamp", "code": "a string"}


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
    UnreadableFile, MissingColumn, WrongType
        If a shard is no whole Parquet file or has nested events; if a column that every event needs is not there, or a
        column cannot hold what it should.
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


def _stream_shard(shard: Path, place: str, timezone: str | None, own: OwnDataset | None) -> Iterator[pa.RecordBatch]:
    with _opened(shard) as file:
        present = file.schema_arrow.names
        older = _named(shard, present)
        names = {column.name: name for column in EVENTS if (name := older.get(column.name, column.name)) in present}
        _check_names(names)
        first = 1
        try:
            columns = [*names.values(), *([] if own is None else own.columns(present))]
            for batch in file.iter_batches(BATCH, columns=columns):
                batch.validate(full=True)
                events = _as_events(batch, names, place, first, timezone)
                yield events if own is None else own.restore(events, batch)
                first += batch.num_rows
        except (OSError, pa.ArrowException, UnicodeDecodeError):
            raise _broken(shard) from None


def _opened(shard: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(shard)
    except (OSError, pa.ArrowException):
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


def _check_names(names: dict[str, str]) -> None:
    for column in REQUIRED:
        if column not in names:
            raise MissingColumn(column, column, names.values(), mapped=False)


def _as_events(
    batch: pa.RecordBatch, names: dict[str, str], place: str, first: int, timezone: str | None
) -> pa.RecordBatch:
    arrays = []
    for field in SCHEMA:
        if field.name == PLACE:
            rows = pa.array(np.arange(first, first + batch.num_rows))
            arrays.append(pc.binary_join_element_wise(f"{place}:", pc.cast(rows, pa.string()), ""))
        elif field.name in names:
            arrays.append(_column(batch.column(names[field.name]), field, timezone))
        else:
            arrays.append(pa.nulls(batch.num_rows, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _column(column: pa.Array, field: pa.Field, timezone: str | None) -> pa.Array:
    """The column in the type of events; a type that cannot hold it is the whole column's fault, not a row's."""
    try:
        if column.type == pa.float32():
            return _as_written(column)
        if pa.types.is_timestamp(column.type) and column.type.tz is not None:
            zone = timezone or column.type.tz
            column = pc.local_timestamp(column.cast(pa.timestamp("us", zone), safe=False))
        text = pa.types.is_string(field.type)
        if not text and (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            raise pa.ArrowInvalid
        return column.cast(field.type, safe=text)
    except pa.ArrowException:
        wanted = _TYPES.get(field.name, str(field.type))
        raise WrongType(f"The column '{field.name}'", str(column.type), wanted) from None


def _as_written(column: pa.Array) -> pa.Array:
    """32-bit numbers as 64-bit ones: the decimal of 6 digits that was written (0.42, not 0.41999998), if any."""
    narrow = column.to_numpy(zero_copy_only=False).astype(np.float32)
    wide: Any = narrow.astype(np.float64)
    with np.errstate(all="ignore"):
        scale = 10.0 ** (5 - np.floor(np.log10(np.abs(wide))))
        decimal = np.rint(wide * scale) / scale
        same = np.isfinite(decimal) & (decimal.astype(np.float32) == narrow)
    return pa.array(np.where(same, decimal, wide), pa.float64(), mask=np.asarray(column.is_null()))
