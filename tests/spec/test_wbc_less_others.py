"""The ANC as WBC less the other white cells: the last resort, made only where nothing at all is said of neutrophils."""

import pytest
from tests.tables import expect, reviewed

FIVE = """
day code        numeric_value
1   wbc         2.0
1   lymphocytes 0.8
1   monocytes   0.25
1   eosinophils 0.04
1   basophils   0.01
"""


def with_rows(*rows):
    """The five counts of one time, and more rows."""
    return "\n".join([FIVE.strip(), *rows])


def five(wbc, lymphocytes, monocytes, eosinophils, basophils):
    """The five counts of one time as texts, which may have comparators."""
    return f"""
    day code        text_value
    1   wbc         {wbc}
    1   lymphocytes {lymphocytes}
    1   monocytes   {monocytes}
    1   eosinophils {eosinophils}
    1   basophils   {basophils}
    """


def ancs(table):
    """The ANCs among the results of a table of text."""
    results = reviewed(table).results
    return results.filter([name == "anc" for name in results["analyte"].to_pylist()])


def test_what_the_other_cells_leave_of_the_white_cells_is_an_anc():
    result = reviewed(FIVE)
    expect(
        result.results,
        """
        row analyte     value unit   origin          lln grade_v5 grade_v6
        3   anc         0.9   10^9/L wbc_less_others -   3        2
        2   lymphocytes 0.8   10^9/L measured        -   -        -
        1   wbc         2     10^9/L measured        -   2        2
        """,
    )
    expect(result.account, "use reason rows subjects\nresult - 2 1\npart_of_result - 3 1")
    expect(result.episodes, "nadir results derived_results\n0.9 1 1")
    assert result.unused.num_rows == 0


def test_codes_of_loinc_and_sdtm_mean_the_other_cells():
    codes = [
        ("LOINC//742-7", "monocytes"), ("LOINC//26484-6", "monocytes"), ("SDTM//MONO", "monocytes"),
        ("LOINC//711-2", "eosinophils"), ("LOINC//26449-9", "eosinophils"), ("SDTM//EOS", "eosinophils"),
        ("LOINC//704-7", "basophils"), ("LOINC//26444-0", "basophils"), ("SDTM//BASO", "basophils"),
    ]  # fmt: skip
    table = "day code numeric_value\n" + "\n".join(f"1 {code} 0.1" for code, _ in codes)
    seen = {row["code"]: row["concept"] for row in reviewed(table).codes_seen.to_pylist()}
    assert seen == dict(codes)


@pytest.mark.parametrize(
    "row",
    [
        "1 anc 1.2",
        "1 neutrophils_percent 40",
        "1 bands_percent 5",
        "1 segs 0.5",
        "1 bands 0.1",
        "1 anc 899",  # not plausible: still the laboratory said something
        "1 neutrophils_percent 101",
    ],
)
def test_where_anything_is_said_of_neutrophils_nothing_is_guessed(row):
    result = reviewed(with_rows(row))
    assert "wbc_less_others" not in result.results["origin"].to_pylist()
    others = {"use": "other_kind", "reason": None, "rows": 3, "subjects": 1}
    assert others in result.account.to_pylist()


@pytest.mark.parametrize("status", ["preliminary", "cancelled", "entered-in-error", "registered"])
def test_an_anc_that_is_not_out_yet_or_was_taken_back_is_not_guessed(status):
    rows = [f"{line} -" for line in FIVE.strip().splitlines()[1:]]
    table = "\n".join(["day code numeric_value status", *rows, f"1 anc 1.2 {status}"])
    assert reviewed(table).results["analyte"].to_pylist() == ["lymphocytes", "wbc"]


def test_neutrophils_of_another_time_or_person_are_no_hindrance():
    expect(ancs(with_rows("1.001 anc 1.2", "2 segs 0.5")), "row value origin\n3 0.9 wbc_less_others\n6 1.2 measured")
    rows = "\n".join(f"1 {line}" for line in FIVE.strip().splitlines()[1:])
    expect(ancs(f"subject_id day code numeric_value\n{rows}\n2 1 segs 0.5"), "subject_id value\n1 0.9")


