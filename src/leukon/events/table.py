"""The door: events are checked and sorted here, once; every row leaves with a use, or a reason why it has none."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from leukon.errors import NoUsableRow
from leukon.events.account import Fates, tabulate_account, tabulate_codes, tabulate_subjects, tabulate_unused
from leukon.events.arrays import NULL, Array, Words
from leukon.events.clock import END_OF_TIME, AsOf, read_as_of
from leukon.events.concepts import CodeMap, Concepts, check_names, load_concepts
from leukon.events.derived import DEPTH, Derived, derive_counts
from leukon.events.intake import Intake, take_in
from leukon.events.lifecycle import refuse_bad_status, settle_versions
from leukon.events.measure import CodeUnits, Measured, Rows, measure
from leukon.events.schema import ORIGINS, REASONS, USES
from leukon.events.units import load_units

RESULT, PART, DOSE, FINDING, SUPERSEDED, UNUSED, OTHER_KIND, AFTER = range(len(USES))
_USE_OF_CONCEPT = {"result": RESULT, "part": PART, "dose": DOSE, "finding": FINDING}


@dataclass(frozen=True)
class Counts:
    """Usable results, sorted by subject, time, analyte and value (higher first); one entry a row.

    `subject` numbers `Events.subject_ids`, `analyte` numbers `Events.concepts.names`; `time` is in microseconds,
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
    """Events that passed the door, and the account of all that were read."""

    as_of: AsOf
    concepts: Concepts
    counts: Counts
    doses: Doses
    findings: Findings
    present: Array
    _intake: Intake
    _fates: Fates

    @property
    def subject_ids(self) -> pa.Array:
        """Ids as they were given, in the contract's order; the number of a subject is its place here."""
        return self._intake.subject_ids

    @cached_property
    def account(self) -> pa.Table:
        """Use, reason, rows, subjects; the rows sum to the rows read."""
        return tabulate_account(self._intake, self._fates)

    @cached_property
    def codes_seen(self) -> pa.Table:
        """Every code met, with its concept if leukon knows it."""
        return tabulate_codes(self._intake, self._fates, self.concepts)

    @cached_property
    def unused(self) -> pa.Table:
        """Every row of a known code that could not be used, with the reason."""
        return tabulate_unused(self._intake, self._fates)

    @cached_property
    def subjects(self) -> pa.Table:
        """Everybody known at as_of, with the latest usable ANC."""
        counts = self.counts
        anc = np.flatnonzero(counts.analyte == self.concepts.number["anc"])
        columns = [column[anc] for column in (counts.subject, counts.value, counts.comparator, counts.time)]
        return tabulate_subjects(self._intake, self._fates, counts.subject, columns, self.present)


def check_events(
    data: Any,
    *,
    as_of: date | datetime | str | AsOf,
    concepts: Concepts | None = None,
    code_map: CodeMap | None = None,
    timezone: str | None = None,
) -> Events:
    """Check and sort events, once.

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
    intake = take_in(data, code_map.columns, timezone)
    moment = read_as_of(as_of)
    if moment is None:
        moment = _last_time(intake, _check(intake, AsOf(END_OF_TIME), concepts, code_map))
    return _check(intake, moment, concepts, code_map)


def _last_time(intake: Intake, events: Events) -> AsOf:
    used = np.isin(events._fates.use, (RESULT, PART, DOSE, FINDING))
    if not used.any():
        raise NoUsableRow
    times = [intake.time[used].max()] + ([] if intake.recorded is None else [intake.recorded[used].max()])
    return AsOf(int(max(times)))


def _check(intake: Intake, as_of: AsOf, concepts: Concepts, code_map: CodeMap) -> Events:
    concept_of_code, site = _read_codes(intake.code.words, concepts, code_map)
    after = intake.time > as_of.instant
    if intake.recorded is not None:
        after |= intake.recorded > as_of.instant
    concept = np.append(concept_of_code, -1)[intake.code.index]
    use = np.where(after, AFTER, OTHER_KIND).astype(np.int8)
    reasons = np.full(use.size, -1, np.int8)
    rows = _known_rows(intake, concept, np.flatnonzero((concept >= 0) & ~after))
    reason = np.full(rows.row.size, -1, np.int8)

    def refuse(mask: Array, why: str) -> None:
        reason[mask & (reason < 0)] = REASONS.index(why)

    refuse(rows.subject == len(intake.subject_ids), "no_subject")
    refuse(rows.time == NULL, "no_time")
    refuse_bad_status(rows, refuse)
    moment = _moments(rows)
    listed = [concepts.by_name[name] for name in concepts.names]
    live = reason < 0
    value_reason = np.full(reason.size, -1, np.int8)

    def refuse_value(mask: Array, why: str) -> None:
        value_reason[mask & (value_reason < 0)] = REASONS.index(why)

    measured = measure(rows, site, listed, load_units(), refuse_value)
    settle_versions(rows, measured, moment, live, refuse)
    reason = np.where(reason < 0, value_reason, reason)
    source = None if rows.source is None else rows.source.index
    derived = derive_counts(concepts, moment, source, rows.concept, measured.value, measured.comparator, reason)
    use[rows.row - 1] = _uses(rows.concept, reason, concepts)
    reasons[rows.row - 1] = reason
    present = np.unique(intake.subject[~after]) if after.any() else np.arange(len(intake.subject_ids))
    return Events(
        as_of=as_of,
        concepts=concepts,
        counts=_counts(rows, measured, derived, moment, use[rows.row - 1], concepts),
        doses=_doses(rows, measured, use[rows.row - 1]),
        findings=_findings(rows, measured, use[rows.row - 1], listed),
        present=present[present < len(intake.subject_ids)],
        _intake=intake,
        _fates=Fates(use, reasons, concept_of_code),
    )


def _read_codes(codes: Any, concepts: Concepts, code_map: CodeMap) -> tuple[Array, CodeUnits]:
    """Concept of each code (-1: not known), and what the site's map says of its unit and range."""
    concept, units, unit, lln, uln = [], [], [], [], []
    for code in codes:
        entry = code_map.codes.get(code or "")
        if entry is None:
            concept.append(concepts.find(code or ""))
        else:
            concept.append(concepts.number[entry.concept] if entry.mapped else -1)
        if entry is not None and entry.unit is not None:
            units.append(entry.unit)
        unit.append(len(units) - 1 if entry is not None and entry.unit is not None else -1)
        lln.append(np.nan if entry is None or entry.lln is None else entry.lln)
        uln.append(np.nan if entry is None or entry.uln is None else entry.uln)
    return np.asarray(concept, np.int64), CodeUnits(
        units, *(np.asarray([*x, e]) for x, e in ((unit, -1), (lln, np.nan), (uln, np.nan)))
    )


