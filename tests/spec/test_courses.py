"""When was the drug given: doses to courses, and the course in force at a count."""

import pytest
from tests.tables import expect, reviewed


def test_doses_near_each_other_are_one_course():
    table = """
    day code        numeric_value
    0   alemtuzumab 12
    1   alemtuzumab 12
    2   alemtuzumab 12
    3   alemtuzumab 12
    4   alemtuzumab 12
    """
    expect(
        reviewed(table).courses,
        """
        subject_id drug        course start_time last_dose_time doses total_dose_mg
        1          alemtuzumab 1      2000-01-01 2000-01-05     5     60
        """,
    )


@pytest.mark.parametrize(("gap", "courses"), [(29, 1), (30, 1), (31, 2)])
def test_a_gap_of_at_most_thirty_days_stays_in_the_course(gap, courses):
    result = reviewed(f"day code numeric_value\n0 alemtuzumab 12\n{gap} alemtuzumab 12")
    assert result.courses.num_rows == courses


@pytest.mark.parametrize(
    ("first", "second", "courses"), [("0.99", "30", 1), ("0", "30.99", 1), ("0.99", "31", 2), ("0", "31", 2)]
)
def test_a_day_is_the_difference_of_dates_never_of_hours(first, second, courses):
    result = reviewed(f"day code numeric_value\n{first} alemtuzumab 12\n{second} alemtuzumab 12")
    assert result.courses.num_rows == courses


def test_the_gap_is_measured_from_the_dose_before_not_from_the_first():
    table = """
    day code        numeric_value
    0   alemtuzumab 12
    30  alemtuzumab 12
    60  alemtuzumab 12
    """
    expect(reviewed(table).courses, "course start_time last_dose_time doses\n1 2000-01-01 2000-03-01 3")


def test_two_courses_are_numbered_through_each_subject():
    table = """
    subject_id day code        numeric_value
    1          0   alemtuzumab 12
    1          1   alemtuzumab 12
    1          366 alemtuzumab 12
    1          367 alemtuzumab 12
    2          5   alemtuzumab 12
    """
    expect(
        reviewed(table).courses,
        """
        subject_id course start_time last_dose_time doses total_dose_mg
        1          1      2000-01-01 2000-01-02     2     24
        1          2      2001-01-01 2001-01-02     2     24
        2          1      2000-01-06 2000-01-06     1     12
        """,
    )


def test_the_total_is_null_if_any_dose_has_no_amount():
    table = """
    day code        numeric_value
    0   alemtuzumab 12
    1   alemtuzumab -
    400 alemtuzumab 12
    """
    expect(reviewed(table).courses, "course doses total_dose_mg\n1 2 -\n2 1 12")


def test_the_total_is_exact():
    rows = "\n".join(f"{n} alemtuzumab 0.1" for n in range(10))
    assert reviewed(f"day code numeric_value\n{rows}").courses["total_dose_mg"].to_pylist() == [1.0]


def test_two_doses_at_one_time_are_two_doses():
    table = """
    day code        numeric_value source_id
    0   alemtuzumab 12            A
    0   alemtuzumab 12            B
    """
    expect(reviewed(table).courses, "doses total_dose_mg\n2 24")


def test_only_the_protocols_drug_makes_a_course():
    table = """
    day code        numeric_value
    0   rituximab   1000
    0   filgrastim  0.3
    0   natalizumab 300
    """
    assert reviewed(table).courses.num_rows == 0


def test_a_dose_that_was_not_given_opens_no_course():
    table = """
    day code        numeric_value
    0   alemtuzumab 0
    40  alemtuzumab 12
    """
    expect(reviewed(table).courses, "course start_time doses\n1 2000-02-10 1")


def test_days_count_from_the_start_date_of_the_course_in_force():
    table = """
    day   code        numeric_value
    -1    anc         3.0
    0.5   alemtuzumab 12
    0.6   anc         3.0
    0.99  anc         3.0
    1     anc         3.0
    365   anc         3.0
    366.5 alemtuzumab 12
    367   anc         3.0
    """
    expect(
        reviewed(table).results,
        """
        row day course
        1   -   0
        3   0   1
        4   0   1
        5   1   1
        6   365 1
        8   1   2
        """,
    )


def test_a_count_earlier_on_the_first_day_is_still_before_the_course():
    table = """
    day  code        numeric_value
    0.4  anc         3.0
    0.5  alemtuzumab 12
    """
    expect(reviewed(table).results, "course day\n0 -")


def test_at_one_time_a_dose_comes_before_a_count():
    table = """
    day code        numeric_value
    0   anc         3.0
    0   alemtuzumab 12
    400 anc         1.0
    400 alemtuzumab 12
    """
    result = reviewed(table)
    expect(result.results, "row course day\n1 1 0\n3 2 0")
    expect(result.episodes, "course onset_after_day onset_by_day\n2 -400 0")


def test_another_subjects_course_is_never_in_force():
    table = """
    subject_id day code        numeric_value
    1          0   alemtuzumab 12
    2          5   anc         3.0
    3          0   anc         3.0
    3          4   alemtuzumab 12
    3          5   anc         3.0
    """
    expect(
        reviewed(table).results,
        """
        subject_id day course
        2          -   0
        3          -   0
        3          1   1
        """,
    )


def test_many_subjects_over_a_century_each_keep_their_own_course():
    subjects = range(4000)
    rows = "\n".join(f"{n} {n * 9} alemtuzumab 12\n{n} {n * 9 + 10} anc 1.0" for n in subjects)
    results = reviewed(f"subject_id day code numeric_value\n{rows}", until=40_000).results
    assert results["course"].to_pylist() == [1] * len(subjects)
    assert results["day"].to_pylist() == [10] * len(subjects)


def test_many_courses_of_one_subject_are_each_found():
    rows = "\n".join(f"{n * 40} alemtuzumab 12\n{n * 40 + 7} anc 3.0" for n in range(9))
    results = reviewed(f"day code numeric_value\n{rows}").results
    assert results["course"].to_pylist() == list(range(1, 10))
    assert results["day"].to_pylist() == [7] * 9
