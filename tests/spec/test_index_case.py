"""The index case: what the paper's patient must come to, as far as there are tables for it."""

from importlib.resources import files

import pyarrow.compute as pc
import pytest
from tests.tables import expect

import leukon


@pytest.fixture(scope="module")
def case():
    path = files("leukon").joinpath("examples", "index-case.csv")
    return leukon.review(leukon.read(str(path)), "alemtuzumab-ms", as_of="2000-05-20")  # day 140


def test_every_row_of_hers_is_used(case):
    assert case.unused.num_rows == 0
    expect(
        case.account,
        """
        use     reason rows subjects
        result  -      8    1
        dose    -      11   1
        finding -      13   1
        """,
    )


def test_she_had_one_course_of_five_doses(case):
    expect(
        case.courses,
        """
        subject_id    drug        course start_time last_dose_time doses total_dose_mg
        vakrakou-2018 alemtuzumab 1      2000-01-01 2000-01-05     5     60
        """,
    )


def test_her_counts_are_graded_in_both_editions(case):
    expect(
        case.results,
        """
        day analyte     value comparator course grade_v5 reason_v5 grade_v6 reason_v6        origin
        -   anc         10.9  -          0      -        no_lln    0        -                measured
        -   lymphocytes 2.3   -          0      -        no_lln    -        not_numeric_term measured
        -   wbc         14.5  -          0      -        no_lln    -        no_lln           measured
        65  anc         0.899 -          1      3        -         2        -                measured
        65  wbc         2     -          1      2        -         2        -                measured
        70  anc         0.5   -          1      3        -         2        -                measured
        74  anc         1.5   >=         1      -        no_lln    0        -                measured
        134 anc         1.5   >=         1      -        no_lln    0        -                measured
        """,
    )


def test_she_had_one_episode(case):
    expect(
        case.episodes,
        """
        subject_id    episode course onset_after_day onset_by_day nadir nadir_comparator nadir_day results derived_results
        vakrakou-2018 1       1      -1              65           0.5   -                70        2       0
        """,
    )


def test_its_worst_grade_is_3_in_the_fifth_and_2_in_the_sixth_edition(case):
    expect(case.episodes, "worst_grade_v5 worst_grade_v6\n3 2")


def test_it_was_over_between_day_70_and_day_74_confirmed_by_day_134(case):
    expect(
        case.episodes,
        "status recovered_after_time recovered_by_time recovered_by_day\nrecovered 2000-03-11 2000-03-15 74",
    )


def test_before_day_134_the_recovery_is_provisional():
    path = files("leukon").joinpath("examples", "index-case.csv")
    for as_of, status in (("2000-05-13", "recovering"), ("2000-05-14", "recovered")):
        review = leukon.review(leukon.read(str(path)), "alemtuzumab-ms", as_of=as_of)
        expect(review.episodes, f"status recovered_by_day observed_days\n{status} 74 9")


def test_it_was_observed_for_9_days_and_lasted_5_to_75(case):
    expect(case.episodes, "observed_days least_days most_days longest_gap_days\n9 5 75 5")


def test_it_was_treated_with_prednisolone_from_day_70_and_recovered_4_days_later(case):
    expect(
        case.episodes,
        """
        treatments                  treatment_start_day days_to_recovery_after_treatment
        corticosteroid:prednisolone 70                  4
        """,
    )


def test_the_papers_own_schedule_did_not_exist_for_her(case):
    cbc = case.schedule.filter(pc.equal(case.schedule["test"].cast("string"), "cbc"))
    expect(
        cbc,
        """
        due_day status   done_time  phase
        0       done     1999-12-31 baseline
        15      missed   -          every_15_days
        30      missed   -          every_15_days
        45      missed   -          every_15_days
        60      done     2000-03-06 every_15_days
        75      done     2000-03-11 every_15_days
        90      missed   -          every_15_days
        120     off_time -          monthly
        150     due      -          monthly
        180     upcoming -          monthly
        """,
    )


def test_what_the_paper_does_not_print_is_missed_not_normal(case):
    others = case.schedule.filter(pc.not_equal(case.schedule["test"].cast("string"), "cbc"))
    statuses = {(row["test"], row["due_day"]): row["status"] for row in others.to_pylist()}
    assert statuses == {
        **{("creatinine", day): "missed" for day in (0, 30, 60, 90, 120)},
        **{("urinalysis", day): "missed" for day in (0, 30, 60, 90, 120)},
        ("creatinine", 150): "due",
        ("urinalysis", 150): "due",
        ("creatinine", 180): "upcoming",
        ("urinalysis", 180): "upcoming",
        ("tsh", 0): "missed",
        ("tsh", 90): "missed",
        ("tsh", 180): "upcoming",
        ("liver", 0): "missed",
    }


def test_her_last_count_is_at_least_normal_and_says_so(case):
    expect(
        case.subjects,
        """
        subject_id    rows first_time last_time  last_anc last_anc_comparator last_anc_time
        vakrakou-2018 32   1999-12-31 2000-05-14 1.5      >=                  2000-05-14
        """,
    )
