"""What is urgent at as_of: all findings, in their order, with the next steps that are offered."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import NULL, Array, Words
from leukon.events.schema import COMPARATORS
from leukon.events.table import Events
from leukon.knowledge.judgement import FINDINGS
from leukon.knowledge.protocol import Protocol
from leukon.monitor.courses import Courses
from leukon.monitor.episodes import Episodes
from leukon.monitor.finding_rows import FindingRows, finding_units, join_rows
from leukon.monitor.numbers import Numbers
from leukon.monitor.people import decide_counts, find_fever, find_infection, find_people
from leukon.monitor.results import Results
from leukon.monitor.schedule import Slots
from leukon.monitor.schema import URGENCIES
from leukon.monitor.steps import find_state, find_steps
from leukon.monitor.urgent_anc import find_episodes_over, find_fever_not_known, find_low_anc, find_open
from leukon.monitor.urgent_doubt import find_disagreements, find_doubts
from leukon.monitor.urgent_lines import find_lines
from leukon.monitor.urgent_preliminary import find_preliminary
from leukon.monitor.urgent_silence import find_silence


@dataclass(frozen=True)
class Found:
    """The rows of findings in order, with fever (a number into FEVERS) and next steps."""

    rows: FindingRows
    fever: Array
    next_steps: Words


def find_findings(
    events: Events,
    courses: Courses,
    results: Results,
    episodes: Episodes,
    benign: Array,
    slots: Slots,
    protocol: Protocol,
    schedule: str,
    numbers: Numbers,
) -> Found:
    """Find what needs somebody, and how soon; with or without an episode or a course."""
    people, held = find_people(events, courses, results), events.held_back
    limits, below = protocol.urgency, protocol.episode.below
    fever, infection = find_fever(people, protocol), find_infection(people, protocol)
    counts = decide_counts(people, protocol.episode, limits.wbc.without_differential_below)
    now_open = find_open(people, episodes, counts)
    low = find_low_anc(people, counts, now_open, benign, fever, infection, limits.anc)
    preliminary = find_preliminary(people, counts, held.preliminary, fever, protocol)
    rows = join_rows(
        low,
        preliminary,
        find_fever_not_known(people, join_rows(low, preliminary), fever, limits.anc),
        find_episodes_over(episodes, numbers.anc),
        find_lines(people, low, protocol),
        find_silence(people, counts, now_open, slots, protocol, schedule, numbers),
        find_doubts(people, counts, held.unusable, events.doses, protocol),
        find_disagreements(people, counts, held.disagreements, limits.anc, below),
    )
    state = find_state(people, fever, infection, now_open, events.doses, protocol)
    steps = find_steps(rows, state, protocol, slots.tests, schedule)
    order = _order(rows, steps)
    rows, steps = rows.take(order), steps.take(order)
    return Found(rows, fever[people.place(rows.subject)], steps)


def _order(rows: FindingRows, steps: Words) -> Array:
    """By subject, time and finding, then by the other columns; nulls last."""
    names, urgencies, signs, units, texts = map(
        _ranks, (FINDINGS, URGENCIES, COMPARATORS, finding_units(), steps.words)
    )
    episode, value_time = (np.where(column == NULL, _LAST, column) for column in (rows.episode, rows.value_time))
    value = np.nan_to_num(rows.value, nan=np.inf)
    keys = (texts[steps.index], rows.preliminary, value_time, units[rows.unit], value, signs[rows.comparator])
    return np.lexsort((*keys, urgencies[rows.urgency], episode, names[rows.finding], rows.since, rows.subject))


_LAST = np.iinfo(np.int64).max


def _ranks(words: Sequence[str]) -> Array:
    """Place of each word in the order of the alphabet; the last entry stands for none."""
    rank = {word: place for place, word in enumerate(sorted(set(words)))}
    return np.asarray([*(rank[word] for word in words), len(rank)])
