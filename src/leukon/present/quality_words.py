"""Data quality in words: its tables as people read them, alike on the page and on the terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from leukon.ingest.code_hints_said import plain, say_number
from leukon.present.patient_tables import Table
from leukon.present.quality import Quality
from leukon.present.quality_codes import code_table
from leukon.present.quality_schema import OTHER_CELLS
from leukon.present.sentences import say_time
from leukon.present.wording import UNUSED_WORDS, say_as_of, say_unit

NIL = "–"
"""A cell with nothing in it; the page leaves it out on a narrow screen."""
_WENT = {
    "used": "used",
    "part": "part of a derived count",
    "spare": "not needed",
    "refused": "refused",
    "set_aside": "set aside by the code map: another form, not given, or stopped",
    "unknown_code": "a code that leukon does not know",
    "unreadable": "a piece that could not be read",
    "after_as_of": "after as_of: not known then",
    OTHER_CELLS: "monocytes, eosinophils and basophils of which no ANC is made",
}
_AS = {"result": "as a result", "dose": "as a dose", "finding": "as a finding"}
_WHO = {
    "all": "everybody",
    "without_dose": "without any dose that counts",
    "without_anc": "without any usable ANC, measured or derived",
    "dose_without_anc": "with a dose, but without any usable ANC",
    "without_time": "without any row that has a time",
}
_VERSIONS = {
    "superseded": "superseded: a newer version of the result stands",
    "duplicate": "duplicates: the same row came twice",
    "with_source_id": "rows with a source_id: only these can be corrected",
    "with_recorded_time": "rows with a recorded_time: only of these is known when they became known",
}
_CLOCK = {"result": "results and parts of derived counts", "dose": "doses", "finding": "findings"}


@dataclass(frozen=True)
class Section:
    """A part of the page: a title, a sentence about what to do with it, a table, and text to be copied."""

    title: str
    text: str
    table: Table | None
    snippet: str = ""


def say_basis(quality: Quality, version: str) -> list[tuple[str, str]]:
    """What was read, and when from."""
    first, last = (NIL if time is None else say_time(time) for time in (quality.first_time, quality.last_time))
    people = quality.people["subjects"].to_pylist()[0]
    as_of = "every row, whenever it is" if quality.as_of is None else say_as_of(quality.as_of)
    return [
        ("Rows read", f"{quality.rows_read:,}"),
        ("People", f"{people:,}"),
        ("First time", first),
        ("Last time", last),
        ("As of", as_of),
        ("leukon", f"version {version}"),
    ]


def say_headline(quality: Quality) -> str:
    """How many rows were used, refused and not understood."""
    by = _sums(quality)
    said = (
        f"{by.get('used', 0) + by.get('part', 0):,} used",
        f"{by.get('spare', 0):,} not needed",
        f"{by.get('refused', 0):,} refused",
        f"{by.get('unknown_code', 0):,} with a code that leukon does not know",
        f"{by.get('unreadable', 0):,} that could not be read",
    )
    return f"{say_number(quality.rows_read, 'row')} read: {', '.join(said)}."


def _sums(quality: Quality) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in quality.rows.to_pylist():
        sums[row["went"]] = sums.get(row["went"], 0) + row["rows"]
    return sums


def say_sections(quality: Quality, codes: int) -> list[Section]:
    """All parts of the page; of unknown codes at most `codes`."""
    return [
        Section("Where every row went", "Each row is counted once; the rows sum to those read.", _rows_table(quality)),
        Section(
            "Refused rows",
            "The first places of each reason. A refused row is missing from every result.",
            _places_table(quality),
        ),
        Section(
            "Codes not known",
            "Rows with these codes were not looked at. A code that should mean something is a patient you do not see.",
            *code_table(quality, codes),
        ),
        Section("Units", "A unit that is not known for a concept is never guessed.", _units_table(quality)),
        Section(
            "Analytes",
            "Without a lower limit of normal (LLN) a mild decrease has no grade in CTCAE 5.0.",
            _analytes_table(quality),
        ),
        Section("Time of day", "00:00 stands for a day without a time of day.", _clock_table(quality)),
        Section("People", "", _words_table("How many people lack what", quality.people, "who", _WHO, "subjects")),
        Section(
            "Duplicates and corrections",
            "Versions of a result are told apart by source_id; without it only rows equal in every column are one.",
            _words_table("Versions of results", quality.versions, "what", _VERSIONS, "rows"),
        ),
    ]


def _rows_table(quality: Quality) -> Table:
    rows = [
        (_say_went(row), f"{row['rows']:,}", say_share(row["rows"], quality.rows_read), f"{row['subjects']:,}")
        for row in quality.rows.to_pylist()
    ]
    total = ("all rows read", f"{quality.rows_read:,}", say_share(quality.rows_read, quality.rows_read), NIL)
    return Table("What became of the rows", ("Rows that are", "Rows", "Share", "People"), (*rows, total))


def _say_went(row: Mapping[str, Any]) -> str:
    said = row["detail"]
    if said is None:
        return _WENT[row["went"]]
    return f"{_WENT[row['went']]} {_AS[said]}" if said in _AS else f"{_WENT[row['went']]}: {_say_reason(said)}"


def _say_reason(reason: str) -> str:
    return UNUSED_WORDS.get(reason, _WENT.get(reason, plain(reason)))


def _places_table(quality: Quality) -> Table | None:
    by: dict[str, list[Mapping[str, Any]]] = {}
    for row in quality.places.to_pylist():
        by.setdefault(row["reason"], []).append(row)
    said = [(_say_reason(reason), _say_places(rows)) for reason, rows in by.items()]
    return Table("First places of each reason", ("Reason", "Where"), tuple(said)) if said else None


def _say_places(rows: Sequence[Mapping[str, Any]]) -> str:
    """Places by code: `anc: row 3, row 9; wbc: row 4`."""
    by: dict[str, list[str]] = {}
    for row in rows:
        by.setdefault(plain(row["code"] or "no code"), []).append(plain(row["place"]))
    return "; ".join(f"{code}: {', '.join(places)}" for code, places in by.items())


def _units_table(quality: Quality) -> Table | None:
    rows = [_say_unit(row) for row in quality.units.to_pylist()]
    columns = ("Concept", "Unit", "How it is taken", "Rows")
    return Table("Units met, and how they were taken", columns, tuple(rows)) if rows else None


def _say_unit(row: Mapping[str, Any]) -> tuple[str, ...]:
    """A unit and what became of its numbers; without one a dose still counts, a count does not."""
    unit = "none" if row["unit"] is None else plain(row["unit"])
    by_map = " (said by the code map)" if row["said_by"] == "map" else ""
    result = say_unit(row["result_unit"]).removeprefix("× ")
    taken = f"as {result}" if row["factor"] == "1" else f"× {say_factor(row['factor'])}, as {result}"
    lost = "doses count, their amount is not known" if row["result_unit"] == "mg" else "not known: refused"
    return row["concept"], unit + by_map, taken if row["factor"] else lost, f"{row['rows']:,}"


def say_factor(factor: str | None) -> str:
    """An exact factor as a decimal where it is one.

    >>> say_factor("2138/125"), say_factor("1/3")
    ('17.104', '1/3')
    """
    exact = Fraction(factor or "0")
    said = f"{float(exact):.12g}"
    return said if Fraction(said) == exact else str(exact)


def _analytes_table(quality: Quality) -> Table | None:
    rows = [_say_analyte(row, quality.displays) for row in quality.analytes.to_pylist()]
    columns = ("Analyte", "Rows", "Used", "Derived", "Not needed", "Implausible", "Refused", "No LLN", "No ULN")
    remark = (
        "Derived: results that follow from other rows. Not needed: superseded, twice, a measured count "
        "is there, or monocytes and the like of which no ANC is made. "
        "No LLN, no ULN: share of the measured results; a limit that the code map says counts as there."
    )
    return Table("What came of each analyte", columns, tuple(rows), remark) if rows else None


def _say_analyte(row: Mapping[str, Any], displays: Mapping[str, str]) -> tuple[str, ...]:
    counts = (row[name] for name in ("rows", "used", "derived", "spare", "implausible", "refused"))
    shares = (say_share(row[name], row["results"]) for name in ("without_lln", "without_uln"))
    return displays[row["concept"]], *(f"{count:,}" if count else NIL for count in counts), *shares


def _clock_table(quality: Quality) -> Table | None:
    rows = [
        (_CLOCK[row["use"]], f"{row['rows']:,}", f"{row['at_midnight']:,}", say_share(row["at_midnight"], row["rows"]))
        for row in quality.clock.to_pylist()
        if row["rows"]
    ]
    return Table("Times at 00:00", ("Rows used as", "Rows", "At 00:00", "Share"), tuple(rows)) if rows else None


def _words_table(caption: str, table: Any, key: str, words: Mapping[str, str], number: str) -> Table:
    said = [(words.get(row[key], plain(row[key])), f"{row[number]:,}") for row in table.to_pylist()]
    counted = "People" if number == "subjects" else number.capitalize()
    return Table(caption, (key.capitalize(), counted), tuple(said))


def say_share(part: int, whole: int) -> str:
    """A share in percent; what is not quite nothing or all is not said to be so.

    >>> say_share(1, 4), say_share(1, 100_000), say_share(99_999, 100_000), say_share(0, 0)
    ('25 %', 'under 1 %', 'over 99 %', '–')
    """
    if not whole:
        return NIL
    if 0 < part < whole and not 0.01 <= part / whole <= 0.99:
        return "under 1 %" if part * 2 < whole else "over 99 %"
    return f"{100 * part / whole:.0f} %"
