"""Counts of episodes and of immune cells that can be added, as those of `counts`: what they mean is in decision 22."""

from collections.abc import Iterable, Mapping

import pyarrow as pa

from leukon.cohort.course_schema import COURSE_COUNTS
from leukon.cohort.durations import tally_below, tally_durations
from leukon.cohort.followed import find_anc
from leukon.cohort.phenotype import tally_lgl, tally_phenotype
from leukon.cohort.responses import find_states, tally_landmarks, tally_responses
from leukon.cohort.spells import find_spells
from leukon.cohort.tally import add_tables, in_order
from leukon.errors import UnlikeCounts
from leukon.events.table import Events
from leukon.knowledge.protocol import Protocol
from leukon.monitor.review import Review, each
from leukon.monitor.tables import Columns
from leukon.monitor.treatments import find_given

Tables = dict[str, pa.Table]


def count_course(events: Events, columns: Columns, protocol: Protocol) -> Tables:
    """Count one piece of a review: whole subjects; the tables of `COURSE_COUNTS` by name.

    They hold no identifier, but small numbers: they are made to be added, and hiding small numbers is the business of
    whoever lets a table out.
    """
    episodes, courses = columns.episodes, columns.courses
    anc = find_anc(events, columns, protocol.episode)
    spells = find_spells(anc, episodes, courses)
    given = find_given(episodes, events.doses, columns.numbers)
    states = find_states(given, columns.numbers.labels, episodes)
    durations, nadirs = tally_durations(spells, episodes, courses)
    tables = {
        "duration_counts": durations,
        "nadir_counts": nadirs,
        "below_counts": tally_below(anc, spells, episodes, courses),
        "response_counts": tally_responses(states, spells, episodes, courses),
        "landmark_counts": tally_landmarks(states, spells, episodes, courses),
        "phenotype_counts": tally_phenotype(columns, events),
        "lgl_counts": tally_lgl(columns, events),
    }
    return {name: in_order(table, COURSE_COUNTS[name]) for name, table in tables.items()}


def add_course_counts(parts: Iterable[Mapping[str, pa.Table]]) -> Tables:
    """Add counts of different subjects; exact, in any order and any grouping.

    Raises
    ------
    UnlikeCounts
        If a table is missing, or they depend on different things: another protocol, schedule, as_of or version.
    """
    parts = list(parts)
    missing = {name for name in COURSE_COUNTS for part in parts if name not in part}
    if missing:
        raise UnlikeCounts(f"{', '.join(sorted(missing))} is not there")
    signs = {tuple(sorted((part[name].schema.metadata or {}).items())) for part in parts for name in COURSE_COUNTS}
    if len(signs) > 1:
        raise UnlikeCounts("they depend on different protocols, schedules, as_of or versions of leukon")
    sign = dict(*signs) or None
    return {
        name: add_tables(layout, [part[name] for part in parts]).replace_schema_metadata(sign)
        for name, layout in COURSE_COUNTS.items()
    }


def count_course_of_review(review: Review) -> Tables:
    """Count a whole review, piece by piece, and sign the tables with what they depend on."""
    added = add_course_counts(each(lambda piece: count_course(*piece, review.protocol), review.pieces))
    return {name: table.replace_schema_metadata(review.provenance) for name, table in added.items()}
