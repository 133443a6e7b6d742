"""How bad is it: every limit of both CTCAE editions, on both sides, with and without a lower limit of normal."""

import pyarrow as pa
import pytest
from tests.tables import day, expect, reviewed

import leukon

ANC = """
day code numeric_value lln | grade_v5 reason_v5 grade_v6 reason_v6 high_grade
1   anc  0             2.0 | 4        -         4        -         -
2   anc  0.099999      2.0 | 4        -         4        -         -
3   anc  0.1           2.0 | 4        -         3        -         -
4   anc  0.499999      2.0 | 4        -         3        -         -
5   anc  0.5           2.0 | 3        -         2        -         -
6   anc  0.7           2.0 | 3        -         2        -         -
7   anc  0.999999      2.0 | 3        -         2        -         -
8   anc  1.0           2.0 | 2        -         1        -         -
9   anc  1.499999      2.0 | 2        -         1        -         -
10  anc  1.5           2.0 | 1        -         0        -         -
11  anc  1.999999      2.0 | 1        -         0        -         -
12  anc  2.0           2.0 | 0        -         0        -         -
13  anc  100           2.0 | 0        -         0        -         -
"""
ANC_WITHOUT_LLN = """
day code numeric_value | grade_v5 reason_v5 grade_v6 reason_v6 high_grade
1   anc  0             | 4        -         4        -         -
2   anc  0.099999      | 4        -         4        -         -
3   anc  0.1           | 4        -         3        -         -
4   anc  0.499999      | 4        -         3        -         -
5   anc  0.5           | 3        -         2        -         -
6   anc  0.999999      | 3        -         2        -         -
7   anc  1.0           | 2        -         1        -         -
8   anc  1.499999      | 2        -         1        -         -
9   anc  1.5           | -        no_lln    0        -         -
10  anc  1.999999      | -        no_lln    0        -         -
11  anc  100           | -        no_lln    0        -         -
"""
LYMPHOCYTES = """
day code        numeric_value lln | grade_v5 reason_v5 grade_v6 reason_v6        high_grade
1   lymphocytes 0             1.0 | 4        -         -        not_numeric_term 0
2   lymphocytes 0.199999      1.0 | 4        -         -        not_numeric_term 0
3   lymphocytes 0.2           1.0 | 3        -         -        not_numeric_term 0
4   lymphocytes 0.499999      1.0 | 3        -         -        not_numeric_term 0
5   lymphocytes 0.5           1.0 | 2        -         -        not_numeric_term 0
6   lymphocytes 0.799999      1.0 | 2        -         -        not_numeric_term 0
7   lymphocytes 0.8           1.0 | 1        -         -        not_numeric_term 0
8   lymphocytes 0.999999      1.0 | 1        -         -        not_numeric_term 0
9   lymphocytes 1.0           1.0 | 0        -         -        not_numeric_term 0
10  lymphocytes 4.0           1.0 | 0        -         -        not_numeric_term 0
11  lymphocytes 4.000001      1.0 | 0        -         -        not_numeric_term 2
12  lymphocytes 20            1.0 | 0        -         -        not_numeric_term 2
13  lymphocytes 20.000001     1.0 | 0        -         -        not_numeric_term 3
"""
LYMPHOCYTES_WITHOUT_LLN = """
day code        numeric_value | grade_v5 reason_v5 grade_v6 reason_v6        high_grade
1   lymphocytes 0             | 4        -         -        not_numeric_term 0
2   lymphocytes 0.199999      | 4        -         -        not_numeric_term 0
3   lymphocytes 0.2           | 3        -         -        not_numeric_term 0
4   lymphocytes 0.499999      | 3        -         -        not_numeric_term 0
5   lymphocytes 0.5           | 2        -         -        not_numeric_term 0
6   lymphocytes 0.799999      | 2        -         -        not_numeric_term 0
7   lymphocytes 0.8           | -        no_lln    -        not_numeric_term 0
8   lymphocytes 20.000001     | -        no_lln    -        not_numeric_term 3
"""
WBC = """
day code numeric_value lln | grade_v5 reason_v5 grade_v6 reason_v6 high_grade
1   wbc  0             4.0 | 4        -         4        -         0
2   wbc  0.999999      4.0 | 4        -         4        -         0
3   wbc  1.0           4.0 | 3        -         3        -         0
4   wbc  1.999999      4.0 | 3        -         3        -         0
5   wbc  2.0           4.0 | 2        -         2        -         0
6   wbc  2.999999      4.0 | 2        -         2        -         0
7   wbc  3.0           4.0 | 1        -         1        -         0
8   wbc  3.999999      4.0 | 1        -         1        -         0
9   wbc  4.0           4.0 | 0        -         0        -         0
10  wbc  100           4.0 | 0        -         0        -         0
11  wbc  100.000001    4.0 | 0        -         0        -         3
"""
WBC_WITHOUT_LLN = """
day code numeric_value | grade_v5 reason_v5 grade_v6 reason_v6 high_grade
1   wbc  0             | 4        -         4        -         0
2   wbc  0.999999      | 4        -         4        -         0
3   wbc  1.0           | 3        -         3        -         0
4   wbc  1.999999      | 3        -         3        -         0
5   wbc  2.0           | 2        -         2        -         0
6   wbc  2.999999      | 2        -         2        -         0
7   wbc  3.0           | -        no_lln    -        no_lln    0
8   wbc  100.000001    | -        no_lln    -        no_lln    3
"""
CD4 = """
day code numeric_value lln | grade_v5 reason_v5 grade_v6 reason_v6 high_grade
1   cd4  0             0.6 | 4        -         4        -         -
2   cd4  0.049999      0.6 | 4        -         4        -         -
3   cd4  0.05          0.6 | 3        -         3        -         -
4   cd4  0.199999      0.6 | 3        -         3        -         -
5   cd4  0.2           0.6 | 2        -         2        -         -
6   cd4  0.499999      0.6 | 2        -         2        -         -
7   cd4  0.5           0.6 | 1        -         1        -         -
8   cd4  0.599999      0.6 | 1        -         1        -         -
9   cd4  0.6           0.6 | 0        -         0        -         -
"""
CD4_WITHOUT_LLN = """
day code numeric_value | grade_v5 reason_v5 grade_v6 reason_v6 high_grade
1   cd4  0             | 4        -         4        -         -
2   cd4  0.049999      | 4        -         4        -         -
3   cd4  0.05          | 3        -         3        -         -
4   cd4  0.199999      | 3        -         3        -         -
5   cd4  0.2           | 2        -         2        -         -
6   cd4  0.499999      | 2        -         2        -         -
7   cd4  0.5           | -        no_lln    -        no_lln    -
"""
HEMOGLOBIN = """
day code       numeric_value lln unit | grade_v5 reason_v5 grade_v6 reason_v6 high_grade
1   hemoglobin 10            120 g/L  | 3        -         3        -         -
2   hemoglobin 79.999999     120 g/L  | 3        -         3        -         -
3   hemoglobin 80            120 g/L  | 2        -         2        -         -
4   hemoglobin 99.999999     120 g/L  | 2        -         2        -         -
5   hemoglobin 100           120 g/L  | 1        -         1        -         -
6   hemoglobin 119.999999    120 g/L  | 1        -         1        -         -
7   hemoglobin 120           120 g/L  | 0        -         0        -         -
"""
HEMOGLOBIN_WITHOUT_LLN = """
day code       numeric_value unit | grade_v5 reason_v5 grade_v6 reason_v6 high_grade
1   hemoglobin 10            g/L  | 3        -         3        -         -
2   hemoglobin 79.999999     g/L  | 3        -         3        -         -
3   hemoglobin 80            g/L  | 2        -         2        -         -
4   hemoglobin 99.999999     g/L  | 2        -         2        -         -
5   hemoglobin 100           g/L  | -        no_lln    -        no_lln    -
"""
PLATELETS = """
day code      numeric_value lln | grade_v5 reason_v5 grade_v6 reason_v6 high_grade
1   platelets 0             150 | 4        -         4        -         -
2   platelets 9.999999      150 | 4        -         4        -         -
3   platelets 10            150 | 4        -         3        -         -
4   platelets 24.999999     150 | 4        -         3        -         -
5   platelets 25            150 | 3        -         3        -         -
6   platelets 49.999999     150 | 3        -         3        -         -
7   platelets 50            150 | 2        -         2        -         -
8   platelets 74.999999     150 | 2        -         2        -         -
9   platelets 75            150 | 1        -         1        -         -
10  platelets 149.999999    150 | 1        -         1        -         -
11  platelets 150           150 | 0        -         0        -         -
"""
PLATELETS_WITHOUT_LLN = """
day code      numeric_value | grade_v5 reason_v5 grade_v6 reason_v6 high_grade
1   platelets 0             | 4        -         4        -         -
2   platelets 9.999999      | 4        -         4        -         -
3   platelets 10            | 4        -         3        -         -
4   platelets 24.999999     | 4        -         3        -         -
5   platelets 25            | 3        -         3        -         -
6   platelets 49.999999     | 3        -         3        -         -
7   platelets 50            | 2        -         2        -         -
8   platelets 74.999999     | 2        -         2        -         -
9   platelets 75            | -        no_lln    -        no_lln    -
"""
LIMITS = {name: text for name, text in globals().items() if name.isupper()}


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS.keys())
def test_a_count_on_a_limit_takes_the_milder_grade(limits):
    expect(reviewed(limits).results, limits)


