"""Codes to concepts: LOINC, OMOP, RxNorm and ATC codes to the few things leukon knows (concepts.toml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from pydantic import Field

from leukon.events.arrays import Array
from leukon.events.data_files import Strict, Text, load_toml

Use = Literal["result", "part", "dose", "finding"]
_USES = get_args(Use)
RESULT, PART, DOSE, FINDING = range(len(_USES))


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
