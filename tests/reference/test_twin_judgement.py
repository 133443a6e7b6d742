"""The index case's work-up and findings through the twin, typed by hand from the clinical page, and edges of decision 11."""

from datetime import timedelta

import pytest

from .test_twin_index_case import INDEX_CASE, anc, day, dose, review, row
from .twin import COLUMNS

EVERYONE_LOW = "repeat_count@leukon-panel;look_for_infection@leukon-panel;review_drugs@leukon-panel"
AT_ONSET = (
    f"ask_fever@leukon-panel;haematology@leukon-panel;{EVERYONE_LOW};"
    "smear_for_lgl@vakrakou-2018;corticosteroid_not_yet@vakrakou-2018;g_csf_seen@gaitan-2017"
)
ON_STEROID = AT_ONSET.replace("haematology@", "fever_masked@leukon-panel;haematology@", 1)

WORKUP_ON_DAY_140 = """
repeat_smear              | artefact          | against  |    | 0.5  | 10^9/L | 70 |
other_drugs               | drug              | unknown  |    |      |        |    |
infection                 | infection         | against  |    |      |        | 66 | negative
lgl_smear                 | lgl_mechanism     | supports |    | 85   | %      | 65 | expected after depletion, not specific
lgl_absolute              | lgl_mechanism     | unknown  | <= | 0.99 | 10^9/L | 65 | lymphocytes at most WBC - ANC
nk_absolute               | lgl_mechanism     | against  | <= | 0.52 | 10^9/L | 66 | lymphocytes at most WBC - ANC
cd8_absolute              | lgl_mechanism     | against  | <= | 0.53 | 10^9/L | 66 | lymphocytes at most WBC - ANC
nk_fold                   | lgl_mechanism     | supports |    | 3.2  |        | 66 | expected after depletion, not specific
cd8_fold                  | lgl_mechanism     | supports |    | 1.5  |        | 66 | expected after depletion, not specific
b_cd4_depletion           | lgl_mechanism     | supports |    | 0.6  | %      | 66 | expected after depletion, not specific
hemoglobin                | marrow            | against  |    |      |        | 66 | normal speaks only weakly against
platelets                 | marrow            | against  |    |      |        | 66 | normal speaks only weakly against
complement                | complement        | against  |    |      |        | 66 | normal
antineutrophil_antibodies | antibodies        | unknown  |    |      |        |    |
earlier_counts            | benign            | against  |    | 10.9 | 10^9/L | -1 |
timing                    | late_autoimmunity | against  |    | 65   | d      | 65 |
"""
NOT_KNOWN_ON_DAY_65 = [
    "repeat_smear", "infection", "nk_absolute", "cd8_absolute", "nk_fold", "cd8_fold", "b_cd4_depletion", "hemoglobin",
    "platelets", "complement",
]  # fmt: skip
TESTS_ON_DAY_65 = """
routine | test_missed | 0  |  | 1 | slots |  | liver@lemtrada-us
routine | test_missed | 0  |  | 1 | slots |  | tsh@lemtrada-us
routine | test_missed | 0  |  | 2 | slots |  | creatinine@lemtrada-us
routine | test_missed | 0  |  | 2 | slots |  | urinalysis@lemtrada-us
routine | test_missed | 15 |  | 3 | slots |  | cbc@vakrakou-2018
routine | test_due    | 60 |  | 1 | slots |  | creatinine@lemtrada-us
routine | test_due    | 60 |  | 1 | slots |  | urinalysis@lemtrada-us
"""
LATER_TEST_ON_DAY_65 = """
routine | test_due    | 90 |  | 1 | slots |  | tsh@lemtrada-us
"""
FINDINGS = {
    65: f"""{TESTS_ON_DAY_65}
same_day | anc_same_day    | 65 |  | 0.899 | 10^9/L | 65 | {AT_ONSET}
same_day | fever_not_known | 65 |  | 0.899 | 10^9/L | 65 | ask_fever@leukon-panel;fever_does_not_wait@leukon-panel
{LATER_TEST_ON_DAY_65}""",
    70: f"""{TESTS_ON_DAY_65}
same_day | anc_same_day    | 65 |  | 0.5 | 10^9/L | 70 | {ON_STEROID}
same_day | fever_not_known | 65 |  | 0.5 | 10^9/L | 70 | ask_fever@leukon-panel;fever_does_not_wait@leukon-panel
{LATER_TEST_ON_DAY_65}""",
    140: """
routine | test_missed  | 0   |  | 1   | slots  |    | liver@lemtrada-us
routine | test_missed  | 0   |  | 2   | slots  |    | tsh@lemtrada-us
routine | test_missed  | 0   |  | 5   | slots  |    | creatinine@lemtrada-us
routine | test_missed  | 0   |  | 5   | slots  |    | urinalysis@lemtrada-us
routine | test_missed  | 15  |  | 4   | slots  |    | cbc@vakrakou-2018
routine | episode_over | 74  |  | 0.5 | 10^9/L | 70 |
routine | test_due     | 150 |  | 1   | slots  |    | cbc@vakrakou-2018
routine | test_due     | 150 |  | 1   | slots  |    | creatinine@lemtrada-us
routine | test_due     | 150 |  | 1   | slots  |    | urinalysis@lemtrada-us
""",
}