@pytest.mark.parametrize("edition", ["v5", "v6"])
@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS.keys())
def test_a_grade_is_null_exactly_where_a_reason_says_why(limits, edition):
    results = reviewed(limits).results.to_pylist()
    assert [row[f"grade_{edition}"] is None for row in results] == [
        row[f"reason_{edition}"] is not None for row in results
    ]


def test_the_fixed_limits_go_before_the_lower_limit_of_normal():
    table = """
    day code numeric_value lln | grade_v5 grade_v6
    1   anc  0.4           0.3 | 4        3
    2   anc  1.4           1.2 | 2        1
    3   anc  1.2           1.2 | 2        1
    4   anc  1.5           1.2 | 0        0
    5   anc  1.5           1.5 | 0        0
    6   wbc  2.9           2.5 | 2        2
    7   wbc  3.0           2.5 | 0        0
    """
    expect(reviewed(table).results, table)


def test_the_lower_limit_of_normal_is_in_the_unit_of_its_row_and_converted_with_it():
    table = """
    day code       numeric_value lln  uln  unit    | value lln uln grade_v5
    1   anc        1999          2000 7500 /uL     | 1.999 2   7.5 1
    2   anc        2000          2000 7500 /uL     | 2     2   7.5 0
    3   hemoglobin 11.9          12   16   g/dL    | 119   120 160 1
    4   hemoglobin 12            12   16   g/dL    | 120   120 160 0
    5   anc        1.9           2    -    10*9/L  | 1.9   2   -   1
    6   anc        1.9           -    7.5  10*9/L  | 1.9   -   7.5 -
    """
    expect(reviewed(table).results, table)


