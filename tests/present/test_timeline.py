"""The timeline as it is drawn: asked of the SVG by the names of its groups, as a page or a reader would."""

import json
import math
import re
from datetime import datetime
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest
import vl_convert
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.tables import day, events

import leukon
from leukon.errors import UnknownName, UnwritableFolder
from leukon.ingest.examples import load_example
from leukon.monitor.review import review as review_events
from leukon.present.charts import draw_timeline
from leukon.present.patient import gather
from leukon.present.pictures import VL_VERSION, render_picture, write_picture
from leukon.present.timeline.panels import platelets_matter

SVG = "{http://www.w3.org/2000/svg}"
parse = ET.fromstring  # of SVG that leukon has just written
GROUPS = ("exact", "derived", "at_least", "at_most", "at_least_derived", "at_most_derived", "below_scale")


def made(text, as_of=100, subject=1):
    """Patient 1 of a table of text, and its review."""
    reviewed = leukon.review(events(text), "alemtuzumab-ms", as_of=day(as_of).date())
    return gather(reviewed, [subject])[0], reviewed


def spec_of(text, as_of=100, **options):
    patient, reviewed = made(text, as_of)
    return draw_timeline(patient, reviewed.protocol, reviewed.as_of, **options)


def drawn(text, as_of=100, **options):
    return parse(render_picture(spec_of(text, as_of, **options), ".svg"))


@cache
def index_spec(**options):
    read, example = load_example("index-case")
    reviewed = review_events(read, example.protocol, as_of=example.as_of)
    (patient,) = gather(reviewed, ["vakrakou-2018"])
    return draw_timeline(patient, reviewed.protocol, reviewed.as_of, **options)


@cache
def index_case(**options):
    return parse(render_picture(index_spec(**options), ".svg"))


def marks(svg, name):
    """The marks of a named group; none if it is not drawn."""
    groups = [group for group in svg.iter(f"{SVG}g") if f"{name}_marks" in group.get("class", "").split()]
    return [mark for group in groups for mark in group]


def said(svg, name):
    return [mark.get("aria-label") for mark in marks(svg, name)]


def texts(svg):
    return [" ".join(text.itertext()) for text in svg.iter(f"{SVG}text")]


def place(mark):
    return [float(number) for number in re.findall(r"-?[\d.]+", mark.get("transform"))][:2]


SCALES_AND_WIDTHS = [{"scale": scale, "width": width} for scale in ("log", "linear") for width in (820, 340)]


# ---- the index case: Figure 2 of the paper --------------------------------------------------------------------------


@pytest.mark.parametrize("options", SCALES_AND_WIDTHS, ids=str)
def test_every_count_of_the_index_case_is_drawn_as_what_it_is(options):
    svg = index_case(**options)
    assert said(svg, "anc_exact") == [
        "ANC 10.9 10^9/L on day -1 (1999-12-31), measured",
        "ANC 0.899 10^9/L on day 65 (2000-03-06), measured",
        "ANC 0.5 10^9/L on day 70 (2000-03-11), measured",
    ]
    assert [label.split(",")[0] for label in said(svg, "anc_at_least")] == [
        "ANC >=1.5 10^9/L on day 74 (2000-03-15)",
        "ANC >=1.5 10^9/L on day 134 (2000-05-14)",
    ]
    assert (len(marks(svg, "wbc_exact")), len(marks(svg, "lymphocytes_exact"))) == (2, 1)
    assert (marks(svg, "anc_derived"), marks(svg, "anc_at_most"), marks(svg, "platelets_exact")) == ([], [], [])


@pytest.mark.parametrize("options", SCALES_AND_WIDTHS, ids=str)
def test_onset_and_recovery_of_the_index_case_are_intervals(options):
    svg = index_case(**options)
    (onset,), (recovery,) = said(svg, "onset_interval"), said(svg, "recovery_interval")
    assert onset.startswith("Onset: fell below 1.5 at some time in these 66 days")
    assert "after day -1 (1999-12-31), by day 65 (2000-03-06)" in onset
    assert "after day 70 (2000-03-11), by day 74 (2000-03-15)" in recovery