def cells(table):
    lines = [[cell.strip() or None for cell in line.split("|")] for line in table.strip().splitlines()]
    return [line for line in lines if len(line) > 1]


def number(cell):
    return None if cell is None else float(cell)


def day_of(cell):
    return None if cell is None else day(int(cell))


def expected_workup(without=()):
    """The work-up of day 140, less what was not known yet."""
    lines = []
    for item, cause, status, comparator, value, unit, fact_day, note in cells(WORKUP_ON_DAY_140):
        told = (status, comparator, number(value), unit, day_of(fact_day), note)
        lines.append((item, cause, *(("unknown", None, None, None, None, None) if item in without else told)))
    return lines


def workup_of(tables):
    columns = ["item", "cause", "status", "comparator", "value", "unit", "fact_time", "note"]
    return [tuple(line[column] for column in columns) for line in tables["workup"]]


@pytest.mark.parametrize(("as_of", "without"), [(65, NOT_KNOWN_ON_DAY_65), (70, []), (140, [])])
def test_the_index_case_has_the_work_up_of_the_clinical_page(as_of, without):
    tables = review(INDEX_CASE, as_of)
    assert workup_of(tables) == expected_workup(without)
    assert all(line["episode"] == 1 and line["subject_id"] == 1 for line in tables["workup"])
    assert all((line["next_test"] is not None) == (line["status"] == "unknown") for line in tables["workup"])


@pytest.mark.parametrize("as_of", FINDINGS)
def test_the_index_case_has_the_findings_of_the_clinical_page(as_of):
    columns = ["urgency", "finding", "since_time", "comparator", "value", "unit", "value_time", "next_steps"]
    tables = review(INDEX_CASE, as_of)
    found = [tuple(line[column] for column in columns) for line in tables["findings"]]
    assert found == [
        (urgency, name, day_of(since), comparator, number(value), unit, day_of(when), steps)
        for urgency, name, since, comparator, value, unit, when, steps in cells(FINDINGS[as_of])
    ]
    assert {line["fever"] for line in tables["findings"]} == {"unknown"}
    assert not any(line["preliminary"] for line in tables["findings"])
    about_episode = {"anc_same_day", "fever_not_known", "episode_over"}
    assert all((line["episode"] == 1) == (line["finding"] in about_episode) for line in tables["findings"])


def test_both_tables_have_the_columns_of_the_contract():
    tables = review(INDEX_CASE, 70)
    for name in ("workup", "findings"):
        assert all(list(line) == COLUMNS[name].split() for line in tables[name])


# --- edges --------------------------------------------------------------------------------------------------------------


def finding(number, code, text=None, unit=None, **more):
    return row(number, code, text, unit, **more)


def found(rows, as_of):
    """(finding, urgency) of the findings that no missing test makes."""
    names = [(line["finding"], line["urgency"]) for line in review(rows, as_of)["findings"]]
    return [one for one in names if not one[0].startswith(("test_", "no_recent"))]


COURSE = [anc(-1, "4"), *[dose(number) for number in range(5)]]
CALM = finding(64, "temperature", "36.8", "Cel")
FEVER = finding(64, "temperature", "38.0", "Cel")
FRINGE = finding(64, "temperature", "37.9", "Cel")


@pytest.mark.parametrize(
    ("value", "temperature", "finding_and_urgency"),
    [
        ("0.2", CALM, ("anc_emergency", "emergency")),
        ("0.2001", CALM, ("anc_same_day", "same_day")),
        ("0.5", CALM, ("anc_same_day", "same_day")),
        ("0.5001", CALM, ("anc_low", "soon")),
        ("0.5001", FRINGE, ("anc_low", "soon")),
        ("0.9999", FEVER, ("anc_emergency", "emergency")),
        ("1.0", FEVER, ("anc_low", "soon")),
        ("1.4999", CALM, ("anc_low", "soon")),
        ("<1.5", CALM, ("anc_low", "soon")),
    ],
)
def test_each_band_of_the_anc_has_its_urgency(value, temperature, finding_and_urgency):
    assert found([*COURSE, temperature, anc(65, value)], 65) == [finding_and_urgency]


def test_with_fever_unknown_a_count_below_1_is_of_the_same_day_and_fever_is_asked_for():
    rows = [*COURSE, finding(63, "temperature", "36.8", "Cel"), anc(65, "0.9")]
    assert found(rows, 65) == [("anc_same_day", "same_day"), ("fever_not_known", "same_day")]


def test_a_mild_count_becomes_routine_after_30_days():
    rows = [*COURSE, anc(65, "1.2")]
    assert found(rows, 95) == [("anc_low", "soon")]
    assert found(rows, 96) == [("anc_low", "routine")]


