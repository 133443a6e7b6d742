"""Who was looked at, and how often: days with an ANC, the gaps between them, and what could hide in a gap."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leukon.cohort.followed import Anc, Followed
from leukon.cohort.schema import COUNTS, GAPS, WINDOWS
from leukon.cohort.tally import tally
from leukon.cohort.windows import AFTER, days_up_to, is_up_to, sum_at, to_windows
from leukon.events.arrays import DAY, Array, Words, changes
from leukon.events.table import Events
from leukon.knowledge.protocol import Protocol
from leukon.monitor.limits import all_from
from leukon.monitor.near import find_in_windows
from leukon.monitor.people import BAD_NEWS

UNSEEN_DAYS = 5
"""Length of the episode that may go unseen: the median of one series (Wolach 2010)."""
BEFORE_FIRST, BETWEEN, AFTER_LAST, LONGEST = range(len(GAPS))


@dataclass(frozen=True)
class Gaps:
    """Gaps (start, end] in days of a course, in the order of the courses; the last one ends with the follow-up.

    `with_symptoms`: the ANC at its end came with symptoms.
    """

    course_row: Array
    kind: Array
    start: Array
    end: Array
    with_symptoms: Array


def find_symptoms(events: Events, protocol: Protocol, anc: Anc) -> Array:
    """Which ANC came with symptoms: fever, feeling unwell or an infection recorded on that day or the two before."""
    facts, number, limits = events.findings, events.concepts.number, protocol.urgency.fever
    plain = [(word or "").strip().lower() in BAD_NEWS for word in facts.word.words]
    said = np.asarray([*plain, False], bool)[facts.word.index]
    is_heat = facts.finding == number["temperature"]
    bad = np.where(is_heat, all_from(facts.value, facts.comparator, limits.temperature_from), said)
    bad &= is_heat | np.isin(facts.finding, [number["unwell"], number["infection"]])
    marked = np.zeros(anc.subject.size, bool)
    if bad.any():
        day = facts.time[bad] // DAY
        _, row = find_in_windows(facts.subject[bad], day, day + limits.high_within_days, anc.subject, anc.time)
        marked[row] = True
    return marked


def find_gaps(anc: Anc, followed: Followed, with_symptoms: Array) -> Gaps:
    """Every day with an ANC ends a gap, and the end of follow-up ends the last one of each course."""
    at = ((anc.course_row >= 0) & changes(anc.course_row, anc.day)).nonzero()[0]
    row, size = anc.course_row[at], followed.size
    place = np.arange(at.size) + row  # each course before has one gap more than days with an ANC
    kind = np.full(at.size + size, AFTER_LAST, np.int8)
    kind[place] = np.where(changes(row), BEFORE_FIRST, BETWEEN)
    of = np.empty(kind.size, np.int64)
    of[kind == AFTER_LAST], of[place] = np.arange(size), row
    end = followed.follow_days[of]
    end[place] = anc.day[at]
    start = np.where(changes(of), 0, np.append(0, end[:-1])[: end.size])
    marked = np.zeros(kind.size, bool)
    marked[place] = with_symptoms[at]
    return Gaps(of, kind, start, end, marked)


def tally_tests(gaps: Gaps, followed: Followed) -> pa.Table:
    """`test_counts`."""
    courses, windows, size = followed.courses, len(WINDOWS), followed.size
    tested = gaps.kind != AFTER_LAST
    row, day, marked = gaps.course_row[tested], gaps.end[tested], gaps.with_symptoms[tested]
    tests = to_windows(sum_at(row, is_up_to(day), size))
    unseen_to = np.where(tested, gaps.end - UNSEEN_DAYS, gaps.end)
    persons = followed.follow_days > AFTER
    values = {
        "persons": persons,
        "never_tested": persons & (tests == 0),
        "tests": tests,
        "tests_with_symptoms": to_windows(sum_at(row[marked], is_up_to(day[marked]), size)),
        "follow_up_days": to_windows(days_up_to(0, followed.follow_days)),
        "unseen_days": to_windows(sum_at(gaps.course_row, days_up_to(gaps.start, unseen_to), size)),
    }
    keys = {
        "drug": Words(np.tile(courses.drug, windows), courses.drugs),
        "course": np.tile(courses.course, windows),
        "window": Words(np.arange(windows).repeat(size), WINDOWS),
    }
    return tally(COUNTS["test_counts"], keys, {name: value.ravel() for name, value in values.items()})


def tally_gaps(gaps: Gaps, followed: Followed) -> pa.Table:
    """`gap_counts`."""
    courses, days, closed = followed.courses, gaps.end - gaps.start, gaps.kind != AFTER_LAST
    longest = np.full(followed.size, -1)
    np.maximum.at(longest, gaps.course_row[closed], days[closed])
    tested = (longest >= 0).nonzero()[0]
    row = np.append(gaps.course_row, tested)
    keys = {
        "drug": Words(courses.drug[row], courses.drugs),
        "course": courses.course[row],
        "kind": Words(np.append(gaps.kind, np.full(tested.size, LONGEST)), GAPS),
        "gap_days": np.append(days, longest[tested]),
    }
    return tally(COUNTS["gap_counts"], keys, {})
