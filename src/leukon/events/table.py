"""The door: events are checked and sorted here, once; every row leaves with a use, or a reason why it has none."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import numpy as np

from leukon.errors import NoUsableRow
from leukon.events.account import Fates
from leukon.events.arrays import NULL, Array, Words, changes, ties
from leukon.events.clock import END_OF_TIME, AsOf, read_as_of
from leukon.events.code_map import CodeMap, SiteCodes, check_names, read_codes
from leukon.events.comparators import DEPTH
from leukon.events.concepts import DOSE, FINDING, RESULT, Concepts, load_concepts
from leukon.events.derived import Derived, derive_counts
from leukon.events.intake import Intake, take_in, take_rows
from leukon.events.lifecycle import refuse_bad_status, settle_versions
from leukon.events.measure import Measured, measure
from leukon.events.refusals import Refusals
from leukon.events.schema import ORIGINS, REASONS, USES

SUPERSEDED, UNUSED, OTHER_KIND, AFTER = (
    USES.index(use) for use in ("superseded", "unused", "other_kind", "after_as_of")
)


@dataclass(frozen=True)
class Counts:
    """Usable results, sorted by subject, time, analyte and value (higher first); one entry a row.

    `subject` numbers `Intake.subject_ids`, `analyte` numbers `Concepts.names`; `time` is in microseconds,
    `value` in the result unit, `comparator` numbers COMPARATORS, `origin` ORIGINS, `lln_source` LLN_SOURCES (-1: none).
    """

    row: Array
    subject: Array
    time: Array
    analyte: Array
    value: Array
    comparator: Array
    lln: Array
    uln: Array
    lln_source: Array
    origin: Array


@dataclass(frozen=True)
class Doses:
    """Doses given, sorted by subject and time; `amount` in mg, NaN where it is not known."""

    row: Array
    subject: Array
    time: Array
    drug: Array
    amount: Array


@dataclass(frozen=True)
class Findings:
    """Coded and numeric findings, sorted by subject and time; value NaN for words, `word` None for numbers."""

    row: Array
    subject: Array
    time: Array
    finding: Array
    value: Array
    comparator: Array
    word: Words


@dataclass(frozen=True)
class Events:
    """Events of whole subjects that passed the door, and what became of every row of theirs."""

    as_of: AsOf
    concepts: Concepts
    counts: Counts
    doses: Doses
    findings: Findings
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

    Raises
    ------
    MissingColumn, WrongType, NoUsableRow, UnknownTime
        A row that cannot be used never raises: it is listed in `unused` with its reason.
    """
    concepts = concepts or load_concepts()
    code_map = code_map or CodeMap()
    check_names(code_map, concepts)
    moment = read_as_of(as_of)
    intake = take_in(data, code_map.columns, timezone)
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
    derived = derive_counts(concepts, moment, source, concept, measured.value, measured.comparator, reason)
    used_as = _uses(concept, reason, concepts)
    use = np.where(after, AFTER, OTHER_KIND).astype(np.int8)
    reasons = np.full(use.size, -1, np.int8)
    use[at], reasons[at] = used_as, reason
    return Events(
        as_of=as_of,
        concepts=concepts,
        counts=_counts(rows, concept, measured, derived, moment, used_as, concepts),
        doses=_doses(rows, concept, measured, moment, used_as),
        findings=_findings(rows, concept, measured, used_as, concepts),
        fates=Fates(use, reasons),
    )


def _uses(concept: Array, reason: Array, concepts: Concepts) -> Array:
    use = concepts.use[concept]
    refused = np.where(reason == REASONS.index("superseded"), SUPERSEDED, UNUSED)
    return np.where(reason < 0, use, refused).astype(np.int8)


def _counts(
    rows: Intake, concept: Array, measured: Measured, derived: Derived, moment: Array, use: Array, concepts: Concepts
) -> Counts:
    at = np.flatnonzero(use == RESULT)
    counts = Counts(
        row=rows.row.take(at),
        subject=rows.subject.take(at),
        time=rows.time.take(at),
        analyte=concept.take(at),
        value=measured.value.take(at),
        comparator=measured.comparator.take(at),
        lln=measured.lln.take(at),
        uln=measured.uln.take(at),
        lln_source=measured.lln_source.take(at),
        origin=np.full(at.size, ORIGINS.index("measured"), np.int8),
    )
    if derived.at.size:
        moment = np.concatenate([moment[at], moment[derived.at]])
        counts = _with_derived(counts, rows, derived)
    else:
        moment = moment[at]
    if np.all(moment[1:] > moment[:-1]):
        return counts
    order = _result_order(moment * len(concepts.names) + counts.analyte, counts)
    return Counts(*(getattr(counts, field.name)[order] for field in fields(counts)))


def _with_derived(counts: Counts, rows: Intake, derived: Derived) -> Counts:
    nothing = np.full(derived.at.size, np.nan)
    more = Counts(
        row=rows.row[derived.at],
        subject=rows.subject[derived.at],
        time=rows.time[derived.at],
        analyte=derived.concept,
        value=derived.value,
        comparator=derived.comparator,
        lln=nothing,
        uln=nothing,
        lln_source=np.full(derived.at.size, -1, np.int8),
        origin=derived.origin,
    )
    return Counts(*(np.concatenate([getattr(counts, f.name), getattr(more, f.name)]) for f in fields(counts)))


def _result_order(key: Array, counts: Counts) -> Array:
    """Order by moment and analyte; at a tie the higher count first, so that the lower is the latest."""
    order = np.argsort(key, kind="stable")
    tied = ties(key[order])
    same = order[tied]
    written = [np.nan_to_num(column[same], nan=np.inf) for column in (counts.uln, counts.lln)]  # nulls last
    ranked = np.lexsort(
        (
            counts.row[same],
            counts.origin[same],
            *written,
            -DEPTH[counts.comparator[same]],
            -counts.value[same],
            key[same],
        )
    )
    order[tied] = same[ranked]
    return order


def _doses(rows: Intake, concept: Array, measured: Measured, moment: Array, use: Array) -> Doses:
    at = np.flatnonzero(use == DOSE)
    tied = ties(moment[at])
    same = at[tied]
    at[tied] = same[np.lexsort((rows.row[same], measured.value[same], concept[same], moment[same]))]
    return Doses(rows.row[at], rows.subject[at], rows.time[at], concept[at], measured.value[at])


def _findings(rows: Intake, concept: Array, measured: Measured, use: Array, concepts: Concepts) -> Findings:
    at = np.flatnonzero(use == FINDING)
    at = at[np.lexsort((rows.row[at], concept[at], rows.time[at], rows.subject[at]))]
    coded = concepts.is_coded[concept[at]]
    text = rows.text.take(at) if rows.text is not None else Words(np.full(at.size, -1), ())
    return Findings(
        rows.row[at],
        rows.subject[at],
        rows.time[at],
        concept[at],
        np.where(coded, np.nan, measured.value[at]),
        np.where(coded, -1, measured.comparator[at]),
        Words(np.where(coded, text.index, -1), text.words),
    )