def test_a_recovery_after_a_severe_nadir_stays_soon():
    assert found([*COURSE, anc(65, "0.9999"), anc(67, "1.6")], 67) == [("anc_recovering", "soon")]
    assert found([*COURSE, anc(65, "1.0"), anc(67, "1.6")], 67) == [("anc_recovering", "routine")]


def test_white_cells_without_a_differential_are_judged_as_neutrophils():
    rows = [*COURSE, CALM, row(65, "wbc", "0.9999", "10*9/L")]
    [line] = [line for line in review(rows, 65)["findings"] if line["finding"] == "anc_low"]
    assert (line["episode"], line["comparator"], line["value"]) == (None, "<=", 0.9999)
    assert "differential_now@leukon-panel" in line["next_steps"]
    assert found([*rows[:-1], row(65, "wbc", "<1.0", "10*9/L")], 65) == [("anc_low", "soon")]
    assert found([*rows[:-1], row(65, "wbc", "1.0", "10*9/L")], 65) == []


def test_a_dose_does_not_mend_a_low_count():
    rows = [anc(-5, "1.2"), dose(0)]
    assert found(rows, 20) == [("anc_low", "soon"), ("episode_over", "routine")]
    assert found([*rows, anc(10, "1.8")], 20) == [("episode_over", "routine")]


def test_a_preliminary_count_is_shown_until_a_final_one_comes():
    rows = [*COURSE, CALM, anc(65, "0.3", status="preliminary")]
    assert found(rows, 65) == [("anc_same_day", "same_day")]
    assert found([*rows, anc(65, "1.9")], 65) == []


@pytest.mark.parametrize(
    ("earlier", "later", "is_doubtful"),
    [("0.7", "7", True), ("0.7", "6.9999", False), ("7", "0.7", True), ("7", "0.7001", False), ("2", "0", True)],
)
def test_a_tenfold_change_within_30_days_is_verified(earlier, later, is_doubtful):
    rows = [dose(0), anc(10, earlier), anc(40, later)]
    assert (("verify_now", "soon") in found(rows, 40)) == is_doubtful


def test_after_g_csf_a_rise_is_no_doubt():
    rows = [dose(0), anc(10, "0.7"), dose(20, "filgrastim"), anc(40, "7")]
    assert ("verify_now", "soon") not in found(rows, 40)


def test_a_count_that_could_not_be_used_is_verified():
    rows = [dose(0), anc(10, "2"), anc(11, "2000")]
    [line] = [line for line in review(rows, 40)["findings"] if line["finding"] == "verify_now"]
    assert (line["value"], line["unit"], line["since_time"]) == (None, None, day(11))


def test_a_derived_count_in_another_band_than_the_measured_one_is_shown():
    rows = [dose(0), anc(10, "0.6"), row(10, "wbc", "2", "10*9/L"), row(10, "neutrophils_percent", "80", "%")]
    [line] = [line for line in review(rows, 10)["findings"] if line["finding"] == "anc_disagreement"]
    assert line["value"] == 1.6
    rows[-1]["text_value"] = "45"
    assert ("anc_disagreement", "soon") not in found(rows, 10)


def test_a_drug_90_days_before_onset_takes_part_and_one_91_days_before_does_not():
    for number, status in [(-25, "supports"), (-26, "unknown")]:
        tables = review([*COURSE, dose(number, "clozapine"), dose(number, "carbimazole"), anc(65, "0.9")], 65)
        line = next(line for line in tables["workup"] if line["item"] == "other_drugs")
        assert (line["status"], line["note"]) == (status, "carbimazole;clozapine" if status == "supports" else None)


def test_silence_is_asked_about_after_interval_and_tolerance():
    rows = [dose(0), anc(10, "3")]
    asked = [any(line["finding"] == "no_recent_anc" for line in review(rows, as_of)["findings"]) for as_of in (30, 31)]
    assert asked == [False, True]


def test_monitoring_ends_the_day_after_1461_days():
    rows = [dose(0), anc(1460, "3")]
    assert found(rows, 1461) == []
    [line] = [line for line in review(rows, 1462)["findings"] if line["finding"] == "label_monitoring_ended"]
    assert line["since_time"] == day(0) + timedelta(days=1461)


@pytest.mark.parametrize(
    ("platelets", "finding_and_urgency"),
    [
        ("49.9", ("platelets_emergency", "emergency")),
        ("<50", ("platelets_emergency", "emergency")),
        ("50", ("platelets_same_day", "same_day")),
        ("<100", ("platelets_same_day", "same_day")),
        ("100", None),
        (">50", None),
    ],
)
def test_each_band_of_platelets_has_its_urgency(platelets, finding_and_urgency):
    rows = [dose(0), anc(10, "3"), row(10, "platelets", platelets, "10*9/L")]
    assert found(rows, 10) == ([finding_and_urgency] if finding_and_urgency else [])
