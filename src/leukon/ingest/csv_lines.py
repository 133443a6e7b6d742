"""Lines of a CSV file to rows, whatever their quotes: no line is lost.

A quoted field may go on in the next lines (a comment). Two quotes that nobody closed look the same, with rows of other
days between them. So a field over several lines is believed only if nothing speaks against it (`_is_believed`).
Otherwise each line is a row, and a quote that its line does not close is a letter like others.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

_FIELD = {sep: re.compile(rf'"((?:[^"]|"")*+)"([^{sep}]*)|([^{sep}]*)') for sep in (",", ";", "\t")}
_LINE_END = re.compile(r"\r\n|\r|\n")
_DATE = re.compile(r"\s*\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")


@dataclass(frozen=True)
class Layout:
    """How a line is laid out: its separator, number of fields, and the places of the fields that make it a row.

    `words` are the places of fields that hold a word or a number each, never lines.
    """

    separator: str
    width: int
    subject: int
    time: int
    code: int
    words: AbstractSet[int]


class Row(NamedTuple):
    """Fields of one row, the places of those that open a quote and do not close it, or close it in their midst."""

    fields: list[str]
    opened: AbstractSet[int] = frozenset()
    closed_within: AbstractSet[int] = frozenset()


def split_line(text: str, separator: str) -> Row:
    """Split at each separator outside of quotes; a quote inside a field is a letter, and so is one not closed.

    >>> split_line('1,"a, b",5" tube', ",").fields
    ['1', 'a, b', '5" tube']
    >>> split_line('1,"high,3', ",")
    Row(fields=['1', '"high', '3'], opened={1}, closed_within=set())
    """
    if '"' not in text:
        return Row(text.split(separator))
    fields: list[str] = []
    opened, closed_within = set(), set()
    at = 0
    while at <= len(text) and (found := _FIELD[separator].match(text, at)):
        quoted, rest, bare = found.groups()
        if quoted is None and bare.startswith('"'):
            opened.add(len(fields))
        elif quoted is not None and rest.strip():
            closed_within.add(len(fields))
        fields.append(bare if quoted is None else quoted.replace('""', '"') + rest)
        at = found.end() + 1
    return Row(fields, opened, closed_within)


def is_too_long(row: Row, layout: Layout) -> bool:
    """Whether a row has more fields than there are names; empty ones at its end are only separators."""
    return any(surplus.strip() for surplus in row.fields[layout.width :])


def read_rows(lines: Iterable[str], layout: Layout) -> Iterator[Row]:
    """Rows of lines that keep their line ends; empty lines are none."""
    rest = iter(lines)
    line = next(rest, None)
    while line is not None:
        own = list(_take_apart([line], layout))
        if own and own[0].opened:
            joined, apart, line = _join(line, rest, layout)
            yield from [joined] if joined else _take_apart(apart, layout)
        else:
            yield from own
            line = next(rest, None)


def _join(first: str, rest: Iterator[str], layout: Layout) -> tuple[Row | None, list[str], str | None]:
    """The row over several lines that `first` opens, or the lines to take apart; and the line to go on with."""
    lines = [first]
    for line in rest:
        if '"' not in line:
            if _looks_like_row(line.rstrip("\r\n"), 0, layout):
                return None, lines, line
            lines.append(line)
            continue
        row = split_line("".join([*lines, line]).rstrip("\r\n"), layout.separator)
        if not row.opened:
            believed = _is_believed(row, layout) and not _are_two_rows(first, line, layout)
            return (row, [], next(rest, None)) if believed else (None, lines, line)
        lines.append(line)
    return None, lines, None


def _take_apart(lines: Iterable[str], layout: Layout) -> Iterator[Row]:
    for line in lines:
        if bare := line.rstrip("\r\n"):
            yield split_line(bare, layout.separator)


def _is_believed(row: Row, layout: Layout) -> bool:
    """As many fields as names; each long one a text, closed at its end, with no line that would be a row itself."""
    if len(row.fields) < layout.width or is_too_long(row, layout):
        return False
    for place, text in enumerate(row.fields):
        lines = _LINE_END.split(text)
        if len(lines) > 1:
            starts = [place, *[0] * (len(lines) - 1)]
            row_within = any(_looks_like_row(*said, layout) for said in zip(lines, starts, strict=True))
            lines_for_a_word = place in layout.words and _LINE_END.search(text.strip())
            if row_within or lines_for_a_word or place in row.closed_within:
                return False
    return True


def _are_two_rows(first: str, last: str, layout: Layout) -> bool:
    """Whether the first and the last of some lines, each read on its own, both have a field for each name."""
    return all(len(row.fields) == layout.width for row in _take_apart([first, last], layout))


def _looks_like_row(text: str, start: int, layout: Layout) -> bool:
    """Whether a text that begins at the field `start` has a subject, a date and a code in their places."""
    fields = split_line(text, layout.separator).fields
    said = {place + start for place, word in enumerate(fields) if word.strip()}
    needed = {place for place in (layout.subject, layout.time, layout.code) if place >= start}
    return layout.time in needed <= said and _DATE.match(fields[layout.time - start]) is not None
