"""Schedules with days of their own: the table of the specification, a twin with dice, and what must hold of any."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta
from tests.reference import simulation as twin

from leukon.knowledge.simulation import Visits
from leukon.simulate.designs import read_design
from leukon.simulate.durations import find_durations
from leukon.simulate.onsets import find_onsets
from leukon.simulate.posterior import Posterior
from leukon.simulate.schedules import PARTS, Episodes, estimate_schedule, per_found
from leukon.simulate.search import Candidate, find_best, find_front, list_candidates, rank_candidates
from leukon.simulate.waiting import untested

# schedule, tests, P(detect), median delay, days below 1.0 before, tests for each found (section 1, reading B).
# The specification simulated; these are sums, so its own noise is allowed for (decision 21).
ANCHORED = [
    ("label-us", 4.5, 0.43, 7.6, 10.5, 1636),
    ("paper", 7.2, 0.66, 5.8, 7.3, 1711),
    ("every:10d:90d", 9.9, 0.77, 4.6, 5.7, 1929),
    ("every:7d:21d-77d", 10.8, 0.83, 3.9, 5.1, 2021),
    ("every:7d:91d", 13.5, 0.85, 3.6, 4.6, 2489),
]
FRONT = [
    ("label-us", 4.5, 0.42), ("every:15d:30d-63d", 5.4, 0.59), ("every:10d:30d-63d", 6.3, 0.67),
    ("every:10d:21d-63d", 7.2, 0.72), ("every:10d:21d-77d", 8.1, 0.75), ("every:7d:21d-63d", 9.0, 0.78),
    ("every:7d:21d-77d", 10.8, 0.82), ("every:7d:14d-91d", 12.6, 0.85), ("every:5d:14d-91d", 16.2, 0.89),
]  # fmt: skip
SURE = Visits(missed=0, jitter_sd_days=0, source="test")


def sharp(median, sigma=0.001):
    """A time that is known nearly exactly."""
    return Posterior(np.array([math.log(median)]), np.array([sigma]), np.array([1.0]))


@pytest.mark.parametrize(("name", "tests", "chance", "delay", "below", "each"), ANCHORED)
def test_the_anchored_schedules_of_the_specification(
    protocol, known, episodes, name, tests, chance, delay, below, each
):
    design = read_design(name, protocol, known.follow_days)
    found = estimate_schedule(design.days, episodes, known.visits)
    attended = len(design.days) * 0.9
    assert attended == pytest.approx(tests)
    assert found.chance == pytest.approx(chance, abs=0.015)
    assert found.median_delay_days == pytest.approx(delay, abs=0.3)
    assert found.days_below == pytest.approx(below, abs=0.3)
    assert per_found(attended, found.chances, known).median == pytest.approx(each, rel=0.07)


@pytest.mark.parametrize(("name", "tests", "chance"), FRONT)
def test_the_front_of_the_specification(protocol, known, episodes, name, tests, chance):
    design = read_design(name, protocol, known.follow_days)
    assert len(design.days) * 0.9 == pytest.approx(tests)
    assert estimate_schedule(design.days, episodes, known.visits).chance == pytest.approx(chance, abs=0.015)


def test_intervals_of_the_paper_and_the_monthly_schedule(protocol, known, episodes):
    for name, low, high in [("paper", 0.36, 0.91), ("every:7d:21d-77d", 0.52, 0.98)]:
        days = read_design(name, protocol, known.follow_days).days
        interval = estimate_schedule(days, episodes, known.visits).interval
        assert [interval.low, interval.high] == pytest.approx([low, high], abs=0.03)


def test_six_times_as_many_cells_move_nothing_that_is_shown(protocol, known, episodes):
    fine = (61, 45)
    finer = Episodes(find_durations(known, "B", cells=fine), find_onsets(known, "monthly", cells=fine), 180)
    days = read_design("label-us", protocol, known.follow_days).days
    coarse, exact = (estimate_schedule(days, each, known.visits) for each in (episodes, finer))
    assert coarse.chance == pytest.approx(exact.chance, abs=0.001)
    assert [coarse.interval.low, coarse.interval.high] == pytest.approx([exact.interval.low, exact.interval.high], abs=0.003)  # fmt: skip
    assert coarse.days_below == pytest.approx(exact.days_below, abs=0.01)


def test_dice_in_plain_python_agree(protocol, known, episodes):
    """Every episode has its own draw of what is not known; 30,000 of them leave a standard error of 0.003."""
    days = read_design("paper", protocol, known.follow_days).days
    durations, onsets = find_durations(known, "B", cells=(25, 19)), find_onsets(known, "monthly", cells=(25, 19))

    def times(posterior):
        cells = list(zip(posterior.mu.tolist(), posterior.sigma.tolist(), strict=True))
        weights = np.cumsum(posterior.weight).tolist()
        return lambda rng: math.exp(rng.gauss(*rng.choices(cells, cum_weights=weights)[0]))

    onset, lasts = times(onsets), times(durations)
    share, delays = twin.throw(days, 0.1, 2, lambda rng: (onset(rng), lasts(rng)), 30_000, seed=3)
    found = estimate_schedule(days, episodes, known.visits)
    assert share == pytest.approx(found.chance, abs=0.012)
    assert delays[len(delays) // 2] == pytest.approx(found.median_delay_days, abs=0.2)


def test_dice_agree_within_three_thousandths(protocol, known, episodes):
    """400,000 episodes of one duration law and one onset law, against the sum."""
    rng, size, days = np.random.default_rng(5), 400_000, read_design("paper", protocol, known.follow_days).days
    onset, lasts = (np.exp(np.log(m) + s * rng.standard_normal(size)) for m, s in ((36, 0.4), (8, 0.7)))
    caught = np.zeros(size, bool)
    for day in days:
        visit = day + 2 * rng.standard_normal(size)
        caught |= (rng.random(size) >= 0.1) & (onset <= visit) & (visit < onset + lasts)
    law = Episodes(sharp(8, 0.7), sharp(36, 0.4), known.follow_days)
    assert caught.mean() == pytest.approx(estimate_schedule(days, law, known.visits).chance, abs=0.003)


@pytest.mark.parametrize(("lasts", "chance"), [(5.2, 0.0), (5.9, 1.0)])
def test_a_test_just_before_the_end_meets_the_episode_and_just_after_does_not(lasts, chance):
    found = estimate_schedule([50], Episodes(sharp(lasts), sharp(44.5), 180), SURE)
    assert found.chance == pytest.approx(chance, abs=0.02)
    assert chance == 0 or found.median_delay_days == pytest.approx(5.5, abs=0.3)
    assert found.days_below == pytest.approx(min(lasts, 5.5), abs=0.3)


def test_an_episode_that_begins_after_all_tests_is_not_detected_and_lasts_to_its_end():
    found = estimate_schedule([30, 60], Episodes(sharp(8), sharp(300), 180), SURE)
    assert found.chance == 0
    assert math.isnan(found.median_delay_days)
    assert found.days_below == pytest.approx(8, abs=0.01)


@settings(max_examples=20)
@given(st.lists(st.integers(1, 179), min_size=1, max_size=8, unique=True), st.integers(1, 179), st.floats(0, 0.6))
def test_one_more_test_or_fewer_missed_ones_never_detect_less(days, more, missed):
    episodes = Episodes(sharp(9, 0.6), sharp(40, 0.5), 180)
    visits = Visits(missed=missed, jitter_sd_days=2, source="test")
    found, wider = (estimate_schedule(plan, episodes, visits) for plan in (days, [*days, more]))
    worse = estimate_schedule(days, episodes, Visits(missed=min(missed + 0.1, 0.9), jitter_sd_days=2, source="test"))
    assert wider.chance >= found.chance - 1e-12
    assert wider.days_below <= found.days_below + 1e-9
    assert worse.chance <= found.chance + 1e-12


@given(st.lists(st.integers(1, 100), min_size=1, max_size=6), st.floats(0, 0.9), st.floats(0, 5))
def test_waiting_begins_at_one_and_only_falls(days, missed, jitter):
    visits = Visits(missed=missed, jitter_sd_days=jitter, source="test")
    waiting = untested(days, np.array([0.25, 33.3, 99.0]), np.arange(0, 120.0), visits)
    assert (waiting[:, 0] == 1).all()
    assert (np.diff(waiting, axis=1) <= 1e-15).all()
    assert (waiting >= 0).all()


def test_tests_for_each_found_are_a_ratio_over_what_is_believed(known):
    found = per_found(4.5, np.full(PARTS.size, 0.5), known)
    law = beta(5.5, 806.5)
    expected = [4.5 / 0.5 / law.ppf(share) for share in (0.975, 0.5, 0.025)]
    assert [found.low, found.median, found.high] == pytest.approx(expected, rel=0.03)


def test_what_is_never_detected_needs_endless_tests(known):
    assert per_found(4.5, np.zeros(PARTS.size), known).median == math.inf


def test_the_best_schedules_are_beaten_by_none_with_as_few_tests(protocol, known, episodes):
    designs = list_candidates(known, protocol)
    found = rank_candidates(designs, episodes, known.visits)
    front = find_front(found)
    assert len({design.days for design in designs}) == len(designs)
    for each in front:
        assert not [c for c in found if c.tests <= each.tests and c.chance > each.chance]
        assert each.chance == pytest.approx(estimate_schedule(each.design.days, episodes, known.visits).chance, abs=0.005)  # fmt: skip
    assert all(a.tests < b.tests and a.chance < b.chance for a, b in pairwise(front))


def test_the_best_for_a_number_of_tests_keeps_to_it(protocol, known):
    design = read_design("paper", protocol, known.follow_days)
    front = [Candidate(design, 4.5, 0.4), Candidate(design, 7.2, 0.7)]
    assert [find_best(front, tests) for tests in (4.4, 4.5, 7.1, 7.2, 100)] == [
        None,
        front[0],
        front[0],
        *[front[1]] * 2,
    ]
