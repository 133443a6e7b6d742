"""Where every row went, and where refused rows came from."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from leukon.events.account import Fates
from leukon.events.arrays import Array, Words, changes, make_table
from leukon.events.code_map import CodeMap, SiteCodes
from leukon.events.intake import Intake
from leukon.events.schema import REASONS, USES
from leukon.ingest.gathered import PLACE, UNREADABLE
from leukon.present.quality_schema import OTHER_CELLS, PLACES, ROWS, SPARE, WENT

SHOWN = 20
"""So many places of a reason are listed: enough to find the fault, and no list of patients."""
_KNOWN, _ASIDE, _UNKNOWN = range(3)
_OF_USE = {"part_of_result": "part", "unused": "refused"}
_USED_AS = ("result", "dose", "finding")


def tabulate_rows(intake: Intake, fates: Fates, codes: SiteCodes, code_map: CodeMap) -> pa.Table:
    """Every row read, counted exactly once: used, part, spare, refused, set aside, unknown, unreadable, after."""
    kinds = _say_kinds(intake)
    of_code = np.append(_kind_of_codes(intake, codes, code_map), kinds.index(("unknown_code", None)))
    kind = len(kinds) + fates.use.astype(np.int64) * (len(REASONS) + 1) + fates.reason + 1
    other = fates.use == USES.index("other_kind")
    kind[other] = of_code[intake.code.index[other]]
    names = [*kinds, *(_name(use, reason) for use in USES for reason in (None, *REASONS))]
    rows = np.bincount(kind, minlength=len(names))
    met = sorted(
        np.flatnonzero(rows).tolist(), key=lambda at: (WENT.index(names[at][0]), -rows[at], names[at][1] or "")
    )
    return make_table(
        ROWS,
        {
            "went": Words(np.asarray([WENT.index(names[at][0]) for at in met], np.int8), WENT),
            "detail": pa.array([names[at][1] for at in met], pa.string()),
            "rows": rows[met],
            "subjects": np.asarray([_count_subjects(intake, kind == at) for at in met], np.int64),
        },
        intake.subject_ids,
    )


def _name(use: str, reason: str | None) -> tuple[str, str | None]:
    """How the page calls a use and its reason."""
    if use in _USED_AS:
        return "used", use
    went = "spare" if use == "superseded" or reason in SPARE else _OF_USE.get(use, use)
    return went, reason


def _say_kinds(intake: Intake) -> list[tuple[str, str | None]]:
    """What a row of another kind may be; each kind of unreadable piece is its own."""
    pieces = sorted({code.removeprefix(UNREADABLE) for code in intake.code.words if _is_unreadable(code)})
    known = [("set_aside", None), ("unknown_code", None), ("spare", OTHER_CELLS)]
    return [*known, *(("unreadable", piece) for piece in pieces)]


def _kind_of_codes(intake: Intake, codes: SiteCodes, code_map: CodeMap) -> Array:
    kinds = {kind: at for at, kind in enumerate(_say_kinds(intake))}
    said = [
        ("unreadable", code.removeprefix(UNREADABLE))
        if _is_unreadable(code)
        else ("spare", OTHER_CELLS)
        if concept >= 0
        else ("set_aside" if code in code_map.codes else "unknown_code", None)
        for code, concept in zip(intake.code.words, codes.concept.tolist(), strict=True)
    ]
    return np.asarray([kinds[each] for each in said], np.int64)


def _is_unreadable(code: str | None) -> bool:
    return code is not None and code.startswith(UNREADABLE)


def _count_subjects(intake: Intake, mask: Array) -> int:
    """Distinct subjects of these rows, which are sorted by subject; no subject counts as none."""
    subject = intake.subject[mask]
    return int(np.count_nonzero(changes(subject[subject < len(intake.subject_ids)])))


def tabulate_places(intake: Intake, fates: Fates, events: Any) -> pa.Table:
    """The first places of each reason for which rows are refused, of copies, and of unreadable pieces.

    Never a value or an id. A part beside a measured count is no fault, and is not listed.
    """
    unreadable = np.asarray([*map(_is_unreadable, intake.code.words), False], bool)[intake.code.index]
    refused = fates.use == USES.index("unused")
    met: dict[str, Array] = {
        reason: refused & (fates.reason == number)
        for number, reason in enumerate(REASONS)
        if reason != "measured_present" and np.any(refused & (fates.reason == number))
    }
    met |= {"unreadable": unreadable & (fates.use == USES.index("other_kind"))}
    first = {reason: _first(intake.row, mask) for reason, mask in met.items()}
    at = np.concatenate([*first.values()])
    return make_table(
        PLACES,
        {
            "reason": pa.array([reason for reason, rows in first.items() for _ in rows], pa.string()),
            "place": pa.array(_say_places(intake.row[at], events), pa.string()),
            "code": intake.code.take(at),
        },
        intake.subject_ids,
    )


def _first(row: Array, mask: Array) -> Array:
    at = np.flatnonzero(mask)
    return at[np.argsort(row[at], kind="stable")[:SHOWN]]


def _say_places(rows: Array, events: Any) -> list[str]:
    """What the reader says of where these rows (from 1) came from; else their number."""
    table = events if isinstance(events, pa.Table) else pa.table(events)
    if PLACE not in table.column_names:
        return [f"row {row}" for row in rows.tolist()]
    said = table[PLACE].take(pa.array(rows - 1)).to_pylist()
    return [
        place if isinstance(place, str) and place else f"row {row}"
        for row, place in zip(rows.tolist(), said, strict=True)
    ]


def order_codes(codes_seen: pa.Table, code_map: CodeMap) -> list[Mapping[str, Any]]:
    """Rows of `codes_seen` that are neither known nor set aside nor unreadable, the most frequent first."""
    unknown = [
        row
        for row in codes_seen.filter(codes_seen["concept"].is_null()).to_pylist()
        if row["code"] not in code_map.codes and not _is_unreadable(row["code"])
    ]
    return sorted(unknown, key=lambda row: (-row["rows"], row["code"] or ""))
