"""Names of codes to words, and words to what they may mean (code_hints.toml); nothing here looks at a value."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import model_validator

from leukon.events.data_files import Strict, Text, load_toml

_WORD = re.compile(r"[^\W_]+|[#%]")
_WHOLE = 3
"""Up to so many letters an `unless` or `beside` is a whole word: "c" must not forbid "count"."""


class Marks(Strict):
    """Words about any name: that it is a count or a percentage, or not of blood."""

    absolute: frozenset[Text]
    percent: frozenset[Text]
    other_samples: tuple[Text, ...]
    source: Text


class Named(Strict):
    """Words by which something is known."""

    words: frozenset[Text] = frozenset()
    stems: tuple[Text, ...] = ()
    phrases: tuple[Text, ...] = ()
    source: Text

    def met(self, name: Sequence[str]) -> str | None:
        """What in the words of a name says so; None: nothing does."""
        joined = f" {' '.join(name)} "
        phrase = next((each for each in self.phrases if f" {each} " in joined), None)
        return phrase or next((word for word in name if word in self.words or word.startswith(self.stems)), None)


class Thing(Named):
    """What a name may be of: its concepts, of which the unit and the values choose."""

    concepts: tuple[Text, ...]
    unless: tuple[Text, ...] = ()
    beside: tuple[Text, ...] = ()


class Event(Named):
    """Words that say what happened to a dose."""

    event: Text


class Form(Named):
    """Words that say where a drug goes; without one it may be systemic."""

    form: Text


class Usual(Strict):
    """Where the middle of a laboratory's values usually lies, in result units.

    `common` says that the test is done so often that unit and values alone may propose it.
    """

    low: float
    high: float
    common: bool = False
    source: Text


class DrugWords(Strict):
    """Words beside a drug's name that say nothing more: salts, forms, records."""

    words: frozenset[Text]
    source: Text


class HintFile(Strict):
    """The layout of code_hints.toml."""

    sources: dict[str, Text]
    marks: Marks
    things: tuple[Thing, ...]
    usual: dict[str, Usual]
    other_names: dict[str, tuple[Text, ...]]
    drug_words: DrugWords
    events: tuple[Event, ...]
    forms: tuple[Form, ...]

    @model_validator(mode="after")
    def _every_word_has_a_known_source(self) -> "HintFile":
        entries = (self.marks, *self.things, *self.usual.values(), self.drug_words, *self.events, *self.forms)
        for entry in entries:
            if entry.source not in self.sources:
                raise ValueError(f"the source '{entry.source}' is not in [sources]")
        return self


@lru_cache
def load_hints() -> HintFile:
    """The shipped words (code_hints.toml)."""
    return load_toml(Path(__file__).with_name("code_hints.toml"), HintFile)


def cut(name: str) -> tuple[str, ...]:
    """Words of a name in small letters without accents; `#` and `%` are words.

    >>> cut("NEUT# (Abs.)"), cut("Hämoglobin")
    (('neut', '#', 'abs'), ('hamoglobin',))
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return tuple(_WORD.findall(plain.casefold()))


def find_word(name: Sequence[str], words: Sequence[str]) -> str | None:
    """The first word of `name` that is one of `words`, or begins so where that one is long enough; None: none does."""
    return next((word for word in name for each in words if _is(word, each)), None)


def _is(word: str, each: str) -> bool:
    return word == each or (len(each) > _WHOLE and word.startswith(each))


@dataclass(frozen=True)
class Meaning:
    """What a name may mean: concepts of one thing, and the word that said so."""

    concepts: tuple[str, ...]
    word: str


def find_meanings(name: Sequence[str]) -> list[Meaning]:
    """What a laboratory's name may be of; a percent or absolute mark in it chooses among the concepts of a thing."""
    hints = load_hints()
    of_blood = find_word(name, hints.marks.other_samples) is None
    found = []
    for thing in hints.things:
        word = thing.met(name) if of_blood or thing.beside else None
        beside = not thing.beside or find_word(name, thing.beside) is not None
        if word is not None and beside and find_word(name, thing.unless) is None:
            found.append(Meaning(_marked(thing.concepts, name, hints.marks), word))
    return found


def _marked(concepts: tuple[str, ...], name: Sequence[str], marks: Marks) -> tuple[str, ...]:
    percents = tuple(concept for concept in concepts if concept.endswith("_percent"))
    counts = tuple(concept for concept in concepts if concept not in percents)
    if percents and counts:
        if marks.percent.intersection(name):
            return percents
        if marks.absolute.intersection(name):
            return counts
    return concepts
