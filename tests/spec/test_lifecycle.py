"""Which version of a result stands: corrections, cancellations, preliminary results, copies."""

from tests.tables import expect, reviewed


def test_the_version_recorded_last_stands_though_it_is_of_a_lower_rank():
    table = """
    day code numeric_value status    recorded_day source_id
    1   anc  0.4           corrected 2            A
    1   anc  0.9           final     3            A
    1   anc  0.6           amended   1            A
    """
    result = reviewed(table)
    expect(result.results, "row value\n2 0.9")
    expect(result.unused, "row reason\n1 superseded\n3 superseded")
    expect(result.account, "use reason rows subjects\nresult - 1 1\nsuperseded superseded 2 1")


def test_at_one_recorded_time_corrected_beats_amended_beats_final_beats_preliminary():
    table = """
    day code numeric_value status      recorded_day source_id
    1   anc  0.1           preliminary 2            A
    1   anc  0.2           final       2            A
    1   anc  0.3           amended     2            A
    1   anc  0.4           corrected   2            A
    2   anc  0.1           preliminary 2            B
    2   anc  0.2           final       2            B
    2   anc  0.3           amended     2            B
    3   anc  0.1           preliminary 3            C
    3   anc  0.2           final       3            C
    """
    result = reviewed(table)
    expect(result.results, "row value\n4 0.4\n7 0.3\n9 0.2")
    assert result.unused["reason"].to_pylist() == ["superseded"] * 6


def test_at_one_recorded_time_and_status_the_lower_value_stands():
    table = """
    day code numeric_value text_value recorded_day source_id
    1   anc  0.9           -          2            A
    1   anc  0.8           -          2            A
    2   anc  -             pending    2            B
    2   anc  0.8           -          2            B
    """
    expect(reviewed(table).results, "row value\n2 0.8\n4 0.8")


def test_lower_is_meant_in_result_units():
    table = """
    day code numeric_value unit   source_id
    1   anc  900           /uL    A
    1   anc  1.0           10*9/L A
    """
    expect(reviewed(table).results, "row value\n1 0.9")


def test_a_version_without_a_recorded_time_is_the_earliest():
    table = """
    day code numeric_value status    recorded_day source_id
    1   anc  0.4           corrected -            A
    1   anc  0.9           final     1            A
    """
    expect(reviewed(table).results, "row value\n2 0.9")


def test_an_empty_status_is_final():
    table = """
    day code numeric_value status    recorded_day source_id
    1   anc  0.4           -         2            A
    1   anc  0.9           amended   2            A
    2   anc  0.7           -         2            B
    """
    expect(reviewed(table).results, "row value\n2 0.9\n3 0.7")


def test_a_preliminary_version_never_supersedes_however_late():
    table = """
    day code numeric_value status      recorded_day source_id
    1   anc  0.9           final       1            A
    1   anc  0.4           preliminary 9            A
    """
    result = reviewed(table)
    expect(result.results, "row value\n1 0.9")
    expect(result.unused, "row reason\n2 superseded")


def test_a_preliminary_result_alone_is_not_graded():
    table = """
    day code numeric_value status      recorded_day source_id
    1   anc  0.9           preliminary 1            A
    1   anc  0.4           preliminary 2            A
    2   anc  0.3           preliminary -            -
    """
    result = reviewed(table)
    assert result.results.num_rows == result.episodes.num_rows == 0
    expect(result.unused, "row reason\n1 superseded\n2 preliminary\n3 preliminary")


def test_a_cancelled_version_takes_the_result_away():
    table = """
    day code numeric_value status           recorded_day source_id
    1   anc  0.9           final            1            A
    1   anc  -             cancelled        2            A
    2   anc  0.9           final            1            B
    2   anc  0.9           entered-in-error 2            B
    3   anc  0.9           corrected        2            C
    3   anc  0.9           cancelled        2            C
    """
    result = reviewed(table)
    assert result.results.num_rows == 0
    expect(
        result.unused,
        """
        row reason
        1   superseded
        2   cancelled
        3   superseded
        4   cancelled
        5   superseded
        6   cancelled
        """,
    )


def test_a_result_entered_again_after_a_cancellation_stands():
    table = """
    day code numeric_value status    recorded_day source_id
    1   anc  0.9           cancelled 1            A
    1   anc  0.8           final     2            A
    """
    result = reviewed(table)
    expect(result.results, "row value\n2 0.8")
    expect(result.unused, "row reason\n1 superseded")


def test_an_older_version_does_not_come_back_when_the_one_that_stands_cannot_be_read():
    table = """
    day code numeric_value text_value unit   recorded_day source_id
    1   anc  0.9           -          10*9/L 1            A
    1   anc  -             clotted    10*9/L 2            A
    2   anc  0.9           -          10*9/L 1            B
    2   anc  0.9           -          -      2            B
    """
    result = reviewed(table)
    assert result.results.num_rows == 0
    expect(result.unused, "row reason\n1 superseded\n2 not_numeric\n3 superseded\n4 no_unit")


def test_versions_share_subject_code_time_and_source_id():
    table = """
    subject_id day code  numeric_value recorded_day source_id
    1          1   anc   0.9           1            A
    1          1   anc   0.8           2            B
    1          2   anc   0.7           2            A
    1          3   anc   0.6           1            A
    1          3   751-8 0.5           2            A
    2          1   anc   0.4           2            A
    """
    result = reviewed(table)
    expect(
        result.results,
        """
        row subject_id value
        1   1          0.9
        2   1          0.8
        3   1          0.7
        4   1          0.6
        5   1          0.5
        6   2          0.4
        """,
    )
    assert result.unused.num_rows == 0


