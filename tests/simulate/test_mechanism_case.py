"""The one patient: the specification's targets, the stored fits, what they cannot tell, and what is said of it."""

import json

import numpy as np
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

import leukon
from leukon.cli_mechanism import mechanism
from leukon.ingest.examples import load_example
from leukon.knowledge.mechanism import load_mechanism
from leukon.present.mechanism_picture import draw_mechanism
from leukon.present.mechanism_terminal import fit_rows, print_mechanism
from leukon.present.mechanism_words import NO_SCHEDULE, ONE_PATIENT, say_not_identifiable
from leukon.present.pictures import render_picture
from leukon.simulate.calibration import measure_misses
from leukon.simulate.identifiability import tabulate_identifiability
from leukon.simulate.mechanism_case import best_of, compare_points, count_days_below, draws_of, follow, load_fits
from leukon.simulate.mechanism_doses import read_doses
from leukon.simulate.mechanism_population import cached_population, make_population
from leukon.simulate.mechanism_story import tell_case

pytestmark = pytest.mark.xdist_group("mechanism")  # one worker compiles the solver
MECHANISM = load_mechanism()
FITS = load_fits(MECHANISM)
DAYS = np.arange(401.0)
FIRST = "input-driven-with-lysis"


@pytest.fixture(scope="module")
def doses():
    return read_doses(load_example("index-case")[0], MECHANISM.drugs)


@pytest.fixture(scope="module")
def story(doses):
    return tell_case(MECHANISM, doses)


@pytest.fixture(scope="module")
def targets(doses):
    return follow([one for one in FITS if one.member == "targets"], doses, DAYS)


@pytest.mark.parametrize("target", MECHANISM.targets, ids=lambda one: f"{one.what}-{one.day}")
def test_every_target_of_the_specification_is_met_within_two_percent(targets, target):
    assert targets[target.what][0, target.day] == pytest.approx(target.value, rel=0.02)


def test_the_known_misses_are_still_there_and_not_tuned_away(targets):
    assert targets["nk_percent"][0, 104] > 52  # 48 was measured
    assert targets["lgl_percent"][0, 104] / targets["lgl_percent"][0, 77] > 0.85  # "further diminished"
    assert count_days_below(1.0, targets["anc"], DAYS)[0] == pytest.approx(6.5, abs=0.4)  # 9 were observed


def test_every_variant_has_a_best_fit_and_an_ensemble():
    for variant in MECHANISM.variants:
        assert len(draws_of(FITS, variant)) == 50
        assert best_of(FITS, variant).misfit < np.median([one.misfit for one in draws_of(FITS, variant)])


def test_the_stored_misfit_is_that_of_the_stored_values(doses):
    for variant in MECHANISM.variants:
        best = best_of(FITS, variant)
        points = compare_points(MECHANISM.observations, follow([best, best], doses, DAYS), DAYS)
        miss, _ = measure_misses(MECHANISM.observations, np.array([one.modelled for one in points]))
        assert sum(miss**2) == pytest.approx(best.misfit, rel=0.01)
        assert [one.off for one in points] == pytest.approx(miss.tolist())


def test_what_a_variant_fixes_stays_fixed():
    for one in FITS:
        for name, value in MECHANISM.variants[one.variant].fixed.items():
            assert one.values[name] == value


def test_what_one_patient_cannot_separate_is_seen():
    draws = draws_of(FITS, FIRST)
    table = {row.name: row for row in tabulate_identifiability(MECHANISM, draws, FIRST)}
    assert table["kappa"].moves_with == "theta"
    assert table["kappa"].correlation < -0.7
    assert table["rho"].moves_with == "delta"
    assert table["rho"].correlation > 0.7
    assert table["rho"].ratio < 0.4 < 0.7 < table["MTT"].ratio
    logs = np.log([one.values["rho"] for one in draws])
    assert table["rho"].ratio == pytest.approx(np.std(logs, ddof=1) / 0.4)


def test_the_benefit_of_the_corticosteroid_is_not_identifiable(story):
    shortest, longest = story.shortest_untreated, story.longest_untreated
    assert shortest < 12
    assert longest > 36
    said = say_not_identifiable(story)
    assert "not identifiable" in said
    assert f"{shortest:.0f} to {longest:.0f} days" in said


def test_the_terminal_shows_every_point_and_says_what_it_is_no_basis_for(story):
    console = Console(width=120, record=True)
    print_mechanism(story, console)
    text = " ".join(console.export_text().split())
    for sentence in (ONE_PATIENT, NO_SCHEDULE, say_not_identifiable(story)):
        assert sentence in text
    assert "missed" in text
    assert len(fit_rows(story)) == len(MECHANISM.observations) * len(MECHANISM.variants)


@pytest.mark.parametrize("steroid", [True, False])
def test_the_picture_holds_her_points_the_band_and_its_warning(story, steroid):
    spec = draw_mechanism(story, steroid=steroid)
    layers = {layer["name"]: layer for panel in spec["vconcat"] for layer in panel["layer"]}
    assert [(row["x"], row["y"]) for row in layers["anc_value"]["data"]["values"]] == [(65, 0.899), (70, 0.5)]
    assert [row["x"] for row in layers["anc_at_least"]["data"]["values"]] == [73, 74, 134]
    assert ("anc_steroid" in layers) == steroid
    assert len([name for name in layers if name.startswith("anc_other_")]) == len(MECHANISM.variants)
    band = layers["anc_band"]["data"]["values"]
    assert all(row["y"] <= row["y2"] for row in band)
    assert NO_SCHEDULE in spec["description"]
    assert "not identifiable" in json.dumps(spec["title"])
    assert render_picture(spec, ".svg").startswith(b"<svg")


def test_virtual_patients_go_through_the_ordinary_review():
    events = make_population(MECHANISM, 8, seed=3, test_days=range(0, 181, 15))
    reviewed = leukon.review(events, "alemtuzumab-ms", as_of="2000-06-30")
    assert reviewed.account.filter(reviewed.account["use"].to_numpy(zero_copy_only=False) == "unused").num_rows == 0
    assert reviewed.courses.num_rows == 8
    assert reviewed.episodes.num_rows > 0
    assert events.num_rows == 8 * (13 * 3 + 5)


def test_a_population_is_made_once_and_again_only_if_it_is_another(tmp_path):
    path = tmp_path / "population.parquet"
    first = cached_population(path, MECHANISM, 2, seed=3, test_days=(0, 30))
    written = path.stat().st_mtime_ns
    assert cached_population(path, MECHANISM, 2, seed=3, test_days=(0, 30)).equals(first)
    assert path.stat().st_mtime_ns == written
    assert not cached_population(path, MECHANISM, 2, seed=4, test_days=(0, 30)).equals(first)


def test_the_command_writes_picture_fit_table_and_patients(tmp_path):
    app = typer.Typer()
    app.command()(mechanism)
    done = CliRunner().invoke(app, ["--no-steroid", "--patients", "2", "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["fit.csv", "mechanism.svg", "population.parquet"]
    lines = (tmp_path / "out" / "fit.csv").read_text().splitlines()
    assert lines[0].startswith("variant,day,since_day,what,kind,printed,observed,modelled,low,high")
    assert len(lines) == 1 + len(MECHANISM.observations) * len(MECHANISM.variants)
