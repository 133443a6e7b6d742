"""Everything that can be said of a cohort from its counts, as tables by name."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from leukon.cohort.adherence import estimate_adherence, estimate_calendar, estimate_phases
from leukon.cohort.counts import CohortCounts
from leukon.cohort.depths import estimate_nadir_limits, estimate_nadirs, estimate_time_below
from leukon.cohort.flow import find_flow
from leukon.cohort.incidence import estimate_incidence
from leukon.cohort.limits import find_limits
from leukon.cohort.onset import NextCourse, estimate_onset
from leukon.cohort.phenotype_ratios import estimate_lgl, estimate_phenotypes
from leukon.cohort.recovery import estimate_durations, estimate_recovery_curves
from leukon.cohort.response_rates import estimate_landmarks, estimate_response_rates
from leukon.cohort.watch import describe_gaps, describe_watch
from leukon.knowledge.protocol import Protocol


@dataclass(frozen=True)
class Cohort:
    """Tables of estimates by name, what they were made of, and the choices that were made."""

    tables: Mapping[str, pa.Table]
    provenance: Mapping[str, str]
    protocol: Protocol
    next_course: NextCourse


def estimate_cohort(counts: CohortCounts, protocol: Protocol, *, next_course: NextCourse = "competes") -> Cohort:
    """Every table of estimates, from the counts of a whole cohort.

    Parameters
    ----------
    counts
        Of the whole cohort: of one review, or the sum of its pieces (decisions 17 and 22).
    protocol
        The one of the review.
    next_course
        Whether the next course competes with onset, or censors it (`estimate_onset`).

    Returns
    -------
    Cohort
        Its tables hold small numbers; `disclosure` hides them before they leave the house.
    """
    limits = find_limits(protocol.episode)
    tables = {
        "flow": find_flow(counts),
        "incidence": estimate_incidence(counts),
        "watch": describe_watch(counts),
        "gaps": describe_gaps(counts),
        **vars(estimate_onset(counts, next_course=next_course)),
        "lanes": counts.duration_counts,
        "durations": estimate_durations(counts.duration_counts),
        "recovery_curves": estimate_recovery_curves(counts.duration_counts),
        "nadirs": estimate_nadirs(counts.nadir_counts),
        "nadir_limits": estimate_nadir_limits(counts.nadir_counts, limits),
        "time_below": estimate_time_below(counts.below_counts),
        "response_rates": estimate_response_rates(counts.response_counts),
        "landmarks": estimate_landmarks(counts.landmark_counts),
        "adherence": estimate_adherence(counts),
        "phases": estimate_phases(counts),
        "calendar": estimate_calendar(counts),
        "phenotypes": estimate_phenotypes(counts.phenotype_counts),
        "lgl": estimate_lgl(counts.lgl_counts),
    }
    provenance = {key.decode(): value.decode() for key, value in counts.provenance.items()}
    return Cohort(tables, provenance, protocol, next_course)
