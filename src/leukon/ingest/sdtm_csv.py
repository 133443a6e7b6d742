"""CSV files of trial data, as text, block by block: each line is a row, and a line that is none is not lost."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv as pacsv

from leukon.errors import DoubledColumn, UnreadableFile
from leukon.ingest.gathered import BATCH
from leukon.ingest.sdtm_columns import Piece

_BLOCK = 1 << 24
_LONGEST_LINE = 1 << 20
_NOTHING = ("", "NA", ".")
"""What R and SAS write where they have no value."""


@dataclass(frozen=True)
class CsvFile:
    """One CSV file: its column names in capitals as they stand, and the separator."""

    path: Path
    name: str
    names: tuple[str, ...]
    separator: str

    @property
    def columns(self) -> dict[str, str]:
        """Each column's name in capitals."""
        return {name: name for name in self.names}

    def pieces(self, wanted: Iterable[str]) -> Iterator[Piece]:
        """Rows in pieces of at most `BATCH`, with the wanted columns that are there."""
        here = [name for name in wanted if name in self.names]
        for name in here:
            if self.names.count(name) > 1:
                raise DoubledColumn(name)
        for first, lines in _numbered(self.path):
            for start, end in pairwise([*range(0, len(lines), BATCH), len(lines)]):
                yield self._read(lines[start:end], first + start, here)

    def _read(self, lines: list[bytes], first: int, here: list[str]) -> Piece:
        kept = [(first + at, line) for at, line in enumerate(lines) if line.strip()]
        content = _as_utf8(b"\n".join(line for _, line in kept) + b"\n")
        table = self._read_fast(content, here) if kept else None
        if table is not None and table.num_rows == len(kept):
            columns = {name: _whole(table[name]) for name in here}
            return Piece(columns, self._places([number for number, _ in kept]))
        return self._read_slowly(kept, here)

    def _read_fast(self, content: bytes, here: list[str]) -> pa.Table | None:
        """The columns, or None where not every line has a field for each name."""
        try:
            return pacsv.read_csv(
                io.BytesIO(content),
                read_options=pacsv.ReadOptions(column_names=[*map(str, range(len(self.names)))]),
                parse_options=pacsv.ParseOptions(delimiter=self.separator, newlines_in_values=b'"' in content),
                convert_options=pacsv.ConvertOptions(
                    include_columns=[str(self.names.index(name)) for name in here],
                    column_types={str(self.names.index(name)): pa.string() for name in here},
                    strings_can_be_null=True,
                    null_values=list(_NOTHING),
                    quoted_strings_can_be_null=True,
                ),
            ).rename_columns(here)
        except pa.ArrowInvalid:
            return None

    def _read_slowly(self, kept: list[tuple[int, bytes]], here: list[str]) -> Piece:
        """Line by line: what has not a field for each name is no row."""
        fields = {number: self._fields(line) for number, line in kept}
        good = {number: row for number, row in fields.items() if row is not None}
        at = {name: self.names.index(name) for name in here}
        columns = {
            name: pa.array([None if row[place] in _NOTHING else row[place] for row in good.values()], pa.string())
            for name, place in at.items()
        }
        broken = self._places([number for number, row in fields.items() if row is None])
        return Piece(columns, self._places(list(good)), tuple(broken.to_pylist()))

    def _fields(self, line: bytes) -> list[str] | None:
        try:
            text = _as_utf8(line).decode()
            (row,) = csv.reader([text], delimiter=self.separator, strict=True)
        except (csv.Error, ValueError):
            return None
        surplus = row[len(self.names) :]
        return row if len(row) >= len(self.names) and not any(map(str.strip, surplus)) else None

    def _places(self, numbers: list[int]) -> pa.Array:
        return pa.array([f"{self.path.name}:{number}" for number in numbers], pa.string())


def find_csv(path: Path) -> CsvFile:
    """The columns of a CSV file, from its first line.

    Raises
    ------
    UnreadableFile
        If it cannot be opened or holds no line.
    """
    try:
        with path.open("rb") as file:
            line = _as_utf8(file.readline(_LONGEST_LINE)).decode("utf-8-sig").strip("\r\n")
    except OSError:
        raise UnreadableFile(path, "it cannot be opened.", "check the path and that you may read it.") from None
    line = line.splitlines()[0] if line else ""
    separator = max(",;\t", key=line.count)
    names = tuple(name.strip().strip('"').strip().upper() for name in line.split(separator))
    if not line.strip():
        raise UnreadableFile(path, "it is empty.", "give a file with a line of column names.")
    return CsvFile(path, path.stem, names, separator)


def _numbered(path: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Blocks of whole lines after the first one, each with the number of its first line in the file."""
    with path.open("rb") as file:
        number = 1
        for block in _blocks(file):
            lines = block.splitlines()
            yield (2, lines[1:]) if number == 1 else (number, lines)
            number += len(lines)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """Blocks that end where a line ends; the file's last line may have no end."""
    while block := file.read(_BLOCK):
        # A line of more than a block is many broken lines, so that memory stays what it is.
        yield block + file.readline(_BLOCK)


def _as_utf8(content: bytes) -> bytes:
    """The text in UTF-8: most of what is not yet is the Windows code page."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace").encode()
    return content


def _whole(column: Any) -> pa.Array:
    column = column.combine_chunks()
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
