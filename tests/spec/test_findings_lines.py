"""Platelets, haemoglobin, two lines, kidney, liver, thyroid: every limit on both sides."""

import pytest
from tests.spec.test_findings import all_but_tests, judged, said

ROW = "urgency episode since_time comparator value unit value_time"


def row(finding, rows, columns=ROW, **how):
    return said(judged(rows, **how).findings, columns, finding=finding)


def platelets(rows, columns="finding urgency"):
    findings = judged(rows).findings
    ids = ("platelets_emergency", "platelets_same_day", "platelets_fall")
    return " / ".join(filter(None, (said(findings, columns, finding=name) for name in ids)))


# ---- platelets

EMERGENCY, SAME_DAY = "platelets_emergency emergency", "platelets_same_day same_day"


@pytest.mark.parametrize(
    ("count", "found"),
    [
        ("0", EMERGENCY),
        ("49.999999", EMERGENCY),
        ("50", SAME_DAY),
        ("99.999999", SAME_DAY),
        ("100", ""),
        ("<49", EMERGENCY),
        ("<50", EMERGENCY),
        ("<51", SAME_DAY),
        ("<99", SAME_DAY),
        ("<100", SAME_DAY),
        ("<101", ""),
        (">=40", ""),
        (">=100", ""),
    ],
)
def test_low_platelets(count, found):
    assert platelets(f"58 platelets {count}") == found


@pytest.mark.parametrize(
    ("count", "bleeding", "found"),
    [
        ("99.999999", "60 bleeding yes", EMERGENCY),
        ("99.999999", "60 bleeding positive", EMERGENCY),
        ("60", "53 bleeding yes", EMERGENCY),
        ("60", "52.9 bleeding yes", SAME_DAY),
        ("60", "60 bleeding no", SAME_DAY),
        ("60", "60 bleeding negative", SAME_DAY),
        ("60", "55 bleeding yes; 60 bleeding no", EMERGENCY),
        ("100", "60 bleeding yes", ""),
        ("30", "60 bleeding no", EMERGENCY),
    ],
)
def test_bleeding_in_the_last_7_days_makes_low_platelets_an_emergency(count, bleeding, found):
    assert platelets(f"58 platelets {count}; {bleeding}") == found


def test_the_latest_platelets_count():
    assert platelets("50 platelets 20; 55 platelets 130") == ""
    assert platelets("50 platelets 130; 55 platelets 20; 55 platelets 30", "finding value") == "platelets_emergency 20"


@pytest.mark.parametrize(
    ("rows", "since"),
    [
        ("50 platelets 120; 55 platelets 90; 58 platelets 40", 55),
        ("40 platelets 90; 50 platelets 80; 58 platelets 40", 40),
        ("40 platelets 90; 50 platelets 100; 58 platelets 80", 58),
        ("40 platelets 99.9; 58 platelets 80", 40),
    ],
)
def test_since_when_the_platelets_have_been_below_100(rows, since):
    assert platelets(rows, "since_time value_time") == f"{since} 58"


def test_a_platelet_row_has_no_episode():
    assert platelets("50 anc 0.9; 58 platelets <40", ROW) == "emergency - 58 < 40 10^9/L 58"


BEFORE_AND_DOSE = "-5 platelets 300; 0 alemtuzumab 12"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (f"{BEFORE_AND_DOSE}; 58 platelets 150", "soon - 58 - 150 10^9/L 58"),
        (f"{BEFORE_AND_DOSE}; 58 platelets 150.000001", ""),
        (f"{BEFORE_AND_DOSE}; 58 platelets 100", "soon - 58 - 100 10^9/L 58"),
        (f"{BEFORE_AND_DOSE}; 58 platelets 99.999999", ""),  # low is said instead
        (f"{BEFORE_AND_DOSE}; 50 platelets 200; 58 platelets 150", "soon - 58 - 150 10^9/L 58"),
        (f"{BEFORE_AND_DOSE}; 50 platelets 140; 58 platelets 150", "soon - 58 - 150 10^9/L 58"),
        ("-5 platelets 200; 0 alemtuzumab 12; 50 platelets 300; 58 platelets 150", "soon - 58 - 150 10^9/L 58"),
        ("-5 platelets 200; 0 alemtuzumab 12; 50 platelets 299; 58 platelets 150", ""),
        (
            "-5 platelets 200; 0 alemtuzumab 12; 40 platelets 400; 50 platelets 290; 58 platelets 150",
            "",
        ),  # not the highest
        ("-9 platelets 900; -5 platelets 200; 0 alemtuzumab 12; 58 platelets 150", ""),  # the last before the course
        ("50 platelets 300; 58 platelets 150", "soon - 58 - 150 10^9/L 58"),  # without a course: the one just before
        ("40 platelets 300; 50 platelets 290; 58 platelets 150", ""),
        (f"{BEFORE_AND_DOSE}; 58 platelets <150", ""),
        ("-5 platelets >300; 0 alemtuzumab 12; 58 platelets 110", ""),
        ("58 platelets 150", ""),
    ],
)
def test_platelets_that_halved_since_before_the_course_or_the_last_count(rows, found):
    assert row("platelets_fall", rows) == found


