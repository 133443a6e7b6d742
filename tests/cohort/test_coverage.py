"""Cohorts of known truth (bench/known_truth.py): intervals hold it, the naive curve does not, the interval one does.

A small, fast version of `python -m bench.coverage`; every limit follows from the number of repetitions.
"""

from dataclasses import replace

import numpy as np
import pytest
from bench.coverage import CURVE, DAYS, EXACT, LONG, Coverage, cover, find_bias, find_immortal, find_intervals
from bench.known_truth import LAST, Truth, draw_cohort
from scipy.stats import binom

REPEATS = 20
SLIP = 0.0005
"""Chance of each limit to fail although all is well."""
MANY = 10_000


@pytest.fixture(scope="module")
def covered():
    return cover(Truth(), REPEATS, seed=1)


def test_every_interval_was_told(covered):
    assert set(covered.kind.values()) == {EXACT, CURVE}
    assert all(told >= REPEATS - 5 for told in covered.told.values())


def test_intervals_hold_the_truth_as_often_as_they_say(covered):
    """With 20 repetitions an interval that holds it 95 times in 100 does so at least 15 times (but once in 2000)."""
    for name in covered.kind:
        assert covered.held[name] >= binom.ppf(SLIP, covered.told[name], 0.95), name


def test_intervals_are_no_wider_than_they_need_to_be():
    """Cohorts in which half as many fall are not held for cohorts of this truth; else to hold it would say nothing."""
    other = Coverage()
    rng = np.random.default_rng(4)
    for _ in range(6):
        fewer = list(find_intervals(Truth(falls=0.15), rng))
        other.add((kind, name, Truth().seen_chance[:366].sum(), low, high) for kind, name, _, low, high in fewer)
    assert other.held["seen in year 1, of persons"] <= 1


def spread(share, number=MANY):
    """Four standard errors of a share among so many."""
    return 4 * np.sqrt(share * (1 - share) / number)


def test_the_chances_are_those_of_the_cohorts_drawn():
    truth = Truth(persons=MANY, next_course=0)
    events = draw_cohort(truth, np.random.default_rng(2)).drop_columns("unit").to_pandas()
    counts = events[events["code"] == "anc"]
    lows = counts[counts["numeric_value"] < 1.5].groupby("subject_id")["time"].min()
    started = events[events["code"] == "alemtuzumab"].groupby("subject_id")["time"].min()
    day = (lows - started.loc[lows.index]).dt.days
    for until in (90, 180, 360, 480):  # everybody is followed to day 480
        chance = truth.seen_chance[: until + 1].sum()
        assert abs((day <= until).mean() * len(day) / MANY - chance) < spread(chance)
    assert truth.seen_chance.sum() < truth.fall_chance.sum()  # some falls nobody sees
    assert truth.seen_chance[1:30].sum() == 0
    assert truth.fall_chance.size == LAST + 1


def test_the_naive_onset_curve_is_late_and_the_interval_censored_one_is_not():
    found = find_bias(replace(LONG, persons=MANY), 1, seed=3)
    truth = found["truth"]
    early = np.asarray(DAYS) <= 105
    assert (found["naive"] < truth - spread(truth))[early].all()
    assert (found["at least"] - spread(truth) <= truth).all()
    assert (truth <= found["at most"] + spread(truth)).all()
    assert (found["naive"] < found["at most"]).all()


def test_a_drug_that_does_nothing_seems_to_do_nothing_only_if_treatment_is_a_state():
    """Who is ever treated has lived long enough with the episode to be treated: counted so, the drug seems to harm."""
    found = find_immortal(Truth(persons=2 * MANY), 1, seed=3)
    truth = found["truth"]
    for state in ("as a state, treated", "as a state, untreated"):
        assert found[state] == pytest.approx(truth, rel=0.08)
    assert found["wrong: ever treated"] < 0.9 * truth
    assert found["wrong: never treated"] > 1.1 * truth
