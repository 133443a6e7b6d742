"""What an estimate of a pooled proportion consists of, whichever way it was made."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit


@dataclass(frozen=True)
class Interval:
    """Ends of a 95 % interval, as proportions, and how it was made."""

    low: float
    high: float
    method: str


@dataclass(frozen=True)
class Pooled:
    """A pooled proportion by one method.

    `mean` and `tau` are on the logit scale; `value` is the proportion at `mean`: that of a typical study (the median of
    the studies' proportions), not the mean of all people. `tau` and `prediction` are null where they cannot be known.
    """

    method: str
    mean: float
    value: float
    intervals: tuple[Interval, ...]
    tau: float | None
    prediction: Interval | None


def as_interval(mean: float, reach: float, method: str) -> Interval:
    """From logits to proportions: the interval from `mean - reach` to `mean + reach`."""
    low, high = expit(np.array([mean - reach, mean + reach]))
    return Interval(float(low), float(high), method)
