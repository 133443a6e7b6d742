"""How long each episode was watched, and between which counts: the frame in which the others measure it."""

from dataclasses import dataclass

import numpy as np

from leukon.cohort.followed import Anc, find_row
from leukon.events.arrays import DAY, Array, days_between
from leukon.monitor.courses import Courses
from leukon.monitor.episodes import RECOVERED, RECOVERING, Episodes


@dataclass(frozen=True)
class Spells:
    """One entry an episode. Lengths are in days, places are among the ANC.

    `course_row` is the course's place (-1: course 0). `before_days` lead from the last high count to the first low one
    (NULL: none), `least_days` from the first to the last low one, `seen_days` from the first low one to the end: the
    first count of the recovery (`recovers`, provisional too), or the last decided count of the course. `before`
    (-1: none), `first` and `end` are the places of these three counts.
    """

    course_row: Array
    recovers: Array
    before_days: Array
    least_days: Array
    seen_days: Array
    before: Array
    first: Array
    end: Array

    def drug(self, courses: Courses) -> Array:
        """Number of the drug of each episode's course; -1: none."""
        return np.append(courses.drug, -1)[self.course_row]


def find_spells(anc: Anc, episodes: Episodes, courses: Courses) -> Spells:
    """Find the counts between which each episode lies."""
    decided, lows = (anc.low | anc.high).nonzero()[0], anc.low.nonzero()[0]
    ends = episodes.results.cumsum()
    first, last = lows[ends - episodes.results], lows[ends - 1]
    recovers = (episodes.status == RECOVERED) | (episodes.status == RECOVERING)
    after = decided.searchsorted(last, side="right")
    last_of_course = _last_of_course(anc, decided, last)
    end = np.where(recovers, np.append(decided, -1)[after], last_of_course)
    started = episodes.onset_by_time
    return Spells(
        course_row=find_row(courses, episodes.subject, episodes.course),
        recovers=recovers,
        before_days=days_between(episodes.onset_after_time, started),
        least_days=days_between(started, episodes.recovered_after_time),
        seen_days=anc.time[end] // DAY - started // DAY,
        before=_last_high(anc, first),
        first=first,
        end=end,
    )


def _last_of_course(anc: Anc, decided: Array, of: Array) -> Array:
    """Place of the last decided count in the course in which each of the counts `of` lies."""
    opens = (np.diff(anc.subject[decided]) != 0) | (np.diff(anc.course[decided]) != 0)
    ends = np.append(opens.nonzero()[0], decided.size - 1)
    return decided[ends[ends.searchsorted(decided.searchsorted(of))]] if of.size else of


def _last_high(anc: Anc, first: Array) -> Array:
    """Place of the subject's last high count before each first low one, in whatever course; -1: none."""
    high = anc.high.nonzero()[0]
    place = high.searchsorted(first) - 1
    there = np.append(high, -1)[place]
    own = (place >= 0) & (np.append(anc.subject, -1)[there] == anc.subject[first])
    return np.where(own, there, -1)
