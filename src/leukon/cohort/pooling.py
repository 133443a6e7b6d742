"""Proportions of several studies as one: by two methods, and never where the studies cannot bear it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leukon.cohort.pooling_glmm import pool_glmm
from leukon.cohort.pooling_logit import pool_logits
from leukon.cohort.pooling_parts import Pooled

REASONS = ("no_study", "one_study", "no_event", "only_events")
"""Why there is no pooled estimate."""


@dataclass(frozen=True)
class Pooling:
    """What k studies say together.

    `estimates`: the binomial-normal model, and for k >= 3 logits by REML; none if there is a `reason` (one of REASONS).
    For k = 2 tau and prediction are null. `without`: for k >= 3 the estimates with each study left out, in the order of
    the studies (Wald and Hartung-Knapp intervals); a place is empty where the others cannot be pooled.
    """

    studies: int
    events: int
    total: int
    estimates: tuple[Pooled, ...]
    without: tuple[tuple[Pooled, ...], ...]
    reason: str | None


def pool_proportions(events: Sequence[int], totals: Sequence[int]) -> Pooling:
    """Pool `events` of `totals`, one of each a study.

    Nothing is pooled from one study, or without any event, or without anybody free of one. From two studies the scatter
    between them (tau) cannot be estimated: it is null, there is no prediction interval, and no estimate by REML, whose
    Hartung-Knapp interval would have one degree of freedom.

    >>> pool_proportions([5], [811]).reason
    'one_study'
    >>> two = pool_proportions([1, 5], [161, 811])
    >>> [(round(100 * pooled.value, 3), pooled.tau, pooled.prediction) for pooled in two.estimates]
    [(0.617, None, None)]

    Raises
    ------
    ValueError
        If the two differ in length, or a number is not whole, or does not lie in 0 to its total, or a total is below 1.
    """
    y, n = _check(events, totals)
    reason = _find_reason(y, n)
    estimates = () if reason else _estimate(y, n, profile=True)
    alone = [np.arange(len(y)) != left for left in range(len(y))] if len(y) >= 3 and not reason else []
    without = tuple(() if _find_reason(y[k], n[k]) else _estimate(y[k], n[k], profile=False) for k in alone)
    return Pooling(len(y), int(y.sum()), int(n.sum()), estimates, without, reason)


def _check(events: Sequence[int], totals: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    y, n = np.asarray(events), np.asarray(totals)
    if y.shape != n.shape or y.ndim != 1:
        raise ValueError("events and totals must be two lists of one length")
    if len(y) and not (np.issubdtype(y.dtype, np.integer) and np.issubdtype(n.dtype, np.integer)):
        raise ValueError("events and totals must be whole numbers")
    if np.any(y < 0) or np.any(y > n) or np.any(n < 1):
        raise ValueError("events must lie in 0 to their total, and a total must be at least 1")
    return y.astype(np.int64), n.astype(np.int64)


def _find_reason(y: np.ndarray, n: np.ndarray) -> str | None:
    if len(y) < 2:
        return REASONS[len(y)]
    if y.sum() == 0:
        return "no_event"
    return "only_events" if np.array_equal(y, n) else None


def _estimate(y: np.ndarray, n: np.ndarray, *, profile: bool) -> tuple[Pooled, ...]:
    model = pool_glmm(y, n, profile=profile)
    if len(y) == 2:
        return (replace(model, tau=None, prediction=None),)
    return (model, pool_logits(y, n))
