"""When was the count low: onset, nadir, recovery and status of each episode, and what is not known of them."""

import pytest
from tests.tables import expect, reviewed


def anc(counts, **how):
    """Review of an ANC on days after a dose on day 0: `10:0.9 20:<1.5`; `dose` in place of a number is a dose."""
    rows = ["0 alemtuzumab 12 mg"]
    for day, said in (part.split(":") for part in counts.split()):
        rows.append(f"{day} alemtuzumab 12 mg" if said == "dose" else f"{day} anc {said} 10*9/L")
    return reviewed("day code text_value unit\n" + "\n".join(rows), **how)


# ---- opening


@pytest.mark.parametrize(
    ("count", "episodes"),
    [
        ("0", 1),
        ("1.499999", 1),
        ("1.5", 0),
        ("1.500001", 0),
        ("<1.5", 1),
        ("<=1.5", 0),
        ("<=1.499999", 1),
        ("<1.500001", 0),
        ("<0.1", 1),
        (">=0.1", 0),
        (">0.1", 0),
        (">=1.5", 0),
    ],
)
def test_an_episode_begins_where_all_that_a_count_allows_is_below_the_limit(count, episodes):
    assert anc(f"10:{count}").episodes.num_rows == episodes


@pytest.mark.parametrize(
    ("count", "status"),
    [
        ("1.5", "recovering"),
        ("1.499999", "ongoing"),
        (">=1.5", "recovering"),
        (">=1.499999", "ongoing"),
        (">1.5", "recovering"),
        (">1.499999", "ongoing"),
        ("<1.5", "ongoing"),
        ("<=1.5", "ongoing"),
        ("<9", "ongoing"),
        ("<=9", "ongoing"),
    ],
)
def test_a_count_is_high_where_all_it_allows_is_at_or_above_the_limit(count, status):
    assert anc(f"10:0.9 20:{count}").episodes["status"].to_pylist() == [status]


def test_onset_lies_between_the_last_high_count_and_the_first_low_one():
    expect(
        anc("-40:3.0 3:2.5 10:0.9 12:0.8").episodes,
        """
        episode course onset_after_time onset_by_time onset_after_day onset_by_day results
        1       1      2000-01-04       2000-01-11    3               10           2
        """,
    )


def test_the_last_high_count_before_may_be_long_ago_and_in_an_earlier_course():
    expect(
        anc("-900:3.0 10:0.9").episodes,
        "course onset_after_day onset_by_day onset_after_time\n1 -900 10 1997-07-15",
    )


def test_onset_after_is_null_without_a_high_count_before():
    expect(
        anc("10:0.9 20:2.0 40:2.0").episodes,
        "onset_after_time onset_after_day observed_days least_days most_days status\n- - 10 0 - recovered",
    )


# ---- recovery


def test_a_confirmed_recovery():
    expect(
        anc("0:3.0 65:0.899 70:0.5 74:2.0 134:2.1", until=140).episodes,
        """
        status    recovered_after_time recovered_by_time recovered_by_day observed_days least_days most_days
        recovered 2000-03-11           2000-03-15        74               9             5          74
        """,
    )


@pytest.mark.parametrize(("days", "status"), [(6, "recovering"), (7, "recovered"), (8, "recovered")])
def test_two_high_counts_confirm_the_recovery_if_seven_days_lie_between_them(days, status):
    expect(
        anc(f"10:0.9 20:2.0 {20 + days}:2.0").episodes,
        f"status recovered_by_day observed_days\n{status} 20 10",
    )


@pytest.mark.parametrize(
    ("first", "second", "status"), [("20.99", "27.01", "recovered"), ("20.01", "26.99", "recovering")]
)
def test_the_days_of_recovery_are_dates_never_hours(first, second, status):
    assert anc(f"10:0.9 {first}:2.0 {second}:2.0").episodes["status"].to_pylist() == [status]


def test_a_single_high_count_is_a_provisional_recovery_however_old():
    expect(
        anc("10:0.9 20:2.0", until=5000).episodes,
        """
        status     recovered_after_time recovered_by_time recovered_by_day observed_days most_days
        recovering 2000-01-11           2000-01-21        20               10            -
        """,
    )


def test_many_high_counts_within_six_days_are_still_provisional():
    assert anc("10:0.9 20:2.0 21:2.0 22:2.0 23:2.0 26:2.0").episodes["status"].to_pylist() == ["recovering"]


def test_a_series_of_three_recovers_at_its_first_count():
    expect(anc("10:0.9 20:2.0 24:2.0 27:2.0").episodes, "status recovered_by_day\nrecovered 20")


def test_a_recovery_interrupted_by_a_low_count_is_none():
    expect(
        anc("10:0.9 20:2.0 24:1.4 30:2.0 40:2.0").episodes,
        """
        episode results recovered_after_time recovered_by_day observed_days least_days status
        1       2       2000-01-25           30               20            14         recovered
        """,
    )


