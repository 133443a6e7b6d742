"""The index case of the source paper through the twin, and edges of the twin worked out by hand.

Runs with `pytest tests/reference`; the calendar (day 0 = 2000-01-01) is invented, as the clinical page says.
"""

import math
from datetime import date, datetime, timedelta

import pytest

from .rules import ALEMTUZUMAB_MS
from .twin import COLUMNS, review_twin

DAY_0 = datetime(2000, 1, 1)


def day(number, hour=0):
    return DAY_0 + timedelta(days=number, hours=hour)


def row(number, code, text=None, unit=None, **more):
    """A row of patient 1 on a day of the calendar."""
    return {"subject_id": 1, "time": day(number), "code": code, "text_value": text, "unit": unit} | more


def anc(number, text, **more):
    return row(number, "anc", text, "10*9/L", **more)


def dose(number, code="alemtuzumab", text="12", **more):
    return row(number, code, text, "mg", **more)


def review(rows, as_of_day=140, schedule="paper", **rules):
    return review_twin(rows, ALEMTUZUMAB_MS | rules, schedule, day(as_of_day).date())


INDEX_CASE = [
    row(-1, "wbc", "14.5", "10*9/L"),
    anc(-1, "10.9"),
    row(-1, "lymphocytes", "2.3", "10*9/L"),
    *[dose(number) for number in range(5)],
    row(65, "wbc", "2.0", "10*9/L"),
    anc(65, "0.899"),
    row(65, "lgl_percent", "80-90", "%", numeric_value=85.0),
    *[
        row(66, code, text, "%")
        for code, text in [
            ("nk_percent", "47"),
            ("cd8_percent", "48"),
            ("cd4_percent", "6.6"),
            ("b_cells_percent", "0.6"),
        ]
    ],
    row(66, "cd8_fold", "1.5"),
    row(66, "nk_fold", "3.2"),
    row(66, "hemoglobin_finding", "normal"),
    row(66, "platelets_finding", "normal"),
    row(66, "complement", "normal"),
    row(66, "infection", "negative"),
    anc(70, "0.500"),
    *[dose(number, "prednisolone", "25") for number in (70, 71, 72)],
    *[dose(number, "prednisolone", "12.5") for number in (73, 74, 75)],
    anc(74, ">= 1.5"),
    row(104, "nk_percent", "48", "%"),
    row(104, "cd8_percent", "27.3", "%"),
    anc(134, ">= 1.5"),
]
INDEX_CASE.sort(key=lambda line: line["time"])


@pytest.fixture(scope="module")
def index_case():
    return review(INDEX_CASE)


def test_every_table_has_the_columns_of_the_contract_in_order(index_case):
    assert list(index_case) == list(COLUMNS)
    for name, table in index_case.items():
        assert all(list(line) == COLUMNS[name].split() for line in table)
    assert not index_case["unused"]


def test_the_index_case_accounts_for_every_row(index_case):
    assert [(line["use"], line["reason"], line["rows"], line["subjects"]) for line in index_case["account"]] == [
        ("result", None, 8, 1),
        ("dose", None, 11, 1),
        ("finding", None, 13, 1),
    ]
    assert index_case["subjects"] == [
        {
            "subject_id": 1,
            "rows": 32,
            "results": 8,
            "first_time": day(-1),
            "last_time": day(134),
            "last_anc": 1.5,
            "last_anc_comparator": ">=",
            "last_anc_time": day(134),
        }
    ]
    assert index_case["codes_seen"][0] == {
        "code": "alemtuzumab", "display": None, "concept": "alemtuzumab", "rows": 5, "subjects": 1,
    }  # fmt: skip


def test_the_index_case_has_one_course_of_60_mg_in_5_doses(index_case):
    assert index_case["courses"] == [
        {
            "subject_id": 1,
            "drug": "alemtuzumab",
            "course": 1,
            "start_time": day(0),
            "last_dose_time": day(4),
            "doses": 5,
            "total_dose_mg": 60.0,
        }
    ]


