"""How long and how deep: every episode as the days between its counts, its nadir, and its time below each limit."""

import numpy as np
import pyarrow as pa

from leukon.cohort.course_schema import COURSE_COUNTS
from leukon.cohort.followed import Anc
from leukon.cohort.limits import Limit
from leukon.cohort.spells import Spells
from leukon.cohort.tally import tally
from leukon.events.arrays import DAY, NULL, Array, Words
from leukon.events.schema import COMPARATORS
from leukon.monitor.courses import Courses
from leukon.monitor.episodes import Episodes
from leukon.monitor.near import expand
from leukon.monitor.schema import EPISODE_STATUSES

TIME_LIMITS = tuple(Limit(value, inclusive=False) for value in (1.5, 1.0, 0.5))
"""Limits below which time is told: those of the grades 2, 3 and 4 of CTCAE 5.0."""
PER_L = 1e9
"""Cells/L in 10^9/L: the door rounds a number to 6 decimals in its unit, at the finest /uL, so they are whole."""


def tally_durations(spells: Spells, episodes: Episodes, courses: Courses) -> tuple[pa.Table, pa.Table]:
    """`duration_counts` and `nadir_counts`; each counts every episode once."""
    keys = _keys(spells, episodes, courses) | {
        "before_days": spells.before_days,
        "least_days": spells.least_days,
        "seen_days": spells.seen_days,
        "comparator": Words(episodes.nadir_comparator, COMPARATORS),
        "nadir_per_l": np.rint(episodes.nadir * PER_L).astype(np.int64),
    }
    return tally(COURSE_COUNTS["duration_counts"], keys, {}), tally(COURSE_COUNTS["nadir_counts"], keys, {})


def tally_below(anc: Anc, spells: Spells, episodes: Episodes, courses: Courses) -> pa.Table:
    """`below_counts`; counts every episode once for each limit.

    Only the days between neighbouring counts are told (of any ANC, undecided ones too), from the last high count
    before the episode to its end. Least: both counts are beyond the limit. Most: not both are on this side of it.
    Nothing is interpolated: between two counts a course of values that fits both is as good as any other.
    """
    times = [find_time_below(limit, anc, spells) for limit in TIME_LIMITS]
    number, size = len(TIME_LIMITS), spells.first.size
    keys: dict[str, Array | Words] = {
        name: key.take(np.tile(np.arange(size), number)) if isinstance(key, Words) else np.tile(key, number)
        for name, key in _keys(spells, episodes, courses).items()
    }
    keys |= {
        "limit": Words(np.arange(number).repeat(size), [limit.word for limit in TIME_LIMITS]),
        "least_days": np.concatenate([least for least, _ in times]),
        "most_days": np.concatenate([most for _, most in times]),
    }
    return tally(COURSE_COUNTS["below_counts"], keys, {})


def find_time_below(limit: Limit, anc: Anc, spells: Spells) -> tuple[Array, Array]:
    """Least and most days of each episode beyond the limit; the most are NULL without a high count before it."""
    has_before = spells.before >= 0
    episode, at = expand(np.where(has_before, spells.before, spells.first), spells.end)
    said, then = (anc.value[at], anc.comparator[at]), (anc.value[at + 1], anc.comparator[at + 1])
    days = anc.time[at + 1] // DAY - anc.time[at] // DAY
    least = np.where(limit.is_crossed(*said) & limit.is_crossed(*then), days, 0)
    most = np.where(limit.is_kept(*said) & limit.is_kept(*then), 0, days)
    size = spells.first.size
    return (
        np.bincount(episode, least, size).astype(np.int64),
        np.where(has_before, np.bincount(episode, most, size).astype(np.int64), NULL),
    )


def _keys(spells: Spells, episodes: Episodes, courses: Courses) -> dict[str, Array | Words]:
    return {
        "drug": Words(spells.drug(courses), courses.drugs),
        "course": episodes.course,
        "status": Words(episodes.status, EPISODE_STATUSES),
    }
