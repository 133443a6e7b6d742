"""What the monitor found, as the Arrow tables of the contract."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leukon.events.arrays import Array, Words, days_between, make_table
from leukon.events.concepts import RESULT, Concepts
from leukon.events.schema import COMPARATORS, LLN_SOURCES, ORIGINS
from leukon.events.units import load_units
from leukon.monitor.courses import Courses
from leukon.monitor.episodes import Episodes
from leukon.monitor.results import Results
from leukon.monitor.schedule import Slots
from leukon.monitor.schema import (
    COURSES,
    EPISODE_STATUSES,
    EPISODES,
    GRADE_REASONS,
    RESULTS,
    SCHEDULE,
    SLOT_STATUSES,
)
from leukon.monitor.treatments import Treatments


@dataclass(frozen=True)
class Columns:
    """What the monitor found, as arrays: the same for one patient and for millions."""

    courses: Courses
    results: Results
    episodes: Episodes
    treatments: Treatments
    slots: Slots


def tabulate_courses(found: Columns, _: Concepts, ids: pa.Array) -> pa.Table:
    """`courses`; `ids` are the subjects' ids by their numbers."""
    courses = found.courses
    columns = vars(courses) | {"subject_id": courses.subject, "drug": Words(courses.drug, courses.drugs)}
    return make_table(COURSES, columns, ids)


def tabulate_results(found: Columns, concepts: Concepts, ids: pa.Array) -> pa.Table:
    """`results`, of the analytes that are results."""
    results, counts, units = found.results, found.results.counts, load_units()
    names = sorted(set(units.result_units))
    unit = np.asarray([names.index(units.result_unit(kind)) for kind in concepts.kinds], np.int8)
    analytes = np.flatnonzero(concepts.use == RESULT)
    place = np.zeros(len(concepts.names), np.int8)
    place[analytes] = np.arange(analytes.size)
    columns = vars(counts) | vars(results.in_force) | vars(results)
    columns |= {
        "subject_id": counts.subject,
        "analyte": Words(place[counts.analyte], [concepts.names[number] for number in analytes]),
        "unit": Words(unit[counts.analyte], names),
        "comparator": Words(counts.comparator, COMPARATORS),
        "lln_source": Words(counts.lln_source, LLN_SOURCES),
        "origin": Words(counts.origin, ORIGINS),
        "reason_v5": Words(results.reason_v5, GRADE_REASONS),
        "reason_v6": Words(results.reason_v6, GRADE_REASONS),
    }
    return make_table(RESULTS, columns, ids)


def tabulate_episodes(found: Columns, _: Concepts, ids: pa.Array) -> pa.Table:
    """`episodes`, with days counted from the start of the course in force at onset."""
    episodes, treatments = found.episodes, found.treatments

    def day(time: Array) -> Array:
        return days_between(episodes.course_start, time)

    columns = vars(episodes) | {
        "subject_id": episodes.subject,
        "onset_after_day": day(episodes.onset_after_time),
        "onset_by_day": day(episodes.onset_by_time),
        "nadir_comparator": Words(episodes.nadir_comparator, COMPARATORS),
        "nadir_day": day(episodes.nadir_time),
        "recovered_by_day": day(episodes.recovered_by_time),
        "observed_days": days_between(episodes.onset_by_time, episodes.recovered_by_time),
        "least_days": days_between(episodes.onset_by_time, episodes.recovered_after_time),
        "most_days": days_between(episodes.onset_after_time, episodes.recovered_by_time),
        "status": Words(episodes.status, EPISODE_STATUSES),
        "treatments": treatments.names,
        "treatment_start_day": day(treatments.start_time),
        "days_to_recovery_after_treatment": days_between(treatments.start_time, episodes.recovered_by_time),
    }
    return make_table(EPISODES, columns, ids)


def tabulate_schedule(found: Columns, _: Concepts, ids: pa.Array) -> pa.Table:
    """`schedule`."""
    slots = found.slots
    columns = vars(slots) | {
        "subject_id": slots.subject,
        "test": Words(slots.test, slots.tests),
        "status": Words(slots.status, SLOT_STATUSES),
        "phase": Words(slots.phase, slots.phases),
    }
    return make_table(SCHEDULE, columns, ids)