def test_the_index_case_has_one_episode_with_the_truths_of_the_clinical_page(index_case):
    assert index_case["episodes"] == [
        {
            "subject_id": 1,
            "episode": 1,
            "course": 1,
            "onset_after_time": day(-1),
            "onset_by_time": day(65),
            "onset_after_day": -1,
            "onset_by_day": 65,
            "nadir": 0.5,
            "nadir_comparator": None,
            "nadir_time": day(70),
            "nadir_day": 70,
            "worst_grade_v5": 3,
            "worst_grade_v6": 2,
            "results": 2,
            "derived_results": 0,
            "recovered_after_time": day(70),
            "recovered_by_time": day(74),
            "recovered_by_day": 74,
            "observed_days": 9,
            "least_days": 5,
            "most_days": 75,
            "longest_gap_days": 5,
            "status": "recovered",
            "treatments": "corticosteroid:prednisolone",
            "treatment_start_day": 70,
            "days_to_recovery_after_treatment": 4,
        }
    ]


def test_the_grades_of_the_index_case_stand_with_their_edition(index_case):
    ancs = [line for line in index_case["results"] if line["analyte"] == "anc"]
    assert [(a["day"], a["course"], a["grade_v5"], a["reason_v5"], a["grade_v6"], a["reason_v6"]) for a in ancs] == [
        (None, 0, None, "no_lln", 0, None),
        (65, 1, 3, None, 2, None),
        (70, 1, 3, None, 2, None),
        (74, 1, None, "no_lln", 0, None),
        (134, 1, None, "no_lln", 0, None),
    ]


def slots(tables, test, course=1):
    return {
        slot["due_day"]: (slot["status"], slot["done_time"])
        for slot in tables["schedule"]
        if slot["test"] == test and slot["course"] == course
    }


def test_the_schedule_of_the_index_case_on_day_140(index_case):
    assert slots(index_case, "cbc") == {
        0: ("done", day(-1)),
        15: ("missed", None),
        30: ("missed", None),
        45: ("missed", None),
        60: ("done", day(65)),
        75: ("done", day(70)),
        90: ("missed", None),
        120: ("off_time", None),
        150: ("due", None),
        180: ("upcoming", None),
    }
    missed = ("missed", None)
    assert slots(index_case, "liver") == {0: missed}
    assert slots(index_case, "tsh") == {0: missed, 90: missed, 180: ("upcoming", None)}
    assert slots(index_case, "creatinine") == slots(index_case, "urinalysis") == {
        0: missed, 30: missed, 60: missed, 90: missed, 120: missed, 150: ("due", None), 180: ("upcoming", None),
    }  # fmt: skip
    assert {
        slot["phase"] for slot in index_case["schedule"] if slot["test"] == "cbc" and 15 <= slot["due_day"] <= 90
    } == {"every_15_days"}


@pytest.mark.parametrize("as_of_day", [-2, -1, 0, 4, 64, 65, 70, 73, 74, 80, 81, 133, 134, 139])
def test_what_is_not_known_yet_changes_nothing_but_the_account(as_of_day):
    everything = review(INDEX_CASE, as_of_day)
    known = review([line for line in INDEX_CASE if line["time"] <= day(as_of_day)], as_of_day)
    assert {**everything, "account": None} == {**known, "account": None}


