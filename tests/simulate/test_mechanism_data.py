"""The mechanism as data: every number has a tag and a source, and what the file may not say is refused."""

import builtins
import sys

import numpy as np
import pytest

from leukon.errors import InvalidFile, MissingPackage
from leukon.events.data_files import check_model, read_toml
from leukon.knowledge.mechanism import MECHANISM, Mechanism, Observation, load_mechanism
from leukon.simulate.calibration import measure_misses
from leukon.simulate.mechanism import load_jax
from leukon.simulate.mechanism_case import compare_points, count_days_below
from leukon.simulate.mechanism_doses import make_doses


def changed(key, **values):
    """The shipped file with some keys of one of its tables changed."""
    content = read_toml(MECHANISM / "mechanism.toml")
    content["parameters"][key] = content["parameters"][key] | values
    return check_model(content, "mechanism.toml", Mechanism)


def seen(what, day, value, kind="value", since=None, error=0.1):
    return Observation(day=day, what=what, value=value, error=error, kind=kind, since=since, printed="as printed")


def test_every_parameter_has_a_tag_a_unit_a_meaning_and_a_source_that_is_known():
    mechanism = load_mechanism()
    assert len(mechanism.parameters) > 50
    assert {one.tag for one in mechanism.parameters.values()} == {"sourced", "assumed", "fitted"}
    assert all(one.source in mechanism.sources and one.unit and one.meaning for one in mechanism.parameters.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [("CL", 2.42), ("Q", 0.91), ("V1", 14.1), ("V2", 1.72), ("EC50", 0.15), ("kdep", 4), ("sK", 0.35), ("f4", 0.042),
     ("T4inf", 0.53), ("fres", 0.9), ("ka", 24), ("CLp", 150), ("Vp", 45), ("ECp", 0.03), ("kg", 4.7), ("FBmax", 3)],
)  # fmt: skip
def test_parameters_are_those_of_the_specification(name, value):
    assert load_mechanism().parameters[name].value == value


def test_the_baselines_add_up_to_her_lymphocytes():
    values = load_mechanism().values()
    assert sum(values[name] for name in ("B0", "T40", "T80", "K0")) == pytest.approx(2.3)


def test_a_source_that_nobody_wrote_down_is_refused():
    with pytest.raises(InvalidFile, match="nowhere"):
        changed("CL", source="nowhere")


def test_only_what_was_fitted_has_a_prior():
    with pytest.raises(InvalidFile, match="prior_sd"):
        changed("CL", prior_sd=0.3)
    with pytest.raises(InvalidFile, match="prior_sd"):
        changed("rho", prior_sd=None)


def test_a_zero_cannot_vary():
    with pytest.raises(InvalidFile, match="logarithm"):
        changed("sN", between_sd=0.2)


def test_a_variant_fits_only_what_it_does_not_set():
    mechanism = load_mechanism()
    assert "klys" in mechanism.fitted("input-driven-with-lysis")
    assert "klys" not in mechanism.fitted("input-driven-without-lysis")
    assert mechanism.values("self-renewing-with-lysis")["ren"] == 1


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def no_jax(name, *more, **named):
        if name.split(".")[0] in ("jax", "diffrax"):
            raise ModuleNotFoundError(name=name.split(".")[0])
        return real(name, *more, **named)

    for name in [name for name in sys.modules if name.startswith("leukon.simulate.mechanism_s")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", no_jax)
    with pytest.raises(MissingPackage, match=r"pip install 'leukon\[mechanism\]'"):
        load_jax("mechanism_solver")


def test_an_infusion_is_a_rate_that_ends():
    doses = make_doses({0.0: 12.0, 1.0: 12.0}, {70.0: 25.0})
    assert doses.day[-5:].tolist() == pytest.approx([0, 4 / 24, 1, 1 + 4 / 24, 70])
    assert doses.infusion[-5:].tolist() == pytest.approx([72, 0, 72, 0, 0])
    assert doses.oral[-5:].tolist() == [0, 0, 0, 0, 25]


def test_two_infusions_at_once_add_up():
    doses = make_doses({0.0: 12.0, 0.1: 12.0})
    assert doses.infusion[-4:].tolist() == pytest.approx([72, 144, 72, 0])


def test_a_bound_that_is_kept_is_not_missed():
    observed = [
        seen("anc", 74, 1.5, "at_least"), seen("anc", 74, 1.5, "at_least"), seen("anc", 70, 0.5),
        seen("lgl_percent", 104, 1.0, "at_most_fold", since=77), seen("lgl_percent", 104, 1.0, "at_most_fold", since=77),
    ]  # fmt: skip
    said = np.array([1.6, 1.4, 0.6, 0.9, 1.1])
    miss, slope = measure_misses(observed, said)
    expected = [0, np.log(1.4 / 1.5) / 0.1, np.log(0.6 / 0.5) / 0.1, 0, np.log(1.1) / 0.1]
    assert miss == pytest.approx(expected)
    assert slope.tolist() == pytest.approx([0, 10, 10, 0, 10])


def test_a_point_two_errors_away_is_missed_and_one_nearer_is_not():
    days, far, near = np.array([0.0, 70.0]), 0.5 * np.exp(0.201), 0.5 * np.exp(0.199)
    for value, missed in ((far, True), (near, False)):
        course = {"anc": np.array([[10.0, value], [10.0, 0.4], [10.0, 0.6]])}
        (point,) = compare_points([seen("anc", 70, 0.5)], course, days)
        assert (point.modelled, point.missed) == (value, missed)
        assert 0.4 < point.low < point.high < 0.6


def test_a_fold_is_of_the_earlier_day():
    course = {"lgl_percent": np.array([[80.0, 40.0], [80.0, 60.0], [80.0, 60.0]])}
    (point,) = compare_points([seen("lgl_percent", 77, 0.5, "fold", since=65)], course, np.array([65.0, 77.0]))
    assert (point.modelled, point.low, point.missed) == (0.5, 0.75, False)


def test_days_below_are_counted_to_where_the_line_crosses():
    days = np.array([0.0, 2.0, 4.0, 6.0])
    anc = np.array([[2, 0.5, 0.5, 1.5], [2, 2, 2, 2], [0.5, 0.5, 0.5, 0.5], [2, 1, 2, 2]])
    assert count_days_below(1.0, anc, days).tolist() == pytest.approx([2 / 3 + 2 + 1, 0, 6, 0])
