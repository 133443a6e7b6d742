"""What the door held back but must not hush up: preliminary counts, counts it cannot use, counts that disagree."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import NULL, Array
from leukon.events.concepts import FINDING, RESULT, Concepts
from leukon.events.derived import Derived, Rivals
from leukon.events.intake import Intake
from leukon.events.measure import Measured
from leukon.events.refusals import Refusals
from leukon.events.schema import REASONS

UNUSABLE = (
    "implausible", "no_unit", "unknown_unit", "not_numeric", "negative", "conflict", "ambiguous_comma", "bad_status",
)  # fmt: skip
"""Reasons for which something was there, but what it says cannot be told."""


@dataclass(frozen=True)
class Preliminary:
    """Preliminary results that would be usable were they final, and counts derived from them; values as in `Counts`."""

    row: Array
    subject: Array
    time: Array
    analyte: Array
    value: Array
    comparator: Array


@dataclass(frozen=True)
class Unusable:
    """Results and findings that do not say what they mean, sorted by subject and time."""

    row: Array
    subject: Array
    time: Array
    concept: Array


@dataclass(frozen=True)
class Disagreements:
    """ANC that would have been derived where one was measured, and what was measured; sorted by subject and time."""

    row: Array
    subject: Array
    time: Array
    value: Array
    comparator: Array
    measured: Array
    measured_comparator: Array


@dataclass(frozen=True)
class HeldBack:
    """All that was held back and is still told."""

    preliminary: Preliminary
    unusable: Unusable
    disagreements: Disagreements


def take_held_back(
    rows: Intake,
    concept: Array,
    measured: Measured,
    rivals: Rivals,
    waiting: Derived,
    of_values: Refusals,
    reason: Array,
    concepts: Concepts,
) -> HeldBack:
    """Gather what was held back; `reason` is why each row is not used, `of_values` what its value alone says.

    `waiting` are the counts that follow only if preliminary parts are believed.
    """
    refused = np.flatnonzero(reason >= 0)
    use, why = concepts.use[concept[refused]], reason[refused]
    waits = refused[(use == RESULT) & (why == REASONS.index("preliminary")) & of_values.live[refused]]
    somebody = (rows.subject[refused] < len(rows.subject_ids)) & (rows.time[refused] != NULL)
    unusable = np.isin(why, [REASONS.index(each) for each in UNUSABLE])
    lost = refused[((use == RESULT) | (use == FINDING)) & unusable & somebody]
    order = np.argsort(rivals.at, kind="stable")
    at, against = rivals.at[order], rivals.measured[order]
    return HeldBack(
        Preliminary(
            np.concatenate([rows.row[waits], rows.row[waiting.at]]),
            np.concatenate([rows.subject[waits], rows.subject[waiting.at]]),
            np.concatenate([rows.time[waits], rows.time[waiting.at]]),
            np.concatenate([concept[waits], waiting.concept]),
            np.concatenate([measured.value[waits], waiting.value]),
            np.concatenate([measured.comparator[waits], waiting.comparator]),
        ),
        Unusable(rows.row[lost], rows.subject[lost], rows.time[lost], concept[lost]),
        Disagreements(
            rows.row[at],
            rows.subject[at],
            rows.time[at],
            rivals.value[order],
            rivals.comparator[order],
            measured.value[against],
            measured.comparator[against],
        ),
    )
