"""The chance that tests at equal distances catch an episode: closed forms, also where tests are missed."""

import numpy as np

from leukon.events.arrays import Array
from leukon.simulate.lognormal import share_of

_TERMS = 1e-12


def chance_fixed(days: Array | float, every: float, *, missed: float = 0.0) -> Array:
    """Chance that an episode of exactly `days` holds an attended test; tests every `every` days, at random phase.

    n or n + 1 tests fall into it (n = floor(days / every)), the latter with the chance of the remainder f; each is
    missed with the chance m: 1 - (m^n (1 - f) + m^(n + 1) f). Without missed tests this is min(1, days / every).

    >>> round(float(chance_fixed(8, 15)), 3), round(float(chance_fixed(20, 15, missed=0.1)), 3)
    (0.533, 0.93)
    """
    whole = np.floor(np.asarray(days) / every)
    rest = np.asarray(days) / every - whole
    return 1 - missed**whole * (1 - rest) - missed ** (whole + 1) * rest


def chance_periodic(mu: Array | float, sigma: Array | float, every: float, *, missed: float = 0.0) -> Array:
    """The same for lognormal durations: the mean of `chance_fixed`.

    It rises by (1 - m) m^n / every for each day in the n-th interval, so the mean is a sum of the shares of these
    intervals that the episode covers.

    >>> round(float(chance_periodic(np.log(8), 0.7, 15)), 6)
    0.578766
    """
    terms = 1 if missed == 0 else int(np.ceil(np.log(_TERMS) / np.log(missed)))
    shares = (missed**n * share_of(n * every, every, mu, sigma) for n in range(terms))
    return (1 - missed) * np.sum(np.stack([np.asarray(share) for share in shares]), axis=0)
