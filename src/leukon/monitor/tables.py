"""What the monitor found, as the Arrow tables of the contract."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa

from leukon.events.arrays import Array, Words, days_between, make_table
from leukon.events.concepts import RESULT, Concepts
from leukon.events.schema import COMPARATORS, LLN_SOURCES, ORIGINS
from leukon.events.table import Events
from leukon.events.units import load_units
from leukon.knowledge.criteria import load_criteria
from leukon.knowledge.protocol import Protocol
from leukon.monitor.courses import Courses, find_courses
from leukon.monitor.episodes import Episodes, find_episodes
from leukon.monitor.numbers import Numbers
from leukon.monitor.results import Results, grade_results
from leukon.monitor.schedule import Slots, find_slots
from leukon.monitor.schema import (
    COURSES,
    EPISODE_STATUSES,
    EPISODES,
    GRADE_REASONS,
    RESULTS,
    SCHEDULE,
    SLOT_STATUSES,
)
from leukon.monitor.treatments import Treatments, find_treatments


@dataclass(frozen=True)
class Columns:
    """What the monitor finds in checked events, as arrays: the same for one patient and for millions.

    A question is asked when its answer is first wanted, and then kept: who wants no schedule does not wait for one.
    """

    events: Events = field(repr=False)
    protocol: Protocol
    schedule: str
    numbers: Numbers = field(repr=False)

    @cached_property
    def courses(self) -> Courses:
        """Courses of the protocol's drugs."""
        return find_courses(self.events.doses, self.numbers, self.protocol.course.merge_days)

    @cached_property
    def results(self) -> Results:
        """Counts with grades in both editions."""
        v5, v6 = load_criteria("5.0"), load_criteria("6.0")
        return grade_results(self.events.counts, self.courses, v5, v6, self.events.concepts)

    @cached_property
    def episodes(self) -> Episodes:
        """Episodes of low ANC."""
        as_of = self.events.as_of.instant
        return find_episodes(self.results, self.numbers.anc, self.courses, self.protocol.episode, as_of)

    @cached_property
    def treatments(self) -> Treatments:
        """Treatments of each episode."""
        return find_treatments(self.episodes, self.events.doses, self.numbers)

    @cached_property
    def slots(self) -> Slots:
        """Tests due and done."""
        events, today = self.events, self.events.as_of.day
        return find_slots(
            self.protocol, self.schedule, self.courses, events.counts, events.findings, self.numbers, today
        )


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
