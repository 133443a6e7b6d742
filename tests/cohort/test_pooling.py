"""Pooled proportions: what they are, and where there is none."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference import pooling as twin

from leukon.cohort.pooling import REASONS, pool_proportions
from leukon.cohort.pooling_glmm import pool_glmm
from leukon.cohort.pooling_logit import pool_logits
from leukon.cohort.quadrature import binomial_normal

STUDIES = st.lists(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=3, max_size=6
)


@pytest.mark.parametrize(
    ("events", "totals", "reason"),
    [
        ([], [], "no_study"),
        ([5], [811], "one_study"),
        ([0, 0], [20, 30], "no_event"),
        ([0, 0, 0], [20, 30, 5], "no_event"),
        ([20, 30], [20, 30], "only_events"),
        ([0, 1], [20, 30], None),
        ([20, 29], [20, 30], None),
    ],
)
def test_there_is_no_estimate_without_a_named_reason(events, totals, reason):
    found = pool_proportions(events, totals)
    assert found.reason == reason
    assert (found.estimates == ()) == (reason is not None)
    assert reason is None or reason in REASONS


def test_two_studies_have_no_tau_no_prediction_no_reml_and_leave_none_out():
    found = pool_proportions([1, 5], [161, 811])
    assert [(one.method, one.tau, one.prediction) for one in found.estimates] == [
        ("binomial-normal GLMM (maximum likelihood)", None, None)
    ]
    assert found.without == ()


def test_three_studies_have_all_of_them():
    found = pool_proportions([1, 5, 2], [161, 811, 140])
    assert [one.method for one in found.estimates] == [
        "binomial-normal GLMM (maximum likelihood)",
        "random effects on logits (REML)",
    ]
    assert all(one.tau is not None and one.prediction is not None for one in found.estimates)
    assert [len(without) for without in found.without] == [1, 1, 1]


def test_coles_and_baker_are_as_computed_elsewhere():
    (found,) = pool_proportions([1, 5], [161, 811]).estimates
    assert round(100 * found.value, 3) == 0.617
    assert [(round(100 * i.low, 3), round(100 * i.high, 3), i.method) for i in found.intervals] == [
        (0.186, 1.518, "profile likelihood"),
        (0.278, 1.367, "Wald"),
    ]


def test_without_its_only_event_the_others_cannot_be_pooled():
    assert pool_proportions([0, 0, 3], [50, 60, 70]).without[2] == ()


def test_a_bound_that_the_profile_never_reaches_is_0():
    found = pool_proportions([0, 0, 0, 1], [10, 20, 3000, 40]).estimates[0].intervals[0]
    assert found.low == 0
    assert 0 < found.high < 1


def test_studies_without_an_event_lower_the_estimate_of_the_model():
    with_, without = pool_proportions([0, 2, 3], [500, 80, 90]), pool_proportions([2, 3], [80, 90])
    assert with_.estimates[0].value < without.estimates[0].value


@pytest.mark.parametrize(
    ("events", "totals"),
    [([1, 2], [3]), ([-1, 2], [3, 3]), ([4, 2], [3, 3]), ([0, 0], [0, 3]), ([1.5, 2], [3, 3]), ([[1]], [[2]])],
)
def test_numbers_that_are_no_persons_are_refused(events, totals):
    with pytest.raises(ValueError, match="events"):
        pool_proportions(events, totals)


@settings(max_examples=20, deadline=None)
@given(STUDIES, st.floats(-5, 1), st.floats(-2, 2))
def test_the_likelihood_is_that_of_the_plain_sum(studies, mean, tau):
    """Also far from the data, where a study without an event leaves a skewed curve."""
    events, totals = map(np.array, zip(*studies, strict=True))
    expected = twin.log_likelihood(events.tolist(), totals.tolist(), mean, tau, steps=6400, reach=80)
    assert binomial_normal(events, totals, mean, tau).value == pytest.approx(expected, abs=1e-5)


def test_a_mode_far_from_the_mean_is_found_where_newtons_method_alone_would_jump_to_and_fro():
    events, totals = np.array([33, 185, 146]), np.array([44, 185, 146])
    expected = twin.log_likelihood(events.tolist(), totals.tolist(), -4.57, 0.4146, steps=6400, reach=80)
    assert binomial_normal(events, totals, -4.57, 0.4146).value == pytest.approx(expected, abs=1e-3)


def test_near_the_estimate_it_is_so_to_many_digits():
    events, totals = [0, 1, 2, 0, 5, 43], [116, 44, 208, 130, 151, 580]
    found = binomial_normal(np.array(events), np.array(totals), -4.0, 0.9).value
    assert found == pytest.approx(twin.log_likelihood(events, totals, -4.0, 0.9), abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(STUDIES, st.floats(-4, 3), st.floats(0.05, 2))
def test_gradient_and_information_are_those_of_differences(studies, mean, tau):
    events, totals = map(np.array, zip(*studies, strict=True))
    found, step = binomial_normal(events, totals, mean, tau), 1e-5
    for place, (up, down) in enumerate([((step, 0), (-step, 0)), ((0, step), (0, -step))]):
        higher = binomial_normal(events, totals, mean + up[0], tau + up[1])
        lower = binomial_normal(events, totals, mean + down[0], tau + down[1])
        scale = 1 + np.abs(found.information).max()
        assert found.gradient[place] == pytest.approx((higher.value - lower.value) / (2 * step), abs=1e-4 * scale)
        bent = -(higher.gradient - lower.gradient) / (2 * step)
        assert found.information[place] == pytest.approx(bent, abs=1e-4 * scale)


@settings(max_examples=50, deadline=None)
@given(STUDIES)
def test_the_restricted_likelihood_is_at_its_top(studies):
    """The twin looks for a change of slope; where there are two hills, ours is at least as high."""
    events, totals = map(np.array, zip(*studies, strict=True))
    found = pool_logits(events, totals)
    mean, tau2 = twin.reml(events.tolist(), totals.tolist())
    assert math.isclose(found.mean, mean, rel_tol=1e-4, abs_tol=1e-4) or found.tau**2 != pytest.approx(tau2, abs=1e-3)
    assert restricted(events, totals, found.tau**2) >= restricted(events, totals, tau2) - 1e-9


def restricted(events, totals, tau2):
    half = [0.5 if y in (0, n) else 0 for y, n in zip(events, totals, strict=True)]
    yes, no = events + half, totals - events + half
    weights, logits = 1 / (1 / yes + 1 / no + tau2), np.log(yes / no)
    mean = (weights * logits).sum() / weights.sum()
    return (np.log(weights).sum() - np.log(weights.sum()) - (weights * (logits - mean) ** 2).sum()) / 2


@settings(max_examples=8, deadline=None)
@given(STUDIES.filter(lambda studies: 0 < sum(y for y, _ in studies) < sum(n for _, n in studies)))
def test_counting_the_others_instead_turns_everything_round(studies):
    events, totals = map(np.array, zip(*studies, strict=True))
    for pool in (partial(pool_glmm, profile=False), pool_logits):
        one, other = pool(events, totals), pool(totals - events, totals)
        assert one.value == pytest.approx(1 - other.value, abs=2e-4)
        for ours, theirs in zip(one.intervals, other.intervals, strict=True):
            assert ours.low == pytest.approx(1 - theirs.high, abs=2e-3)
