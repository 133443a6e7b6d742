"""Reading one value, and the set of values it allows.

A value is a number and a comparator; the number is a Fraction, so nothing is rounded unless the contract says so.
"""

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from .vocabulary import CTCAE, CTCAE_HIGH, NOT_NUMERIC

COMPARATORS = ["<", "<=", ">=", ">"]
LOWEST_FIRST = ["<", "<=", None, ">=", ">"]  # of one number, which says the lower thing
VALUE_IN_TEXT = re.compile(r"(<=|>=|<|>)?\s*([+-]?)([0-9]*)([.,]?)([0-9]*)((?:[eE][+-]?[0-9]+)?)")


@dataclass(frozen=True)
class Reading:
    """What a row says: a number (None if it cannot be read), a comparator, and why it cannot be used (or None)."""

    number: Fraction | None
    comparator: str | None
    reason: str | None


def number_of(numeric_value):
    """A float column's value, rounded to 6 decimals; None if there is none."""
    if numeric_value is None or not math.isfinite(numeric_value):
        return None
    return Fraction(repr(round(float(numeric_value), 6)))


def read_text(text):
    """(comparator, number, is it an ambiguous comma) of a text; other text than `[comparator] number` is nothing."""
    text = (text or "").strip()
    if text in COMPARATORS:
        return text, None, False
    found = VALUE_IN_TEXT.fullmatch(text)
    if not found:
        return None, None, False
    comparator, sign, whole, mark, decimals, exponent = found.groups()
    if not whole and not decimals:
        return None, None, False
    if mark == "," and len(decimals) == 3 and whole != "0":
        return comparator, None, True
    return comparator, Fraction(f"{sign}{whole or 0}.{decimals or 0}{exponent}"), False


def differ_beyond_float32(text_number, numeric_value):
    """Whether two numbers differ by more than rounding to float32 (24 bits) or to 6 decimals explains."""
    allowed = max(Fraction(1, 10**6), abs(text_number) / 2**23)
    return abs(text_number - Fraction(numeric_value)) > allowed


def read_value(row):
    """Text first, then the number. The reasons are tried in the contract's order."""
    in_text, text_number, ambiguous = read_text(row["text_value"])
    in_column = row["comparator"]
    numeric = number_of(row["numeric_value"])
    if ambiguous:
        return Reading(None, None, "ambiguous_comma")
    if (
        text_number is not None
        and numeric is not None
        and differ_beyond_float32(text_number, row["numeric_value"])
    ):
        return Reading(None, None, "conflict")
    if in_text and in_column and in_text != in_column:
        return Reading(None, None, "conflict")
    comparator = in_text or in_column
    number = text_number if text_number is not None else numeric
    if number is None or (comparator and comparator not in COMPARATORS):
        return Reading(None, None, "not_numeric")
    return Reading(number, comparator, "negative" if number < 0 else None)


def combine_comparators(one, other):
    """The comparator of a sum or product (of numbers >= 0); the word `two-sided` if the result is bounded by neither."""
    given = {one, other} - {None}
    if not given:
        return None
    if given <= {"<", "<="}:
        return "<" if "<" in given else "<="
    if given <= {">", ">="}:
        return ">" if ">" in given else ">="
    return "two-sided"


# --- the set of values that (number, comparator) allows --------------------------------------------------------


def all_below(number, comparator, limit):
    """Every allowed value < limit."""
    if comparator == "<":
        return number <= limit
    return comparator in (None, "<=") and number < limit


def all_at_or_above(number, comparator, limit):
    """Every allowed value >= limit."""
    return comparator in (None, ">=", ">") and number >= limit


def all_above(number, comparator, limit):
    """Every allowed value > limit."""
    if comparator == ">":
        return number >= limit
    return comparator in (None, ">=") and number > limit


def all_at_or_below(number, comparator, limit):
    """Every allowed value <= limit."""
    return comparator in (None, "<", "<=") and number <= limit


def lowness(number, comparator):
    """A sorting key: the lower set of values first, `<` before `<=` before exact before `>=` before `>`."""
    return (number, LOWEST_FIRST.index(comparator))


# --- CTCAE ------------------------------------------------------------------------------------------------------


def grade(edition, analyte, number, comparator, lln):
    """(grade, None) or (None, reason): a grade is given where all allowed values have the same one."""
    limits = CTCAE[edition].get(analyte)
    if limits is None:
        return None, "no_term"
    if limits == NOT_NUMERIC:
        return None, "not_numeric_term"
    for grade_below, limit in limits:
        if limit == "LLN" and lln is None:
            return None, "no_lln"
        limit = lln if limit == "LLN" else limit
        if all_below(number, comparator, limit):
            return grade_below, None
        if not all_at_or_above(number, comparator, limit):
            return None, "undecided_comparator"
    return 0, None


def high_grade(analyte, number, comparator):
    """The grade of an increase; None if there is no term or the comparator leaves it open."""
    if analyte not in CTCAE_HIGH:
        return None
    for grade_above, limit in CTCAE_HIGH[analyte]:
        if all_above(number, comparator, limit):
            return grade_above
        if not all_at_or_below(number, comparator, limit):
            return None
    return 0
