"""What to verify with the laboratory: tenfold changes, undecided and unusable values, two counts that disagree, preliminary ones."""

import pytest
from tests.spec.test_findings import all_but_tests, judged, said

ROW = "urgency episode since_time comparator value unit value_time"


def verify(rows, columns="value value_time", **how):
    return said(judged(rows, **how).findings, columns, finding="verify_now")


# ---- tenfold


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("45 anc 8.0; 55 anc 0.8", "0.8 55"),
        ("45 anc 8.0; 55 anc 0.800001", ""),
        ("45 anc 8.0; 55 anc 0.799999", "0.799999 55"),
        ("45 anc 0.3; 55 anc 3.0", "3 55"),
        ("45 anc 0.3; 55 anc 2.999999", ""),
        ("25 anc 8.0; 55 anc 0.8", "0.8 55"),
        ("25.99 anc 8.0; 55.01 anc 0.8", "0.8 55.01"),
        ("25.01 anc 8.0; 55.99 anc 0.8", "0.8 55.99"),
        ("24 anc 8.0; 55 anc 0.8", ""),
        ("24.99 anc 8.0; 55 anc 0.8", ""),
        ("30 anc 8.0; 40 anc 3.0; 50 anc 2.0; 55 anc 0.8", "0.8 55"),  # any of the 30 days
        ("45 anc 8.0; 50 anc 0.8; 55 anc 0.9", ""),  # only the latest is doubted
        ("55 anc 8.0; 55 anc 0.8", "0.8 55"),  # of one moment: the lower is the latest
        ("55.2 anc 8.0; 55.6 anc 0.8", "0.8 55.6"),
        ("45 anc 0.5; 55 anc 0", "0 55"),
        ("45 anc 0; 55 anc 0.5", "0.5 55"),
        ("45 anc 0; 55 anc 0", ""),
        ("45 anc 8.0; 55 anc <0.5", ""),  # only exact ones
        ("45 anc >=8.0; 55 anc 0.5", ""),
        ("45 wbc 20; 55 wbc 2", "2 55"),
        ("45 wbc 20; 55 wbc 2.000001", ""),
        ("45 hemoglobin 140; 55 hemoglobin 14", "14 55"),
        ("45 hemoglobin 140; 55 hemoglobin 14.1", ""),
        ("45 platelets 20; 55 platelets 200", "200 55"),
        ("45 platelets 20; 55 platelets 199", ""),
        ("45 lymphocytes 2.0; 55 lymphocytes 0.01", ""),
        ("45 cd4 1.0; 55 cd4 0.01", ""),
        ("45 cd8 0.01; 55 cd8 1.0", ""),
        ("45 creatinine 70; 55 creatinine 700", ""),
        ("45 tsh 0.1; 55 tsh 9", ""),
    ],
)
def test_a_tenfold_change_within_30_days_is_verified(rows, found):
    assert verify(rows) == found


def test_the_count_is_believed_meanwhile():
    rows = "45 anc 8.0; 55 anc 0.8; 60 unwell no"
    assert all_but_tests(judged(rows)) == "anc_low:soon verify_now:soon"
    assert said(judged(rows).findings, ROW, finding="verify_now") == "soon - 55 - 0.8 10^9/L 55"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("45 anc 0.2; 45 filgrastim 0.3; 55 anc 2.0", ""),
        ("45 anc 0.2; 50 pegfilgrastim 6; 55 anc 2.0", ""),
        ("45 anc 0.2; 55 lenograstim 0.3; 55 anc 2.0", ""),
        ("45.9 anc 0.2; 45.1 filgrastim 0.3; 55 anc 2.0", ""),  # on the day of the earlier count
        ("45 anc 0.2; 44.9 filgrastim 0.3; 55 anc 2.0", "2 55"),
        ("45 anc 0.2; 56 filgrastim 0.3; 55 anc 2.0", "2 55"),
        ("45 anc 0.2; 50 prednisolone 25; 55 anc 2.0", "2 55"),
        ("45 wbc 0.5; 50 filgrastim 0.3; 55 wbc 9.0", ""),
        ("45 platelets 20; 50 filgrastim 0.3; 55 platelets 210", "210 55"),
        ("45 anc 8.0; 50 filgrastim 0.3; 55 anc 0.8", "0.8 55"),  # a fall is doubted still
        ("40 anc 0.2; 45 filgrastim 0.3; 50 anc 0.2; 55 anc 2.0", "2 55"),  # after the dose it was low still
    ],
)
def test_after_g_csf_a_rise_is_no_doubt(rows, found):
    assert verify(rows) == found


