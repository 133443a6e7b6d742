"""The binomial-normal model: counts as they are, studies without an event included, nothing added to any of them."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import OptimizeResult, brentq, minimize
from scipy.special import expit, logit
from scipy.stats import chi2, norm, t

from leukon.cohort.pooling_parts import Interval, Pooled, as_interval
from leukon.cohort.quadrature import binomial_normal

METHOD = "binomial-normal GLMM (maximum likelihood)"
_FARTHEST = 40.0
"""Beyond this logit a proportion is 0 or 1 in any print: a bound not found before is given as 0 or 1."""
_Loss = Callable[[np.ndarray], tuple[float, np.ndarray]]
_STARTS = (0.05, 0.5, 2.0)
"""Values of tau to start from: its gradient is 0 at 0, and there may be a second hill."""


def pool_glmm(events: np.ndarray, totals: np.ndarray, *, profile: bool = True) -> Pooled:
    """Pool k >= 2 proportions by maximum likelihood; as `rma.glmm(measure="PLO")` of R's metafor.

    Two intervals, each named: by profile likelihood (tau maximised anew at each mean; not symmetric, the first to be
    shown; left out if not `profile`, for it takes most of the time) and Wald's. There must be at least one event and one without. tau and prediction interval: as they come out;
    for k = 2 neither means anything (`pool_proportions` leaves them out).

    >>> pooled = pool_glmm(np.array([1, 5]), np.array([161, 811]))
    >>> [[round(100 * x, 3) for x in (interval.low, interval.high)] for interval in pooled.intervals]
    [[0.186, 1.518], [0.278, 1.367]]
    """
    mean, tau, best = _fit(events, totals)
    information = binomial_normal(events, totals, mean, tau).information
    error = float(np.linalg.inv(information)[0, 0] ** 0.5) if tau > 1e-6 else float(information[0, 0] ** -0.5)
    freedom = len(events) - 1
    first = (_profile(events, totals, mean, tau, best),) if profile else ()
    return Pooled(
        METHOD,
        mean,
        float(expit(mean)),
        (*first, as_interval(mean, float(norm.ppf(0.975)) * error, "Wald")),
        tau,
        as_interval(mean, float(t.ppf(0.975, freedom) * np.hypot(error, tau)), f"t, {freedom} degrees of freedom"),
    )


def _fit(events: np.ndarray, totals: np.ndarray) -> tuple[float, float, float]:
    """Mean, tau and log-likelihood where that is highest."""

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        found = binomial_normal(events, totals, at[0], at[1])
        return -found.value, -found.gradient

    start = float(logit(events.sum() / totals.sum()))
    found = [_descend(loss, [start, tau], [(None, None), (0, None)]) for tau in _STARTS]
    best = min(found, key=lambda one: one.fun)
    return float(best.x[0]), float(best.x[1]), -float(best.fun)


def _highest(events: np.ndarray, totals: np.ndarray, mean: float, tau: float) -> float:
    """The highest log-likelihood at this mean, whatever tau."""

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        found = binomial_normal(events, totals, mean, at[0])
        return -found.value, -found.gradient[1:]

    return -min(float(_descend(loss, [start], [(0, None)]).fun) for start in (max(tau, 0.1), tau + 1))


def _descend(loss: _Loss, start: Sequence[float], bounds: Sequence[tuple[float | None, None]]) -> OptimizeResult:
    return minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-13, "gtol": 1e-7})


def _profile(events: np.ndarray, totals: np.ndarray, mean: float, tau: float, best: float) -> Interval:
    """All means that a likelihood ratio test at 5 % would not reject."""
    allowed = best - float(chi2.ppf(0.95, 1)) / 2

    def above(at: float) -> float:
        return _highest(events, totals, at, tau) - allowed

    ends = [_find_end(above, mean, side) for side in (-1, 1)]
    return Interval(*ends, "profile likelihood")


def _find_end(above: Callable[[float], float], mean: float, side: int) -> float:
    """The proportion where the profile falls below what is allowed, to one side; 0 or 1 if it never does."""
    inner, step = mean, 0.5
    while abs(inner) < _FARTHEST:
        outer = inner + side * step
        if above(outer) < 0:
            return float(expit(brentq(above, *sorted((inner, outer)), xtol=1e-6)))
        inner, step = outer, step * 1.5
    return 0.0 if side < 0 else 1.0
