"""How good a schedule is, without throwing dice: chance of detection, delay, days below the limit, tests for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betaincinv

from leukon.events.arrays import Array
from leukon.knowledge.simulation import Simulation, Visits
from leukon.simulate.lognormal import excess, longer_than
from leukon.simulate.posterior import Posterior
from leukon.simulate.waiting import untested

STEP = 0.5
"""Days between which an episode is looked at; onsets are looked at in the middle of each day."""
COARSE = (25, 19)
"""Cells of posteriors that are multiplied with one another."""
INTERVAL = (0.025, 0.5, 0.975)
_BINS = 5000
PARTS = (np.arange(200) + 0.5) / 200
"""Shares of which quantiles are kept."""


@dataclass(frozen=True)
class Interval:
    """A median with its 95 % interval."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Episodes:
    """What is believed of severe episodes: how long they last, and when they begin, on days up to `follow_days`."""

    durations: Posterior
    onsets: Posterior
    follow_days: int

    @cached_property
    def elapsed(self) -> Array:
        """Edges of the times since onset."""
        return np.arange(0, self.follow_days + STEP, STEP)

    @cached_property
    def onset(self) -> Array:
        """The middle of each day on which an episode may begin."""
        return np.arange(self.follow_days) + 0.5

    @cached_property
    def onset_chance(self) -> Array:
        """Chance that it begins on that day: one row a day, one column a cell of `onsets`."""
        edges = np.arange(self.follow_days + 1)[:, None]
        return -np.diff(longer_than(edges, self.onsets.mu, self.onsets.sigma), axis=0)

    @cached_property
    def lasting(self) -> Array:
        """Chance that it lasts to the middle of each time: one row a time, one column a cell of `durations`."""
        middle = (self.elapsed[1:] + self.elapsed[:-1])[:, None] / 2
        return longer_than(middle, self.durations.mu, self.durations.sigma)


@dataclass(frozen=True)
class Estimate:
    """What a schedule does for those with a severe episode, under one reading.

    `chance`: posterior mean of the chance that a test falls into the episode; `chances` the quantiles of it (200, each
    of the same weight), `by_cell` one a cell of onsets (rows) and durations. `median_delay_days`: from onset to the
    first test, of those detected. `days_below`: mean days below the limit until detection, or to the end where there is
    none.
    """

    chance: float
    chances: Array
    by_cell: Array
    median_delay_days: float
    days_below: float

    @property
    def interval(self) -> Interval:
        """Median and 95 % interval of the chance."""
        return Interval(*(float(value) for value in np.interp(INTERVAL, PARTS, self.chances)))


def estimate_schedule(days: Sequence[int], episodes: Episodes, visits: Visits) -> Estimate:
    """Judge tests due on `days` after the course's start; exact but for the grids (our tests simulate it, too)."""
    waiting = untested(days, episodes.onset, episodes.elapsed, visits)
    by_cell = episodes.onset_chance.T @ -np.diff(waiting, axis=1) @ episodes.lasting
    weight = np.outer(episodes.onsets.weight, episodes.durations.weight)
    begins = episodes.onset_chance @ episodes.onsets.weight
    lasting = episodes.lasting @ episodes.durations.weight
    still = begins @ waiting + 1 - begins.sum()
    found = -np.diff(still) * lasting
    return Estimate(
        chance=float((by_cell * weight).sum()),
        chances=_quantiles(by_cell, weight, PARTS),
        by_cell=by_cell,
        median_delay_days=_median(found, episodes.elapsed),
        days_below=_days_below(still, lasting, episodes),
    )


def _quantiles(values: Array, weight: Array, shares: Array) -> Array:
    """Weighted quantiles of chances, from their histogram."""
    place = np.minimum((values * _BINS).astype(np.int64), _BINS - 1).ravel()
    up_to = np.concatenate([[0.0], np.cumsum(np.bincount(place, weight.ravel(), _BINS))])
    return np.interp(shares, up_to / up_to[-1], np.arange(_BINS + 1) / _BINS)


def _median(found: Array, edges: Array) -> float:
    """The time by which half of those found were found; NaN if none is."""
    up_to = np.concatenate([[0.0], np.cumsum(found)])
    return float(np.interp(up_to[-1] / 2, up_to, edges)) if up_to[-1] > 0 else float("nan")


def _days_below(still: Array, lasting: Array, episodes: Episodes) -> float:
    """E[min(duration, wait)]; who is not tested within the time looked at is never tested."""
    middle = (still[1:] + still[:-1]) / 2
    last, durations = episodes.elapsed[-1], episodes.durations
    beyond = durations.mean(excess(last, durations.mu, durations.sigma))
    return float((middle * lasting).sum() * STEP + still[-1] * beyond)


def per_found(amount: float, chances: Array, known: Simulation) -> Interval:
    """`amount` in each patient, for each severe episode found: amount / (incidence x chance), over what is believed.

    Infinite where none would be found.
    """
    incidence = betaincinv(*known.incidence.beta, PARTS)
    with np.errstate(divide="ignore"):
        ratio = amount / chances[None, :] / incidence[:, None]
    return Interval(*(float(value) for value in np.quantile(ratio, INTERVAL, method="inverted_cdf")))
