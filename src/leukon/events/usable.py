"""What can be used: results, doses and findings, each sorted, as columns for the monitor."""

from dataclasses import dataclass, fields

import numpy as np

from leukon.events.arrays import Array, Words, ties
from leukon.events.comparators import DEPTH
from leukon.events.concepts import DOSE, FINDING, RESULT, Concepts
from leukon.events.derived import Derived
from leukon.events.intake import Intake
from leukon.events.measure import Measured
from leukon.events.schema import ORIGINS


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
    """Coded and numeric findings, sorted by subject and time; value NaN for words, `word` None for numbers.

    `low` and `high` are the ends of a range that was written beside a number; NaN elsewhere.
    """

    row: Array
    subject: Array
    time: Array
    finding: Array
    value: Array
    comparator: Array
    low: Array
    high: Array
    word: Words


def take_counts(
    rows: Intake, concept: Array, measured: Measured, derived: Derived, moment: Array, use: Array, concepts: Concepts
) -> Counts:
    """Rows used as results, and derived counts among them."""
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


def take_doses(rows: Intake, concept: Array, measured: Measured, moment: Array, use: Array) -> Doses:
    """Rows used as doses; at one time by drug, amount and row."""
    at = np.flatnonzero(use == DOSE)
    tied = ties(moment[at])
    same = at[tied]
    at[tied] = same[np.lexsort((rows.row[same], measured.value[same], concept[same], moment[same]))]
    return Doses(rows.row[at], rows.subject[at], rows.time[at], concept[at], measured.value[at])


def take_findings(rows: Intake, concept: Array, measured: Measured, use: Array, concepts: Concepts) -> Findings:
    """Rows used as findings; at one time by name, the higher number first, words by the alphabet."""
    at = np.flatnonzero(use == FINDING)
    at = at[_finding_order(rows, concept, measured, at)]
    coded = concepts.is_coded[concept[at]]
    text = rows.text.take(at) if rows.text is not None else Words(np.full(at.size, -1), ())
    return Findings(
        rows.row[at],
        rows.subject[at],
        rows.time[at],
        concept[at],
        np.where(coded, np.nan, measured.value[at]),
        np.where(coded, -1, measured.comparator[at]),
        np.where(coded, np.nan, measured.low[at]),
        np.where(coded, np.nan, measured.high[at]),
        Words(np.where(coded, text.index, -1), text.words),
    )


def _finding_order(rows: Intake, concept: Array, measured: Measured, at: Array) -> Array:
    """What a row says orders it, never its place in the input: the last of a moment must be the same in any order."""
    text = np.zeros(at.size, np.int64)
    if rows.text is not None:
        plain = [(word or "").strip().lower() for word in rows.text.words]
        rank = {word: place for place, word in enumerate(sorted({"", *plain}))}
        text = np.asarray([*(rank[word] for word in plain), rank[""]])[rows.text.index[at]]
    value = np.nan_to_num(measured.value[at], nan=np.inf)
    keys = (rows.row[at], text, -DEPTH[measured.comparator[at]], -value, concept[at], rows.time[at], rows.subject[at])
    return np.lexsort(keys)
