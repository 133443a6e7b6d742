"""In which order: subjects and their ids, times, keys and ties; the order of the input decides nothing."""

import random

import pyarrow as pa
import pytest
from tests.tables import events, expect, reviewed, written

import leukon

TABLES = ("account", "codes_seen", "unused", "subjects", "courses", "results", "episodes", "schedule")


def three_rows(ids, type_=None):
    table = events("day code numeric_value\n" + "\n".join(["1 anc 0.9"] * len(ids)))
    return table.set_column(table.column_names.index("subject_id"), "subject_id", pa.array(ids, type_))


def order_of(ids, type_=None):
    """The ids of every table that has one a subject."""
    result = leukon.review(three_rows(ids, type_), "alemtuzumab-ms", as_of="last")
    orders = [getattr(result, name)["subject_id"].to_pylist() for name in ("subjects", "results", "episodes")]
    assert orders[0] == orders[1] == orders[2]
    return orders[0]


@pytest.mark.parametrize(
    ("ids", "order"),
    [
        ([10, 9, 100], [9, 10, 100]),
        ([9_007_199_254_740_993, 9_007_199_254_740_992, 5], [5, 9_007_199_254_740_992, 9_007_199_254_740_993]),
        ([9_000_000_000_001, 3, 9_223_372_036_854_775_807], [3, 9_000_000_000_001, 9_223_372_036_854_775_807]),
        ([0, -5, 5], [-5, 0, 5]),
        (["10", "9", "100"], ["9", "10", "100"]),
        (["007", "8", "06"], ["06", "007", "8"]),
        (
            ["9000000000000000000001", "3", "9000000000000000000000"],
            ["3", "9000000000000000000000", "9000000000000000000001"],
        ),
        (["10", "9", "x"], ["10", "9", "x"]),
        (["b", "a", "B"], ["B", "a", "b"]),
        (["10.5", "9", "100"], ["10.5", "100", "9"]),
    ],
)
def test_subjects_are_sorted_by_number_if_all_are_integers_and_else_as_text(ids, order):
    assert order_of(ids) == order


def test_ids_that_differ_only_in_leading_zeros_are_different_people():
    assert order_of(["7", "007", "07"]) == ["007", "07", "7"]
    result = leukon.review(three_rows(["7", "007", "07"]), "alemtuzumab-ms", as_of="last")
    assert result.subjects["rows"].to_pylist() == [1, 1, 1]


@pytest.mark.parametrize(
    "type_", [pa.int64(), pa.int32(), pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]
)
def test_ids_come_back_as_they_were_given(type_):
    ids = [1, 2, 3] if pa.types.is_integer(type_) else ["007", "8", "009"]
    assert order_of(ids, type_) == ids


def test_a_subject_in_pieces_is_one_subject():
    table = """
    subject_id day code        numeric_value
    2          10  anc         0.9
    1          10  anc         0.8
    2          0   alemtuzumab 12
    1          0   alemtuzumab 12
    2          20  anc         0.7
    1          20  anc         0.6
    """
    result = reviewed(table)
    expect(
        result.results,
        """
        subject_id day value row
        1          10  0.8   2
        1          20  0.6   6
        2          10  0.9   1
        2          20  0.7   5
        """,
    )
    expect(result.episodes, "subject_id episode results nadir\n1 1 2 0.6\n2 1 2 0.7")


def test_results_are_sorted_by_subject_time_analyte_and_value_higher_first():
    table = """
    subject_id day   code       numeric_value unit
    2          1     wbc        2             10*9/L
    1          2     anc        0.9           10*9/L
    1          1.001 anc        0.9           10*9/L
    1          1     wbc        2             10*9/L
    1          1     anc        0.8           10*9/L
    1          1     anc        0.9           10*9/L
    1          1     hemoglobin 130           g/L
    """
    expect(
        reviewed(table).results,
        """
        subject_id time                analyte    value
        1          2000-01-02          anc        0.9
        1          2000-01-02          anc        0.8
        1          2000-01-02          hemoglobin 130
        1          2000-01-02          wbc        2
        1          2000-01-02T00:01:26.400000 anc 0.9
        1          2000-01-03          anc        0.9
        2          2000-01-02          wbc        2
        """,
    )


def test_two_counts_of_one_day_are_both_kept_in_the_order_of_their_times():
    table = """
    day  code numeric_value
    1.7  anc  0.8
    1.3  anc  2.0
    """
    expect(reviewed(table).results, "row value\n2 2\n1 0.8")
    expect(reviewed(table).episodes, "results onset_after_time\n1 2000-01-02T07:12:00")


