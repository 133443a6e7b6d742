"""In which unit: every spelling that laboratories send, exact factors, and refusal of the rest."""

import pytest
from tests.tables import expect, reviewed

BILLIONS_PER_LITRE = r"""
    10*9/L 10*3/uL K/uL K/mm3 x10E3/uL x10*9/L Thousand/uL giga.l-1 G/L e9/l 10\S\9/L 10*6/mL /nL Gpt/L
    10^9/L 10^3/uL k/uL x10^9/L 10*3/mm3 10*3/ul E9/L K/mcL ×10⁹/L 10⁹/L x10³/µL 10*3/µL 10*9/l
    10e3/ul 10E9/L 10e9/l Tsd/µl Tsd./µl Tsd/ul TSD/UL Mrd/l Mrd./l Zellen/nl /nl G/l Gpt/l gpt/l
    9444 8848 8816 8961 44777588 OMOP//9444 OMOP//8848 OMOP//8816 OMOP//8961 OMOP//44777588
"""
PER_MICROLITRE = """
    /uL cells/uL {cells}/uL /mm3 cells/mm3 /cumm 10*6/L /µL /μL cells/µL 10^6/L x10*6/L
    Zellen/µl Zellen/ul Mpt/l
    8784 8647 OMOP//8784 OMOP//8647
"""


@pytest.mark.parametrize("unit", BILLIONS_PER_LITRE.split())
def test_counts_in_billions_per_litre_keep_their_number(unit):
    results = reviewed(f"day code numeric_value unit\n1 anc 0.899 {unit}").results
    assert results["value"].to_pylist() == [0.899]
    expect(results, "value unit\n0.899 10^9/L")


@pytest.mark.parametrize("unit", PER_MICROLITRE.split())
def test_counts_per_microlitre_are_a_thousandth(unit):
    results = reviewed(f"day code numeric_value unit\n1 anc 899 {unit}").results
    assert results["value"].to_pylist() == [0.899]
    expect(results, "value unit\n0.899 10^9/L")


@pytest.mark.parametrize("analyte", ["wbc", "lymphocytes", "platelets", "cd3", "cd4", "cd8", "nk", "b_cells"])
def test_every_count_has_the_units_of_the_anc(analyte):
    table = f"""
    day code      numeric_value unit       | value unit
    1   {analyte} 50            10*9/L     | 50    10^9/L
    2   {analyte} 50            10*3/uL    | 50    10^9/L
    3   {analyte} 50000         {{cells}}/uL | 50    10^9/L
    """
    expect(reviewed(table).results, table)


@pytest.mark.parametrize("unit", ["10*9/L", "10*3/uL", "/uL", "8784"])
@pytest.mark.parametrize("code", ["segs", "bands"])
def test_parts_of_a_count_have_the_units_of_a_count(code, unit):
    result = reviewed(f"day code numeric_value unit\n1 {code} 50 {unit}")
    assert result.unused["reason"].to_pylist() == ["no_total"]


def test_haemoglobin_comes_in_grams_per_decilitre_per_litre_and_in_millimoles():
    table = """
    day code       numeric_value unit       | value    unit grade_v5
    1   hemoglobin 9.9           g/dL       | 99       g/L  2
    2   hemoglobin 10            g/dL       | 100      g/L  -
    3   hemoglobin 99            g/L        | 99       g/L  2
    4   hemoglobin 100           g/L        | 100      g/L  -
    5   hemoglobin 6.2           mmol/L     | 99.882   g/L  2
    6   hemoglobin 6.21          mmol/L     | 100.0431 g/L  -
    7   hemoglobin 10            8713       | 100      g/L  -
    8   hemoglobin 10            OMOP//8713 | 100      g/L  -
    9   hemoglobin 100           8636       | 100      g/L  -
    10  hemoglobin 100           OMOP//8636 | 100      g/L  -
    """
    expect(reviewed(table).results, table)


@pytest.mark.parametrize("unit", ["%", "8554", "OMOP//8554"])
@pytest.mark.parametrize("code", ["neutrophils_percent", "bands_percent", "lymphocytes_percent"])
def test_percentages_come_in_percent(code, unit):
    result = reviewed(f"day code numeric_value unit\n1 {code} 50 {unit}")
    assert result.unused["reason"].to_pylist() == ["no_total"]


