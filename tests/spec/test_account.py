"""Where did every row go: the account adds up, codes are shown, and nobody is missing."""

from tests.tables import events, expect, reviewed

import leukon

EVERY_USE = """
subject_id day code                numeric_value unit   status recorded_day source_id
1          0   alemtuzumab         12            mg     -      0            -
1          1   anc                 0.9           10*9/L -      1            -
1          2   wbc                 2.0           10*9/L -      2            -
1          2   neutrophils_percent 45            %      -      2            -
1          3   lgl_percent         85            %      -      3            -
1          4   anc                 0.4           10*9/L final  4            A
1          4   anc                 0.5           10*9/L final  5            A
2          1   anc                 0.9           -      -      1            -
2          2   potassium           4             mmol/L -      2            -
2          2   -                   4             mmol/L -      2            -
3          9   anc                 0.9           10*9/L -      9            -
1          1   anc                 0.9           10*9/L -      99           -
"""


def test_every_row_read_is_counted_exactly_once():
    result = reviewed(EVERY_USE, until=8)
    expect(
        result.account,
        """
        use            reason     rows subjects
        result         -          3    1
        part_of_result -          1    1
        dose           -          1    1
        finding        -          1    1
        superseded     superseded 1    1
        unused         no_unit    1    1
        other_kind     -          2    1
        after_as_of    -          2    2
        """,
    )
    assert sum(result.account["rows"].to_pylist()) == events(EVERY_USE).num_rows


def test_the_account_of_nothing_is_empty():
    result = reviewed("subject_id day code numeric_value")
    for name in ("account", "codes_seen", "unused", "subjects", "courses", "results", "episodes", "schedule"):
        assert getattr(result, name).num_rows == 0


def test_codes_seen_shows_every_code_up_to_as_of_sorted_and_no_code_last():
    expect(
        reviewed(EVERY_USE, until=8).codes_seen,
        """
        code                concept             rows subjects
        alemtuzumab         alemtuzumab         1    1
        anc                 anc                 4    2
        lgl_percent         lgl_percent         1    1
        neutrophils_percent neutrophils_percent 1    1
        potassium           -                   1    1
        wbc                 wbc                 1    1
        -                   -                   1    1
        """,
    )


def test_every_known_code_is_shown_with_words():
    for row in reviewed(EVERY_USE).codes_seen.to_pylist():
        assert (row["display"] is None) == (row["concept"] is None)


def test_nobody_known_at_as_of_is_missing_from_the_subjects():
    expect(
        reviewed(EVERY_USE, until=8).subjects,
        """
        subject_id rows results first_time last_time  last_anc last_anc_comparator last_anc_time
        1          7    4       2000-01-01 2000-01-05 0.5      -                   2000-01-05
        2          3    0       2000-01-02 2000-01-03 -        -                   -
        """,
    )


def test_somebody_with_only_unknown_or_timeless_rows_is_there_too():
    table = """
    subject_id day code      numeric_value
    1          1   potassium 4
    2          -   anc       0.9
    """
    expect(
        reviewed(table).subjects,
        """
        subject_id rows results first_time last_time  last_anc last_anc_time
        1          1    0       2000-01-02 2000-01-02 -        -
        2          1    0       -          -          -        -
        """,
    )


def test_the_latest_anc_is_the_latest_usable_one_measured_or_derived_with_its_comparator():
    table = """
    subject_id day code                numeric_value comparator unit
    1          1   anc                 0.9           -          10*9/L
    1          2   wbc                 2.0           -          10*9/L
    1          2   neutrophils_percent 40            -          %
    2          1   anc                 0.1           <          10*9/L
    2          2   anc                 0.9           -          -
    2          3   wbc                 2.0           -          10*9/L
    3          1   anc                 2.0           -          10*9/L
    3          1   anc                 1.0           -          10*9/L
    """
    expect(
        reviewed(table).subjects,
        """
        subject_id results last_anc last_anc_comparator last_anc_time
        1          3       0.8      -                   2000-01-03
        2          2       0.1      <                   2000-01-02
        3          2       1        -                   2000-01-02
        """,
    )


def test_a_row_number_of_the_results_is_the_row_of_the_input():
    table = """
    day code numeric_value
    9   anc  0.9
    5   anc  0.8
    3   anc  0.7
    """
    expect(reviewed(table).results, "row value\n3 0.7\n2 0.8\n1 0.9")


def test_a_table_says_what_it_depends_on():
    result = leukon.review(events(EVERY_USE), "alemtuzumab-ms", as_of="2000-01-09", schedule="label-eu")
    said = {key.decode(): value.decode() for key, value in result.results.schema.metadata.items()}
    assert said["protocol"] == "alemtuzumab-ms"
    assert said["schedule"] == "label-eu"
    assert said["as_of"] == "2000-01-09T23:59:59"
    assert "5.0" in said["grading"]
    assert "6.0" in said["grading"]