# --- values on limits ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lln", "v5", "v6"),
    [
        ("0.4999", None, (4, None), (3, None)),
        ("0.5", None, (3, None), (2, None)),
        ("1.0", None, (2, None), (1, None)),
        ("1.4995", None, (2, None), (1, None)),
        ("1.5", None, (None, "no_lln"), (0, None)),
        ("1.5", 1.8, (1, None), (0, None)),
        ("1.8", 1.8, (0, None), (0, None)),
        ("1.4", 1.2, (2, None), (1, None)),  # the fixed limits go before LLN
        ("0.1", None, (4, None), (3, None)),
        ("<0.1", None, (4, None), (4, None)),
        ("<=0.1", None, (4, None), (None, "undecided_comparator")),
        ("<0.5", None, (4, None), (None, "undecided_comparator")),
        ("<=0.5", None, (None, "undecided_comparator"), (None, "undecided_comparator")),
        (">=1.5", 1.5, (0, None), (0, None)),
        (">=1.5", 2.0, (None, "undecided_comparator"), (0, None)),
        (">1.2", None, (None, "undecided_comparator"), (None, "undecided_comparator")),
    ],
)
def test_a_value_on_a_limit_takes_the_milder_grade(text, lln, v5, v6):
    (result,) = review([anc(1, text, lln=lln)])["results"]
    assert ((result["grade_v5"], result["reason_v5"]), (result["grade_v6"], result["reason_v6"])) == (v5, v6)


@pytest.mark.parametrize(
    ("code", "text", "high", "v6"),
    [
        ("lymphocytes", "4", 0, "not_numeric_term"),
        ("lymphocytes", "4.1", 2, "not_numeric_term"),
        ("lymphocytes", "20", 2, "not_numeric_term"),
        ("lymphocytes", "20.1", 3, "not_numeric_term"),
        ("lymphocytes", ">4", None, "not_numeric_term"),
        ("wbc", "100", 0, "no_lln"),
        ("wbc", ">100", 3, "no_lln"),
        ("cd8", "1", None, "no_term"),
    ],
)
def test_terms_for_increases(code, text, high, v6):
    (result,) = review([row(1, code, text, "10*9/L")])["results"]
    assert (result["high_grade"], result["reason_v6"]) == (high, v6)


def fate(*rows):
    """(use, reason, rows) of the account."""
    return [(line["use"], line["reason"], line["rows"]) for line in review(rows)["account"]]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"text_value": "0,899"}, 0.899),
        ({"text_value": "1,5"}, 1.5),
        ({"text_value": "1,899"}, "ambiguous_comma"),
        ({"text_value": "1.8", "numeric_value": 1.7999999523162842}, 1.8),
        ({"text_value": None, "numeric_value": 1.7999999523162842}, 1.8),
        ({"text_value": "1.8", "numeric_value": 1.9}, "conflict"),
        ({"text_value": "<", "numeric_value": 0.1}, 0.1),
        ({"text_value": "<0.1", "comparator": ">"}, "conflict"),
        ({"text_value": "<0.1", "comparator": "~"}, "not_numeric"),
        ({"text_value": "1,234.5", "numeric_value": 1234.5}, "ambiguous_comma"),
        ({"text_value": "1,234,567"}, "ambiguous_comma"),
        ({"text_value": "1,234e1"}, "ambiguous_comma"),
        ({"text_value": "0,899e1"}, 8.99),
        ({"text_value": "1,2345"}, 1.2345),
        ({"text_value": ".5"}, 0.5),
        ({"text_value": "5."}, 5.0),
        ({"text_value": "1e-1"}, 0.1),
        ({"text_value": "= 0.5"}, 0.5),
        ({"text_value": "0.5", "numeric_value": math.inf}, 0.5),
        ({"text_value": None, "numeric_value": math.inf}, "not_numeric"),
        ({"text_value": "0.1", "comparator": "~"}, "not_numeric"),
        ({"text_value": "see note"}, "not_numeric"),
        ({"text_value": "80-90", "numeric_value": 85.0}, 85.0),
        ({"text_value": "-1"}, "negative"),
        ({"text_value": "1", "unit": None}, "no_unit"),
        ({"text_value": "1", "unit": "10*3/mL"}, "unknown_unit"),
        ({"text_value": "899", "unit": "/uL"}, 0.899),
        ({"text_value": "899"}, "implausible"),
        ({"text_value": "1", "status": "registered"}, "bad_status"),
        ({"text_value": "1", "status": "preliminary"}, "preliminary"),
        ({"text_value": "1", "status": "entered-in-error"}, "cancelled"),
        ({"text_value": "1", "time": None}, "no_time"),
        ({"text_value": "1", "subject_id": None}, "no_subject"),
    ],
)
def test_reading_a_value(more, expected):
    tables = review([anc(1, None) | more])
    if isinstance(expected, float):
        assert [result["value"] for result in tables["results"]] == [expected]
    else:
        assert [line["reason"] for line in tables["unused"]] == [expected]


