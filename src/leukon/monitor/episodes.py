"""When was the count low: episodes with what is known, and not known, about onset, nadir and recovery."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array, changes
from leukon.events.comparators import DEPTH, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL
from leukon.knowledge.protocol import EpisodeRule
from leukon.monitor.courses import Courses, number_within, start_of_course
from leukon.monitor.results import Results
from leukon.monitor.runs import Runs
from leukon.monitor.schema import EPISODE_STATUSES

RECOVERED, CARRIED_OVER, RECOVERING, ONGOING = range(len(EPISODE_STATUSES))
MEASURED = 0


@dataclass(frozen=True)
class Episodes:
    """One entry an episode, sorted by subject and onset; the columns of the contract as arrays.

    `course_start` is the start of the course in force at onset; `until` ends the time in which treatments count.
    """

    subject: Array
    episode: Array
    course: Array
    course_start: Array
    onset_after_time: Array
    onset_by_time: Array
    nadir: Array
    nadir_comparator: Array
    nadir_time: Array
    worst_grade_v5: Array
    worst_grade_v6: Array
    results: Array
    derived_results: Array
    recovered_after_time: Array
    recovered_by_time: Array
    longest_gap_days: Array
    status: Array
    until: Array


@dataclass(frozen=True)
class _Decided:
    """ANC that are low or high, sorted; `row` is their place in the results, `place` among all ANC."""

    row: Array
    place: Array
    low: Array
    subject: Array
    course: Array
    time: Array


@dataclass(frozen=True)
class _Bounds:
    """One entry an episode: its first low count, and the high series after its last one, as places of decided counts.

    `after` is the first count of that series (-1: there is none); `recovers` says whether it is a recovery.
    """

    onset: Array
    after: Array
    recovers: Array


def find_episodes(results: Results, anc: int, courses: Courses, rule: EpisodeRule, as_of: int) -> Episodes:
    """Find the episodes of low ANC in sorted results.

    An episode begins with the first low count and ends at the first count of the first unbroken series of high counts
    that holds `recovery_results` counts over at least `recovery_days`. It lies in one course: the first dose of the
    next one ends it (carried_over). Undecided counts neither open, close nor interrupt anything.
    """
    at = (results.counts.analyte == anc).nonzero()[0]
    decided = _decide(results, at, rule)
    bounds = _find_bounds(decided, rule)
    subject, course = decided.subject[bounds.onset], decided.course[bounds.onset]
    next_start = start_of_course(courses, subject, course + 1)
    status = np.where(next_start == NULL, np.where(bounds.after < 0, ONGOING, RECOVERING), CARRIED_OVER)
    status[bounds.recovers] = RECOVERED
    closes = (status == RECOVERED) | (status == RECOVERING)
    recovered_by = np.where(closes, decided.time[bounds.after], NULL) if closes.size else next_start
    last = np.where(closes, decided.place[bounds.after], -1) if closes.size else bounds.after
    lows = _low_runs(decided, bounds)
    low_at = decided.low.nonzero()[0]
    low_rows, counts = decided.row[low_at], results.counts
    nadir = low_at[_place_of_lowest(lows, counts.value[low_rows], counts.comparator[low_rows])]
    return Episodes(
        subject=subject,
        episode=number_within(subject),
        course=course,
        course_start=start_of_course(courses, subject, course),
        onset_after_time=_last_high_before(decided, bounds.onset),
        onset_by_time=decided.time[bounds.onset],
        nadir=counts.value[decided.row[nadir]],
        nadir_comparator=counts.comparator[decided.row[nadir]],
        nadir_time=decided.time[nadir],
        worst_grade_v5=_worst(lows, results.grade_v5[low_rows]),
        worst_grade_v6=_worst(lows, results.grade_v6[low_rows]),
        results=lows.lengths,
        derived_results=lows.fold(np.add, (counts.origin[low_rows] != MEASURED).astype(np.int64)),
        recovered_after_time=decided.time[lows.last(low_at)],
        recovered_by_time=recovered_by,
        longest_gap_days=_longest_gaps(results, at, decided.place[bounds.onset], last),
        status=status,
        until=np.where(closes, recovered_by, np.where(status == CARRIED_OVER, next_start, as_of)),
    )


def _decide(results: Results, at: Array, rule: EpisodeRule) -> _Decided:
    low, high = find_low_and_high(results.counts.value[at], results.counts.comparator[at], rule)
    place = (low | high).nonzero()[0]
    row = at[place]
    counts = results.counts
    return _Decided(row, place, low[place], counts.subject[row], results.in_force.course[row], counts.time[row])


def _find_bounds(decided: _Decided, rule: EpisodeRule) -> _Bounds:
    """Cut the counts into series of neighbours that are all low or all high; within a course they alternate.

    A low series opens an episode if it is the first of its course or comes after a recovery; so an episode is a run of
    low series, and the series after its last one is high, or of another course.
    """
    series = Runs(changes(decided.subject, decided.course, decided.low))
    low, date = series.first(decided.low), decided.time // DAY
    recovers = ~low & (series.lengths >= rule.recovery_results)
    recovers &= series.last(date) - series.first(date) >= rule.recovery_days
    of_course = np.cumsum(changes(series.first(decided.subject), series.first(decided.course)).astype(np.int64))
    lows = low.nonzero()[0]
    episodes = Runs(changes(of_course[lows]) | recovers[lows - 1])  # the first series of all always opens one
    last_low = episodes.last(lows)
    after = np.minimum(last_low + 1, series.starts.size - 1)
    is_there = (after > last_low) & (of_course[after] == of_course[last_low])
    return _Bounds(
        onset=series.starts[episodes.first(lows)],
        after=np.where(is_there, series.starts[after], -1),
        recovers=is_there & recovers[after],
    )


def _low_runs(decided: _Decided, bounds: _Bounds) -> Runs:
    """The low counts, cut into the episodes they belong to."""
    opens = np.zeros(decided.low.size, bool)
    opens[bounds.onset] = True
    return Runs(opens[decided.low])


def find_low_and_high(value: Array, comparator: Array, rule: EpisodeRule) -> tuple[Array, Array]:
    """Which counts are low, and which high: a count is the set of values it allows, and all of them must be."""
    low, high = value < rule.below, value >= rule.recovered_at
    if np.any(comparator >= 0):
        low = (
            np.where(comparator == LESS, value <= rule.below, low)
            & (comparator != GREATER)
            & (comparator != GREATER_EQUAL)
        )
        high &= (comparator != LESS) & (comparator != LESS_EQUAL)
    return low, high


def _place_of_lowest(runs: Runs, value: Array, comparator: Array) -> Array:
    """Place of the earliest of the lowest counts of each run."""
    least = value == runs.spread(runs.fold(np.minimum, value))
    depth = np.where(least, DEPTH[comparator], len(DEPTH))
    least &= depth == runs.spread(runs.fold(np.minimum, depth))
    return runs.fold(np.minimum, np.where(least, np.arange(value.size), value.size))


def _worst(runs: Runs, grade: Array) -> Array:
    """Worst grade of each run; -1 if one is unknown, unless another reaches 4."""
    worst = runs.fold(np.maximum, grade)
    return np.where((runs.fold(np.minimum, grade) < 0) & (worst < 4), -1, worst)


def _last_high_before(decided: _Decided, onset: Array) -> Array:
    """Time of the subject's last high count before each onset, in whatever course; NULL if there is none."""
    last = np.maximum.accumulate(np.where(decided.low, -1, np.arange(decided.low.size)))[onset]
    return np.where((last >= 0) & (decided.subject[last] == decided.subject[onset]), decided.time[last], NULL)


def _longest_gaps(results: Results, at: Array, first: Array, last: Array) -> Array:
    """Longest gap in days between neighbouring counts from `first` to `last` (-1: to the last of the course)."""
    if not first.size:
        return first
    courses = Runs(changes(results.counts.subject[at], results.in_force.course[at]))
    date = results.counts.time[at] // DAY
    gap = np.append(np.diff(date, prepend=date[:1]), 0)
    end = courses.ends[courses.starts.searchsorted(first, side="right") - 1] - 1
    end = np.where(last < 0, end, last)
    longest = np.maximum.reduceat(gap, np.column_stack([first + 1, end + 1]).ravel())[::2]
    return np.where(end > first, longest, NULL)
