"""What does a row say: text before number, comparators, commas, 32-bit floats, plausible limits."""

import pyarrow as pa
from tests.tables import day, expect, reviewed

import leukon


def test_text_that_holds_a_number_is_read_first():
    table = """
    day code numeric_value text_value | value comparator
    1   anc  -             0.42       | 0.42  -
    2   anc  0.42          0.42       | 0.42  -
    3   anc  -             1,5        | 1.5   -
    4   anc  -             .5         | 0.5   -
    5   anc  -             5.         | 5     -
    6   anc  -             ,5         | 0.5   -
    7   anc  -             5e-1       | 0.5   -
    8   anc  -             0          | 0     -
    9   anc  -             0.0        | 0     -
    10  anc  -             +0.7       | 0.7   -
    11  anc  -             ~0.7~      | 0.7   -
    12  wbc  -             1e2        | 100   -
    """
    expect(reviewed(table).results, table)


def test_text_is_exact_and_a_number_is_rounded_to_six_decimals():
    table = """
    day code numeric_value text_value | value     grade_v5
    1   anc  -             1.4999996  | 1.4999996 2
    2   anc  1.4999996     -          | 1.5       -
    3   anc  1.4999994     -          | 1.499999  2
    4   anc  -             0.49999999 | 0.49999999 4
    5   anc  0.49995       -          | 0.49995   4
    6   anc  1.4995        -          | 1.4995    2
    """
    expect(reviewed(table).results, table)


def test_every_comparator_is_read_in_the_text_and_in_its_column():
    table = """
    day code numeric_value text_value comparator | value comparator
    1   anc  -             <0.1       -          | 0.1   <
    2   anc  -             <~0.1      -          | 0.1   <
    3   anc  -             <=0.1      -          | 0.1   <=
    4   anc  -             =<0.1      -          | 0.1   <=
    5   anc  -             ≤0.1       -          | 0.1   <=
    6   anc  -             >=1.5      -          | 1.5   >=
    7   anc  -             =>1.5      -          | 1.5   >=
    8   anc  -             ≥1.5       -          | 1.5   >=
    9   anc  -             >7,5       -          | 7.5   >
    10  anc  -             =0.7       -          | 0.7   -
    11  anc  0.1           -          <          | 0.1   <
    12  anc  0.1           -          <=         | 0.1   <=
    13  anc  1.5           -          >=         | 1.5   >=
    14  anc  1.5           -          >          | 1.5   >
    15  anc  0.7           -          =          | 0.7   -
    16  anc  0.1           0.1        <          | 0.1   <
    17  anc  0.1           <0.1       <          | 0.1   <
    18  anc  0.1           <0.1       -          | 0.1   <
    """
    expect(reviewed(table).results, table)


def test_a_comparator_before_words_or_nothing_is_kept_and_the_number_is_the_numeric_value():
    table = """
    day code numeric_value text_value      | value comparator
    1   anc  0.5           <0.5~(verified) | 0.5   <
    2   anc  0.1           <               | 0.1   <
    3   anc  1.5           >=~normal       | 1.5   >=
    """
    expect(reviewed(table).results, table)


def test_text_without_a_value_leaves_the_number_alone():
    table = """
    day code numeric_value text_value | value comparator
    1   anc  0.9           see~note   | 0.9   -
    2   anc  1.5           normal     | 1.5   -
    3   anc  0.9           80-90      | 0.9   -
    4   anc  0.9           1~234      | 0.9   -
    5   anc  0.9           1.234,5    | 0.9   -
    6   anc  0.9           NaN        | 0.9   -
    """
    expect(reviewed(table).results, table)


def test_a_comma_before_exactly_three_digits_is_refused_unless_a_lone_zero_stands_before_it():
    table = """
    day code text_value | reason
    1   anc  1,234      | ambiguous_comma
    2   anc  10,899     | ambiguous_comma
    3   anc  00,899     | ambiguous_comma
    4   anc  ,899       | ambiguous_comma
    5   anc  <1,000     | ambiguous_comma
    6   anc  1,234.5    | ambiguous_comma
    7   anc  1,234,567  | ambiguous_comma
    """
    expect(reviewed(table).unused, table)
    good = """
    day code text_value | value comparator
    1   anc  0,899      | 0.899 -
    2   anc  <0,100     | 0.1   <
    3   anc  1,23       | 1.23  -
    4   anc  1,2345     | 1.2345 -
    5   anc  12,3       | 12.3  -
    """
    expect(reviewed(good).results, good)


def test_an_ambiguous_comma_is_refused_though_the_number_beside_it_parses():
    table = """
    day code numeric_value text_value | reason
    1   anc  1.234         1,234      | ambiguous_comma
    """
    expect(reviewed(table).unused, table)


