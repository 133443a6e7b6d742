"""What a clinic says of its spreadsheet, in a small TOML: which column is whose, when and what, and how it writes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from leukon.errors import InvalidFile
from leukon.events.concepts import load_concepts
from leukon.events.data_files import Strict, Text, check_model, read_toml
from leukon.events.units import load_units
from leukon.ingest.visits_headings import Meaning, recognise

Limit = Annotated[float, Field(ge=0)]
DateFormat = Literal["day-first", "month-first", "iso"]


class ColumnMap(Strict):
    """What stands in one column."""

    code: Text | None = Field(default=None, description="a concept or any code; None: as its heading says")
    unit: Text | None = None
    lln: Limit | None = None
    uln: Limit | None = None

    @model_validator(mode="after")
    def _something_is_normal(self) -> "ColumnMap":
        if self.lln is not None and self.uln is not None and self.lln > self.uln:
            raise ValueError("lln is above uln: no value would be normal")
        return self


class VisitMap(Strict):
    """A clinic's spreadsheet; a key that is left out is not guessed but read from the headings, or asked for."""

    subject: Text | None = None
    date: Text | None = None
    time: Text | None = Field(default=None, description="a column with the time of day, beside that of the date")
    date_format: DateFormat | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None
    sheet: Text | tuple[Text, ...] | None = None
    fill_down: bool = False
    columns: dict[str, ColumnMap] = {}

    @model_validator(mode="after")
    def _signs_differ(self) -> "VisitMap":
        if self.thousands is not None and self.decimal is None:
            raise ValueError("thousands needs decimal: one sign says nothing without the other")
        if self.thousands is not None and self.thousands == self.decimal:
            raise ValueError("decimal and thousands are the same sign")
        return self

    @property
    def sheets(self) -> tuple[str, ...]:
        """The sheets to read; none: the one that has visits."""
        return (self.sheet,) if isinstance(self.sheet, str) else self.sheet or ()


class VisitFile(Strict):
    """The layout of the TOML file; a code map may stand in the same file."""

    visits: VisitMap
    columns: Mapping[str, Any] = {}
    codes: Mapping[str, Any] = {}


def load_visit_map(path: str | Path) -> VisitMap:
    """Read `[visits]` of a TOML file and check its codes and units.

    Raises
    ------
    MissingFile, InvalidFile
        If the file cannot be opened; if a key, unit or sign is not known: with the file, the key and the fix.
    """
    path = Path(path)
    return check_visit_map(read_toml(path), path.name)


def check_visit_map(content: Mapping[str, Any], file: str = "the code map") -> VisitMap:
    """What `[visits]` of a file says, with its codes and units checked.

    Raises
    ------
    InvalidFile
        If a key, unit or sign is not known.
    """
    visits = check_model(content, file, VisitFile).visits
    for heading, column in visits.columns.items():
        _check_column(file, heading, column)
    return visits


def say_paste(*lines: str) -> str:
    """Lines for a site's TOML file, with what to do with them: the end of an error's fix."""
    indented = "".join(f"\n  {line}" for line in lines)
    return f"paste this into your code map (a TOML file, handed over with --codes FILE) and fill it in:{indented}"


def meaning_of(heading: str, said: ColumnMap) -> Meaning | None:
    """What a mapped column holds; `concept` may be any code. None if neither the map nor its heading says so."""
    own = recognise(heading)
    code = said.code or (None if own is None else own.concept)
    if code is None:
        return None
    same = own is not None and own.concept == code
    unit = said.unit or (own.unit if own is not None and same else None)
    one_unit = own is not None and same and (said.unit is None or own.unit in (None, said.unit))
    inherited = (own.lln, own.uln) if own is not None and one_unit else (None, None)
    limits = inherited if said.lln is None and said.uln is None else (said.lln, said.uln)
    return Meaning(code, unit, *limits, asks=unit is None and needs_unit(code))


def needs_unit(code: str) -> bool:
    """Whether leukon knows the code and cannot read its numbers without a unit.

    >>> needs_unit("anc"), needs_unit("edss"), needs_unit("CRP")
    (True, False, False)
    """
    kind = kind_of(code)
    units = load_units()
    return kind is not None and not units.unitless[units.kinds.index(kind)]


def kind_of(code: str) -> str | None:
    """Kind of unit of a code; None if leukon does not know it."""
    at = load_concepts().find(code)
    return None if at < 0 else load_concepts().kinds[at]


def _check_column(file: str, heading: str, column: ColumnMap) -> None:
    key = f"visits.columns.{heading}"
    meaning = meaning_of(heading, column)
    if meaning is None:
        why = "its heading says nothing that leukon knows."
        raise InvalidFile(file, f"{key}.code", why, 'say what the column holds, as code = "anc".')
    kind, units = kind_of(meaning.concept), load_units()
    if kind is None or meaning.unit is None or units.factor(kind, meaning.unit) is not None:
        return
    known = ", ".join(units.examples(kind)) or "none: a word has no unit"
    why = f"leukon knows no unit '{meaning.unit}' for {meaning.concept}."
    raise InvalidFile(file, f"{key}.unit", why, f"use one that it knows ({known}).")
