"""Recognise the format of a path and read it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from leukon.errors import UnknownName
from leukon.events.code_map import CodeMap
from leukon.events.columns import check_timezone
from leukon.ingest.csv_files import read_csv
from leukon.ingest.formats import FORMATS, Format, recognise, stream_format
from leukon.ingest.gathered import to_table
from leukon.ingest.meds import find_shards, older_names
from leukon.ingest.meds_layout import is_own
from leukon.ingest.parquet_files import read_parquet_files

OnRows = Callable[[int], object]


def read(
    path: str | Path,
    format: Format | None = None,
    *,
    codes: CodeMap | None = None,
    timezone: str | None = None,
    on_rows: OnRows | None = None,
) -> pa.Table:
    """Read events from a file, a folder or a database, in any of the formats that leukon knows.

    `csv` and `parquet` (a file or a folder) are the event layout, `meds` a MEDS dataset, `omop` a folder or a database
    of the OMOP CDM, `fhir` bundles and bulk exports, `hl7v2` messages, `sdtm` trial data, `visits` a spreadsheet with
    one row a visit.

    Parameters
    ----------
    path
        The file or folder, or the URL of a database (`duckdb:///FILE`, `postgresql://...`).
    format
        One of the formats; default: recognised from the path and its first bytes.
    codes
        A site's code map; only its `[columns]` and, for a spreadsheet, its `[visits]` matter here. Hand the same map
        to `review`.
    timezone
        IANA zone to convert times with an offset to; default: wall clock as written.
    on_rows
        Called with a number of rows whenever so many more have been read, to show progress.

    Returns
    -------
    pyarrow.Table
        `csv`, `parquet` and `meds`: the columns of the events layout that are there, under the names the file uses
        (those of MEDS before 0.3.3 under the names of today). The others: the events layout with string ids, and
        `place`, which says where each row came from.

    Raises
    ------
    UnknownName, MissingPackage
        If there is no such format, or what it needs is not installed.
    UnreadableFile, MissingColumn, DoubledColumn, UnknownTime
        If the file cannot be read, or there is no such time zone.
    InvalidFile
        If the code map's `[visits]` is not valid.
    """
    check_timezone(timezone)
    kind = _kind_of(path, format, codes)
    seen = on_rows or _ignore
    if not _is_layout(kind, path):
        return to_table(_counted(stream_format(kind, path, timezone, codes), seen))
    table = _read_layout(kind, Path(path), codes or CodeMap(), timezone)
    seen(table.num_rows)
    return table


def stream(
    source: str | Path,
    format: Format | None = None,
    *,
    codes: CodeMap | None = None,
    timezone: str | None = None,
    on_rows: OnRows | None = None,
) -> Iterator[pa.RecordBatch]:
    """Read events in batches, as `read` reads them at once; memory stays the same for the formats with a reader.

    Files of the event layout (`csv`, `parquet`) are read whole.
    """
    kind = _kind_of(source, format, codes)
    if kind in ("csv", "parquet"):
        yield from read(source, kind, codes=codes, timezone=timezone, on_rows=on_rows).to_batches()
        return
    yield from _counted(stream_format(kind, source, check_timezone(timezone), codes), on_rows or _ignore)


def _kind_of(path: str | Path, format: Format | None, codes: CodeMap | None) -> Format:
    if format is not None and format not in FORMATS:
        raise UnknownName("format", format, FORMATS)
    return format or recognise(path, codes)


def _is_layout(kind: Format, path: str | Path) -> bool:
    """Whether the files have the columns of events themselves, so that they are read as they are."""
    return kind in ("csv", "parquet") or (kind == "meds" and not is_own(Path(path)))


def _read_layout(kind: Format, path: Path, codes: CodeMap, timezone: str | None) -> pa.Table:
    if kind == "csv":
        return read_csv(path, codes.columns, timezone)
    if kind == "meds":
        return _read_shards(path, codes)
    return read_parquet_files(sorted(path.glob("*.parquet")) if path.is_dir() else [path], codes.columns)


def _read_shards(path: Path, codes: CodeMap) -> pa.Table:
    """The shards of a MEDS dataset; the names that older versions had become those of today, unless a map says them."""
    older = {name: old for name, old in older_names(path).items() if name not in codes.columns}
    table = read_parquet_files(find_shards(path), {**older, **codes.columns})
    today = {old: name for name, old in older.items()}
    return table.rename_columns([today.get(name, name) for name in table.column_names])


def _counted(batches: Iterator[pa.RecordBatch], seen: OnRows) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        seen(batch.num_rows)
        yield batch


def _ignore(rows: int) -> None:
    del rows