def test_the_baseline_is_that_of_the_last_course():
    rows = "-5 platelets 400; 0 alemtuzumab 12; 390 platelets 210; 400 alemtuzumab 12; 420 platelets {}"
    assert row("platelets_fall", rows.format(110), until=430) == ""
    assert row("platelets_fall", rows.format(105), until=430) == "soon - 420 - 105 10^9/L 420"


# ---- haemoglobin


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("-5 hemoglobin 140; 0 alemtuzumab 12; 58 hemoglobin 120", "soon - 58 - 120 g/L 58"),
        ("-5 hemoglobin 140; 0 alemtuzumab 12; 58 hemoglobin 120.000001", ""),
        ("-5 hemoglobin 14.0 unit=g/dL; 0 alemtuzumab 12; 58 hemoglobin 12.0 unit=g/dL", "soon - 58 - 120 g/L 58"),
        ("-5 hemoglobin 125; 0 alemtuzumab 12; 50 hemoglobin 140; 58 hemoglobin 120", "soon - 58 - 120 g/L 58"),
        ("-5 hemoglobin 125; 0 alemtuzumab 12; 50 hemoglobin 139; 58 hemoglobin 120", ""),
        ("-5 hemoglobin 140; 0 alemtuzumab 12; 50 hemoglobin 115; 58 hemoglobin 118", "soon - 58 - 118 g/L 58"),
        ("-5 hemoglobin 140; 0 alemtuzumab 12; 58 hemoglobin <110", ""),
        ("50 hemoglobin 140; 58 hemoglobin 120", "soon - 58 - 120 g/L 58"),
        ("58 hemoglobin 60", ""),
    ],
)
def test_haemoglobin_that_fell_by_20(rows, found):
    assert row("hemoglobin_fall", rows) == found


# ---- two lines


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("50 anc 1.499999; 55 platelets 99.999999", "same_day - 55 - 2 lines 55"),
        ("55 anc 0.9; 50 hemoglobin 99.999999", "same_day - 55 - 2 lines 55"),
        ("50 platelets 90; 58 hemoglobin 90", "same_day - 58 - 2 lines 58"),
        ("50 anc 0.9; 52 platelets 90; 54 hemoglobin 90", "same_day - 54 - 3 lines 54"),
        ("50 anc 1.5; 55 platelets 90", ""),
        ("50 anc 0.9; 55 platelets 100", ""),
        ("50 anc 0.9; 55 hemoglobin 100", ""),
        ("50 anc 0.9; 52 platelets 90; 55 platelets 100", ""),
        ("50 anc 0.9; 52 anc 2.0; 55 platelets 90", ""),  # recovering
        ("50 anc 0.9; 52 anc 2.0; 54 wbc 0.8; 55 platelets 90", "same_day - 55 - 2 lines 55"),
        ("54 wbc 0.8; 50 platelets 90", "same_day - 54 - 2 lines 54"),
        ("50 anc 0.9; 53 anc <9; 55 platelets 90", "same_day - 55 - 2 lines 55"),
        ("50 lymphocytes 0.1; 55 platelets 90", ""),
        ("55 platelets 90", ""),
    ],
)
def test_two_of_three_lines_low(rows, found):
    assert row("two_lines_low", rows) == found


