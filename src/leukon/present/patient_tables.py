"""Tables of one patient's page, as words: counts and doses, planned tests, rows that could not be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leukon.present.next_steps import say_source, say_test
from leukon.present.patient import Patient
from leukon.present.sentences import Reading, say_analyte, say_time, say_when
from leukon.present.urgency import Row
from leukon.present.wording import (
    BY_DIFFERENCE,
    GRADE_WORDS,
    MAY_BE_TOO_HIGH,
    UNUSED_WORDS,
    say_count,
    say_unit,
)

_ROWS = 60
_TEXT = 60
_NONE = "none"
_DERIVED = {BY_DIFFERENCE: " (derived, may be too high)"}


@dataclass(frozen=True)
class Table:
    """A table in words: a caption, the names of its columns, its rows (the first cell names the row), and a remark."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remark: str = ""


def plan_table(patient: Patient, reading: Reading, schedule: str) -> Table | None:
    """Planned tests, a row for each test and course, the latest course first; with the schedule's source."""
    keys = sorted({(-slot["course"], slot["test"]) for slot in patient.schedule})
    rows = tuple(_plan_row(patient.schedule, -course, test, reading) for course, test in keys)
    columns = ("Test", "No result received", "Overdue", "Due", "In part, or off time", "Next", "Done")
    plan = reading.protocol.schedules[schedule]
    source = f"Planned by the schedule “{plan.title}”. Source: {say_source(plan.source, reading.protocol)}."
    return Table("Planned tests, in days of the course", columns, rows, source) if rows else None


def _plan_row(slots: Sequence[Row], course: int, test: str, reading: Reading) -> tuple[str, ...]:
    mine = [slot for slot in slots if (slot["course"], slot["test"]) == (course, test)]
    done = sum(slot["status"] == "done" for slot in mine)
    partly = ", ".join(filter(_NONE.__ne__, (_days(mine, "incomplete", " (no neutrophils)"), _days(mine, "off_time"))))
    waiting = [_dated(mine, status) for status in ("overdue", "due")]
    name = f"{say_test(test, reading.protocol)}, course {course}"
    return (name, _days(mine, "missed"), *waiting, partly or _NONE, _dated(mine, "upcoming"), str(done))


def _days(slots: Sequence[Row], status: str, note: str = "") -> str:
    days = [str(slot["due_day"]) for slot in slots if slot["status"] == status]
    return f"day {', '.join(days)}{note}" if days else _NONE


def _dated(slots: Sequence[Row], status: str) -> str:
    mine = [slot for slot in slots if slot["status"] == status]
    return ", ".join(f"day {slot['due_day']} ({slot['due_time']:%Y-%m-%d})" for slot in mine) or _NONE


def facts_table(patient: Patient, reading: Reading, *, limit: int | None = None) -> Table | None:
    """Results, doses and coded findings, the latest first: what the picture shows."""
    rows = [(row["time"], _result_row(row, reading)) for row in patient.results]
    rows += [(row["time"], _dose_row(row, reading)) for row in patient.doses]
    rows += [(row["time"], _coded_row(row, reading)) for row in patient.facts]
    rows.sort(key=lambda row: row[0], reverse=True)
    shown = tuple(words for _, words in rows[:limit])
    older = (
        f"{len(rows) - len(shown)} older rows are not shown here; the tables hold all." if rows[len(shown) :] else ""
    )
    doubt = MAY_BE_TOO_HIGH if any(row["origin"] == BY_DIFFERENCE for row in patient.results) else ""
    remark = " ".join(filter(None, (older, doubt)))
    columns = ("When", "What", "Value", "CTCAE 5.0 grade", "CTCAE 6.0 grade")
    return Table("Counts, other results and doses, the latest first", columns, shown, remark) if shown else None


def _result_row(row: Row, reading: Reading) -> tuple[str, ...]:
    value = f"{say_count(row['value'], row['comparator'])} {say_unit(row['unit'])}"
    derived = "" if row["origin"] in (None, "measured") else _DERIVED.get(row["origin"], " (derived)")
    grades = (_say_grade(row["grade_v5"], row["reason_v5"]), _say_grade(row["grade_v6"], row["reason_v6"]))
    return (say_when(row["time"], reading), say_analyte(row["analyte"], reading.protocol), value + derived, *grades)


def _say_grade(grade: int | None, reason: str | None) -> str:
    return GRADE_WORDS.get(reason or "", "not known") if grade is None else str(grade)


def _dose_row(row: Row, reading: Reading) -> tuple[str, ...]:
    """A dose that was recorded, and said to be that: other doses stand in a report only as quotations."""
    amount = "no amount" if row["amount"] is None else f"{row['amount']:g} mg"
    infusion = ", on a day of the infusion" if row["premedication"] else ""
    return (say_when(row["time"], reading), row["display"], f"{amount} recorded{infusion}", "–", "–")


def _coded_row(row: Row, reading: Reading) -> tuple[str, ...]:
    number = "" if row["value"] is None else say_count(row["value"], row["comparator"])
    return (say_when(row["time"], reading), row["display"], row["word"] or number or "no value", "–", "–")


def unused_table(rows: Sequence[dict[str, Any]]) -> Table | None:
    """Rows that could not be used, each with its reason in words."""
    columns = ("Row of the input", "Time", "Code", "As it came", "Why it could not be used")
    left = f"{len(rows) - _ROWS} more rows are not shown here; the table `unused` holds all." if rows[_ROWS:] else ""
    shown = tuple(_unused_row(row) for row in rows[:_ROWS])
    return Table("Rows of known codes that could not be used", columns, shown, left) if rows else None


def _unused_row(row: Row) -> tuple[str, ...]:
    time = "no time" if row["time"] is None else say_time(row["time"])
    text = row["text_value"] or ""
    quoted = f"“{text[:_TEXT]}{'…' if text[_TEXT:] else ''}”" if text else "no text"
    why = UNUSED_WORDS.get(row["reason"], row["reason"])
    return (str(row["row"]), time, row["code"] or "no code", f"{quoted} {row['unit'] or 'no unit'}", why)
