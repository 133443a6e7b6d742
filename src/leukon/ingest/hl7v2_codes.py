"""Codes, units and statuses of HL7 v2 fields, as events have them."""

import re
from functools import lru_cache

from leukon.events.concepts import load_concepts
from leukon.events.units import load_units, plain_spelling
from leukon.ingest.hl7v2_text import Delimiters, split_field

_SYSTEMS = {
    **dict.fromkeys(("LN", "LOINC", "LNC", "2.16.840.1.113883.6.1"), "LOINC"),
    **dict.fromkeys(("RXNORM", "RXN", "RXCUI", "2.16.840.1.113883.6.88"), "RxNorm"),
    **dict.fromkeys(("ATC", "WC", "WHOATC", "2.16.840.1.113883.6.73"), "ATC"),
    **dict.fromkeys(("SCT", "SNOMED", "SNOMED-CT", "2.16.840.1.113883.6.96"), "SNOMED"),
    **dict.fromkeys(("NDC", "CVX", "OMOP"), ""),
}
"""Coding systems (HL7 table 0396, and names met in the wild) by the name they have in events; empty: the same."""
_TRIPLETS = ((0, 13), (3, 16), (9, 20))
"""Places of a code in CE and CWE, its text and system behind it; and where its system's number (OID) stands."""
_LOINC = re.compile(r"\d{1,5}-\d", re.ASCII)
_TEN = re.compile(r"[xX]?10")
_PER = re.compile(r"\d{1,2}\s*/\s*\S+", re.ASCII)

OBSERVED = {
    "F": "final",
    "V": "final",
    "C": "corrected",
    "A": "amended",
    "B": "amended",
    **dict.fromkeys("PRSI", "preliminary"),
    **dict.fromkeys("XN", "cancelled"),
    **dict.fromkeys("DW", "entered-in-error"),
}
"""OBX-11 (table 0085). `U` (final now, without the value sent again) and `O` (no result) are handed on as they are."""
ORDERED = {"F": "final", "C": "corrected", **dict.fromkeys("PRSIAMN", "preliminary"), "X": "cancelled"}
"""OBR-25 (table 0123), used only where OBX-11 is empty: here `A` says that some results are still missing."""


@lru_cache(maxsize=1 << 14)
def read_code(field: str, delimiters: Delimiters, codec: str | None = None) -> str | None:
    """The code of a coded field: the first that leukon knows, else LOINC, else the first; None if there is none.

    A code of no standard system is `LOCAL//code`; a text without a code is its own code.

    >>> read_code("4711^Neutrophils^L^751-8^Neutrophils^LN", Delimiters()), read_code("ANC^^L", Delimiters())
    ('LOINC//751-8', 'LOCAL//ANC')
    """
    parts = split_field(field, delimiters, codec)
    parts += [""] * (22 - len(parts))
    codes = [_name(parts[at], parts[at + 2] or parts[oid]) for at, oid in _TRIPLETS if parts[at]]
    if not codes:
        text = parts[1] or parts[4] or parts[8]
        return f"LOCAL//{text}" if text else None
    known = [code for code in codes if load_concepts().find(code) >= 0]
    loinc = [code for code in codes if code.startswith("LOINC//")]
    return (known or loinc or codes)[0]


def _name(code: str, system: str) -> str:
    """A code with its vocabulary; without one it is local, but for LOINC codes that leukon knows."""
    if not system and _LOINC.fullmatch(code) and load_concepts().find(f"LOINC//{code}") >= 0:
        return f"LOINC//{code}"
    name = _SYSTEMS.get(system.upper())
    return f"LOCAL//{code}" if name is None else f"{name or system.upper()}//{code}"


@lru_cache(maxsize=1 << 12)
def read_unit(field: str, delimiters: Delimiters, codec: str | None = None) -> str | None:
    r"""The unit of OBX-6 and the like: the first of code, text and alternate code that leukon knows, else the first.

    `10^9/L` written without an escape falls into two components; it is one unit. Two units that leukon knows as
    different ones are handed on together: no such unit exists, so the door refuses the row.

    >>> usual = Delimiters()
    >>> [read_unit(text, usual) for text in (r"10\S\9/L", "10^9/L", "10*3/uL^thousand^UCUM", "1^cells/uL^L")]
    ['10^9/L', '10^9/L', '10*3/uL', 'cells/uL']
    """
    parts = split_field(field, delimiters, codec)
    if len(parts) > 1 and _TEN.fullmatch(parts[0]) and _PER.fullmatch(parts[1]):
        parts = [f"{parts[0]}^{parts[1]}"]
    said = [parts[place] for place in (0, 1, 3, 4, 8) if len(parts) > place and parts[place]]
    said = [unit for unit in said if not unit.isdecimal()] or said  # a number is a local code, never OMOP's
    known = [unit for unit in said if _factors(unit)]
    if any(_differ(_factors(known[0]), _factors(unit)) for unit in known[1:]):
        return " / ".join(known)
    return (known or said or [None])[0]


def _factors(unit: str) -> dict[int, object]:
    """What leukon takes a unit for: its factor to the result unit, by kind of thing measured."""
    plain = plain_spelling(unit)
    return {kind: factors[plain] for kind, factors in enumerate(load_units().factors) if plain in factors}


def _differ(one: dict[int, object], other: dict[int, object]) -> bool:
    return any(one[kind] != other[kind] for kind in one.keys() & other.keys())


def read_status(said: str, table: dict[str, str]) -> str | None:
    """The status a letter stands for; a letter that is not known stays as it is, so that the row is not used."""
    letter = said.strip().strip('"').upper()
    return table.get(letter, said.strip()) if letter else None
