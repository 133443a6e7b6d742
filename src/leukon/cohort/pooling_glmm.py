"""The binomial-normal model: counts as they are, studies without an event included, nothing added to any of them."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import OptimizeResult, brentq, minimize
from scipy.special import expit, logit
from scipy.stats import chi2, norm, t

from leukon.cohort.pooling_parts import Interval, Pooled, as_interval
from leukon.cohort.quadrature import Likelihood, binomial_normal

METHOD = "binomial-normal GLMM (maximum likelihood)"
_FARTHEST = 40.0
"""Beyond this logit a proportion is 0 or 1 in any print: a bound not found before is given as 0 or 1."""
_STARTS = (0.05, 0.5, 2.0)
"""Values of tau to start from: its gradient is 0 at 0, and there may be a second hill. The likelihood is even in it."""


def pool_glmm(events: np.ndarray, totals: np.ndarray, *, profile: bool = True) -> Pooled:
    """Pool k >= 2 proportions by maximum likelihood; as `rma.glmm(measure="PLO")` of R's metafor.

    Two intervals, each named: by profile likelihood (tau maximised anew at each mean; not symmetric, the first to be
    shown; left out if not `profile`, for it takes most of the time) and Wald's. There must be at least one event and
    one person without. tau and prediction interval: as they come out; for k = 2 neither means anything
    (`pool_proportions` leaves them out).

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
    start = float(logit(events.sum() / totals.sum()))

    def at(place: np.ndarray) -> Likelihood:
        return binomial_normal(events, totals, place[0], place[1])

    best = min((_descend(at, [start, tau], slice(None)) for tau in _STARTS), key=lambda one: float(one.fun))
    return float(best.x[0]), abs(float(best.x[1])), -float(best.fun)


def _highest(events: np.ndarray, totals: np.ndarray, mean: float, tau: float) -> float:
    """The highest log-likelihood at this mean, whatever tau."""

    def at(place: np.ndarray) -> Likelihood:
        return binomial_normal(events, totals, mean, place[0])

    return -min(float(_descend(at, [start], slice(1, None)).fun) for start in (max(tau, 0.1), tau + 1))


def _descend(at: Callable[[np.ndarray], Likelihood], start: Sequence[float], which: slice) -> OptimizeResult:
    """The lowest -log-likelihood from `start`, over the parameters `which`, by Newton steps in a trusted region."""
    known: dict[bytes, Likelihood] = {}

    def look(place: np.ndarray) -> Likelihood:
        if place.tobytes() not in known:
            known[place.tobytes()] = at(place)
        return known[place.tobytes()]

    def loss(place: np.ndarray) -> float:
        return -look(place).value

    def slope(place: np.ndarray) -> np.ndarray:
        return -look(place).gradient[which]

    def bend(place: np.ndarray) -> np.ndarray:
        return look(place).information[which, which]

    return minimize(loss, np.array(start), jac=slope, hess=bend, method="trust-exact", options={"gtol": 1e-6})


def _profile(events: np.ndarray, totals: np.ndarray, mean: float, tau: float, best: float) -> Interval:
    """All means that a likelihood ratio test at 5 % would not reject."""
    allowed = best - float(chi2.ppf(0.95, 1)) / 2

    def above(at: float) -> float:
        return _highest(events, totals, at, tau) - allowed

    return Interval(_find_end(above, mean, -1), _find_end(above, mean, 1), "profile likelihood")


def _find_end(above: Callable[[float], float], mean: float, side: int) -> float:
    """The proportion where the profile falls below what is allowed, to one side; 0 or 1 if it never does."""
    inner, step = mean, 0.5
    while abs(inner) < _FARTHEST:
        outer = inner + side * step
        if above(outer) < 0:
            return float(expit(brentq(above, *sorted((inner, outer)), xtol=1e-6)))
        inner, step = outer, step * 1.5
    return 0.0 if side < 0 else 1.0
