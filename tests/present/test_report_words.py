"""Words of findings and steps: what is shown names the fact, its day, its urgency, its source and its weight."""

import re
import tomllib
from pathlib import Path

import pytest
from tests.present.hand_made import emergency, finding, group, index_case, judged
from tests.present.rules import DOSE, ORDER, unquoted
from tests.spec.test_findings import judged as review_of
from tests.tables import day, reviewed

import leukon
from leukon.events.clock import read_as_of
from leukon.knowledge.judgement import FINDINGS
from leukon.present.next_steps import say_n, say_steps
from leukon.present.patient import gather
from leukon.present.patient_page import make_page
from leukon.present.report import make_report
from leukon.present.sentences import make_reading, merge_steps, say_finding
from leukon.present.summary import summarise
from leukon.present.urgency import GROUP_MEANS, GROUPS, URGENCIES, group_of, sort_findings

DATA = Path(leukon.__file__).with_name("knowledge") / "data"
PROTOCOL = leukon.load_protocol("alemtuzumab-ms")
READING = make_reading(PROTOCOL, [{"course": 1, "start_time": day(0)}], read_as_of(day(70).date()))
ANC = {"since": 65, "value": 0.5, "at": 70, "about": "anc"}


def said(row):
    return say_finding(row, READING)


def test_a_finding_names_count_unit_date_day_age_and_fever():
    text = said(finding("anc_same_day", "same_day", **ANC)).text
    assert text == (
        "Neutrophils (ANC) 0.5 × 10⁹/L on 2000-03-11 (day 70, today). Fever: not known. "
        "Below 1.5 since 2000-03-06 (day 65)."
    )


@pytest.mark.parametrize(
    ("comparator", "words"),
    [
        ("<", "below 0.1 × 10⁹/L"),
        ("<=", "at most 0.1 × 10⁹/L"),
        (">=", "0.1 × 10⁹/L or more"),
        (">", "above 0.1 × 10⁹/L"),
    ],
)
def test_a_comparator_is_said_in_words(comparator, words):
    row = finding("anc_emergency", "emergency", since=65, value=0.1, at=70, about="anc", comparator=comparator)
    assert f"Neutrophils (ANC) {words} on" in said(row).text


def test_an_old_count_says_how_old_it_is():
    assert "(day 60, 10 days ago)" in said(finding("anc_low", "soon", since=60, value=0.9, at=60, about="anc")).text


def test_a_second_course_is_named():
    reading = make_reading(
        PROTOCOL, [{"course": n, "start_time": day(at)} for n, at in ((1, 0), (2, 400))], read_as_of(day(433).date())
    )
    row = finding("anc_low", "soon", since=433, value=0.9, at=433, about="anc")
    assert "(day 33 of course 2, today)" in say_finding(row, reading).text


def test_white_cells_without_a_differential_are_not_called_a_neutrophil_count():
    row = finding("anc_same_day", "same_day", since=70, value=0.4, at=70, about="wbc", comparator="<=")
    assert "White cells (WBC) at most 0.4 × 10⁹/L: white cells without a differential" in said(row).text


def test_a_preliminary_result_says_so_first():
    row = said(
        finding("platelets_emergency", "emergency", since=70, value=40, at=70, about="platelets", preliminary=True)
    )
    assert row.title.endswith("(preliminary)")
    assert row.text.startswith("Preliminary result, not released by the laboratory yet.")


def test_a_value_that_could_not_be_used_is_not_a_number():
    assert said(finding("verify_now", "soon", since=70, at=70, about="wbc")).text.startswith(
        "White cells (WBC): a result without a usable number on 2000-03-11"
    )
    assert said(finding("renal", "same_day", since=70, at=70, about="urinalysis")).text.startswith("Urinalysis")


def test_nobody_ever_counted_is_missing_and_not_old():
    assert "missing: none was ever received" in said(finding("no_recent_anc", "soon", since=0)).text
    row = finding("no_recent_anc", "soon", since=29, value=41, unit="d", at=29)
    assert said(row).text == "The last usable neutrophil count is 41 days old."


@pytest.mark.parametrize("kind", FINDINGS)
@pytest.mark.parametrize("value", [None, 3.0])
def test_every_finding_of_every_protocol_has_words_for_any_row(kind, value):
    for name in leukon.list_protocols():
        protocol = leukon.load_protocol(name)
        for courses in ([], [{"course": 1, "start_time": day(0)}]):
            reading = make_reading(protocol, courses, read_as_of(day(70).date()))
            row = say_finding(finding(kind, "soon", since=65, value=value, at=None), reading)
            assert "None" not in row.text
            assert "{" not in row.text


def test_every_step_that_a_finding_may_offer_has_text_strength_n_and_source():
    for name in leukon.list_protocols():
        protocol = leukon.load_protocol(name)
        offered = ";".join(f"{step}@{known.source}" for step, known in protocol.steps.items())
        steps = say_steps(offered, protocol)
        assert [step.id for step in steps] == list(protocol.steps)
        for step in steps:
            assert step.text
            assert step.strength
            assert step.n is not None
            assert len(step.source) > 15, "a title, not a key"
            assert say_n(step).startswith(f"n = {step.n}")


