"""Who is followed: each course of each person, how it was entered, and how long anybody looked."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array, changes
from leukon.events.table import Events
from leukon.knowledge.protocol import EpisodeRule
from leukon.monitor.courses import Courses
from leukon.monitor.episodes import CARRIED_OVER, Episodes, find_low_and_high
from leukon.monitor.near import last_before_course
from leukon.monitor.runs import Runs, key_of
from leukon.monitor.tables import Columns


@dataclass(frozen=True)
class Anc:
    """The ANC of a piece, sorted. `course_row` is the place of the course in force, `day` counts from its start.

    In course 0 both are -1.
    """

    subject: Array
    course: Array
    course_row: Array
    time: Array
    day: Array
    value: Array
    comparator: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Followed:
    """One entry a course of a person; days count from its start.

    `follow_days` reach to the next course (`has_next`), to the day of death (`died`), or to `as_of`. `seen_days` reach
    to the last decided ANC in it (-1: none). `baseline_day` is the day of the last decided ANC before it (NULL: none).
    `carried` is the episode that was open when it began (-1: none).
    """

    courses: Courses
    start_date: Array
    follow_days: Array
    has_next: Array
    died: Array
    seen_days: Array
    baseline_day: Array
    carried: Array

    @property
    def size(self) -> int:
        """Number of courses."""
        return self.start_date.size

    def days(self, course_row: Array, time: Array) -> Array:
        """Days from the start of courses to times; -1 where there is no course."""
        return np.where(course_row < 0, -1, time // DAY - np.append(self.start_date, 0)[course_row])

    def find_last(self, anc: Anc) -> Array:
        """Place of the subject's last ANC up to the end of each course; -1: none."""
        courses = self.courses
        key = key_of(anc.subject, anc.course)
        place = key.searchsorted(key_of(courses.subject, courses.course), side="right") - 1
        own = (place >= 0) & (np.append(anc.subject, -1)[place] == courses.subject)
        return np.where(own, place, -1)


@dataclass(frozen=True)
class Deaths:
    """Subjects who died, in order, and the date (days since 1970)."""

    subject: Array
    date: Array


def find_row(courses: Courses, subject: Array, course: Array) -> Array:
    """Place of a subject's course among the courses; -1 in course 0. Rows are sorted by subject and course."""
    runs = Runs(changes(subject, course))
    subject, course = runs.first(subject), runs.first(course)
    return runs.spread(np.where(course > 0, courses.subject.searchsorted(subject) + course - 1, -1))


def find_anc(events: Events, found: Columns, rule: EpisodeRule) -> Anc:
    """The ANC among the results."""
    counts, in_force = found.results.counts, found.results.in_force
    is_anc = counts.analyte == events.concepts.number["anc"]
    at = slice(None) if is_anc.all() else is_anc.nonzero()[0]
    subject, course, time = counts.subject[at], in_force.course[at], counts.time[at]
    value, comparator = counts.value[at], counts.comparator[at]
    row, day = find_row(found.courses, subject, course), np.maximum(in_force.day[at], -1)
    return Anc(subject, course, row, time, day, value, comparator, *find_low_and_high(value, comparator, rule))


def find_followed(found: Columns, anc: Anc, deaths: Deaths, today: int) -> Followed:
    """Every course, from its start on."""
    courses = found.courses
    start = courses.start_time // DAY
    has_next = np.append(courses.subject[1:] == courses.subject[:-1], False)[: start.size]
    death = _death_dates(deaths, anc, courses)
    died = ~has_next & (death != NULL)
    end = np.where(has_next, np.append(start[1:], 0)[: start.size], np.where(died, death, today))
    decided = (anc.low | anc.high).nonzero()[0]
    in_course = decided[anc.course_row[decided] >= 0]
    seen = np.full(start.size, -1)
    seen[anc.course_row[in_course]] = anc.day[in_course]  # the last one stays
    of, number = anc.subject[decided], anc.course[decided]
    before = last_before_course(courses.subject, courses.course, of, number)
    there = before >= 0
    last = decided[before[there]]
    baseline, carried = np.full(start.size, NULL), np.full(start.size, -1)
    baseline[there] = anc.time[last] // DAY - start[there]
    carried[there] = _open_episodes(found.episodes, anc.subject[last], anc.course[last])
    return Followed(courses, start, end - start, has_next, died, seen, baseline, carried)


def find_deaths(events: Events) -> Deaths:
    """Who died, and when first told; numbers of subjects in order."""
    facts = events.findings
    at = (facts.finding == events.concepts.number["death"]).nonzero()[0]
    at = at[changes(facts.subject[at])]
    return Deaths(facts.subject[at], facts.time[at] // DAY)


def _death_dates(deaths: Deaths, anc: Anc, courses: Courses) -> Array:
    """Date of death of the subject of each course, NULL: none. Nobody died before their last ANC or course."""
    date = np.full(courses.subject.size, NULL)
    if deaths.subject.size:
        place = np.minimum(deaths.subject.searchsorted(courses.subject), deaths.subject.size - 1)
        dead = deaths.subject[place] == courses.subject
        last = anc.subject.searchsorted(courses.subject, side="right") - 1
        own = (last >= 0) & (np.append(anc.subject, -1)[last] == courses.subject)
        seen = np.where(own, np.append(anc.time, 0)[last] // DAY, NULL)
        date[dead] = np.maximum.reduce([deaths.date[place], seen, courses.start_time // DAY])[dead]
    return date


def _open_episodes(episodes: Episodes, subject: Array, course: Array) -> Array:
    """The episode of each subject and course that was still open when the next course began; -1: none."""
    carried = (episodes.status == CARRIED_OVER).nonzero()[0]
    if not carried.size:
        return np.full(subject.size, -1)
    key, wanted = key_of(episodes.subject[carried], episodes.course[carried]), key_of(subject, course)
    place = np.minimum(key.searchsorted(wanted), key.size - 1)
    return np.where(key[place] == wanted, carried[place], -1)
