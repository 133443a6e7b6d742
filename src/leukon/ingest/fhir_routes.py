"""Routes that are not systemic: eye, ear, nose, skin, lung, rectum. Such a dose says nothing of the blood."""

import re
from collections.abc import Iterable

from leukon.ingest.fhir_codes import vocabulary_of
from leukon.ingest.fhir_datatypes import CodeableConcept, Dosage

_WORDS = {
    "eye": r"eyes?|eye ?drops?|ophth\w*|ocular|intraocular|intravitreal\w*|conjunctival|subconjunctival|intracameral",
    "ear": r"ears?|ear ?drops?|otic|auricular",
    "nasal": r"nasal\w*|intranasal\w*|nose|nostrils?",
    "inhaled": r"inhal\w*|nebuli\w*|respiratory( tract)?|intrapulmonary|endotracheal",
    "rectal": r"rect\w*|enema|suppositor\w*|per rectum",
    "skin": r"skin|topical\w*|cutaneous|(per|trans)cutaneous|dermal|transdermal|cream|ointment|scalp",
}
_FORMS = {form: re.compile(rf"\b({words})\b", re.IGNORECASE) for form, words in _WORDS.items()}
_CODES = {
    "SNOMED//54485002": "eye",
    "SNOMED//10547007": "ear",
    "SNOMED//46713006": "nasal",
    "SNOMED//447694001": "inhaled",
    "SNOMED//18679011000001101": "inhaled",
    "SNOMED//37161004": "rectal",
    "SNOMED//6064005": "skin",
    "SNOMED//448598008": "skin",
    "SNOMED//45890007": "skin",
    "v2-0162//OP": "eye",
    "v2-0162//OT": "ear",
    "v2-0162//NS": "nasal",
    "v2-0162//IH": "inhaled",
    "v2-0162//PR": "rectal",
    "v2-0162//TP": "skin",
    "v2-0162//TD": "skin",
}
"""Codes of SNOMED CT and of HL7 table 0162; [M] from memory, used beside the words only."""


def find_form(dosages: Iterable[Dosage], drug: CodeableConcept | None, form: CodeableConcept | None) -> str | None:
    """The place a drug was put that is not the whole body; None: systemic, or not said.

    A route that is given decides; only without one do the words of the drug, its form and the instructions count.
    """
    dosages = list(dosages)
    routes = [each.route for each in dosages if each.route is not None]
    if routes:
        return next((found for route in routes if (found := _form_of(route))), None)
    said = " ; ".join([*_words(drug), *_words(form), *(each.text for each in dosages if each.text)])
    return _form_in(said)


def _form_of(route: CodeableConcept) -> str | None:
    codes = (f"{vocabulary_of(each.system)}//{each.code}" for each in route.coding or () if each.code)
    return next((_CODES[code] for code in codes if code in _CODES), None) or _form_in(" ; ".join(_words(route)))


def _form_in(words: str) -> str | None:
    return next((form for form, pattern in _FORMS.items() if pattern.search(words)), None)


def _words(concept: CodeableConcept | None) -> list[str]:
    if concept is None:
        return []
    return [word for word in (concept.text, *(each.display for each in concept.coding or ())) if word]