def test_a_dose_without_a_readable_amount_was_still_given():
    (course,) = review([dose(0), dose(1, text=None), dose(2, text="0"), dose(3, text="not given")])["courses"]
    assert (course["doses"], course["total_dose_mg"], course["last_dose_time"]) == (2, None, day(1))
    assert review([dose(0, text="0.012") | {"unit": "g"}, dose(1)])["courses"][0]["total_dose_mg"] == 24.0


@pytest.mark.parametrize(
    ("text", "numeric", "comparator", "value"),
    [
        ("<0.5 (verified)", 0.5, "<", 0.5),
        ("<", 0.5, "<", 0.5),
        ("≤0.5", None, "<=", 0.5),
        ("≥ 0.5", None, ">=", 0.5),
        ("0.5", None, None, 0.5),
        ("about 0.5", 0.4, None, 0.4),
    ],
)
def test_a_comparator_at_the_start_of_a_text_is_kept(text, numeric, comparator, value):
    (result,) = review([anc(1, text, numeric_value=numeric)])["results"]
    assert (result["comparator"], result["value"]) == (comparator, value)


@pytest.mark.parametrize("unit", [None, "1", "{fold}", "fold", "x", "ratio"])
def test_a_fold_has_no_unit_or_one_that_says_so(unit):
    assert fate(row(1, "nk_fold", "3.2", unit)) == [("finding", None, 1)]
    assert fate(row(1, "nk_fold", "3.2", "%")) == [("unused", "unknown_unit", 1)]


# --- derived counts -----------------------------------------------------------------------------------------------


def parts(wbc, percent, *more):
    return [row(1, "wbc", wbc, "10*9/L"), row(1, "neutrophils_percent", percent, "%"), *more]


@pytest.mark.parametrize(
    ("wbc", "percent", "value", "comparator"),
    [
        ("2.5", "45.0", 1.12, None),  # 1.125: half to even
        ("2.7", "45.0", 1.22, None),  # 1.215
        ("1.0", "49.5", 0.5, None),  # 0.495
        ("1.0", "50.5", 0.5, None),  # 0.505
        ("<1.0", "50", 0.5, "<"),
        ("<1.0", "<=50", 0.5, "<"),
        (">=10", "50", 5.0, ">="),
        ("<0.1", "0", 0.0, None),  # the set of values is {0}
        ("200", "50", 100.0, None),
    ],
)
def test_a_derived_anc_is_rounded_half_even_before_anything_is_decided(wbc, percent, value, comparator):
    made = review(parts(wbc, percent))["results"][0]
    assert (made["analyte"], made["value"], made["comparator"], made["row"]) == ("anc", value, comparator, 2)
    assert made["origin"] == "wbc_x_percent"


