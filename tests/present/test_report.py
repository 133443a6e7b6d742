"""The report as a page: nothing hidden, nothing ordered, nothing fetched, the same bytes every time."""

import re

import pyarrow as pa
import pytest
from tests.present.hand_made import emergency, group, index_case, judged
from tests.present.rules import DOSE, ORDER, Page, unquoted
from tests.tables import day, events, reviewed

import leukon
from leukon.errors import UnwritableFolder
from leukon.present.report import make_report, write_report
from leukon.present.wording import CAUTION, CAUTION_SHORT

WORKED = [
    pytest.param(protocol, patient, id=f"{name}: {patient.title}")
    for name in leukon.list_protocols()
    for protocol in [leukon.load_protocol(name)]
    for patient in protocol.worked
]


@pytest.fixture(scope="module")
def on_day_70():
    return make_report(index_case(70))


@pytest.fixture(scope="module")
def of_twelve():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leukon.present.report._PICTURES", 2)  # the others take time and show nothing new
        return make_report(group(12))


def check_words(html):
    """No order, no dose outside a quotation, every step with source and n, every grade with its edition."""
    page = Page(html)
    for line in page.text.splitlines():
        plain = re.sub(r"[\d.]+ mg recorded", "", unquoted(line))  # a dose the patient had, and said to be that
        assert not ORDER.search(plain), line
        assert not DOSE.search(plain), line
        for grade in re.finditer(r"\bgrade (\d|not)", line, re.IGNORECASE):
            assert re.search(r"CTCAE [56]\.0 $", line[: grade.start()]), line
    for step in re.findall(r"<li><p>.*?</p><p class=\"weight\">(.*?)</p></li>", html):
        assert re.match(r"n = \d+", step), step
        assert re.search(r"Strength: .+ Source \[\d+\]\.$", step), step
    assert html.count('<p class="weight">') == len(re.findall(r"Source \[\d+\]\.</p></li>", html))


@pytest.mark.parametrize(("protocol", "patient"), WORKED)
def test_the_report_of_a_worked_patient_orders_nothing(protocol, patient, tmp_path, monkeypatch):
    monkeypatch.setattr("leukon.present.report._PICTURES", 0)  # words only
    (tmp_path / "events.csv").write_text(patient.events.lstrip(), encoding="utf-8")
    rows = leukon.read(tmp_path / "events.csv")
    check_words(make_report(leukon.review(rows, protocol, as_of=patient.as_of, schedule=patient.schedule)))


def test_the_report_of_a_group_orders_nothing(of_twelve):
    check_words(of_twelve)


def test_the_report_of_an_emergency_orders_nothing():
    check_words(make_report(emergency()))


def test_the_rules_would_find_a_step_without_its_weight():
    with pytest.raises(AssertionError):
        check_words('<li><p>A smear.</p><p class="weight">Strength: opinion. Source [1].</p></li>')
    with pytest.raises(AssertionError):
        check_words("<p>Worst grade 3</p><p>grade 3</p>")


def test_what_is_wrong_and_how_urgent_stands_before_all_else(on_day_70):
    lines = Page(on_day_70).text.strip().splitlines()
    assert lines[0] == CAUTION_SHORT
    assert lines[1].startswith("Subject vakrakou-2018 · Alemtuzumab, course 1, day 70")
    assert lines[2] == "◆ SAME DAYNeutrophils very low"
    assert lines[3] == "A clinician is needed today."
    assert lines[4].startswith("Neutrophils (ANC) 0.5 × 10⁹/L on 2000-03-11 (day 70, today). Fever: not known.")


def test_the_page_of_a_patient_has_its_parts_in_their_order(on_day_70):
    parts = (
        "Neutrophils very low", "Fever: not known to leukon. Ask now.", "Options for the clinician", "Picture",
        "Other findings", "Episodes of neutropenia", "What may explain episode 1", "Planned tests",
        "What could not be used", "What leukon does not know or watch", "Basis of this report",
    )  # fmt: skip
    text = Page(on_day_70).text
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_report_says_what_it_stands_on(on_day_70):
    text, review = Page(on_day_70).text, index_case(70)
    for said in (
        CAUTION,
        review.protocol.hash,
        "version " + review.provenance["leukon"],
        "2000-03-11",
        "haemophilia A",
    ):
        assert said in text
    assert "CTCAE 5.0 (v5) and 6.0 (v6)" in text
    assert "alemtuzumab-ms" in text
    assert "paper: “The paper:" in text


def test_what_was_not_received_is_named_and_not_normal(on_day_70):
    text = Page(on_day_70).text
    assert "No result received" in text
    assert "Unknown is not normal" in text
    assert not re.search(r"\ball clear\b|\bhealthy\b|counts are normal", text, re.IGNORECASE)


def test_rows_that_could_not_be_used_stand_with_their_reason():
    text = Page(make_report(emergency())).text
    assert "a unit that leukon cannot convert" in text
    assert "furlong" in text
    assert "preliminary: not graded" in text


def test_codes_that_leukon_does_not_know_are_listed():
    review = reviewed("day code numeric_value\n0 anc 4.0\n1 LOCAL//IG 1.1")
    assert "“LOCAL//IG” (1 row)" in Page(make_report(review)).text


def test_a_person_without_data_gets_a_page_that_says_so():
    review = reviewed("day code numeric_value\n50 anc 4.0", until=60)
    nobody = leukon.review(events("day code numeric_value\n0 LOCAL//IG 1"), "alemtuzumab-ms", as_of=day(60).date())
    assert "No usable neutrophil count" in Page(make_report(nobody)).text
    assert "no course known" in Page(make_report(review)).text


