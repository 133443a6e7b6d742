"""Counts nobody measured but that follow: WBC x percent, segs + bands; when they are made, and when they are refused."""

import pytest
from tests.tables import expect, reviewed


def test_an_anc_follows_from_wbc_and_percentage():
    table = """
    day code                numeric_value
    1   wbc                 2.0
    1   neutrophils_percent 45
    """
    result = reviewed(table)
    expect(
        result.results,
        """
        row analyte value unit   origin        grade_v5 grade_v6
        2   anc     0.9   10^9/L wbc_x_percent 3        2
        1   wbc     2     10^9/L measured      2        2
        """,
    )
    expect(result.account, "use reason rows subjects\nresult - 1 1\npart_of_result - 1 1")
    expect(result.episodes, "nadir results derived_results\n0.9 1 1")


def test_bands_are_added_where_they_are_reported():
    table = """
    day code                numeric_value
    1   wbc                 2.0
    1   neutrophils_percent 40
    1   bands_percent       5
    """
    result = reviewed(table)
    expect(result.results, "row analyte value origin\n2 anc 0.9 wbc_x_percent_bands\n1 wbc 2 measured")
    expect(result.account, "use reason rows\nresult - 1\npart_of_result - 2")


def test_segs_and_bands_make_an_anc():
    table = """
    day code  numeric_value unit
    1   segs  800           /uL
    1   bands 0.1           10*9/L
    """
    result = reviewed(table)
    expect(result.results, "row analyte value unit origin\n1 anc 0.9 10^9/L segs_plus_bands")
    expect(result.account, "use reason rows\npart_of_result - 2")


def test_lymphocytes_follow_from_wbc_and_percentage():
    table = """
    day code                numeric_value
    1   wbc                 2.0
    1   lymphocytes_percent 20
    """
    expect(reviewed(table).results, "row analyte value origin\n2 lymphocytes 0.4 wbc_x_percent\n1 wbc 2 measured")


@pytest.mark.parametrize(
    ("wbc", "percent", "anc", "low"),
    [
        ("1.5", "33", "0.5", True),  # 0.495
        ("1.5", "31", "0.46", True),  # 0.465
        ("1.5", "32.3", "0.48", True),  # 0.4845
        ("1", "48.5", "0.48", True),
        ("1", "49.5", "0.5", True),
        ("1", "0.5", "0", True),
        ("1", "1.5", "0.02", True),
        ("2.99", "50", "1.5", False),  # 1.495
        ("2.98", "50", "1.49", True),
        ("3.01", "50", "1.5", False),  # 1.505
        ("3.03", "50", "1.52", False),  # 1.515
        ("10", "14.9499", "1.49", True),
        ("10", "14.9501", "1.5", False),
        ("0", "50", "0", True),
        ("2", "0", "0", True),
    ],
)
def test_a_derived_count_is_rounded_half_even_to_two_decimals_before_anything_is_decided(wbc, percent, anc, low):
    result = reviewed(f"day code numeric_value\n1 wbc {wbc}\n1 neutrophils_percent {percent}")
    expect(result.results, f"row value\n2 {anc}\n1 {wbc.removesuffix('.0')}")
    assert result.episodes.num_rows == low


@pytest.mark.parametrize(
    ("segs", "bands", "anc"), [("0.4", "0.095", "0.5"), ("0.4", "0.085", "0.48"), ("1.4", "0.095", "1.5")]
)
def test_segs_and_bands_are_rounded_half_even_too(segs, bands, anc):
    expect(reviewed(f"day code numeric_value\n1 segs {segs}\n1 bands {bands}").results, f"value\n{anc}")


def test_a_measured_anc_wins_over_every_derived_one():
    table = """
    day code                numeric_value
    1   wbc                 2.0
    1   neutrophils_percent 20
    1   bands_percent       1
    1   segs                0.3
    1   bands               0.1
    1   anc                 0.9
    """
    result = reviewed(table)
    expect(result.results, "row analyte value origin\n6 anc 0.9 measured\n1 wbc 2 measured")
    expect(
        result.unused,
        """
        row code                reason
        2   neutrophils_percent measured_present
        3   bands_percent       measured_present
        4   segs                measured_present
        5   bands               measured_present
        """,
    )


def test_measured_lymphocytes_win_over_derived_ones():
    table = """
    day code                numeric_value
    1   wbc                 2.0
    1   lymphocytes_percent 20
    1   lymphocytes         0.5
    """
    result = reviewed(table)
    expect(result.results, "analyte value\nlymphocytes 0.5\nwbc 2")
    expect(result.unused, "row reason\n2 measured_present")


