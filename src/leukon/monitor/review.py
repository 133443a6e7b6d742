"""All tables at once: the door, then one question after the other."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from leukon.errors import UnknownName
from leukon.events.arrays import Array, Words, days_between, make_table
from leukon.events.clock import AsOf
from leukon.events.concepts import CodeMap
from leukon.events.schema import COMPARATORS, LLN_SOURCES, ORIGINS
from leukon.events.table import Events, check_events
from leukon.events.units import load_units
from leukon.knowledge.criteria import load_criteria
from leukon.knowledge.library import concepts_of, load_protocol
from leukon.knowledge.protocol import Protocol
from leukon.monitor.courses import Courses, find_courses
from leukon.monitor.episodes import Episodes, find_episodes
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

TABLES = ("account", "codes_seen", "unused", "subjects", "courses", "results", "episodes", "schedule")


@dataclass(frozen=True)
class Columns:
    """What the monitor found, as arrays: the same for one patient and for millions."""

    courses: Courses
    results: Results
    episodes: Episodes
    treatments: Treatments
    slots: Slots


def find_all(events: Events, protocol: Protocol, schedule: str) -> Columns:
    """Ask every question of checked events; pure columns, no table is built."""
    concepts = events.concepts
    drugs = np.asarray([concepts.number[drug] for drug in protocol.drugs])
    courses = find_courses(events.doses, drugs, protocol.course.merge_days)
    results = grade_results(events.counts, courses, load_criteria("5.0"), load_criteria("6.0"), concepts)
    anc = concepts.number["anc"]
    episodes = find_episodes(results, anc, courses, protocol.episode, events.as_of.instant)
    treatments = find_treatments(episodes, events.doses, drugs, protocol.treatments, concepts)
    slots = find_slots(protocol, schedule, courses, events.counts, events.findings, concepts, events.as_of.day)
    return Columns(courses, results, episodes, treatments, slots)


@dataclass(frozen=True)
class Review:
    """All tables of a review as Arrow tables, with what they depend on: protocol, its hash, schedule and as_of."""

    protocol: Protocol
    schedule_name: str
    events: Events = field(repr=False)
    columns: Columns = field(repr=False)

    @property
    def as_of(self) -> AsOf:
        """The moment from which the data were looked at."""
        return self.events.as_of

    @property
    def provenance(self) -> dict[str, str]:
        """What every table here depends on; it is written beside them and into their Arrow metadata."""
        return {
            "protocol": self.protocol.id,
            "protocol_hash": self.protocol.hash,
            "schedule": self.schedule_name,
            "as_of": str(self.as_of),
            "grading": "CTCAE 5.0 (v5) and 6.0 (v6)",
        }

    @cached_property
    def account(self) -> pa.Table:
        """Where every row of the input went."""
        return self._signed(self.events.account)

    @cached_property
    def codes_seen(self) -> pa.Table:
        """Every code met, with its concept if leukon knows it."""
        return self._signed(self.events.codes_seen)

    @cached_property
    def unused(self) -> pa.Table:
        """Rows of known codes that could not be used, with the reason."""
        return self._signed(self.events.unused)

    @cached_property
    def subjects(self) -> pa.Table:
        """Everybody known at as_of, with the latest usable ANC."""
        return self._signed(self.events.subjects)

    @cached_property
    def courses(self) -> pa.Table:
        """Courses of the protocol's drugs."""
        return self._signed(_courses_table(self.columns.courses, self.events))

    @cached_property
    def results(self) -> pa.Table:
        """Every usable count, with day, course and grades in both editions."""
        return self._signed(_results_table(self.columns.results, self.events))

    @cached_property
    def episodes(self) -> pa.Table:
        """Episodes of neutropenia."""
        return self._signed(_episodes_table(self.columns.episodes, self.columns.treatments, self.events))

    @cached_property
    def schedule(self) -> pa.Table:
        """Tests due and done."""
        return self._signed(_schedule_table(self.columns.slots, self.events))

    def _signed(self, table: pa.Table) -> pa.Table:
        return table.replace_schema_metadata(self.provenance)


def review(
    events: Any,
    protocol: str | Protocol,
    *,
    as_of: date | datetime | str,
    schedule: str | None = None,
    codes: CodeMap | None = None,
    timezone: str | None = None,
) -> Review:
    """Review events: courses, graded results, episodes, due tests, and an account of every row.

    Parameters
    ----------
    events
        Any object with `__arrow_c_stream__` (Polars, pandas, DuckDB, pyarrow) in the events layout.
    protocol
        A protocol, the id of a shipped one, or the path of a TOML file.
    as_of
        A date (its end), an instant, or `last`: every table is what was known then.
    schedule
        Name of one of the protocol's schedules; default: the protocol's own.
    codes
        A site's code map (`leukon.load_code_map`).
    timezone
        IANA zone to convert times with an offset to; default: wall clock as written.

    Returns
    -------
    Review
        Each table of the contract is an attribute with `__arrow_c_stream__`.

    Raises
    ------
    InputError, UsageError, KnowledgeError
        Nothing a single row can cause: such rows are in `unused` with a reason.
    """
    known = protocol if isinstance(protocol, Protocol) else load_protocol(protocol)
    schedule = schedule or known.default_schedule
    if schedule not in known.schedules:
        raise UnknownName("schedule", schedule, known.schedules)
    checked = check_events(events, as_of=as_of, concepts=concepts_of(known), code_map=codes, timezone=timezone)
    return Review(known, schedule, checked, find_all(checked, known, schedule))


def _courses_table(courses: Courses, events: Events) -> pa.Table:
    columns = vars(courses) | {"subject_id": courses.subject, "drug": Words(courses.drug, events.concepts.names)}
    return make_table(COURSES, columns, events.subject_ids)


def _results_table(results: Results, events: Events) -> pa.Table:
    counts, concepts = results.counts, events.concepts
    units = sorted({load_units().result_unit(concepts.by_name[name].kind) for name in concepts.names})
    unit = [units.index(load_units().result_unit(concepts.by_name[name].kind)) for name in concepts.names]
    columns = vars(counts) | vars(results.in_force) | vars(results)
    columns |= {
        "subject_id": counts.subject,
        "analyte": Words(counts.analyte, concepts.names),
        "unit": Words(np.asarray(unit)[counts.analyte], units),
        "comparator": Words(counts.comparator, COMPARATORS),
        "lln_source": Words(counts.lln_source, LLN_SOURCES),
        "origin": Words(counts.origin, ORIGINS),
        "reason_v5": Words(results.reason_v5, GRADE_REASONS),
        "reason_v6": Words(results.reason_v6, GRADE_REASONS),
    }
    return make_table(RESULTS, columns, events.subject_ids)


def _episodes_table(episodes: Episodes, treatments: Treatments, events: Events) -> pa.Table:
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
    return make_table(EPISODES, columns, events.subject_ids)


def _schedule_table(slots: Slots, events: Events) -> pa.Table:
    columns = vars(slots) | {
        "subject_id": slots.subject,
        "test": Words(slots.test, slots.tests),
        "status": Words(slots.status, SLOT_STATUSES),
        "phase": Words(slots.phase, slots.phases),
    }
    return make_table(SCHEDULE, columns, events.subject_ids)
