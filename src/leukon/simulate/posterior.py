"""A posterior on a grid: lognormal times with two unknown parameters, each cell with its exact weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from leukon.events.arrays import Array
from leukon.knowledge.simulation import Prior
from leukon.simulate.lognormal import longer_than

CELLS = (201, 151)
"""Values of mu and of sigma; half as many change no figure of the tables in its third digit."""
_NEGLIGIBLE = 1e-7


@dataclass(frozen=True)
class Posterior:
    """Cells of the grid: log-median `mu`, log-SD `sigma` and weight, which sum to 1; cells without weight are gone."""

    mu: Array
    sigma: Array
    weight: Array

    def mean(self, values: Array) -> float:
        """Posterior mean of what has one value a cell."""
        return float(values @ self.weight)

    def quantiles(self, values: Array, shares: Sequence[float]) -> list[float]:
        """Posterior quantiles of what has one value a cell."""
        return weighted_quantiles(values, self.weight, shares)

    def longer_than(self, days: Array) -> Array:
        """Predictive P(D > days), for each of `days`."""
        return np.asarray([self.weight @ longer_than(float(day), self.mu, self.sigma) for day in days])

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        """Cells drawn by their weights, `size` of them."""
        return self._edges.searchsorted(rng.random(size), side="right")

    @cached_property
    def _edges(self) -> Array:
        return np.cumsum(self.weight)[:-1]


def make_grid(prior: Prior, cells: tuple[int, int]) -> Posterior:
    """The prior on a grid of `cells` values of mu and sigma."""
    low, high = np.log(prior.median_between)
    axes = _middles(low, high, cells[0]), _middles(*prior.sigma_between, cells[1])
    mu, sigma = (axis.ravel() for axis in np.meshgrid(*axes))
    z, y = (mu - np.log(prior.median_days)) / prior.log_sd, sigma / prior.sigma_sd
    return update(Posterior(mu, sigma, np.ones(mu.size)), np.exp(-(z * z + y * y) / 2))


def _middles(low: float, high: float, cells: int) -> Array:
    edges = np.linspace(low, high, cells + 1)
    return (edges[1:] + edges[:-1]) / 2


def update(prior: Posterior, likelihood: Array) -> Posterior:
    """Weigh the cells by a likelihood; those that keep next to nothing are left out."""
    weight = prior.weight * likelihood
    weight = weight / weight.sum()
    kept = weight > _NEGLIGIBLE / weight.size
    weight = weight[kept]
    return Posterior(prior.mu[kept], prior.sigma[kept], weight / weight.sum())


def weighted_quantiles(values: Array, weight: Array, shares: Sequence[float]) -> list[float]:
    """Quantiles of weighted values, by straight lines between the middles of their weights.

    >>> weighted_quantiles(np.array([2.0, 1.0, 3.0]), np.array([0.5, 0.25, 0.25]), [0.5])
    [2.0]
    """
    order = np.argsort(values)
    ranked = weight[order]
    found = np.interp(shares, np.cumsum(ranked) - ranked / 2, values[order])
    return [float(value) for value in found]
