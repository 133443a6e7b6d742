"""Schedules judged on imagined patients: what a person reads on the terminal and sees in the picture."""

import io
import re

import pytest
from rich.console import Console
from tests.present.rules import ORDER

from leukon.present.pictures import VL_VERSION, render_picture
from leukon.present.schedules_files import write_schedules
from leukon.present.schedules_picture import NARROW, SCHEMA, WIDE, draw_schedules
from leukon.present.schedules_terminal import print_schedules
from leukon.present.schedules_words import say_ratio, say_share
from leukon.simulate.compare import compare_schedules


@pytest.fixture(scope="module")
def found():
    return compare_schedules(
        "alemtuzumab-ms", schedules=["label-us", "paper"], readings=["B"], onsets=["monthly"], patients=200
    )


@pytest.fixture(scope="module")
def all_readings():
    return compare_schedules("alemtuzumab-ms", schedules=["label-us", "paper"], onsets=["monthly"], patients=20)


def said(found, **options):
    console = Console(file=io.StringIO(), width=110)
    print_schedules(found, console, **options)
    return console.file.getvalue()


def test_figures_stand_with_their_intervals(found):
    line = next(line for line in said(found).splitlines() if line.startswith("paper"))
    assert re.match(r"paper +7\.2 +66 % \[36, 91\] +6\.0 +7\.5 +1,700 \[740, 5,400\] .* \d+/100$", line)


def test_what_the_data_cannot_say_is_said(found):
    text = " ".join(said(found).split())
    for words in (
        "Not a medical device",
        "none is an observation",
        "none is better founded",
        "Durations of 3 episodes and onsets of 5, in 4 patients",
        "No duration was measured below 1.0",
        "chances of detection are likely too high",
        "To detect an episode is not to benefit from it",
        "12 of the 17 severe events came in year 2",
        "Fever and symptoms lead to tests too",
        "gaitan-2017-1: 3 days, treated with G-CSF; grade IV; the limit that ended it is not printed",
    ):
        assert words in text
    assert not ORDER.search(text)


def test_all_readings_are_shown_and_named(all_readings):
    text = said(all_readings)
    assert [line[:9] for line in text.splitlines() if line.startswith("Reading ")] == [
        "Reading A", "Reading B", "Reading C", "Reading D", "Reading p",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tests", "words"), [(8, "every:10d:21d-63d, 7.2 tests, detects 72 %"), (1, "none: all need more")]
)
def test_the_best_for_a_number_of_tests_is_named(found, tests, words):
    assert f"Best regular schedule of at most {tests} tests: {words}" in said(found, tests=tests)


@pytest.mark.parametrize(
    ("chance", "words"), [(0, "0 %"), (0.001, "<1 %"), (0.006, "1 %"), (0.994, "99 %"), (0.996, ">99 %"), (1, "100 %")]
)
def test_none_and_all_are_said_only_where_they_are_exact(chance, words):
    assert say_share(chance) == words


def test_an_endless_ratio_and_an_unknown_one_are_said_in_words():
    row = {"x": float("inf"), "x_low": 12.34, "x_high": None}
    assert say_ratio(row, "x") == "no end [12, not known]"


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_picture_is_no_wider_than_asked(all_readings, width):
    svg = render_picture(draw_schedules(all_readings, width=width), ".svg").decode()
    assert float(re.search(r'<svg[^>]* width="([\d.]+)"', svg)[1]) <= width + 12


def test_every_schedule_has_a_point_an_interval_and_its_number_in_the_key(found):
    spec = draw_schedules(found)
    layers = {layer["name"]: layer["data"]["values"] for panel in spec["vconcat"] for layer in panel["layer"]}
    assert [row["number"] for row in layers["number_0"]] == ["1", "2"]
    for row in layers["interval_0"]:
        assert row["chance_low"] < row["chance"] < row["chance_high"]
    key = " ".join(row["text"] for row in layers["key_names"])
    assert "label-us" in key
    assert "66 % [36, 91], 7.2 tests" in key
    assert "grey: the best" in key


def test_the_picture_says_in_words_what_it_shows(found):
    assert "paper: 7.2 tests, 66 % [36, 91]" in draw_schedules(found)["description"]


def test_each_reading_has_its_panel(all_readings):
    titles = [" ".join(panel["title"]["text"]) for panel in draw_schedules(all_readings)["vconcat"][:-1]]
    assert [title.split(":")[0] for title in titles] == [f"Reading {name}" for name in ("A", "B", "C", "D", "prior")]


def test_vega_lite_has_nothing_to_warn_of(all_readings, capfd):
    render_picture(draw_schedules(all_readings), ".svg")
    assert "warn" not in capfd.readouterr().err.lower()
    assert VL_VERSION in SCHEMA


def test_tables_pictures_and_provenance_are_written(found, tmp_path):
    write_schedules(found, tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == [
        "provenance.json", "schedules-narrow.svg", "schedules.svg", "tables/front.csv", "tables/schedules.csv",
    ]  # fmt: skip
