"""How many by which day: cumulative incidence with competing ends (Aalen-Johansen), from counts of persons by day."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from leukon.cohort.exact import LEVEL
from leukon.events.arrays import Array

_Z = ndtri((1 + LEVEL) / 2)


@dataclass(frozen=True)
class Curve:
    """One entry a day on which anybody's follow-up ended, in order.

    `at_risk` persons had not ended before it, `ended` of them with the event in question, `estimate` is its cumulative
    incidence up to and with that day. `low` and `high` are a pointwise 95 % interval; NaN while the estimate is 0 or 1.
    """

    day: Array
    at_risk: Array
    ended: Array
    estimate: Array
    std_error: Array
    low: Array
    high: Array


def find_curve(day: Array, ended: Array, competed: Array, censored: Array) -> Curve:
    """Cumulative incidence of an event from the persons who ended with it, with another one, or censored, on each day.

    Persons censored on a day were at risk on it. Without competing ends this is one less Kaplan and Meier. The variance
    is the multinomial (Greenwood's) one, equal to the infinitesimal jackknife of R's `survfit`; the interval is on the
    scale log(-log), so that it stays within 0 and 1, also R's `conf.type = "log-log"`. Source: Aalen and Johansen 1978;
    Kalbfleisch and Prentice 2002.

    Parameters
    ----------
    day
        Days, each once, in order.
    ended, competed, censored
        Persons on each of them.

    >>> find_curve(np.array([1, 4]), np.array([1, 1]), np.array([0, 1]), np.array([1, 0])).estimate.round(6).tolist()
    [0.25, 0.625]
    """
    total = ended + competed + censored
    at_risk = total[::-1].cumsum()[::-1]
    estimate, variance = np.zeros(day.size), np.zeros(day.size)
    free, so_far = 1.0, 0.0  # who is free of any end, and who ended with the event
    of_free, of_both, of_event = 0.0, 0.0, 0.0  # their variances, and between them their covariance
    for at, n in enumerate(at_risk):
        if not n:
            estimate[at], variance[at] = so_far, of_event
            continue
        event, stays = ended[at] / n, 1 - (ended[at] + competed[at]) / n
        of_event += event**2 * of_free + 2 * event * of_both + free**2 * event * (1 - event) / n
        of_both = stays * (event * of_free + of_both) - free**2 * event * stays / n
        of_free = stays**2 * of_free + free**2 * stays * (1 - stays) / n
        so_far, free = so_far + free * event, free * stays
        estimate[at], variance[at] = so_far, of_event
    std_error = np.sqrt(np.maximum(variance, 0))
    return Curve(day, at_risk, ended, estimate, std_error, *_log_log(estimate, std_error))


def _log_log(estimate: Array, std_error: Array) -> tuple[Array, Array]:
    inner = np.where((estimate > 0) & (estimate < 1 - 1e-12), estimate, np.nan)
    spread = np.exp(_Z * std_error / np.abs(inner * np.log(inner)))
    return inner**spread, inner ** (1 / spread)
