"""When did a count cross a limit: in each episode first, in each course first, and who was beyond it before."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from leukon.cohort.followed import Anc, Followed, find_row
from leukon.cohort.limits import Limit
from leukon.cohort.schema import ENTRIES
from leukon.events.arrays import NULL, Array, Words
from leukon.monitor.episodes import RECOVERED, RECOVERING, Episodes
from leukon.monitor.runs import Runs

CLEAR, OLD, UNKNOWN, LOW = range(len(ENTRIES))
BASELINE_DAYS = 90
"""A count longer ago than this is an old baseline; leukon's choice: three monthly counts."""


@dataclass(frozen=True)
class Crossed:
    """One entry an episode and limit: where it was first surely crossed (place among the ANC; -1: nowhere), and when.

    `course` is the place in `Entered` (-1: course 0), `day` that of the crossing, `end_day` that of the recovery, or
    of the last count without one (-1: no crossing, or course 0). `unsure` episodes may have crossed it; `onset_day` is
    when they began.
    """

    limit: Array
    episode: Array
    course: Array
    at: Array
    day: Array
    end_day: Array
    onset_day: Array
    unsure: Array


@dataclass(frozen=True)
class Entered:
    """One entry a course and limit: `row` is the course's place, `entry` how it was entered.

    `first` and `first_day` are place and day of its first crossing (-1: none), `last_kept` the place of the last ANC
    on this side of the limit before it, or in the course without one (-1: none).
    """

    limit: Array
    row: Array
    entry: Array
    first: Array
    first_day: Array
    last_kept: Array


def find_crossings(
    limits: Sequence[Limit], anc: Anc, episodes: Episodes, followed: Followed
) -> tuple[Crossed, Entered]:
    """Look through every episode and every course, for one limit after the other."""
    bases = _find_bases(anc, episodes, followed)
    pairs = [_find_for(limit, place, bases, anc, followed) for place, limit in enumerate(limits)]
    crossed, entered = zip(*pairs, strict=True)
    return (
        Crossed(*(np.concatenate([getattr(one, each.name) for one in crossed]) for each in fields(Crossed))),
        Entered(*(np.concatenate([getattr(one, each.name) for one in entered]) for each in fields(Entered))),
    )


def words_of(limits: Sequence[Limit], index: Array) -> Words:
    """Numbers of limits as a key."""
    return Words(index, [limit.word for limit in limits])


@dataclass(frozen=True)
class _Bases:
    """What is alike for every limit."""

    lows: Array
    runs: Runs
    row: Array
    onset_day: Array
    end_day: Array
    entry: Array
    last: Array


def _find_bases(anc: Anc, episodes: Episodes, followed: Followed) -> _Bases:
    lows = anc.low.nonzero()[0]
    opens = np.zeros(lows.size, bool)
    opens[episodes.results.cumsum() - episodes.results] = True
    row = find_row(followed.courses, episodes.subject, episodes.course)
    recovers = (episodes.status == RECOVERED) | (episodes.status == RECOVERING)
    recovered = followed.days(row, np.where(recovers, episodes.recovered_by_time, 0))
    entry = np.where(followed.baseline_day < -BASELINE_DAYS, OLD, CLEAR)
    entry[followed.baseline_day == NULL] = UNKNOWN
    return _Bases(
        lows,
        Runs(opens),
        row,
        followed.days(row, episodes.onset_by_time),
        np.where(recovers, recovered, np.append(followed.seen_days, -1)[row]),
        entry,
        followed.find_last(anc),
    )


def _find_for(limit: Limit, number: int, bases: _Bases, anc: Anc, followed: Followed) -> tuple[Crossed, Entered]:
    said, row = (anc.value[bases.lows], anc.comparator[bases.lows]), bases.row
    first_low = bases.runs.fold(np.minimum, np.where(limit.is_crossed(*said), bases.lows, anc.low.size))
    at = np.where(first_low < anc.low.size, first_low, -1)
    counted = (at >= 0) & (row >= 0)
    day = np.where(counted, np.append(anc.day, -1)[at], -1)
    first = np.full(followed.size, -1)
    first[row[counted][::-1]] = at[counted][::-1]  # the first one stays
    entry = np.where(np.append(at >= 0, False)[followed.carried], LOW, bases.entry)
    return (
        Crossed(
            np.full(at.size, number),
            np.arange(at.size),
            np.where(row < 0, -1, row + number * followed.size),
            at,
            day,
            np.where(counted, bases.end_day, -1),
            bases.onset_day,
            bases.runs.fold(np.logical_or, ~limit.is_kept(*said)) & (at < 0),
        ),
        Entered(
            np.full(entry.size, number),
            np.arange(entry.size),
            entry,
            first,
            np.where(first >= 0, np.append(anc.day, -1)[first], -1),
            _last_kept(limit, np.where(first >= 0, first, bases.last), anc),
        ),
    )


def _last_kept(limit: Limit, before: Array, anc: Anc) -> Array:
    """Place of the last ANC on this side of the limit, at `before` or earlier; -1: none of that subject."""
    kept = limit.is_kept(anc.value, anc.comparator).nonzero()[0]
    if not kept.size:
        return np.full(before.size, -1)
    place = kept.searchsorted(before, side="right") - 1
    own = (place >= 0) & (before >= 0) & (anc.subject[kept[place]] == anc.subject[before])
    return np.where(own, kept[place], -1)