# ---- kidney


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("-5 creatinine 70; 0 alemtuzumab 12; 58 creatinine 91", ""),
        ("-5 creatinine 70; 0 alemtuzumab 12; 58 creatinine 91.000001", "same_day - 58 - 91.000001 umol/L 58"),
        ("-5 creatinine 100; 0 alemtuzumab 12; 58 creatinine 130", ""),
        ("-5 creatinine 100; 0 alemtuzumab 12; 58 creatinine 131", "same_day - 58 - 131 umol/L 58"),
        ("-5 creatinine 1.0 unit=mg/dL; 0 alemtuzumab 12; 58 creatinine 1.3 unit=mg/dL", ""),
        ("-5 creatinine 70; 0 alemtuzumab 12; 58 creatinine >91", ""),  # only exact ones
        ("-5 creatinine 70; 0 alemtuzumab 12; 50 creatinine 140; 58 creatinine 80", ""),
        # without a value from before the first course the first of all is what is known
        ("0 alemtuzumab 12; 10 creatinine 70; 58 creatinine 140", "same_day - 58 - 140 umol/L 58"),
        ("10 creatinine 70; 58 creatinine 140", ""),  # no course: 140 is the last before one, and its own baseline
        # a dose mends nothing: the value keeps the baseline of its own course, and that of the first
        ("-5 creatinine 70; 0 alemtuzumab 12; 58 creatinine 140; 59 alemtuzumab 12", "same_day - 58 - 140 umol/L 58"),
        (
            "-50 creatinine 70; 0 alemtuzumab 12; 50 creatinine 90; 55 alemtuzumab 12; 58 creatinine 92",
            "same_day - 58 - 92 umol/L 58",
        ),
        # of two values at once the worse one counts
        ("-5 creatinine 70; 0 alemtuzumab 12; 58 creatinine 140; 58 creatinine 71", "same_day - 58 - 140 umol/L 58"),
        ("58 urine_protein_creatinine 200", ""),
        ("58 urine_protein_creatinine 200.000001", "same_day - 58 - 200.000001 mg/g 58"),
        ("58 urine_protein_creatinine 0.3 unit=mg/mg", "same_day - 58 - 300 mg/g 58"),
        ("50 urine_protein_creatinine 300; 58 urine_protein_creatinine 100", ""),
        ("58 urine_rbc 5", ""),
        ("58 urine_rbc 6", "same_day - 58 - 6 /[HPF] 58"),
        ("58 urine_rbc >5", "same_day - 58 > 5 /[HPF] 58"),
        ("58 urine_rbc >=5", ""),
        ("58 urine_rbc 3 uln=3", ""),
        ("58 urine_rbc 4 uln=3", "same_day - 58 - 4 /[HPF] 58"),
        ("58 urine_rbc 9 uln=10", ""),  # its own limit goes first
        ("58 urinalysis positive", "same_day - 58 - - - 58"),
        ("58 urinalysis yes", "same_day - 58 - - - 58"),
        ("58 urinalysis negative", ""),
        ("58 urinalysis no", ""),
        ("58 urinalysis normal", ""),
        ("50 urinalysis positive; 58 urinalysis negative", ""),
        ("50 urinalysis negative; 58 urinalysis positive", "same_day - 58 - - - 58"),
    ],
)
def test_the_kidney(rows, found):
    assert row("renal", rows) == found


def test_each_fact_about_the_kidney_has_its_row():
    rows = """
    -5 creatinine 70; 0 alemtuzumab 12; 55 creatinine 140; 56 urine_rbc 20; 57 urine_protein_creatinine 900
    58 urinalysis positive
    """
    assert row("renal", rows, "since_time value unit").split(" / ") == [
        "55 140 umol/L",
        "56 20 /[HPF]",
        "57 900 mg/g",
        "58 - -",
    ]


# ---- liver and thyroid


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("58 alt 120 uln=40", "same_day - 58 - 120 U/L 58"),
        ("58 alt 119.999999 uln=40", ""),
        ("58 ast 105 uln=35", "same_day - 58 - 105 U/L 58"),
        ("58 ast 104.999999 uln=35", ""),
        ("58 alt 2 unit=ukat/L uln=0.6", "same_day - 58 - 120 U/L 58"),
        ("58 alt 5000", ""),  # without a limit nothing is said
        ("50 alt 400 uln=40; 58 alt 50 uln=40", ""),
        ("58 alt >120 uln=40", "same_day - 58 > 120 U/L 58"),
    ],
)
def test_liver_enzymes_from_three_times_their_upper_limit(rows, found):
    assert row("liver", rows) == found


