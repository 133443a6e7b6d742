"""Counts of episodes and of immune cells, that add as the others do: what they mean is said in decision 22."""

import pyarrow as pa

from leukon.cohort.course_schema import COURSE_COUNTS
from leukon.cohort.durations import tally_below, tally_durations
from leukon.cohort.followed import find_anc
from leukon.cohort.phenotype import tally_lgl, tally_phenotype
from leukon.cohort.responses import find_states, tally_landmarks, tally_responses
from leukon.cohort.spells import find_spells
from leukon.cohort.tally import in_order
from leukon.events.table import Events
from leukon.knowledge.protocol import Protocol
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