# ---- undecided and unusable


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("55 anc <9", "soon - 55 < 9 10^9/L 55"),
        ("55 anc >0.4", "soon - 55 > 0.4 10^9/L 55"),
        ("50 anc 0.4; 55 anc <=1.5", "soon - 55 <= 1.5 10^9/L 55"),
        ("50 anc <9; 55 anc 0.9", ""),
        ("55 anc <1.5", ""),
        ("55 anc >=1.5", ""),
        ("55 wbc <9", ""),
        ("55 platelets <200", ""),
    ],
)
def test_an_anc_that_is_neither_low_nor_high_is_verified(rows, found):
    assert verify(rows, ROW) == found


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("50 anc 3.0; 55 anc 899", "soon - 55 - - - 55"),
        ("50 anc 3.0; 55 anc 0.9 unit=-", "soon - 55 - - - 55"),
        ("55 anc 899", "soon - 55 - - - 55"),
        ("55 anc 899; 56 anc 3.0", ""),
        ("55 anc 899; 55 anc 3.0", ""),  # not later
        ("50 wbc 3.0; 55 wbc 899", "soon - 55 - - - 55"),
        ("50 platelets 200; 55 platelets 6000", "soon - 55 - - - 55"),
        ("50 hemoglobin 130; 55 hemoglobin 13 unit=-", "soon - 55 - - - 55"),
        ("50 hemoglobin 130; 55 hemoglobin 1300", "soon - 55 - - - 55"),
        ("50 anc 3.0; 55 anc 0.9 unit=furlong", "soon - 55 - - - 55"),
        ("50 lymphocytes 1.0; 55 lymphocytes 899", ""),
        ("50 anc 3.0; 55 anc pending", "soon - 55 - - - 55"),
        ("50 anc 3.0; 55 anc 1,200", "soon - 55 - - - 55"),
        ("50 anc 3.0; 55 anc 0.1 status=F", "soon - 55 - - - 55"),
        ("50 anc 3.0; 55 anc 0.1 status=cancelled", ""),
    ],
)
def test_a_latest_row_that_could_not_be_used_is_verified(rows, found):
    assert verify(rows, ROW) == found


def test_an_unusable_row_does_not_hide_the_count_before():
    assert all_but_tests(judged("50 anc 0.4; 55 anc 899; 60 unwell no")) == "anc_same_day:same_day verify_now:soon"


def test_each_analyte_has_its_row_and_its_step():
    rows = """
    45 anc 8.0; 45 wbc 20; 45 hemoglobin 140; 45 platelets 20; 55 anc 0.8; 56 wbc 2; 57 hemoglobin 14; 58 platelets 200
    """
    assert verify(rows, "since_time value unit next_steps").split(" / ") == [
        "55 0.8 10^9/L verify_anc@leukon-panel",
        "56 2 10^9/L verify_wbc@leukon-panel",
        "57 14 g/L verify_hemoglobin@leukon-panel",
        "58 200 10^9/L verify_platelets@leukon-panel",
    ]


# ---- anc_disagreement


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("55 anc 0.9; 55 wbc 2.0; 55 neutrophils_percent 60", "soon - 55 - 1.2 10^9/L 55"),
        ("55 anc 0.9; 55 wbc 2.0; 55 neutrophils_percent 49", ""),  # 0.98: the same band
        ("55 anc 0.9; 55 wbc 2.0; 55 neutrophils_percent 50", "soon - 55 - 1 10^9/L 55"),
        ("55 anc 1.5; 55 wbc 2.0; 55 neutrophils_percent 74", "soon - 55 - 1.48 10^9/L 55"),
        ("55 anc 1.5; 55 wbc 9.0; 55 neutrophils_percent 90", ""),
        ("55 anc 0.5; 55 wbc 2.0; 55 neutrophils_percent 25.5", "soon - 55 - 0.51 10^9/L 55"),
        ("55 anc 0.5; 55 wbc 2.0; 55 neutrophils_percent 25", ""),
        ("55 anc 0.2; 55 wbc 1.0; 55 neutrophils_percent 21", "soon - 55 - 0.21 10^9/L 55"),
        ("55 anc 0.2; 55 wbc 1.0; 55 neutrophils_percent 20", ""),
        ("55 anc 0.9; 55 wbc 2.0; 55 neutrophils_percent 40; 55 bands_percent 20", "soon - 55 - 1.2 10^9/L 55"),
        ("55 anc 0.9; 55 segs 1.0; 55 bands 0.2", "soon - 55 - 1.2 10^9/L 55"),
        ("55 anc 0.9; 55 wbc 2.0; 55.1 neutrophils_percent 60", ""),
        ("50 anc 0.9; 50 wbc 2.0; 50 neutrophils_percent 60; 55 anc 0.9", ""),  # the latest only
        ("55 wbc 2.0; 55 neutrophils_percent 60", ""),
        ("55 anc 0.9", ""),
    ],
)
def test_a_measured_anc_and_the_one_its_white_cells_give_may_disagree(rows, found):
    assert said(judged(rows).findings, ROW, finding="anc_disagreement") == found