def test_wbc_and_percentage_go_before_segs_and_bands():
    table = """
    day code                numeric_value
    1   wbc                 2.0
    1   neutrophils_percent 45
    1   segs                0.3
    1   bands               0.1
    """
    result = reviewed(table)
    expect(result.results, "row analyte value origin\n2 anc 0.9 wbc_x_percent\n1 wbc 2 measured")
    expect(result.unused, "row code reason\n3 segs measured_present\n4 bands measured_present")


def test_without_a_total_there_is_no_count():
    table = """
    day code                numeric_value | reason
    1   neutrophils_percent 45            | no_total
    1   bands_percent       5             | no_total
    1   lymphocytes_percent 20            | no_total
    2   segs                0.9           | no_total
    3   bands               0.1           | no_total
    """
    result = reviewed(table)
    assert result.results.num_rows == 0
    expect(result.unused, table)


def test_only_counts_of_the_same_subject_and_time_meet():
    table = """
    subject_id day   code                numeric_value
    1          1     wbc                 2.0
    1          1.001 neutrophils_percent 45
    2          1.001 wbc                 2.0
    2          1     neutrophils_percent 45
    """
    result = reviewed(table)
    assert result.results["analyte"].to_pylist() == ["wbc", "wbc"]
    assert result.unused["reason"].to_pylist() == ["no_total", "no_total"]


def test_source_ids_must_agree_where_both_rows_have_one():
    table = """
    day code                numeric_value source_id
    1   wbc                 2.0           A
    1   neutrophils_percent 45            A
    2   wbc                 2.0           A
    2   neutrophils_percent 45            B
    3   wbc                 2.0           -
    3   neutrophils_percent 45            A
    4   wbc                 2.0           A
    4   neutrophils_percent 45            -
    5   wbc                 2.0           A
    5   wbc                 4.0           B
    5   neutrophils_percent 45            A
    5   neutrophils_percent 45            B
    """
    result = reviewed(table)
    expect(
        result.results,
        """
        row time       analyte value
        2   2000-01-02 anc     0.9
        1   2000-01-02 wbc     2
        3   2000-01-03 wbc     2
        6   2000-01-04 anc     0.9
        5   2000-01-04 wbc     2
        8   2000-01-05 anc     0.9
        7   2000-01-05 wbc     2
        12  2000-01-06 anc     1.8
        11  2000-01-06 anc     0.9
        10  2000-01-06 wbc     4
        9   2000-01-06 wbc     2
        """,
    )
    expect(result.unused, "row reason\n4 no_total")


def test_a_measured_anc_of_another_source_leaves_the_derived_one():
    table = """
    day code                numeric_value source_id
    1   anc                 0.8           A
    1   wbc                 2.0           B
    1   neutrophils_percent 45            B
    2   anc                 0.8           -
    2   wbc                 2.0           B
    2   neutrophils_percent 45            B
    """
    result = reviewed(table)
    expect(
        result.results,
        """
        row analyte value origin
        3   anc     0.9   wbc_x_percent
        1   anc     0.8   measured
        2   wbc     2     measured
        4   anc     0.8   measured
        5   wbc     2     measured
        """,
    )
    expect(result.unused, "row reason\n6 measured_present")


def test_of_several_totals_the_lowest_is_taken():
    table = """
    day code                numeric_value
    1   wbc                 4.0
    1   wbc                 2.0
    1   neutrophils_percent 45
    """
    expect(reviewed(table).results, "row value\n3 0.9\n1 4\n2 2")


def test_each_percentage_makes_its_own_count():
    table = """
    day code                numeric_value
    1   wbc                 2.0
    1   neutrophils_percent 45
    1   neutrophils_percent 40
    """
    expect(reviewed(table).results, "row analyte value\n2 anc 0.9\n3 anc 0.8\n1 wbc 2")


