"""SAS transport files (XPT, versions 5 and 8): pyreadstat reads the headers, the rows are read piece by piece.

The library reads a file from its beginning for every piece, and takes a second dataset in one file for rows of the
first. So the file is cut here, at its header records of 80 letters, and the library sees one header at a time.
"""

import io
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyreadstat
from pyreadstat import ReadstatError

from leukon.errors import DoubledColumn, UnreadableFile
from leukon.ingest.gathered import BATCH
from leukon.ingest.sdtm_columns import Piece, numbered_places
from leukon.ingest.sdtm_xpt_fields import Field

_MAGIC = b"HEADER RECORD*******LIB"
_RECORD = 80
_LIBRARY_HEADER = 3 * _RECORD
_MEMBER = (b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!", b"HEADER RECORD*******MEMBV8  HEADER RECORD!!!!!!!")
_ROWS = (b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!", b"HEADER RECORD*******OBSV8   HEADER RECORD!!!!!!!")
_LONGEST_HEADER = 1 << 24
_BLOCK = _RECORD << 16
_DOUBLED = re.compile(r"(.+)_duplicated\d+")
"""How the library renames a column whose name another one has."""
_ENCODINGS = (None, "WINDOWS-1252", "ISO-8859-1")
"""Tried in turn, for the format does not name one: UTF-8 has rules that other texts break, the last has none."""


@dataclass(frozen=True)
class Member:
    """One dataset of a transport file: its column names in capitals, and where its rows stand."""

    path: Path
    name: str
    columns: dict[str, Field]
    row_length: int
    first_row: int
    end: int
    alone: bool

    def pieces(self, wanted: Iterable[str]) -> Iterator[Piece]:
        """Rows in pieces of at most `BATCH`, with the wanted columns that are there."""
        rows, rest = divmod(self.end - self.first_row, self.row_length)
        with self.path.open("rb") as file:
            rows -= self._padding_rows(file, rows)
            for start in range(0, rows, BATCH):
                yield self._read(file, start, min(BATCH, rows - start), wanted)
            file.seek(self.end - rest)
            if file.read(rest).strip(b" "):
                yield Piece({}, numbered_places("", 1, 0), (f"{self.label}{rows + 1}",))

    def _read(self, file: BinaryIO, start: int, rows: int, wanted: Iterable[str]) -> Piece:
        file.seek(self.first_row + start * self.row_length)
        content = np.frombuffer(file.read(rows * self.row_length), np.uint8).reshape(rows, self.row_length)
        columns = {name: self.columns[name].read(content) for name in wanted if name in self.columns}
        return Piece(columns, numbered_places(self.label, start + 1, rows))

    @property
    def label(self) -> str:
        """What stands before the number of a row in its place."""
        return f"{self.path.name}:" if self.alone else f"{self.path.name}:{self.name} "

    def _padding_rows(self, file: BinaryIO, rows: int) -> int:
        """Rows of blanks that only fill the last record."""
        start = max(self.first_row, self.end - _RECORD + 1)
        file.seek(start)
        text = file.read(self.end - start)
        blank_from = start + len(text.rstrip(b" "))
        first_blank = -(-(blank_from - self.first_row) // self.row_length)
        return max(0, rows - first_blank)


def find_members(path: Path) -> list[Member]:
    """The datasets of a transport file.

    Raises
    ------
    UnreadableFile, DoubledColumn
        If it cannot be opened, is no transport file, or a header is cut short; if a column is there twice.
    """
    try:
        with path.open("rb") as file:
            library = file.read(_LIBRARY_HEADER)
            if not library.startswith(_MAGIC):
                raise _no_transport_file(path)
            starts = _find_starts(file)
            if not starts:
                raise _no_transport_file(path)
            ends = [*starts[1:], file.seek(0, io.SEEK_END)]
            return [
                _read_member(path, file, library, *place, alone=len(starts) == 1)
                for place in zip(starts, ends, strict=True)
            ]
    except OSError:
        raise UnreadableFile(path, "it cannot be opened.", "check the path and that you may read it.") from None


def _read_member(path: Path, file: BinaryIO, library: bytes, start: int, end: int, *, alone: bool) -> Member:
    file.seek(start)
    head = file.read(min(end - start, _LONGEST_HEADER))
    found = [at for mark in _ROWS for at in _aligned(head, mark)]
    if not found or found[0] + _RECORD > len(head):
        raise _no_transport_file(path)
    header = library + head[: found[0] + _RECORD]
    meta = _open(path, header)
    row_length = sum(meta.variable_storage_width.values())
    if not row_length or len(meta.column_names) > len(set(meta.column_names)):  # of two damaged names one has no width
        raise _no_transport_file(path)
    names = [name for name in meta.column_names if name]
    if doubled := [twice[1] for name in names if (twice := _DOUBLED.fullmatch(name))]:
        raise DoubledColumn(doubled[0])
    columns = _fields(meta)
    if not all(field.is_possible for field in columns.values()):
        raise _no_transport_file(path)
    first_row = start + found[0] + _RECORD
    return Member(path, meta.table_name or "", columns, row_length, first_row, end, alone)


def _fields(meta: Any) -> dict[str, Field]:
    """The columns by their names in capitals; they stand one after the other in a row."""
    fields: dict[str, Field] = {}
    widths, start = meta.variable_storage_width, 0
    for name in meta.column_names:
        if name:  # a damaged one is none
            fields[name.upper()] = Field(start, widths[name], meta.readstat_variable_types[name] == "string")
        start += widths[name]
    return fields


def _find_starts(file: BinaryIO) -> list[int]:
    """Where each dataset begins; its header stands at the start of a record."""
    starts: list[int] = []
    file.seek(_LIBRARY_HEADER)
    at = _LIBRARY_HEADER
    while block := file.read(_BLOCK):
        starts += [at + place for mark in _MEMBER for place in _aligned(block, mark)]
        at += len(block)
    return sorted(starts)


def _aligned(block: bytes, mark: bytes) -> Iterator[int]:
    at = block.find(mark)
    while at >= 0:
        if at % _RECORD == 0:
            yield at
        at = block.find(mark, at + 1)


def _open(path: Path, header: bytes) -> Any:
    """What the library says of a header."""
    for encoding in _ENCODINGS:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a doubled column we make an error
                return pyreadstat.read_xport(io.BytesIO(header), encoding=encoding, metadataonly=True)[1]
        except (ReadstatError, ValueError, TypeError):  # TypeError: its names of columns are damaged
            continue
    raise _no_transport_file(path)


def _no_transport_file(path: Path) -> UnreadableFile:
    return UnreadableFile(
        path,
        "it is not a whole SAS transport file (XPT).",
        "write it again with the XPORT engine or %LOC2XPT (a CPORT file is another format), or give CSV or Parquet.",
    )
