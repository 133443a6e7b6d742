"""Parquet files of trial data, batch by batch."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from leukon.errors import DoubledColumn, UnreadableFile
from leukon.ingest.gathered import BATCH
from leukon.ingest.parquet_streams import BROKEN, open_parquet
from leukon.ingest.sdtm_columns import Piece, numbered_places


@dataclass(frozen=True)
class ParquetTable:
    """One Parquet file and its columns, by their names in capitals."""

    path: Path
    name: str
    columns: dict[str, str]

    def pieces(self, wanted: Iterable[str]) -> Iterator[Piece]:
        """Rows in pieces of at most `BATCH`, with the wanted columns that are there."""
        here = {name: self.columns[name] for name in wanted if name in self.columns}
        row = 1
        try:
            with open_parquet(self.path) as file:
                for batch in file.iter_batches(BATCH, columns=list(here.values())):
                    places = numbered_places(f"{self.path.name}:", row, batch.num_rows)
                    yield Piece({name: _plain(batch.column(column)) for name, column in here.items()}, places)
                    row += batch.num_rows
        except BROKEN:
            raise _not_whole(self.path) from None


def find_parquet(path: Path) -> ParquetTable:
    """The columns of a Parquet file.

    Raises
    ------
    UnreadableFile, DoubledColumn
        If it cannot be opened, or a column is there twice.
    """
    try:
        with open_parquet(path) as file:
            names = file.schema_arrow.names
    except BROKEN:
        raise _not_whole(path) from None
    columns: dict[str, str] = {}
    for name in names:
        if columns.setdefault(name.strip().upper(), name) is not name:
            raise DoubledColumn(name)
    return ParquetTable(path, path.stem, columns)


def _plain(column: pa.Array) -> pa.Array:
    """Numbers and times as they are, all else as strings (a cast checks that it is text)."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    type_ = column.type
    is_number = pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_)
    if not (is_number or pa.types.is_date(type_) or pa.types.is_timestamp(type_)):
        column = column.cast(pa.string())
    column.validate(full=True)  # a flipped byte can leave text that is not UTF-8
    return column


def _not_whole(path: Path) -> UnreadableFile:
    return UnreadableFile(
        path,
        "it is not a whole Parquet file, or a column has a type that is neither text, number nor time.",
        "check the path, or write or copy the file again.",
    )