def test_parts_of_a_count_and_their_fates():
    used = [("result", None, 1), ("part_of_result", None, 1)]
    bands = row(1, "bands_percent", "5", "%")
    assert fate(*parts("2", "40")) == used
    with_bands = review(parts("2", "40", bands))["results"][0]
    assert (with_bands["value"], with_bands["origin"]) == (0.9, "wbc_x_percent_bands")
    assert fate(*parts("2", "40", anc(1, "0.8"))) == [("result", None, 2), ("unused", "measured_present", 1)]
    assert fate(*parts("2", "96", bands)) == [("result", None, 1), ("unused", "implausible", 2)]
    assert fate(*parts("2", "96", row(1, "bands_percent", "<5", "%"))) == [
        ("result", None, 1),
        ("unused", "not_numeric", 2),  # two ends: the comparators are looked at before the sum
    ]
    assert fate(*parts("300", "40")) == [("result", None, 1), ("unused", "implausible", 1)]
    assert fate(*parts("<2", ">40")) == [("result", None, 1), ("unused", "not_numeric", 1)]
    assert fate(*parts("2", "96", bands, anc(1, "1.9"))) == [
        ("result", None, 2),
        ("unused", "measured_present", 2),
    ]
    zero = review([row(1, "segs", "0", "10*9/L"), row(1, "bands", "<0.1", "10*9/L")])["results"][0]
    assert (zero["value"], zero["comparator"]) == (0.1, "<")
    assert fate(parts("2", "40")[1]) == [("unused", "no_total", 1)]
    segs = [row(1, "segs", "0.5", "10*9/L"), row(1, "bands", "250", "/uL")]
    assert review(segs)["results"][0]["value"] == 0.75
    assert fate(segs[0]) == [("unused", "no_total", 1)]
    assert fate(*parts("2", "40", *segs)) == [*used, ("unused", "measured_present", 2)]
    apart = [one | {"source_id": name} for one, name in zip(parts("2", "40"), "ab", strict=True)]
    assert fate(*apart) == [("result", None, 1), ("unused", "no_total", 1)]
    two = review([*parts("2", "40"), row(1, "neutrophils_percent", "50", "%"), row(1, "wbc", "3", "10*9/L")])
    assert [(r["row"], r["value"]) for r in two["results"][:2]] == [(3, 1.0), (2, 0.8)]


# --- lifecycle ----------------------------------------------------------------------------------------------------


def version(text, status, recorded_day, number=1):
    return anc(number, text, status=status, recorded_time=day(recorded_day), source_id="a")


def test_the_latest_version_wins_and_an_older_one_never_comes_back():
    final, corrected = version("1.0", "final", 2), version("2.0", "corrected", 2)
    superseded = ("superseded", "superseded", 1)
    assert review([final, corrected])["results"][0]["value"] == 2.0
    assert review([corrected, version("1.0", "final", 3)])["results"][0]["value"] == 1.0
    assert review([corrected, version("3.0", "preliminary", 3)])["results"][0]["value"] == 2.0
    assert review([final, version("0.9", "final", 2)])["results"][0]["value"] == 0.9
    assert fate(final, version(None, "cancelled", 2)) == [superseded, ("unused", "cancelled", 1)]
    assert fate(final, version("x", "corrected", 3)) == [superseded, ("unused", "not_numeric", 1)]
    assert fate(anc(1, "1"), anc(1, "1"), anc(1, "1.0")) == [("result", None, 2), ("unused", "duplicate", 1)]


# --- episodes -----------------------------------------------------------------------------------------------------


def episodes(*rows, as_of_day=140, **rules):
    return review(rows, as_of_day, **rules)["episodes"]


def test_a_series_must_hold_two_counts_spread_over_seven_days():
    (short,) = episodes(anc(1, "1.4"), anc(10, "1.5"), anc(16, "1.5"))
    assert (short["status"], short["recovered_by_time"], short["observed_days"]) == ("recovering", day(10), 9)
    (long,) = episodes(anc(1, "1.4"), anc(10, "1.5"), anc(17, "1.5"))
    assert (long["status"], long["recovered_by_time"]) == ("recovered", day(10))
    (broken,) = episodes(anc(1, "1.4"), anc(10, "1.5"), anc(16, "1.49"), anc(20, "1.5"), anc(27, "1.5"))
    assert (broken["status"], broken["recovered_by_time"], broken["results"]) == ("recovered", day(20), 2)
    (open_,) = episodes(anc(1, "1.4"), anc(10, "<2"))
    assert (open_["status"], open_["longest_gap_days"], open_["most_days"]) == ("ongoing", 9, None)
    assert episodes(anc(1, "1.4"))[0]["longest_gap_days"] is None
    assert episodes(anc(1, "1.5"), anc(2, "<1.6"), anc(3, ">1.0")) == []


