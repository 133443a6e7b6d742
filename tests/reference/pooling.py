"""Pooling in slow plain Python: sums and bisection, no NumPy, no quadrature rule."""

import math


def log_likelihood(events, totals, mean, tau, steps=4000, reach=25.0):
    """The binomial-normal log-likelihood, each study's integral by the trapezoid rule over z."""
    return sum(_study(y, n, mean, tau, steps, reach) for y, n in zip(events, totals, strict=True))


def _study(y, n, mean, tau, steps, reach):
    choose = math.lgamma(n + 1) - math.lgamma(y + 1) - math.lgamma(n - y + 1)
    logs = []
    for step in range(steps + 1):
        z = -reach + 2 * reach * step / steps
        eta = mean + tau * z
        log_sum = math.log1p(math.exp(-abs(eta))) + max(eta, 0)
        logs.append(y * eta - n * log_sum - z * z / 2)
    top = max(logs)
    total = sum(math.exp(log - top) for log in logs) * 2 * reach / steps
    return choose + top + math.log(total) - math.log(2 * math.pi) / 2


def reml(events, totals):
    """Mean and tau2 on logits; tau2 where the slope of the restricted likelihood changes its sign (one root assumed)."""
    logits, variances = [], []
    for y, n in zip(events, totals, strict=True):
        half = 0.5 if y in (0, n) else 0.0
        logits.append(math.log((y + half) / (n - y + half)))
        variances.append(1 / (y + half) + 1 / (n - y + half))

    def mean_at(tau2):
        weights = [1 / (v + tau2) for v in variances]
        return sum(w * x for w, x in zip(weights, logits, strict=True)) / sum(weights)

    def slope(tau2):
        weights = [1 / (v + tau2) for v in variances]
        squares = sum(w * w * (x - mean_at(tau2)) ** 2 for w, x in zip(weights, logits, strict=True))
        return squares - sum(weights) + sum(w * w for w in weights) / sum(weights)

    low, high = 0.0, 100.0
    if slope(0.0) <= 0:
        return mean_at(0.0), 0.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return mean_at(low), low
