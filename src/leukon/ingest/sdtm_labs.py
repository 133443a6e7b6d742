"""Rows of LB (SDTM) to events: the value as the laboratory reported it, with its own unit and range."""

from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.units import plain_spelling
from leukon.ingest.sdtm_codes import is_part, knows_unit, lab_code
from leukon.ingest.sdtm_columns import Piece, each_key, each_word, events_of, plain_numbers
from leukon.ingest.sdtm_times import iso_times

LB_COLUMNS = (
    *("USUBJID", "LBSEQ", "LBTESTCD", "LBLOINC", "LBSPEC", "LBCAT", "LBDRVFL", "LBSTAT", "LBDTC"),
    *("LBORRES", "LBORRESU", "LBORNRLO", "LBORNRHI", "LBSTRESC", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI"),
)
_NOT_DONE = "NOT DONE"
_NO_UNIT = ("NO UNITS", "NONE", "NA", "N/A")


def read_labs(piece: Piece, timezone: str | None) -> pa.RecordBatch:
    """Event rows of LB, one for each of its rows.

    The original result, unit and range go together, and so do the standardised ones; they are never mixed. The
    standardised ones stand in where the original has no result, or no unit that leukon knows.
    """
    code = code_labs(piece)
    original_unit, standard_unit = unit_of(piece, "LBORRESU"), unit_of(piece, "LBSTRESU")
    original, standard = piece.text("LBORRES"), piece.text("LBSTRESC")
    number = piece.number("LBSTRESN")
    has_standard = pc.and_(pc.or_(pc.is_valid(standard), pc.is_valid(number)), _known(code, standard_unit))
    is_original = pc.and_(pc.is_valid(original), pc.or_(_known(code, original_unit), pc.invert(has_standard)))
    unit = pc.if_else(is_original, original_unit, standard_unit)
    lln, uln = _ranges(piece, is_original, _same_unit(original_unit, standard_unit))
    return events_of(
        piece,
        {
            "subject_id": piece.text("USUBJID"),
            "time": iso_times(piece.columns.get("LBDTC"), timezone),
            "code": code,
            "numeric_value": pc.if_else(is_original, plain_numbers(original), number),
            "text_value": pc.if_else(is_original, original, standard),
            "unit": unit,
            "lln": lln,
            "uln": uln,
            "status": status_of(piece.text("LBSTAT")),
            "source_id": identity_of(piece.number("LBSEQ"), code, unit),
        },
    )


def code_labs(piece: Piece) -> pa.Array:
    """The code of each row of LB."""
    derived = pc.if_else(pc.equal(piece.words("LBDRVFL"), "Y"), "DERIVED", "")
    words = [piece.words(name) for name in ("LBTESTCD", "LBLOINC", "LBSPEC", "LBCAT")]
    return each_key([*words, pc.fill_null(derived, "")], lab_code)


def status_of(said: pa.Array) -> pa.Array:
    """Status in the words of events: not done is cancelled, anything else comes as it is."""
    return each_word(said, lambda word: "cancelled" if word.strip().upper() == _NOT_DONE else word, pa.string())


def unit_of(piece: Piece, *names: str) -> pa.Array:
    """The unit of the first of these columns that says one; `NO UNITS` is none."""
    return each_word(piece.text(*names), lambda word: None if word.strip().upper() in _NO_UNIT else word, pa.string())


def identity_of(sequence: pa.Array, code: pa.Array, unit: pa.Array) -> pa.Array:
    """Identity of each result: its sequence number; null for a part of a count.

    A derived count needs parts of one source_id or of none, and a total and its percentages never share a number.
    """
    part = each_key([code, unit], _says_if(is_part))
    # A number of a row is whole; one that is not is written as it is.
    return pc.if_else(pc.is_valid(part), pa.scalar(None, pa.string()), sequence.cast(pa.string()))


def _says_if(holds: Callable[[str, str], bool]) -> Callable[[str, str], str | None]:
    def read(code: str, unit: str) -> str | None:
        return "yes" if holds(code, unit) else None

    return read


def _known(code: pa.Array, unit: pa.Array) -> pa.Array:
    return pc.is_valid(each_key([code, unit], _says_if(knows_unit)))


def _same_unit(left: pa.Array, right: pa.Array) -> pa.Array:
    return pc.is_valid(
        each_key([left, right], _says_if(lambda one, other: plain_spelling(one) == plain_spelling(other)))
    )


def _ranges(piece: Piece, is_original: pa.Array, same_unit: pa.Array) -> Sequence[pa.Array]:
    """Both limits from where the value is from; from the standardised range also where its unit is the same."""
    low, high = piece.number("LBORNRLO"), piece.number("LBORNRHI")
    stated = pc.or_(pc.is_valid(low), pc.is_valid(high))
    is_original = pc.and_(is_original, pc.or_(stated, pc.invert(same_unit)))
    return [
        pc.if_else(is_original, limit, piece.number(name)) for limit, name in ((low, "LBSTNRLO"), (high, "LBSTNRHI"))
    ]
