"""Rows of ADLB (ADaM) to events: analysis values; what was imputed or derived is never taken for a measured result."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from leukon.ingest.sdtm_codes import lab_code
from leukon.ingest.sdtm_columns import Piece, each_key, each_word, events_of
from leukon.ingest.sdtm_labs import identity_of, status_of, unit_of
from leukon.ingest.sdtm_times import DAY, SECOND, sas_times, wall_clock

ADLB_COLUMNS = (
    *(
        "USUBJID",
        "LBSEQ",
        "SRCSEQ",
        "PARAMCD",
        "PARAM",
        "PARCAT1",
        "PARAMTYP",
        "DTYPE",
        "LBTESTCD",
        "LBLOINC",
        "LBSPEC",
    ),
    *("LBCAT", "LBDRVFL", "LBSTAT", "AVAL", "AVALC", "AVALU", "LBSTRESC", "LBSTRESU", "ANRLO", "ANRHI", "A1LO", "A1HI"),
    *("ADT", "ADTM", "ADTF", "ATMF"),
)
_UNIT_OF_PARAMETER = re.compile(r".*\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*")
"""ADaM writes the unit into the parameter's name: `Haemoglobin (mmol/L)`, `Haemoglobin (mmol(Fe)/L)`."""
_NO_TIME = pa.scalar(None, pa.timestamp("us"))


def read_adlb(piece: Piece, timezone: str | None) -> pa.RecordBatch:
    """Event rows of ADLB, one for each of its rows."""
    code = code_analyses(piece)
    unit = _units(piece)
    lln, uln = _range(piece)
    return events_of(
        piece,
        {
            "subject_id": piece.text("USUBJID"),
            "time": _times(piece, timezone),
            "code": code,
            "numeric_value": piece.number("AVAL"),
            "text_value": pc.coalesce(piece.text("AVALC"), _censored(piece)),
            "unit": unit,
            "lln": lln,
            "uln": uln,
            "status": status_of(piece.text("LBSTAT")),
            "source_id": identity_of(piece.number("LBSEQ", "SRCSEQ"), code, unit),
        },
    )


def code_analyses(piece: Piece) -> pa.Array:
    """The code of each row of ADLB.

    A parameter that is not the test itself (`_HGB`, a change) has no LOINC code, whatever was copied beside it.
    """
    names = ("PARAMCD", "LBTESTCD", "LBLOINC", "LBSPEC", "LBCAT", "PARCAT1", "DTYPE", "PARAMTYP", "LBDRVFL")

    def read(parameter: str, test: str, loinc: str, where: str, *more: str) -> str | None:
        category, other_category, kind, type_, flag = more
        derived = kind or ("DERIVED" if type_ == "DERIVED" or flag == "Y" else "")
        loinc = loinc if test in ("", parameter) else ""
        return lab_code(parameter, loinc, where, category or other_category, derived)

    return each_key([piece.words(name) for name in names], read)


def _units(piece: Piece) -> pa.Array:
    def read(word: str) -> str | None:
        found = _UNIT_OF_PARAMETER.fullmatch(word)
        return found[1].strip() or None if found else None

    of_parameter = each_word(piece.text("PARAM"), read, pa.string())
    return pc.coalesce(
        unit_of(piece, "AVALU"), of_parameter, pc.if_else(_is_test(piece), unit_of(piece, "LBSTRESU"), None)
    )


def _censored(piece: Piece) -> pa.Array:
    """The standardised text where it has a comparator: AVAL beside `<0.1` is a number that somebody put there."""
    text = piece.text("LBSTRESC")
    says = pc.and_(pc.match_substring_regex(text, r"^\s*[<>≤≥]"), _is_test(piece))
    return pc.if_else(pc.fill_null(says, fill_value=False), text, pa.scalar(None, pa.string()))


def _is_test(piece: Piece) -> pa.Array:
    """Whether a row's parameter is the test itself."""
    test = piece.words("LBTESTCD")
    return pc.or_(pc.is_null(test), pc.fill_null(pc.equal(test, piece.words("PARAMCD")), fill_value=False))


def _range(piece: Piece) -> tuple[pa.Array, pa.Array]:
    """The analysis normal range, else analysis range 1; both limits from the same one."""
    low, high = piece.number("ANRLO"), piece.number("ANRHI")
    stated = pc.or_(pc.is_valid(low), pc.is_valid(high))
    return pc.if_else(stated, low, piece.number("A1LO")), pc.if_else(stated, high, piece.number("A1HI"))


def _times(piece: Piece, timezone: str | None) -> pa.Array:
    """ADTM, else ADT. An imputed date (ADTF) is none; of an imputed hour (ATMF) only the date is taken."""
    none = pa.nulls(len(piece.places), pa.timestamp("us"))
    date, instant = (
        _read_times(piece.columns[name], unit, timezone) if piece.has(name) else none
        for name, unit in (("ADT", DAY), ("ADTM", SECOND))
    )
    hour_is_imputed = pc.is_valid(piece.text("ATMF"))
    whole_day = pc.floor_temporal(pc.coalesce(date, instant), unit="day")
    time = pc.if_else(hour_is_imputed, whole_day, pc.coalesce(instant, date))
    return pc.if_else(pc.is_valid(piece.text("ADTF")), _NO_TIME, time)


def _read_times(column: pa.Array, unit: int, timezone: str | None) -> pa.Array:
    return wall_clock(column, timezone) if pa.types.is_timestamp(column.type) else sas_times(column, unit)