def test_each_enzyme_has_its_row():
    assert row("liver", "55 alt 400 uln=40; 57 ast 500 uln=35", "since_time value") == "55 400 / 57 500"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("58 tsh 0.399999 lln=0.4 uln=4", "soon - 58 - 0.399999 mU/L 58"),
        ("58 tsh 0.4 lln=0.4 uln=4", ""),
        ("58 tsh 4 lln=0.4 uln=4", ""),
        ("58 tsh 4.000001 lln=0.4 uln=4", "soon - 58 - 4.000001 mU/L 58"),
        ("58 tsh 0.01", ""),
        ("58 tsh 90", ""),
        ("58 tsh 90 lln=0.4", ""),
        ("58 tsh 0.1 lln=0.4", "soon - 58 - 0.1 mU/L 58"),
        ("58 tsh <0.01 lln=0.4 uln=4", "soon - 58 < 0.01 mU/L 58"),
        ("50 tsh 0.01 lln=0.4 uln=4; 58 tsh 2 lln=0.4 uln=4", ""),
    ],
)
def test_tsh_outside_its_range(rows, found):
    assert row("thyroid", rows) == found


# ---- what raises nothing


def test_lymphocytes_and_their_subsets_raise_nothing():
    rows = """
    -5 anc 3.0; -5 lymphocytes 2.0; 0 alemtuzumab 12; 58 anc 3.0; 58 lymphocytes 0; 58 cd4 0; 58 cd8 0.01; 58 nk 0
    58 lymphocytes_percent 0; 58 cd4_percent 0; 58 b_cells_percent 0; 58 lgl_percent 95; 58 nk_fold 9
    """
    assert all_but_tests(judged(rows)) == ""


def test_nothing_is_raised_by_values_that_are_well():
    rows = """
    -5 anc 3.0; -5 platelets 250; -5 hemoglobin 140; -5 creatinine 70; 0 alemtuzumab 12
    58 anc 3.0; 58 wbc 5.0; 58 platelets 240; 58 hemoglobin 138; 58 creatinine 75; 58 urinalysis negative
    58 tsh 2 lln=0.4 uln=4; 58 alt 20 uln=40; 58 ast 20 uln=40; 58 urine_rbc 1; 58 urine_protein_creatinine 50
    """
    assert all_but_tests(judged(rows)) == ""


@pytest.mark.parametrize("code", ["wbc 12", "wbc 1.5", "anc 29", "platelets 900", "hemoglobin 190", "cd4_percent 10"])
def test_nor_by_one_value_that_has_no_finding(code):
    assert all_but_tests(judged(f"58 anc 3.0; 59 {code}")) == ""


# ---- two values at once, and doses in between


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("58 alt 900 uln=40; 58 alt 30 uln=40", "liver 900"),
        ("58 tsh 9 lln=0.4 uln=4; 58 tsh 2 lln=0.4 uln=4", "thyroid 9"),
        ("58 tsh 2 lln=0.4 uln=4; 58 tsh 0.1 lln=0.4 uln=4", "thyroid 0.1"),
        ("58 urine_protein_creatinine 500; 58 urine_protein_creatinine 20", "renal 500"),
        ("57 alt 900 uln=40; 58 alt 30 uln=40", ""),  # earlier is not at once
    ],
)
def test_of_two_values_at_once_the_one_beyond_its_limit_counts(rows, found):
    assert said(judged(rows).findings, "finding value") == found


def test_a_dose_mends_no_fall():
    rows = "-5 platelets 300; -5 hemoglobin 140; 0 alemtuzumab 12; 58 platelets 120; 58 hemoglobin 110"
    falls = ["hemoglobin_fall", "platelets_fall"]
    for more in ("", "; 59 alemtuzumab 12"):
        found = judged(rows + more).findings.to_pylist()
        assert sorted(row["finding"] for row in found if row["finding"].endswith("_fall")) == falls
