"""Pooled proportions are those of R's metafor, and exact intervals those of binom.test.

The values were made once by `r/pooling.R`; `r/pooling.txt` holds them, with the versions that made them.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.special import logit

from leukon.cohort.pooling import pool_proportions
from leukon.cohort.pooling_glmm import pool_glmm
from leukon.cohort.pooling_logit import pool_logits
from leukon.cohort.proportions import estimate_proportion

STORED = [line.split() for line in (Path(__file__).parent / "r" / "pooling.txt").read_text().splitlines()[1:]]
VALUES = {(name, what): [float(x) for x in rest] for name, what, *rest in STORED if name != "binom.test"}
SETS = ["pritz1997", "nielweise2007"]


def counts(name):
    return [int(x) for x in VALUES[name, "events"]], [int(x) for x in VALUES[name, "totals"]]


@cache
def pooled(name):
    return pool_proportions(*counts(name))


def ends(interval):
    return [logit(interval.low), logit(interval.high)]


def four_digits(expected):
    return pytest.approx(expected, rel=5e-5)


def test_one_of_the_sets_has_studies_without_an_event():
    assert counts("nielweise2007")[0].count(0) == 6


@pytest.mark.parametrize("name", SETS)
def test_reml_with_hartung_knapp_is_that_of_metafor(name):
    mean, _, low, high, tau2, *prediction = VALUES[name, "reml_mu_se_low_high_tau2_pilow_pihigh"]
    found = pooled(name).estimates[1]
    assert found.intervals[0].method == "Hartung-Knapp"
    assert [found.mean, found.tau**2] == four_digits([mean, tau2])
    assert ends(found.intervals[0]) == four_digits([low, high])
    assert ends(found.prediction) == four_digits(prediction)


@pytest.mark.parametrize("name", SETS)
def test_each_study_left_out_gives_what_metafor_gives(name):
    found = [without[1].mean for without in pooled(name).without]
    assert found == four_digits(VALUES[name, "reml_leave_one_out_mu"])


@pytest.mark.parametrize("name", SETS)
def test_the_binomial_normal_model_is_that_of_metafor(name):
    mean, _, low, high, tau2 = VALUES[name, "glmm25_mu_se_low_high_tau2"]
    found = pooled(name).estimates[0]
    assert found.intervals[1].method == "Wald"
    assert [found.mean, found.tau**2] == four_digits([mean, tau2])
    assert ends(found.intervals[1]) == four_digits([low, high])
    assert ends(found.prediction) == four_digits(VALUES[name, "glmm25_t_pilow_pihigh"])


@pytest.mark.parametrize("name", [*SETS, "coles_and_baker"])
def test_the_profile_interval_is_that_of_lme4(name):
    low, high = VALUES[name, "lme4_profile_percent"]
    found = pool_glmm(*map(np.array, counts(name))).intervals[0]
    assert found.method == "profile likelihood"
    assert [100 * found.low, 100 * found.high] == pytest.approx([low, high], rel=1e-3)  # lme4 interpolates


def test_two_studies_agree_too_where_there_is_an_estimate():
    mean, _, low, high, _ = VALUES["coles_and_baker", "glmm25_mu_se_low_high_tau2"]
    (found,) = pooled("coles_and_baker").estimates
    assert found.mean == four_digits(mean)
    assert ends(found.intervals[1]) == four_digits([low, high])


def test_hartung_and_knapp_from_two_studies_would_be_absurdly_sure():
    """Why there is no such estimate: 6 events, and an interval of less than a twentieth of a per cent."""
    found = pool_logits(*map(np.array, counts("coles_and_baker")))
    _, _, low, high, *_ = VALUES["coles_and_baker", "reml_mu_se_low_high_tau2_pilow_pihigh"]
    assert ends(found.intervals[0]) == four_digits([low, high])
    assert found.intervals[0].high - found.intervals[0].low < 0.0005


@pytest.mark.parametrize(
    "line", [line for line in STORED if line[0] == "binom.test"], ids=lambda line: "/".join(line[1:3])
)
def test_exact_intervals_are_those_of_binom_test(line):
    found = estimate_proportion(int(line[1]), int(line[2]))
    assert [found.low, found.high] == pytest.approx([float(line[3]), float(line[4])], abs=5e-9)
