"""OMOP in a folder: a Parquet or CSV file for each table, or a folder of parts; names in any case."""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leukon.errors import UnreadableFile
from leukon.ingest.gathered import BATCH
from leukon.ingest.omop_csv import read_blocks, read_header
from leukon.ingest.omop_tables import CLINICAL, ENDINGS, TABLES, Piece, Where
from leukon.ingest.parquet_streams import BROKEN, open_parquet
from leukon.ingest.places import places_from, places_on

_FEW_WORDS = {name for table in CLINICAL for name in table.columns if name.endswith("_source_value")}
_FEW_WORDS -= {"value_source_value"}
_PART = re.compile(rf"({'|'.join(TABLES)})(?:[-_.]?(?:part|chunk|data)?[-_.]?\d+(?:[-_.]of[-_.]\d+)?)?")


def find_tables(path: Path) -> dict[str, list[list[Path]]]:
    """Files of each table of a folder, or the one table that a file is named after.

    A table may stand there more than once (a CSV and a Parquet file): then its list has more than one list of files.
    """
    found: dict[str, dict[str, list[Path]]] = {}
    for entry in sorted(path.iterdir() if path.is_dir() else [path]):
        if entry.is_dir() and entry.name.lower() in TABLES:
            files = sorted(file for file in entry.rglob("*") if file.is_file() and _ending(file))
            for ending in {_ending(file) or "" for file in files}:
                of_ending = [file for file in files if _ending(file) == ending]
                found.setdefault(entry.name.lower(), {})[f"{entry.name}/{ending}"] = of_ending
        elif (ending := _ending(entry)) and (part := _PART.fullmatch(entry.name.lower().removesuffix(ending))):
            whole = part[0] == part[1]
            found.setdefault(part[1], {}).setdefault(f"{whole} {ending}", []).append(entry)
    return {table: [files for _, files in sorted(ways.items()) if files] for table, ways in found.items()}


def _ending(file: Path) -> str | None:
    name = file.name.lower()
    hidden = name.startswith((".", "_"))
    return None if hidden else max((e for e in ENDINGS if name.endswith(e)), key=len, default=None)


class Folder:
    """A folder of tables."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            ways = {table: ways for table, ways in find_tables(path).items() if ways}
        except OSError:
            raise UnreadableFile(path, "it cannot be opened.", "check the path and that you may read it.") from None
        for table, files in ways.items():
            if len(files) > 1:
                why = f"it holds the table {table} more than once, and every row would be counted twice."
                raise UnreadableFile(path, why, "leave only one of them.")
        self._files = {table: files[0] for table, files in ways.items()}

    @cached_property
    def _tables(self) -> dict[str, tuple[str, ...]]:
        return {table: _columns(files[0]) for table, files in self._files.items()}

    def tables(self) -> Mapping[str, Sequence[str]]:
        """Tables and their columns, as the first file of each has them."""
        return self._tables

    def close(self) -> None:
        """Nothing stays open between two reads."""

    def read(self, table: str, columns: Sequence[str], where: Where | None = None) -> Generator[Piece]:
        """Rows of a table, file by file; the place is the file's name with the row or line."""
        for file in self._files[table]:
            name = file.name if file.name.lower().startswith(table) else f"{table}/{file.name}"
            pieces = _read_parquet if _is_parquet(file) else _read_csv
            for piece in pieces(file, name, columns):
                yield piece if where is None else _kept(piece, where)


def _is_parquet(file: Path) -> bool:
    return file.suffix.lower() in (".parquet", ".pq")


def _columns(file: Path) -> tuple[str, ...]:
    return _parquet_names(_open(file), file)[1] if _is_parquet(file) else read_header(file).names


def _open(file: Path) -> pq.ParquetFile:
    try:
        return open_parquet(file)
    except BROKEN:
        why = "it is not a whole Parquet file."
        raise UnreadableFile(file, why, "check the path, or write or copy the file again.") from None


def _parquet_names(parquet: pq.ParquetFile, file: Path) -> tuple[list[str], tuple[str, ...]]:
    names = list(parquet.schema_arrow.names)
    small = tuple(name.lower() for name in names)
    if len(set(small)) < len(small):
        raise UnreadableFile(file, "it has two columns of one name.", "rename or drop one of them.")
    return names, small


def _read_parquet(file: Path, name: str, columns: Sequence[str]) -> Iterator[Piece]:
    """Batch by batch, with the columns that are wanted."""
    names, small = _parquet_names(_open(file), file)
    here = [own for own, low in zip(names, small, strict=True) if low in columns]
    words = [own for own in here if own.lower() in _FEW_WORDS]
    first = 1
    try:
        with open_parquet(file, dictionaries=words) as it:
            for rows in it.iter_batches(BATCH, columns=here):
                rows.validate(full=True)  # a flipped byte can leave text that is not UTF-8
                batch = rows.rename_columns([own.lower() for own in rows.schema.names])
                yield Piece(batch, places_from(name, first, rows.num_rows))
                first += rows.num_rows
    except BROKEN:
        why = "it is not a whole Parquet file."
        raise UnreadableFile(file, why, "check the path, or write or copy the file again.") from None


def _read_csv(file: Path, name: str, columns: Sequence[str]) -> Iterator[Piece]:
    for block in read_blocks(file, columns):
        places = places_on(name, block.lines)
        yield Piece(block.rows, places, tuple(f"{name}:{line}" for line in block.broken))


def _kept(piece: Piece, where: Where) -> Piece:
    if where.column not in piece.rows.schema.names:  # in this file of several
        return Piece(piece.rows.slice(0, 0), piece.places.slice(0, 0))
    column = piece.rows.column(where.column)
    try:
        keep = pc.is_in(column, pa.array(where.values).cast(column.type))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        keep = pc.is_in(column.cast(pa.string()), pa.array([str(value) for value in where.values], pa.string()))
    return Piece(piece.rows.filter(keep), piece.places.filter(keep))