def test_what_no_edition_has_a_term_for_has_no_grade_and_says_so():
    table = """
    day code       numeric_value unit   | analyte    grade_v5 reason_v5 grade_v6 reason_v6 high_grade
    1   nk         0.01          10*9/L | nk         -        no_term   -        no_term   -
    2   cd8        0.01          10*9/L | cd8        -        no_term   -        no_term   -
    3   cd3        0.01          10*9/L | cd3        -        no_term   -        no_term   -
    4   b_cells    0.01          10*9/L | b_cells    -        no_term   -        no_term   -
    5   creatinine 500           umol/L | creatinine -        no_term   -        no_term   -
    6   tsh        50            mU/L   | tsh        -        no_term   -        no_term   -
    7   alt        500           U/L    | alt        -        no_term   -        no_term   -
    8   ast        500           U/L    | ast        -        no_term   -        no_term   -
    """
    expect(reviewed(table).results, table)


def test_less_than_has_a_grade_where_all_it_allows_have_the_same():
    table = """
    day code comparator numeric_value lln | comparator grade_v5 reason_v5            grade_v6 reason_v6
    1   anc  <          0.1           2.0 | <          4        -                    4        -
    2   anc  <=         0.1           2.0 | <=         4        -                    -        undecided_comparator
    3   anc  <          0.100001      2.0 | <          4        -                    -        undecided_comparator
    4   anc  <          0.5           2.0 | <          4        -                    -        undecided_comparator
    5   anc  <=         0.5           2.0 | <=         -        undecided_comparator -        undecided_comparator
    6   anc  <=         0.499999      2.0 | <=         4        -                    -        undecided_comparator
    7   anc  <          0.500001      2.0 | <          -        undecided_comparator -        undecided_comparator
    8   anc  <          2.0           2.0 | <          -        undecided_comparator -        undecided_comparator
    9   anc  <          0.1           -   | <          4        -                    4        -
    10  anc  <=         0             -   | <=         4        -                    4        -
    """
    expect(reviewed(table).results, table)


