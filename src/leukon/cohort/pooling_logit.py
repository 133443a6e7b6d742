"""Random effects on logits: REML for the scatter between studies, Hartung and Knapp for the interval."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit
from scipy.stats import norm, t

from leukon.cohort.pooling_parts import Pooled, as_interval

METHOD = "random effects on logits (REML)"


def pool_logits(events: np.ndarray, totals: np.ndarray) -> Pooled:
    """Pool k >= 3 proportions on the logit scale; as `rma(measure="PLO", method="REML", test="knha")` of R's metafor.

    Each study has its logit and the variance 1/events + 1/others. A study with no event, or with nothing else, has
    neither: 1/2 is added to both of its numbers, and to no other study's (metafor's own choice too). tau maximises the
    restricted likelihood. Interval: Hartung and Knapp 2001, Sidik and Jonkman 2002, t with k - 1 degrees of freedom; it
    can be narrower than the plain one (Wald), so that stands beside it. Prediction interval: t with k - 1 as well.

    >>> pooled = pool_logits(np.array([16, 10, 4, 43]), np.array([17, 12, 8, 58]))
    >>> round(pooled.mean, 4), round(pooled.tau, 4)
    (1.1447, 0.5072)
    """
    logits, variances = _logits(events, totals)
    tau2 = _find_tau2(logits, variances)
    weights = 1 / (variances + tau2)
    mean = float(weights @ logits / weights.sum())
    freedom = len(logits) - 1
    plain = weights.sum() ** -0.5
    error = plain * np.sqrt(weights @ (logits - mean) ** 2 / freedom)
    reach = float(t.ppf(0.975, freedom))
    return Pooled(
        METHOD,
        mean,
        float(expit(mean)),
        (
            as_interval(mean, reach * error, "Hartung-Knapp"),
            as_interval(mean, float(norm.ppf(0.975)) * plain, "Wald"),
        ),
        tau2**0.5,
        as_interval(mean, reach * np.hypot(error, tau2**0.5), f"t, {freedom} degrees of freedom"),
    )


def _logits(events: np.ndarray, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logits and their variances; 1/2 is added only where one of the two numbers is 0."""
    half = np.where((events == 0) | (events == totals), 0.5, 0.0)
    yes, no = events + half, totals - events + half
    return np.log(yes / no), 1 / yes + 1 / no


def _find_tau2(logits: np.ndarray, variances: np.ndarray) -> float:
    """The variance between studies that maximises the restricted likelihood; 0 if none does better."""
    top = max(10 * float(np.var(logits)), 1e-6)
    grid = np.concatenate([[0.0], np.geomspace(top * 1e-6, top, 200)])
    losses = [_loss(tau2, logits, variances) for tau2 in grid]
    best = int(np.argmin(losses))
    around = (grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)])
    found = minimize_scalar(_loss, bounds=around, args=(logits, variances), method="bounded", options={"xatol": 1e-10})
    return float(found.x) if found.fun < losses[0] else 0.0


def _loss(tau2: float, logits: np.ndarray, variances: np.ndarray) -> float:
    """Minus the restricted log-likelihood, but for what does not depend on tau2."""
    weights = 1 / (variances + tau2)
    mean = weights @ logits / weights.sum()
    return float(-np.log(weights).sum() + np.log(weights.sum()) + weights @ (logits - mean) ** 2) / 2
