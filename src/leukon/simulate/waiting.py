"""How long an episode waits for its first attended test, where tests have days of their own."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from leukon.events.arrays import Array
from leukon.knowledge.simulation import Visits

_SHARP = 1e-9


def untested(days: Sequence[int], onset: Array, elapsed: Array, visits: Visits) -> Array:
    """Chance that nobody has tested by `elapsed` days after an episode that began on day `onset`.

    Each test lies around its day (normal, SD `jitter_sd_days`) and is attended with the chance 1 - `missed`, all of
    them independently: the product over the tests of 1 - (1 - missed) P(it lies in [onset, onset + elapsed]).

    Returns
    -------
    Array
        One row an onset, one column an elapsed time; exactly 1 where no time has passed.

    >>> never = untested(
    ...     [30], np.array([20.0]), np.array([0.0, 15.0]), Visits(missed=0.1, jitter_sd_days=0, source="x")
    ... )
    >>> never.round(3).tolist()
    [[1.0, 0.1]]
    """
    spread = max(visits.jitter_sd_days, _SHARP)
    chance = np.ones((onset.size, elapsed.size))
    for day in days:
        before = ndtr((onset - day) / spread)[:, None]
        chance *= 1 - (1 - visits.missed) * (ndtr((onset[:, None] + elapsed - day) / spread) - before)
    return chance