MANY = """
subject_id day  code                numeric_value text_value  unit    comparator lln status      recorded_day source_id
1          0    alemtuzumab         12            -           mg      -          -   -           0            -
1          0    alemtuzumab         12            -           mg      -          -   -           0            A
1          0    alemtuzumab         -             -           -       -          -   -           0            B
1          0    methylprednisolone  1             -           g       -          -   -           0            -
1          0    anc                 3.0           -           10*9/L  -          2.0 -           0            -
1          10   anc                 0.9           -           10*9/L  -          2.0 -           10           A
1          10   anc                 0.9           -           10*9/L  -          1.8 -           10           B
1          10   anc                 0.9           -           10*9/L  -          -   -           10           C
1          10   anc                 900           -           /uL     -          -   -           10           -
1          10   anc                 0.9           -           10*9/L  <          2.0 -           10           D
1          12   filgrastim          0.3           -           mg      -          -   -           12           -
1          12   prednisolone        25            -           mg      -          -   -           12           -
1          12   plasma_exchange     -             -           -       -          -   -           12           -
1          14   anc                 0.4           -           10*9/L  -          -   final       14           E
1          14   anc                 0.6           -           10*9/L  -          -   corrected   15           E
1          14   anc                 0.5           -           10*9/L  -          -   corrected   15           E
1          20   wbc                 4.0           -           10*9/L  -          -   -           20           A
1          20   wbc                 3.0           -           10*9/L  -          4.0 -           20           B
1          20   neutrophils_percent 50            -           %       -          -   -           20           A
1          20   neutrophils_percent 50            -           %       -          -   -           20           -
1          20   neutrophils_percent 60            -           %       -          -   -           20           B
1          20   bands_percent       5             -           %       -          -   -           20           -
1          20   anc                 2.0           -           10*9/L  -          2.0 -           20           F
1          20   segs                1.0           -           10*9/L  -          -   -           20           G
1          20   bands               0.5           -           10*9/L  -          -   -           20           G
1          27   anc                 -             1,234       10*9/L  -          -   -           27           -
1          27   anc                 -             see~note    10*9/L  -          -   -           27           -
1          27   anc                 2.5           -           10*9/L  -          -   -           27           -
1          27   anc                 2.5           -           10*9/L  -          -   -           27           -
1          30   tsh                 2.0           -           mU/L    -          -   -           30           -
1          30   creatinine          80            -           umol/L  -          -   -           30           -
1          30   urinalysis          -             normal      -       -          -   -           30           -
1          30   lgl_percent         85            80-90       %       -          -   -           30           -
1          400  alemtuzumab         12            -           mg      -          -   -           400          -
1          400  anc                 1.0           -           10*9/L  -          -   -           400          -
2          5    anc                 0.9           -           10*9/L  -          -   preliminary 5            -
2          5    anc                 0.9           -           10*9/L  -          -   verified    5            -
2          5    anc                 0.9           -           10*9/L  -          -   cancelled   5            -
2          5    anc                 0.9           -           furlong -          -   -           5            -
2          6    anc                 899           -           10*9/L  -          -   -           6            -
2          -    anc                 0.9           -           10*9/L  -          -   -           6            -
-          6    anc                 0.9           -           10*9/L  -          -   -           6            -
3          7    potassium           4             -           mmol/L  -          -   -           7            -
3          7    -                   4             -           mmol/L  -          -   -           7            -
30         3    alemtuzumab         12            -           mg      -          -   -           3            -
30         33   anc                 1.5           -           10*9/L  >=         2.0 -           33           -
30         33   anc                 1.5           -           10*9/L  >=         1.5 -           33           -
"""


def without_rows(table):
    return written(table, " ".join(name for name in table.column_names if name != "row"))


@pytest.mark.parametrize("seed", range(20))
def test_shuffled_input_gives_the_identical_output_but_for_row_numbers(seed):
    table = events(MANY)
    places = list(range(table.num_rows))
    random.Random(seed).shuffle(places)
    straight = leukon.review(table, "alemtuzumab-ms", as_of="2002-01-01")
    shuffled = leukon.review(table.take(places), "alemtuzumab-ms", as_of="2002-01-01")
    for name in TABLES:
        left, right = without_rows(getattr(straight, name)), without_rows(getattr(shuffled, name))
        if name == "unused":  # the row is its key, so at one time its lines follow the input
            left, right = sorted(left.splitlines()), sorted(right.splitlines())
        assert left == right, name


@pytest.mark.parametrize("seed", range(5))
def test_a_row_number_leads_back_to_the_row(seed):
    table = events(MANY)
    places = list(range(table.num_rows))
    random.Random(seed).shuffle(places)
    result = leukon.review(table.take(places), "alemtuzumab-ms", as_of="2002-01-01")
    subjects = table["subject_id"].to_pylist()
    for row in [*result.results.to_pylist(), *result.unused.to_pylist()]:
        assert subjects[places[row["row"] - 1]] == row["subject_id"]


def test_every_table_is_sorted_by_subject():
    result = leukon.review(events(MANY), "alemtuzumab-ms", as_of="2002-01-01")
    for name in ("subjects", "courses", "results", "episodes", "schedule"):
        ids = getattr(result, name)["subject_id"].to_pylist()
        assert ids == sorted(ids), name
        assert ids


def test_every_table_is_an_arrow_stream():
    result = leukon.review(events(MANY), "alemtuzumab-ms", as_of="2002-01-01")
    for name in TABLES:
        assert pa.table(getattr(result, name)).num_rows == getattr(result, name).num_rows > 0
        assert hasattr(getattr(result, name), "__arrow_c_stream__")


def test_input_in_many_chunks_is_the_same_input():
    table = events(MANY)
    pieces = pa.concat_tables([table.slice(at, 1) for at in range(table.num_rows)])
    assert pieces["code"].num_chunks == table.num_rows
    for name in TABLES:
        one, many = (getattr(leukon.review(t, "alemtuzumab-ms", as_of="2002-01-01"), name) for t in (table, pieces))
        assert one.equals(many), name


def test_negative_ids_written_as_text_sort_as_numbers():
    assert order_of(["10", "-1", "2"]) == ["-1", "2", "10"]