def test_rows_equal_in_every_column_are_one_where_there_is_no_source_id():
    table = """
    day code numeric_value text_value lln
    1   anc  0.9           -          2.0
    1   anc  0.9           -          2.0
    1   anc  0.9           -          2.0
    """
    result = reviewed(table)
    expect(result.results, "row value\n1 0.9")
    expect(result.unused, "row reason\n2 duplicate\n3 duplicate")
    expect(result.account, "use reason rows subjects\nresult - 1 1\nunused duplicate 2 1")


def test_rows_that_differ_in_any_column_are_both_kept_where_there_is_no_source_id():
    table = """
    day code numeric_value text_value unit   comparator lln uln status    recorded_day
    1   anc  0.9           -          10*9/L -          2.0 7.0 final     2
    1   anc  0.8           -          10*9/L -          2.0 7.0 final     2
    2   anc  0.9           -          10*9/L -          2.0 7.0 final     3
    2   anc  0.9           0.9        10*9/L -          2.0 7.0 final     3
    3   anc  0.9           -          10*9/L -          2.0 7.0 final     4
    3   anc  0.9           -          G/L    -          2.0 7.0 final     4
    4   anc  0.9           -          10*9/L -          2.0 7.0 final     5
    4   anc  0.9           -          10*9/L <          2.0 7.0 final     5
    5   anc  0.9           -          10*9/L -          2.0 7.0 final     6
    5   anc  0.9           -          10*9/L -          -   7.0 final     6
    6   anc  0.9           -          10*9/L -          2.0 7.0 final     7
    6   anc  0.9           -          10*9/L -          2.0 -   final     7
    7   anc  0.9           -          10*9/L -          2.0 7.0 final     8
    7   anc  0.9           -          10*9/L -          2.0 7.0 corrected 8
    8   anc  0.9           -          10*9/L -          2.0 7.0 final     9
    8   anc  0.9           -          10*9/L -          2.0 7.0 final     10
    """
    result = reviewed(table)
    assert result.unused.num_rows == 0
    assert sorted(result.results["row"].to_pylist()) == list(range(1, 17))


def test_equal_rows_of_two_sources_are_two_results():
    table = """
    day code numeric_value source_id
    1   anc  0.9           A
    1   anc  0.9           B
    1   anc  0.9           -
    """
    assert reviewed(table).results["row"].to_pylist() == [1, 2, 3]


def test_equal_rows_with_one_source_id_are_versions_not_copies():
    table = """
    day code numeric_value source_id
    1   anc  0.9           A
    1   anc  0.9           A
    """
    result = reviewed(table)
    expect(result.results, "row\n1")
    expect(result.unused, "row reason\n2 superseded")


def test_of_two_counts_at_one_time_the_higher_stands_first_and_the_lower_is_the_latest():
    table = """
    day code comparator numeric_value | value comparator
    1   anc  >          0.9           | 0.9   >
    1   anc  >=         0.9           | 0.9   >=
    1   anc  -          0.9           | 0.9   -
    1   anc  <=         0.9           | 0.9   <=
    1   anc  <          0.9           | 0.9   <
    1   anc  -          0.8           | 0.8   -
    """
    result = reviewed(table)
    expect(result.results, table)
    expect(result.subjects, "last_anc last_anc_comparator\n0.8 -")


def test_an_unknown_status_is_never_taken_for_final_and_is_no_version_of_anything():
    table = """
    day code numeric_value status     recorded_day source_id
    1   anc  0.9           final      1            A
    1   anc  0.4           verified   2            A
    2   anc  0.4           registered -            -
    """
    result = reviewed(table)
    expect(result.results, "row value\n1 0.9")
    expect(result.unused, "row reason\n2 bad_status\n3 bad_status")


def test_every_known_status_is_understood():
    table = """
    day code numeric_value status           | reason
    1   anc  0.9           final            | -
    2   anc  0.9           corrected        | -
    3   anc  0.9           amended          | -
    4   anc  0.9           -                | -
    5   anc  0.9           preliminary      | preliminary
    6   anc  0.9           cancelled        | cancelled
    7   anc  0.9           entered-in-error | cancelled
    """
    result = reviewed(table)
    assert result.results["row"].to_pylist() == [1, 2, 3, 4]
    expect(result.unused, "row reason\n5 preliminary\n6 cancelled\n7 cancelled")


def test_doses_and_findings_have_versions_and_copies_too():
    table = """
    day code        numeric_value text_value unit status    recorded_day source_id
    0   alemtuzumab 12            -          mg   final     1            A
    0   alemtuzumab 12            -          mg   cancelled 2            A
    1   alemtuzumab 24            -          mg   final     1            B
    1   alemtuzumab 12            -          mg   corrected 2            B
    2   alemtuzumab 12            -          mg   final     2            -
    2   alemtuzumab 12            -          mg   final     2            -
    3   infection   -             positive   -    final     3            C
    3   infection   -             negative   -    corrected 4            C
    """
    result = reviewed(table)
    expect(result.courses, "doses total_dose_mg\n2 24")
    expect(
        result.account,
        """
        use        reason     rows
        dose       -          2
        finding    -          1
        superseded superseded 3
        unused     cancelled  1
        unused     duplicate  1
        """,
    )


def test_a_row_known_only_later_supersedes_nothing_yet():
    table = """
    day code numeric_value status    recorded_day source_id
    1   anc  0.9           final     1            A
    1   anc  0.4           corrected 5            A
    """
    expect(reviewed(table, until=4).results, "row value\n1 0.9")
    expect(reviewed(table, until=5).results, "row value\n2 0.4")