@pytest.mark.parametrize(
    ("wbc", "percent", "bands", "value", "comparator"),
    [
        ("<2.0", "45", "-", "0.9", "<"),
        ("<=2.0", "45", "-", "0.9", "<="),
        (">=2.0", "45", "-", "0.9", ">="),
        (">2.0", "45", "-", "0.9", ">"),
        ("2.0", "<45", "-", "0.9", "<"),
        ("2.0", ">=45", "-", "0.9", ">="),
        ("<=2.0", "<45", "-", "0.9", "<"),
        (">2.0", ">=45", "-", "0.9", ">"),
        ("2.0", "<40", "<5", "0.9", "<"),
        ("2.0", ">40", "5", "0.9", ">"),
        ("2.0", "40", ">=5", "0.9", ">="),
        ("2.0", ">40", "<5", "0.8", ">"),
        ("2.0", "<40", ">=5", "0.1", ">="),
    ],
)
def test_a_comparator_of_a_part_is_one_of_the_count(wbc, percent, bands, value, comparator):
    rows = f"1 wbc {wbc}\n1 neutrophils_percent {percent}" + ("" if bands == "-" else f"\n1 bands_percent {bands}")
    results = reviewed(f"day code text_value\n{rows}").results.filter([True, False])
    expect(results, f"analyte value comparator\nanc {value} {comparator}")


@pytest.mark.parametrize(
    ("wbc", "percent", "bands"), [("<2.0", ">45", "-"), (">2.0", "<45", "-"), ("2.0", "40", "<5"), ("2.0", "<40", "5")]
)
def test_parts_that_leave_a_set_with_two_ends_or_none_make_no_count(wbc, percent, bands):
    rows = f"1 wbc {wbc}\n1 neutrophils_percent {percent}" + ("" if bands == "-" else f"\n1 bands_percent {bands}")
    result = reviewed(f"day code text_value\n{rows}")
    assert result.results["analyte"].to_pylist() == ["wbc"]
    assert set(result.unused["reason"].to_pylist()) == {"not_numeric"}


def test_percentages_of_more_than_a_hundred_make_no_count():
    table = """
    day code                numeric_value
    1   wbc                 2.0
    1   neutrophils_percent 95
    1   bands_percent       5
    2   wbc                 2.0
    2   neutrophils_percent 95
    2   bands_percent       5.000001
    """
    result = reviewed(table)
    expect(result.results, "row analyte value\n2 anc 2\n1 wbc 2\n4 wbc 2")
    expect(result.unused, "row reason\n5 implausible\n6 implausible")


def test_a_derived_count_beyond_its_plausible_limit_is_held():
    table = """
    day code                numeric_value
    1   wbc                 200
    1   neutrophils_percent 50
    2   wbc                 200.1
    2   neutrophils_percent 50
    3   segs                60
    3   bands               40
    4   segs                60
    4   bands               40.1
    """
    result = reviewed(table)
    assert result.results.filter([name == "anc" for name in result.results["analyte"].to_pylist()])[
        "value"
    ].to_pylist() == [100, 100]
    expect(result.unused, "row reason\n4 implausible\n7 implausible\n8 implausible")


def test_what_is_not_used_itself_makes_no_count():
    table = """
    day code                numeric_value unit   status
    1   wbc                 2.0           10*9/L preliminary
    1   neutrophils_percent 45            %      final
    2   wbc                 2.0           10*9/L final
    2   neutrophils_percent 45            %      preliminary
    3   wbc                 899           10*9/L final
    3   neutrophils_percent 45            %      final
    4   wbc                 2.0           -      final
    4   neutrophils_percent 45            %      final
    """
    result = reviewed(table)
    expect(result.results, "row analyte\n3 wbc")
    expect(
        result.unused,
        """
        row reason
        1   preliminary
        2   no_total
        4   preliminary
        5   implausible
        6   no_total
        7   no_unit
        8   no_total
        """,
    )


def test_a_preliminary_anc_does_not_stand_in_the_way_of_a_derived_one():
    table = """
    day code                numeric_value status
    1   anc                 0.4           preliminary
    1   wbc                 2.0           final
    1   neutrophils_percent 45            final
    """
    expect(reviewed(table).results, "row analyte value\n3 anc 0.9\n2 wbc 2")


def test_a_percentage_is_never_a_count():
    result = reviewed("day code numeric_value unit\n1 anc 45 %\n1 wbc 2.0 10*9/L")
    expect(result.results, "analyte value\nwbc 2")
    expect(result.unused, "row reason\n1 unknown_unit")


def test_a_derived_count_has_no_reference_range():
    table = """
    day code                numeric_value lln uln
    1   wbc                 4.0           4.0 9.0
    1   neutrophils_percent 45            40  70
    """
    expect(
        reviewed(table).results,
        """
        analyte value lln uln lln_source grade_v5 reason_v5
        anc     1.8   -   -   -          -        no_lln
        wbc     4     4   9   row        0        -
        """,
    )