def test_a_planned_test_is_a_step_by_its_own_name():
    (step,) = say_steps("cbc@vakrakou-2018", PROTOCOL)
    assert step.text == "Blood count with differential, as planned."
    assert say_n(step) == "n: not stated by the source"


def test_steps_of_several_findings_stand_once_in_their_first_order():
    rows = [
        finding("anc_same_day", "same_day", next_steps="ask_fever@leukon-panel;haematology@leukon-panel", **ANC),
        finding(
            "two_lines_low", "same_day", since=70, value=2, next_steps="haematology@leukon-panel;marrow@leukon-panel"
        ),
    ]
    assert [step.id for step in merge_steps([said(row) for row in rows])] == ["ask_fever", "haematology", "marrow"]


@pytest.mark.parametrize(
    ("kind", "urgency", "preliminary", "group_name"),
    [
        ("anc_emergency", "emergency", False, "act_now"),
        ("platelets_same_day", "same_day", True, "act_now"),
        ("anc_low", "soon", False, "low"),
        ("anc_low", "routine", False, "low"),
        ("anc_recovering", "routine", False, "low"),
        ("hemoglobin_fall", "soon", False, "low"),
        ("thyroid", "soon", False, "low"),
        ("anc_low", "soon", True, "data_problem"),
        ("verify_now", "soon", False, "data_problem"),
        ("anc_disagreement", "soon", False, "data_problem"),
        ("no_recent_anc", "soon", False, "no_result"),
        ("test_missed", "routine", False, "no_result"),
        ("test_overdue", "routine", False, "no_result"),
        ("test_due", "routine", False, "routine"),
        ("episode_over", "routine", False, "routine"),
    ],
)
def test_each_row_belongs_to_one_group_of_the_work_list(kind, urgency, preliminary, group_name):
    assert group_of(finding(kind, urgency, since=0, preliminary=preliminary)) == group_name


def test_the_most_urgent_comes_first_and_the_lower_count_before_the_higher():
    rows = [
        finding("test_due", "routine", since=0, value=1),
        finding("anc_low", "soon", since=1, value=0.9),
        finding("anc_low", "soon", since=1, value=0.6),
        finding("fever_not_known", "same_day", since=1, value=0.9),
        finding("platelets_emergency", "emergency", since=5, value=9),
    ]
    order = [(row["finding"], row["value"]) for row in sort_findings(rows)]
    assert order == [
        ("platelets_emergency", 9), ("fever_not_known", 0.9), ("anc_low", 0.6), ("anc_low", 0.9), ("test_due", 1),
    ]  # fmt: skip


def test_everybody_stands_once_in_the_work_list():
    worklist = summarise(group(12), 200).worklist
    assert sorted(worklist.subject_ids) == list(range(1, 13))
    assert sum(worklist.people.values()) == 12
    assert worklist.subject_ids[0] == 1, "the emergency"
    assert worklist.left_out == 0


def test_who_was_left_out_is_less_urgent_and_still_counted():
    every, some = summarise(group(36), 200).worklist, summarise(group(36), 5).worklist
    assert list(some.subject_ids) == list(every.subject_ids)[:5]
    assert (some.left_out, some.people) == (31, every.people)


def test_somebody_without_any_usable_count_is_unknown_and_never_routine():
    review = judged(reviewed("day code numeric_value\n0 alemtuzumab 12"), [])
    worklist = summarise(review, 200).worklist
    assert worklist.people["data_problem"] == 1
    banner = page_of(review).banner
    assert banner.urgency.id == "unknown"
    assert banner.title == "No usable neutrophil count"


def test_without_a_finding_nothing_is_called_normal():
    review = judged(reviewed("day code numeric_value\n0 anc 4.0"), [])
    banner = page_of(review).banner
    assert banner.title == "No finding that needs somebody today"
    assert banner.text == "As far as data were received up to 2000-01-01."


def test_the_banner_of_an_emergency_holds_all_that_is_needed_today():
    banner = page_of(emergency()).banner
    assert (banner.urgency.label, banner.title) == ("EMERGENCY", "Neutrophils dangerously low")
    assert "below 0.1 × 10⁹/L on 2000-02-06 (day 36, today). Fever: yes." in banner.text
    assert "0.7 on 2000-02-03 (day 33)" in banner.before
    assert "Platelets dangerously low (preliminary)" in [also.title for also in banner.also]


def test_the_index_case_asks_for_fever_before_anything_else():
    page = page_of(index_case(70))
    assert page.banner.fever.title == "Fever: not known to leukon. Ask now"
    assert page.steps[0].id == "ask_fever"


def test_the_corticosteroid_option_is_not_shown_while_fever_is_not_known():
    steps = {step.id for step in page_of(index_case(70)).steps}
    assert "corticosteroid_option" not in steps
    assert "corticosteroid_not_yet" in steps


