"""Whose row it is: as the cell says it, from the cell above where that is declared or the cells are merged."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leukon.ingest.visits_cells import Cell, as_text
from leukon.ingest.visits_rows import NumberedRow

_CUT_SHORT = re.compile(r"\d[.,]\d+[eE]\+\d{1,3}")
"""A long number as a spreadsheet shows it, and saves it as CSV: its last digits are lost, and people fall together."""


def read_subject(cell: Cell) -> str | None:
    """An id as text; None where there is none, or where its last digits are lost.

    >>> read_subject(7.0), read_subject("007"), read_subject("1.23457E+11")
    ('7', '007', None)
    """
    text = as_text(cell)
    return None if not text or _CUT_SHORT.fullmatch(text) else text


def fill_down(rows: Iterator[NumberedRow], subject: int) -> Iterator[NumberedRow]:
    """Rows with the subject of the row above where they have none; below a row that cannot be read it is not known."""
    last: Cell = ""
    for number, cells in rows:
        if cells is None:
            last = ""
        elif _is_empty(cells[subject]):
            cells = [*cells[:subject], last, *cells[subject + 1 :]]
        else:
            last = cells[subject]
        yield number, cells


def fill_merged(rows: Iterator[NumberedRow], below: Mapping[int, Sequence[tuple[int, int]]]) -> Iterator[NumberedRow]:
    """Rows whose merged cells say what the cell at their top says (`Sheet.merged_below`)."""
    tops = {(row, column) for cells in below.values() for column, row in cells}
    said: dict[tuple[int, int], Any] = {}
    for number, cells in rows:
        if cells is not None:
            cells = list(cells)
            for column, top in below.get(number, ()):
                if _is_empty(cells[column]):
                    cells[column] = said.get((top, column), "")
            said.update({(number, column): cells[column] for row, column in tops if row == number})
        yield number, cells


def _is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and not as_text(cell)
