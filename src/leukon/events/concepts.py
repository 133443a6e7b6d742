"""Codes to concepts: LOINC, OMOP, RxNorm and ATC codes to the few things leukon knows (concepts.toml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal, get_args

import numpy as np
from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from leukon.events.arrays import Array
from leukon.events.data_files import Strict, Text, load_toml
from leukon.events.units import load_units

Use = Literal["result", "part", "dose", "finding"]
_USES = get_args(Use)
RESULT, PART, DOSE, FINDING = range(len(_USES))


class Limits(Strict):
    """What is plausible, both ends included, in result units."""

    low: float
    high: float
    source: Text

    @model_validator(mode="after")
    def _something_is_plausible(self) -> "Limits":
        if self.low > self.high:
            raise ValueError("low is above high: no value would be plausible")
        return self


_WORDS_OF_OTHERS = ("SDTM",)
"""Vocabularies whose terms are words (WBC, TSH) that a site may use for something of its own: never read bare."""


def _with_vocabulary(code: str) -> str:
    if not all(code.partition("//")):
        raise ValueError(f"'{code}' names no vocabulary: write VOCABULARY//code")
    return code


Code = Annotated[str, AfterValidator(_with_vocabulary)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1)]


class Concept(Strict):
    """One thing leukon knows: an analyte, a part of a count, a drug or a finding."""

    use: Use
    kind: Text
    display: Text
    codes: tuple[Code, ...] = ()
    plausible: Limits | None = None
    words: tuple[Word, ...] | None = Field(default=None, description="what a coded finding may say; empty: any text")
    silent: bool = Field(default=False, description="whether a row that says no word counts too: it says only when")

    @field_validator("kind")
    @classmethod
    def _kind_is_known(cls, kind: str) -> str:
        if kind not in load_units().kinds:
            raise ValueError(f"leukon knows no kind '{kind}'; it knows {', '.join(load_units().kinds)}")
        return kind

    @model_validator(mode="after")
    def _use_kind_and_words_agree(self) -> "Concept":
        if (self.use == "dose") != (self.kind == "drug"):
            raise ValueError(f"the use '{self.use}' and the kind '{self.kind}': doses are drugs, and nothing else is")
        if (self.words is None) == (self.kind == "words"):
            raise ValueError("the kind 'words' needs its words (an empty list: any text), and no other kind has them")
        if self.silent and self.kind != "words":
            raise ValueError("'silent' is for the kind 'words': a number that is not there is missing")
        if self.kind == "words" and self.use != "finding":
            raise ValueError(f"the use '{self.use}' is counted, but words are a finding")
        return self


class ConceptFile(Strict):
    """The layout of concepts.toml."""

    sources: dict[str, Text]
    concepts: dict[str, Concept]

    @model_validator(mode="after")
    def _every_limit_has_a_known_source(self) -> "ConceptFile":
        for name, concept in self.concepts.items():
            if concept.plausible is not None and concept.plausible.source not in self.sources:
                raise ValueError(f"concept {name}: the source '{concept.plausible.source}' is not in [sources]")
        return self


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
                if vocabulary not in _WORDS_OF_OTHERS:
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
