"""Codes to concepts: LOINC, OMOP, RxNorm, ATC and a site's own codes to the few things leukon knows (concepts.toml)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from pydantic import Field, model_validator

from leukon.errors import InvalidFile
from leukon.events.arrays import Array
from leukon.events.data_files import Strict, Text, load_toml
from leukon.events.schema import EVENTS

Use = Literal["result", "part", "dose", "finding"]
_USES = get_args(Use)
RESULT, PART, DOSE, FINDING = range(len(_USES))
SYSTEMIC = "systemic"
GIVEN = ("given", "started")


class Limits(Strict):
    """What is plausible, both ends included, in result units."""

    low: float
    high: float
    source: Text


class Concept(Strict):
    """One thing leukon knows: an analyte, a part of a count, a drug or a finding."""

    use: Use
    kind: Text
    display: Text
    codes: tuple[Text, ...] = ()
    plausible: Limits | None = None
    words: tuple[Text, ...] | None = Field(default=None, description="what a coded finding may say; empty: any text")


class ConceptFile(Strict):
    """The layout of concepts.toml."""

    sources: dict[str, Text]
    concepts: dict[str, Concept]


@dataclass(frozen=True)
class Concepts:
    """All concepts, in the order of their names; the position of a concept is its number in the columns."""

    by_name: Mapping[str, Concept]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names in order: the number of a concept is its place here."""
        return tuple(sorted(self.by_name))

    @cached_property
    def number(self) -> dict[str, int]:
        """Number of each concept, by its name."""
        return {name: at for at, name in enumerate(self.names)}

    @cached_property
    def _number_of_code(self) -> dict[str, int]:
        full: dict[str, int] = {}
        bare: dict[str, set[int]] = {}
        for name, concept in self.by_name.items():
            for code in concept.codes:
                vocabulary, _, term = code.partition("//")
                full[f"{vocabulary.upper()}//{term}"] = self.number[name]
                bare.setdefault(term, set()).add(self.number[name])
        unambiguous = {term: at.pop() for term, at in bare.items() if len(at) == 1}
        return unambiguous | full | self.number

    @cached_property
    def listed(self) -> tuple[Concept, ...]:
        """The concepts in the order of their numbers."""
        return tuple(self.by_name[name] for name in self.names)

    @cached_property
    def use(self) -> Array:
        """What each concept is used as: RESULT, PART, DOSE or FINDING."""
        return np.asarray([_USES.index(concept.use) for concept in self.listed], np.int8)

    @cached_property
    def is_coded(self) -> Array:
        """Which concepts say words, not numbers."""
        return np.asarray([concept.words is not None for concept in self.listed], bool)

    @cached_property
    def low(self) -> Array:
        """Lowest plausible value of each concept; -inf: not limited."""
        return np.asarray([-np.inf if (x := concept.plausible) is None else x.low for concept in self.listed])

    @cached_property
    def high(self) -> Array:
        """Highest plausible value of each concept; inf: not limited."""
        return np.asarray([np.inf if (x := concept.plausible) is None else x.high for concept in self.listed])

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Kind of unit of each concept."""
        return tuple(concept.kind for concept in self.listed)

    def find(self, code: str) -> int:
        """Number of the concept that `code` means, or -1 if leukon does not know it."""
        vocabulary, slashes, term = code.partition("//")
        if slashes:
            return self._number_of_code.get(f"{vocabulary.upper()}//{term}", -1)
        return self._number_of_code.get(code, -1)

    def with_more(self, more: Mapping[str, Concept]) -> "Concepts":
        """These concepts and those a protocol file brings along."""
        return Concepts({**self.by_name, **more}) if more else self


@lru_cache
def load_concepts() -> Concepts:
    """The shipped concepts (concepts.toml)."""
    return Concepts(load_toml(Path(__file__).with_name("concepts.toml"), ConceptFile).concepts)


class SiteCode(Strict):
    """What one of a site's own codes means."""

    concept: Text
    unit: Text | None = Field(default=None, description="unit of rows that carry none, and of the range here")
    form: Literal["systemic", "eye", "ear", "skin", "nasal", "inhaled", "rectal"] = SYSTEMIC
    event: Literal["given", "started", "stopped", "not_given"] = "given"
    lln: float | None = Field(default=None, description="used only where the row has none")
    uln: float | None = None
    range_source: Text | None = None

    @model_validator(mode="after")
    def _range_has_source_and_unit(self) -> "SiteCode":
        if (self.lln is not None or self.uln is not None) and not (self.range_source and self.unit):
            raise ValueError("a reference range needs its unit and a range_source")
        return self

    @property
    def mapped(self) -> bool:
        """Only systemic doses that were given or started mean anything here."""
        return self.form == SYSTEMIC and self.event in GIVEN


class CodeMap(Strict):
    """A site's code map: what its columns and codes are called."""

    columns: dict[str, Text] = Field(default_factory=dict, description="events column = its name in the input")
    codes: dict[str, SiteCode] = {}


def load_code_map(path: str | Path, concepts: Concepts | None = None) -> CodeMap:
    """Read a site's code map and check that it names known concepts and columns.

    Raises
    ------
    InvalidFile
        Naming the file, the key and the fix.
    """
    code_map = load_toml(Path(path), CodeMap)
    check_names(code_map, concepts or load_concepts(), Path(path).name)
    return code_map


@dataclass(frozen=True)
class SiteCodes:
    """What each code of an input means.

    `concept` is -1 for an unknown code. `unit` (a number into `units`, -1: none) and the reference range (NaN: none)
    are what the site's map says of it.
    """

    concept: Array
    units: tuple[str, ...]
    unit: Array
    lln: Array
    uln: Array


def read_codes(codes: Sequence[str], concepts: Concepts, code_map: CodeMap) -> SiteCodes:
    """Find the meaning of every code of an input: the site's map first, then the shipped code lists."""
    entries = [code_map.codes.get(code) for code in codes]
    units = tuple(dict.fromkeys(entry.unit for entry in entries if entry is not None and entry.unit is not None))
    concept = [
        concepts.find(code) if entry is None else concepts.number[entry.concept] if entry.mapped else -1
        for code, entry in zip(codes, entries, strict=True)
    ]
    unit = [-1 if entry is None or entry.unit is None else units.index(entry.unit) for entry in entries]
    lln, uln = (
        np.asarray([np.nan if entry is None or (x := getattr(entry, name)) is None else x for entry in entries], float)
        for name in ("lln", "uln")
    )
    return SiteCodes(np.asarray(concept, np.int64), units, np.asarray(unit, np.int64), lln, uln)


def check_names(code_map: CodeMap, concepts: Concepts, file: str = "the code map") -> None:
    """Raise `InvalidFile` if the map names a concept or a column that does not exist."""
    columns = [column.name for column in EVENTS]
    for name in code_map.columns:
        _check_known(file, f"columns.{name}", name, columns)
    called = [code_map.columns.get(column, column) for column in columns]
    for name, own in code_map.columns.items():
        if called.count(own) > 1:
            why = f"'{own}' would be read as two columns of events."
            raise InvalidFile(file, f"columns.{name}", why, "give every column of events a column of its own.")
    for code, entry in code_map.codes.items():
        _check_known(file, f"codes.{code}.concept", entry.concept, concepts.names)


def _check_known(file: str, key: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise InvalidFile(file, key, f"leukon knows no '{name}'.", f"use one of: {', '.join(known)}.")
