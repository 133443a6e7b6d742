"""The page of a cohort: what it says, what it hides, and that it never says too much."""

import re
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from bench.generate import draw_events

import leukon
from leukon.cohort.counts import count_review
from leukon.cohort.estimates import estimate_cohort
from leukon.cohort.leaving import make_presentable
from leukon.knowledge.library import load_protocol
from leukon.present.cohort.figures import say_days, say_limit, say_rate, say_share
from leukon.present.cohort.page import make_cohort_page
from leukon.present.cohort.sections import make_sections
from leukon.present.pictures import render_picture

SECTIONS = [
    "Who was looked at",
    "How often",
    "Beside the literature",
    "How soon",
    "The course of episodes",
    "Recovery by treatment",
    "Planned tests",
    "Immune reconstitution",
]


def with_immune_cells(events):
    """The same people with CD4 counts before and after the first dose."""
    code, subject, time = (events[name].to_numpy(zero_copy_only=False) for name in ("code", "subject_id", "time"))
    doses = np.flatnonzero(np.char.startswith(code.astype(str), "ATC//L04"))
    first = doses[np.unique(subject[doses], return_index=True)[1]]
    rows = [
        (subject[at], time[at] + np.timedelta64(day, "D"), "cd4", value, "10*9/L")
        for at in first
        for day, value in ((-9, 0.8), (40, 0.1), (200, 0.3))
    ]
    names = ["subject_id", "time", "code", "numeric_value", "unit"]
    more = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    plain = events.select(names).set_column(2, "code", events["code"].cast(pa.string()))
    plain = plain.set_column(4, "unit", events["unit"].cast(pa.string()))
    return pa.concat_tables([plain, more.cast(plain.schema)])


@pytest.fixture(scope="module")
def counted():
    events = with_immune_cells(next(draw_events(600, 30, 5, 600)))
    return count_review(leukon.review(events, "alemtuzumab-ms", as_of=date(2019, 6, 30)))


@pytest.fixture(scope="module")
def cohort(counted):
    return estimate_cohort(counted, load_protocol("alemtuzumab-ms"))


@pytest.fixture(scope="module")
def page(cohort, counted):
    return make_cohort_page(make_presentable(cohort, counted), hidden_below=5, rounded_to=5, notice="Invented people")


def test_the_page_holds_its_sections_in_the_order_of_reading(page):
    assert re.findall(r'<h2 id="s\d+">(.*?)</h2>', page) == SECTIONS
    assert "Invented people" in page
    assert "Not a medical device" in page


def test_the_page_fetches_nothing(page):
    outside = set(re.findall(r'(?:src|href)="(?!#|data:)([^"]*)"', page))
    assert outside == set()
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_the_methods_name_every_choice_and_version(page, cohort):
    text = re.sub(r"\s+", " ", page[page.index('id="methods"') :])
    for said in (
        cohort.provenance["leukon"], cohort.provenance["protocol_hash"], "below 1.5", "Clopper-Pearson", "Garwood",
        "Aalen-Johansen; the next course competed with onset", "Turnbull", "days 7, 14, 28", "Numbers from 1 to 4",
    ):  # fmt: skip
        assert said in text


def test_small_numbers_are_said_to_be_hidden_or_shown(page, cohort):
    assert "numbers below 5 hidden, others rounded to multiples of 5" in page
    assert "small numbers shown: not for sharing" in make_cohort_page(cohort, hidden_below=1, rounded_to=1)


def test_lanes_of_episodes_are_drawn_only_where_small_numbers_are_shown(page, cohort):
    assert "One lane an episode" not in page
    assert "only where small numbers may be shown" in page
    assert "One lane an episode" in make_cohort_page(cohort, hidden_below=1, rounded_to=1)


def test_no_word_says_that_a_treatment_does_anything(page):
    text = re.sub(r"<svg.*?</svg>|<style.*?</style>", "", page, flags=re.DOTALL).lower()
    for claim in ("effective", "efficacy", "benefit of", "works", "shortens", "improves", "should be treated"):
        assert claim not in text
    assert "nobody was assigned" in text


def test_own_numbers_stand_beside_the_literature_and_are_marked(page):
    assert "Baker" in page or "baker-2017" in page
    assert "This cohort" in page


def test_pictures_of_one_page_have_ids_of_their_own(page):
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert all(f'id="{name}"' in page for name in re.findall(r"url\(#([^)]+)\)", page))


@pytest.mark.parametrize("width", [820, 340])
def test_every_picture_is_drawn_in_both_widths_and_says_in_words_what_it_shows(cohort, width):
    pictures = [draw(width) for section in make_sections(cohort) for draw in section.pictures]
    assert len(pictures) > 12
    for spec in pictures:
        assert len(spec["description"]) > 30
        assert render_picture(spec, ".svg").startswith(b"<svg")


def test_a_cohort_without_any_event_or_course_has_a_page_too():
    events = pa.table({"subject_id": [1], "time": [date(2024, 1, 1)], "code": ["anc"], "numeric_value": [2.0],
                       "unit": ["10*9/L"]})  # fmt: skip
    counts = count_review(leukon.review(events, "alemtuzumab-ms", as_of=date(2024, 3, 1)))
    found = make_presentable(estimate_cohort(counts, load_protocol("alemtuzumab-ms")), counts)
    page = make_cohort_page(found, hidden_below=5, rounded_to=5)
    assert re.findall(r'<h2 id="s\d+">(.*?)</h2>', page) == SECTIONS


def test_numbers_in_words():
    row = {"x": 0.123, "x_low": 0.1, "x_high": 0.2}
    assert say_share(row, "x") == "12.3 % [10.0, 20.0]"
    nothing = {"x": None, "x_low": None, "x_high": None}
    assert (say_share(nothing, "x"), say_rate(nothing, "x")) == ("not known", "not known")  # nobody at risk
    assert say_share(nothing | {"hidden": "events"}, "x") == "hidden"
    assert say_rate(row, "x") == "0.12 [0.10, 0.20]"
    assert say_days({"median": 9.0, "median_low": 4.0, "median_high": None}) == "9 days [4, not reached]"
    assert say_days({"median": None, "median_low": None, "median_high": None}) == "not reached"
    assert say_days({"median": None, "median_low": None, "median_high": None, "hidden": "small numbers"}) == "hidden"
    assert say_limit("<1.5") == "ANC < 1.5 × 10⁹/L"
