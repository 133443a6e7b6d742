"""Kaplan-Meier from counts: how many of those still followed had the event on each day, and how sure that is."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from leukon.cohort.curves import find_curve
from leukon.cohort.exact import LEVEL
from leukon.events.arrays import Array

_Z = ndtri((1 + LEVEL) / 2)
_HALF = 0.5
_ROUNDING = 1e-12
"""Products of shares fall short of one half by rounding; R's survival forgives as much and more."""


@dataclass(frozen=True)
class Curve:
    """One entry a day on which an event or the end of observation lies; `share` had the event up to it.

    `low` and `high` are the 95 % interval of the share: Greenwood's variance on the scale log(-log) of the share
    without it, R's `survfit(conf.type = "log-log")`; NaN where it says nothing: before the first event, and at 1.
    """

    day: Array
    at_risk: Array
    events: Array
    censored: Array
    share: Array
    low: Array
    high: Array

    def at(self, day: int) -> tuple[float, float, float]:
        """Share with the event up to a day, and its interval; NaN if nobody was followed that far without it.

        >>> curve = estimate_kaplan_meier([2, 4], [1, 1], [0, 0])
        >>> curve.at(3)[0], curve.at(1)[0]
        (0.5, 0.0)
        """
        place = int(self.day.searchsorted(day, side="right")) - 1
        if not self.day.size or (day > self.day[-1] and self.share[-1] < 1):
            return float("nan"), float("nan"), float("nan")
        if place < 0:
            return 0.0, float("nan"), float("nan")
        return float(self.share[place]), float(self.low[place]), float(self.high[place])

    def median(self) -> tuple[float, float, float]:
        """First day by which half had the event, and its 95 % interval (Brookmeyer and Crowley); NaN: not reached.

        >>> estimate_kaplan_meier([2, 4, 7], [1, 1, 1], [0, 0, 0]).median()[0]
        4.0
        """
        return self._first(self.share), self._first(self.high), self._first(self.low)

    def _first(self, share: Array) -> float:
        """First day on which a share or bound reaches one half; NaN: on none."""
        reached = share >= _HALF - _ROUNDING
        return float(self.day[reached.argmax()]) if reached.any() else float("nan")


def estimate_kaplan_meier(day: Array | list[int], events: Array | list[int], censored: Array | list[int]) -> Curve:
    """Share with the event by day; who is censored on a day is still followed on it.

    Parameters
    ----------
    day
        Whole days, in any order, a day in several rows too.
    events, censored
        How many had the event on that day, or were last seen without it. Rows of none at all are left out.

    Source: Kaplan and Meier 1958; Kalbfleisch and Prentice 1980 for the log-log interval.
    """
    days, place = np.unique(np.asarray(day, np.int64), return_inverse=True)
    had = np.bincount(place, np.asarray(events), days.size).astype(np.int64)
    left = np.bincount(place, np.asarray(censored), days.size).astype(np.int64)
    some = had + left > 0
    days, had, left = days[some], had[some], left[some]
    found = find_curve(days, had, np.zeros_like(had), left)
    without = 1 - found.estimate
    inside = np.where((without > _ROUNDING) & (without < 1), without, np.nan)
    spread = np.exp(_Z * found.std_error / np.abs(inside * np.log(inside)))
    return Curve(days, found.at_risk, had, left, found.estimate, 1 - inside ** (1 / spread), 1 - inside**spread)
