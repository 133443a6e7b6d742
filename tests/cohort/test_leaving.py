"""What of a cohort may leave the house: no small number is in any table."""

from datetime import date

import pyarrow as pa
import pytest
from bench.generate import draw_events

import leukon
from leukon.cohort.counts import count_review
from leukon.cohort.estimates import estimate_cohort
from leukon.cohort.leaving import FIGURES, RULES, make_presentable
from leukon.cohort.thinned import thin
from leukon.knowledge.library import load_protocol


@pytest.fixture(scope="module")
def counted():
    """800 invented people, some with episodes, some treated."""
    events = next(draw_events(800, 30, 5, 800))
    return count_review(leukon.review(events, "alemtuzumab-ms", as_of=date(2019, 6, 30)))


@pytest.fixture(scope="module")
def cohort(counted):
    return estimate_cohort(counted, load_protocol("alemtuzumab-ms"))


@pytest.fixture(scope="module")
def shown(cohort, counted):
    return make_presentable(cohort, counted)


def test_without_hiding_and_rounding_the_cohort_stays_as_it_is(cohort, counted):
    assert make_presentable(cohort, counted, 1, 1) is cohort


def test_no_small_number_and_none_that_is_not_rounded_is_shown(shown, cohort):
    small_before = 0
    for name, table in shown.tables.items():
        counted = (
            FIGURES[name].count_names
            if name in FIGURES
            else (*RULES[name].whole, *RULES[name].cells)
            if name in RULES
            else ()
        )
        amounts = FIGURES[name].amounts if name in FIGURES else ()
        for column in (column for column in counted if column not in amounts):
            small_before += sum(0 < (value or 0) < 5 for value in cohort.tables[name][column].to_pylist())
            assert {value % 5 for value in table[column].to_pylist() if value is not None} <= {0}, (name, column)
    assert small_before > 100  # else there was nothing to hide


def test_what_is_made_of_a_hidden_number_is_hidden_too(shown):
    hidden = [row for row in shown.tables["incidence"].to_pylist() if row["with_event"] is None]
    assert hidden
    assert all(row["proportion"] is row["proportion_low"] is row["proportion_high"] is None for row in hidden)
    hidden = [row for row in shown.tables["nadir_limits"].to_pylist() if row["hidden"]]
    assert hidden
    assert all(row["share"] is row["share_low"] is row["share_high"] is row["beyond"] is None for row in hidden)


def test_a_hidden_course_hides_all_courses_of_the_drug(shown):
    table = shown.tables["durations"].to_pylist()
    touched = {(row["drug"], row["dating"]) for row in table if row["hidden"] and row["drug"] and row["course"]}
    for row in table:
        if row["course"] is None and (row["drug"], row["dating"]) in touched:
            assert row["episodes"] is None


def test_the_lowest_nadir_is_that_of_one_person_and_never_shown(shown, cohort):
    assert any(row["lowest"] is not None for row in cohort.tables["nadirs"].to_pylist())
    assert all(row["lowest"] is None for row in shown.tables["nadirs"].to_pylist())


def test_lanes_of_single_episodes_and_masses_between_two_counts_stay_in_the_house(shown, cohort):
    assert cohort.tables["lanes"].num_rows
    assert "lanes" not in shown.tables
    assert cohort.tables["onset_intervals"].num_rows
    assert shown.tables["onset_intervals"].num_rows == 0


def test_curves_of_recovery_are_told_every_seven_days(shown):
    assert {day % 7 for day in shown.tables["recovery_curves"]["day"].to_pylist()} == {0}


CURVE = pa.table(
    {
        "dating": ["least"] * 4 + ["most"] * 2,
        "day": [2, 6, 9, 15, 3, 8],
        "at_risk": [30, 24, 12, 4, 6, 3],
        "recovered": [6, 12, 6, 0, 3, 3],
        "censored": [0, 0, 2, 4, 0, 0],
        "share": [0.2, 0.6, 0.8, 0.8, 0.5, 1.0],
    }
)


def test_a_thinned_curve_sums_what_happened_since_its_last_day():
    assert thin(CURVE, ["dating"], ["recovered", "censored"], 5, 7).to_pylist() == [
        {"dating": "least", "day": 0, "at_risk": 30, "recovered": 0, "censored": 0, "share": None},
        {"dating": "least", "day": 7, "at_risk": 12, "recovered": 18, "censored": 0, "share": 0.6},
        {"dating": "least", "day": 14, "at_risk": 4, "recovered": 6, "censored": 2, "share": None},
        {"dating": "most", "day": 0, "at_risk": 6, "recovered": 0, "censored": 0, "share": None},
        {"dating": "most", "day": 7, "at_risk": 3, "recovered": 3, "censored": 0, "share": None},
    ]  # fmt: skip


def test_nothing_is_lost_by_thinning_up_to_its_last_day():
    thinned = thin(CURVE.slice(0, 4), ["dating"], ["recovered", "censored"], 1, 5)
    assert sum(thinned["recovered"].to_pylist()) == 24
    assert thin(CURVE.slice(0, 0), ["dating"], ["recovered", "censored"], 5, 7).num_rows == 0
