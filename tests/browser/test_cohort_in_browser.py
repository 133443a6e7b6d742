"""The page of a cohort in a real browser: on a desk, on a phone, on paper."""

from datetime import date

import pytest
from bench.generate import draw_events

import leukon
from leukon.cohort.counts import count_review
from leukon.cohort.estimates import estimate_cohort
from leukon.cohort.leaving import make_presentable
from leukon.knowledge.library import load_protocol
from leukon.present.cohort.page import make_cohort_page

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    counts = count_review(leukon.review(next(draw_events(500, 25, 5, 500)), "alemtuzumab-ms", as_of=date(2019, 6, 30)))
    found = make_presentable(estimate_cohort(counts, load_protocol("alemtuzumab-ms")), counts)
    path = tmp_path_factory.mktemp("page") / "cohort.html"
    path.write_text(make_cohort_page(found, hidden_below=5, rounded_to=5), encoding="utf-8")
    return path


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(request, chromium, path):
    opened = chromium.new_page(viewport=request.param)
    said = []
    opened.on("console", lambda message: said.append(message.text))
    opened.goto(path.as_uri())
    yield opened
    assert said == []
    opened.close()


def test_nothing_is_cut_off_at_the_side(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_one_width_of_each_picture_is_shown_and_fits(page):
    shown = page.evaluate(
        "[...document.querySelectorAll('figure > div')].filter(x => x.offsetParent !== null).map(x => x.className)"
    )
    figures = page.locator("figure").count()
    assert figures > 8
    assert len(shown) == figures
    widths = page.evaluate("[...document.querySelectorAll('figure svg')].map(x => x.getBoundingClientRect().width)")
    assert max(widths) <= page.viewport_size["width"]


def test_the_numbers_to_begin_with_are_on_the_first_screen(page):
    box = page.locator(".tile").first.bounding_box()
    assert box["y"] + 40 < page.viewport_size["height"]


def test_every_section_is_reached_from_the_top(page):
    links = page.locator("nav a")
    for number in range(links.count()):
        target = links.nth(number).get_attribute("href")
        assert page.locator(target).count() == 1


def test_it_prints(chromium, path):
    opened = chromium.new_page()
    opened.goto(path.as_uri())
    pdf = opened.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page") > 4
    opened.close()
