"""CSV files in the event layout: everything is read as text first, so that one bad field never stops the rest."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from leukon.errors import UnreadableFile
from leukon.events.intake import find_columns
from leukon.events.values import read_text

_TIMES = ("time", "recorded_time")
_NUMBERS = ("numeric_value", "lln", "uln")
_IDENTITY = ("subject_id", "time", "code")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.]\d{1,6})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_EPOCH = datetime(1970, 1, 1)
_FIRST_LINE = re.compile(rb"[^\r\n]*")
_END = ["\x04 end of file \x04"]
"""A line put behind the last one: if it does not come out of the CSV reader, a quote has swallowed it."""


def read_csv(path: Path, columns: Mapping[str, str], timezone: str | None = None) -> pa.Table:
    """Read one CSV file; fields are separated by comma, semicolon or tab, whichever its first line uses.

    Times are ISO 8601 (`2000-05-20`, `2000-05-20T08:00:00+02:00`); an offset is dropped, or converted to `timezone`.
    What cannot be read becomes null, and the door gives the row its reason: a number that is none moves to
    `text_value` if that is empty. A line with too many fields keeps only whose, when and what it is.

    Raises
    ------
    UnreadableFile, MissingColumn, DoubledColumn
        If the file is missing, empty or not UTF-8, has a quote that never closes, or a column that every event needs is
        not there, or one is there twice.
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
    try:
        table = _read_text_columns(path, content, columns)
    except csv.Error:
        raise UnreadableFile(
            path, "a field in it is too long to be one (is a quote opened and not closed?).", "mend that line."
        ) from None
    return _typed(table, {columns.get(n, n): n for n in (*_TIMES, *_NUMBERS, "text_value")}, timezone)


def _read_text_columns(path: Path, content: bytes, columns: Mapping[str, str]) -> pa.Table:
    match = _FIRST_LINE.match(content)
    first_line = "" if match is None else match[0].decode()
    separator = max(",;\t", key=first_line.count)
    header = next(csv.reader([first_line], delimiter=separator))
    wanted = find_columns(header, columns)
    ragged = content.count(b'"') % 2 == 1  # an open quote would swallow all lines after it

    def note(_: Any) -> str:
        nonlocal ragged
        ragged = True
        return "skip"

    try:
        table = pacsv.read_csv(
            io.BytesIO(content),
            parse_options=pacsv.ParseOptions(delimiter=separator, newlines_in_values=True, invalid_row_handler=note),
            convert_options=pacsv.ConvertOptions(
                include_columns=list(wanted.values()),
                column_types=dict.fromkeys(wanted.values(), pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        ragged, table = True, None
    return _read_ragged(path, content, separator, header, wanted) if ragged or table is None else table


def _read_ragged(path: Path, content: bytes, separator: str, header: list[str], wanted: Mapping[str, str]) -> pa.Table:
    """The slow way, for files with lines that are too long or too short: no line is lost."""
    reader = csv.reader(chain(io.StringIO(content.decode(), newline=""), _END), delimiter=separator)
    next(reader)
    keep = {wanted[name] for name in _IDENTITY}
    places = {name: header.index(name) for name in wanted.values()}
    columns: dict[str, list[str | None]] = {name: [] for name in places}
    for line in reader:
        if not line:
            continue
        if line == _END:
            break
        too_long = len(line) > len(header)
        for name, place in places.items():
            known = place < len(line) and (not too_long or name in keep)
            columns[name].append((line[place] or None) if known else None)
    else:
        row = len(columns[wanted["code"]])
        raise UnreadableFile(path, f"row {row} opens a quote that is never closed.", "close it, or take it away.")
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _typed(table: pa.Table, kinds: Mapping[str, str], timezone: str | None) -> pa.Table:
    zone = None if timezone is None else ZoneInfo(timezone)
    text_name = next((name for name, kind in kinds.items() if kind == "text_value"), "text_value")
    time_name = next(name for name, kind in kinds.items() if kind == "time")
    texts = (
        table[text_name]
        if text_name in table.column_names
        else pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
    )
    for name in table.column_names:
        raw = table[name]
        if kinds.get(name) in _TIMES:
            times = _each_word(raw, lambda word: _read_time(word, zone), pa.timestamp("us"))
            table = table.set_column(table.column_names.index(name), name, times)
            if kinds[name] == "recorded_time":
                unreadable = pc.and_(pc.is_valid(raw), pc.is_null(times))
                at = table.column_names.index(time_name)
                when = pc.if_else(unreadable, pa.scalar(None, pa.timestamp("us")), table[time_name])
                table = table.set_column(at, time_name, when)
        elif kinds.get(name) in _NUMBERS:
            numbers = _each_word(raw, _read_number if kinds[name] == "numeric_value" else _read_limit, pa.float64())
            table = table.set_column(table.column_names.index(name), name, numbers)
            if kinds[name] == "numeric_value":
                texts = pc.if_else(pc.is_valid(numbers), texts, pc.coalesce(texts, raw))
    if text_name in table.column_names:
        return table.set_column(table.column_names.index(text_name), text_name, texts)
    return table.append_column(text_name, texts)


def _each_word(column: pa.ChunkedArray, read: Callable[[str], Any], type_: pa.DataType) -> pa.Array:
    """Read each different word once."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    values = pa.array([read(word.strip()) for word in encoded.dictionary.to_pylist()], type_)
    return values.take(encoded.indices)


def _read_number(word: str) -> float | None:
    number = float(word) if _NUMBER.fullmatch(word) else None
    return number if number is not None and np.isfinite(number) else None


def _read_limit(word: str) -> float | None:
    """A limit of a reference range; a decimal comma is read as in a text, a doubtful one is no limit."""
    said = read_text(word)
    return said.mantissa / said.scale if said.mantissa is not None and said.comparator is None else None


def _read_time(word: str, zone: ZoneInfo | None) -> datetime | None:
    if not _TIME.fullmatch(word):
        return None
    try:
        time = datetime.fromisoformat(word)
        if time.tzinfo is not None:
            time = (time if zone is None else time.astimezone(zone)).replace(tzinfo=None)
        return time if abs(time - _EPOCH) < timedelta(days=365_000) else None
    except (ValueError, OverflowError):
        return None