def test_chemistry_has_its_own_result_units():
    table = """
    day code       numeric_value unit    | analyte    value unit
    1   creatinine 80            umol/L  | creatinine 80    umol/L
    2   creatinine 1             mg/dL   | creatinine 88.42 umol/L
    3   creatinine 0.08          mmol/L  | creatinine 80    umol/L
    4   creatinine 80            µmol/L  | creatinine 80    umol/L
    5   tsh        4             mU/L    | tsh        4     mU/L
    6   tsh        4             uIU/mL  | tsh        4     mU/L
    7   tsh        4             mIU/L   | tsh        4     mU/L
    8   alt        40            U/L     | alt        40    U/L
    9   ast        40            IU/L    | ast        40    U/L
    10  alt        1             ukat/L  | alt        60    U/L
    """
    expect(reviewed(table).results, table)


def test_one_message_may_carry_two_units():
    table = """
    day code numeric_value unit        | analyte value unit
    1   anc  899           cells/uL    | anc     0.899 10^9/L
    1   wbc  2.0           Thousand/uL | wbc     2     10^9/L
    """
    expect(reviewed(table).results, table)


def test_counts_per_microlitre_are_graded_on_both_sides_of_a_limit_exactly():
    table = """
    day code numeric_value unit | value grade_v5 grade_v6
    1   anc  99            /uL  | 0.099 4        4
    2   anc  100           /uL  | 0.1   4        3
    3   anc  499           /uL  | 0.499 4        3
    4   anc  500           /uL  | 0.5   3        2
    5   anc  999           /uL  | 0.999 3        2
    6   anc  1000          /uL  | 1     2        1
    7   anc  1499          /uL  | 1.499 2        1
    8   anc  1500          /uL  | 1.5   -        0
    """
    expect(reviewed(table).results, table)


def test_conversion_is_one_correctly_rounded_division():
    numbers = range(1, 10_000)
    rows = "\n".join(f"{n} anc {n} /uL" for n in numbers)
    results = reviewed(f"day code numeric_value unit\n{rows}").results
    assert results["value"].to_pylist() == [n / 1000 for n in numbers]


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("anc", "g/L"),
        ("anc", "%"),
        ("anc", "mg/dL"),
        ("anc", "10*3/mL"),
        ("anc", "10*3/L"),
        ("anc", "g/l"),
        ("anc", "Tsd"),
        ("anc", "Tsd/l"),
        ("anc", "Tsd/ml"),
        ("anc", "Mio/µl"),
        ("anc", "Tpt/L"),
        ("anc", "T/l"),
        ("anc", "kelvin"),
        ("anc", "8713"),
        ("anc", "10*9"),
        ("wbc", "%"),
        ("hemoglobin", "10*9/L"),
        ("hemoglobin", "mmol/mol"),
        ("hemoglobin", "%"),
        ("neutrophils_percent", "10*9/L"),
        ("neutrophils_percent", "g/L"),
        ("creatinine", "U/L"),
        ("tsh", "mg/dL"),
    ],
)
def test_a_unit_that_is_not_the_analytes_own_is_refused(code, unit):
    result = reviewed(f"day code numeric_value unit\n1 {code} 50 {unit}")
    expect(result.unused, f"code unit reason\n{code} {unit} unknown_unit")
    assert result.results.num_rows == 0


@pytest.mark.parametrize("code", ["anc", "hemoglobin", "neutrophils_percent", "creatinine"])
def test_a_number_without_a_unit_is_refused(code):
    result = reviewed(f"day code numeric_value unit\n1 {code} 50 -")
    expect(result.unused, f"code unit reason\n{code} - no_unit")


def test_white_space_in_a_unit_does_not_matter():
    table = """
    day code numeric_value unit       | value
    1   anc  0.9           10*9~/~L   | 0.9
    2   anc  0.9           ~10*9/L~   | 0.9
    3   anc  900           cells~/~uL | 0.9
    """
    expect(reviewed(table).results, table)


@pytest.mark.parametrize("unit", ["mg/day", "mg/d", "mg/h", "mg/kg", "mg/m2", "mg/24h"])
def test_a_dose_rate_is_no_amount_but_the_dose_was_given(unit):
    table = f"day code numeric_value unit\n0 alemtuzumab 12 {unit}\n1 alemtuzumab 12 mg"
    expect(reviewed(table).courses, "doses total_dose_mg\n2 -")
    assert reviewed(table).unused.num_rows == 0
