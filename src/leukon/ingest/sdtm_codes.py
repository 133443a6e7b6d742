"""Codes of laboratory rows: LOINC where it stands there, else the test code.

What is no plain result of the blood (white cells of urine, a value carried forward, a mean of visits) gets
a code of its own that leukon does not know, so that it is counted as seen and never taken for a result of the blood.
"""

from functools import lru_cache

from leukon.events.concepts import PART, load_concepts
from leukon.events.units import load_units

_BLOOD = frozenset(
    {
        *("BLOOD", "WHOLE BLOOD", "VENOUS BLOOD", "ARTERIAL BLOOD", "CAPILLARY BLOOD", "PERIPHERAL BLOOD"),
        *("BLOOD, VENOUS", "SERUM", "PLASMA", "SERUM OR PLASMA", "SERUM/PLASMA"),
    }
)
_OF_BLOOD = ("HEMATOLOGY", "HAEMATOLOGY", "CHEMISTRY")
"""Categories of tests of the blood, where no specimen is named."""


def lab_code(test: str, loinc: str = "", specimen: str = "", category: str = "", derived: str = "") -> str | None:
    """Code of one result; empty words are what the row does not say, `derived` the way it was derived.

    A LOINC code that leukon knows goes first. One that it does not know gives way to the test code only where the
    row says that it is of the blood: `5821-4` beside WBC are cells in urine.

    >>> lab_code("XYZ"), lab_code("HGB", "718-7"), lab_code("WBC", specimen="CSF"), lab_code("HGB", derived="LOCF")
    ('SDTM//XYZ', 'LOINC//718-7', 'SDTM//CSF//WBC', 'DERIVED//LOCF//HGB')
    """
    if derived:
        return f"DERIVED//{derived}//{test}"
    loinc = loinc.removeprefix("LOINC").lstrip(": ")
    where = specimen or ("URINE" if "URIN" in category else "")
    elsewhere = f"{where}//" if where and where not in _BLOOD else ""
    by_loinc, by_test = f"LOINC//{loinc}", f"SDTM//{elsewhere}{test}"
    named, tested = concept_of(by_loinc if loinc else ""), concept_of(by_test)
    if named >= 0:
        contradicts = (tested >= 0 and named != tested) or (elsewhere and not _is_of_urine(named))
        return f"CONFLICT//{loinc}//{elsewhere}{test}" if contradicts else by_loinc
    if loinc and (tested < 0 or not (where or category in _OF_BLOOD)):
        return by_loinc
    return by_test if test else None


@lru_cache(maxsize=4096)
def concept_of(code: str) -> int:
    """Number of the concept that a code means, or -1."""
    return load_concepts().find(code) if code else -1


def _is_of_urine(concept: int) -> bool:
    return load_concepts().listed[concept].kind.startswith("urine")


@lru_cache(maxsize=4096)
def knows_unit(code: str, unit: str) -> bool:
    """Whether leukon can convert this unit for this code; for a code that it does not know, for anything at all."""
    if not unit:
        return False
    units, concept = load_units(), concept_of(code)
    kinds = units.kinds if concept < 0 else (load_concepts().listed[concept].kind,)
    return any(units.factor(kind, unit) is not None for kind in kinds)


@lru_cache(maxsize=4096)
def is_part(code: str, unit: str) -> bool:
    """Whether a row is only a part of a count: a share of the white cells, or one kind of neutrophils."""
    concept = concept_of(code)
    if concept >= 0:
        return bool(load_concepts().use[concept] == PART)
    return bool(unit) and (load_units().factor("percent", unit) is not None or unit.upper().startswith("FRACTION"))
