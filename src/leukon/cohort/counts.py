"""Counts of a cohort that can be added: piece by piece, shard by shard, machine by machine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import pyarrow as pa

from leukon.cohort.course_counts import count_course
from leukon.cohort.course_schema import ALL_COUNTS
from leukon.cohort.crossings import find_crossings
from leukon.cohort.followed import find_anc, find_deaths, find_followed
from leukon.cohort.incidence_counts import find_incidence, tally_flow, tally_incidence
from leukon.cohort.limits import find_limits
from leukon.cohort.onset_counts import tally_episodes, tally_onset
from leukon.cohort.schema import WINDOWS
from leukon.cohort.slot_counts import tally_slots
from leukon.cohort.tally import add_tables, in_order
from leukon.cohort.tested import find_gaps, find_symptoms, tally_gaps, tally_tests
from leukon.errors import UnlikeCounts
from leukon.events.table import Events
from leukon.knowledge.protocol import Protocol
from leukon.monitor.review import Review, each
from leukon.monitor.tables import Columns

Tables = dict[str, pa.Table]


@dataclass(frozen=True)
class CohortCounts:
    """Counts of whole subjects: what they mean is said in decisions 17 and 22, their columns in `ALL_COUNTS`.

    They hold no identifier, but small numbers: they are made to be added, and hiding small numbers is the business of
    whoever lets a table out.
    """

    flow_counts: pa.Table
    incidence_counts: pa.Table
    interval_counts: pa.Table
    onset_counts: pa.Table
    episode_counts: pa.Table
    test_counts: pa.Table
    gap_counts: pa.Table
    adherence_counts: pa.Table
    calendar_counts: pa.Table
    duration_counts: pa.Table
    nadir_counts: pa.Table
    below_counts: pa.Table
    response_counts: pa.Table
    landmark_counts: pa.Table
    phenotype_counts: pa.Table
    lgl_counts: pa.Table

    def tables(self) -> Tables:
        """The tables by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def provenance(self) -> dict[bytes, bytes]:
        """What they depend on, as the review they are made of said it; empty if it did not."""
        return self.flow_counts.schema.metadata or {}

    @classmethod
    def from_tables(cls, tables: Mapping[str, pa.Table]) -> "CohortCounts":
        """Counts from the tables of `tables()`, read again from files; their rows may be in any order.

        Raises
        ------
        UnlikeCounts
            If a table or column is missing.
        """
        missing = [name for name in ALL_COUNTS if name not in tables]
        missing += [
            f"{name}.{column}"
            for name, layout in ALL_COUNTS.items()
            for column in layout.schema.names
            if name in tables and column not in tables[name].column_names
        ]
        if missing:
            raise UnlikeCounts(f"{', '.join(missing)} is not there")
        return cls(**{name: _signed(in_order(tables[name], ALL_COUNTS[name]), tables[name]) for name in ALL_COUNTS})


def count_cohort(events: Events, columns: Columns, protocol: Protocol) -> CohortCounts:
    """Count one piece of a review: whole subjects, as checked events and what the monitor found in them.

    The counts of a cohort are the sum of those of its pieces, however it was cut.
    """
    anc, limits = find_anc(events, columns, protocol.episode), find_limits(protocol.episode)
    followed = find_followed(columns, anc, find_deaths(events), events.as_of.day)
    with_symptoms = find_symptoms(events, protocol, anc)
    crossed, entered = find_crossings(limits, anc, columns.episodes, followed)
    incidence = find_incidence(crossed, entered, followed, with_symptoms)
    gaps = find_gaps(anc, followed, with_symptoms)
    intervals, onset = tally_onset(limits, entered, followed, anc)
    adherence, calendar = tally_slots(columns.slots, followed)
    tables = {
        "flow_counts": tally_flow(incidence[0][WINDOWS.index("course")], limits, entered, followed, anc),
        "incidence_counts": tally_incidence(incidence, limits, entered, followed),
        "interval_counts": intervals,
        "onset_counts": onset,
        "episode_counts": tally_episodes(limits, crossed, columns.episodes, followed),
        "test_counts": tally_tests(gaps, followed),
        "gap_counts": tally_gaps(gaps, followed),
        "adherence_counts": adherence,
        "calendar_counts": calendar,
        **count_course(events, columns, protocol),
    }
    return CohortCounts(**{name: in_order(table, ALL_COUNTS[name]) for name, table in tables.items()})


def add_counts(parts: Iterable[CohortCounts]) -> CohortCounts:
    """Add counts of different subjects; exact, in any order and any grouping.

    Raises
    ------
    UnlikeCounts
        If they depend on different things: another protocol, schedule, as_of or version of leukon. (Counts that do
        not say what they depend on are only like others that do not.)
    """
    parts = list(parts)
    if len({tuple(sorted(part.provenance.items())) for part in parts}) > 1:
        raise UnlikeCounts("they depend on different protocols, schedules, as_of or versions of leukon")
    added = {name: add_tables(layout, [part.tables()[name] for part in parts]) for name, layout in ALL_COUNTS.items()}
    return CohortCounts(
        **{name: _signed(table, *(part.flow_counts for part in parts[:1])) for name, table in added.items()}
    )


def count_review(review: Review) -> CohortCounts:
    """Count a whole review, piece by piece, and sign the tables with what they depend on."""
    parts = each(lambda piece: count_cohort(*piece, review.protocol), review.pieces)
    tables = add_counts(parts).tables()
    return CohortCounts(**{name: table.replace_schema_metadata(review.provenance) for name, table in tables.items()})


def _signed(table: pa.Table, *like: pa.Table) -> pa.Table:
    return table.replace_schema_metadata(like[0].schema.metadata if like else None)
