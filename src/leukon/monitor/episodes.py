"""When was the count low: episodes with what is known, and not known, about onset, nadir and recovery."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array, changes
from leukon.events.schema import COMPARATORS
from leukon.knowledge.protocol import EpisodeRule
from leukon.monitor.courses import Courses, number_within, start_of_course
from leukon.monitor.results import Results
from leukon.monitor.runs import Runs
from leukon.monitor.schema import EPISODE_STATUSES

RECOVERED, CARRIED_OVER, RECOVERING, ONGOING = range(len(EPISODE_STATUSES))
LESS, LESS_EQUAL, GREATER_EQUAL, GREATER = range(len(COMPARATORS))
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


def find_episodes(results: Results, anc: int, courses: Courses, rule: EpisodeRule, as_of: int) -> Episodes:
    """Find the episodes of low ANC in sorted results.

    An episode begins with the first low count and ends at the first count of the first unbroken series of high counts
    that holds `recovery_results` counts over at least `recovery_days`. It lies in one course: the first dose of the
    next one ends it (carried_over). Undecided counts neither open, close nor interrupt anything.
    """
    at = (results.counts.analyte == anc).nonzero()[0]
    is_low, is_high = find_low_and_high(results.counts.value[at], results.counts.comparator[at], rule)
    decided = (is_low | is_high).nonzero()[0]
    rows, low = at[decided], is_low[decided]
    subject, course = results.counts.subject[rows], results.in_force.course[rows]
    time = results.counts.time[rows]
    series = Runs(changes(subject, course, low))
    series_low = series.first(low)
    recovers = ~series_low & (series.lengths >= rule.recovery_results)
    recovers &= series.last(time) // DAY - series.first(time) // DAY >= rule.recovery_days
    segment = np.cumsum(changes(series.first(subject), series.first(course)))
    lows = series_low.nonzero()[0]
    opens = changes(segment[lows]) | recovers[lows - 1]
    begins = opens.nonzero()[0]
    last_low = lows[np.append(begins[1:], lows.size) - 1] if lows.size else lows
    after = np.minimum(last_low + 1, max(series.starts.size - 1, 0))
    has_after = (after > last_low) & (segment[after] == segment[last_low])
    onset, end = series.starts[lows[begins]], series.starts[after]
    next_start = start_of_course(courses, subject[onset], course[onset] + 1)
    status = np.where(next_start == NULL, np.where(has_after, RECOVERING, ONGOING), CARRIED_OVER)
    status[has_after & recovers[after]] = RECOVERED
    closes = (status == RECOVERED) | (status == RECOVERING)
    recovered_by = np.where(closes, time[end], NULL) if lows.size else time[:0]
    low_at = low.nonzero()[0]
    low_opens = np.zeros(low_at.size, bool)
    low_opens[low_at.searchsorted(onset)] = True
    runs = Runs(low_opens)
    of_lows = rows[low_at]
    counts = results.counts
    nadir = low_at[_place_of_lowest(runs, counts.value[of_lows], counts.comparator[of_lows])]
    return Episodes(
        subject=subject[onset],
        episode=number_within(subject[onset]),
        course=course[onset],
        course_start=start_of_course(courses, subject[onset], course[onset]),
        onset_after_time=_last_high_before(onset, low, subject, time),
        onset_by_time=time[onset],
        nadir=counts.value[rows[nadir]],
        nadir_comparator=counts.comparator[rows[nadir]],
        nadir_time=time[nadir],
        worst_grade_v5=_worst(runs, results.grade_v5[of_lows]),
        worst_grade_v6=_worst(runs, results.grade_v6[of_lows]),
        results=runs.lengths,
        derived_results=runs.fold(np.add, (counts.origin[of_lows] != MEASURED).astype(np.int64)),
        recovered_after_time=time[runs.last(low_at)],
        recovered_by_time=recovered_by,
        longest_gap_days=_longest_gaps(results, at, decided[onset], np.where(closes, decided[end], -1)),
        status=status,
        until=np.where(closes, recovered_by, np.where(status == CARRIED_OVER, next_start, as_of)),
    )


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


_DEPTH = np.asarray([0, 1, 9, 9, 2])
"""Of one number `<` is the lowest, then `<=`, then the exact one."""


def _place_of_lowest(runs: Runs, value: Array, comparator: Array) -> Array:
    """Place of the earliest of the lowest counts of each run."""
    least = value == runs.spread(runs.fold(np.minimum, value))
    depth = np.where(least, _DEPTH[comparator], 9)
    least &= depth == runs.spread(runs.fold(np.minimum, depth))
    return runs.fold(np.minimum, np.where(least, np.arange(value.size), value.size))


def _worst(runs: Runs, grade: Array) -> Array:
    """Worst grade of each run; -1 if one is unknown, unless another reaches 4."""
    worst = runs.fold(np.maximum, grade)
    return np.where((runs.fold(np.minimum, grade) < 0) & (worst < 4), -1, worst)


def _last_high_before(onset: Array, low: Array, subject: Array, time: Array) -> Array:
    last_high = np.maximum.accumulate(np.where(low, -1, np.arange(low.size)))[onset]
    return np.where((last_high >= 0) & (subject[last_high] == subject[onset]), time[last_high], NULL)


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