def test_the_first_dose_of_a_course_ends_an_open_episode():
    one, two = episodes(anc(-9, "1.0"), anc(-2, "1.6"), dose(0), anc(0, "1.2"), dose(40), anc(50, "1.6"))
    assert (one["course"], one["status"], one["recovered_by_time"], one["onset_by_day"]) == (
        0,
        "carried_over",
        None,
        None,
    )
    assert (two["course"], two["status"], two["onset_by_day"], two["onset_after_day"]) == (
        1,
        "carried_over",
        0,
        -2,
    )
    assert (one["longest_gap_days"], two["longest_gap_days"]) == (7, None)


def test_the_nadir_is_the_earliest_of_the_lowest():
    (found,) = episodes(anc(1, "0.5"), anc(2, "<0.5"), anc(3, "<0.5"), anc(4, "0.6"))
    assert (found["nadir"], found["nadir_comparator"], found["nadir_time"]) == (0.5, "<", day(2))
    assert (found["worst_grade_v5"], found["worst_grade_v6"]) == (4, None)


def test_a_corticosteroid_on_a_day_of_the_drug_is_premedication():
    rows = [
        dose(0),
        anc(0, "1.2"),
        dose(0, "methylprednisolone", "1000"),
        dose(3, "filgrastim"),
        dose(3, "dexamethasone"),
    ]
    (found,) = episodes(*rows)
    assert (found["treatments"], found["treatment_start_day"]) == (
        "corticosteroid:dexamethasone;g_csf:filgrastim",
        3,
    )
    assert episodes(*rows[:3])[0]["treatments"] is None


def test_a_gap_of_merge_days_stays_in_the_course():
    assert [course["doses"] for course in review([dose(0), dose(30), dose(61)])["courses"]] == [2, 1]


# --- schedule -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of_day", "status"),
    [(19, "upcoming"), (20, "due"), (40, "due"), (41, "overdue"), (45, "overdue"), (46, "missed")],
)
def test_the_edges_of_a_monthly_slot(as_of_day, status):
    assert slots(review([dose(0)], as_of_day, "label-us"), "cbc")[30] == (status, None)


@pytest.mark.parametrize(
    ("test_day", "as_of_day", "first", "second"),
    [
        (15, 140, "missed", "missed"),  # a tie with the baseline: the earlier one
        (16, 140, "off_time", "missed"),
        (20, 20, "done", None),
        (40, 140, "done", "missed"),
        (41, 140, "off_time", "missed"),
        (41, 44, "overdue", "upcoming"),
        (45, 140, "off_time", "missed"),  # a tie between two slots: the earlier one
        (46, 140, "missed", "off_time"),
        (50, 140, "missed", "done"),
    ],
)
def test_a_test_belongs_to_the_nearest_slot(test_day, as_of_day, first, second):
    found = slots(review([dose(0), anc(test_day, "2")], as_of_day, "label-us"), "cbc")
    assert found[30][0] == first
    assert found.get(60, (None,))[0] == second or second is None


@pytest.mark.parametrize(("as_of_day", "status"), [(81, "overdue"), (82, "overdue"), (83, "missed")])
def test_a_slot_of_15_days_is_overdue_for_seven_of_its_seven_and_a_half(as_of_day, status):
    assert slots(review([dose(0)], as_of_day, "paper"), "cbc")[75] == (status, None)


def test_day_105_of_the_paper_closes_nothing():
    found = slots(review([dose(0), anc(105, "2")], 140), "cbc")
    assert (found[90], found[120]) == (("missed", None), ("missed", None))


@pytest.mark.parametrize(("as_of_day", "status"), [(40, "due"), (41, "missed")])
def test_a_slot_is_over_after_the_day_of_the_next_start(as_of_day, status):
    rows = [dose(0), dose(40)]
    assert slots(review(rows, as_of_day, "label-us"), "cbc")[30] == (status, None)


