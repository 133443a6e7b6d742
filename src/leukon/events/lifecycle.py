"""Versions of one result: which stands, which are superseded, and which rows are the same row twice."""

from dataclasses import fields

import numpy as np

from leukon.events.arrays import Array, Words, ties
from leukon.events.comparators import DEPTH
from leukon.events.intake import Intake
from leukon.events.measure import Measured
from leukon.events.refusals import Refusals
from leukon.events.schema import STATUSES

_FINAL = STATUSES.index("final")


def settle_versions(rows: Intake, measured: Measured, moment: Array, refusals: Refusals) -> None:
    """Refuse superseded, duplicate, cancelled and preliminary rows among those not refused yet.

    Rows with one subject, code, time and non-null source_id are versions of one result; without a source_id, rows
    equal in every column are one. `moment` numbers the subject-and-time of each row.
    """
    status = _status_ranks(rows)
    if rows.status is None and (not moment.size or moment[-1] == moment.size - 1):
        return  # one row a moment: nothing can be a version or a copy
    twice = _rows_met_twice(moment * (int(rows.code.index.max(initial=0)) + 1) + rows.code.index, refusals.live)
    if twice.size:
        source = np.full(twice.size, -1) if rows.source is None else rows.source.index[twice]
        _supersede(rows, measured, moment, status, twice[source >= 0], refusals)
        _drop_copies(rows, moment, twice[source < 0], refusals)
    refusals.refuse(status >= STATUSES.index("cancelled"), "cancelled")
    refusals.refuse(status == STATUSES.index("preliminary"), "preliminary")


def _status_ranks(rows: Intake) -> Array:
    """Place of each row's status in STATUSES; -1 for a word that is none of them."""
    if rows.status is None:
        return np.full(rows.row.size, _FINAL, np.int8)
    words = [(word or "").strip().lower() for word in rows.status.words]
    rank = [STATUSES.index(word) if word in STATUSES else -1 for word in words]
    return np.asarray([*rank, _FINAL], np.int8)[rows.status.index]


def refuse_bad_status(rows: Intake, refusals: Refusals) -> None:
    """Refuse rows whose status is a word leukon does not know: it is never taken for final."""
    if rows.status is not None:
        refusals.refuse(_status_ranks(rows) < 0, "bad_status")


def _rows_met_twice(key: Array, live: Array) -> Array:
    """Live rows whose key another live row has too."""
    at = np.flatnonzero(live)
    key = key[at]
    if np.all(key[1:] > key[:-1]):
        return at[:0]
    order = np.argsort(key, kind="stable")
    return at[order[ties(key[order])]]


def _supersede(rows: Intake, measured: Measured, moment: Array, status: Array, at: Array, refusals: Refusals) -> None:
    if rows.source is None or not at.size:
        return
    value, comparator = measured.value[at], measured.comparator[at]
    depth = DEPTH[comparator]
    recorded = np.full(at.size, 0) if rows.recorded is None else rows.recorded[at]
    rank = np.minimum(status[at], STATUSES.index("cancelled"))
    key = (moment[at], rows.code.index[at], rows.source.index[at])
    strongest_last = np.lexsort(
        (-rows.row[at], *_content(rows, at), -depth, -np.nan_to_num(value, nan=np.inf), rank, recorded, rank > 0, *key)
    )
    ordered = [part[strongest_last] for part in key]
    beaten = np.zeros(at.size, bool)
    beaten[:-1] = np.all([part[1:] == part[:-1] for part in ordered], axis=0)
    mask = np.zeros(rows.row.size, bool)
    mask[at[strongest_last[beaten]]] = True
    refusals.refuse(mask, "superseded")


def _drop_copies(rows: Intake, moment: Array, at: Array, refusals: Refusals) -> None:
    key = (moment[at], rows.code.index[at], *_content(rows, at))
    first_first = np.lexsort((rows.row[at], *key))
    copy = np.zeros(at.size, bool)
    copy[1:] = np.all([part[first_first][1:] == part[first_first][:-1] for part in key], axis=0)
    mask = np.zeros(rows.row.size, bool)
    mask[at[first_first[copy]]] = True
    refusals.refuse(mask, "duplicate")


def _content(rows: Intake, at: Array) -> list[Array]:
    """Every column of the contract that says more than whose, what and when, as comparable arrays."""
    content = []
    for field in fields(rows):
        column = getattr(rows, field.name)
        if field.name in ("subject_ids", "row", "subject", "time", "code", "source") or column is None:
            continue
        if isinstance(column, Words):
            place = np.append(np.argsort(np.argsort([word or "" for word in column.words])), -1)
            content.append(place[column.index[at]])
        else:
            is_float = column.dtype.kind == "f"  # NaN and infinity say nothing
            content.append(np.where(np.isfinite(column[at]), column[at], -np.inf) if is_float else column[at])
    return content