def test_text_and_number_that_differ_by_more_than_32_bit_rounding_are_a_conflict():
    table = """
    day code      numeric_value text_value comparator | reason
    1   anc       0.9           0.42       -          | conflict
    2   anc       0.4200012     0.42       -          | conflict
    3   anc       0.4199988     0.42       -          | conflict
    4   platelets 250.30004     250.3      -          | conflict
    5   anc       0.1           <0.2       -          | conflict
    6   anc       0.1           <0.1       <=         | conflict
    7   anc       0.1           <0.1       >          | conflict
    8   anc       0.1           <          >          | conflict
    """
    expect(reviewed(table).unused, table)
    assert reviewed(table).results.num_rows == 0
    good = """
    day code      numeric_value text_value | value
    1   anc       0.4200008     0.42       | 0.42
    2   anc       0.4199992     0.42       | 0.42
    3   platelets 250.30002     250.3      | 250.3
    """
    expect(reviewed(good).results, good)


def test_the_text_wins_over_the_32_bit_float_beside_it():
    meds = pa.table(
        {
            "subject_id": [1, 1],
            "time": [day(0), day(1)],
            "code": ["anc", "platelets"],
            "numeric_value": pa.array([0.42, 250.3], pa.float32()),
            "text_value": pa.array(["0.42", "250.3"], pa.large_string()),
            "unit": ["10*9/L"] * 2,
        }
    )
    expect(leukon.review(meds, "alemtuzumab-ms", as_of="last").results, "value\n0.42\n250.3")


def test_nothing_that_is_no_number_becomes_one():
    table = """
    day code numeric_value text_value comparator | reason
    1   anc  -             -          -          | not_numeric
    2   anc  -             pending    -          | not_numeric
    3   anc  -             DNR        -          | not_numeric
    4   anc  -             <          -          | not_numeric
    5   anc  -             -          <          | not_numeric
    6   anc  -             80-90      -          | not_numeric
    7   anc  -             NaN        -          | not_numeric
    8   anc  nan           -          -          | not_numeric
    9   anc  inf           -          -          | not_numeric
    10  anc  -inf          -          -          | not_numeric
    11  anc  0.9           -          ≈          | not_numeric
    12  anc  0.9           -          about      | not_numeric
    13  anc  0.9           0.9        <>         | not_numeric
    """
    expect(reviewed(table).unused, table)


def test_a_count_below_zero_is_negative_and_zero_is_a_count():
    table = """
    day code numeric_value text_value | reason
    1   anc  -0.000001     -          | negative
    2   anc  -             -0.1       | negative
    3   anc  -             -0,899     | negative
    """
    expect(reviewed(table).unused, table)
    good = """
    day code numeric_value | value grade_v5 grade_v6
    1   anc  0             | 0     4        4
    2   anc  0.000001      | 1e-06 4        4
    """
    expect(reviewed(good).results, good)


def test_a_value_on_a_plausible_limit_is_taken_and_one_beyond_it_is_held():
    taken = """
    day code        numeric_value unit   | value
    1   anc         100           10*9/L | 100
    2   wbc         500           10*9/L | 500
    3   lymphocytes 500           10*9/L | 500
    4   platelets   5000          10*9/L | 5000
    5   hemoglobin  10            g/L    | 10
    6   hemoglobin  300           g/L    | 300
    7   cd4         100           10*9/L | 100
    8   cd8         100           10*9/L | 100
    9   nk          100           10*9/L | 100
    10  b_cells     100           10*9/L | 100
    """
    expect(reviewed(taken).results, taken)
    held = """
    day code                numeric_value unit   | reason
    1   anc                 100.000001    10*9/L | implausible
    2   wbc                 500.000001    10*9/L | implausible
    3   lymphocytes         500.000001    10*9/L | implausible
    4   platelets           5000.000001   10*9/L | implausible
    5   hemoglobin          9.999999      g/L    | implausible
    6   hemoglobin          300.000001    g/L    | implausible
    7   hemoglobin          0             g/L    | implausible
    8   cd4                 100.000001    10*9/L | implausible
    9   cd8                 100.000001    10*9/L | implausible
    10  nk                  100.000001    10*9/L | implausible
    11  b_cells             100.000001    10*9/L | implausible
    12  segs                100.000001    10*9/L | implausible
    13  bands               100.000001    10*9/L | implausible
    14  neutrophils_percent 100.000001    %      | implausible
    15  lgl_percent         100.000001    %      | implausible
    16  nk_percent          100.000001    %      | implausible
    """
    expect(reviewed(held).unused, held)


