"""How sure is a proportion: exact intervals, also at none and at all."""

from dataclasses import dataclass

from scipy.stats import binomtest


@dataclass(frozen=True)
class Proportion:
    """A proportion and its exact (Clopper-Pearson) 95 % interval."""

    value: float
    low: float
    high: float


def estimate_proportion(n: int, of: int) -> Proportion:
    """Proportion of `n` among `of`, with the exact (Clopper-Pearson) 95 % interval.

    >>> found = estimate_proportion(5, 811)
    >>> [round(100 * x, 3) for x in (found.value, found.low, found.high)]
    [0.617, 0.2, 1.433]

    Raises
    ------
    ValueError
        If `of` is not at least 1, or `n` does not lie in 0 to `of`.
    """
    interval = binomtest(n, of).proportion_ci(confidence_level=0.95, method="exact")
    return Proportion(n / of, float(interval.low), float(interval.high))
