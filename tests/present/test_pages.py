"""The pages of a review: every picture drawn once, then used wherever it is shown."""

import re
from collections import Counter

import pytest
from tests.present.hand_made import group, index_case

from leukon.present import report_pictures
from leukon.present.charts import draw_timeline
from leukon.present.pages import make_pages
from leukon.present.report import make_report


@pytest.fixture
def drawings(monkeypatch):
    """How often each patient was drawn in each width."""
    often = Counter()

    def draw(patient, *about, width):
        often[patient.subject["subject_id"], width] += 1
        return draw_timeline(patient, *about, width=width)

    monkeypatch.setattr(report_pictures, "draw_timeline", draw)
    return often


def bodies(html):
    """The pictures inside a page without their ids, which are the page's own."""
    return [re.sub(r"p\d+(wide|narrow)-", "", svg) for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]


def test_one_patient_is_drawn_once_in_each_width_for_the_report_and_the_file(drawings):
    pages = make_pages(index_case(70))
    assert drawings == {("vakrakou-2018", 820): 1, ("vakrakou-2018", 340): 1}
    assert set(pages) == {"report.html", "timeline-1.svg"}
    assert bodies(pages["report.html"])[0] == pages["timeline-1.svg"].strip()


def test_of_a_group_all_are_in_the_report_and_those_who_are_not_routine_have_a_file_too(drawings, monkeypatch):
    monkeypatch.setattr(report_pictures, "render_picture", lambda *_: b"<svg></svg>")  # who is drawn, not how
    pages = make_pages(group(12))
    assert set(drawings.values()) == {1}
    assert sum(width == 340 for _, width in drawings) == len(bodies(pages["report.html"])) == 12
    assert sum(width == 820 for _, width in drawings) == len(pages) - 1 == 10


def test_the_report_among_the_pages_is_the_report():
    for review in (index_case(70), group(3)):
        assert make_pages(review)["report.html"] == make_report(review)
