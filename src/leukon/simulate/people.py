"""Imagined people: half of them with a severe episode, each with a usual level, and their visits and counts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import Array
from leukon.knowledge.simulation import CountLevels, Visits
from leukon.simulate.posterior import Posterior
from leukon.simulate.schedules import Episodes

_LAST_DIGIT = 0.01
"""Counts are given with two decimals, as laboratories do."""


@dataclass(frozen=True)
class People:
    """One entry a person: the log of the usual count, and day of onset and duration of the severe episode.

    Without an episode onset is infinite. `onset_cell` and `duration_cell` are the cells of the posteriors that each
    episode was drawn from (only of those with one: the first of the people).
    """

    usual: Array
    onset: Array
    duration: Array
    onset_cell: Array
    duration_cell: Array

    @property
    def has_episode(self) -> Array:
        """Whether the person has a severe episode, at whatever day."""
        return np.isfinite(self.onset)


def draw_people(rng: np.random.Generator, size: int, episodes: Episodes, levels: CountLevels) -> People:
    """Draw `size` people, the first half of them with an episode."""
    ill, well = size // 2, size - size // 2
    duration_cell, duration = _draw_times(rng, episodes.durations, ill)
    onset_cell, onset = _draw_times(rng, episodes.onsets, ill)
    return People(
        usual=np.log(levels.usual) + levels.between_log_sd * rng.standard_normal(size),
        onset=np.concatenate([onset, np.full(well, np.inf)]),
        duration=np.concatenate([duration, np.zeros(well)]),
        onset_cell=onset_cell,
        duration_cell=duration_cell,
    )


def _draw_times(rng: np.random.Generator, posterior: Posterior, size: int) -> tuple[Array, Array]:
    cell = posterior.draw(rng, size)
    return cell, np.exp(posterior.mu[cell] + posterior.sigma[cell] * rng.standard_normal(size))


def draw_visits(rng: np.random.Generator, days: Sequence[int], size: int, visits: Visits) -> Array:
    """Days of attended tests, one row a person, sorted; infinite where a test was missed."""
    time = np.asarray(days) + visits.jitter_sd_days * rng.standard_normal((size, len(days)))
    time[rng.random(time.shape) < visits.missed] = np.inf
    time.sort(axis=1)
    return time


def draw_counts(
    rng: np.random.Generator, time: Array, person: Array, people: People, levels: CountLevels, severe_below: float
) -> Array:
    """The count of each test, to two decimals; it is severe exactly inside an episode, and by chance in the others.

    Towards an episode the log of the count falls in a straight line for `fall_days`, and rises so after it; inside it
    is a parabola down to `nadir`. Counts vary within a person, except inside: there the count is below the limit by
    definition of the duration, and variation would be counted twice. For the same reason the other counts of a
    person with an episode are never severe.
    """
    usual, onset, duration = people.usual[person], people.onset[person], people.duration[person]
    limit, top = np.log(severe_below), severe_below - _LAST_DIGIT
    inside = (time >= onset) & (time < onset + duration)
    outside = np.where(time < onset, onset - time, time - onset - duration)
    log = limit + np.minimum(outside / levels.fall_days, 1) * (usual - limit)
    log += np.sqrt(np.log1p(levels.within_cv**2)) * rng.standard_normal(time.size)
    count = np.round(np.exp(log), 2)
    count = np.where(people.has_episode[person], np.maximum(count, severe_below), count)
    share = (time[inside] - onset[inside]) / duration[inside]
    depth = 4 * share * (1 - share) * (np.log(levels.nadir) - limit)
    count[inside] = np.minimum(np.round(np.exp(limit + depth), 2), top)
    return count