@pytest.mark.parametrize("missing", ["wbc", "lymphocytes", "monocytes", "eosinophils", "basophils"])
def test_all_five_must_have_been_counted(missing):
    table = "\n".join(line for line in FIVE.strip().splitlines() if missing not in line)
    result = reviewed(table)
    assert "anc" not in result.results["analyte"].to_pylist()
    assert result.unused.num_rows == 0


def test_derived_lymphocytes_are_not_counted_ones():
    result = reviewed(FIVE.replace("lymphocytes 0.8", "lymphocytes_percent 40"))
    expect(result.results, "analyte value origin\nlymphocytes 0.8 wbc_x_percent\nwbc 2 measured")


@pytest.mark.parametrize(
    ("fault", "left"),
    [
        ("0.25 - final", "no unit"),
        ("0.25 furlong final", "unknown unit"),
        ("500.1 10*9/L final", "implausible"),
        ("-0.25 10*9/L final", "negative"),
        ("0.25 10*9/L preliminary", "preliminary"),
        ("0.25 10*9/L cancelled", "cancelled"),
        ("0.25 10*9/L sent", "bad status"),
    ],
)
def test_cells_that_cannot_be_used_are_of_another_kind_and_never_unused(fault, left):
    table = f"""
    day code        numeric_value unit   status
    1   wbc         2.0           10*9/L final
    1   lymphocytes 0.8           10*9/L final
    1   monocytes   {fault}
    1   eosinophils 0.04          10*9/L final
    1   basophils   0.01          10*9/L final
    """
    result = reviewed(table)
    expect(result.results, "analyte value\nlymphocytes 0.8\nwbc 2")
    expect(result.account, "use reason rows\nresult - 2\nother_kind - 3")
    assert result.unused.num_rows == 0, left


def test_older_versions_and_copies_of_such_cells_are_of_another_kind_too():
    table = """
    day code        numeric_value source_id recorded_day
    1   wbc         2.0           -         1
    1   lymphocytes 0.8           -         1
    1   monocytes   0.25          -         1
    1   monocytes   0.25          -         1
    1   eosinophils 0.04          A         2
    1   eosinophils 0.4           A         1
    1   basophils   0.01          -         1
    """
    result = reviewed(table)
    expect(result.results, "row analyte value\n3 anc 0.9\n2 lymphocytes 0.8\n1 wbc 2")
    expect(result.account, "use reason rows\nresult - 2\npart_of_result - 3\nother_kind - 2")


def test_such_cells_alone_are_known_codes_of_another_kind():
    result = reviewed("day code numeric_value\n1 monocytes 0.3\n1 anc 2")
    expect(result.codes_seen, "code concept rows\nanc anc 1\nmonocytes monocytes 1")
    expect(result.account, "use reason rows\nresult - 1\nother_kind - 1")


@pytest.mark.parametrize(
    ("wbc", "others", "anc"),
    [
        ("1.5", "1.005", "0.5"),  # 0.495
        ("1.5", "1.035", "0.46"),  # 0.465
        ("2.5", "1.005", "1.5"),  # 1.495
        ("2.5", "1.0051", "1.49"),
        ("2.5", "2.5", "0"),
        ("2.5", "2.495", "0"),  # 0.005
        ("2.5", "2.4949", "0.01"),
        ("100", "0", "100"),
        ("500", "400", "100"),
    ],
)
def test_the_difference_is_exact_and_rounded_half_even_to_two_decimals(wbc, others, anc):
    expect(ancs(five(wbc, others, "0", "0", "0")), f"value comparator\n{anc} -")


def test_nothing_left_at_all_is_an_anc_of_0_and_an_emergency():
    result = reviewed(five("1.0", "0.8", "0.1", "0.06", "0.04"), until=2)
    expect(result.results.slice(0, 1), "analyte value grade_v5 grade_v6\nanc 0 4 4")
    assert ("anc_emergency", "emergency") in [(row["finding"], row["urgency"]) for row in result.findings.to_pylist()]


@pytest.mark.parametrize(("wbc", "others"), [("2.5", "2.500001"), ("2.5", "2.51"), ("0", "0.01"), ("100.1", "0.09")])
def test_a_difference_below_0_or_beyond_what_is_plausible_is_no_count(wbc, others):
    result = reviewed(five(wbc, others, "0", "0", "0"))
    expect(result.results, f"analyte value\nlymphocytes {others}\nwbc {wbc}")
    expect(result.account, "use reason rows\nresult - 2\nother_kind - 3")


