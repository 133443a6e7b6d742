"""Data types of FHIR R4 as msgspec structs, with the fields leukon reads: others are skipped without being built.

Every field may be absent. A number stays the bytes it was written in (`Raw`): `2.50` keeps its zero, and a number sent
as a string (`"0.9"`, `"<0.1"`) is read like any text instead of making its resource unreadable.
"""

from msgspec import Raw, Struct

NOTHING = Raw()
"""Stands for a field that is not there."""


class Coding(Struct, gc=False):
    """A code of one code system."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Struct, gc=False):
    """One thing in one or several codings, or only in words."""

    coding: list[Coding] | None = None
    text: str | None = None


class Identifier(Struct, gc=False):
    """A business identifier."""

    system: str | None = None
    value: str | None = None


class Reference(Struct, gc=False):
    """A pointer to another resource; `display` is read of drugs only, never of people."""

    reference: str | None = None
    identifier: Identifier | None = None
    display: str | None = None


class Quantity(Struct, gc=False):
    """A number with its comparator, and its unit in words (`unit`) and as a code (`code`)."""

    value: Raw = NOTHING
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None


class Interval(Struct, gc=False):
    """What FHIR calls a Range."""

    low: Quantity | None = None
    high: Quantity | None = None


class Ratio(Struct, gc=False):
    """Two quantities, such as a titre."""

    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Limits(Struct, gc=False):
    """A reference range: of whom or for what is said by its type."""

    low: Quantity | None = None
    high: Quantity | None = None
    type: CodeableConcept | None = None
    text: str | None = None


class Period(Struct, gc=False):
    """From when to when."""

    start: str | None = None
    end: str | None = None


class Repeat(Struct, gc=False, rename="camel"):
    """How something is repeated; read for its bounds."""

    bounds_period: Period | None = None


class Timing(Struct, gc=False):
    """Instants at which something happened or shall happen."""

    event: list[str] | None = None
    repeat: Repeat | None = None


class DoseAndRate(Struct, gc=False, rename="camel"):
    """How much at one time; a rate alone says no amount."""

    dose_quantity: Quantity | None = None


class Dosage(Struct, gc=False, rename="camel"):
    """How a drug is or was given: the one of an administration has `dose`, the others `dose_and_rate`."""

    text: str | None = None
    route: CodeableConcept | None = None
    dose: Quantity | None = None
    dose_and_rate: list[DoseAndRate] | None = None
    timing: Timing | None = None
    modifier_extension: Raw = NOTHING


class Act(Struct, gc=False):
    """What an entry of a bundle does, or did, with its resource."""

    method: str | None = None
