"""Reading one value, and the set of values it allows.

A value is a number and a comparator; the number is a Fraction, so nothing is rounded unless the contract says so.
"""

import math
import re
import struct
from dataclasses import dataclass
from fractions import Fraction

from .vocabulary import CTCAE, CTCAE_HIGH, NOT_NUMERIC

COMPARATORS = ["<", "<=", ">=", ">"]
LOWEST_FIRST = ["<", "<=", None, ">=", ">"]  # of one number, which says the lower thing
SIGNS = {"<=": "<=", ">=": ">=", "≤": "<=", "≥": ">=", "<": "<", ">": ">", "=": None}  # `=` is exact
NUMBER = re.compile(r"([+-]?)([0-9]*)([.,]?)([0-9]*)((?:[eE][+-]?[0-9]+)?)")
DIGITS_AND_MARKS = re.compile(r"[+-]?[0-9.,]+([eE][+-]?[0-9]+)?")
THREE_AFTER_COMMA = re.compile(r",[0-9]{3}(?![0-9])")
AFTER_A_LONE_0 = re.compile(r"[+-]?0,[0-9]{3}([eE][+-]?[0-9]+)?")


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


def decimal_of_32_bits(number):
    """What a number from a 32-bit column stands for: the decimal of 6 digits that becomes it, if there is one."""
    if number is None or not math.isfinite(number):
        return number
    written = float(f"{number:.6g}")
    return written if struct.pack("f", written) == struct.pack("f", number) else number


def read_text(text):
    """(comparator, number, is it an ambiguous comma); a comparator is kept even if what follows is no number."""
    text = (text or "").strip()
    sign = next((sign for sign in SIGNS if text.startswith(sign)), "")
    comparator, rest = SIGNS.get(sign), text.removeprefix(sign).strip()
    if has_ambiguous_comma(rest):
        return comparator, None, True
    found = NUMBER.fullmatch(rest)
    if not found or not (found[2] or found[4]):
        return comparator, None, False
    plus_or_minus, whole, _, decimals, exponent = found.groups()
    return comparator, Fraction(f"{plus_or_minus}{whole or 0}.{decimals or 0}{exponent}"), False


def has_ambiguous_comma(text):
    """Exactly three digits after a comma: thousands or decimals? Only a lone 0 before it tells."""
    return (
        DIGITS_AND_MARKS.fullmatch(text) is not None
        and THREE_AFTER_COMMA.search(text) is not None
        and not AFTER_A_LONE_0.fullmatch(text)
    )


def differ_beyond_float32(text_number, numeric_value):
    """Whether two numbers differ by more than rounding to float32 (24 bits) or to 6 decimals explains."""
    allowed = max(Fraction(1, 10**6), abs(text_number) / 2**23)
    return abs(text_number - Fraction(numeric_value)) > allowed


def read_value(row):
    """Text first, then the number. The reasons are tried in the contract's order."""
    in_text, text_number, ambiguous = read_text(row["text_value"])
    in_column = SIGNS.get(row["comparator"], row["comparator"])
    numeric = number_of(row["numeric_value"])
    if ambiguous:
        return Reading(None, None, "ambiguous_comma")
    if text_number is not None and numeric is not None and differ_beyond_float32(text_number, row["numeric_value"]):
        return Reading(None, None, "conflict")
    if in_text and in_column in COMPARATORS and in_text != in_column:
        return Reading(None, None, "conflict")
    comparator = in_text or in_column
    number = text_number if text_number is not None else numeric
    if number is None or in_column not in (None, *COMPARATORS):
        return Reading(None, None, "not_numeric")
    below_0 = number < 0 or (number == 0 and comparator == "<")  # no count is less than 0
    return Reading(number, comparator, "negative" if below_0 else None)


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


# --- sums and products of such sets (no value is below 0) --------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """From `low` to `high` (None: no end); an end is `open` if it does not belong to the set itself."""

    low: Fraction
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False


def span_of(number, comparator):
    """The set that (number, comparator) allows."""
    if comparator in ("<", "<="):
        return Span(Fraction(0), number, high_open=comparator == "<")
    if comparator in (">=", ">"):
        return Span(number, None, low_open=comparator == ">")
    return Span(number, number)


def sum_of(one, other):
    high = None if None in (one.high, other.high) else one.high + other.high
    return Span(one.low + other.low, high, one.low_open or other.low_open, one.high_open or other.high_open)


def difference_of(one, other):
    """What is left, of which nothing is below 0; None if nothing is left."""
    low = None if other.high is None else one.low - other.high
    if low is None or low < 0:
        low, low_open = Fraction(0), False
    else:
        low_open = one.low_open or other.high_open
    if one.high is None:
        return Span(low, None, low_open)
    high, high_open = one.high - other.low, one.high_open or other.low_open
    if high < low or (high == low and (low_open or high_open)):
        return None
    return Span(low, high, low_open, high_open)


def product_of(one, other):
    zero = Span(Fraction(0), Fraction(0))
    if zero in (one, other):
        return zero
    high = None if None in (one.high, other.high) else one.high * other.high
    reaches_zero = any(span.low == 0 and not span.low_open for span in (one, other))
    low_open = (one.low_open or other.low_open) and not reaches_zero
    return Span(one.low * other.low, high, low_open, one.high_open or other.high_open)


def in_words(span):
    """(number, comparator) of a set, or None if it has two ends, or none, and no comparator can say it."""
    if span.low == span.high and not span.low_open and not span.high_open:
        return span.low, None
    if span.low == 0 and not span.low_open and span.high is not None:
        return span.high, "<" if span.high_open else "<="
    if span.high is None and (span.low > 0 or span.low_open):
        return span.low, ">" if span.low_open else ">="
    return None


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