def test_white_cells_of_another_sample_disagree_with_nothing():
    rows = "55 anc 0.9 source=a; 55 wbc 2.0 source=b; 55 neutrophils_percent 60 source=b"
    assert said(judged(rows).findings, ROW, finding="anc_disagreement") == ""


# ---- preliminary


def preliminary(rows, columns="finding urgency episode since_time comparator value value_time", **how):
    findings = judged(rows, **how).findings
    marked = said(findings, columns, preliminary=True).split(" / ")
    return " / ".join(row for row in marked if not row.startswith("fever_not_known"))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("58 anc 0.2 status=preliminary", "anc_emergency emergency - 58 - 0.2 58"),
        ("58 anc 0.3 status=preliminary", "anc_same_day same_day - 58 - 0.3 58"),
        ("58 anc 0.5 status=preliminary", "anc_same_day same_day - 58 - 0.5 58"),
        ("58 anc 0.51 status=preliminary", "anc_low soon - 58 - 0.51 58"),
        ("58 anc 0.99 status=preliminary", "anc_low soon - 58 - 0.99 58"),
        ("58 anc 1.0 status=preliminary", "anc_low soon - 58 - 1 58"),
        ("58 anc 1.49 status=preliminary", "anc_low soon - 58 - 1.49 58"),
        ("58 anc 1.5 status=preliminary", ""),
        ("58 anc <0.5 status=preliminary", "anc_same_day same_day - 58 < 0.5 58"),
        ("58 anc <1.5 status=preliminary", "anc_low soon - 58 < 1.5 58"),
        ("58 anc <9 status=preliminary", ""),
        ("58 anc 300 unit=/uL status=preliminary", "anc_same_day same_day - 58 - 0.3 58"),
        ("58 anc 899 status=preliminary", ""),  # not plausible
        ("58 anc 0.3 unit=- status=preliminary", ""),
        ("58 wbc 0.4 status=preliminary", "anc_same_day same_day - 58 <= 0.4 58"),
        ("58 wbc 0.999999 status=preliminary", "anc_low soon - 58 <= 0.999999 58"),
        ("58 wbc 1.0 status=preliminary", ""),
        ("58 platelets 49 status=preliminary", "platelets_emergency emergency - 58 - 49 58"),
        ("58 platelets 50 status=preliminary", "platelets_same_day same_day - 58 - 50 58"),
        ("58 platelets 99 status=preliminary", "platelets_same_day same_day - 58 - 99 58"),
        ("58 platelets 100 status=preliminary", ""),
        ("58 hemoglobin 60 status=preliminary", ""),
        ("58 lymphocytes 0.1 status=preliminary", ""),
    ],
)
def test_a_preliminary_value_is_judged_as_if_it_were_final(rows, found):
    assert preliminary(f"{rows}; 60 unwell no") == found


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("58 anc 0.7 status=preliminary; 60 temperature 38", "anc_emergency emergency"),
        ("58 anc 0.7 status=preliminary; 60 temperature 37", "anc_low soon"),
        ("58 anc 0.7 status=preliminary", "anc_same_day same_day"),
        ("58 platelets 80 status=preliminary; 55 bleeding yes", "platelets_emergency emergency"),
    ],
)
def test_fever_and_bleeding_count_for_it_too(rows, found):
    assert preliminary(rows, "finding urgency") == found


