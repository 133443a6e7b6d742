"""Closed forms of lognormal times: the oracle of every simulation here."""

import numpy as np
from scipy.special import ndtr

from leukon.events.arrays import Array


def longer_than(days: Array | float, mu: Array | float, sigma: Array | float) -> Array:
    """P(D > days) of a lognormal D with log-median `mu` and log-SD `sigma`; 1 at and before day 0.

    >>> float(longer_than(8, np.log(8), 0.7))
    0.5
    """
    with np.errstate(divide="ignore"):
        return ndtr((mu - np.log(np.maximum(days, 0))) / sigma)


def excess(days: Array | float, mu: Array | float, sigma: Array | float) -> Array:
    """E[max(D - days, 0)], in days."""
    with np.errstate(divide="ignore"):
        z = (mu - np.log(np.maximum(days, 0))) / sigma
    return np.exp(mu + sigma * sigma / 2) * ndtr(z + sigma) - days * ndtr(z)


def share_of(start: Array | float, length: float, mu: Array | float, sigma: Array | float) -> Array:
    """E[min(max(D - start, 0), length)] / length: the mean share of the days from `start` on that D covers.

    For start 0 and length T it is the chance that one of tests every T days at random phase falls into D:
    (exp(mu + s^2/2) / T) Phi((ln T - mu - s^2) / s) + 1 - Phi((ln T - mu) / s).

    >>> round(float(share_of(0, 15, np.log(8), 0.7)), 6)
    0.578766
    """
    return (excess(start, mu, sigma) - excess(start + length, mu, sigma)) / length
