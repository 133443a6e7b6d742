"""Quantities and reference ranges to numbers, verbatim texts and one unit."""

import math
import re
from fractions import Fraction
from functools import lru_cache

from leukon.events.concepts import load_concepts
from leukon.events.units import load_units
from leukon.events.values import read_range
from leukon.ingest.fhir_datatypes import Limits, Quantity
from leukon.ingest.fhir_json import parse

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_BOUND = re.compile(r"(<|>|<=|>=|≤|≥)\s*(\d{1,9}(?:\.\d{1,9})?)")


def text_of(said: bytes) -> str | None:
    """The letters of a number, or of a string in the place of one; None for null and for what is neither.

    >>> text_of(b"2.50"), text_of(b'"<0.1"'), text_of(b"null")
    ('2.50', '<0.1', None)
    """
    if said[:1] == b'"':
        text: str | None = parse(said, str)
        return text
    return None if said[:1] in (b"", b"n", b"{", b"[") else said.decode(errors="replace")


def number_of(text: str | None) -> float | None:
    """The number, if a text is a finite one and nothing else."""
    if text is None or not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


@lru_cache(maxsize=4096)
def kind_of(code: str | None) -> str | None:
    """The kind of units in which leukon takes a code; None for a code it does not know."""
    found = -1 if code is None else load_concepts().find(code)
    return None if found < 0 else load_concepts().kinds[found]


@lru_cache(maxsize=4096)
def choose_unit(kind: str | None, code: str | None, text: str | None) -> str | None:
    """The unit code where leukon knows it, else the text.

    Where both are known and differ in size (`g/L` as code, `g/dL` as text) neither is believed: both are handed on in
    one word, which no unit is called.

    >>> choose_unit("cells", "10*9/L", "x10*9/L"), choose_unit("cells", "K/microL", "K/uL")
    ('10*9/L', 'K/uL')
    >>> choose_unit("hemoglobin", "g/L", "g/dL")
    'g/L (unit text: g/dL)'
    """
    code, text = code or None, text or None
    if code is None or text is None:
        return code or text
    size_of_code, size_of_text = (size_of(kind, unit) for unit in (code, text))
    if size_of_code is not None and size_of_text is not None and size_of_code != size_of_text:
        return f"{code} (unit text: {text})"
    return text if size_of_code is None else code


@lru_cache(maxsize=4096)
def size_of(kind: str | None, unit: str | None) -> Fraction | None:
    """Factor to the result unit of a kind; None if leukon does not know the unit for it, or there is no kind."""
    return None if kind is None or unit is None else load_units().factor(kind, unit)


@lru_cache(maxsize=1 << 16)
def limits_in(said: bytes | None, code: str | None, unit: str | None) -> tuple[float | None, float | None]:
    """Limits of normal in the bytes of reference ranges of something with this code."""
    return (None, None) if said is None else read_limits(parse(said, list[Limits]), code, unit)


def read_limits(ranges: list[Limits] | None, code: str | None, unit: str | None) -> tuple[float | None, float | None]:
    """Lower and upper limit of normal in `unit`; of several ranges (for some people, for a therapy) none is chosen."""
    named = [each for each in ranges or () if "normal" in _types(each)]
    plain = [each for each in ranges or () if not _types(each)]
    chosen = named or plain
    if len(chosen) != 1:
        return None, None
    (limits,) = chosen
    if limits.low is None and limits.high is None:
        return _read_text_limits(limits.text)
    kind = kind_of(code)
    return _limit(limits.low, kind, unit), _limit(limits.high, kind, unit)


def _types(limits: Limits) -> list[str]:
    """What a range is for: `normal`, `treatment`, ...; nothing said is normal."""
    said = limits.type
    if said is None:
        return []
    return [each.code for each in said.coding or () if each.code] or [said.text or "unknown"]


def _limit(limit: Quantity | None, kind: str | None, unit: str | None) -> float | None:
    number = None if limit is None else number_of(text_of(bytes(limit.value)))
    if limit is None or number is None or limit.comparator:
        return None
    own = choose_unit(kind, limit.code, limit.unit)
    if own is None or own == unit:
        return number
    size, wanted = size_of(kind, own), size_of(kind, unit)
    if size is None or wanted is None:
        return None
    return number if size == wanted else float(Fraction(text_of(bytes(limit.value)) or 0) * size / wanted)


def _read_text_limits(text: str | None) -> tuple[float | None, float | None]:
    """Limits of a range in words: `2.0-7.5`, `4.3 to 6.2`, `<5.0`."""
    both = read_range(text or "")
    if both is not None:
        return both
    bound = _BOUND.fullmatch((text or "").strip())
    if bound is None:
        return None, None
    return (None, float(bound[2])) if bound[1] in ("<", "<=", "≤") else (float(bound[2]), None)


def write_quantity(quantity: Quantity | None) -> str:
    """A quantity as text: comparator and number as written; empty if there is none."""
    return "" if quantity is None else f"{quantity.comparator or ''}{text_of(bytes(quantity.value)) or ''}"
