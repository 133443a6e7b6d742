"""Routes of treatment: which doses do not reach the whole body, and so are no dose of the drug for leukon."""

import re

from leukon.ingest.hl7v2_text import Delimiters, split_field

_BY_CODE = {
    "eye": ("OP", "OPH", "54485002", "C38287"),
    "ear": ("OT", "10547007", "C38192"),
    "skin": ("TP", "AP", "SD", "WND", "6064005", "C38304"),
    "nasal": ("NS", "IN", "NP", "46713006", "C38284"),
    "inhaled": ("IH", "NEB", "RM", "VM", "447694001", "C38216"),
    "rectal": ("PR", "37161004", "C38295"),
    "local": ("VG", "IS", "IB", "GU", "DT", "UR", "ID", "16857009", "12130007", "C38313"),
}
"""HL7 table 0162, SNOMED CT and NCI thesaurus [M]. A route that is not here, or none, is taken for systemic."""
_FORM = {code: form for form, codes in _BY_CODE.items() for code in codes}
_BY_WORD = {
    "eye": r"ophth|\beyes?\b|ocular|conjunctiv|intravitr|intracamer",
    "ear": r"\botic\b|\bears?\b|auricular",
    "nasal": r"nasal|\bnose\b|\bnostril",
    "inhaled": r"inhal|nebuli[sz]|aerosol",
    "rectal": r"rectal|enema|supposit",
    "local": r"vaginal|articular|synovial|bursal|lesional|urethral|intradermal|intravesical|irrigat",
    "skin": r"topical|(?<!sub)(?<!per)(?<!trans)cutaneous|\bskin\b|\bcream\b|ointment|\blotion\b|\bshampoo\b",
}
_WORDS = re.compile("|".join(f"(?P<{form}>{words})" for form, words in _BY_WORD.items()), re.IGNORECASE)


def find_form(route: str, delimiters: Delimiters, codec: str | None = None) -> str | None:
    """Where a route leads, if not into the whole body: eye, ear, skin, nasal, inhaled, rectal or local.

    >>> find_form("OP^Ophthalmic^HL70162", Delimiters()), find_form("^subcutaneous", Delimiters())
    ('eye', None)
    """
    parts = split_field(route, delimiters, codec)
    for code in parts[::3]:
        if code.upper() in _FORM:
            return _FORM[code.upper()]
    found = _WORDS.search(" ".join(parts))
    return found.lastgroup if found else None
