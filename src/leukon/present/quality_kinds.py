"""Units and analytes: how values were taken, what lacks a range or is not plausible; units of unknown codes."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from leukon.events.account import Fates
from leukon.events.arrays import Array, Words
from leukon.events.concepts import DOSE
from leukon.events.intake import Intake
from leukon.events.schema import REASONS, USES
from leukon.events.table import Door
from leukon.events.units import load_units
from leukon.present.quality_schema import ANALYTES, SPARE, UNITS_MET, UNKNOWN_CODES
from leukon.present.quality_seen import DERIVED, OF_MAP, RESULTS, WITHOUT_LLN, WITHOUT_ULN, Seen, concept_of_rows

_AFTER, _UNUSED, _SUPERSEDED = (USES.index(use) for use in ("after_as_of", "unused", "superseded"))
_OTHER = USES.index("other_kind")
_SPARE = [REASONS.index(reason) for reason in SPARE]
_IMPLAUSIBLE = REASONS.index("implausible")
_UNITS_SHOWN = 3


def tabulate_units(door: Door, fates: Fates) -> pa.Table:
    """Units met with each concept, the most frequent first, and the exact factor by which they were taken."""
    intake, codes = door.intake, door.codes
    concept = concept_of_rows(intake, door)
    at = np.flatnonzero((concept >= 0) & (fates.use != _AFTER))
    unit = _unit_of_rows(intake).take(at)
    of_map = np.append(codes.unit, -1)[intake.code.index[at]]
    own = len(unit.words)
    number = np.where(unit.index >= 0, unit.index, np.where(of_map >= 0, of_map + own, -1))
    words = (*unit.words, *codes.units)
    pairs, rows = np.unique(concept[at] * (len(words) + 1) + number + 1, return_counts=True)
    said = [
        _say_unit(door, int(pair) // (len(words) + 1), int(pair) % (len(words) + 1) - 1, words, own, int(count))
        for pair, count in zip(pairs, rows, strict=True)
    ]
    met = [row for row in said if row["result_unit"]]  # words have no unit
    return _table(UNITS_MET, sorted(met, key=lambda row: (row["concept"], -row["rows"], row["unit"] or "")))


def _say_unit(door: Door, concept: int, unit: int, words: Sequence[str], own: int, rows: int) -> dict[str, Any]:
    units, kind = load_units(), door.concepts.kinds[concept]
    written = None if unit < 0 else words[unit]
    free = written is None and units.unitless[units.kinds.index(kind)]
    factor = Fraction(1) if free else None if written is None else units.factor(kind, written)
    return {
        "concept": door.concepts.names[concept],
        "unit": written,
        "said_by": None if unit < 0 else "row" if unit < own else "map",
        "factor": None if factor is None else str(factor),
        "result_unit": units.result_unit(kind),
        "rows": rows,
    }


def _unit_of_rows(intake: Intake) -> Words:
    return Words(np.full(intake.row.size, -1), ()) if intake.unit is None else intake.unit


def tabulate_analytes(door: Door, seen: Seen) -> pa.Table:
    """What came of each analyte: rows used, refused, not plausible, and results without a reference range."""
    concept, use, reason = concept_of_rows(door.intake, door), seen.fates.use, seen.fates.reason
    at = np.flatnonzero((concept >= 0) & (use != _AFTER))
    concept, use, reason = concept[at], use[at], reason[at]
    spare = (use == _OTHER) | (use == _SUPERSEDED) | ((use == _UNUSED) & np.isin(reason, _SPARE))
    implausible = (use == _UNUSED) & (reason == _IMPLAUSIBLE)
    refused = (use == _UNUSED) & ~implausible & ~spare
    masks = {
        "rows": use >= 0,
        "used": use < _SUPERSEDED,
        "spare": spare,
        "implausible": implausible,
        "refused": refused,
    }
    concepts = door.concepts
    by = {name: np.bincount(concept[mask], minlength=len(concepts.names)) for name, mask in masks.items()}
    of = {"derived": DERIVED, "results": RESULTS, "without_lln": WITHOUT_LLN, "without_uln": WITHOUT_ULN}
    by |= {name: seen.results[number] for name, number in {**of, "range_of_map": OF_MAP}.items()}
    met = np.flatnonzero(((by["rows"] > 0) | (by["derived"] > 0)) & (concepts.use != DOSE))
    met = met[np.lexsort((met, -by["rows"][met]))]
    return _table(ANALYTES, [_say_analyte(int(each), concepts.names[each], by) for each in met])


def _say_analyte(number: int, name: str, by: Mapping[str, Array]) -> dict[str, Any]:
    return {"concept": name} | {what: int(counts[number]) for what, counts in by.items()}


def tabulate_unknown(
    door: Door, fates: Fates, unknown: Sequence[Mapping[str, Any]], displays: Mapping[str, str]
) -> pa.Table:
    """Unknown codes with their units; `unknown` are their rows of `codes_seen` in the order wanted."""
    units = _units_of_codes(door, fates)
    said = [
        {
            "code": row["code"],
            "display": displays.get(row["code"] or ""),
            "rows": row["rows"],
            "subjects": row["subjects"],
            "units": ", ".join(units.get(row["code"], ())) or None,
        }
        for row in unknown
    ]
    return _table(UNKNOWN_CODES, said)


def _units_of_codes(door: Door, fates: Fates) -> dict[str | None, list[str]]:
    """The most frequent units of codes that have no concept."""
    intake, unit = door.intake, _unit_of_rows(door.intake)
    at = np.flatnonzero((concept_of_rows(intake, door) < 0) & (fates.use != _AFTER) & (unit.index >= 0))
    width = len(unit.words) + 1
    pairs, rows = np.unique((intake.code.index[at].astype(np.int64) + 1) * width + unit.index[at], return_counts=True)
    found: dict[str | None, list[str]] = {}
    met = zip(pairs.tolist(), rows.tolist(), strict=True)
    for pair, _ in sorted(met, key=lambda each: (-each[1], unit.words[each[0] % width])):
        code = None if pair // width == 0 else intake.code.words[pair // width - 1]
        if len(found.setdefault(code, [])) < _UNITS_SHOWN:
            found[code].append(unit.words[pair % width])
    return found


def _table(columns: Sequence[Any], rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    fields = pa.schema([pa.field(column.name, column.type) for column in columns])
    return pa.Table.from_pylist(list(rows), schema=fields)