@pytest.mark.parametrize(
    ("days", "episodes"), [(6, ["ongoing"]), (7, ["recovered", "ongoing"]), (8, ["recovered", "ongoing"])]
)
def test_a_low_count_after_a_series_of_seven_days_is_a_new_episode(days, episodes):
    assert anc(f"10:0.9 20:2.0 {20 + days}:2.0 40:0.9").episodes["status"].to_pylist() == episodes


def test_series_on_both_sides_of_a_low_count_are_not_added_up():
    assert anc("10:0.9 20:2.0 25:1.0 26:2.0 30:2.0").episodes["status"].to_pylist() == ["recovering"]


def test_a_new_episode_begins_after_a_confirmed_recovery():
    expect(
        anc("1:3.0 10:0.9 20:2.0 40:2.0 60:0.4").episodes,
        """
        episode onset_after_day onset_by_day recovered_by_day nadir status
        1       1               10           20               0.9   recovered
        2       40              60           -                0.4   ongoing
        """,
    )


def test_age_never_closes_an_episode():
    expect(
        anc("10:0.9", until=9_999).episodes,
        """
        status  recovered_after_time recovered_by_time recovered_by_day observed_days least_days most_days
        ongoing 2000-01-11           -                 -                -             0          -
        """,
    )


def test_an_episode_is_ongoing_while_the_last_decided_count_is_low():
    expect(
        anc("1:3.0 10:0.9 20:2.0 30:0.9 40:>0.5").episodes,
        "results status recovered_by_day observed_days least_days most_days\n2 ongoing - - 20 -",
    )


def test_a_high_count_at_the_time_of_a_low_one_stands_before_it():
    expect(anc("10:0.9 20:2.0 20:1.0").episodes, "results status\n2 ongoing")
    expect(anc("10:0.9 20:1.0 20:2.0").episodes, "results status\n2 ongoing")


# ---- undecided counts


def test_an_undecided_count_interrupts_nothing():
    expect(anc("10:0.9 20:2.0 23:<9 27:2.0").episodes, "results status recovered_by_day\n1 recovered 20")
    expect(anc("10:0.9 12:>0.1 14:0.8").episodes, "results status\n2 ongoing")


def test_an_undecided_count_neither_closes_nor_confirms_anything():
    expect(anc("10:0.9 20:<9").episodes, "results status recovered_by_day\n1 ongoing -")
    expect(anc("10:0.9 20:2.0 30:>1.0").episodes, "status recovered_by_day\nrecovering 20")


def test_an_undecided_count_is_no_onset_and_no_last_high_count():
    expect(anc("1:3.0 5:<9 10:0.9").episodes, "onset_after_day onset_by_day\n1 10")


def test_undecided_counts_are_results_all_the_same():
    expect(anc("10:<9 20:>1.0").results, "value comparator\n9 <\n1 >")


# ---- nadir and worst grade


def test_the_nadir_is_the_earliest_of_the_lowest():
    expect(
        anc("10:0.9 12:0.5 14:0.5 16:0.6").episodes,
        "nadir nadir_comparator nadir_time nadir_day results\n0.5 - 2000-01-13 12 4",
    )


@pytest.mark.parametrize(
    ("counts", "nadir"),
    [
        ("10:0.5 11:<0.5", "0.5 < 11"),
        ("10:0.5 11:<=0.5", "0.5 <= 11"),
        ("10:<=0.5 11:<0.5", "0.5 < 11"),
        ("10:<0.5 11:<0.5", "0.5 < 10"),
        ("10:<0.5 11:0.499999", "0.499999 - 11"),
        ("10:<0.5 11:0.5", "0.5 < 10"),
        ("10:0.4 11:<0.5", "0.4 - 10"),
    ],
)
def test_the_nadir_compares_the_number_first_then_less_then_at_most_then_exact(counts, nadir):
    expect(anc(counts).episodes, f"nadir nadir_comparator nadir_day\n{nadir}")


def test_the_worst_grade_is_the_worst_of_the_low_counts_in_each_edition():
    expect(anc("10:1.2 12:0.5 14:0.9").episodes, "worst_grade_v5 worst_grade_v6\n3 2")
    expect(anc("10:1.2 12:0.499999 14:0.9").episodes, "worst_grade_v5 worst_grade_v6\n4 3")
    expect(anc("10:0.1").episodes, "worst_grade_v5 worst_grade_v6\n4 3")
    expect(anc("10:0").episodes, "worst_grade_v5 worst_grade_v6\n4 4")


def test_the_worst_grade_is_null_if_a_low_counts_grade_is_unknown_unless_another_reaches_four():
    expect(anc("10:0.9 12:<1.0").episodes, "worst_grade_v5 worst_grade_v6\n- -")
    expect(anc("10:0.4 12:<1.0").episodes, "worst_grade_v5 worst_grade_v6\n4 -")
    expect(anc("10:0.05 12:<1.0").episodes, "worst_grade_v5 worst_grade_v6\n4 4")
    expect(anc("10:<0.1 12:<1.0").episodes, "worst_grade_v5 worst_grade_v6\n4 4")
    expect(anc("10:<0.5 12:0.9").episodes, "worst_grade_v5 worst_grade_v6\n4 -")


# ---- how little is known