@pytest.mark.parametrize(
    ("wbc", "lymphocytes", "monocytes", "value", "comparator"),
    [
        (">10", "1", "0.5", "8.5", ">"),
        (">=10", "1", "0.5", "8.5", ">="),
        ("<2", "1", "0.5", "0.5", "<"),
        ("<=2", "1", "0.5", "0.5", "<="),
        ("2", ">1", "0.5", "0.5", "<"),
        ("2", ">=1", "0.5", "0.5", "<="),
        ("<=2", ">1", "0.5", "0.5", "<"),
        ("2", "1.6", "<0.5", "0.4", "<="),  # -0.1 to 0.4: nobody has fewer than none
        ("2", "1.5", "<=0.5", "0.5", "<="),
        (">10", "1.004", "0", "9", ">="),  # 8.996: a bound that was rounded may be a rounded count itself
        ("<=2", "2", "0", "0", "-"),
        ("<2", "<1", "0", "2", "<"),  # as if there were no lymphocytes: that may be so
    ],
)
def test_a_comparator_of_a_part_is_one_of_what_is_left(wbc, lymphocytes, monocytes, value, comparator):
    expect(ancs(five(wbc, lymphocytes, monocytes, "0", "0")), f"value comparator\n{value} {comparator}")


@pytest.mark.parametrize(
    ("wbc", "lymphocytes", "monocytes"),
    [
        ("2", "1", "<0.5"),  # 0.5 to 1
        ("2", "1.5", "<0.5"),  # more than 0, to 0.5
        (">2", ">1", "0"),
        (">2", "1.5", "0.6"),  # anything
        ("<2", "2", "0"),  # nothing
        ("<=2", "2.1", "0"),
        ("<2", ">=2", "0"),
    ],
)
def test_what_no_single_comparator_can_say_is_no_count(wbc, lymphocytes, monocytes):
    assert ancs(five(wbc, lymphocytes, monocytes, "0", "0")).num_rows == 0


def test_of_several_partners_those_are_taken_that_leave_the_least():
    table = with_rows("1 wbc 3.0", "1 lymphocytes 0.7", "1 eosinophils 0.05", "1 basophils 0")
    result = reviewed(table)
    expect(ancs(table), "row value\n3 0.89")
    expect(result.account, "use reason rows\nresult - 4\npart_of_result - 3\nother_kind - 2")


def test_each_monocyte_count_makes_its_own():
    expect(ancs(with_rows("1 monocytes 0.35")), "row value\n3 0.9\n6 0.8")


def test_source_ids_must_agree_with_that_of_the_monocytes():
    table = """
    day code        numeric_value source_id
    1   wbc         2.0           A
    1   lymphocytes 0.8           A
    1   monocytes   0.25          A
    1   eosinophils 0.04          A
    1   basophils   0.01          A
    2   wbc         2.0           A
    2   lymphocytes 0.8           B
    2   monocytes   0.25          A
    2   eosinophils 0.04          A
    2   basophils   0.01          A
    3   wbc         2.0           A
    3   lymphocytes 0.8           B
    3   monocytes   0.25          -
    3   eosinophils 0.04          C
    3   basophils   0.01          -
    """
    expect(ancs(table), "row time value\n3 2000-01-02 0.9\n13 2000-01-04 0.9")


def test_no_disagreement_is_made_of_it():
    result = reviewed(with_rows("1 anc 1.6"), until=2)
    assert "anc_disagreement" not in result.findings["finding"].to_pylist()
    percent = reviewed("day code numeric_value\n1 wbc 2\n1 neutrophils_percent 45\n1 anc 1.6", until=2)
    assert "anc_disagreement" in percent.findings["finding"].to_pylist()


def test_a_preliminary_part_makes_a_preliminary_anc():
    rows = [f"{line} {'preliminary' if 'monocytes' in line else '-'}" for line in FIVE.strip().splitlines()[1:]]
    result = reviewed("\n".join(["day code numeric_value status", *rows]), until=2)
    assert "anc" not in result.results["analyte"].to_pylist()
    said = [row for row in result.findings.to_pylist() if row["finding"] == "anc_same_day"]
    assert [(row["value"], row["preliminary"]) for row in said] == [(0.9, True)]