def test_the_arrows_of_the_papers_figure_2_point_at_onset_treatment_and_recovery():
    svg = index_case()
    across = {
        round(place(mark)[0]): name
        for name in ("onset", "treatment", "recovery")
        for mark in marks(svg, f"{name}_arrow")
    }
    counts = [round(place(mark)[0]) for mark in [*marks(svg, "anc_exact")[1:], marks(svg, "anc_at_least")[0]]]
    assert {name: counts.index(x) for x, name in across.items()} == {"onset": 0, "treatment": 1, "recovery": 2}
    shown = texts(svg)
    assert "Onset: fell below 1.5 at some time in these 66 days" in shown
    assert "Treatment: prednisolone from day 70" in shown
    assert "Recovery: 1.5 or above again in these 4 days" in shown


@pytest.mark.parametrize("options", SCALES_AND_WIDTHS, ids=str)
def test_the_nadir_is_marked_with_its_value(options):
    svg = index_case(**options)
    assert said(svg, "nadir") == ["nadir 0.5 on day 70 (2000-03-11)"]
    assert "nadir 0.5" in texts(svg)


def test_doses_and_tests_of_the_index_case_are_in_the_strip():
    svg = index_case()
    assert (len(marks(svg, "drug_doses")), len(marks(svg, "treatments"))) == (5, 6)
    assert {"Alemtuzumab", "12 mg × 5", "Corticosteroid: Prednisolone", "25 mg × 3, 12.5 mg × 3"} <= set(texts(svg))
    missed = [re.search(r"day (\d+)", label)[1] for label in said(svg, "tests_missed") if label.startswith("CBC")]
    assert missed == ["15", "30", "45", "90"]
    assert [label for label in said(svg, "tests_due") if label.startswith("CBC")] == [
        "CBC planned for day 150 (2000-05-30): due"
    ]
    assert len(marks(svg, "tests_upcoming")) == 4


def test_statuses_of_tests_have_different_shapes():
    svg = index_case()
    names = ("done", "missed", "off_time", "due", "upcoming")
    looks = {(marks(svg, f"tests_{n}")[0].get("d"), marks(svg, f"tests_{n}")[0].get("fill")) for n in names}
    assert len(looks) == len(names)


def test_between_counts_far_apart_the_line_is_dashed():
    svg = index_case()
    assert len(marks(svg, "anc_line")) == 1  # day 65 to 70
    assert len(marks(svg, "anc_gap")) == 3
    assert all(mark.get("stroke-dasharray") for mark in marks(svg, "anc_gap"))


def test_bands_are_named_by_their_numbers_and_never_by_a_grade():
    shown = texts(index_case())
    assert [t for t in shown if t in BANDS] == ["1.5 or above", "below 1.5", "below 1", "0.5 or below", "0.2 or below"]
    assert not re.search(r"grade|\bG[1-4]\b", json.dumps(index_spec()), re.IGNORECASE)


BANDS = ("1.5 or above", "below 1.5", "below 1", "0.5 or below", "0.2 or below")


def test_days_and_dates_stand_below_the_counts():
    assert {"0 1 Jan 2000", "60 1 Mar"} <= set(texts(index_case()))


@pytest.mark.parametrize("options", SCALES_AND_WIDTHS, ids=str)
def test_the_numbers_on_the_axis_stand_where_those_values_are(options):
    (panel,) = [
        g for g in index_case(**options).iter(f"{SVG}g") if g.get("class") == "mark-group role-scope concat_0_group"
    ]
    labels = [group for group in panel.iter(f"{SVG}g") if group.get("class") == "mark-text role-axis-label"]
    shown = [(float(text.text), place(text)[1]) for text in labels[1] if text.text]
    assert {0.5, 1.5} & {value for value, _ in shown}
    rise = [math.log10(value) if options["scale"] == "log" else value for value, _ in shown]
    steps = [(b - a) / (y - x) for (a, b), (x, y) in zip(pairwise(rise), pairwise(y for _, y in shown), strict=True)]
    assert all(step == pytest.approx(steps[0], rel=0.15) for step in steps)


def test_silence_about_lymphocytes_is_said():
    assert "no lymphocyte count after day -1" in texts(index_case())


def test_no_identifier_is_in_the_picture():
    assert "vakrakou" not in json.dumps(index_spec()).lower()


# ---- forms and widths -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [340, 390, 560, 820, 1200])
def test_the_picture_is_not_wider_than_asked(width):
    assert width - 30 <= float(index_case(width=width).get("width")) <= width


@pytest.mark.parametrize(
    ("form", "begins"), [(".svg", b"<svg"), (".png", b"\x89PNG"), (".pdf", b"%PDF"), (".html", b"<!DOCTYPE html>")]
)
def test_one_specification_gives_every_form(form, begins, tmp_path):
    file = write_picture(index_spec(), tmp_path / f"picture{form}")
    assert file.read_bytes().startswith(begins)


