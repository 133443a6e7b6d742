"""What one cell says: a number as it was written, a comparator, a unit of its own, or words (visits_words.toml)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from leukon.events.data_files import Strict, Text, load_toml
from leukon.events.units import load_units
from leukon.events.values import TextValue, read_comparator, read_text
from leukon.ingest.visits_columns import Column
from leukon.ingest.visits_map import VisitMap, kind_of

UNCLEAR = "unclear"
"""Status of a cell in a column of doses that says neither a dose nor that there was none: the door refuses it."""
_SPACES = " \t\r\n\u00a0\u202f\u2009"
_CELL = re.compile(
    r"(<=|>=|=<|=>|<|>|≤|≥|=)?\s*([+-]?(?:\d[\d.,'’]*|[.,]\d+)(?:[eE][+-]?\d{1,2}(?![\w.,]))?)\s*(.*)", re.DOTALL
)
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)")
_THREE_AFTER = re.compile(r"[+-]?\d*[.,]\d{3}(?:[eE][+-]?\d{1,2})?")
_LONE_0 = re.compile(r"[+-]?0[.,].*")


class Percent(NamedTuple):
    """A number that the spreadsheet shows with a percent sign: 0.45 is shown, and meant, as 45 %."""

    share: float


Cell = str | float | datetime | date | time | timedelta | Percent
"""A cell; the empty text is an empty cell."""


class Said(NamedTuple):
    """What a cell says, as columns of events; `ranged`: its unit is the column's, and so the column's limits hold."""

    numeric: float | None = None
    text: str | None = None
    unit: str | None = None
    comparator: str | None = None
    status: str | None = None
    ranged: bool = True


class _Words(Strict):
    source: Text
    words: tuple[Text, ...]


class WordFile(Strict):
    """The layout of visits_words.toml."""

    sources: dict[str, Text]
    flags: _Words
    given: _Words
    not_given: _Words


@dataclass(frozen=True)
class _Number:
    """A number in a text: the comparator before it, its digits with a decimal point, its value, and what follows it.

    `value` is None where the digits may mean two numbers, or none.
    """

    comparator: str | None
    digits: str
    value: float | None
    tail: str


@lru_cache
def load_words() -> WordFile:
    """The shipped words of cells."""
    return load_toml(Path(__file__).with_name("visits_words.toml"), WordFile)


def cell_reader(column: Column, visits: VisitMap) -> Callable[[Cell], Said]:
    """The function that reads the cells of a column; None of them is empty."""
    if column.kind == "word":
        return lambda cell: Said(text=as_text(cell))
    return partial(_read_dose if column.kind == "dose" else _read_value, column=column, visits=visits)


def as_text(cell: Cell) -> str:
    """A cell as text: a whole number without its `.0`, a date in ISO 8601.

    >>> as_text(7.0), as_text(" 007 "), as_text(0.5)
    ('7', '007', '0.5')
    """
    if isinstance(cell, Percent):
        return f"{_percents(cell)} %"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return cell.strip(_SPACES) if isinstance(cell, str) else str(cell)


def _percents(cell: Percent) -> Decimal:
    return (Decimal(repr(cell.share)) * 100).normalize() + 0


def _read_value(cell: Cell, column: Column, visits: VisitMap) -> Said:
    if isinstance(cell, Percent):
        return Said(float(_percents(cell)), unit="%", ranged=column.unit == "%")
    if isinstance(cell, float):
        return Said(cell, unit=column.unit)
    text = as_text(cell)
    if not isinstance(cell, str):
        return Said(text=text, unit=column.unit)
    number = _find_number(text, visits)
    unit = None if number is None else _unit_of(number.tail, column)
    if number is None or unit is None:
        return Said(text=text, unit=column.unit)
    written = _as_declared(text, number, visits)
    unit = unit or column.unit
    return Said(number.value, written, unit, number.comparator, ranged=unit == column.unit)


def _read_dose(cell: Cell, column: Column, visits: VisitMap) -> Said:
    """A dose; a word that says neither that it was given nor that it was not is no dose, and is not passed over."""
    said = _read_value(cell, column, visits)
    if said.numeric is not None:
        return said
    word = (said.text or "").casefold()
    if word in load_words().not_given.words:
        return Said(text="not given", unit=column.unit)
    return said if word in load_words().given.words else said._replace(status=UNCLEAR)


def _find_number(text: str, visits: VisitMap) -> _Number | None:
    if visits.thousands == " ":
        text = _GROUPED.sub(lambda found: re.sub(r"\s", "", found[0]), text)
    found = _CELL.fullmatch(text)
    if found is None:
        return None
    comparator = read_comparator(found[1]) if found[1] else None
    digits = found[2].replace("’", "'")
    plain = _plain(digits, visits)
    said = TextValue() if plain is None else read_text(plain)
    return _Number(comparator, plain or digits, _says(said), found[3].strip(_SPACES))


def _plain(digits: str, visits: VisitMap) -> str | None:
    """A number with a decimal point, by the signs that are declared; None where it may mean two.

    A sign that is not declared is a decimal one, unless it may stand for thousands.
    """
    if visits.decimal is None:
        return digits
    if _grammar(visits.decimal, visits.thousands).fullmatch(digits):
        return digits.replace(visits.thousands or "'", "").replace(visits.decimal, ".")
    return None if _THREE_AFTER.fullmatch(digits) and not _LONE_0.fullmatch(digits) else digits


@lru_cache
def _grammar(decimal: str, thousands: str | None) -> re.Pattern[str]:
    grouped = rf"|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+" if thousands else ""
    return re.compile(rf"[+-]?(?:\d+{grouped})?(?:{re.escape(decimal)}\d*)?(?:[eE][+-]?\d{{1,2}})?")


def _unit_of(tail: str, column: Column) -> str | None:
    """The unit behind a number: empty where there is only a flag or nothing, None where it is something else."""
    bare = tail[1:-1].strip() if tail[:1] + tail[-1:] in ("()", "[]") else tail
    if not bare or bare.casefold() in load_words().flags.words:
        return ""
    kind = kind_of(column.code)
    units = load_units()
    known = bare == "%" or (kind is not None and units.factor(kind, bare) is not None)
    return bare if known else None


def _as_declared(text: str, number: _Number, visits: VisitMap) -> str:
    """The text of a number: as written, unless the door would read in it another number than the one declared."""
    plain = f"{number.comparator or ''}{number.digits}"
    if number.value is not None:
        door = read_text(text)
        return plain if door.ambiguous or _says(door) not in (None, number.value) else text
    if visits.decimal is not None:
        return f"{text} (not as declared: decimal {visits.decimal})"
    return plain if read_text(plain).ambiguous else text


def _says(said: TextValue) -> float | None:
    return None if said.mantissa is None else said.mantissa / said.scale
