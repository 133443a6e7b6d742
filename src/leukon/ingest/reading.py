"""Recognise the format of a path and read it."""

from pathlib import Path
from typing import Literal, get_args

import pyarrow as pa

from leukon.errors import UnknownName, UnreadableFile
from leukon.events.code_map import CodeMap
from leukon.events.columns import check_timezone
from leukon.ingest.csv_files import read_csv
from leukon.ingest.meds import find_shards, is_meds
from leukon.ingest.parquet_files import read_parquet_files

Format = Literal["csv", "parquet", "meds"]


def read(
    path: str | Path, format: Format | None = None, *, codes: CodeMap | None = None, timezone: str | None = None
) -> pa.Table:
    """Read events from a CSV file, a Parquet file, a folder of Parquet files, or a MEDS dataset.

    Parameters
    ----------
    path
        The file or folder.
    format
        `csv`, `parquet` or `meds`; default: recognised from the path.
    codes
        A site's code map; only its `[columns]` matter here. Hand the same map to `review`.
    timezone
        IANA zone to convert times with an offset to; default: wall clock as written.

    Returns
    -------
    pyarrow.Table
        The columns of the events layout that are there, under the names the file uses.

    Raises
    ------
    UnknownName
        If there is no such format.
    UnreadableFile, MissingColumn, DoubledColumn, UnknownTime
        If the file cannot be read, or there is no such time zone.
    """
    if format is not None and format not in get_args(Format):
        raise UnknownName("format", format, get_args(Format))
    path = Path(path)
    columns = {} if codes is None else codes.columns
    check_timezone(timezone)
    kind = format or _recognise(path)
    if kind == "csv":
        return read_csv(path, columns, timezone)
    if kind == "meds":
        return read_parquet_files(find_shards(path), columns)
    return read_parquet_files(sorted(path.glob("*.parquet")) if path.is_dir() else [path], columns)


def _recognise(path: Path) -> Format:
    if not path.exists():
        raise UnreadableFile(path, "there is no such file or folder.", "check the path.")
    if path.is_dir():
        if is_meds(path):
            return "meds"
        if any(path.glob("*.parquet")):
            return "parquet"
        raise UnreadableFile(
            path, "the folder holds neither data/**/*.parquet (MEDS) nor *.parquet.", "give a file, or one of these."
        )
    suffix = path.suffix.lower()
    if suffix in (".parquet", ".pq"):
        return "parquet"
    if suffix in (".csv", ".tsv", ".txt"):
        return "csv"
    raise UnreadableFile(
        path, f"the ending '{suffix}' tells no format; tried csv, parquet and meds.", "rename it, or say the format."
    )