def test_the_page_fetches_nothing():
    page = render_picture(index_spec(), ".html").decode()
    outside = re.sub(r"<script[^>]*>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(
        r"<script[^>]*\ssrc=|<link|<img|<iframe|@import|url\(", re.sub(r">[^<]*</script>", "", outside)
    )
    assert not re.search(r"<script[^>]*\ssrc=", page)
    assert "http" not in outside
    assert '<html lang="en">' in page


def test_an_unknown_form_and_an_unwritable_file_are_errors(tmp_path):
    with pytest.raises(UnknownName, match=r"\.gif"):
        write_picture(index_spec(), tmp_path / "picture.gif")
    with pytest.raises(UnwritableFolder):
        write_picture(index_spec(), tmp_path / "missing" / "picture.svg")


def test_the_picture_says_in_words_what_it_shows():
    told = index_case().get("aria-label")
    assert "5 neutrophil counts as of day 140 (2000-05-20)" in told
    assert "ANC fell below 1.5 after day -1 and by day 65" in told


PROPERTIES = {
    "": "$schema background config description padding spacing title vconcat",
    "config": "font title view",
    "title": "anchor color fontSize frame offset subtitle subtitleColor text",
    "view": "stroke",
    "vconcat": "height layer title view width",
    "layer": "data encoding mark name",
    "data": "values",
    "mark": "align angle baseline color dx fill filled fontSize fontStyle fontWeight opacity shape size stroke "
    "strokeDash strokeWidth type",
    "encoding": "description text tooltip x x2 y y2",
    **dict.fromkeys(("x", "y"), "axis field scale type value"),
    **dict.fromkeys(("x2", "y2", "text", "description", "tooltip"), "field type value"),
    "scale": "domain nice range type zero",
    "axis": "domain grid gridColor labelColor labelExpr labelFlush labelLineHeight labelOverlap labels ticks title "
    "values",
}
"""What may stand in each part of a specification: all of it is in the JSON schema of Vega-Lite 6.4.1."""


def properties(part, place=""):
    """(place, property) of everything in a specification but its rows."""
    if isinstance(part, list):
        return {found for item in part for found in properties(item, place)}
    if not isinstance(part, dict):
        return set()
    inside = {found for name, item in part.items() if place != "data" for found in properties(item, name)}
    return inside | {(place, name) for name in part}


def specs():
    """Those of the index case, of counts of every kind, of clinical events and of next to nothing."""
    texts_of_all = [KINDS, EVENTS, *(text for text, _ in LITTLE.values())]
    for options in SCALES_AND_WIDTHS:
        yield index_spec(**options)
        yield from (spec_of(text, **options) for text in texts_of_all)


def test_vega_lite_has_nothing_to_warn_of(capfd):
    for spec in specs():
        vl_convert.vegalite_to_vega(spec, vl_version=VL_VERSION, show_warnings=True)
    assert "WARN" not in "".join(capfd.readouterr())


def test_vega_lite_would_warn_of_an_unknown_channel(capfd):
    spec = json.loads(json.dumps(index_spec()))
    spec["vconcat"][0]["layer"][0]["encoding"]["colour"] = {"value": "red"}
    vl_convert.vegalite_to_vega(spec, vl_version=VL_VERSION, show_warnings=True)
    assert "WARN" in "".join(capfd.readouterr())


def test_every_property_is_one_that_vega_lite_knows():
    """Vega-Lite itself passes over a misspelt one without a word."""
    known = {(place, name) for place, names in PROPERTIES.items() for name in names.split()}
    assert {found for spec in specs() for found in properties(spec)} <= known
    assert ("mark", "strokeWdith") in properties({"vconcat": [{"layer": [{"mark": {"strokeWdith": 2}}]}]}) - known


def test_the_schema_is_that_of_the_version_which_draws():
    assert f"/vega-lite/v{VL_VERSION}." in index_spec()["$schema"]


def test_a_picture_can_be_changed_without_changing_the_next():
    patient, reviewed = made(KINDS, 40)
    first = draw_timeline(patient, reviewed.protocol, reviewed.as_of)
    before = json.dumps(first)
    spoil(first)
    assert json.dumps(draw_timeline(patient, reviewed.protocol, reviewed.as_of)) == before