def test_a_treatment_is_what_was_seen_and_no_effect():
    (episode,) = page_of(index_case(140)).episodes
    said = dict(episode.facts)["Treatments recorded"]
    assert "Prednisolone (corticosteroid), from day 70" in said
    assert said.endswith("This is what was seen; it does not show an effect.")


def test_every_row_of_the_work_up_says_something_and_unknown_is_counted():
    (episode,) = page_of(index_case(140)).episodes
    assert [len(row) for row in episode.workup.rows] == [6] * 16
    assert all(all(row) for row in episode.workup.rows)
    unknown = sum(row[1].startswith("? unknown") for row in episode.workup.rows)
    assert f"{unknown} are unknown" in episode.summary


def texts_of_the_protocol_files():
    """Every text that may be shown: titles, texts of findings and steps, tests that are offered, and notes."""
    for path in [DATA / "general.toml", *sorted((DATA / "protocols").glob("*.toml"))]:
        held = tomllib.loads(path.read_text())
        for table in ("findings", "steps", "workup"):
            for name, entry in held.get(table, {}).items():
                for key in ("title", "text", "strength", "display", "next_test"):
                    if key in entry:
                        yield f"{path.stem}.{table}.{name}.{key}", entry[key]
                yield from ((f"{path.stem}.{table}.{name}.notes", note) for note in entry.get("notes", {}).values())


@pytest.mark.parametrize(("name", "text"), list(texts_of_the_protocol_files()))
def test_no_text_orders_anything_or_names_a_dose_outside_a_quotation(name, text):
    assert not ORDER.search(unquoted(text)), text
    assert not DOSE.search(unquoted(text)), text


@pytest.mark.parametrize("text", [word.means for word in URGENCIES.values()] + list(GROUP_MEANS.values()))
def test_no_word_of_urgency_orders_anything(text):
    assert not ORDER.search(text)


def test_the_rules_find_an_order_and_a_dose():
    assert ORDER.search("Give filgrastim.")
    assert ORDER.search("Next: start prednisolone")
    assert not ORDER.search("It gave a rise; the course started.")
    assert DOSE.search("prednisolone 25 mg for 3 days")
    assert DOSE.search("300 µg/d")
    assert not DOSE.search("a fall of 20 g/L; protein/creatinine above 200 mg/g")
    assert unquoted('It gave "prednisolone 25 mg" once.') == "It gave  once."
    assert re.search("Act now", GROUPS["act_now"])


def page_of(review):
    (patient,) = gather(review, review.subjects["subject_id"].to_pylist())
    return make_page(1, patient, review, review.unused.to_pylist())


def test_what_was_not_received_stands_in_the_banner_of_a_quiet_page():
    banner = page_of(index_case(140)).banner
    assert (banner.urgency.id, banner.title) == ("routine", "No finding that needs somebody today")
    assert banner.before == "Routine findings: No result received; Episode over; Test due."


def test_a_value_that_no_rule_could_judge_is_named_with_the_reason():
    html = report_of("58 alt 2500; 58 tsh 0.001; 58 creatinine 600; 58 hemoglobin 55; 58 anc 3.0")
    for said in (
        "ALT 2500 U/L on 2000-02-28 (2 days ago) was not judged: no upper limit of normal came with it.",
        "was not judged: no limit of normal came with it.",
        "Creatinine 600 µmol/L on 2000-02-28 (2 days ago) was not judged: there is no earlier value to compare it with.",
        "Haemoglobin 55 g/L on 2000-02-28 (2 days ago) was not judged: there is no earlier value to compare it with.",
    ):
        assert said in html
    assert "not judged" not in report_of("50 hemoglobin 140; 58 hemoglobin 138; 58 alt 20 uln=40; 58 anc 3.0")


def report_of(rows):
    html = make_report(review_of(rows))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


# ---- a count that may be too high -----------------------------------------------------------------------------------

BY_DIFFERENCE = """
day code        numeric_value
-3  anc         4
0   alemtuzumab 12
14  wbc         2.0
14  lymphocytes 0.8
14  monocytes   0.25
14  eosinophils 0.04
14  basophils   0.01
"""


def test_an_anc_that_the_other_white_cells_leave_is_said_to_be_perhaps_too_high():
    page = page_of(reviewed(BY_DIFFERENCE, until=15))
    assert "The last neutrophil count is WBC less the other white cells, and may be too high." in page.received
    (row,) = [row for row in page.facts.rows if row[1] == "Neutrophils (ANC)" and "0.9" in row[2]]
    assert row[2] == "0.9 × 10⁹/L (derived, may be too high)"
    assert "takes bands, immature and atypical cells for neutrophils: it may be too high" in page.facts.remark


def test_nothing_is_said_to_be_too_high_once_neutrophils_were_counted():
    page = page_of(reviewed(BY_DIFFERENCE + "20 anc 1.8", until=21))
    assert "too high" not in page.received
    percent = page_of(reviewed("day code numeric_value\n1 wbc 2\n1 neutrophils_percent 45", until=2))
    assert "too high" not in percent.received + percent.facts.remark
    assert [row[2] for row in percent.facts.rows][-2:] == ["0.9 × 10⁹/L (derived)", "2 × 10⁹/L"]
