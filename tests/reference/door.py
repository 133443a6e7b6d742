"""The door: every row gets one fate (use and reason), in the order of decision 3. Derived counts are in derive.py."""

import math
from collections import defaultdict
from datetime import date, datetime, time
from fractions import Fraction

from .values import LOWEST_FIRST, Reading, number_of, read_value
from .vocabulary import (
    ANALYTES,
    CODED_FINDINGS,
    CODED_WORDS,
    CONDITION,
    DEATH,
    DEATH_WORDS,
    DOSE_UNITS,
    NUMERIC_FINDINGS,
    OTHER_CELLS,
    PARTS,
    PLAUSIBLE,
    UNITS,
)

COLUMNS = [
    "subject_id", "time", "code", "numeric_value", "text_value", "unit", "comparator", "lln", "uln", "status",
    "recorded_time", "source_id",
]  # fmt: skip
STATUSES = ["preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error"]
WITHOUT_RESULT = {"cancelled": "cancelled", "entered-in-error": "cancelled", "preliminary": "preliminary"}
LATEST = datetime(9999, 12, 31)
STATUS_RANK = {
    "preliminary": 0,
    "final": 1,
    "amended": 2,
    "corrected": 3,
    "cancelled": 4,
    "entered-in-error": 4,
}


def instant(value):
    """A date alone is 00:00."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time.min)
    return value


def last_instant_of(as_of):
    """A date means the end of that day."""
    if isinstance(as_of, datetime):
        return as_of
    return datetime.combine(as_of, time.max)


def tidy(row, number):
    """The row with every column, empty text, NaN and infinity as None, and its row number."""
    row = {column: row.get(column) for column in COLUMNS}
    for column, value in row.items():
        if value == "" or (isinstance(value, float) and not math.isfinite(value)):
            row[column] = None
    row["time"], row["recorded_time"] = instant(row["time"]), instant(row["recorded_time"])
    as_given = tuple(row[column] for column in COLUMNS)
    return row | {"row": number, "use": None, "reason": None, "as_given": as_given}


def concepts_of_codes(rules, codes):
    """code -> concept: the concept names themselves, the protocol's drugs, and the caller's codes."""
    drugs = [*rules["drugs"], *rules["other_drugs"]]
    names = [*ANALYTES, *PARTS, *OTHER_CELLS, *NUMERIC_FINDINGS, *CODED_FINDINGS, CONDITION, DEATH, *drugs]
    return {name: name for name in names} | {code: name for code, name in (codes or {}).items() if name in names}


def check(rows, rules, as_of, codes):
    """All rows, tidied, with concept, use and reason; what a row says is in number, comparator, lln and uln.

    A row that is part of a count keeps use None until derive.py has seen it.
    """
    concept_of = concepts_of_codes(rules, codes)
    drugs = {*rules["drugs"], *rules["other_drugs"]}
    end = last_instant_of(as_of)
    rows = [tidy(row, number) for number, row in enumerate(rows, start=1)]
    for row in rows:
        row["concept"] = concept_of.get(row["code"])
        row["is_dose"] = row["concept"] in drugs
        row["use"], row["reason"] = fate_before_versions(row, end)
        if row["use"] is None:
            row["reading"] = read_dose(row) if row["is_dose"] else read_other(row)
    settle_versions([row for row in rows if row["use"] is None])
    for row in rows:
        if row["use"] is None:
            use_what_is_left(row)
    return rows


def fate_before_versions(row, end):
    if any(row[column] is not None and row[column] > end for column in ["time", "recorded_time"]):
        return "after_as_of", None
    if row["concept"] is None:
        return "other_kind", None
    if row["subject_id"] is None:
        return "unused", "no_subject"
    if row["time"] is None:
        return "unused", "no_time"
    if (row["status"] or "final") not in STATUSES:
        return "unused", "bad_status"
    return None, None


# --- what a row says --------------------------------------------------------------------------------------------


def read_other(row):
    """A count, a part, or a finding. The number, `lln` and `uln` come out in the unit of the result."""
    concept = row["concept"]
    if concept == CONDITION:
        return Reading(None, None, None if row["text_value"] else "not_numeric")
    if concept == DEATH:
        said = (row["text_value"] or "").strip().lower()
        return Reading(None, None, None if said in DEATH_WORDS else "not_numeric")
    if concept in CODED_FINDINGS:
        word = (row["text_value"] or "").strip().lower()
        return Reading(None, None, None if word in CODED_WORDS else "not_numeric")
    said = read_value(row)
    if said.number is None:
        return said
    unit = row["unit"].strip() if row["unit"] else None
    if unit not in UNITS[concept]:
        return Reading(None, None, said.reason or ("unknown_unit" if unit else "no_unit"))
    number = said.number * UNITS[concept][unit]
    row["lln"], row["uln"] = (
        in_result_unit(row["lln"], concept, unit),
        in_result_unit(row["uln"], concept, unit),
    )
    lowest, highest = PLAUSIBLE.get(concept, (number, number))
    implausible = None if lowest <= number <= highest else "implausible"
    return Reading(number, said.comparator, said.reason or implausible)


def in_result_unit(limit, concept, unit):
    limit = number_of(limit)
    return None if limit is None else limit * UNITS[concept][unit]


def read_dose(row):
    """The number is mg; None if the amount cannot be read: the dose was still given."""
    if (row["text_value"] or "").strip().lower() == "not given":
        return Reading(None, None, "not_given")
    said = read_value(row)
    if said.reason == "negative":
        return Reading(None, None, "negative")
    if said.number == 0 and said.comparator is None:
        return Reading(Fraction(0), None, "not_given")
    unit = row["unit"].strip() if row["unit"] else None
    if said.number is None or said.comparator or unit not in DOSE_UNITS:
        return Reading(None, None, None)
    return Reading(said.number * DOSE_UNITS[unit], None, None)


# --- lifecycle ----------------------------------------------------------------------------------------------------


def settle_versions(rows):
    """Versions of one result leave one row; then copies leave one row; then status decides."""
    with_source = [row for row in rows if row["source_id"] is not None]
    without_source = [row for row in rows if row["source_id"] is None]
    for same in grouped(with_source, lambda row: [row[c] for c in ["subject_id", "code", "time", "source_id"]]):
        for loser in sorted(same, key=better_version_first)[1:]:
            loser["use"], loser["reason"] = "superseded", "superseded"
    for same in grouped(without_source, lambda row: row["as_given"]):
        for loser in same[1:]:
            loser["use"], loser["reason"] = "unused", "duplicate"
    for row in rows:
        if row["use"] is None and row["status"] in WITHOUT_RESULT:
            row["use"], row["reason"] = "unused", WITHOUT_RESULT[row["status"]]


def grouped(rows, key):
    """The rows in groups of one key, each in the order of the input."""
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(key(row))].append(row)
    return groups.values()


def better_version_first(row):
    """Decision 5; what is left equal is told apart by content, and only then by row number."""
    status = row["status"] or "final"
    recorded = row["recorded_time"]
    number, comparator = row["reading"].number, row["reading"].comparator
    return (
        status == "preliminary",
        recorded is None,  # null is earliest
        LATEST - (recorded or LATEST),  # the latest first
        -STATUS_RANK[status],
        number is None,
        number or 0,
        LOWEST_FIRST.index(comparator),
        row["text_value"] is None,
        row["text_value"] or "",
        row["row"],
    )


# --- what is left ---------------------------------------------------------------------------------------------------


def use_what_is_left(row):
    reading = row["reading"]
    row["number"], row["comparator_read"] = reading.number, reading.comparator
    if reading.reason:
        row["use"], row["reason"] = "unused", reading.reason
    elif row["is_dose"]:
        row["use"] = "dose"
    elif row["concept"] in ANALYTES:
        row["use"] = "result"
    elif row["concept"] not in [*PARTS, *OTHER_CELLS]:
        row["use"] = "finding"
