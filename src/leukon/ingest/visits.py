"""The spreadsheet a clinic really keeps: one row a visit (`patient, date, WBC, ANC, ...`), as CSV or XLSX."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from leukon.errors import UnreadableFile
from leukon.events.columns import check_timezone
from leukon.ingest.gathered import to_table
from leukon.ingest.visits_batches import Batches
from leukon.ingest.visits_cells import Cell, as_text
from leukon.ingest.visits_columns import Plan, has_visits, is_header, plan_columns
from leukon.ingest.visits_csv import TITLE_ROWS, Opened, dates_of, no_header, open_csv, rows_of, sniff_csv
from leukon.ingest.visits_dates import has_swapped, needs_format
from leukon.ingest.visits_headings import one_line
from leukon.ingest.visits_map import VisitMap, say_paste
from leukon.ingest.visits_rows import NumberedRow
from leukon.ingest.visits_subjects import fill_down, fill_merged
from leukon.ingest.visits_xlsx import Sheet, is_xlsx, open_sheets

_TEXTS = (".csv", ".tsv", ".txt")
_BOOKS = (".xlsx", ".xlsm")
_DATE_FORMAT = 'date_format = ""  # "day-first" or "month-first"'


class _Part(NamedTuple):
    """One table of visits: a CSV file, or a sheet whose headings stand in row `header`."""

    path: Path
    plan: Plan
    source: Opened | Sheet
    header: int

    @property
    def place(self) -> str:
        return self.path.name if isinstance(self.source, Opened) else f"{self.path.name}:{self.source.name}"

    @property
    def of_1904(self) -> bool:
        return isinstance(self.source, Sheet) and self.source.marks.of_1904

    def rows(self) -> Iterator[NumberedRow]:
        """The rows below the headings; headings that are repeated further down are no visit."""
        for number, cells in self._all_rows():
            if cells is None or not self._repeats_headings(cells):
                yield number, cells

    def dates(self) -> list[Cell]:
        """The different cells of the column of dates."""
        at = self.plan.date
        if isinstance(self.source, Opened):
            return list(dates_of(self.source, at))
        return list(dict.fromkeys(cells[at] for _, cells in self.rows() if cells is not None))

    def _repeats_headings(self, cells: list[Cell]) -> bool:
        date = cells[self.plan.date]
        if not isinstance(date, str) or date.strip() != self.plan.headings[self.plan.date]:
            return False
        names = (one_line(as_text(cell)) or f"column {at + 1}" for at, cell in enumerate(cells))
        return tuple(names) == self.plan.headings

    def _all_rows(self) -> Iterator[NumberedRow]:
        if isinstance(self.source, Opened):
            return rows_of(self.source, self.plan.date)
        below = self.source.merged_below((self.plan.subject, self.plan.date))
        return fill_merged(islice(self.source.rows(), self.header, None), below)


def is_visits(path: Path, visits: VisitMap | None = None) -> bool:
    """Whether a file is a spreadsheet of visits: CSV with such a line of headings, or an XLSX workbook.

    The event layout (`subject_id`, `time`, `code`, `numeric_value`) is none. `visits` is what the clinic says of its
    headings. Never raises.
    """
    try:
        suffix = path.suffix.lower()
        return (suffix in _BOOKS and is_xlsx(path)) or (suffix in _TEXTS and sniff_csv(path, visits or VisitMap()))
    except OSError:
        return False


def stream_visits(path: Path, timezone: str | None = None, visits: VisitMap | None = None) -> Iterator[pa.RecordBatch]:
    """Read a spreadsheet of visits in batches of events: one row for each cell that is not empty.

    Parameters
    ----------
    path
        A CSV or XLSX file.
    timezone
        IANA zone to convert times with an offset to; default: wall clock as written.
    visits
        What the clinic says of it (`load_visit_map`); default: everything is read from the headings.

    Returns
    -------
    Iterator of pyarrow.RecordBatch
        In `gathered.SCHEMA`; `place` is file, sheet, row and heading (`visits.xlsx:2024:17 ANC (G/L)`). `lln`, `uln`
        and `unit` are the column's, or a unit that the cell says itself. A cell of a column that leukon does not know
        has the code `COLUMN//heading`. A text that is no number stands in `text_value`, for the door to refuse.

    Raises
    ------
    UnreadableFile
        If the file has no line of headings, a known column has no unit anywhere (all are listed with the TOML to
        paste), or its dates need a declaration.
    UnknownTime
        If there is no such time zone.
    """
    said = visits or VisitMap()
    zone = None if check_timezone(timezone) is None else ZoneInfo(str(timezone))
    parts = _parts(Path(path), said)
    for part in parts:
        _check_dates(part, said)
    return _stream(parts, said, zone)


def read_visits(path: Path, timezone: str | None = None, visits: VisitMap | None = None) -> pa.Table:
    """Read a spreadsheet of visits as one table of events; see `stream_visits`."""
    return to_table(stream_visits(path, timezone, visits))


def _stream(parts: list[_Part], visits: VisitMap, zone: ZoneInfo | None) -> Iterator[pa.RecordBatch]:
    for part in parts:
        rows = fill_down(part.rows(), part.plan.subject) if visits.fill_down else part.rows()
        yield from Batches(part.plan, visits, part.place, zone, of_1904=part.of_1904).of(rows)


def _parts(path: Path, visits: VisitMap) -> list[_Part]:
    if path.suffix.lower() not in _BOOKS:
        opened = open_csv(path, visits)
        return [_Part(path, plan_columns(path, opened.headings, visits), opened, opened.line)]
    sheets = [(sheet, _find_header(sheet, visits)) for sheet in open_sheets(path, visits.sheets)]
    found = [(sheet, *header) for sheet, header in sheets if header is not None]
    if not visits.sheets:
        found = _the_only(path, found, visits)
    if not found or (visits.sheets and len(found) < len(sheets)):
        raise no_header(path)
    return [_Part(path, plan_columns(path, cells, visits), sheet, row) for sheet, row, cells in found]


def _the_only(
    path: Path, found: list[tuple[Sheet, int, list[str]]], visits: VisitMap
) -> list[tuple[Sheet, int, list[str]]]:
    """The sheet with visits; of several none is chosen, for the visits on the others would be missing."""
    known = [each for each in found if has_visits(each[2], visits)] or found
    if len(known) > 1:
        why = f"{len(known)} of its sheets have visits, and none is named."
        raise UnreadableFile(path, why, say_paste("[visits]", "sheet = []  # the names of those to read, in quotes"))
    return known


def _find_header(sheet: Sheet, visits: VisitMap) -> tuple[int, list[str]] | None:
    for number, cells in islice(sheet.rows(), TITLE_ROWS):
        texts = [as_text(cell) for cell in cells]
        if is_header(texts, visits):
            return number, texts
    return None


def _check_dates(part: _Part, visits: VisitMap) -> None:
    """Refuse the file if its dates need a declaration, or were taken apart by a spreadsheet in another language."""
    if visits.date_format is None:
        if any(needs_format(cell) for cell in part.dates()):
            raise UnreadableFile(
                part.path,
                "its dates do not say which number is the day and which the month; that is never guessed.",
                f"write dates as 2024-03-05, or {say_paste('[visits]', _DATE_FORMAT)}",
            )
    elif isinstance(part.source, Sheet) and has_swapped(part.dates(), visits.date_format):
        raise UnreadableFile(
            part.path,
            "its dates are partly dates with a day up to 12 and partly texts with a day above 12: a spreadsheet in"
            " another language took days for months.",
            "import the original file again with its column of dates as text.",
        )
