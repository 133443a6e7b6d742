"""Dates as clinics write them: the order of day and month is declared and never guessed."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leukon.ingest.visits_cells import Cell, as_text
from leukon.ingest.visits_map import DateFormat

_CLOCK = (
    r"(?:(?:\s*T\s*|\s*,\s*|\s+)(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<s>[-/.])(?P<month>\d{1,2})(?P=s)(?P<day>\d{1,2})" + _CLOCK)
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})" + _CLOCK)
_NUMBERS = re.compile(
    r"(?P<first>\d{1,2})(?P<s>[-/.])\s?(?P<second_number>\d{1,2})(?P=s)\s?(?P<year>\d{4}|\d{2})" + _CLOCK
)
_NAMED = re.compile(r"(?P<day>\d{1,2})[-/. ]?\s?(?P<name>[A-Za-z]{3,9})\.?[-/., ]?\s?(?P<year>\d{4}|\d{2})" + _CLOCK)
_NAME_FIRST = re.compile(r"(?P<name>[A-Za-z]{3,9})\.?\s(?P<day>\d{1,2}),?\s(?P<year>\d{4})" + _CLOCK)
_TIME_OF_DAY = re.compile(_CLOCK.removesuffix("?"))
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_SHORT = {name[:3]: at for at, name in enumerate(_MONTHS, 1)} | {"sept": 9}
_SERIALS = (18_264, 73_050)
"""Serial numbers from 1950 to the end of 2099: 2024 in a date column is a year, 20240305 no serial number."""
_OF_1904 = 1462
"""Days between the two calendars of spreadsheets."""
_YEARS = range(1900, 3000)
_PIVOT = 69
"""`69` is 1969 and `68` is 2068, as POSIX has it."""


def read_date(
    cell: Cell, form: DateFormat | None, zone: ZoneInfo | None = None, *, of_1904: bool = False
) -> datetime | None:
    """When a cell says; wall clock; a date alone is 00:00; None where it says no whole date.

    >>> read_date("05.03.2024", "day-first"), read_date("3/5/24 2:30 PM", "month-first")
    (datetime.datetime(2024, 3, 5, 0, 0), datetime.datetime(2024, 3, 5, 14, 30))
    >>> read_date("5 Mar 2024", None), read_date("2024-03", None), read_date("05.03.2024", None)
    (datetime.datetime(2024, 3, 5, 0, 0), None, None)
    """
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, float) and (cell < 1e6 or not cell.is_integer()):
        return _from_serial(cell + _OF_1904 * of_1904)
    try:
        return _read(as_text(cell), form, zone)
    except (ValueError, OverflowError):
        return None


def needs_format(cell: Cell) -> bool:
    """Whether a cell is a date whose day and month only a declared order tells apart."""
    if not isinstance(cell, str):
        return False
    text = as_text(cell)
    named = _NAMED.fullmatch(text)
    return _NUMBERS.fullmatch(text) is not None or (named is not None and len(named["year"]) == 2 and _month(named) > 0)


def has_swapped(cells: list[Cell], form: DateFormat | None) -> bool:
    """Whether a spreadsheet has taken days for months: it made dates of all texts that allow it, and left the others.

    All dates then have a day up to 12, and all texts one above it.
    """
    made = [cell.day for cell in cells if isinstance(cell, date)]
    texts = [_NUMBERS.fullmatch(as_text(cell)) for cell in cells if isinstance(cell, str)]
    place = "second_number" if form == "month-first" else "first"
    left = [int(text[place]) for text in texts if text is not None]
    return len(made) >= 3 and max(made) <= 12 and bool(left) and min(left) > 12


def with_time_of_day(day: datetime | None, cell: Cell) -> datetime | None:
    """A date with the time of day of another cell; an empty one adds nothing, one that cannot be read leaves no time.

    >>> with_time_of_day(datetime(2024, 3, 5), "8:30"), with_time_of_day(datetime(2024, 3, 5), "fasting")
    (datetime.datetime(2024, 3, 5, 8, 30), None)
    """
    if day is None or cell == "":
        return day
    if isinstance(cell, datetime | time):
        return day.replace(hour=cell.hour, minute=cell.minute, second=cell.second)
    if isinstance(cell, float):
        return day + timedelta(seconds=round(cell * 86_400)) if 0 <= cell < 1 else None
    found = _TIME_OF_DAY.fullmatch(f" {as_text(cell)}") if isinstance(cell, str) else None
    try:
        return None if found is None else _at_clock(day, found.groupdict(""))
    except ValueError:
        return None


def _from_serial(serial: float) -> datetime | None:
    if not _SERIALS[0] <= serial < _SERIALS[1]:
        return None
    return datetime(1899, 12, 30) + timedelta(seconds=round(serial * 86_400))


def _read(text: str, form: DateFormat | None, zone: ZoneInfo | None) -> datetime | None:
    parts = _parts(text, form)
    if parts is None or int(parts["year"]) not in _YEARS:
        return None
    day = datetime(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    moment = _at_clock(day, parts)
    offset = parts["offset"]
    if not offset or zone is None:
        return moment
    written = datetime.fromisoformat(f"{moment.isoformat()}{offset}")
    return written.astimezone(zone).replace(tzinfo=None)


def _parts(text: str, form: DateFormat | None) -> dict[str, str] | None:
    found = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is not None:
        return found.groupdict("")
    if (named := _NAMED.fullmatch(text) or _NAME_FIRST.fullmatch(text)) and (form or len(named["year"]) == 4):
        return {**named.groupdict(""), "month": str(_month(named)), "year": _whole_year(named["year"])}
    numbers = _NUMBERS.fullmatch(text)
    if numbers is None or form not in ("day-first", "month-first"):
        return None
    first, second = numbers["first"], numbers["second_number"]
    day, month = (first, second) if form == "day-first" else (second, first)
    return {**numbers.groupdict(""), "day": day, "month": month, "year": _whole_year(numbers["year"])}


def _month(named: Mapping[str, str] | re.Match[str]) -> int:
    name = named["name"].lower()
    return _SHORT.get(name, _MONTHS.index(name) + 1 if name in _MONTHS else 0)


def _whole_year(year: str) -> str:
    if len(year) == 4:
        return year
    return f"{19 if int(year) >= _PIVOT else 20}{year}"


def _at_clock(day: datetime, parts: Mapping[str, str]) -> datetime:
    """The date at the hour of the clock; a clock of 12 hours goes from 1 to 12."""
    hour = int(parts["hour"] or 0)
    half = parts["half"]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a clock of 12")
        hour = hour % 12 + 12 * (half[0] in "pP")
    return day.replace(hour=hour, minute=int(parts["minute"] or 0), second=int(parts["second"] or 0))
