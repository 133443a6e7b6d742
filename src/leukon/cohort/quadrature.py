"""How likely are events among totals, if the logits of the studies' proportions scatter normally around one mean."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, gammaln

NODES = 40
"""Of the adaptive Gauss-Hermite rule: R's metafor takes 7; more cost little here."""
_NODE, _WEIGHT = np.polynomial.hermite.hermgauss(NODES)
_LOG_WEIGHT = np.log(_WEIGHT) + _NODE**2


@dataclass(frozen=True)
class Likelihood:
    """Log-likelihood of (mean, tau), its gradient (2,) and the observed information (2, 2)."""

    value: float
    gradient: np.ndarray
    information: np.ndarray


def binomial_normal(events: np.ndarray, totals: np.ndarray, mean: float, tau: float) -> Likelihood:
    """Likelihood of k studies under the binomial-normal model.

    Study i has the proportion expit(mean + tau * z), z standard normal, and binomial `events` of `totals`; z is
    integrated out by adaptive Gauss-Hermite quadrature (Pinheiro and Bates 1995), centred at its mode. Derivatives are
    those of the integral (Louis 1982), by the same rule. Studies with no event, or with nothing else, need no
    correction.

    Parameters
    ----------
    events, totals
        Whole numbers, of shape (k,); no nulls.
    mean, tau
        On the logit scale; the likelihood of -tau is that of tau.
    """
    y, n = events[:, None].astype(float), totals[:, None].astype(float)
    mode, width = _find_modes(y, n, mean, tau)
    z = mode + np.sqrt(2) * width * _NODE
    eta = mean + tau * z
    chance = expit(eta)
    log_terms = _LOG_WEIGHT + y * eta - n * np.logaddexp(0, eta) - z**2 / 2
    top = log_terms.max(axis=1, keepdims=True)
    share = np.exp(log_terms - top)
    sums = share.sum(axis=1, keepdims=True)
    share /= sums
    value = top + np.log(sums) + np.log(width) - np.log(np.pi) / 2 + _log_choose(y, n)
    return Likelihood(float(value.sum()), *_derivatives(share, z, y - n * chance, n * chance * (1 - chance)))


def _derivatives(share: np.ndarray, z: np.ndarray, excess: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, ...]:
    """Gradient and information: means over z of the derivatives given z, and their variance (Louis)."""
    slopes = np.stack([excess, excess * z])
    each = (share * slopes).sum(axis=2)
    curved = np.stack([spread, spread * z, spread * z**2])
    one, mixed, two = (share * curved).sum(axis=(1, 2))
    products = np.einsum("kj,akj,bkj->ab", share, slopes, slopes)
    return each.sum(axis=1), np.array([[one, mixed], [mixed, two]]) - products + each @ each.T


def _find_modes(y: np.ndarray, n: np.ndarray, mean: float, tau: float) -> tuple[np.ndarray, np.ndarray]:
    """Where each study's z is likeliest, and its width there: Newton's method, kept inside a bracket.

    A step that is not at most half of the one before is taken to the middle instead: far from the mode Newton's method
    can jump to and fro for ever.
    """
    low, high = -abs(tau) * n - 1, abs(tau) * n + 1
    z, moved = np.zeros_like(y), high - low
    for _ in range(200):
        chance = expit(mean + tau * z)
        slope = tau * (y - n * chance) - z
        bend = 1 + tau**2 * n * chance * (1 - chance)
        low, high = np.where(slope > 0, z, low), np.where(slope > 0, high, z)
        step = z + slope / bend
        good = (step >= low) & (step <= high) & (np.abs(step - z) <= moved / 2)
        new = np.where(good, step, (low + high) / 2)
        if np.all(np.abs(new - z) < 1e-10):
            break
        moved = np.abs(new - z)
        z = new
    return z, 1 / np.sqrt(bend)


def _log_choose(y: np.ndarray, n: np.ndarray) -> np.ndarray:
    return gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
