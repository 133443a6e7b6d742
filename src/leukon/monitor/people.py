"""How each person stands at as_of: the latest of everything, fever, infection, who was told."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array
from leukon.events.concepts import Concepts
from leukon.events.held_back import Unusable
from leukon.events.table import Events
from leukon.events.usable import Counts, Findings
from leukon.knowledge.protocol import EpisodeRule, Protocol
from leukon.knowledge.workup import CodedWords
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
    unusable: Unusable

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
        """Place of the last row of a line before the course in which the latest one lies; -1: none.

        A dose mends nothing: until a newer value comes, the old one keeps its own baseline.
        """
        began = take_or(self.in_course[line.at], line.latest, 0)
        return self.last(line.person, self.in_course[line.at] < began[line.person])

    def first_baseline(self, line: Line) -> Array:
        """Place of the last row of a line before the first course, else of the first row; -1: none."""
        before = self.last(line.person, self.in_course[line.at] == 0)
        first = np.full(self.size, -1)
        first[line.person[::-1]] = np.arange(line.person.size)[::-1]
        return np.where(before >= 0, before, first)

    def words(self, name: str, bad: Collection[str] = BAD_NEWS) -> Recent:
        """What the coded findings of a name said; `bad` are the words that count as yes."""
        facts = self.facts
        at = np.flatnonzero(facts.finding == self.concepts.number[name])
        plain = [(word or "").strip().lower() for word in facts.word.words]
        is_yes, is_no = (
            np.asarray([*(word in wanted for word in plain), False], bool)[facts.word.index[at]]
            for wanted in (bad, GOOD_NEWS)
        )
        return Recent(self.place(facts.subject[at]), facts.time[at] // DAY, is_yes, is_no)

    def lost(self, name: str) -> Recent:
        """Rows of a name that came and do not say what they mean."""
        at = np.flatnonzero(self.unusable.concept == self.concepts.number[name])
        some = np.ones(at.size, bool)
        return Recent(self.place(self.unusable.subject[at]), self.unusable.time[at] // DAY, some, ~some)

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
        held.unusable,
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
    for lost in (people.lost("temperature"), people.lost("unwell")):
        unclear |= people.any_since(lately, lost, lost.is_yes)
    cool = people.any_since(asked, measured, measured.is_no) | people.any_since(asked, said, said.is_no)
    return np.where(hot, YES, np.where(cool & ~unclear, NO, UNKNOWN))


def find_infection(people: People, protocol: Protocol) -> Array:
    """YES, NO or UNKNOWN for each person, from what was recorded on the last days."""
    said = people.words("infection")
    infections = {word for item in protocol.workup.values() if isinstance(item, CodedWords) for word in item.conditions}
    named = people.words("condition", infections)
    since = people.today - protocol.urgency.gates.infection_within_days
    present, absent = people.any_since(since, said, said.is_yes), people.any_since(since, said, said.is_no)
    present |= people.any_since(since, named, named.is_yes)
    return np.where(present, YES, np.where(absent, NO, UNKNOWN))


@dataclass(frozen=True)
class Decided:
    """For each person the place of the latest decided ANC, whether it is low, and too few white cells after it."""

    anc: Line
    latest: Array
    is_low: Array
    undecided: Array
    wbc: Line
    few: Array
    """The latest WBC after that ANC so low that the ANC must be; -1: none, or a WBC after it that allows more."""

    def anc_column(self, column: Array, otherwise: float) -> Array:
        """A column of the ANC at each person's latest decided one."""
        return take_or(column, self.latest, otherwise)

    def wbc_column(self, column: Array, otherwise: float) -> Array:
        """A column of the WBC where there are too few."""
        return take_or(column, self.few, otherwise)


def decide_counts(people: People, rule: EpisodeRule, limit: float) -> Decided:
    """Latest decided ANC of each person, and too few white cells after it."""
    anc, wbc = people.line("anc"), people.line("wbc")
    low, high = find_low_and_high(anc.value, anc.comparator, rule)
    latest = people.last(anc.person, low | high)
    is_low = take_or(low, latest, 0).astype(bool)
    later = wbc.time > take_or(anc.time, latest, NULL)[wbc.person]
    few = people.last(wbc.person, later & all_below(wbc.value, wbc.comparator, limit))
    enough = people.last(wbc.person, all_from(wbc.value, wbc.comparator, rule.below))
    few = np.where(enough > few, -1, few)
    return Decided(anc, latest, is_low, (anc.latest >= 0) & (anc.latest != latest), wbc, few)
