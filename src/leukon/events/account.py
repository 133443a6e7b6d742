"""Where every row went: account, codes_seen, unused and subjects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leukon.events.arrays import NULL, Array, Words, make_table
from leukon.events.code_map import SiteCodes
from leukon.events.concepts import Concepts
from leukon.events.intake import Intake
from leukon.events.schema import ACCOUNT, CODES_SEEN, COMPARATORS, REASONS, SUBJECTS, UNUSED, USES

AFTER_AS_OF = USES.index("after_as_of")
_BITMAP = 50_000_000
"""Pairs up to which a bitmap counts distinct ones; beyond it they are sorted."""


@dataclass(frozen=True)
class Fates:
    """What became of each row of the input: its use, and the reason if it is superseded or unused (-1: none)."""

    use: Array
    reason: Array


def tabulate_account(intake: Intake, fates: Fates) -> pa.Table:
    """`account`: every row read is counted exactly once."""
    reasons = len(REASONS) + 1
    kind = fates.use.astype(np.int64) * reasons + fates.reason + 1
    rows = np.bincount(kind, minlength=len(USES) * reasons)
    subjects = _distinct_subjects(kind, rows.size, intake.subject, len(intake.subject_ids))
    met = np.flatnonzero(rows)
    return make_table(
        ACCOUNT,
        {
            "use": Words(met // reasons, USES),
            "reason": Words(met % reasons - 1, REASONS),
            "rows": rows[met],
            "subjects": subjects[met],
        },
        intake.subject_ids,
    )


def tabulate_codes(intake: Intake, fates: Fates, codes: SiteCodes, concepts: Concepts) -> pa.Table:
    """`codes_seen`: each code met up to as_of, known or not, sorted by code; a row without a code is counted too."""
    known = fates.use != AFTER_AS_OF
    words = intake.code.words
    code = intake.code.index if known.all() else intake.code.index[known]
    code = np.where(code < 0, len(words), code)
    rows = np.bincount(code, minlength=len(words) + 1)
    subject = intake.subject if known.all() else intake.subject[known]
    subjects = _distinct_subjects(code, rows.size, subject, len(intake.subject_ids))
    order = [*sorted(range(len(words)), key=words.__getitem__), len(words)]
    met = np.asarray([place for place in order if rows[place]], int)
    concept = np.append(codes.concept, -1)[met]
    display = [concepts.by_name[name].display for name in concepts.names]
    return make_table(
        CODES_SEEN,
        {
            "code": Words(np.where(met == len(words), -1, met), words),
            "display": Words(concept, display),
            "concept": Words(concept, concepts.names),
            "rows": rows[met],
            "subjects": subjects[met],
        },
        intake.subject_ids,
    )


def tabulate_unused(intake: Intake, fates: Fates) -> pa.Table:
    """`unused`: every row of a known code that is not used, as it was given, with its reason."""
    at = np.flatnonzero(fates.reason >= 0)
    time = np.where(intake.time[at] == NULL, np.iinfo(np.int64).max, intake.time[at])
    at = at[np.lexsort((at, time, intake.subject[at]))]
    subject = intake.subject[at]
    nobody = subject == len(intake.subject_ids)
    no_words = Words(np.full(intake.time.size, -1), ())
    return make_table(
        UNUSED,
        {
            "row": intake.row[at],
            "subject_id": intake.subject_ids.take(pa.array(subject, mask=nobody)),
            "time": intake.time[at],
            "code": intake.code.take(at),
            "text_value": (intake.text or no_words).take(at),
            "unit": (intake.unit or no_words).take(at),
            "reason": Words(fates.reason[at], REASONS),
        },
        intake.subject_ids,
    )


def tabulate_subjects(intake: Intake, fates: Fates, result_subject: Array, anc: Sequence[Array]) -> pa.Table:
    """`subjects`: nobody known at as_of is missing.

    `result_subject` is the subject of each result; `anc` subject, value, comparator and time of the usable ANC, sorted.
    """
    number = len(intake.subject_ids)
    known = (fates.use != AFTER_AS_OF) & (intake.subject < number)
    subject, time = intake.subject[known], intake.time[known]
    first, last = np.full(number, np.iinfo(np.int64).max), np.full(number, NULL)
    timed = time != NULL
    np.minimum.at(first, subject[timed], time[timed])
    np.maximum.at(last, subject[timed], time[timed])
    latest = np.full(number, -1)
    latest[anc[0]] = np.arange(anc[0].size)
    rows = np.bincount(subject, minlength=number)
    present = np.flatnonzero(rows)
    latest = latest[present]
    has = latest >= 0
    value, comparator, when = (
        column[latest] if column.size else np.zeros(latest.size, column.dtype) for column in anc[1:]
    )
    return make_table(
        SUBJECTS,
        {
            "subject_id": present,
            "rows": rows[present],
            "results": np.bincount(result_subject, minlength=number)[present],
            "first_time": np.where(last[present] == NULL, NULL, first[present]),
            "last_time": last[present],
            "last_anc": np.where(has, value, np.nan),
            "last_anc_comparator": Words(np.where(has, comparator, -1), COMPARATORS),
            "last_anc_time": np.where(has, when, NULL),
        },
        intake.subject_ids,
    )


def _distinct_subjects(kind: Array, kinds: int, subject: Array, subjects: int) -> Array:
    """For each kind the number of distinct subjects among its rows; no subject counts as none."""
    somebody = subject < subjects
    kind, subject = (kind, subject) if somebody.all() else (kind[somebody], subject[somebody])
    pair = kind.astype(np.int64) * subjects + subject
    if kinds * subjects <= _BITMAP:
        met = np.zeros(kinds * subjects, bool)
        met[pair] = True
        return met.reshape(kinds, subjects).sum(axis=1) if subjects else np.zeros(kinds, np.int64)
    return np.bincount(np.unique(pair) // subjects, minlength=kinds)