def spoil(part):
    """Empty every dictionary and list, from the innermost out."""
    for item in part.values() if isinstance(part, dict) else part:
        if isinstance(item, dict | list):
            spoil(item)
    part.clear()


# ---- counts of every kind -------------------------------------------------------------------------------------------

KINDS = """
day code                numeric_value text_value unit   lln
-3  anc                 4             -          10*9/L 2
0   alemtuzumab         12            -          mg     -
14  wbc                 2.4           -          10*9/L -
14  neutrophils_percent 60            -          %      -
31  anc                 -             <0.1       10*9/L 1.8
33  anc                 0             -          10*9/L 1.8
35  anc                 -             <2         10*9/L -
36  anc                 0.2           -          10*9/L -
"""


@pytest.mark.parametrize("scale", ["log", "linear"])
def test_comparators_derived_counts_and_limits_of_normal_are_marked(scale):
    svg = drawn(KINDS, 40, scale=scale)
    assert said(svg, "anc_derived") == ["ANC 1.44 10^9/L on day 14 (2000-01-15), derived (wbc x percent)"]
    assert [label.split(" 10^9")[0] for label in said(svg, "anc_at_most")] == ["ANC <0.1", "ANC <2"]
    assert len(marks(svg, "anc_lln")) == 3
    assert marks(svg, "anc_derived")[0].get("fill") == "#ffffff"
    assert {"derived (hollow)", "less than this", "lower limit of normal"} <= set(texts(svg))


def test_what_the_other_white_cells_leave_says_of_itself_that_it_may_be_too_high():
    cells = {"wbc": 2, "lymphocytes": 0.8, "monocytes": 0.25, "eosinophils": 0.04, "basophils": 0.01}
    rows = "".join(f"14 {code} {value} - 10*9/L -\n" for code, value in cells.items())
    (label,) = said(
        drawn(KINDS.replace("14  neutrophils_percent 60            -          %      -\n", "") + rows, 40),
        "anc_derived",
    )
    assert label.endswith("derived (WBC less the other white cells, may be too high)")


def test_a_count_of_zero_is_drawn_at_the_lowest_edge_of_a_log_scale_and_marked():
    svg = drawn(KINDS, 40, scale="log")
    (zero,) = marks(svg, "anc_below_scale")
    assert zero.get("aria-label").startswith("ANC 0 10^9/L on day 33")
    others = [place(mark)[1] for name in GROUPS for mark in marks(svg, f"anc_{name}")]
    assert place(zero)[1] == max(others)
    assert {"nadir 0", "0, or below the scale"} <= set(texts(svg))


def test_a_count_of_zero_is_an_ordinary_point_of_a_linear_scale():
    svg = drawn(KINDS, 40, scale="linear")
    assert marks(svg, "anc_below_scale") == []
    assert any(label.startswith("ANC 0 10^9/L") for label in said(svg, "anc_exact"))


def test_an_undecided_count_is_not_on_the_line():
    near = {"x": 35.0}
    (lines,) = [layer for layer in spec_of(KINDS, 40)["vconcat"][0]["layer"] if layer["name"] == "anc_line"]
    ends = {row[x] for row in lines["data"]["values"] for x in ("x", "x2")}
    assert near["x"] not in ends
    assert {33.0, 36.0} <= ends


def test_an_open_episode_has_an_open_interval_and_no_arrow_of_recovery():
    svg = drawn(KINDS, 40)
    assert (len(marks(svg, "recovery_open")), marks(svg, "recovery_interval"), marks(svg, "recovery_arrow")) == (
        1,
        [],
        [],
    )
    assert said(svg, "recovery_open")[0].startswith("Open: no recovery seen")


def test_an_onset_without_a_higher_count_before_is_open_to_the_past():
    svg = drawn("day code numeric_value\n0 alemtuzumab 12\n5 anc 1", 20)
    assert said(svg, "onset_open") == ["Onset: below 1.5 by day 5; no higher count before (by day 5 (2000-01-06))"]
    assert marks(svg, "onset_interval") == []


def test_an_episode_cut_by_the_next_course_was_not_seen_to_recover():
    text = "day code numeric_value\n0 alemtuzumab 12\n40 anc 0.8\n380 alemtuzumab 12\n420 anc 3\n440 anc 3"
    svg = drawn(text, 450)
    assert said(svg, "recovery_open")[0].startswith("Not seen to recover before the next course")
    assert "Course 2 began 2001-01-15 (day 0). As of day 70 (2001-03-26)" in texts(svg)


