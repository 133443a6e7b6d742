"""Imagined people, their visits, counts and further tests; and what the ordinary review says of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leukon
from leukon.knowledge.library import load_protocol
from leukon.knowledge.simulation import Visits, load_simulation
from leukon.simulate.designs import read_design
from leukon.simulate.people import People, draw_counts, draw_people, draw_visits
from leukon.simulate.reviewed import START, make_events, review_design
from leukon.simulate.schedules import estimate_schedule
from leukon.simulate.testing import Tests, draw_tests

LEVELS = load_simulation(load_protocol("alemtuzumab-ms")).counts


def one(onset=40.0, lasts=8.0, usual=3.8):
    """One person, with an episode if `onset` is a day."""
    ill = np.isfinite(onset)
    cell = np.zeros(int(ill), np.int64)
    return People(np.log([usual]), np.array([onset]), np.array([lasts if ill else 0.0]), cell, cell)


def counts_of(person, days, levels, seed=1):
    days = np.asarray(days, float)
    return draw_counts(np.random.default_rng(seed), days, np.zeros(days.size, int), person, levels, 1.0)


@pytest.fixture(scope="module")
def people(known, episodes):
    return draw_people(np.random.default_rng([1, 0]), 40_000, episodes, known.counts)


def met(tests, people):
    """Who has a test inside the episode, by days alone."""
    person, day = tests.person, tests.day
    inside = (day >= people.onset[person]) & (day < people.onset[person] + people.duration[person])
    found = np.zeros(people.usual.size, bool)
    found[person[inside]] = True
    return found


def test_half_of_the_people_have_an_episode_and_they_come_first(people):
    assert people.has_episode.tolist() == [True] * 20_000 + [False] * 20_000
    assert people.onset_cell.size == people.duration_cell.size == 20_000


def test_onsets_and_durations_are_drawn_as_they_are_believed(people, episodes):
    lasts, begins = people.duration[:20_000], people.onset[:20_000]
    for days in (3, 10, 30):
        assert (lasts > days).mean() == pytest.approx(episodes.durations.longer_than([days])[0], abs=0.012)
        assert (begins > days).mean() == pytest.approx(episodes.onsets.longer_than([days])[0], abs=0.012)


@settings(max_examples=50)
@given(st.floats(5, 120), st.floats(0.1, 60), st.lists(st.floats(0, 179), min_size=1, max_size=20), st.integers(0, 99))
def test_a_count_is_severe_exactly_while_the_episode_lasts(onset, lasts, days, seed):
    count = counts_of(one(onset, lasts), days, LEVELS, seed)
    inside = (np.asarray(days) >= onset) & (np.asarray(days) < onset + lasts)
    assert ((count < 1.0) == inside).all()


def test_both_ends_of_an_episode(known):
    count = counts_of(one(40, 8), [39.999, 40, 44, 47.999, 48], known.counts)
    assert (count < 1.0).tolist() == [False, True, True, True, False]
    assert count[2] == 0.5  # the nadir, in the middle


def test_towards_an_episode_the_count_falls_and_rises_in_the_days_that_are_said(known):
    still = known.counts.model_copy(update={"within_cv": 0.0})
    count = counts_of(one(40, 8), [33, 36.5, 39.99, 48.01, 51.5, 55, 90], still)
    assert count.tolist() == pytest.approx([3.8, 1.95, 1.0, 1.0, 1.95, 3.8, 3.8], abs=0.01)


def test_well_people_vary_as_they_are_said_to(known):
    size = 100_000
    people = People(np.full(size, np.log(3.8)), np.full(size, np.inf), np.zeros(size), *[np.zeros(0, int)] * 2)
    count = draw_counts(np.random.default_rng(2), np.full(size, 50.0), np.arange(size), people, known.counts, 1.0)
    assert np.std(np.log(count)) == pytest.approx(np.sqrt(np.log(1 + 0.26**2)), rel=0.02)
    assert count.min() < 1.5  # nothing keeps a well person's count from being low by chance


def test_visits_are_missed_and_shifted_as_they_are_said_to():
    visits = Visits(missed=0.1, jitter_sd_days=2, source="test")
    days = draw_visits(np.random.default_rng(3), [50, 100], 100_000, visits)
    assert np.isinf(days).mean() == pytest.approx(0.1, abs=0.004)
    assert (np.diff(np.where(np.isinf(days), 1e9, days), axis=1) >= 0).all()
    assert np.std(days[:, 0][days[:, 0] < 75]) == pytest.approx(2, abs=0.03)


def test_what_is_detected_is_what_the_monitor_says(protocol, known, people, episodes):
    for name in ("label-us", "paper", "every:7d:56d"):
        design = read_design(name, protocol, known.follow_days)
        tests = draw_tests(design, people, known, seed=1)
        seen = review_design(tests, people, design, known)
        ill = people.has_episode
        assert (seen.severe[ill] == met(tests, people)[ill]).all()
        found = estimate_schedule(design.days, episodes, known.visits)
        assert seen.severe[ill].mean() == pytest.approx(found.chance, abs=0.012)
        delay = np.nanmedian((seen.severe_day - people.onset)[ill])
        assert delay == pytest.approx(found.median_delay_days, abs=0.25)


def test_the_events_of_imagined_people_are_ordinary_ones(protocol, known):
    tests = Tests(np.array([0, 0, 2]), np.array([30.0, 44.0, 60.5]), np.array([3.1, 0.5, 4.0]), np.zeros(3, bool))
    events = make_events(tests, 3, protocol)
    reviewed = leukon.review(events, protocol, as_of=START.replace(month=6))
    rows = [(r["subject_id"], r["day"], r["value"], r["unit"]) for r in reviewed.results.to_pylist()]
    assert rows == [(0, 30, 3.1, "10^9/L"), (0, 44, 0.5, "10^9/L"), (2, 60, 4.0, "10^9/L")]
    assert [c["doses"] for c in reviewed.courses.to_pylist()] == [1, 1, 1]
    assert [(r["use"], r["rows"]) for r in reviewed.account.to_pylist()] == [("result", 3), ("dose", 3)]
    assert [(e["subject_id"], e["nadir"]) for e in reviewed.episodes.to_pylist()] == [(0, 0.5)]


def test_a_low_count_is_tested_again_until_it_is_not_low_or_the_next_visit_comes(protocol, known, people):
    design = read_design("paper+retest:3d", protocol, known.follow_days)
    tests = draw_tests(design, people, known, seed=1)
    same = np.append(tests.person[1:] == tests.person[:-1], False)
    after = np.append(tests.again[1:], False) & same
    low = (tests.count < known.counts.retest_below) & (tests.count >= known.severe_below)
    assert after.any()
    assert low[after].all()  # a further test stands only after a low count that is not severe
    gap = np.diff(tests.day, append=np.nan)
    assert gap[after] == pytest.approx(3)
    expected = low & (~same | (gap >= 3)) & (tests.day + 3 < known.follow_days)
    assert (after[expected]).mean() == pytest.approx(0.9, abs=0.02)  # the others are missed


def test_further_tests_only_add(protocol, known, people):
    plain, more = (draw_tests(read_design(name, protocol, 180), people, known, seed=1) for name in ("paper", "paper+retest:3d"))  # fmt: skip
    planned = ~more.again
    assert (more.day[planned] == plain.day).all()
    assert (more.count[planned] == plain.count).all()
    assert not np.any(met(plain, people) & ~met(more, people))
    assert np.count_nonzero(met(more, people)) > np.count_nonzero(met(plain, people))
    well = ~people.has_episode
    assert more.again[well[more.person]].any()  # episode-free people are tested again, too


def test_the_same_seed_gives_the_same_tests(protocol, known, people):
    design = read_design("paper+retest:3d", protocol, 180)
    one, other, third = (draw_tests(design, people, known, seed=seed) for seed in (4, 4, 5))
    assert (one.day == other.day).all()
    assert one.day.size != third.day.size or (one.day != third.day).any()


def test_a_well_person_never_has_a_severe_episode_unless_by_chance(protocol, known):
    person = one(np.inf)
    count = counts_of(person, np.arange(1, 170.0), known.counts.model_copy(update={"within_cv": 0.0}))
    assert (count == 3.8).all()
