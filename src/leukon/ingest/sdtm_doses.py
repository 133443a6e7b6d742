"""Rows of EX and CM (SDTM) to doses: one row a record, at its start; only what went into the whole body is a dose."""

import re
from functools import lru_cache, partial

import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.concepts import DOSE, load_concepts
from leukon.ingest.sdtm_codes import concept_of
from leukon.ingest.sdtm_columns import Piece, each_key, events_of
from leukon.ingest.sdtm_labs import status_of, unit_of
from leukon.ingest.sdtm_times import iso_times

_NAMES = ("SEQ", "TRT", "DECOD", "CLASCD", "DOSE", "DOSTXT", "DOSU", "ROUTE", "STDTC", "OCCUR", "STAT")
EX_COLUMNS = ("USUBJID", *(f"EX{name}" for name in _NAMES))
CM_COLUMNS = ("USUBJID", *(f"CM{name}" for name in _NAMES))
_LOCAL = {
    form: re.compile(rf"\b(?:{words})\b")
    for form, words in {
        "eye": r"EYES?|OPHTH\w*|OCULAR|INTRAOCULAR|INTRAVITREAL|\w*CONJUNCTIVAL|INTRACAMERAL|RETROBULBAR",
        "ear": r"EARS?|OTIC|AURICULAR \(OTIC\)|AURICULAR",
        "nasal": r"NASAL\w*|INTRANASAL\w*|NOSE|INTRASINAL",
        "inhaled": r"INHAL\w*|NEBULI\w*|RESPIRATORY|ENDOTRACHEAL|INTRATRACHEAL|INTRABRONCHIAL|INTRAPULMONARY",
        "rectal": r"RECT\w*|ENEMA|SUPPOSITOR\w*",
        "skin": r"SKIN|TOPICAL\w*|CUTANEOUS|PERCUTANEOUS|DERMAL|TRANSDERMAL|CREAM|OINTMENT",
        "other": r"VAGINAL|INTRA-?ARTICULAR|INTRALESIONAL|INTRATHECAL|DENTAL|PERIODONTAL|GINGIVAL|INTRABURSAL"
        r"|INTRAVESICAL|OROPHARYNGEAL|PERIARTICULAR|EPIDURAL",
    }.items()
}
_SALTS = frozenset(
    {
        *("ACETATE", "DISODIUM", "HEMISUCCINATE", "HYDROCHLORIDE", "METASULFOBENZOATE", "PHOSPHATE"),
        *("POTASSIUM", "SODIUM", "SUCCINATE"),
    }
)


def read_exposures(piece: Piece, timezone: str | None) -> pa.RecordBatch:
    """Event rows of EX, one for each of its rows."""
    return _read_doses(piece, "EX", timezone)


def read_medications(piece: Piece, timezone: str | None) -> pa.RecordBatch:
    """Event rows of CM, one for each of its rows."""
    return _read_doses(piece, "CM", timezone)


def _read_doses(piece: Piece, domain: str, timezone: str | None) -> pa.RecordBatch:
    names = [f"{domain}{name}" for name in ("TRT", "DECOD", "CLASCD", "ROUTE")]
    amount = piece.number(f"{domain}DOSE")
    # A file of text can hold words in the column of numbers: they are not lost.
    said = pc.coalesce(piece.text(f"{domain}DOSTXT"), piece.text(f"{domain}DOSE"))
    refused = pc.fill_null(pc.equal(piece.words(f"{domain}OCCUR"), "N"), fill_value=False)
    text = pc.if_else(pc.is_valid(amount), pa.scalar(None, pa.string()), said)
    sequence = piece.number(f"{domain}SEQ").cast(pa.string())
    return events_of(
        piece,
        {
            "subject_id": piece.text("USUBJID"),
            "time": iso_times(piece.columns.get(f"{domain}STDTC"), timezone),
            "code": each_key([piece.words(name) for name in names], partial(dose_code, f"{domain}TRT")),
            "numeric_value": amount,
            "text_value": pc.if_else(refused, "not given", text),
            "unit": unit_of(piece, f"{domain}DOSU"),
            "status": status_of(piece.text(f"{domain}STAT")),
            # One drug can stand in both domains, each with its own numbers.
            "source_id": pc.binary_join_element_wise(domain, sequence, " "),
        },
    )


def dose_code(vocabulary: str, drug: str, standard_name: str = "", atc: str = "", route: str = "") -> str | None:
    """Code of a dose: the concept that its ATC code or name is, else the name as it stands; empty words say nothing.

    >>> dose_code("EXTRT", "XYZ 12"), dose_code("CMTRT", "XYZ", route="OPHTHALMIC")
    ('EXTRT//XYZ 12', 'ROUTE//eye//CMTRT//XYZ')
    """
    if not (drug or standard_name or atc):
        return None
    known = (name for name in (f"ATC//{atc}", _plain_name(standard_name), _plain_name(drug)) if _is_dose(name))
    code = next(known, f"{vocabulary}//{standard_name or drug or atc}")
    form = next((form for form, words in _LOCAL.items() if words.search(route)), None)
    return f"ROUTE//{form}//{code}" if form else code


def _plain_name(name: str) -> str:
    """A drug's name as concepts write it, without the salt: `XYZ SODIUM SUCCINATE` is XYZ; a mixture stays one."""
    words = name.replace("-", " ").split()
    while len(words) > 1 and words[-1] in _SALTS:
        words.pop()
    return "_".join(words).lower()


@lru_cache(maxsize=4096)
def _is_dose(code: str) -> bool:
    concept = concept_of(code)
    return concept >= 0 and bool(load_concepts().use[concept] == DOSE)
