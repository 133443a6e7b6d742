"""How each person stands at as_of: the latest of everything, fever, infection, who was told."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array
from leukon.events.concepts import Concepts
from leukon.events.table import Events
from leukon.events.usable import Counts, Findings
from leukon.knowledge.protocol import EpisodeRule, Protocol
from leukon.monitor.courses import Courses
from leukon.monitor.episodes import find_low_and_high
from leukon.monitor.limits import all_below, all_from
from leukon.monitor.results import Results
from leukon.monitor.schema import FEVERS

YES, NO, UNKNOWN = range(len(FEVERS))
GOOD_NEWS = ("no", "negative", "normal")
BAD_NEWS = ("yes", "positive")


@dataclass(frozen=True)
class Recent:
    """Words of coded findings: who said yes or no on which days."""

    person: Array
    day: Array
    is_yes: Array
    is_no: Array


@dataclass(frozen=True)
class Line:
    """The results of one analyte in their order, and for each person the place of the latest (-1: none)."""

    at: Array
    person: Array
    latest: Array
    value: Array
    comparator: Array
    time: Array

    def of_latest(self, column: Array, otherwise: float) -> Array:
        """A column of this line at each person's latest row."""
        return take_or(column, self.latest, otherwise)


def take_or(column: Array, place: Array, otherwise: float) -> Array:
    """A column at places; `otherwise` where the place is -1."""
    if not column.size:
        return np.full(place.shape, otherwise, column.dtype)
    return np.where(place >= 0, column[place], otherwise)


@dataclass(frozen=True)
class People:
    """Everybody with a usable row or one held back, by number from `first`; one entry a person in every array."""

    first: int
    size: int
    today: int
    counts: Counts
    concepts: Concepts
    last_course: Array
    """Place of the last course that began; -1: none."""
    in_course: Array
    """Course in force at each count."""
    courses: Courses
    facts: Findings

    def place(self, subject: Array) -> Array:
        """Places of subjects among the people."""
        return subject - self.first

    @property
    def subject(self) -> Array:
        """Number of each person's subject."""
        return np.arange(self.first, self.first + self.size)

    def line(self, analyte: str) -> Line:
        """The results of an analyte."""
        counts = self.counts
        at = np.flatnonzero(counts.analyte == self.concepts.number[analyte])
        person = self.place(counts.subject[at])
        return Line(at, person, self.last(person), counts.value[at], counts.comparator[at], counts.time[at])

    def last(self, person: Array, flag: Array | None = None) -> Array:
        """Place of each person's last row (of those with a flag); -1 if there is none. Rows are sorted."""
        place = np.full(self.size, -1)
        at = np.arange(person.size) if flag is None else np.flatnonzero(flag)
        place[person[at]] = at
        return place

    def baseline(self, line: Line) -> Array:
        """Place of each person's last row of a line before the last course began; -1: none."""
        began = take_or(self.courses.course, self.last_course, 0)
        return self.last(line.person, self.in_course[line.at] < began[line.person])

    def words(self, name: str) -> Recent:
        """What the coded findings of a name said."""
        facts = self.facts
        at = np.flatnonzero(facts.finding == self.concepts.number[name])
        plain = [(word or "").strip().lower() for word in facts.word.words]
        is_yes, is_no = (
            np.asarray([*(word in wanted for word in plain), False], bool)[facts.word.index[at]]
            for wanted in (BAD_NEWS, GOOD_NEWS)
        )
        return Recent(self.place(facts.subject[at]), facts.time[at] // DAY, is_yes, is_no)

    def any_since(self, day: Array | int, recent: Recent, flag: Array) -> Array:
        """Who has a flagged row on `day` (one for all, or one a person) or later."""
        since = np.broadcast_to(day, self.size)[recent.person]
        found = np.zeros(self.size, bool)
        found[recent.person[flag & (recent.day >= since)]] = True
        return found


def find_people(events: Events, courses: Courses, results: Results) -> People:
    """Everybody of a piece."""
    held = events.held_back
    columns = (
        events.counts.subject,
        events.findings.subject,
        events.doses.subject,
        held.preliminary.subject,
        held.unusable.subject,
    )
    first = min((int(column.min()) for column in columns if column.size), default=0)
    size = max((int(column.max()) for column in columns if column.size), default=-1) + 1 - first
    last_course = np.full(size, -1)
    last_course[courses.subject - first] = np.arange(courses.subject.size)
    return People(
        first,
        size,
        events.as_of.day,
        events.counts,
        events.concepts,
        last_course,
        results.in_force.course,
        courses,
        events.findings,
    )


def find_fever(people: People, protocol: Protocol) -> Array:
    """YES, NO or UNKNOWN for each person, from temperatures and words on the last days."""
    limits, facts = protocol.urgency.fever, people.facts
    at = np.flatnonzero(facts.finding == people.concepts.number["temperature"])
    value, comparator = facts.value[at], facts.comparator[at]
    high = all_from(value, comparator, limits.temperature_from)
    measured = Recent(
        people.place(facts.subject[at]),
        facts.time[at] // DAY,
        high,
        all_below(value, comparator, limits.temperature_from),
    )
    said = people.words("unwell")
    lately, asked = people.today - limits.high_within_days, people.today - limits.asked_within_days
    hot = people.any_since(lately, measured, measured.is_yes) | people.any_since(lately, said, said.is_yes)
    unclear = people.any_since(lately, measured, ~measured.is_yes & ~measured.is_no)
    unclear |= people.any_since(lately, said, ~said.is_yes & ~said.is_no)
    cool = people.any_since(asked, measured, measured.is_no) | people.any_since(asked, said, said.is_no)
    return np.where(hot, YES, np.where(cool & ~unclear, NO, UNKNOWN))


def find_infection(people: People, protocol: Protocol) -> Array:
    """YES, NO or UNKNOWN for each person, from what was recorded on the last days."""
    said = people.words("infection")
    since = people.today - protocol.urgency.gates.infection_within_days
    present, absent = people.any_since(since, said, said.is_yes), people.any_since(since, said, said.is_no)
    return np.where(present, YES, np.where(absent, NO, UNKNOWN))


@dataclass(frozen=True)
class Decided:
    """ANC and WBC as far as they decide: for each person the place of the latest decided ANC, and whether it is low."""

    anc: Line
    latest: Array
    is_low: Array
    undecided: Array
    wbc: Line
    wbc_is_low: Array
    """A WBC so low, later than the latest decided ANC, that the ANC must be low."""

    def anc_column(self, column: Array, otherwise: float) -> Array:
        """A column of the ANC at each person's latest decided one."""
        return take_or(column, self.latest, otherwise)


def decide_counts(people: People, rule: EpisodeRule, limit: float) -> Decided:
    """Latest decided ANC of each person, and the white cells after it."""
    anc, wbc = people.line("anc"), people.line("wbc")
    low, high = find_low_and_high(anc.value, anc.comparator, rule)
    latest = people.last(anc.person, low | high)
    is_low = take_or(low, latest, 0).astype(bool)
    later = wbc.of_latest(wbc.time, NULL) > take_or(anc.time, latest, NULL)
    few = all_below(wbc.of_latest(wbc.value, np.nan), wbc.of_latest(wbc.comparator, -1), limit)
    return Decided(anc, latest, is_low, (anc.latest >= 0) & (anc.latest != latest), wbc, later & few)
