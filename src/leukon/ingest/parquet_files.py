"""Parquet files in the events layout."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leukon.errors import UnreadableFile
from leukon.events.columns import find_columns
from leukon.ingest.parquet_streams import BROKEN


def read_parquet_files(paths: Sequence[Path], columns: Mapping[str, str]) -> pa.Table:
    """Read Parquet files one after the other; row numbers run on from file to file.

    Only the columns of the events layout are read, strings as dictionaries.

    Raises
    ------
    UnreadableFile
        If a file is missing, empty, cut short, no Parquet, or its columns differ from the first file's.
    MissingColumn
        If a column that every event needs is not there.
    """
    tables = [_read_one(path, columns) for path in paths]
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException:
        raise UnreadableFile(
            paths[0].parent, "its files have columns of different types.", "write all files with one schema."
        ) from None


def _read_one(path: Path, columns: Mapping[str, str]) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
        wanted = list(find_columns(schema.names, columns).values())
        text = [name for name in wanted if _is_text(schema.field(name).type)]
        table = pq.read_table(path, columns=wanted, read_dictionary=text)
        table.validate(full=True)  # a flipped byte can leave text that is not UTF-8, or words that are not there
    except BROKEN:
        raise UnreadableFile(
            path, "it is not a whole Parquet file.", "check the path, or write or copy the file again."
        ) from None
    return table


def _is_text(type_: pa.DataType) -> bool:
    return pa.types.is_string(type_) or pa.types.is_large_string(type_)