# ---- clinical events and platelets ----------------------------------------------------------------------------------

EVENTS = """
day code        numeric_value text_value         unit
0   alemtuzumab 12            -                  mg
10  anc         3             -                  10*9/L
50  relapse     -             left~optic~nerve   -
0   edss        2.5           -                  -
90  edss        3             -                  -
60  mri         -             1~new~lesion       -
61  infection   -             negative           -
"""


def test_relapses_edss_mri_and_other_findings_have_a_row_each():
    svg = drawn(EVENTS, 100)
    assert said(svg, "relapse") == ["Relapse: left optic nerve on day 50 (2000-02-20)"]
    assert [label.split(" on ")[0] for label in said(svg, "edss")] == ["EDSS 2.5", "EDSS 3.0"]
    assert said(svg, "mri") == ["MRI: 1 new lesion on day 60 (2000-03-01)"]
    assert said(svg, "findings") == ["day 61 (2000-03-02): Infection: negative"]
    assert {"Relapse", "EDSS", "MRI", "left optic nerve", "2.5", "3.0"} <= set(texts(svg))


NASTY = "</script><script>alert(1)</script><!--&\"'\x07{{datum}}"


def test_free_text_of_the_input_stays_text():
    table = events(EVENTS)
    words = [NASTY if word == "left optic nerve" else word for word in table["text_value"].to_pylist()]
    table = table.set_column(table.schema.get_field_index("text_value"), "text_value", [words])
    reviewed = leukon.review(table, "alemtuzumab-ms", as_of=day(100).date())
    spec = draw_timeline(gather(reviewed, [1])[0], reviewed.protocol, reviewed.as_of, title=NASTY)
    svg = parse(render_picture(spec, ".svg"))  # is well-formed
    assert "<script>alert(1)" in said(svg, "relapse")[0]
    page = render_picture(spec, ".html").decode()
    assert page.count("</script>") == render_picture(index_spec(), ".html").decode().count("</script>")
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("counts", "matter"),
    [
        ("1 platelets 240", False),
        ("1 platelets 100", False),
        ("1 platelets 99", True),
        ("1 platelets 300\n9 platelets 151", False),
        ("1 platelets 300\n9 platelets 150", True),
        ("1 anc 3", False),
    ],
)
def test_platelets_are_drawn_when_they_matter(counts, matter):
    patient, reviewed = made(f"day code numeric_value\n0 alemtuzumab 12\n{counts}", 10)
    assert platelets_matter(patient) is matter
    svg = parse(render_picture(draw_timeline(patient, reviewed.protocol, reviewed.as_of), ".svg"))
    assert bool(marks(svg, "platelets_exact")) is matter


def test_platelets_that_may_be_low_or_were_called_low_matter():
    below = "day code numeric_value text_value unit\n0 platelets - <150 10*9/L"
    called = "day code numeric_value text_value unit\n0 platelets_finding - low -"
    normal = "day code numeric_value text_value unit\n0 platelets_finding - normal -"
    assert [platelets_matter(made(text, 10)[0]) for text in (below, called, normal)] == [True, True, False]
    assert "no platelet count received" in texts(drawn(called, 10))


# ---- little or nothing is known -------------------------------------------------------------------------------------

LITTLE = {
    "one count": ("day code numeric_value\n0 anc 2.2", "ANC 2.2"),
    "no ANC": ("day code numeric_value\n0 wbc 5", "no neutrophil count received"),
    "only doses": ("day code numeric_value\n0 alemtuzumab 12", "no neutrophil count received"),
    "no course": ("day code numeric_value\n0 anc 1\n60 anc 2", "No course known. As of 2000-04-10"),
    "only a finding": (
        "day code numeric_value text_value unit\n0 infection - negative -",
        "no lymphocyte count received",
    ),
    "only zero": ("day code numeric_value\n0 anc 0", "nadir 0"),
    "no doses": ("day code numeric_value\n0 anc 2.2", "no doses, events or planned tests known"),
}


@pytest.mark.parametrize("options", SCALES_AND_WIDTHS, ids=str)
@pytest.mark.parametrize(("text", "honest"), LITTLE.values(), ids=LITTLE)
def test_a_picture_of_little_says_so(text, honest, options):
    svg = drawn(text, 100, **options)
    assert honest in " ".join(texts(svg))
    assert float(svg.get("width")) <= options["width"]


