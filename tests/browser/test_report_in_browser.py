"""The report in a real browser: on a desk, on a phone, on paper, for those who see it and those who hear it."""

import re
from itertools import pairwise

import pytest
from tests.present.hand_made import emergency, group, index_case
from tests.tables import reviewed

from leukon.present.report import write_report

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
A4_LESS_MARGINS = {"width": 688, "height": 1016}


def long_words():
    """An identifier, a text and a code that are one long word each."""
    long = "x" * 180
    return reviewed(
        f"subject_id day code numeric_value text_value\n{long} 0 anc 0.4 -\n{long} 1 anc - {long}\n{long} 1 {long} 1 -",
        until=1,
    )


REVIEWS = {
    "index-case": lambda: index_case(70),
    "emergency": emergency,
    "group": lambda: group(12),
    "long-words": long_words,
}
OF_ONE = ("index-case", "emergency", "long-words")


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leukon.present.report._PICTURES", 2)  # the others take time and show nothing new
        return {name: write_report(review(), folder / f"{name}.html") for name, review in REVIEWS.items()}


@pytest.fixture
def show(chromium, files):
    """Open a report; what it asked for and what it complained about is in `asked` and `said`."""
    pages = []

    def open_page(name, size):
        page = chromium.new_page(viewport=size)
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(files[name].as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", REVIEWS)
def test_nothing_lies_outside_the_width(show, name, size):
    page = show(name, size)
    page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    outside = page.evaluate(
        "[...document.querySelectorAll('body *:not(svg *, thead *)')]"
        ".filter(it => it.getClientRects().length && it.getBoundingClientRect().right > innerWidth + 1)"
        ".map(it => it.outerHTML.slice(0, 120))"
    )
    assert outside == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", ["index-case", "emergency"])
def test_urgency_and_reason_are_on_the_first_screen_of_a_patient(show, name, size):
    page = show(name, size)
    for part in (".banner .chip >> nth=0", "h1", ".banner .means", ".banner .what"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= size["height"], part


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_fever_that_is_not_known_is_on_the_first_screen(show, size):
    box = show("index-case", size).locator(".fever").bounding_box()
    assert box["y"] + box["height"] <= size["height"]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_most_urgent_person_of_a_group_is_on_the_first_screen(show, size):
    row = show("group", size).locator("tbody tr").first
    assert "EMERGENCY" in row.inner_text()
    assert "Neutrophils dangerously low" in row.inner_text()
    box = row.bounding_box()
    assert box["y"] + box["height"] <= size["height"]


@pytest.mark.parametrize("name", REVIEWS)
def test_no_request_leaves_the_page_and_the_console_is_silent(show, files, name):
    page = show(name, DESK)
    page.wait_for_timeout(200)
    assert [url for url in page.asked if url not in (files[name].as_uri(), "data:,")] == []
    assert page.said == []


@pytest.mark.parametrize("name", OF_ONE)
def test_on_paper_the_urgency_stands_whole_on_the_first_page(show, name):
    page = show(name, A4_LESS_MARGINS)
    page.emulate_media(media="print")
    box = page.locator(".banner").first.bounding_box()
    assert box["y"] + box["height"] <= A4_LESS_MARGINS["height"]
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True, print_background=True))
    assert 1 <= len(pages) <= 15


def test_on_paper_one_picture_is_shown_and_it_is_the_wide_one(show):
    page = show("index-case", A4_LESS_MARGINS)
    page.emulate_media(media="print")
    assert page.locator("figure .wide").is_visible()
    assert not page.locator("figure .narrow").is_visible()


@pytest.mark.parametrize(("size", "shown"), [(DESK, "wide"), (PHONE, "narrow")], ids=["desk", "phone"])
def test_each_screen_gets_the_picture_drawn_for_it(show, size, shown):
    page = show("index-case", size)
    visible = [name for name in ("wide", "narrow") if page.locator(f"figure .{name}").is_visible()]
    assert visible == [shown]


def test_on_a_phone_every_cell_says_the_name_of_its_column(show):
    page = show("index-case", PHONE)
    label = "getComputedStyle(document.querySelector('tbody td'), '::before').content"
    assert page.evaluate(label) != "none"


@pytest.mark.parametrize("name", REVIEWS)
def test_headings_are_in_order_and_one_is_the_first(show, name):
    levels = show(name, DESK).evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(it => +it.tagName[1])")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", REVIEWS)
def test_who_listens_finds_language_landmarks_captions_and_texts_of_pictures(show, name):
    page = show(name, DESK)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert [page.locator(f"body > {mark}").count() for mark in ("header", "main", "footer")] == [1, 1, 1]
    assert page.evaluate("[...document.querySelectorAll('table')].every(it => it.caption && it.caption.textContent)")
    assert page.evaluate(
        "[...document.querySelectorAll('svg')].every(it => it.closest('[role=img]').ariaLabel.length > 20)"
    )
    assert page.evaluate(
        "[...document.querySelectorAll('[aria-labelledby]')].every(it => document.getElementById("
        "it.getAttribute('aria-labelledby')).innerText)"
    )


CONTRAST = """() => {
  const light = c => { const v = c.map(x => x / 255).map(x => x <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
    return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
  const read = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const ground = it => { for (; it; it = it.parentElement) {
    const c = read(getComputedStyle(it).backgroundColor); if (c.length === 3 || c[3] > 0) return c.slice(0, 3); }
    return [255, 255, 255]; };
  return [...document.querySelectorAll('body *:not(svg, svg *)')]
    .filter(it => [...it.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && it.getClientRects().length)
    .map(it => { const [a, b] = [read(getComputedStyle(it).color), ground(it)].map(light).sort((x, y) => y - x);
      return [(a + .05) / (b + .05), it.outerHTML.slice(0, 80)]; })
    .filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("name", REVIEWS)
def test_every_text_can_be_read_on_its_ground(show, name):
    assert show(name, DESK).evaluate(CONTRAST) == []


def test_an_urgency_is_a_word_and_a_shape_beside_its_colour(show):
    chips = show("group", DESK).locator(".chip").all_inner_texts()
    assert chips
    assert all(re.fullmatch(r"[▲◆■?●○] (EMERGENCY|SAME DAY|SOON|UNKNOWN|ROUTINE|NO FINDING)", chip) for chip in chips)


def test_a_line_of_the_work_list_leads_to_its_patient(show):
    page = show("group", DESK)
    page.locator("tbody a").first.click()
    assert page.url.endswith("#p1")
    assert page.locator("#p1").is_visible()
