"""The value of an observation or component, whatever its type: number, text, comparator and unit."""

from functools import lru_cache
from typing import NamedTuple

from leukon.events.concepts import PART, load_concepts
from leukon.ingest.fhir_codes import code_in, words_of
from leukon.ingest.fhir_datatypes import CodeableConcept, Interval, Quantity, Ratio
from leukon.ingest.fhir_json import Fields, parse, parse_once
from leukon.ingest.fhir_quantities import choose_unit, kind_of, limits_in, number_of, text_of, write_quantity


class Value(NamedTuple):
    """What a row says: text as written, the number where the source has one, its comparator and unit."""

    text: str | None = None
    number: float | None = None
    comparator: str | None = None
    unit: str | None = None


class Result(NamedTuple):
    """A code with its value, its limits of normal, and whether it feeds a derived count."""

    code: str | None
    value: Value
    lln: float | None
    uln: float | None
    is_part: bool


NO_VALUE = Value()
UNREADABLE = Value("unreadable")
"""Stands for a value of a wrong type: text that is no number, so that the row is refused."""
NO_REASON = "unknown"


def read_value(said: Fields, code: str | None) -> Value:
    """The value; a reason why there is none goes before any value, for then it is not to be used."""
    if said.has("dataAbsentReason"):
        return Value(_reason(said.read("dataAbsentReason", CodeableConcept)))
    quantity = said.bytes_of("valueQuantity")
    if quantity is not None:
        value = quantity_in(quantity, code)
        text = said.read("valueString", str)
        return value if text is None else Value(text, value.number, value.comparator, value.unit)
    for name, read in _READERS.items():
        found = said.bytes_of(name)
        if found is not None:
            return read(found, code)
    return NO_VALUE


def _reason(concept: CodeableConcept | None) -> str:
    codes = () if concept is None else (each.code for each in concept.coding or () if each.code)
    return next(iter(codes), None) or words_of(concept) or NO_REASON


@lru_cache(maxsize=1 << 16)
def result_in(code: bytes | None, quantity: bytes | None, ranges: bytes | None) -> Result:
    """The result in the bytes of its code, quantity and reference ranges."""
    name = code_in(code)
    value = NO_VALUE if quantity is None else quantity_in(quantity, name)
    return Result(name, value, *limits_in(ranges, name, value.unit), is_part(name))


def quantity_in(said: bytes, code: str | None) -> Value:
    """The value in the bytes of a quantity of something with this code."""
    quantity: Quantity | None = parse_once(said, Quantity)
    return UNREADABLE if quantity is None else read_quantity(quantity, code)


def read_quantity(quantity: Quantity, code: str | None) -> Value:
    """Number, text, comparator and unit of a quantity of something with this code."""
    text = text_of(bytes(quantity.value))
    return Value(text, number_of(text), quantity.comparator, choose_unit(kind_of(code), quantity.code, quantity.unit))


def _string(said: bytes, _: str | None) -> Value:
    text: str | None = parse(said, str)
    return UNREADABLE if text is None else Value(text)


def _words(said: bytes, _: str | None) -> Value:
    concept: CodeableConcept | None = parse(said, CodeableConcept)
    return UNREADABLE if concept is None else Value(words_of(concept))


def _integer(said: bytes, _: str | None) -> Value:
    text = text_of(said)
    return UNREADABLE if text is None else Value(text, number_of(text))


def _boolean(said: bytes, _: str | None) -> Value:
    return {b"true": Value("yes"), b"false": Value("no")}.get(said, UNREADABLE)


def _range(said: bytes, code: str | None) -> Value:
    ends: Interval | None = parse(said, Interval)
    if ends is None:
        return UNREADABLE
    unit = next((read_quantity(end, code).unit for end in (ends.low, ends.high) if end is not None), None)
    return Value(f"{write_quantity(ends.low)}-{write_quantity(ends.high)}", unit=unit)


def _ratio(said: bytes, _: str | None) -> Value:
    ratio: Ratio | None = parse(said, Ratio)
    if ratio is None:
        return UNREADABLE
    return Value(f"{write_quantity(ratio.numerator)}:{write_quantity(ratio.denominator)}")


def _no_number(_: bytes, __: str | None) -> Value:
    return Value("neither number nor words")


_READERS = {
    "valueString": _string,
    "valueCodeableConcept": _words,
    "valueInteger": _integer,
    "valueBoolean": _boolean,
    "valueRange": _range,
    "valueRatio": _ratio,
    "valueTime": _string,
    "valueDateTime": _string,
    "valuePeriod": _no_number,
    "valueSampledData": _no_number,
}


@lru_cache(maxsize=4096)
def is_part(code: str | None) -> bool:
    """Whether a code feeds a derived count: a percentage, segmented neutrophils, bands."""
    concepts = load_concepts()
    found = -1 if code is None else concepts.find(code)
    return bool(found >= 0 and concepts.use[found] == PART)