def test_plausible_limits_hold_for_the_value_in_result_units():
    table = """
    day code       numeric_value unit   | reason
    1   wbc        899           10*9/L | implausible
    2   anc        100001        /uL    | implausible
    3   hemoglobin 13            g/mL   | implausible
    4   hemoglobin 13            g/L    | -
    5   wbc        899           /uL    | -
    """
    left = reviewed(table)
    expect(left.unused, "row reason\n1 implausible\n2 implausible\n3 implausible")
    expect(left.results, "row value\n4 13\n5 0.899")


def test_a_dose_is_a_dose_with_or_without_an_amount_but_not_of_nothing():
    table = """
    day code        numeric_value unit text_value | doses total_dose_mg
    1   alemtuzumab 12            mg   -          | 1     12
    101 alemtuzumab 0.012         g    -          | 1     12
    201 alemtuzumab 12000         ug   -          | 1     12
    301 alemtuzumab -             -    -          | 1     -
    401 alemtuzumab 12            -    -          | 1     -
    501 alemtuzumab 12            vial -          | 1     -
    601 alemtuzumab -             mg   given      | 1     -
    701 alemtuzumab -             mg   12         | 1     12
    """
    expect(reviewed(table).courses, table)
    none = """
    day code        numeric_value unit text_value | reason
    1   alemtuzumab 0             mg   -          | not_given
    2   alemtuzumab -             mg   0          | not_given
    3   alemtuzumab -             -    not~given  | not_given
    4   alemtuzumab 12            mg   Not~Given  | not_given
    5   alemtuzumab -12           mg   -          | negative
    """
    expect(reviewed(none).unused, none)
    assert reviewed(none).courses.num_rows == 0


def test_a_coded_finding_says_one_of_its_words_in_any_case():
    table = """
    day code                      text_value unit | use
    1   complement                consumed   -    | finding
    2   complement                Normal     -    | finding
    3   infection                 NEGATIVE   -    | finding
    4   antineutrophil_antibodies positive   -    | finding
    5   hemoglobin_finding        low        -    | finding
    6   platelets_finding         normal     -    | finding
    7   urinalysis                yes        -    | finding
    8   unwell                    no         -    | finding
    9   bleeding                  no         -    | finding
    10  haematology_contact       yes        -    | finding
    11  lgl_smear                 positive   -    | finding
    12  condition                 Graves~disease - | finding
    """
    expect(reviewed(table).account, "use reason rows subjects\nfinding - 12 1")
    wrong = """
    day code       text_value unit | reason
    1   complement fine       -    | not_numeric
    2   infection  -          -    | not_numeric
    3   condition  -          -    | not_numeric
    """
    expect(reviewed(wrong).unused, wrong)


def test_a_finding_with_a_number_is_a_percentage_a_fold_or_a_temperature():
    table = """
    day code            numeric_value unit
    1   lgl_percent     85            %
    2   nk_percent      47            %
    3   cd8_percent     48            %
    4   cd4_percent     6.6           %
    5   b_cells_percent 0.6           %
    6   nk_fold         3.2           -
    7   cd8_fold        1.5           -
    8   temperature     38.0          Cel
    9   temperature     25            Cel
    10  temperature     45            Cel
    """
    expect(reviewed(table).account, "use reason rows subjects\nfinding - 10 1")
    wrong = """
    day code        numeric_value unit | reason
    1   lgl_percent 85            -    | no_unit
    2   nk_fold     3.2           %    | unknown_unit
    3   temperature 24.9          Cel  | implausible
    4   temperature 45.1          Cel  | implausible
    5   temperature 38            -    | no_unit
    """
    expect(reviewed(wrong).unused, wrong)


def test_no_count_is_less_than_zero():
    review = reviewed(
        """
        day  code  text_value
        1    anc   <0
        2    anc   -0
        3    anc   <=0
        """
    )
    expect(review.unused, "row reason\n1 negative")
    expect(review.results, "value comparator\n0 -\n0 <=")
    assert "-0.0" not in str(review.results["value"].to_pylist())


def test_a_text_with_hundreds_of_digits_stops_nothing():
    table = pa.table(
        {
            "subject_id": [1, 1, 1],
            "time": [day(1), day(2), day(3)],
            "code": ["anc", "anc", "alemtuzumab"],
            "numeric_value": [None, 2.0, 1e305],
            "text_value": ["0." + "0" * 400 + "1", None, None],
            "unit": ["10*9/L", "10*9/L", "mg"],
        }
    )
    review = leukon.review(table, "alemtuzumab-ms", as_of="2000-02-01")
    expect(review.unused, "row reason\n1 not_numeric")
    expect(review.courses, "course doses total_dose_mg\n1 1 -")
