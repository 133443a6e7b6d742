"""Exact intervals of arrays, against R."""

import numpy as np
import pytest
from scipy.stats import binom, poisson

from leukon.cohort.exact import exact_proportions, exact_rates

# R 4.2.2 (stats): sprintf("%.12g", binom.test(n, of)$conf.int) and poisson.test(events, time)$conf.int
BINOM_TEST = [
    (0, 7, 0, 0.409616397225),
    (7, 7, 0.590383602775, 1),
    (1, 40, 0.000632744932049, 0.131585858483),
    (5, 811, 0.00200477334156, 0.0143285157584),
    (13, 20, 0.407811465467, 0.846090795215),
    (499, 100_000, 0.00456267969605, 0.00544640664622),
    (1, 1, 0.025, 1),
]
POISSON_TEST = [
    (0, 3.5, 0, 1.05396555832),
    (1, 2, 0.0126589039921, 2.78582169547),
    (5, 811.25, 0.00200121588921, 0.0143831520238),
    (13, 0.8, 8.65244061375, 27.7879948977),
    (1234, 98_765.5, 0.0118067717828, 0.0132112971688),
]


@pytest.mark.parametrize(("exact", "in_r"), [(exact_proportions, BINOM_TEST), (exact_rates, POISSON_TEST)])
def test_the_intervals_are_those_of_r_to_eight_digits(exact, in_r):
    n, of, low, high = np.array(in_r).T
    found = exact(n, of)
    np.testing.assert_allclose(found, [n / of, low, high], rtol=1e-9, atol=0)


def test_an_end_of_the_interval_leaves_two_and_a_half_percent_outside():
    n, of = np.array([1, 3, 9]), np.array([10, 10, 10])
    _, low, high = exact_proportions(n, of)
    np.testing.assert_allclose([binom.sf(n - 1, of, low), binom.cdf(n, of, high)], 0.025, rtol=1e-9)
    _, low, high = exact_rates(n, of)
    np.testing.assert_allclose([poisson.sf(n - 1, of * low), poisson.cdf(n, of * high)], 0.025, rtol=1e-9)


@pytest.mark.parametrize("exact", [exact_proportions, exact_rates])
@pytest.mark.parametrize(("n", "of"), [(0, 0), (np.nan, 5), (2, np.nan), (np.nan, np.nan), (0, np.nan)])
def test_of_nobody_or_of_something_hidden_nothing_is_said(exact, n, of):
    assert np.isnan(exact(np.array([n]), np.array([of]))).all()
