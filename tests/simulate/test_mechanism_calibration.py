"""Fitting the mechanism: gradients against finite differences, and that a fit finds what it should."""

import numpy as np
import pytest

from leukon.ingest.examples import load_example
from leukon.knowledge.mechanism import load_mechanism
from leukon.simulate.calibration import Calibration
from leukon.simulate.mechanism import start_of_case
from leukon.simulate.mechanism_case import best_of, load_fits
from leukon.simulate.mechanism_doses import read_doses

pytestmark = pytest.mark.xdist_group("mechanism")  # one worker compiles the solver
MECHANISM = load_mechanism()
VALUES = start_of_case(MECHANISM, MECHANISM.values())


@pytest.fixture(scope="module")
def calibration():
    return Calibration(MECHANISM, MECHANISM.observations, read_doses(load_example("index-case")[0], MECHANISM.drugs))


@pytest.mark.parametrize("name", ["rho", "kappa", "theta", "klys", "ke0", "Circ0", "gamma", "k8"])
def test_gradients_are_those_of_finite_differences(calibration, name):
    at, step = calibration.names.index(name), 1e-3
    logs = np.log([VALUES[one] for one in calibration.names])
    moved = step * np.eye(len(logs))[at]
    _, slopes = calibration._modelled(logs, VALUES)
    high, low = calibration._modelled(logs + moved, VALUES)[0], calibration._modelled(logs - moved, VALUES)[0]
    expected = (high - low) / (2 * step)
    assert np.isfinite(slopes).all()
    assert np.abs(expected).max() > 1e-3
    assert slopes[:, at] == pytest.approx(expected, rel=2e-3, abs=2e-3 * np.abs(expected).max())


@pytest.mark.parametrize("variant", ["input-driven-with-lysis", "input-driven-without-lysis"])
def test_a_fit_begun_at_the_stored_best_stays_there(calibration, variant):
    stored = best_of(load_fits(MECHANISM), variant)
    fitted = calibration.fit(start_of_case(MECHANISM, MECHANISM.values(variant)), stored.values)
    assert fitted.misfit == pytest.approx(stored.misfit, rel=0.02)
    for name in MECHANISM.fitted(variant):
        assert fitted.values[name] == pytest.approx(stored.values[name], rel=0.02), name
    for name, value in MECHANISM.variants[variant].fixed.items():
        assert fitted.values[name] == value


def test_a_fit_begun_at_the_priors_finds_the_stored_best(calibration):
    stored = best_of(load_fits(MECHANISM), "input-driven-with-lysis")
    fitted = calibration.fit(VALUES)
    assert fitted.misfit == pytest.approx(stored.misfit, rel=0.01)
    assert fitted.values["rho"] == pytest.approx(stored.values["rho"], rel=0.01)


def test_noise_moves_the_fit_and_none_does_not(calibration):
    stored = best_of(load_fits(MECHANISM), "input-driven-with-lysis").values
    noise = np.zeros(len(calibration.names) + len(MECHANISM.observations))
    noise[calibration.names.index("gamma")] = 2.0  # told by nothing: the fit goes where its prior goes
    moved = calibration.fit(VALUES, stored, noise).values["gamma"] / stored["gamma"]
    assert 1.2 < moved <= np.exp(0.2 * 2) + 0.05
