"""A drug's name, what was done with it and where it went, read from the words of a code."""

from collections.abc import Sequence
from dataclasses import dataclass

from leukon.events.code_map import SYSTEMIC
from leukon.events.concepts import Concept, Concepts
from leukon.ingest.code_hints_words import cut, load_hints

_SURE_OF = 3
"""Names so short may be an abbreviation of something else."""


@dataclass(frozen=True)
class DrugGuess:
    """A drug that a name speaks of: form and event as a code map writes them, and what else the name says."""

    concept: str
    word: str
    form: str
    event: str
    event_word: str | None
    form_word: str | None
    unknown: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Whether the name says a drug and nothing that leukon does not know."""
        return not self.unknown and len(self.word) > _SURE_OF


def name_drugs(concepts: Concepts) -> list[tuple[str, str]]:
    """Every name of every drug with its concept, the longest name first."""
    other = load_hints().other_names
    named = {
        (_joined(text), name)
        for name, concept in concepts.by_name.items()
        if concept.use == "dose"
        for text in (name, *_of_display(concept), *other.get(name, ()))
    }
    return sorted(named, key=lambda each: (-len(each[0]), each))


def find_drugs(name: Sequence[str], drugs: Sequence[tuple[str, str]]) -> list[DrugGuess]:
    """Drugs (of `name_drugs`) whose names stand in the words of a code; a name within a longer one is not met."""
    rest = f" {' '.join(name)} "
    found: dict[str, str] = {}
    for known, drug in drugs:
        if f" {known} " in rest:
            rest = rest.replace(f" {known} ", " | ")  # words on both sides of it are not side by side
            found.setdefault(drug, known)
    return [_guess(drug, known, name, tuple(found.values())) for drug, known in found.items()]


def _of_display(concept: Concept) -> list[str]:
    """What a concept is called, less what stands behind a comma; the name in brackets is another one."""
    return [part for part in concept.display.split(",")[0].replace(")", "").split("(") if part.strip()]


def _joined(text: str) -> str:
    return " ".join(cut(text))


def _guess(drug: str, known: str, name: Sequence[str], met: tuple[str, ...]) -> DrugGuess:
    hints = load_hints()
    event = next(((each.event, word) for each in hints.events if (word := each.met(name))), ("given", None))
    form = next(((each.form, word) for each in hints.forms if (word := each.met(name))), (SYSTEMIC, None))
    explained = {word for text in (*met, event[1] or "", form[1] or "") for word in text.split()}
    unknown = tuple(
        word
        for word in dict.fromkeys(name)
        if word not in explained
        and word not in hints.drug_words.words
        and not word[:1].isdecimal()
        and word != "%"
        and not any(each.met((word,)) for each in (*hints.forms, *hints.events))
    )
    return DrugGuess(drug, known, form[0], event[0], event[1], form[1], unknown)
