"""The page of `leukon check` in a real browser, on a desk and on a phone: nothing is cut off, and what helps is there."""

from itertools import pairwise

import pyarrow as pa
import pytest
from tests.tables import events

from leukon.events.code_map import CodeMap
from leukon.events.data_files import parse_toml
from leukon.events.table import open_door
from leukon.present.quality import make_quality
from leukon.present.quality_page import make_quality_page

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
HEADINGS = [
    "Where every row went",
    "Refused rows",
    "Codes not known",
    "Units",
    "Analytes",
    "Time of day",
    "People",
    "Duplicates and corrections",
]
LONG = "LOCAL//" + "x" * 120
"""A code that is one long word."""


def messy():
    """Refused rows of many kinds, unknown codes with and without a name, units that no one knows, ranges missing."""
    table = events(
        f"""
        subject_id day code          numeric_value text_value unit    lln    status
        1          0   alemtuzumab   12            -          mg      -      -
        1          9   LOINC//751-8  2.4           -          10*9/L  2.0    -
        1          9   LOINC//6690-2 4.1           -          K/uL    -      -
        1          20  LOINC//718-7  12.9          -          furlong -      -
        1          31  anc           899           -          10*9/L  -      -
        2          5   LOCAL//NEUT   2.1           -          10*9/L  -      -
        2          6   LOCAL//NEUT   1.9           -          10*9/L  -      -
        2          7   anc           -             pending    10*9/L  -      -
        2          8   anc           0.4           -          -       -      -
        2          9   anc           0.4           -          10*9/L  -      cancelled
        3          5   {LONG}        1             -          -       -      -
        """
    )
    place = [f"a-folder-with-a-name/of-some-length/feed-of-2024.hl7:{row}" for row in range(1, table.num_rows + 1)]
    table = table.append_column("place", pa.array(place))
    door = open_door(table, as_of="2000-03-01")
    return make_quality(table, door, displays={"LOCAL//NEUT": "Neutrophils, absolute, by the machine of ward 7"})


PAGES = {
    "messy": messy,
    "nothing": lambda: make_quality(rows := events("subject_id day code numeric_value"), open_door(rows, as_of="2000-03-01")),
}  # fmt: skip


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checks")
    for name, make in PAGES.items():
        (folder / f"{name}.html").write_text(make_quality_page(make()), encoding="utf-8")
    return folder


@pytest.fixture
def show(chromium, files):
    """Open a page; what it asked for and what it complained about is in `asked` and `said`."""
    pages = []

    def open_page(name, size):
        page = chromium.new_page(viewport=size)
        pages.append(page)
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.goto((files / f"{name}.html").as_uri())
        return page

    yield open_page
    for page in pages:
        page.close()


@SIZES
@pytest.mark.parametrize("name", PAGES)
def test_nothing_lies_outside_the_width_also_where_all_is_opened(show, name, size):
    page = show(name, size)
    for opened in (False, True):
        page.evaluate("open => document.querySelectorAll('details').forEach(it => it.open = open)", opened)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        outside = page.evaluate(
            "[...document.querySelectorAll('body *:not(thead *)')]"
            ".filter(it => it.getClientRects().length && it.getBoundingClientRect().right > innerWidth + 1)"
            ".map(it => it.outerHTML.slice(0, 120))"
        )
        assert outside == []


@SIZES
@pytest.mark.parametrize("name", PAGES)
def test_headings_stand_in_order_under_one_title(show, name, size):
    page = show(name, size)
    assert page.locator("h1").all_inner_texts() == ["Data quality"]
    assert page.locator("h2").all_inner_texts() == HEADINGS
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(it => +it.tagName[1])")
    assert all(after <= before + 1 for before, after in pairwise(levels))


@SIZES
def test_the_headline_is_on_the_first_screen(show, size):
    box = show("messy", size).locator("main strong").first.bounding_box()
    assert box["y"] + box["height"] <= size["height"]


@SIZES
def test_the_piece_of_a_code_map_can_be_seen_and_pasted_whole(show, size):
    page = show("messy", size)
    block = page.locator("details pre")
    assert not block.is_visible()
    page.locator("summary", has_text="code map").click()
    assert block.is_visible()
    pasted = page.evaluate(
        "() => { getSelection().selectAllChildren(document.querySelector('details pre')); return `${getSelection()}`; }"
    )
    assert "Neutrophils, absolute, by the machine of ward 7" in pasted
    filled = pasted.replace('concept = "?"', 'concept = "anc"').replace('unit = "?"', 'unit = "10*9/L"')
    assert [*parse_toml(filled, "pasted", CodeMap).codes] == ["LOCAL//NEUT", LONG], "no line of it was broken"


@SIZES
def test_a_table_that_has_no_row_says_so(show, size):
    assert "None." in show("nothing", size).locator("section", has_text="Refused rows").inner_text()


def test_nothing_is_fetched_and_the_console_is_silent(show, files):
    page = show("messy", DESK)
    page.wait_for_timeout(200)
    assert [url for url in page.asked if url not in ((files / "messy.html").as_uri(), "data:,")] == []
    assert page.said == []


@SIZES
def test_a_code_is_called_what_the_source_calls_it(show, size):
    row = show("messy", size).locator("tr", has_text="LOCAL//NEUT").first
    assert "Neutrophils, absolute, by the machine of ward 7" in row.inner_text()
