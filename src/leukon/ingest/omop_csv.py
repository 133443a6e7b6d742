"""CSV files of any size, compressed or not, in blocks: every field as text, every line accounted for."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from leukon.errors import UnreadableFile
from leukon.ingest.csv_lines import split_line
from leukon.ingest.omop_csv_rows import Block, Header, Reader

BLOCK = 1 << 23
"""Bytes read at once."""


def read_header(path: Path) -> Header:
    """Read the line of column names.

    Vocabulary files as OHDSI hands them out are separated by tabs and hold quotes that are letters.

    Raises
    ------
    UnreadableFile
        If the file cannot be opened, is empty or UTF-16, or names a column twice.
    """
    with _open(path) as file:
        return _header(path, _read_first_line(path, file))


def read_blocks(path: Path, wanted: Sequence[str]) -> Iterator[Block]:
    """Rows of a CSV file, a block at a time, with those of the wanted columns that are here, all as text.

    Bytes that are no UTF-8 become the replacement character, so that a unit written with them is refused, not guessed.

    Raises
    ------
    UnreadableFile
        As `read_header`, or if a compressed file breaks off.
    """
    with _open(path) as file:
        rest = _read_first_line(path, file)
        header = _header(path, rest)
        reader = Reader(header, [name for name in header.names if name in wanted])
        line = header.line + 1
        rest = rest.split(b"\n", 1)[1] if b"\n" in rest else b""
        while True:
            more = _read(path, file)
            content = rest + more
            cut = content.rfind(b"\n") + 1 if more else len(content)
            if more and not cut:
                rest = content
                continue
            block, carried = reader.read(content[:cut], line, last=not more)
            yield block
            line += _count_lines(content[: cut - len(carried)])
            rest = content[cut - len(carried) :]
            if not more:
                return


def _open(path: Path) -> Any:
    try:
        return pa.input_stream(str(path), compression="gzip" if path.suffix == ".gz" else None)
    except (OSError, pa.ArrowException):
        raise UnreadableFile(path, "it cannot be opened.", "check the path and that you may read it.") from None


def _read(path: Path, file: Any) -> bytes:
    try:
        content: bytes = file.read(BLOCK)
    except (OSError, pa.ArrowException):
        raise UnreadableFile(path, "it cannot be read to its end.", "write or copy the file again.") from None
    return content


def _read_first_line(path: Path, file: Any) -> bytes:
    content = b""
    while more := _read(path, file):
        content += more
        if b"\n" in more:
            break
    return content


def _header(path: Path, content: bytes) -> Header:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile(path, "it is not UTF-8 text.", "save it as CSV UTF-8.")
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    at = next((at for at, line in enumerate(lines) if line.strip()), None)
    if at != 0:
        raise UnreadableFile(path, "its first line is empty.", "give a file that begins with its column names.")
    first = lines[0].decode(errors="replace").rstrip("\r")
    separator = max(",\t;", key=first.count)
    names = tuple(name.strip().lower() for name in split_line(first, separator).fields)
    if len(set(names) - {""}) < len([name for name in names if name]):
        raise UnreadableFile(path, "it has two columns of one name.", "rename or drop one of them.")
    quoted = separator != "\t" or not {"concept_id", "vocabulary_id"} <= set(names)
    return Header(names, separator, 1, quoted)


def _count_lines(content: bytes) -> int:
    """Ends of lines: CR LF, LF or a lone CR."""
    return content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")
