"""What a column heading means: a name that leukon knows, a unit, a reference range (visits_headings.toml)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from leukon.events.concepts import load_concepts
from leukon.events.units import load_units
from leukon.events.values import read_range
from leukon.ingest.visits_names import Name, load_headings, names_known, plain, stem

_RANGE = re.compile(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]")
_AROUND_UNIT = re.compile(r"^(?:[\s,;:_–-]|in\s)+|[\s,;:_–-]+$")
_BRACKETS = (("(", ")"), ("[", "]"))
_VOLUME = r"/\s?(?:[dcmuµμn]|mc)?[lL]"
_LIKE_UNIT = re.compile(
    rf"[x×]?\s?10\s?[*^eE⁹³⁶].*|[\w.]*\s?{_VOLUME}|[\w.]*\s?/?\s?(?:cu)?\s?mm\s?\^?[3³]|%.*|[\w.]+\s?/\s?d(?:ay)?"
)
"""What is meant as a unit, whether leukon knows it or not: then the column is asked about, never passed over."""


@dataclass(frozen=True)
class Meaning:
    """What a heading says; `unit` None: it says none, and `asks` is true where the concept needs one."""

    concept: str
    unit: str | None = None
    lln: float | None = None
    uln: float | None = None
    asks: bool = False


def one_line(heading: str) -> str:
    """A heading without line breaks and repeated spaces."""
    return " ".join(heading.split())


def says_subject(heading: str) -> bool:
    """Whether a column under this heading says whose row it is.

    >>> says_subject("Patient ID"), says_subject("Patient name")
    (True, False)
    """
    return plain(heading) in load_headings().subject.names


def says_date(heading: str) -> bool:
    """Whether a column under this heading says when.

    >>> says_date("Date of visit"), says_date("Date of birth")
    (True, False)
    """
    return plain(heading) in load_headings().date.names


@lru_cache(maxsize=4096)
def recognise(heading: str) -> Meaning | None:
    """What a column under this heading holds; None if leukon does not know it.

    >>> recognise("ANC (10^9/L)")
    Meaning(concept='anc', unit='10^9/L', lln=None, uln=None, asks=False)
    >>> recognise("Neut %").concept, recognise("Neut").asks, recognise("Neutrophil comment")
    ('neutrophils_percent', True, None)
    """
    text, limits = _take_range(one_line(heading))
    asked = None
    for name, rest in _cuts(text):
        known = names_known().get(stem(name))
        meaning = None if known is None else _with_unit(known, rest)
        if meaning is not None and not meaning.asks:
            return Meaning(meaning.concept, meaning.unit, *limits)
        asked = asked or meaning
    return asked if asked is None else Meaning(asked.concept, None, *limits, asks=True)


def _take_range(text: str) -> tuple[str, tuple[float | None, float | None]]:
    """A heading without the reference range in its brackets, and that range."""
    for found in _RANGE.finditer(text):
        limits = read_range(found[1])
        if limits is not None:
            return (text[: found.start()] + text[found.end() :]).strip(), limits
    return text, (None, None)


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    """Every way to cut a heading into a name and the rest, the longest name first; words are never cut."""
    for at in range(len(text), 0, -1):
        if at == len(text) or not (text[at - 1].isalnum() and text[at].isalnum()):
            yield text[:at], text[at:]


def _with_unit(name: Name, rest: str) -> Meaning | None:
    unit = _bare(rest)
    if not unit:
        return _without_unit(name)
    for concept in name.concepts:
        if load_units().factor(_kind(concept), unit) is not None:
            return Meaning(concept, unit)
    return Meaning(name.concepts[0], asks=True) if _LIKE_UNIT.fullmatch(unit) and not name.percent else None


def _without_unit(name: Name) -> Meaning | None:
    concept = name.concepts[0]
    if name.percent:
        return Meaning(concept, "%")
    if not name.alone:
        return None
    units = load_units()
    return Meaning(concept, asks=not units.unitless[units.kinds.index(_kind(concept))])


def _bare(rest: str) -> str:
    """The unit within the rest of a heading: without the signs and brackets around it."""
    unit = _AROUND_UNIT.sub("", rest)
    for opening, closing in _BRACKETS:
        if unit.startswith(opening) and unit.endswith(closing):
            unit = unit[1:-1].strip()
    return unit


def _kind(concept: str) -> str:
    return load_concepts().by_name[concept].kind
