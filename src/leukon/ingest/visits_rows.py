"""Lines of a CSV file to rows of cells with the number of their line; a line that cannot be cut is None, never lost."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from leukon.ingest.csv_lines import split_line
from leukon.ingest.visits_cells import Cell
from leukon.ingest.visits_dates import needs_format, read_date

NumberedRow: TypeAlias = "tuple[int, list[Cell] | None]"
"""Number of a row in its file and its cells, as many as there are headings; None: it cannot be read."""
_LINES_OF_A_CELL = 50
"""A cell of more lines than this is a quote that nobody closed."""


def read_lines(lines: Iterable[str], number: int, separator: str, width: int, date_at: int) -> Iterator[NumberedRow]:
    """Rows of the lines after the headings, which end at line `number`; lines without a word are none.

    A quoted cell may go on in the next lines, if none of them has a date in the place of dates. Otherwise the quote is
    a letter, and each line is a row. A line with more cells than headings cannot be read: a decimal comma that is not
    quoted has shifted its values into other columns. Cells that are missing at its end are empty.
    """
    rest, held = iter(lines), deque[str]()
    nothing = f"{separator} \t\r\n"
    while (line := held.popleft() if held else next(rest, None)) is not None:
        number += 1
        at = number
        if '"' not in line:
            fields: list[str] = line.rstrip("\r\n").split(separator)
        else:
            fields, more = _cut_quoted(line, held, rest, separator, width, date_at)
            number += more
        if line.strip(nothing):
            yield at, _fit(fields, width)


def dates_of_lines(lines: Iterable[str], separator: str, date_at: int) -> set[str] | None:
    """The different cells of the column of dates, in a file without quotes; None if there is one."""
    dates: set[str] = set()
    for line in lines:
        if '"' in line:
            return None
        dates.update(line.rstrip("\r\n").split(separator, date_at + 1)[date_at : date_at + 1])
    return dates


def _cut_quoted(
    line: str, held: deque[str], rest: Iterator[str], separator: str, width: int, date_at: int
) -> tuple[list[str], int]:
    """Fields of a line with quotes, and how many further lines belong to it."""
    row = split_line(line.rstrip("\r\n"), separator)
    longer, more = _join(line, held, rest, separator, width, date_at) if row.opened else (None, 0)
    return longer or row.fields, more


def _fit(fields: list[str], width: int) -> list[Cell] | None:
    if len(fields) == width:
        return list(fields)
    if any(field.strip() for field in fields[width:]):
        return None
    return [*fields[:width], *[""] * (width - len(fields))]


def _join(
    first: str, held: deque[str], rest: Iterator[str], separator: str, width: int, date_at: int
) -> tuple[list[str] | None, int]:
    """Fields of the row over several lines that `first` opens, and how many follow it; (None, 0): it is no such row."""
    text = first
    for more in range(_LINES_OF_A_CELL):
        if len(held) <= more:
            line = next(rest, None)
            if line is None:
                break
            held.append(line)
        if _has_date(held[more], separator, date_at):
            break
        text += held[more]
        row = split_line(text.rstrip("\r\n"), separator)
        if not row.opened:
            if len(row.fields) != width or row.closed_within:
                break
            for _ in range(more + 1):
                held.popleft()
            return row.fields, more + 1
    return None, 0


def _has_date(line: str, separator: str, date_at: int) -> bool:
    fields = split_line(line.rstrip("\r\n"), separator).fields
    return date_at < len(fields) and (needs_format(fields[date_at]) or read_date(fields[date_at], None) is not None)