def test_more_than_has_a_grade_where_all_it_allows_have_the_same():
    table = """
    day code comparator numeric_value lln | grade_v5 reason_v5            grade_v6 reason_v6
    1   anc  >=         1.5           -   | -        no_lln               0        -
    2   anc  >          1.5           -   | -        no_lln               0        -
    3   anc  >=         1.499999      -   | -        undecided_comparator -        undecided_comparator
    4   anc  >          1.499999      -   | -        undecided_comparator -        undecided_comparator
    5   anc  >=         1.5           2.0 | -        undecided_comparator 0        -
    6   anc  >=         1.999999      2.0 | -        undecided_comparator 0        -
    7   anc  >          1.999999      2.0 | -        undecided_comparator 0        -
    8   anc  >=         2.0           2.0 | 0        -                    0        -
    9   anc  >          2.0           2.0 | 0        -                    0        -
    10  anc  >=         0             2.0 | -        undecided_comparator -        undecided_comparator
    11  wbc  >=         3.0           -   | -        no_lln               -        no_lln
    12  wbc  >=         4.0           4.0 | 0        -                    0        -
    """
    expect(reviewed(table).results, table)


def test_a_term_that_is_not_numeric_or_not_there_is_the_reason_before_the_comparator_is():
    table = """
    day code        comparator numeric_value | reason_v5            reason_v6
    1   lymphocytes <          0.5           | undecided_comparator not_numeric_term
    2   nk          <          0.5           | no_term              no_term
    """
    expect(reviewed(table).results, table)


def test_a_high_grade_with_a_comparator_is_given_where_all_it_allows_have_the_same():
    table = """
    day code        comparator numeric_value | high_grade
    1   lymphocytes <          4             | 0
    2   lymphocytes <=         4             | 0
    3   lymphocytes <=         4.000001      | -
    4   lymphocytes >          4             | -
    5   lymphocytes >=         4             | -
    6   lymphocytes <          20            | -
    7   lymphocytes >=         20            | -
    8   lymphocytes >          20            | 3
    9   lymphocytes >=         20.000001     | 3
    10  wbc         <=         100           | 0
    11  wbc         <=         100.000001    | -
    12  wbc         >=         100           | -
    13  wbc         >          100           | 3
    """
    expect(reviewed(table).results, table)


def test_32_bit_floats_are_graded_as_the_numbers_they_stand_for():
    table = """
    value lln grade_v5 grade_v6
    1.8   1.8 0        0
    1.7   1.8 1        0
    0.7   -   3        2
    0.9   -   3        2
    0.1   -   4        3
    0.42  -   4        3
    """
    numbers = pa.array([1.8, 1.7, 0.7, 0.9, 0.1, 0.42], pa.float32())
    assert numbers.cast(pa.float64())[0].as_py() < 1.8
    meds = pa.table(
        {
            "subject_id": pa.array([1] * 6, pa.int64()),
            "time": [day(n) for n in range(6)],
            "code": ["LOINC//751-8"] * 6,
            "numeric_value": numbers,
            "text_value": pa.array([None] * 6, pa.large_string()),
            "unit": ["10*9/L"] * 6,
            "lln": pa.array([1.8, 1.8, None, None, None, None], pa.float32()),
        }
    )
    expect(leukon.review(meds, "alemtuzumab-ms", as_of="last").results, table)


def test_a_lower_limit_of_normal_keeps_its_last_digit_in_32_bits():
    meds = pa.table(
        {
            "subject_id": [1, 1],
            "time": [day(0), day(1)],
            "code": ["anc", "anc"],
            "numeric_value": pa.array([2.1, 2.1], pa.float64()),
            "unit": ["10*9/L"] * 2,
            "lln": pa.array([2.1, 2.2], pa.float32()),
        }
    )
    expect(leukon.review(meds, "alemtuzumab-ms", as_of="last").results, "lln grade_v5\n2.1 0\n2.2 1")
