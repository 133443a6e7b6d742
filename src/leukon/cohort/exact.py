"""Exact intervals of many proportions and rates at once; none and all have intervals too."""

import numpy as np
from scipy.special import betaincinv, chdtri

from leukon.events.arrays import Array

LEVEL = 0.95
"""Of every interval of a cohort."""
_TAIL = (1 - LEVEL) / 2


def exact_proportions(n: Array, of: Array) -> tuple[Array, Array, Array]:
    """Proportions of `n` among `of` with exact (Clopper-Pearson) 95 % intervals; NaN where either is NaN or `of` is 0.

    Source: Clopper and Pearson 1934; the same as R's `binom.test`.

    >>> [float(round(100 * x[0], 3)) for x in exact_proportions(np.array([5]), np.array([811]))]
    [0.617, 0.2, 1.433]
    """
    n, of = np.asarray(n, float), np.where(np.asarray(of) > 0, of, np.nan)
    with np.errstate(invalid="ignore"):
        low = np.where(n == 0, 0.0, betaincinv(np.maximum(n, 1), of - n + 1, _TAIL))
        high = np.where(n == of, 1.0, betaincinv(n + 1, np.maximum(of - n, 1), 1 - _TAIL))
        value = n / of
    unknown = np.isnan(value)
    return value, np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def exact_rates(events: Array, time: Array) -> tuple[Array, Array, Array]:
    """Rates of `events` in `time` with exact (Garwood) 95 % Poisson intervals; NaN where either is NaN or time is 0.

    They suppose that events come independently. Source: Garwood 1936; the same as R's `poisson.test`.

    >>> [float(round(x[0], 4)) for x in exact_rates(np.array([0]), np.array([3.5]))]
    [0.0, 0.0, 1.054]
    """
    events, time = np.asarray(events, float), np.where(np.asarray(time) > 0, time, np.nan)
    with np.errstate(invalid="ignore"):
        low = np.where(events == 0, 0.0, chdtri(2 * np.maximum(events, 1), 1 - _TAIL) / 2 / time)
        high = chdtri(2 * events + 2, _TAIL) / 2 / time
        value = events / time
    unknown = np.isnan(value)
    return value, np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def shares(part: Array, of: Array) -> Array:
    """Plain ratios, described and not estimated; NaN where either is NaN or `of` is 0.

    >>> shares(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    return np.divide(part, of, out=np.full(np.shape(part), np.nan), where=np.asarray(of) > 0)
