"""Names of columns as people write them: the shipped spellings, and the words that may stand beside a name."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from leukon.events.concepts import load_concepts
from leukon.events.data_files import Strict, Text, load_toml


class Named(Strict):
    """Names of one thing: as a count, as a percentage, or as either."""

    count: Text | None = None
    percent: Text | None = None
    names: tuple[Text, ...] = ()
    counts: tuple[Text, ...] = ()
    short: tuple[Text, ...] = ()
    source: Text


class Beside(Strict):
    """Words that may stand beside a name."""

    absolute: tuple[Text, ...]
    percent: tuple[Text, ...]
    nothing: tuple[Text, ...]
    dose: tuple[Text, ...]


class Role(Strict):
    """Names of the column that says whose row it is, or when."""

    names: tuple[Text, ...]
    source: Text


class HeadingFile(Strict):
    """The layout of visits_headings.toml."""

    sources: dict[str, Text]
    words: Beside
    subject: Role
    date: Role
    headings: tuple[Named, ...]


class Name(NamedTuple):
    """What a name allows, with the words beside it: concepts, whether it says % itself or is too short alone."""

    concepts: tuple[str, ...]
    percent: bool
    alone: bool


@lru_cache
def load_headings() -> HeadingFile:
    """The shipped spellings of column headings."""
    return load_toml(Path(__file__).with_name("visits_headings.toml"), HeadingFile)


def plain(name: str) -> str:
    """A name in small letters, without the signs that only part its words."""
    text = re.sub(r"([#%])", r" \1 ", name.casefold())
    return " ".join(re.sub(r"\+(?![a-z0-9])|[^\w#%+/]|_", " ", text).split())


def stem(name: str) -> str:
    """A name with its words in order of importance: what it is, and then, sorted, what stands beside it."""
    words = plain(name).split()
    beside = load_headings().words
    extra = {*beside.absolute, *beside.percent, *beside.nothing, *beside.dose}
    before = next((at for at, word in enumerate(words) if word not in extra), len(words))
    after = next((at for at in range(len(words), before, -1) if words[at - 1] not in extra), before)
    around = sorted({_sense(word) for word in (*words[:before], *words[after:])})
    return " | ".join([" ".join(words[before:after]), *around])


def _sense(word: str) -> str:
    beside = load_headings().words
    for sense, words in (("absolute", beside.absolute), ("percent", beside.percent), ("nothing", beside.nothing)):
        if word in words:
            return sense
    return "dose"


@lru_cache
def names_known() -> dict[str, Name]:
    """Every stem that leukon knows, and what it allows."""
    known: dict[str, Name] = {}
    for named in (*load_headings().headings, *_drugs()):
        dose = named.count is not None and load_concepts().by_name[named.count].use == "dose"
        for spelling in (*named.names, *named.counts, *named.short):
            for around in _arounds(dose=dose):
                concepts = _allowed(named, around, says_count=spelling in named.counts)
                if concepts:
                    alone = spelling not in named.short or "absolute" in around
                    known[" | ".join([spelling, *around])] = Name(concepts, "percent" in around, alone)
    return known


def _arounds(*, dose: bool) -> list[tuple[str, ...]]:
    if dose:
        return [(), ("dose",)]
    signs: list[tuple[str, ...]] = [(), ("absolute",), ("percent",)]
    return [*signs, *(tuple(sorted((*sign, "nothing"))) for sign in signs)]


def _allowed(named: Named, around: Sequence[str], *, says_count: bool) -> tuple[str, ...]:
    allowed = (named.count, named.percent)
    if "percent" in around:
        allowed = (None, None if says_count else named.percent)
    elif "absolute" in around or says_count:
        allowed = (named.count, None)
    return tuple(concept for concept in allowed if concept is not None)


def _drugs() -> list[Named]:
    doses = [name for name, concept in load_concepts().by_name.items() if concept.use == "dose"]
    return [Named(count=name, names=(name.replace("_", " "),), source="generic") for name in doses]