def _known_rows(intake: Intake, concept: Array, at: Array) -> Rows:
    """The rows `at`, sorted by subject and time (stable, so the order of the input decides nothing but row numbers)."""
    subject, time = intake.subject[at], intake.time[at]
    same = subject[1:] == subject[:-1]
    if not np.all((subject[1:] > subject[:-1]) | (same & (time[1:] >= time[:-1]))):
        order = np.lexsort((time, subject))
        at, subject, time = at[order], subject[order], time[order]

    def take(column: Array | Words | None) -> Any:
        if column is None:
            return None
        return column.take(at) if isinstance(column, Words) else column[at]

    names = ("numeric", "text", "unit", "comparator", "lln", "uln", "status", "recorded", "source")
    optional: Mapping[str, Any] = {name: take(getattr(intake, name)) for name in names}
    return Rows(row=at + 1, subject=subject, time=time, code=intake.code.index[at], concept=concept[at], **optional)


def _moments(rows: Rows) -> Array:
    """Number of each row's subject-and-time, from 0, rising."""
    new = np.ones(rows.row.size, bool)
    new[1:] = (rows.subject[1:] != rows.subject[:-1]) | (rows.time[1:] != rows.time[:-1])
    return np.cumsum(new) - 1


def _uses(concept: Array, reason: Array, concepts: Concepts) -> Array:
    use = np.asarray([_USE_OF_CONCEPT[concepts.by_name[name].use] for name in concepts.names], np.int8)[concept]
    refused = np.where(reason == REASONS.index("superseded"), SUPERSEDED, UNUSED)
    return np.where(reason < 0, use, refused).astype(np.int8)


def _counts(rows: Rows, measured: Measured, derived: Derived, moment: Array, use: Array, concepts: Concepts) -> Counts:
    at = np.flatnonzero(use == RESULT)
    counts = Counts(
        row=rows.row[at],
        subject=rows.subject[at],
        time=rows.time[at],
        analyte=rows.concept[at],
        value=measured.value[at],
        comparator=measured.comparator[at],
        lln=measured.lln[at],
        uln=measured.uln[at],
        lln_source=measured.lln_source[at],
        origin=np.full(at.size, ORIGINS.index("measured"), np.int8),
    )
    moment = moment[at]
    if derived.at.size:
        moment = np.concatenate([moment, _moments(rows)[derived.at]])
        counts = _with_derived(counts, rows, derived)
    elif np.all(moment[1:] > moment[:-1]):
        return counts
    order = _result_order(moment * len(concepts.names) + counts.analyte, counts)
    return Counts(*(getattr(counts, field.name)[order] for field in fields(counts)))


def _with_derived(counts: Counts, rows: Rows, derived: Derived) -> Counts:
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
    same = key[order][1:] == key[order][:-1]
    if same.any():
        member = np.zeros(order.size, bool)
        member[1:] |= same
        member[:-1] |= same
        tied = order[member]
        ranked = np.lexsort((counts.row[tied], -DEPTH[counts.comparator[tied]], -counts.value[tied], key[tied]))
        order[member] = tied[ranked]
    return order


def _doses(rows: Rows, measured: Measured, use: Array) -> Doses:
    at = np.flatnonzero(use == DOSE)
    at = at[np.lexsort((rows.row[at], measured.value[at], rows.concept[at], rows.time[at], rows.subject[at]))]
    return Doses(rows.row[at], rows.subject[at], rows.time[at], rows.concept[at], measured.value[at])


def _findings(rows: Rows, measured: Measured, use: Array, concepts: list[Any]) -> Findings:
    at = np.flatnonzero(use == FINDING)
    at = at[np.lexsort((rows.row[at], rows.concept[at], rows.time[at], rows.subject[at]))]
    coded = np.asarray([concept.words is not None for concept in concepts], bool)[rows.concept[at]]
    text = rows.text or Words(np.full(rows.row.size, -1), ())
    return Findings(
        rows.row[at],
        rows.subject[at],
        rows.time[at],
        rows.concept[at],
        np.where(coded, np.nan, measured.value[at]),
        np.where(coded, -1, measured.comparator[at]),
        Words(np.where(coded, text.index[at], -1), text.words),
    )
