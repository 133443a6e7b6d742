"""Values and reference ranges of OBX: what stands in OBX-5 and OBX-7, as the row of an event says it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from leukon.events.units import plain_spelling
from leukon.events.values import read_comparator, read_text
from leukon.ingest.hl7v2_text import Delimiters, split_field, unescape

_NUMBER = re.compile(r"[+-]?(?:\d{1,15}\.?\d{0,15}|\.\d{1,15})(?:[eE][+-]?\d)?", re.ASCII)
_N = r"([+-]?(?:\d[\d.,]*|[.,]\d+))"
_BETWEEN = re.compile(rf"{_N}\s*(?:-|–|—|to|bis|\^)\s*{_N}", re.IGNORECASE | re.ASCII)
_BELOW = re.compile(rf"(?:<=|=<|≤|<|up to)\s*{_N}", re.IGNORECASE | re.ASCII)
_ABOVE = re.compile(rf"(?:>=|=>|≥|>)\s*{_N}", re.IGNORECASE | re.ASCII)
_NUMERIC = ("NM", "SN")
_CODED = ("CE", "CWE", "CNE", "CF")
_NOT_A_TEXT = ("ED", "RP")
"""Whole documents and pointers to them."""
_SHORT = 32


class Value(NamedTuple):
    """What a row says: its text, the number if it is one, and a comparator that stands apart from it."""

    text: str | None = None
    number: float | None = None
    comparator: str | None = None


def read_number(text: str) -> float | None:
    """A number with a decimal point; None for anything else (`<0.1`, `0,4`, `1,234` are left to the door)."""
    return float(text) if _NUMBER.fullmatch(text) else None


def read_values(kind: str, field: str, delimiters: Delimiters, codec: str | None = None) -> Sequence[Value]:
    r"""What OBX-5 says, by the type in OBX-2; more than one value only where a numeric field repeats.

    >>> read_values("SN", "<^0.1", Delimiters())
    [Value(text='<0.1', number=0.1, comparator='<')]
    >>> read_values("SN", "^1^-^2", Delimiters()), read_values("CWE", "260415000^none^SCT", Delimiters())
    ([Value(text='1-2', number=None, comparator=None)], [Value(text='none', number=None, comparator=None)])
    """
    if len(field) > _SHORT:
        return _read(kind, field, delimiters, codec)
    return _read_short(kind, field, delimiters, codec)


def _read(kind: str, field: str, delimiters: Delimiters, codec: str | None) -> Sequence[Value]:
    kind = kind.strip().upper()
    if field in ("", '""') or kind in _NOT_A_TEXT:
        return [Value()]
    if kind in _NUMERIC and delimiters.repetition in field:
        parts = field.split(delimiters.repetition)
        if all(part.strip() for part in parts):
            return [_read_one(kind, part, delimiters, codec) for part in parts]
    return [_read_one(kind, field, delimiters, codec)]


_read_short = lru_cache(maxsize=1 << 14)(_read)
"""Numbers come again and again; long texts do not, and are not kept."""


def _read_one(kind: str, field: str, delimiters: Delimiters, codec: str | None) -> Value:
    if kind == "SN":
        return _read_structured(field, delimiters, codec)
    text = unescape(field, delimiters, codec)
    if kind in _CODED:
        return Value(_read_coded(field, delimiters, codec) or text)
    return Value(text, read_number(text.strip()))


def _read_structured(field: str, delimiters: Delimiters, codec: str | None) -> Value:
    """`<^0.1` is a number with a comparator; `^1^-^2`, `^1^:^128` and `<>^5` are texts."""
    parts = split_field(field, delimiters, codec)
    text = "".join(parts)
    if len(parts) < 2 or any(parts[2:]) or delimiters.repetition in field:
        return Value(text or field)
    try:
        comparator = read_comparator(parts[0])
    except ValueError:
        return Value(text)
    return Value(text, read_number(parts[1]), comparator)


def _read_coded(field: str, delimiters: Delimiters, codec: str | None) -> str:
    """The words of a coded value; a code alone is a word only if nothing says of what system it is."""
    parts = split_field(field, delimiters, codec)
    words = [parts[place] for place in (1, 8, 4) if len(parts) > place]
    if not any(words) and not any(parts[1:]) and delimiters.repetition not in field:
        return parts[0]
    return next(filter(None, words), "")


@lru_cache(maxsize=1 << 14)
def read_limits(field: str, unit: str, delimiters: Delimiters) -> tuple[float | None, float | None]:
    """Lower and upper limit of normal in OBX-7; None where there is none, or it cannot be read without doubt.

    The row's own unit may stand behind. `1,500-8,000` is in doubt: thousands or decimals.

    >>> [read_limits(text, "", Delimiters()) for text in ("2.0-7.5", "4.3 to 6.2", "<5.0", ">1.8", "1,500-8,000")]
    [(2.0, 7.5), (4.3, 6.2), (None, 5.0), (1.8, None), (None, None)]
    """
    text = unescape(field.split(delimiters.repetition, 1)[0], delimiters).replace(delimiters.component, "^")
    text = _without_unit(text.strip(" ()[]^\t"), unit)
    if found := _BETWEEN.fullmatch(text):
        low, high = _limit(found[1]), _limit(found[2])
        return (low, high) if low is not None and high is not None and low <= high else (None, None)
    if found := _BELOW.fullmatch(text):
        return None, _limit(found[1])
    found = _ABOVE.fullmatch(text)
    return (_limit(found[1]) if found else None), None


def _without_unit(text: str, unit: str) -> str:
    words = text.rsplit(" ", 1)
    if unit and len(words) > 1 and plain_spelling(words[1]) == plain_spelling(unit):
        return words[0].strip()
    return text.removesuffix(unit).strip() if unit == "%" else text


def _limit(text: str) -> float | None:
    said = read_text(text)
    return None if said.mantissa is None or said.comparator else said.mantissa / said.scale
