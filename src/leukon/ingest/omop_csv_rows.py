"""Blocks of CSV to rows: every field as text, and no line is lost to a quote, a separator or a line break.

Arrow reads a block in which each line is a row. A block in which quotes, line breaks or the number of fields say
otherwise is taken line by line: a field may go on over a few lines, and a line that then still is no row is broken.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from leukon.ingest.csv_lines import Row, split_line

_LONGEST_FIELD = 30
"""Lines over which one field may go; a quote left open costs at most its own line."""
_WORDS = ("_id", "_date", "_datetime", "_time", "_number", "range_low", "range_high", "quantity")
"""How the names of columns end whose fields hold a word or a number, never lines."""


class Block(NamedTuple):
    """Rows of a block with the number of the line each begins on, and the lines that are no row."""

    rows: pa.RecordBatch
    lines: np.ndarray
    broken: Sequence[int]


@dataclass(frozen=True)
class Header:
    """Names of a file in small letters, its separator, and whether its fields may be quoted."""

    names: tuple[str, ...]
    separator: str
    line: int
    quotes: bool


def _starts(content: bytes, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the lines that are not empty begin, and their numbers."""
    letters = np.frombuffer(content, np.uint8)
    newline, back = letters == ord("\n"), letters == ord("\r")
    ends = newline | back
    before = np.concatenate([[True], ends[:-1]])
    starts = np.flatnonzero(before & ~ends)
    lone = back.copy()
    lone[:-1] &= ~newline[1:]
    ended = np.concatenate([[0], np.flatnonzero(newline | lone) + 1])
    return starts, first + np.searchsorted(ended, starts, side="right") - 1


@dataclass(frozen=True)
class Reader:
    """Reads the wanted columns of blocks of one file."""

    header: Header
    wanted: Sequence[str]

    def read(self, content: bytes, first: int, *, last: bool) -> tuple[Block, bytes]:
        """Rows of a block whose first line has this number, and what belongs to the next block."""
        if not content.strip(b"\r\n"):
            return self._block([], [], []), b""
        starts, numbers = _starts(content, first)
        rows = self._read_fast(content, starts)
        if rows is not None:
            return Block(rows, numbers, ()), b""
        return self._read_lines(content, starts, numbers, last=last)

    def _read_fast(self, content: bytes, starts: np.ndarray) -> pa.RecordBatch | None:
        quoted = self.header.quotes and b'"' in content
        parse = pacsv.ParseOptions(
            delimiter=self.header.separator,
            quote_char='"' if quoted else False,
            newlines_in_values=True,
        )
        names = [name or f"{at}" for at, name in enumerate(self.header.names)]
        convert = pacsv.ConvertOptions(
            include_columns=self.wanted,
            column_types=dict.fromkeys(self.wanted, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
        )
        read = pacsv.ReadOptions(column_names=names, block_size=len(content) + 1)
        try:
            table = pacsv.read_csv(io.BytesIO(content), read, parse, convert)
        except pa.ArrowInvalid:  # not UTF-8, or a line with more or fewer fields
            return None
        if table.num_rows != starts.size or (quoted and self._ends_open(content, starts)):
            return None
        return table.combine_chunks().to_batches(max_chunksize=None)[0]

    def _ends_open(self, content: bytes, starts: np.ndarray) -> bool:
        line = content[starts[-1] :].rstrip(b"\r\n").decode(errors="replace")
        return bool(split_line(line, self.header.separator).opened)

    def _read_lines(
        self, content: bytes, starts: np.ndarray, numbers: np.ndarray, *, last: bool
    ) -> tuple[Block, bytes]:
        ends = [*starts.tolist(), len(content)]
        lines = [content[a:b].decode(errors="replace").rstrip("\r\n") for a, b in pairwise(ends)]
        rows: list[list[str]] = []
        at_line: list[int] = []
        broken: list[int] = []
        at = 0
        while at < len(lines):
            fields, used = self._row(lines, at)
            if fields is None and used and not last and len(lines) - at <= _LONGEST_FIELD:
                return self._block(rows, at_line, broken), content[ends[at] :]
            if fields is None:
                broken.append(int(numbers[at]))
                at += 1
            else:
                rows.append(fields)
                at_line.append(int(numbers[at]))
                at += used
        return self._block(rows, at_line, broken), b""

    def _row(self, lines: Sequence[str], at: int) -> tuple[list[str] | None, int]:
        """Fields of the row that begins at a line, and how many lines it takes; None and 1: it is open to the end."""
        if not self.header.quotes:
            fields = lines[at].split(self.header.separator)
            return (fields, 1) if self._fits(fields) else (None, 0)
        row = split_line(lines[at], self.header.separator)
        if not row.opened:
            return (row.fields, 1) if self._fits(row.fields) else (None, 0)
        for count in range(2, _LONGEST_FIELD + 1):
            if at + count > len(lines):
                return None, 1
            next_line = split_line(lines[at + count - 1], self.header.separator)
            if not next_line.opened and self._fits(next_line.fields):
                return None, 0
            row = split_line("\n".join(lines[at : at + count]), self.header.separator)
            if not row.opened:
                return (row.fields, count) if self._is_believed(row) else (None, 0)
        return None, 0

    def _is_believed(self, row: Row) -> bool:
        """A row over several lines: its long fields hold text, and each ends where its quote closes."""
        names = (*self.header.names, *[""] * len(row.fields))
        long = [name for name, field in zip(names, row.fields, strict=False) if "\n" in field]
        return self._fits(row.fields) and not row.closed_within and not any(n.endswith(_WORDS) for n in long)

    def _fits(self, fields: Sequence[str]) -> bool:
        width = len(self.header.names)
        return len(fields) >= width and not any(field.strip() for field in fields[width:])

    def _batch(self, rows: Sequence[Sequence[str]]) -> pa.RecordBatch:
        columns = [
            pa.array([row[self.header.names.index(name)] or None for row in rows], pa.string()) for name in self.wanted
        ]
        return pa.RecordBatch.from_arrays(columns, names=list(self.wanted))

    def _block(self, rows: Sequence[Sequence[str]], at_line: Sequence[int], broken: Sequence[int]) -> Block:
        return Block(self._batch(rows), np.asarray(at_line, np.int64), broken)
