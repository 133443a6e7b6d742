"""The door: events are checked and sorted here, once; every row leaves with a use, or a reason why it has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from leukon.errors import NoUsableRow
from leukon.events.account import Fates
from leukon.events.arrays import NULL, Array, changes
from leukon.events.by_difference import OTHERS, derive_by_difference
from leukon.events.clock import END_OF_TIME, AsOf, read_as_of
from leukon.events.code_map import CodeMap, SiteCodes, check_names, read_codes
from leukon.events.concepts import FINDING, Concepts, load_concepts
from leukon.events.derived import Derived, Rivals, derive_counts
from leukon.events.held_back import HeldBack, take_held_back
from leukon.events.intake import Intake, take_in, take_rows
from leukon.events.lifecycle import refuse_bad_status, settle_versions
from leukon.events.measure import measure
from leukon.events.refusals import Refusals
from leukon.events.schema import REASONS, USES
from leukon.events.usable import Counts, Doses, Findings, take_counts, take_doses, take_findings

SUPERSEDED, UNUSED, OTHER_KIND, AFTER = (
    USES.index(use) for use in ("superseded", "unused", "other_kind", "after_as_of")
)


@dataclass(frozen=True)
class Events:
    """Events of whole subjects that passed the door, and what became of every row of theirs."""

    as_of: AsOf
    concepts: Concepts
    counts: Counts
    doses: Doses
    findings: Findings
    held_back: HeldBack
    fates: Fates


@dataclass(frozen=True)
class Door:
    """Events that were taken in, with all that is needed to check any piece of them."""

    intake: Intake
    as_of: AsOf
    concepts: Concepts
    codes: SiteCodes

    def check(self, piece: Intake) -> Events:
        """Check the rows of whole subjects; every one of them gets a use, or a reason why it has none."""
        return _check(piece, self.as_of, self.concepts, self.codes)


def open_door(
    data: Any,
    *,
    as_of: date | datetime | str | AsOf,
    concepts: Concepts | None = None,
    code_map: CodeMap | None = None,
    timezone: str | None = None,
    row_numbers: Array | None = None,
) -> Door:
    """Take events in and find out from when to look at them.

    Parameters
    ----------
    data
        Any object with `__arrow_c_stream__` in the events layout (`leukon.events.schema.EVENTS`).
    as_of
        A date (its end), an instant, or `last`: the latest time of a usable row.
    concepts, code_map, timezone
        What codes mean (default: the shipped concepts), a site's own names, and the IANA zone to convert to.
    row_numbers
        Numbers of the rows (int64) where `data` is a part of a larger input; default: 1, 2, 3 ...

    Raises
    ------
    MissingColumn, WrongType, NoUsableRow, UnknownTime
        A row that cannot be used never raises: it is listed in `unused` with its reason.
    """
    concepts = concepts or load_concepts()
    code_map = code_map or CodeMap()
    check_names(code_map, concepts)
    moment = read_as_of(as_of)
    intake = take_in(data, code_map.columns, timezone, row_numbers)
    codes = read_codes(intake.code.words, concepts, code_map)
    if moment is None:
        moment = _last_time(intake, _check(intake, AsOf(END_OF_TIME), concepts, codes))
    return Door(intake, moment, concepts, codes)


def _last_time(intake: Intake, events: Events) -> AsOf:
    used = events.fates.use <= FINDING
    if not used.any():
        raise NoUsableRow
    times = [intake.time[used].max()] + ([] if intake.recorded is None else [intake.recorded[used].max()])
    return AsOf(int(max(times)))


def _check(intake: Intake, as_of: AsOf, concepts: Concepts, codes: SiteCodes) -> Events:
    after = intake.time > as_of.instant
    if intake.recorded is not None:
        after |= intake.recorded > as_of.instant
    concept = np.append(codes.concept, -1).take(intake.code.index.astype(np.intp))
    at = np.flatnonzero((concept >= 0) & ~after)
    rows = intake if at.size == after.size else take_rows(intake, at)
    concept = concept if at.size == after.size else concept[at]
    refusals, of_values = Refusals.none(at.size), Refusals.none(at.size)
    refusals.refuse(rows.subject == len(intake.subject_ids), "no_subject")
    refusals.refuse(rows.time == NULL, "no_time")
    refuse_bad_status(rows, refusals)
    moment = np.cumsum(changes(rows.subject, rows.time).astype(np.int64)) - 1  # NumPy sums bools ten times slower
    measured = measure(rows, concept, codes, concepts, of_values)
    settle_versions(rows, measured, moment, refusals)
    reason = refusals.then(of_values)
    source = None if rows.source is None else rows.source.index
    said = (concept, measured.value, measured.comparator)
    hopeful = _believing(reason, of_values)
    others = [number for name in OTHERS if (number := concepts.number[name]) in codes.met]
    derived, rivals, served = _derive(concepts, others, moment, source, *said, reason)
    waiting = Derived.none()
    if hopeful is not None:
        believed, *_ = _derive(concepts, others, moment, source, *said, hopeful)
        waiting = believed.without(derived)
    used_as = _uses(concept, reason, concepts)
    if others:
        _set_aside(concept, others, served, used_as, reason)
    use = np.where(after, AFTER, OTHER_KIND).astype(np.int8)
    reasons = np.full(use.size, -1, np.int8)
    use[at], reasons[at] = used_as, reason
    return Events(
        as_of=as_of,
        concepts=concepts,
        counts=take_counts(rows, concept, measured, derived, moment, used_as, concepts),
        doses=take_doses(rows, concept, measured, moment, used_as),
        findings=take_findings(rows, concept, measured, used_as, concepts),
        held_back=take_held_back(rows, concept, measured, rivals, waiting, of_values, reason, concepts),
        fates=Fates(use, reasons),
    )


def _believing(reason: Array, of_values: Refusals) -> Array | None:
    """Reasons as they were if preliminary rows were believed; None if there are none."""
    waits = (reason == REASONS.index("preliminary")) & of_values.live
    return np.where(waits, -1, reason) if waits.any() else None


def _derive(concepts: Concepts, others: Sequence[int], moment: Array, *said: Any) -> tuple[Derived, Rivals, Array]:
    """Derived counts, their rivals, and rows of `others` that served; input without such cells costs nothing more."""
    derived, rivals = derive_counts(concepts, moment, *said)
    if not others:
        return derived, rivals, np.empty(0, np.int64)
    left, served = derive_by_difference(concepts, moment, *said)
    return derived.and_more(left), rivals, served


def _set_aside(concept: Array, others: Sequence[int], served: Array, use: Array, reason: Array) -> None:
    """Rows of other white cells are of another kind, whatever is wrong with them, unless a count is made of them."""
    idle = np.isin(concept, others)
    idle[served] = False
    use[idle], reason[idle] = OTHER_KIND, -1


def _uses(concept: Array, reason: Array, concepts: Concepts) -> Array:
    use = concepts.use[concept]
    refused = np.where(reason == REASONS.index("superseded"), SUPERSEDED, UNUSED)
    return np.where(reason < 0, use, refused).astype(np.int8)
