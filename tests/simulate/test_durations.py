"""How long an episode lasts and when it begins: the posteriors of the specification, under every reading."""

import math

import numpy as np
import pytest
from tests.reference import simulation as twin

from leukon.errors import UnknownName
from leukon.knowledge.library import load_protocol
from leukon.knowledge.simulation import load_simulation
from leukon.simulate.durations import find_durations
from leukon.simulate.onsets import find_onsets
from leukon.simulate.periodic import chance_periodic
from leukon.simulate.posterior import make_grid, update

EVERY = (7, 10, 15, 30)
TABLE = {
    "A": [(0.79, 0.53, 0.96), (0.68, 0.42, 0.90), (0.55, 0.30, 0.80), (0.33, 0.16, 0.59)],
    "B": [(0.93, 0.67, 1.0), (0.87, 0.55, 1.0), (0.75, 0.42, 0.99), (0.47, 0.23, 0.80)],
    "C": [(0.90, 0.57, 1.0), (0.85, 0.47, 1.0), (0.76, 0.36, 1.0), (0.53, 0.20, 0.93)],
    "D": [(0.95, 0.74, 1.0), (0.89, 0.63, 1.0), (0.77, 0.49, 0.98), (0.48, 0.26, 0.76)],
}


@pytest.mark.parametrize("reading", TABLE)
def test_the_chances_of_the_specification_come_out(known, reading):
    found = find_durations(known, reading)
    for every, (mean, low, high) in zip(EVERY, TABLE[reading], strict=True):
        chance = chance_periodic(found.mu, found.sigma, every)
        assert found.mean(chance) == pytest.approx(mean, abs=0.01)
        assert found.quantiles(chance, [0.025, 0.975]) == pytest.approx([low, high], abs=0.03)


def test_the_prior_alone_is_one_of_the_readings(known):
    found = find_durations(known, "prior")
    chances = [found.mean(chance_periodic(found.mu, found.sigma, every)) for every in EVERY]
    assert chances == pytest.approx([0.78, 0.69, 0.57, 0.37], abs=0.01)


def test_three_digits_of_reading_b(known):
    found = find_durations(known, "B")
    chances = [found.mean(chance_periodic(found.mu, found.sigma, every)) for every in EVERY]
    assert chances == pytest.approx([0.932, 0.873, 0.751, 0.472], abs=0.0015)


@pytest.mark.parametrize("reading", ["A", "B", "C", "D", "prior"])
def test_a_grid_in_plain_python_gives_the_same(known, reading):
    cells = 12 if reading == "C" else 24
    slow = twin.posterior(reading, cells)
    fast = find_durations(known, reading, cells=(cells, cells))
    mean_median = sum(weight * math.exp(mu) for mu, _, weight in slow)
    assert fast.mean(np.exp(fast.mu)) == pytest.approx(mean_median, rel=0.01)
    assert fast.mean(fast.sigma) == pytest.approx(sum(w * s for _, s, w in slow), rel=0.01)


def test_the_lower_end_of_sigma_matters_as_the_specification_says(known):
    prior = known.durations.prior.model_copy(update={"sigma_between": (0.01, 2.0)})
    free = known.model_copy(update={"durations": known.durations.model_copy(update={"prior": prior})})
    found = find_durations(free, "B")
    assert found.mean(chance_periodic(found.mu, found.sigma, 15)) == pytest.approx(0.775, abs=0.002)


def test_half_as_many_cells_move_nothing_that_is_shown(known):
    for reading in known.readings:
        fine, coarse = find_durations(known, reading), find_durations(known, reading, cells=(101, 76))
        for every in EVERY:
            chances = [found.mean(chance_periodic(found.mu, found.sigma, every)) for found in (fine, coarse)]
            assert chances[0] == pytest.approx(chances[1], abs=0.0005)


@pytest.mark.parametrize(
    ("reading", "median", "low", "high"), [("monthly", 36, 23, 56), ("as-printed", 33.6, 20.2, 53.7)]
)
def test_the_onset_is_known_as_an_interval(known, reading, median, low, high):
    found = find_onsets(known, reading)
    assert np.exp(found.quantiles(found.mu, [0.5, 0.025, 0.975])) == pytest.approx([median, low, high], abs=0.6)


def test_an_index_onset_at_any_time_before_day_65_moves_onsets_forward(known):
    medians = [
        find_onsets(known, reading).quantiles(find_onsets(known, reading).mu, [0.5])[0]
        for reading in ("monthly", "as-printed")
    ]
    assert medians[1] < medians[0]


def test_weights_are_shares_and_impossible_cells_are_gone(known):
    grid = make_grid(known.durations.prior, (9, 7))
    kept = update(grid, (grid.mu > 0).astype(float))
    assert (kept.mu > 0).all()
    assert kept.weight.sum() == pytest.approx(1)
    assert (kept.mu.size, grid.mu.size) == (np.count_nonzero(grid.mu > 0), 63)


def test_no_reading_is_a_default(known):
    with pytest.raises(UnknownName, match="A, B, C, D, prior"):
        find_durations(known, "")
    with pytest.raises(UnknownName, match="monthly, as-printed"):
        find_onsets(known, "B")


def test_every_duration_names_its_limit_and_none_is_the_severe_one(known):
    assert set(known.durations.cases) == {"gaitan-2017-1", "vakrakou-2018", "galgani-2018"}
    for case in known.durations.cases.values():
        assert "not printed" in case.limit or "not below 1.0" in case.limit
    assert any("too high" in caveat.text and "below 1.0" in caveat.text for caveat in known.cannot_say)


def test_a_drug_of_whose_episodes_nothing_is_known_is_refused():
    with pytest.raises(UnknownName, match="alemtuzumab-ms"):
        load_simulation(load_protocol("rituximab"))
