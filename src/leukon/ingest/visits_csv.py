"""A clinic's spreadsheet saved as CSV or text: its letters, its separator, its line of headings."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from leukon.errors import UnreadableFile
from leukon.ingest.visits_columns import has_visits, is_header, is_likely_header
from leukon.ingest.visits_map import VisitMap, say_paste
from leukon.ingest.visits_rows import NumberedRow, dates_of_lines, read_lines

HEAD = 1 << 18
"""Letters in which the line of headings must lie."""
TITLE_ROWS = 40
"""Rows that may stand above the line of headings."""
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEPARATORS = ",;\t"


class Opened(NamedTuple):
    """How a text file is written: its encoding and separator, its headings and the line on which they end."""

    path: Path
    encoding: str
    separator: str
    headings: tuple[str, ...]
    line: int


def sniff_csv(path: Path, visits: VisitMap) -> bool:
    """Whether a text file begins with a line of headings of visits, or with what looks like one."""
    with path.open("rb") as file:
        start = file.read(HEAD)
    if b"\0" in start and not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    text, encoding = _decoded(start)
    opened = _find_header(path, text, encoding, visits)
    if opened is not None:
        return has_visits(opened.headings, visits)
    return any(is_likely_header(row) for separator in _SEPARATORS for _, row in _first_rows(text, separator))


def open_csv(path: Path, visits: VisitMap) -> Opened:
    """Find out how a text file is written.

    Raises
    ------
    UnreadableFile
        If it cannot be opened, is no text, or has no line of headings.
    """
    try:
        encoding = _encoding(path)
        with path.open("rb") as file:
            start = file.read(HEAD)
    except OSError:
        raise UnreadableFile(path, "it cannot be opened.", "check the path and that you may read it.") from None
    if b"\0" in start and encoding != "utf-16":
        raise UnreadableFile(path, "it is no text.", "save it as CSV UTF-8.")
    opened = _find_header(path, start.decode(encoding, "replace"), encoding, visits)
    if opened is None:
        raise no_header(path)
    return opened


def no_header(path: Path) -> UnreadableFile:
    """The complaint that no line names a column of subjects and one of dates."""
    return UnreadableFile(
        path,
        f"none of its first {TITLE_ROWS} rows names a column of patients and a column of dates.",
        say_paste("[visits]", 'subject = ""  # heading of the patients', 'date = ""  # heading of the dates'),
    )


def rows_of(opened: Opened, date_at: int) -> Iterator[NumberedRow]:
    """The rows below the headings, with the number of their (first) line in the file."""
    with opened.path.open(encoding=opened.encoding, errors="replace", newline="") as file:
        lines = islice(file, opened.line, None)
        yield from read_lines(lines, opened.line, opened.separator, len(opened.headings), date_at)


def dates_of(opened: Opened, date_at: int) -> set[str]:
    """The different cells of the column of dates."""
    with opened.path.open(encoding=opened.encoding, errors="replace", newline="") as file:
        dates = dates_of_lines(islice(file, opened.line, None), opened.separator, date_at)
    if dates is None:
        return {str(cells[date_at]) for _, cells in rows_of(opened, date_at) if cells is not None}
    return dates


def _encoding(path: Path) -> str:
    """UTF-8, or UTF-16 with its mark; what is neither is CP1252, as Windows saves CSV in Western Europe."""
    with path.open("rb") as file:
        start = file.read(4)
        for mark, encoding in _MARKS:
            if start.startswith(mark):
                return encoding
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _decoded(start: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return start.decode(encoding, "ignore"), encoding
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(start), "utf-8"
    except UnicodeDecodeError:
        return start.decode("cp1252", "replace"), "cp1252"


def _find_header(path: Path, start: str, encoding: str, visits: VisitMap) -> Opened | None:
    found = [_header_at(path, start, encoding, separator, visits) for separator in _SEPARATORS]
    whole = [opened for opened in found if opened is not None]
    return max(whole, key=lambda opened: len(opened.headings), default=None)


def _header_at(path: Path, start: str, encoding: str, separator: str, visits: VisitMap) -> Opened | None:
    for line, fields in _first_rows(start, separator):
        if is_header(fields, visits):
            return Opened(path, encoding, separator, tuple(fields), line)
    return None


def _first_rows(start: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows among which the headings must be, with the line on which each ends."""
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=separator)
    with suppress(csv.Error):  # a field longer than csv takes: a quote that nobody closes
        for fields in islice(reader, TITLE_ROWS):
            yield reader.line_num, fields
