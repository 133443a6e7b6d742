"""How long an episode lasts: the exact posterior under a named reading of the published durations."""

from functools import lru_cache

import numpy as np

from leukon.errors import UnknownName
from leukon.events.arrays import Array
from leukon.knowledge.simulation import Simulation, Term
from leukon.simulate.lognormal import longer_than, share_of
from leukon.simulate.posterior import CELLS, Posterior, make_grid, update


def find_durations(known: Simulation, reading: str, *, cells: tuple[int, int] = CELLS) -> Posterior:
    """Posterior of the duration of a severe episode.

    An exact duration as a density would pull sigma to its lower end; every term is an interval or a bound.

    Parameters
    ----------
    reading
        One of `known.readings`; there is no default.
    cells
        Values of mu and sigma on the grid.

    Raises
    ------
    UnknownName
        If there is no such reading.
    """
    if reading not in known.readings:
        raise UnknownName("reading of the durations", reading, known.readings)
    return _posterior(_Kept(known), reading, cells)


class _Kept:
    """Known facts as a dictionary key."""

    def __init__(self, known: Simulation) -> None:
        self.known = known

    def __hash__(self) -> int:
        return id(self.known)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.known is self.known


@lru_cache(maxsize=32)
def _posterior(kept: _Kept, reading: str, cells: tuple[int, int]) -> Posterior:
    said = kept.known.readings[reading]
    grid = make_grid(said.over(kept.known.durations.prior), cells)
    return update(grid, np.prod([_likelihood(term, grid) for term in said.likelihood], axis=0) * np.ones(grid.mu.size))


def _likelihood(term: Term, grid: Posterior) -> Array:
    if term.between is not None:
        return _at_least(term.between[0], term, grid) - _at_least(term.between[1], term, grid)
    return _at_least(term.longer_than or 0.0, term, grid)


def _at_least(days: float, term: Term, grid: Posterior) -> Array:
    """P(D > days); of an episode found by a test the time left: P(R > r), weighted by the chance to be found at all."""
    every = term.found_by_tests_every
    if every is None:
        return longer_than(days, grid.mu, grid.sigma)
    return share_of(days, every, grid.mu, grid.sigma) / share_of(0.0, every, grid.mu, grid.sigma)