@pytest.mark.parametrize(
    ("final", "found"),
    [
        ("57.9 anc 3.0", "0.3"),
        ("58 anc 3.0", ""),
        ("59 anc 3.0", ""),
        ("59 anc <9", ""),
        ("59 wbc 5.0", "0.3"),
        ("59 platelets 200", "0.3"),
    ],
)
def test_it_ends_with_a_final_count_of_that_analyte_at_the_same_time_or_later(final, found):
    assert preliminary(f"58 anc 0.3 status=preliminary; {final}; 60 unwell no", "value") == found


def test_of_several_the_latest_is_shown():
    rows = "57 anc 0.1 status=preliminary; 58 anc 0.7 status=preliminary; 60 unwell no"
    assert preliminary(rows, "finding value") == "anc_low 0.7"


def test_a_final_version_of_it_ends_it_and_before_that_is_known_it_is_shown():
    rows = """
    58 anc 0.3 status=preliminary source=a recorded=58
    58 anc 3.0 status=corrected source=a recorded=59.5
    58 unwell no
    59 unwell no
    """
    assert preliminary(rows, "value", until=58) == "0.3"
    assert all_but_tests(judged(rows, until=59)) == ""
    low = rows.replace("anc 3.0", "anc 0.4")
    assert said(judged(low).findings, "finding value preliminary episode") == "anc_same_day 0.4 False 1"


def test_a_cancelled_one_raises_nothing():
    rows = "58 anc 0.3 status=preliminary source=a recorded=58; 58 anc 0.3 status=cancelled source=a recorded=59"
    assert all_but_tests(judged(rows)) == ""


def test_it_opens_no_episode_and_is_no_result():
    review = judged("58 anc 0.3 status=preliminary")
    assert (review.episodes.num_rows, review.results.num_rows, review.workup.num_rows) == (0, 0, 0)


def test_it_stands_beside_the_row_of_an_open_episode_and_never_in_its_place():
    rows = "50 anc 0.7; 58 anc 0.1 status=preliminary; 60 unwell no"
    assert said(judged(rows).findings, "finding episode value preliminary") == (
        "anc_low 1 0.7 False / anc_emergency - 0.1 True"
    )
    rows = "50 anc 0.1; 58 anc 3.0 status=preliminary; 60 unwell no"
    assert said(judged(rows).findings, "finding episode value preliminary") == "anc_emergency 1 0.1 False"


def test_fever_is_asked_beside_it():
    findings = judged("58 anc 0.7 status=preliminary").findings
    assert said(findings, ROW, finding="fever_not_known") == "same_day - 58 - 0.7 10^9/L 58"


def test_a_preliminary_fall_or_tenfold_change_is_not_said():
    rows = "45 platelets 300; 55 platelets 120 status=preliminary; 45 wbc 20; 55 wbc 2 status=preliminary"
    assert all_but_tests(judged(rows)) == ""


# ---- preliminary differentials


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("58 wbc 1.5 status=preliminary; 58 neutrophils_percent 10 status=preliminary", "anc_emergency - 0.15"),
        ("58 wbc 3.0; 58 neutrophils_percent 10 status=preliminary", "anc_same_day - 0.3"),
        ("58 wbc 3.0 status=preliminary; 58 neutrophils_percent 10", "anc_same_day - 0.3"),
        ("58 segs 0.3 status=preliminary; 58 bands 0.1", "anc_same_day - 0.4"),
        ("58 wbc 3.0; 58 neutrophils_percent 60 status=preliminary", ""),
        # a final count of the same time or later ends it
        ("58 wbc 3.0; 58 neutrophils_percent 10 status=preliminary; 58 anc 2.0", ""),
        ("58 wbc 3.0; 58 neutrophils_percent 10 status=preliminary; 59 anc 2.0", ""),
        ("58 wbc 3.0; 58 neutrophils_percent 10 status=preliminary; 57 anc 2.0", "anc_same_day - 0.3"),
    ],
)
def test_an_anc_that_follows_from_a_preliminary_differential_is_shown_as_preliminary(rows, found):
    findings = judged(f"{rows}; 60 unwell no").findings
    assert said(findings, "finding comparator value", preliminary=True) == found
    assert judged(f"{rows}; 60 unwell no").episodes.num_rows == 0
