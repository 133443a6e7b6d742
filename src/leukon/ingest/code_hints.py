"""What a site's own codes may mean: proposed from their names, units and values, for a person to confirm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from leukon.events.code_map import SYSTEMIC, CodeMap, read_codes
from leukon.events.concepts import Concepts, load_concepts
from leukon.events.intake import take_in
from leukon.events.units import load_units
from leukon.ingest.code_hints_drugs import DrugGuess, find_drugs, name_drugs
from leukon.ingest.code_hints_fits import Fit, fit_concepts, fits_by_values
from leukon.ingest.code_hints_profiles import Profile, profile_codes
from leukon.ingest.code_hints_words import cut, find_meanings
from leukon.ingest.gathered import UNREADABLE
from leukon.ingest.orders import ORDERED

Confidence = Literal["likely", "possible"]
_NOT_ASKED = (UNREADABLE, ORDERED)
"""What could not be read has no meaning, and an order whose doses are told by themselves would count them twice."""


@dataclass(frozen=True)
class Suggestion:
    """One concept that an unknown code may mean; `others` is how many more are proposed for the same code.

    `unit` is what a code map would say for rows that carry none (null: theirs is used). A `form` other than systemic
    and an `event` other than given or started mean that the code would map to nothing.
    """

    code: str
    rows: int
    subjects: int
    concept: str
    unit: str | None
    form: str
    event: str
    confidence: Confidence
    reasons: tuple[str, ...]
    others: int


def suggest_codes(
    events: Any,
    concepts: Concepts | None = None,
    *,
    code_map: CodeMap | None = None,
    displays: Mapping[str, str] | None = None,
) -> list[Suggestion]:
    """Propose a meaning for the codes that leukon does not know; nothing is mapped by it.

    Parameters
    ----------
    events
        Any object with `__arrow_c_stream__` in the events layout.
    concepts
        What may be meant; default: the shipped concepts.
    code_map
        A site's map as far as there is one: its columns are read, and its codes are not proposed again.
    displays
        What codes are called in words, where the site has such a list (MEDS `codes.parquet`); read beside the code.

    Returns
    -------
    list of Suggestion
        The most frequent code first; several for one code where names, units and values cannot tell, the best first.
        A code for which nothing speaks has none.

    Examples
    --------
    >>> import pyarrow as pa
    >>> rows = {"subject_id": [1] * 5, "time": [None] * 5, "code": ["NEUT#"] * 5, "unit": ["10*9/L"] * 5}
    >>> table = pa.table(rows | {"numeric_value": [2.8, 3.1, 3.4, 4.0, 5.2]})
    >>> table = table.set_column(1, "time", pa.nulls(5, pa.timestamp("us")))
    >>> [(found.code, found.concept, found.confidence) for found in suggest_codes(table)]
    [('NEUT#', 'anc', 'likely')]
    """
    concepts, code_map = concepts or load_concepts(), code_map or CodeMap()
    intake = take_in(events, code_map.columns)
    known = read_codes(intake.code.words, concepts, code_map).concept
    asked = [
        number
        for number, code in enumerate(intake.code.words)
        if known[number] < 0 and code and code not in code_map.codes and not code.startswith(_NOT_ASKED)
    ]
    words, drugs = displays or {}, name_drugs(concepts)
    return [
        found
        for profile in profile_codes(intake, asked)
        for found in _suggest(profile, words.get(profile.code, ""), concepts, drugs)
    ]


def _suggest(profile: Profile, display: str, concepts: Concepts, drugs: Sequence[tuple[str, str]]) -> list[Suggestion]:
    name = cut(" ".join((*profile.parts, display)))
    # What stands first is a vocabulary (LAB//...), but it may be the drug (..., then //Not Given).
    found = _by_words(profile, name, concepts, drugs) or _by_words(profile, cut(profile.code), concepts, drugs)
    if not found and not _has_name(profile, name):
        said = "its name says nothing: only its unit and its values fit"
        found = [_of_fit(profile, fit, said) for fit in fits_by_values(profile, concepts)]
    return [_among(each, len(found) - 1) for each in found]


def _by_words(
    profile: Profile, name: Sequence[str], concepts: Concepts, drugs: Sequence[tuple[str, str]]
) -> list[Suggestion]:
    found = [_of_drug(profile, guess) for guess in find_drugs(name, drugs)]
    if found or not profile.values:  # words about neutrophils without one number are a diagnosis, not a count
        return found
    return _by_name(profile, name, concepts)


def _by_name(profile: Profile, name: Sequence[str], concepts: Concepts) -> list[Suggestion]:
    """What a name says, each concept once, the nearest values first."""
    fits: dict[tuple[str, str | None], tuple[str, Fit]] = {}
    for meaning in find_meanings(name):
        for fit in fit_concepts(profile, meaning.concepts, concepts):
            fits.setdefault((fit.concept, fit.unit), (meaning.word, fit))
    best = sorted(fits.values(), key=lambda said: (not said[1].good, said[1].distance))
    return [_of_fit(profile, fit, f'its name says "{word}"', named=fit.good) for word, fit in best]


def _of_fit(profile: Profile, fit: Fit, first: str, *, named: bool = False) -> Suggestion:
    likely: Confidence = "likely" if named and (profile.unit or profile.in_code) else "possible"
    reasons = (first, *fit.reasons)
    return Suggestion(
        profile.code, profile.rows, profile.subjects, fit.concept, fit.unit, SYSTEMIC, "given", likely, reasons, 0
    )


def _of_drug(profile: Profile, guess: DrugGuess) -> Suggestion:
    reasons = [f'its name says "{guess.word}"']
    reasons.append(
        f'"{guess.form_word}" says {guess.form}: not systemic, so that it maps to nothing'
        if guess.form_word
        else "its name says no form: see that it is neither drops nor cream"
    )
    reasons.append(
        f'"{guess.event_word}" says {guess.event.replace("_", " ")}'
        if guess.event_word
        else "its name does not say whether it was given, started or stopped: given is assumed"
    )
    if guess.unknown:
        reasons.append(f"leukon does not know what else its name says: {', '.join(guess.unknown)}")
    unit = profile.unit or profile.in_code
    if unit is None or load_units().factor("drug", unit) is None:
        reasons.append(f"{'no unit' if unit is None else 'the unit ' + unit}: doses would count without their amount")
    told = profile.in_code if profile.unit is None and not _is_strange(profile.in_code) else None
    likely: Confidence = "likely" if guess.sure else "possible"
    mine = (profile.code, profile.rows, profile.subjects, guess.concept, told, guess.form, guess.event)
    return Suggestion(*mine, likely, tuple(reasons), 0)


def _is_strange(unit: str | None) -> bool:
    return unit is None or load_units().factor("drug", unit) is None


def _among(found: Suggestion, others: int) -> Suggestion:
    """The suggestion among others for the same code: where several are left, none of them is likely."""
    return replace(found, others=others, confidence="possible" if others else found.confidence)


def _has_name(profile: Profile, name: Sequence[str]) -> bool:
    """Whether a code says something, known or not: then its unit and its values alone prove nothing."""
    standard = profile.code.partition("//")[0].upper() in _standard_vocabularies()
    return standard or any(sign.isalpha() for word in name for sign in word)


@lru_cache
def _standard_vocabularies() -> frozenset[str]:
    """Vocabularies whose codes mean what their lists say, and nothing that values could tell."""
    codes = (code for concept in load_concepts().by_name.values() for code in concept.codes)
    return frozenset(code.partition("//")[0].upper() for code in codes)