def test_nobody_at_all_has_a_picture_too():
    reviewed = leukon.review(events("day code numeric_value\n0 anc 2.2"), "alemtuzumab-ms", as_of=day(9).date())
    spec = draw_timeline(gather(reviewed, [2])[0], reviewed.protocol, reviewed.as_of)
    assert "no neutrophil count received" in texts(parse(render_picture(spec, ".svg")))


def test_without_a_course_there_are_dates_and_no_days():
    svg = drawn("day code numeric_value\n0 anc 1\n60 anc 2", 100)
    assert said(svg, "anc_exact")[0] == "ANC 1 10^9/L on 2000-01-01, measured"


# ---- any patient ----------------------------------------------------------------------------------------------------

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # each example draws: shrinking one would take minutes
counts = st.lists(
    st.tuples(
        st.integers(-400, 3000),
        st.sampled_from(["anc", "wbc", "lymphocytes", "platelets"]),
        st.one_of(st.just(0.0), st.floats(0.001, 90).map(lambda value: round(value, 3))),
        st.sampled_from([None, "<", "<=", ">=", ">"]),
        st.one_of(st.none(), st.floats(0.5, 3)),
    ),
    max_size=30,
)


@settings(max_examples=12, deadline=None, phases=QUICK, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=counts,
    doses=st.lists(st.integers(0, 900), max_size=4),
    scale=st.sampled_from(["log", "linear"]),
    width=st.sampled_from([340, 820]),
)
def test_any_patient_is_drawn_and_every_count_of_the_patient_is(rows, doses, scale, width):
    lines = [f"{d} {code} {value} {sign or '-'} {lln or '-'} 10*9/L" for d, code, value, sign, lln in rows]
    lines += [f"{dose} alemtuzumab 12 - - mg" for dose in doses]
    if not lines:
        return
    patient, reviewed = made("day code numeric_value comparator lln unit\n" + "\n".join(lines), 2000)
    svg = parse(
        render_picture(draw_timeline(patient, reviewed.protocol, reviewed.as_of, scale=scale, width=width), ".svg")
    )
    assert float(svg.get("width")) <= width
    for analyte in ("anc", "wbc", "lymphocytes", *(["platelets"] if platelets_matter(patient) else [])):
        wanted = sum(row["analyte"] == analyte for row in patient.results)
        assert sum(len(marks(svg, f"{analyte}_{kind}")) for kind in GROUPS) == wanted
    assert len(marks(svg, "drug_doses")) == len(patient.doses)
    assert sum(len(marks(svg, name)) for name in ("onset_interval", "onset_open")) == len(patient.episodes)
    assert sum(len(marks(svg, name)) for name in ("recovery_interval", "recovery_open")) == len(patient.episodes)


def test_two_counts_of_one_day_are_both_drawn():
    svg = drawn("day code numeric_value\n3.25 anc 2\n3.5 anc 1", 10)
    first, second = (place(mark)[0] for mark in marks(svg, "anc_exact"))
    assert first < second


@pytest.mark.parametrize("width", [340, 820])
def test_a_long_history_keeps_its_labels_apart(width):
    text = "day code numeric_value\n0 alemtuzumab 12\n" + "\n".join(f"{d} anc 3" for d in range(0, 4000, 28))
    svg = drawn(text, 4010, width=width)
    dated = [
        text for text in svg.iter(f"{SVG}text") if re.fullmatch(r"-?\d+ \d+ [A-Z][a-z]{2}.*", " ".join(text.itertext()))
    ]
    across = sorted({place(text)[0] for text in dated})
    assert len(across) >= 3
    assert all(after - before >= 40 for before, after in pairwise(across))


# ---- years that are slips of a pen ------------------------------------------------------------------------------------


@pytest.mark.parametrize("time", [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59)])
@pytest.mark.parametrize("width", [820, 340])
def test_the_first_and_the_last_year_there_is_can_be_drawn(time, width):
    table = pa.table(
        {
            "subject_id": [1, 1],
            "time": pa.array([time, datetime(2000, 2, 1)], pa.timestamp("us")),
            "code": ["anc", "anc"],
            "numeric_value": [0.9, 2.0],
            "unit": ["10*9/L"] * 2,
        }
    )
    reviewed = leukon.review(table, "alemtuzumab-ms", as_of="9999-12-31")
    (patient,) = gather(reviewed, [1])
    spec = draw_timeline(patient, reviewed.protocol, reviewed.as_of, width=width)
    assert len(marks(parse(render_picture(spec, ".svg")), "anc_exact")) == 2