def test_bilirubin_alone_does_the_liver_test():
    rows = [dose(0), row(-1, "bilirubin", "1", "mg/dL")]
    assert slots(review(rows), "liver")[0] == ("done", day(-1))


def test_a_wbc_without_an_anc_leaves_the_slot_incomplete():
    def wbc(number):
        return [dose(0), row(number, "wbc", "4", "10*9/L")]

    assert slots(review(wbc(25), 25, "label-us"), "cbc")[30] == ("incomplete", None)
    assert slots(review(wbc(42), 45, "label-us"), "cbc")[30] == ("overdue", None)
    assert slots(review(wbc(42), 46, "label-us"), "cbc")[30] == ("incomplete", None)


def test_a_test_before_the_next_start_may_close_two_slots_of_two_courses():
    rows = [dose(0), anc(365, "2"), dose(370)]
    tables = review(rows, 371, "label-us")
    assert slots(tables, "cbc")[360] == ("done", day(365))
    assert slots(tables, "cbc", course=2)[0] == ("done", day(365))
    assert max(slots(tables, "cbc")) == 360
    assert max(slots(review([dose(0), dose(360)], 500, "label-us"), "cbc")) == 330


def test_the_last_slot_is_due_within_1461_days_of_the_last_dose():
    late = review([dose(0), dose(9)], 1600, "label-eu")
    assert max(slots(late, "liver")) == 1470
    assert max(slots(review([dose(0), dose(8)], 1600, "label-eu"), "liver")) == 1440


@pytest.mark.parametrize(("as_of_day", "status"), [(0, "due"), (1, "missed")])
def test_a_baseline_is_due_on_day_0_and_over_from_day_1(as_of_day, status):
    rows = [
        dose(0),
        row(-31, "tsh", "2", "mU/L"),
        row(1, "creatinine", "1", "mg/dL"),
        row(-30, "alt", "20", "U/L"),
    ]
    tables = review(rows, as_of_day, "label-us")
    assert slots(tables, "tsh")[0] == slots(tables, "creatinine")[0] == (status, None)
    assert slots(tables, "liver")[0] == ("done", day(-30))


# --- who takes part, and in what order ----------------------------------------------------------------------------


def test_subjects_sort_as_numbers_only_if_all_are_numbers():
    def order(*ids):
        return [one["subject_id"] for one in review([anc(1, "2") | {"subject_id": one} for one in ids])["subjects"]]

    assert order(10, 9) == [9, 10]
    assert order("10", "9", "007", "7") == ["007", "7", "9", "10"]
    assert order("10", "9", "a") == ["10", "9", "a"]


def test_a_row_known_only_after_as_of_takes_no_part():
    rows = [anc(1, "2", recorded_time=day(3)), row(1, "shoe_size", "42") | {"subject_id": 2}]
    tables = review_twin(rows, ALEMTUZUMAB_MS, "paper", date(2000, 1, 3))
    assert [(a["use"], a["rows"]) for a in tables["account"]] == [("other_kind", 1), ("after_as_of", 1)]
    assert [one["subject_id"] for one in tables["subjects"]] == [2]
    assert [one["concept"] for one in tables["codes_seen"]] == [None]
    assert review_twin(rows, ALEMTUZUMAB_MS, "paper", day(3))["results"][0]["value"] == 2.0


def test_two_counts_at_one_time_are_both_kept_and_the_lower_one_is_the_latest():
    tables = review([anc(1, "<0.5"), anc(1, "0.5"), anc(1, "2")])
    assert [(r["value"], r["comparator"]) for r in tables["results"]] == [
        (2.0, None),
        (0.5, None),
        (0.5, "<"),
    ]
    assert tables["subjects"][0]["last_anc_comparator"] == "<"
    assert tables["episodes"][0]["onset_after_time"] == day(1)
