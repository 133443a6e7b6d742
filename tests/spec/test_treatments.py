"""What was given while the count was low: on which days it counts, in which order it is told, and what is none."""

import pytest
from tests.tables import expect, reviewed

EPISODE = """
day   code               numeric_value
0     alemtuzumab        12
5     anc                3.0
10.5  anc                0.9
20.5  anc                2.0
30    anc                2.0
"""


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("9.99", "- - -"),
        ("10", "g_csf:filgrastim 10 10"),
        ("10.9", "g_csf:filgrastim 10 10"),
        ("15", "g_csf:filgrastim 15 5"),
        ("20", "g_csf:filgrastim 20 0"),
        ("20.99", "g_csf:filgrastim 20 0"),
        ("21", "- - -"),
    ],
)
def test_a_treatment_counts_on_a_day_from_onset_to_recovery(day, found):
    expect(
        reviewed(f"{EPISODE}{day} filgrastim 0.3").episodes,
        f"treatments treatment_start_day days_to_recovery_after_treatment\n{found}",
    )


@pytest.mark.parametrize(("until", "found"), [(29, "-"), (30, "g_csf:filgrastim"), (31, "g_csf:filgrastim")])
def test_while_the_episode_is_open_treatments_count_up_to_as_of(until, found):
    table = "day code numeric_value\n0 alemtuzumab 12\n10 anc 0.9\n30.9 filgrastim 0.3"
    expect(reviewed(table, until=until).episodes, f"status treatments\nongoing {found}")


def test_days_to_recovery_are_null_while_the_episode_is_open():
    table = "day code numeric_value\n0 alemtuzumab 12\n10 anc 0.9\n30 filgrastim 0.3"
    expect(reviewed(table).episodes, "treatment_start_day days_to_recovery_after_treatment\n30 -")


@pytest.mark.parametrize(("day", "found"), [("399", "g_csf:filgrastim"), ("400", "g_csf:filgrastim"), ("401", "-")])
def test_of_a_carried_over_episode_they_count_to_the_day_of_the_new_course(day, found):
    table = f"day code numeric_value\n0 alemtuzumab 12\n10 anc 0.9\n400 alemtuzumab 12\n{day} filgrastim 0.3"
    expect(reviewed(table).episodes, f"status treatments\ncarried_over {found}")


def test_a_provisional_recovery_ends_the_days_of_treatment_too():
    table = "day code numeric_value\n10 anc 0.9\n20 anc 2.0\n21 filgrastim 0.3"
    expect(reviewed(table).episodes, "status treatments\nrecovering -")


def test_treatments_are_told_once_each_by_their_first_dose():
    table = """
    day code               numeric_value unit
    10  anc                0.9           10*9/L
    14  prednisolone       25            mg
    12  filgrastim         300           ug
    13  filgrastim         300           ug
    12.5 plasma_exchange   -             -
    15  prednisolone       25            mg
    16  methylprednisolone 1             g
    17  immunoglobulins    30            g
    18  lenograstim        -             -
    """
    expect(
        reviewed(table).episodes,
        """
        treatments
        g_csf:filgrastim;plasma_exchange:plasma_exchange;corticosteroid:prednisolone;corticosteroid:methylprednisolone;immunoglobulins:immunoglobulins;g_csf:lenograstim
        """,
    )


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("prednisolone", "corticosteroid:prednisolone"),
        ("prednisone", "corticosteroid:prednisone"),
        ("methylprednisolone", "corticosteroid:methylprednisolone"),
        ("dexamethasone", "corticosteroid:dexamethasone"),
        ("filgrastim", "g_csf:filgrastim"),
        ("pegfilgrastim", "g_csf:pegfilgrastim"),
        ("lenograstim", "g_csf:lenograstim"),
        ("plasma_exchange", "plasma_exchange:plasma_exchange"),
        ("natalizumab", "-"),
        ("alemtuzumab", "-"),
        ("co_trimoxazole", "-"),
    ],
)
def test_only_what_the_protocol_lists_is_a_treatment(code, found):
    expect(reviewed(f"day code numeric_value\n10 anc 0.9\n10 {code} 1").episodes, f"treatments\n{found}")


@pytest.mark.parametrize(
    ("day", "found"),
    [(2, "-"), (3, "corticosteroid:methylprednisolone"), (4, "-"), (5, "corticosteroid:methylprednisolone")],
)
def test_a_corticosteroid_on_a_day_of_the_protocols_drug_is_premedication(day, found):
    table = f"""
    day  code               numeric_value
    0    alemtuzumab        12
    1    anc                0.9
    2.5  alemtuzumab        12
    4.5  alemtuzumab        12
    {day} methylprednisolone 1000
    """
    expect(reviewed(table).episodes, f"treatments\n{found}")


def test_premedication_is_none_but_another_day_of_the_same_drug_is_a_treatment():
    table = """
    day code               numeric_value
    0   alemtuzumab        12
    0   methylprednisolone 1000
    0   anc                0.9
    1   alemtuzumab        12
    1   methylprednisolone 1000
    6   methylprednisolone 1000
    """
    expect(reviewed(table).episodes, "treatments treatment_start_day\ncorticosteroid:methylprednisolone 6")


def test_premedication_is_of_corticosteroids_only():
    table = "day code numeric_value\n0 alemtuzumab 12\n0 anc 0.9\n0 filgrastim 0.3"
    expect(reviewed(table).episodes, "treatments treatment_start_day\ng_csf:filgrastim 0")


def test_premedication_of_one_subject_is_not_anothers():
    table = """
    subject_id day code         numeric_value
    1          9   anc          0.9
    1          10  prednisolone 25
    2          10  alemtuzumab  12
    """
    expect(reviewed(table).episodes, "treatments\ncorticosteroid:prednisolone")


def test_a_dose_that_was_not_given_is_no_treatment():
    table = "day code numeric_value\n10 anc 0.9\n11 filgrastim 0"
    expect(reviewed(table).episodes, "treatments treatment_start_day\n- -")


def test_in_course_0_a_treatment_has_no_day_but_the_days_to_recovery():
    table = "day code numeric_value\n10 anc 0.9\n11 filgrastim 0.3\n20 anc 2.0\n30 anc 2.0"
    expect(
        reviewed(table).episodes,
        "treatments treatment_start_day days_to_recovery_after_treatment\ng_csf:filgrastim - 9",
    )


def test_each_episode_has_its_own_treatments():
    table = """
    subject_id day code         numeric_value
    1          10  anc          0.9
    1          12  filgrastim   0.3
    1          20  anc          2.0
    1          30  anc          2.0
    1          50  anc          0.9
    1          52  prednisolone 25
    2          10  anc          0.9
    """
    expect(
        reviewed(table).episodes,
        """
        subject_id episode treatments
        1          1       g_csf:filgrastim
        1          2       corticosteroid:prednisolone
        2          1       -
        """,
    )