def test_the_longest_gap_lies_between_neighbouring_counts_from_onset_to_recovery():
    expect(anc("-90:3.0 10:0.9 15:0.8 27:2.0 90:2.0").episodes, "longest_gap_days status\n12 recovered")


def test_undecided_counts_are_counts_to_the_longest_gap():
    expect(anc("10:0.9 20:<9 25:2.0 90:2.0").episodes, "longest_gap_days\n10")
    expect(anc("10:0.9 13:<9").episodes, "longest_gap_days\n3")


def test_a_single_count_has_no_gap():
    expect(anc("10:0.9").episodes, "longest_gap_days\n-")


def test_the_gap_of_a_carried_over_episode_ends_with_its_course():
    expect(anc("10:0.9 20:0.9 400:dose 401:0.9").episodes, "course longest_gap_days\n1 10\n2 -")


def test_derived_low_counts_are_said():
    table = """
    day code                numeric_value
    1   anc                 0.9
    2   wbc                 2.0
    2   neutrophils_percent 40
    3   wbc                 2.0
    3   neutrophils_percent 95
    """
    expect(reviewed(table).episodes, "results derived_results nadir status\n2 1 0.8 recovering")


# ---- courses


def test_before_the_first_course_there_are_no_days_but_lengths():
    table = """
    day code numeric_value
    -90 anc  3.0
    -80 anc  0.9
    -75 anc  0.4
    -70 anc  2.0
    -60 anc  2.0
    0   alemtuzumab 12
    """
    expect(
        reviewed(table).episodes,
        """
        course onset_after_day onset_by_day nadir_day recovered_by_day observed_days least_days most_days
        0      -               -            -         -                10            5          20
        """,
    )
    expect(reviewed(table).episodes, "onset_after_time onset_by_time\n1999-10-03 1999-10-13")


def test_an_open_episode_is_carried_over_by_the_first_dose_of_a_new_course():
    expect(
        anc("1:3.0 10:0.9 20:0.8 400:dose 410:0.7 420:2.0 430:2.0").episodes,
        """
        episode course status       onset_after_day onset_by_day recovered_after_time recovered_by_time observed_days most_days results
        1       1      carried_over 1               10           2000-01-21           -                 -             -         2
        2       2      recovered    -399            10           2001-02-14           2001-02-24        10            419       1
        """,
    )


def test_an_episode_of_course_0_is_carried_over_by_the_first_course():
    table = """
    day code        numeric_value
    -5  anc         0.9
    0   alemtuzumab 12
    5   anc         0.8
    """
    expect(
        reviewed(table).episodes,
        """
        episode course status       onset_by_day
        1       0      carried_over -
        2       1      ongoing      5
        """,
    )


def test_a_provisional_recovery_is_carried_over_too():
    expect(
        anc("10:0.9 390:2.0 400:dose 410:2.0").episodes,
        "course status recovered_by_time recovered_by_day observed_days\n1 carried_over - - -",
    )


def test_a_series_of_high_counts_is_cut_at_the_start_of_a_course():
    expect(anc("10:0.9 396:2.0 400:dose 403:2.0").episodes, "course status\n1 carried_over")
    expect(anc("10:0.9 393:2.0 400:2.0 401:dose").episodes, "course status recovered_by_day\n1 recovered 393")


def test_after_a_carry_over_only_a_low_count_opens_an_episode():
    assert anc("10:0.9 400:dose 410:2.0 420:2.0").episodes.num_rows == 1


def test_a_dose_within_the_course_carries_nothing_over():
    expect(anc("2:0.9 4:dose 20:2.0 40:2.0").episodes, "course status recovered_by_day\n1 recovered 20")


def test_a_low_count_at_the_time_of_the_dose_belongs_to_the_new_course():
    expect(
        anc("10:0.9 400:dose 400:0.8").episodes,
        "course status onset_by_day results\n1 carried_over 10 1\n2 ongoing 0 1",
    )


def test_a_course_not_yet_known_carries_nothing_over():
    counts = "10:0.9 400:dose"
    assert anc(counts, until=399).episodes["status"].to_pylist() == ["ongoing"]
    assert anc(counts, until=400).episodes["status"].to_pylist() == ["carried_over"]


def test_subjects_do_not_run_into_one_another():
    table = """
    subject_id day code numeric_value
    1          1   anc  0.9
    2          2   anc  0.8
    2          3   anc  2.0
    3          4   anc  0.7
    4          1   anc  2.0
    4          9   anc  2.0
    """
    expect(
        reviewed(table).episodes,
        """
        subject_id episode onset_after_time nadir status     longest_gap_days
        1          1       -                0.9   ongoing    -
        2          1       -                0.8   recovering 1
        3          1       -                0.7   ongoing    -
        """,
    )


def test_a_missing_count_is_never_a_normal_one():
    assert reviewed("day code numeric_value\n1 wbc 0.5\n1 lymphocytes 0.1").episodes.num_rows == 0
    expect(reviewed("day code numeric_value\n1 wbc 0.5\n1 lymphocytes 0.1").subjects, "last_anc\n-")
