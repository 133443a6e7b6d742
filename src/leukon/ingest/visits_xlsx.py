"""A clinic's spreadsheet as XLSX: numbers as numbers, dates as dates, merged cells as one.

python-calamine (Rust) reads it: it knows merged cells, which openpyxl's read-only mode does not, and goes through a
sheet about ten times as fast. What it does not tell is read beside it (`visits_xlsx_marks`).
"""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from leukon.errors import UnreadableFile
from leukon.ingest.visits_cells import Cell, Percent, as_text
from leukon.ingest.visits_xlsx_marks import Marks, TooWide, UnsafeXml, read_marks

_ZIP = b"PK\x03\x04"
_BROKEN = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,  # zipfile: a part needs a password, or is packed in an unknown way
    ValueError,
)


def is_xlsx(path: Path) -> bool:
    """Whether a file is a workbook, by its first bytes and its parts."""
    with path.open("rb") as file:
        if file.read(4) != _ZIP:
            return False
    try:
        with zipfile.ZipFile(path) as book:
            return "xl/workbook.xml" in book.namelist()
    except _BROKEN:
        return False


class Sheet:
    """One sheet: its rows from the top, numbered from 1, with what each cell means."""

    def __init__(self, name: str, sheet: CalamineSheet, marks: Marks) -> None:
        self.name, self._sheet, self.marks = name, sheet, marks

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Number and cells of each row; an empty cell is the empty text."""
        at_rows = {row for row, _ in (*self.marks.texts, *self.marks.percents, *self.marks.padded)}
        for at, row in enumerate(self._sheet.iter_rows()):
            if at in at_rows:
                yield at + 1, [self._meant((at, column), cell) for column, cell in enumerate(row)]
            else:
                yield at + 1, [_cell(cell) for cell in row]

    def merged_below(self, columns: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
        """Cells that belong to one above them: by row (from 1), the columns and the row whose cell goes on here."""
        below: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, right) in self._sheet.merged_cell_ranges or ():
            for column in columns:
                if left == column == right:
                    for row in range(top + 1, bottom + 1):
                        below.setdefault(row + 1, []).append((column, top + 1))
        return below

    def _meant(self, place: tuple[int, int], value: Any) -> Cell:
        marks = self.marks
        if place in marks.texts and value in ("", None):
            return marks.texts[place]
        cell = _cell(value)
        if isinstance(cell, float) and place in marks.percents:
            return Percent(cell)
        if isinstance(cell, float) and place in marks.padded and cell.is_integer():
            return as_text(cell).zfill(marks.padded[place])
        return cell


def open_sheets(path: Path, names: Sequence[str]) -> list[Sheet]:
    """The sheets called `names`, or all that are not hidden.

    Raises
    ------
    UnreadableFile
        If the file is no whole workbook, is protected, or has no such sheet.
    """
    try:
        book = CalamineWorkbook.from_path(str(path))
        known = [meta.name for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        hidden = {meta.name for meta in book.sheets_metadata if meta.visible != SheetVisibleEnum.Visible}
        if missing := [name for name in names if name not in known]:
            raise _no_sheet(path, missing)
        wanted = names or [name for name in known if name not in hidden]
        marks = {name: read_marks(path, name) for name in wanted}  # first: it finds what must not be opened
        return [Sheet(name, book.get_sheet_by_name(name), marks[name]) for name in wanted]
    except TooWide:
        why = "it has a cell so far away from the others that the sheet does not fit into memory."
        raise UnreadableFile(path, why, "delete the rows and columns beyond the table.") from None
    except UnsafeXml:
        raise UnreadableFile(path, "it holds a document type, as no spreadsheet does.", "save it again.") from None
    except _BROKEN:
        raise UnreadableFile(
            path, "it is no whole XLSX workbook, or protected by a password.", "save it again as .xlsx, unprotected."
        ) from None


def _no_sheet(path: Path, names: Sequence[str]) -> UnreadableFile:
    said = ", ".join(f"'{name}'" for name in names)
    return UnreadableFile(path, f"it has no sheet {said}, which the map names.", "correct [visits] sheet.")


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if value is None:
        return ""
    return float(value) if isinstance(value, int) else value
