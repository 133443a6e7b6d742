"""Tests at equal distances: closed forms against integrals, dice and one another."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import lognorm
from tests.reference import simulation as twin

from leukon.simulate.durations import find_durations
from leukon.simulate.lognormal import excess, longer_than, share_of
from leukon.simulate.periodic import chance_fixed, chance_periodic

MU = st.floats(np.log(0.5), np.log(80))
SIGMA = st.floats(0.15, 2)
DAYS = st.floats(1, 60)
MISSED = st.floats(0, 0.8)


def test_the_closed_form_of_the_specification():
    assert chance_periodic(np.log(8), 0.7, 15) == pytest.approx(0.578766, abs=1e-6)


@pytest.mark.parametrize("missed", [0.0, 0.1, 0.25])
@pytest.mark.parametrize(("median", "sigma"), [(8, 0.7), (14, 0.2), (3, 1.5)])
def test_the_mean_of_a_lognormal_is_the_integral_over_its_durations(median, sigma, missed):
    law = lognorm(sigma, scale=median)
    for every in (7, 15, 30):
        ends = [0, *(every * n for n in range(1, 12)), 2000]
        parts = [
            quad(lambda d, every=every: law.pdf(d) * chance_fixed(d, every, missed=missed), *ends)[0]
            for ends in pairwise(ends)
        ]
        assert chance_periodic(np.log(median), sigma, every, missed=missed) == pytest.approx(
            sum(parts) + law.sf(ends[-1]), abs=1e-6
        )


@pytest.mark.parametrize(
    ("days", "every", "chance"), [(0, 15, 0), (7.5, 15, 0.5), (15, 15, 1), (40, 15, 1), (3, 30, 0.1)]
)
def test_a_fixed_duration_is_met_by_its_share_of_the_interval(days, every, chance):
    assert chance_fixed(days, every) == pytest.approx(chance, abs=1e-12)


@pytest.mark.parametrize("missed", [0.1, 0.25])
@pytest.mark.parametrize("days", [4.0, 15.0, 22.0, 50.0])
def test_missed_tests_counted_one_by_one_give_the_formula(days, missed):
    assert chance_fixed(days, 15, missed=missed) == pytest.approx(twin.periodic(days, 15, missed), abs=0.003)


@pytest.mark.parametrize(("missed", "chances"), [(0.1, [0.90, 0.82, 0.70, 0.43]), (0.25, [0.83, 0.74, 0.60, 0.36])])
def test_reading_b_with_missed_visits(known, missed, chances):
    found = find_durations(known, "B")
    means = [found.mean(chance_periodic(found.mu, found.sigma, every, missed=missed)) for every in (7, 10, 15, 30)]
    assert means == pytest.approx(chances, abs=0.01)


@pytest.mark.parametrize("missed", [0.0, 0.1])
def test_dice_agree_with_the_closed_form(missed):
    rng, every, size = np.random.default_rng(7), 15, 400_000
    lasts = np.exp(np.log(8) + 0.7 * rng.standard_normal(size))
    tests = np.maximum(0, np.ceil((lasts - every * rng.random(size)) / every)).astype(int)
    met = rng.random(size) >= missed**tests
    assert met[tests == 0].sum() == 0
    assert met.mean() == pytest.approx(float(chance_periodic(np.log(8), 0.7, every, missed=missed)), abs=0.003)


@given(MU, SIGMA, DAYS, DAYS, MISSED)
def test_closer_tests_never_detect_less(mu, sigma, one, other, missed):
    near, far = sorted((one, other))
    assert chance_periodic(mu, sigma, far, missed=missed) <= chance_periodic(mu, sigma, near, missed=missed) + 1e-9


@given(MU, SIGMA, DAYS, MISSED, MISSED)
def test_more_missed_tests_never_detect_more(mu, sigma, every, one, other):
    few, many = sorted((one, other))
    assert chance_periodic(mu, sigma, every, missed=many) <= chance_periodic(mu, sigma, every, missed=few) + 1e-9


@given(MU, SIGMA, DAYS)
def test_half_the_interval_detects_at_most_twice_as_much(mu, sigma, every):
    once, twice = (float(chance_periodic(mu, sigma, days)) for days in (every, 2 * every))
    assert once >= twice - 1e-9
    assert once <= 2 * twice + 1e-9


@given(MU, SIGMA, DAYS, MISSED)
def test_a_chance_lies_between_none_and_all(mu, sigma, every, missed):
    assert -1e-9 <= chance_periodic(mu, sigma, every, missed=missed) <= 1 + 1e-9


@settings(max_examples=25, deadline=None)
@given(MU, SIGMA, st.floats(0, 60))
def test_means_of_lognormal_times_are_those_of_scipy(mu, sigma, days):
    law = lognorm(sigma, scale=np.exp(mu))
    assert longer_than(days, mu, sigma) == pytest.approx(law.sf(days), abs=1e-9)
    if sigma < 1:
        tail = quad(law.sf, days, law.isf(1e-13) + days, limit=200)[0]
        assert excess(days, mu, sigma) == pytest.approx(tail, abs=2e-5 * (1 + tail))


def test_all_days_of_an_episode_are_after_day_0():
    assert longer_than(0, 1.0, 0.5) == 1
    assert excess(0, 1.0, 0.5) == pytest.approx(np.exp(1.0 + 0.125))
    assert share_of(0, 1e-6, 3.0, 0.2) == pytest.approx(1)
