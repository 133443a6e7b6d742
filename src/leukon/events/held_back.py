"""What the door held back but must not hush up: preliminary counts, counts it cannot use, counts that disagree."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import Array
from leukon.events.concepts import RESULT, Concepts
from leukon.events.derived import Rivals
from leukon.events.intake import Intake
from leukon.events.measure import Measured
from leukon.events.refusals import Refusals
from leukon.events.schema import REASONS

UNUSABLE = ("implausible", "no_unit", "unknown_unit")
"""Reasons for which a count was there, but its value cannot be told."""


@dataclass(frozen=True)
class Preliminary:
    """Preliminary results that would be usable were they final, sorted by subject and time; values as in `Counts`."""

    row: Array
    subject: Array
    time: Array
    analyte: Array
    value: Array
    comparator: Array


@dataclass(frozen=True)
class Unusable:
    """Results whose value cannot be told, sorted by subject and time."""

    row: Array
    subject: Array
    time: Array
    analyte: Array


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
    of_values: Refusals,
    reason: Array,
    concepts: Concepts,
) -> HeldBack:
    """Gather what was held back; `reason` is why each row is not used, `of_values` what its value alone says."""
    is_result = concepts.use[concept] == RESULT
    waits = np.flatnonzero(is_result & (reason == REASONS.index("preliminary")) & of_values.live)
    lost = np.flatnonzero(is_result & np.isin(reason, [REASONS.index(why) for why in UNUSABLE]))
    order = np.argsort(rivals.at, kind="stable")
    at, against = rivals.at[order], rivals.measured[order]
    return HeldBack(
        Preliminary(
            rows.row[waits],
            rows.subject[waits],
            rows.time[waits],
            concept[waits],
            measured.value[waits],
            measured.comparator[waits],
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
