"""CSV files in the event layout: everything is read as text first, so that one bad field never stops the rest."""

import io
import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from leukon.errors import UnreadableFile
from leukon.events.columns import find_columns
from leukon.events.schema import EVENTS
from leukon.events.values import TextValue, read_text
from leukon.ingest.csv_lines import Layout, Row, is_too_long, read_rows, split_line
from leukon.ingest.csv_words import read_words

_FIRST_LINE = re.compile(rb"[^\r\n]*")


def read_csv(path: Path, columns: Mapping[str, str], timezone: str | None = None) -> pa.Table:
    """Read one CSV file; fields are separated by comma, semicolon or tab, whichever its first line uses.

    Times are ISO 8601 (`2000-05-20`, `2000-05-20T08:00:00+02:00`); an offset is dropped, or converted to `timezone`.
    What cannot be read becomes null, and the door gives the row its reason: a number that is none moves to
    `text_value`. A line with too many fields keeps only whose, when and what it is.

    Raises
    ------
    UnreadableFile, MissingColumn, DoubledColumn
        If the file is missing, empty or not UTF-8, or a quote in its column names never closes; if a column that every
        event needs is not there, or one is there twice.
    """
    try:
        content = path.read_bytes()
        content.decode("utf-8-sig")
    except OSError:
        raise UnreadableFile(path, "it cannot be opened.", "check the path and that you may read it.") from None
    except UnicodeDecodeError:
        raise UnreadableFile(path, "it is not UTF-8 text.", "save it as CSV UTF-8.") from None
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip(b" \r\n")
    if not content:
        raise UnreadableFile(path, "it is empty.", "give a file with a line of column names.")
    names = {column.name: columns.get(column.name, column.name) for column in EVENTS}
    return read_words(_read_text_columns(path, content, columns), names, timezone)


def _read_text_columns(path: Path, content: bytes, columns: Mapping[str, str]) -> pa.Table:
    match = _FIRST_LINE.match(content)
    first_line = "" if match is None else match[0].decode()
    separator = max(",;\t", key=first_line.count)
    header = split_line(first_line, separator)
    if header.opened:
        raise UnreadableFile(
            path, "its line of column names opens a quote and does not close it.", "close it, or take it away."
        )
    wanted = find_columns(header.fields, columns)
    table = _read_fast(content, separator, list(wanted.values()))
    if table is not None:
        return table
    places = {name: header.fields.index(column) for name, column in wanted.items()}
    words = frozenset(place for name, place in places.items() if name != "text_value")
    layout = Layout(separator, len(header.fields), places["subject_id"], places["time"], places["code"], words)
    lines = islice(io.StringIO(content.decode(), newline=""), 1, None)
    kept = [_trusted(row, layout, places) for row in read_rows(lines, layout)]
    return pa.table({wanted[name]: pa.array([row[at] for row in kept], pa.string()) for at, name in enumerate(places)})


def _read_fast(content: bytes, separator: str, wanted: list[str]) -> pa.Table | None:
    """The columns of a file in which each line is a row with a field for each name; otherwise None."""
    ragged = False

    def note(_: Any) -> str:
        nonlocal ragged
        ragged = True
        return "skip"

    try:
        table = pacsv.read_csv(
            io.BytesIO(content),
            parse_options=pacsv.ParseOptions(delimiter=separator, newlines_in_values=True, invalid_row_handler=note),
            convert_options=pacsv.ConvertOptions(
                include_columns=wanted,
                column_types=dict.fromkeys(wanted, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return None if ragged or (b'"' in content and _spans_lines(content, separator, table.num_rows + 1)) else table


def _spans_lines(content: bytes, separator: str, rows: int) -> bool:
    """Whether a quote goes on beyond the end of its line: fewer rows than lines, or open at the end of the file."""
    letters = np.frombuffer(content, np.uint8)
    ends = (letters == ord("\n")) | (letters == ord("\r"))
    not_empty = 1 + np.count_nonzero(ends[:-1] & ~ends[1:])
    text = content.rstrip(b"\r\n")
    last_line = text[max(text.rfind(b"\n"), text.rfind(b"\r")) + 1 :].decode()
    return bool(rows < not_empty or split_line(last_line, separator).opened)


def _trusted(row: Row, layout: Layout, places: Mapping[str, int]) -> list[str | None]:
    """Fields of the wanted columns as far as they can be trusted, in the order of `places`.

    A line that is too long, or with a quote left open before a text that can be read as a value, keeps whose, when and
    what it is; a quote left open before the subject leaves nobody.
    """
    text = places.get("text_value")
    doubtful = any(place == text and read_text(row.fields[place][1:]) != TextValue() for place in row.opened)
    identity = {layout.subject, layout.time, layout.code}
    kept = identity if doubtful or is_too_long(row, layout) else set(places.values())
    kept -= row.opened & {layout.subject}
    return [row.fields[at] or None if at in kept and at < len(row.fields) else None for at in places.values()]
