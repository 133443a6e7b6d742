"""Recognise the format of a path and read it."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from leukon.errors import UnknownName
from leukon.events.code_map import CodeMap
from leukon.events.columns import check_timezone
from leukon.ingest.csv_files import read_csv
from leukon.ingest.formats import FORMATS, Format, read_format, recognise, stream_format
from leukon.ingest.meds import find_shards, read_meds
from leukon.ingest.meds_layout import is_own
from leukon.ingest.parquet_files import read_parquet_files


def read(
    path: str | Path, format: Format | None = None, *, codes: CodeMap | None = None, timezone: str | None = None
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
        A site's code map; only its `[columns]` matter here. Hand the same map to `review`.
    timezone
        IANA zone to convert times with an offset to; default: wall clock as written.

    Returns
    -------
    pyarrow.Table
        `csv`, `parquet` and `meds`: the columns of the events layout that are there, under the names the file uses. The
        others: the events layout with string ids, and `place`, which says where each row came from.

    Raises
    ------
    UnknownName, MissingPackage
        If there is no such format, or what it needs is not installed.
    UnreadableFile, MissingColumn, DoubledColumn, UnknownTime
        If the file cannot be read, or there is no such time zone.
    """
    if format is not None and format not in FORMATS:
        raise UnknownName("format", format, FORMATS)
    columns = {} if codes is None else codes.columns
    check_timezone(timezone)
    kind = format or recognise(path)
    if kind not in ("csv", "parquet", "meds"):
        return read_format(kind, path, timezone)
    path = Path(path)
    if kind == "meds" and is_own(path):
        return read_meds(path, timezone)
    if kind == "csv":
        return read_csv(path, columns, timezone)
    if kind == "meds":
        return read_parquet_files(find_shards(path), columns)
    return read_parquet_files(sorted(path.glob("*.parquet")) if path.is_dir() else [path], columns)


def stream(
    source: str | Path, format: Format | None = None, *, codes: CodeMap | None = None, timezone: str | None = None
) -> Iterator[pa.RecordBatch]:
    """Read events in batches, as `read` reads them at once; memory stays the same for the formats with a reader.

    Files of the event layout (`csv`, `parquet`) are read whole.
    """
    kind = format or recognise(source)
    if kind in ("csv", "parquet"):
        yield from read(source, kind, codes=codes, timezone=timezone).to_batches()
        return
    yield from stream_format(kind, source, check_timezone(timezone))