def test_no_people_at_all_are_an_empty_work_list_and_no_error():
    empty = pa.table({"subject_id": pa.array([], pa.int64()), "time": pa.array([], pa.timestamp("us")),
                      "code": pa.array([], pa.string()), "numeric_value": pa.array([], pa.float64())})  # fmt: skip
    text = Page(make_report(leukon.review(empty, "alemtuzumab-ms", as_of="2000-01-01"))).text
    assert "Work list: act now 0, low 0, no result 0, data problem 0, routine 0" in text
    assert "never: no data" in text


def test_the_work_list_stands_by_urgency_and_links_to_each_patient(of_twelve):
    page = Page(of_twelve)
    heads = [line for line in page.text.splitlines() if re.fullmatch(r"[A-Z][a-z ]+: \d+ (person|people)", line)]
    assert [head.split(":")[0] for head in heads] == ["Act now", "Low", "No result", "Data problem", "Routine"]
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert sorted(links, key=lambda link: int(link[2:])) == [f"#p{number}" for number in range(1, 13)]
    assert {link[1:] for link in links} <= {attributes.get("id") for _, attributes in page.tags}


def test_of_250_people_the_200_most_urgent_are_shown_and_50_are_said_to_be_left_out(monkeypatch):
    monkeypatch.setattr("leukon.present.report._PICTURES", 0)
    html = make_report(group(250))
    assert "50 people are left out" in html
    assert html.count('<article class="patient"') == 200
    assert "Act now: 63 people" in html


def test_only_the_most_urgent_of_a_group_have_a_picture_and_the_others_say_so(monkeypatch):
    monkeypatch.setattr("leukon.present.report._PICTURES", 1)
    html = make_report(group(3))
    assert html.count("<svg") == 1
    assert Page(html).text.count("Not drawn: ") == 2


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;",
    "a" * 300,
]


@pytest.mark.parametrize("subject", HOSTILE, ids=["script", "attribute", "template", "entity", "long"])
def test_a_hostile_identifier_or_text_is_only_text(subject):
    rows = [
        ("anc", 0.4, None),
        ("anc", None, subject),
        (f"LOCAL//{subject}", 1.0, subject),
        ("condition", None, subject),
    ]
    table = pa.table(
        {
            "subject_id": pa.array([subject] * len(rows)),
            "time": pa.array([day(0)] * len(rows), pa.timestamp("us")),
            "code": [code for code, _, _ in rows],
            "numeric_value": pa.array([value for _, value, _ in rows], pa.float64()),
            "text_value": pa.array([text for _, _, text in rows], pa.string()),
            "unit": ["10*9/L"] * len(rows),
        }
    )
    html = make_report(leukon.review(table, "alemtuzumab-ms", as_of=day(1).date()))
    tags = {tag for tag, _ in Page(html).tags}
    assert not tags & {"script", "img", "b", "iframe", "object"}
    assert not any(name.startswith("on") for _, attributes in Page(html).tags for name in attributes)
    assert subject in Page(html).text
    assert ">49" not in html


def test_nothing_is_fetched_from_outside(on_day_70, of_twelve):
    for html in (on_day_70, of_twelve):
        for tag, attributes in Page(html).tags:
            assert tag not in {"script", "iframe", "img", "object", "embed", "form", "base"}
            for name in ("src", "href", "xlink:href", "action", "poster", "srcset"):
                assert re.match(r"(#|data:,$)", attributes.get(name, "#")), (tag, attributes)
        assert not re.search(r"@import|@font-face|url\((?!['\"]?#)", html)
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html


def test_the_title_names_nobody(on_day_70, of_twelve):
    assert "<title>leukon report</title>" in on_day_70
    assert "<title>leukon report</title>" in of_twelve


def test_ids_are_unique_though_pictures_bring_their_own(on_day_70, of_twelve):
    for html in (on_day_70, of_twelve):
        ids = re.findall(r'\sid="([^"]*)"', html)
        assert sorted(ids) == sorted(set(ids))
        assert set(re.findall(r"url\(#([^)]*)\)", html)) <= set(ids)


def test_the_same_review_gives_the_same_bytes(on_day_70):
    assert make_report(index_case(70)) == on_day_70


def test_a_report_stays_small(on_day_70, of_twelve):
    """One patient about 140 kB, of which two pictures are 100; 200 patients about 4 MB, of which 20 pictures are 1."""
    assert len(on_day_70.encode()) < 250_000
    assert len(re.sub(r"<svg.*?</svg>", "", of_twelve, flags=re.DOTALL).encode()) < 12 * 25_000


def test_every_table_has_a_caption_and_scopes(on_day_70, of_twelve):
    for html in (on_day_70, of_twelve):
        tables = re.findall(r"<table.*?</table>", html, re.DOTALL)
        assert tables
        for table in tables:
            assert re.search(r"<caption[^>]*>[^<]+</caption>", table)
            assert len(re.findall(r"<th ", table)) == table.count('scope="col"') + table.count('scope="row"')


def test_a_report_is_written_or_the_error_names_no_patient(tmp_path, on_day_70):
    path = write_report(index_case(70), tmp_path / "report.html")
    assert path.read_bytes().decode() == on_day_70
    with pytest.raises(UnwritableFolder) as error:
        write_report(judged(index_case(70), []), tmp_path / "missing" / "report.html")
    assert "vakrakou" not in str(error.value)
