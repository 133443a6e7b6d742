"""Codings to leukon's codes: `LOINC//751-8`, with the best-known coding of several first."""

from functools import lru_cache

from leukon.events.concepts import load_concepts
from leukon.ingest.fhir_datatypes import CodeableConcept
from leukon.ingest.fhir_json import parse

_VOCABULARIES = {
    "loinc.org": "LOINC",
    "urn:oid:2.16.840.1.113883.6.1": "LOINC",
    "www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "urn:oid:2.16.840.1.113883.6.88": "RxNorm",
    "www.whocc.no/atc": "ATC",
    "urn:oid:2.16.840.1.113883.6.73": "ATC",
    "snomed.info/sct": "SNOMED",
    "urn:oid:2.16.840.1.113883.6.96": "SNOMED",
    "hl7.org/fhir/sid/ndc": "NDC",
    "urn:oid:2.16.840.1.113883.6.69": "NDC",
    "fhir-terminology.ohdsi.org": "OMOP",
}
LOCAL = "LOCAL"
CONFLICT = "CONFLICT"


@lru_cache(maxsize=4096)
def vocabulary_of(system: str | None) -> str:
    """Short name of a code system; LOCAL without one, or where its short name would pass for a standard one.

    >>> vocabulary_of("http://loinc.org"), vocabulary_of("https://lab.example/codes/cbc"), vocabulary_of(None)
    ('LOINC', 'cbc', 'LOCAL')
    """
    plain = (system or "").strip().rstrip("/")
    for scheme in ("http://", "https://"):
        plain = plain.removeprefix(scheme)
    known = _VOCABULARIES.get(plain.lower())
    if known:
        return known
    short = plain if plain.startswith("urn:") else plain.rpartition("/")[2]
    passes = {name.upper() for name in _VOCABULARIES.values()}
    return LOCAL if not short or short.upper() in passes else short


@lru_cache(maxsize=1 << 14)
def code_in(said: bytes | None) -> str | None:
    """The code in the bytes of a concept."""
    return None if said is None else code_of(parse(said, CodeableConcept))


def code_of(concept: CodeableConcept | None) -> str | None:
    """The code of a concept; its words under LOCAL if it has no coding; None if it says nothing."""
    if concept is None:
        return None
    codings = tuple((each.system, each.code) for each in concept.coding or () if each.code)
    if codings:
        return _best(codings)
    words = concept.text or next((each.display for each in concept.coding or () if each.display), None)
    return f"{LOCAL}//{words}" if words else None


@lru_cache(maxsize=1 << 14)
def _best(codings: tuple[tuple[str | None, str], ...]) -> str:
    """The first coding that leukon knows, else the first; codings that mean different things are not chosen between."""
    codes = [f"{vocabulary_of(system)}//{code.strip()}" for system, code in codings]
    found = {at: code for code in reversed(codes) if (at := load_concepts().find(code)) >= 0}
    if len(found) > 1:
        return f"{CONFLICT}//{' '.join(codes)}"
    return next(iter(found.values()), codes[0])


def words_of(concept: CodeableConcept | None) -> str | None:
    """What a concept says in words: its text, else the display or the code of its first coding."""
    if concept is None:
        return None
    coded = (word for each in concept.coding or () for word in (each.display, each.code) if word)
    return concept.text or next(coded, None)
