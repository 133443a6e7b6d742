"""The forest plot: what is drawn, for whom it can be read, and that nothing in it is free to do harm."""

import xml.etree.ElementTree as ET

import pytest
import vl_convert

from leukon.cohort.own_rows import OwnRow
from leukon.knowledge.evidence import load_evidence
from leukon.present.forest import draw_forest
from leukon.present.pictures import VL_VERSION, render_picture
from leukon.present.pooled import pool_question

TABLE = load_evidence("vakrakou-2018-table-1")
OURS = OwnRow("our clinic", 0, 140, "grade III-IV", "CTCAE 5.0", "12 mg/day", "year 1")


def draw(include=(), own=(), width=820):
    found = pool_question(TABLE, "severe-year-1", include, own)
    return draw_forest(found.title, found.studies, found.pooling, width=width)


def svg(spec):
    return ET.fromstring(render_picture(spec, ".svg").decode())  # noqa: S314 our own picture


def classes(spec):
    return {mark for node in svg(spec).iter() for mark in node.get("class", "").split() if mark.endswith("_marks")}


def texts(spec):
    return " ".join("".join(node.itertext()) for node in svg(spec).iter("{http://www.w3.org/2000/svg}text"))


def test_every_study_has_its_interval_and_its_numbers_in_words():
    said = texts(draw(["coles-2012"]))
    for number in ("5/811: 0.617 % [0.200, 1.433]", "1/161: 0.621 % [0.016, 3.412]", "0.617 % [0.186, 1.518]"):
        assert number in said
    assert "profile likelihood interval" in said


@pytest.mark.parametrize(
    ("include", "own", "drawn", "not_drawn"),
    [
        ((), (), {"poolable_interval_0_marks", "shown_interval_1_marks"}, "pooled_"),
        (("coles-2012",), (), {"included_interval_1_marks", "pooled_value_2_marks"}, "prediction_"),
        (("coles-2012",), (OURS,), {"own_value_2_marks", "prediction_interval_4_marks"}, "shown_"),
    ],
)
def test_what_is_pooled_shown_and_own_is_told_apart(include, own, drawn, not_drawn):
    found = classes(draw(include, own))
    assert drawn <= found
    assert not [name for name in found if name.startswith(not_drawn)]


def test_one_study_has_no_diamond_but_the_reason():
    assert "No pooled estimate: only one study." in texts(draw())


def test_two_studies_say_that_tau_is_not_estimable():
    assert "tau not estimable" in texts(draw(["coles-2012"]))


def beyond(spec):
    return sorted(name for name in classes(spec) if "_beyond_" in name)


def test_only_a_prediction_interval_may_be_longer_than_the_axis_and_then_has_an_arrow():
    far = draw((), [OwnRow(f"clinic {n}", n * 9, 40, "ANC < 1.0") for n in range(3)])
    assert beyond(far) == ["prediction_beyond_6_marks", "prediction_beyond_8_marks"]
    assert beyond(draw(["coles-2012"], [OURS])) == []


@pytest.mark.parametrize("width", [340, 820])
def test_the_picture_is_as_wide_as_it_was_asked_to_be(width):
    assert svg(draw(["coles-2012"], [OURS], width)).get("width") == str(width)


@pytest.mark.parametrize("width", [340, 820])
def test_vega_lite_has_nothing_to_warn_of(capfd, width):
    vl_convert.vegalite_to_vega(draw(["coles-2012"], [OURS], width), vl_version=VL_VERSION, show_warnings=True)
    assert "warn" not in capfd.readouterr().err.lower()


def test_the_picture_says_in_words_what_it_shows():
    said = svg(draw(["coles-2012"])).get("aria-label")
    assert "baker-2017-y1-severe" in said
    assert "5/811: 0.617 % [0.200, 1.433]" in said


def test_words_of_somebody_else_cannot_end_the_script_of_the_page():
    row = OwnRow("</script><b>x", 1, 9, "ANC < 1.0")
    page = render_picture(draw((), [row]), ".html").decode()
    assert "</script><b>x" not in page
    assert "<title>Forest plot" in page
