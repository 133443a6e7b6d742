"""What the monitor found, as the Arrow tables of the contract."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leukon.events.arrays import NULL, Array, Words, days_between, make_table
from leukon.events.concepts import RESULT, Concepts
from leukon.events.schema import COMPARATORS, LLN_SOURCES, ORIGINS
from leukon.events.units import load_units
from leukon.knowledge.judgement import FINDINGS as FINDINGS_KNOWN
from leukon.knowledge.protocol import Protocol
from leukon.monitor.courses import Courses
from leukon.monitor.episodes import Episodes
from leukon.monitor.finding_rows import finding_units
from leukon.monitor.findings import Found
from leukon.monitor.results import Results
from leukon.monitor.schedule import Slots
from leukon.monitor.schema import (
    COURSES,
    EPISODE_STATUSES,
    EPISODES,
    FEVERS,
    FINDINGS,
    GRADE_REASONS,
    RESULTS,
    SCHEDULE,
    SLOT_STATUSES,
    URGENCIES,
    WORKUP,
    WORKUP_STATUSES,
)
from leukon.monitor.treatments import Treatments
from leukon.monitor.workup import Workup


@dataclass(frozen=True)
class Columns:
    """What the monitor found, as arrays: the same for one patient and for millions."""

    courses: Courses
    results: Results
    episodes: Episodes
    treatments: Treatments
    slots: Slots
    workup: Workup
    found: Found


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


def tabulate_workup(found: Columns, protocol: Protocol, ids: pa.Array) -> pa.Table:
    """`workup`: every item of the protocol for every episode."""
    workup, episodes = found.workup, found.episodes
    items = [protocol.workup[name] for name in protocol.workup_items]
    count, width = episodes.subject.size, len(items)
    place = np.tile(np.arange(width), count)
    value = workup.value.ravel()
    units, sources, causes = (sorted({word for word in words if word}) for words in (
        workup.units, [item.source for item in items], [item.cause for item in items]
    ))  # fmt: skip
    unit = np.asarray([-1 if name is None else units.index(name) for name in workup.units], np.int8)
    unknown = workup.status.ravel() == WORKUP_STATUSES.index("unknown")
    return make_table(
        WORKUP,
        {
            "subject_id": episodes.subject.repeat(width),
            "episode": episodes.episode.repeat(width),
            "item": Words(place, protocol.workup_items),
            "cause": Words(np.asarray([causes.index(item.cause) for item in items])[place], causes),
            "status": Words(workup.status.ravel(), WORKUP_STATUSES),
            "comparator": Words(workup.comparator.ravel(), COMPARATORS),
            "value": value,
            "unit": Words(np.where(np.isnan(value), -1, unit[place]), units),
            "fact_time": workup.fact_time.ravel(),
            "note": Words(workup.note.ravel(), workup.notes),
            "next_test": Words(np.where(unknown, place, -1), [item.next_test for item in items]),
            "source": Words(np.asarray([sources.index(item.source) for item in items])[place], sources),
        },
        ids,
    )


def tabulate_findings(found: Columns, _: Protocol, ids: pa.Array) -> pa.Table:
    """`findings`."""
    rows = found.found.rows
    columns = vars(rows) | {
        "subject_id": rows.subject,
        "finding": Words(rows.finding, FINDINGS_KNOWN),
        "urgency": Words(rows.urgency, URGENCIES),
        "since_time": rows.since,
        "comparator": Words(rows.comparator, COMPARATORS),
        "unit": Words(np.where(np.isnan(rows.value) & (rows.value_time != NULL), -1, rows.unit), finding_units()),
        "fever": Words(found.found.fever, FEVERS),
        "preliminary": pa.array(rows.preliminary),
        "next_steps": found.found.next_steps,
    }
    return make_table(FINDINGS, columns, ids)


def tabulate_about(found: Columns, concepts: Concepts) -> pa.Array:
    """For each row of findings the name of the analyte or test it is about."""
    rows, tests = found.found.rows, found.slots.tests
    index = np.where(rows.test >= 0, rows.test + len(concepts.names), rows.about)
    return pa.array([*concepts.names, *tests], pa.string()).take(pa.array(index, mask=index < 0))
