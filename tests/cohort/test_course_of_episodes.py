"""Durations, nadirs, time below limits, treatment states and immune cells of a handful of invented patients."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.tables import expect, reviewed

from leukon.cohort.counts import CohortCounts, add_counts, count_review
from leukon.cohort.course_schema import COURSE_COUNTS
from leukon.cohort.depths import NADIRS, TIME_BELOW, estimate_nadir_limits, estimate_nadirs, estimate_time_below
from leukon.cohort.limits import Limit
from leukon.cohort.phenotype_ratios import LGL_SHARES, PHENOTYPES, estimate_lgl, estimate_phenotypes
from leukon.cohort.recovery import DURATIONS, RECOVERY_CURVES, estimate_durations, estimate_recovery_curves
from leukon.cohort.response_rates import (
    LANDMARKS_AHEAD,
    RESPONSE_RATES,
    estimate_landmarks,
    estimate_response_rates,
)
from leukon.errors import UnlikeCounts

KINDS = {"dose": "alemtuzumab", "steroid": "prednisolone", "g": "filgrastim"}


def counted(said, until=200, **how):
    """Tables of counts of one person."""
    return whole(said, until, **how).tables()


def whole(said, until=200, **how):
    """Counts of one person: `-5:2.0 0:dose 40:0.9 41:steroid`; numbers are ANC at noon, doses come at midnight."""
    rows = []
    for when, what in (part.split(":", 1) for part in said.split()):
        if what in KINDS:
            rows.append(f"{when} {KINDS[what]} 12 mg")
        else:
            name, _, value = what.partition("=") if what[0].isalpha() else ("anc", "", what)
            unit = "%" if name == "lgl_percent" else "10*9/L"
            rows.append(f"{float(when) + 0.5} {name} {value} {unit}")
    return count_review(reviewed("day code text_value unit\n" + "\n".join(rows), until=until, **how))


RECOVERED = "-5:2.0 0:dose 30:2.0 40:0.9 44:0.4 50:1.2 60:2.0 70:2.0"


def test_an_episode_that_ended():
    counts = counted(RECOVERED)
    expect(counts["duration_counts"], """
    drug         course  status     before_days  least_days  seen_days  episodes
    alemtuzumab  1       recovered  10           10          20         1
    """)  # fmt: skip
    expect(counts["nadir_counts"], """
    status     comparator  nadir_per_l  episodes
    recovered  -           400000000    1
    """)  # fmt: skip


def test_time_below_a_limit_is_told_between_counts_and_never_interpolated():
    """<1: both 0.9 and 0.4 are below (4 days); the gaps from 2.0 to 0.9 (10) and from 0.4 to 1.2 (6) may be."""
    expect(counted(RECOVERED)["below_counts"], """
    limit  least_days  most_days  episodes
    <0.5   0           10         1
    <1     4           20         1
    <1.5   10          30         1
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "least", "most"),
    [("40:0.5 44:0.5", 0, 0), ("40:0.5 44:0.499", 0, 10), ("40:0.499 44:0.499", 4, 20), ("40:<0.5 44:<0.5", 4, 20)],
)
def test_a_count_on_the_limit_is_not_below_it(counts, least, most):
    (row,) = [
        row for row in counted(f"30:2 {counts} 50:1.2 60:2 70:2")["below_counts"].to_pylist() if row["limit"] == "<0.5"
    ]
    assert (row["least_days"], row["most_days"]) == (least, most)


def test_a_count_that_may_be_on_either_side_is_never_surely_below_and_always_perhaps():
    (row,) = [
        row for row in counted("30:2 40:<0.7 44:<0.7 60:2 70:2")["below_counts"].to_pylist() if row["limit"] == "<0.5"
    ]
    assert (row["least_days"], row["most_days"]) == (0, 30)


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ("0:dose 40:0.9 44:0.9", "ongoing      -   4  4"),
        ("0:dose 40:0.9", "ongoing      -   0  0"),
        ("-5:2 0:dose 40:0.9 44:2.0", "recovering   45  0  4"),
        ("-5:2 0:dose 40:0.9 44:2.0 48:0.9 60:2 67:2", "recovered    45  8  20"),
        ("-5:2 0:dose 40:0.9 44:0.9 60:<2.0", "ongoing      45  4  4"),
        ("0:dose 30:2 40:0.9 44:0.9 50:2.0 52:dose", "carried_over 10  4  10"),
        ("40:0.9 40.3:2.0 47:2.0", "recovered    -   0  0"),
    ],
)
def test_an_open_episode_is_seen_to_its_last_decided_count(said, row):
    counts = counted(said)["duration_counts"]
    expect(counts.slice(0, 1), f"status before_days least_days seen_days\n{row}")


# --- estimates ---------------------------------------------------------------------------------------------------------


def of_persons(*said, until=200):
    return add_counts([whole(one, until=until) for one in said]).tables()


FIVE = (
    "30:2 40:0.9 45:0.9 50:2 60:2",
    "38:2 40:0.4 60:2 70:2",
    "40:0.8 70:2 80:2",
    "30:2 40:<0.1 44:0.3",
    "30:2 40:1.2 90:2",
)


def test_durations_and_their_medians():
    """Observed: 10, 20, 30 days, 50 (provisional), open at 4: of the four followed longer two have recovered by day 20."""
    found = estimate_durations(of_persons(*FIVE)["duration_counts"])
    assert found.schema.names == [column.name for column in DURATIONS]
    expect(found, """
    drug  course  dating    episodes  left_out  recovered  provisional  carried_over  ongoing  median
    -     0       least     5         0         4          1            0             1        0
    -     0       observed  5         0         4          1            0             1        20
    -     0       most      5         1         3          1            0             1        22
    """)  # fmt: skip


def test_recovery_curves_day_by_day():
    found = estimate_recovery_curves(of_persons(*FIVE)["duration_counts"])
    assert found.schema.names == [column.name for column in RECOVERY_CURVES]
    observed = found.filter([row["dating"] == "observed" for row in found.to_pylist()])
    expect(observed, """
    day  at_risk  recovered  censored  share
    4    5        0          1         0
    10   4        1          0         0.25
    20   3        1          0         0.5
    30   2        1          0         0.75
    50   1        1          0         1
    """)  # fmt: skip


def test_nadirs_and_how_many_lie_beyond_a_limit():
    counts = of_persons(*FIVE)["nadir_counts"]
    found = estimate_nadirs(counts)
    assert found.schema.names == [column.name for column in NADIRS]
    expect(found, """
    episodes  with_comparator  lowest  quarter  median  three_quarters
    5         1                0.1     0.4      0.8     0.9
    """)  # fmt: skip
    expect(estimate_nadir_limits(counts, (Limit(0.5, inclusive=False), Limit(0.05, inclusive=False))), """
    limit  episodes  beyond  unsure  share  share_low      share_high
    <0.5   5         2       0       0.4    0.05274495053  0.8533672004
    <0.05  5         0       1       0      0              0.5218237501
    """)  # fmt: skip


def test_time_below_of_ended_episodes_with_the_open_ones_beside_it():
    found = estimate_time_below(of_persons(*FIVE)["below_counts"])
    assert found.schema.names == [column.name for column in TIME_BELOW]
    expect(found, """
    limit  episodes  open  no_most  least_median  least_sum  most_median  most_three_quarters
    <0.5   5         1     1        0             4          0            22
    <1     5         1     1        0             9          20           22
    <1.5   5         1     1        0             9          22           60
    """)  # fmt: skip


# --- treatment --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "states"),
    [
        ("", "none 1 0 1 20"),
        ("45:steroid", "corticosteroid 1 0 1 15\nnone 1 0 0 5"),
        ("40:steroid", "corticosteroid 1 0 1 20"),
        ("59:steroid", "corticosteroid 1 0 1 1\nnone 1 0 0 19"),
        ("60:steroid", "corticosteroid 0 1 0 0\nnone 1 0 1 20"),
        ("39:steroid 61:steroid", "none 1 0 1 20"),
        ("45:steroid 50:g 51:steroid", "corticosteroid 1 0 0 5\ncorticosteroid+g_csf 1 0 1 10\nnone 1 0 0 5"),
        ("45:steroid 45:g", "corticosteroid+g_csf 1 0 1 15\nnone 1 0 0 5"),
    ],
)
def test_days_before_the_first_dose_are_untreated_whatever_comes_later(given, states):
    counts = counted(f"30:2 40:0.9 {given} 60:2 70:2")["response_counts"]
    expect(counts, f"state episodes without_time recoveries days\n{states}")


def test_a_corticosteroid_on_a_day_of_the_drug_is_no_treatment():
    counts = counted("0:dose 1:dose 1:steroid 1:0.9 20:2 30:2")["response_counts"]
    expect(counts, "state recoveries days\nnone 1 19")


def test_rates_for_each_day_and_one_patient_called_one():
    counts = of_persons("30:2 40:0.9 45:steroid 60:2 70:2", "30:2 40:0.9 60:2 70:2")["response_counts"]
    found = estimate_response_rates(counts)
    assert found.schema.names == [column.name for column in RESPONSE_RATES]
    expect(found, """
    state           episodes  persons  recoveries  days  rate           note
    corticosteroid  1         1        1           15    0.06666666667  one~uncontrolled~patient
    none            2         2        1           25    0.04           -
    """)  # fmt: skip


def test_a_person_with_two_episodes_in_a_course_is_one():
    counts = counted("0:dose 40:0.9 60:2 70:2 80:0.9 90:2 100:2")["response_counts"]
    expect(counts, "state episodes persons recoveries days\nnone 2 1 2 30")


@pytest.mark.parametrize(
    ("given", "end", "landmarks"),
    [
        ("47:steroid", "60:2 70:2", "7 corticosteroid recovered 13\n14 corticosteroid recovered 6\n28 corticosteroid recovered_before -"),
        ("48:steroid", "60:2 70:2", "7 none recovered 13\n14 corticosteroid recovered 6\n28 corticosteroid recovered_before -"),
        ("", "54:2 70:2", "7 none recovered 7\n14 none recovered_before -\n28 none recovered_before -"),
        ("", "55:2 70:2", "7 none recovered 8\n14 none recovered 1\n28 none recovered_before -"),
        ("", "48:0.9", "7 none open 1\n14 none open_before -\n28 none open_before -"),
        ("", "47:0.9", "7 none open_before -\n14 none open_before -\n28 none open_before -"),
    ],
)  # fmt: skip
def test_a_landmark_looks_ahead_from_what_had_been_given_up_to_its_day(given, end, landmarks):
    counts = counted(f"30:2 40:0.9 {given} {end}")["landmark_counts"]
    expect(counts, f"landmark_day state end days\n{landmarks}")


def test_landmarks_count_nobody_as_treated_who_was_treated_later():
    counts = of_persons(
        "30:2 40:0.9 45:steroid 75:2 85:2",
        "30:2 40:0.9 50:steroid 60:2 70:2",
        "30:2 40:0.9 48:0.9",
        "30:2 40:0.9 42:2 52:2",
    )["landmark_counts"]
    found = estimate_landmarks(counts)
    assert found.schema.names == [column.name for column in LANDMARKS_AHEAD]
    expect(found.slice(0, 2), """
    landmark_day  state           episodes  recovered  left  share  before
    7             corticosteroid  1         1          0     1      0
    7             none            2         1          1     1      1
    """)  # fmt: skip


# --- immune cells -----------------------------------------------------------------------------------------------------


def test_immune_cells_against_the_last_value_before_the_course():
    counts = counted("-9:b_cells=0.9 -5:b_cells=0.2 0:dose 10:b_cells=0.01 30:b_cells=0.02 31:b_cells=0.3")[
        "phenotype_counts"
    ]
    expect(counts, """
    drug         course  analyte  from_day  ratio  ratio_bin  persons
    alemtuzumab  1       b_cells  0         exact  -100       1
    alemtuzumab  1       b_cells  31        exact  17         1
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("baseline", "value", "ratio"),
    [
        ("0.2", "0.1", "exact -31"),
        ("0.2", "<0.1", "at_most -31"),
        ("<0.2", "0.1", "at_least -31"),
        (">0.2", "0.1", "at_most -31"),
        ("0.2", ">=0.1", "at_least -31"),
        ("<0.2", "<0.1", "not_known -"),
        ("<0.2", ">0.1", "at_least -31"),
        ("0", "0.1", "zero_baseline -"),
        ("0.2", "0", "exact -300"),
        ("0.00001", "50", "exact 300"),
        ("0.2", "0.2", "exact 0"),
    ],
)
def test_a_ratio_says_no_more_than_its_two_counts_allow(baseline, value, ratio):
    counts = counted(f"-5:cd4={baseline} 0:dose 10:cd4={value}")["phenotype_counts"]
    expect(counts, f"ratio ratio_bin\n{ratio}")


def test_a_missing_baseline_is_counted_apart_and_a_later_one_is_none():
    counts = of_persons("0:dose 10:nk=0.1", "-5:nk=0.1 0:dose 10:nk=0.1", "-5:nk=0.2 0:dose 10:nk=<0.1")[
        "phenotype_counts"
    ]
    found = estimate_phenotypes(counts)
    assert found.schema.names == [column.name for column in PHENOTYPES]
    expect(found.slice(0, 1), """
    analyte  from_day  to_day  persons  no_baseline  at_most  at_least  quarter_low  quarter_high  median_low
    nk       0         30      3        1            1        0         0            0.5011872336  0
    """)  # fmt: skip


def test_the_second_course_has_its_own_baseline():
    counts = counted("-5:cd8=0.5 0:dose 10:cd8=0.05 100:dose 110:cd8=0.05")["phenotype_counts"]
    expect(counts, "course from_day ratio ratio_bin\n1 0 exact -100\n2 0 exact 0")


def test_lgl_by_period_and_none_before_the_drug():
    counts = of_persons("-3:lgl_percent=5 0:dose 10:lgl_percent=12.9 20:lgl_percent=40", "0:dose 30:lgl_percent=<5")[
        "lgl_counts"
    ]
    found = estimate_lgl(counts)
    assert found.schema.names == [column.name for column in LGL_SHARES]
    expect(found.slice(0, 1), """
    from_day  to_day  persons  with_comparator  quarter  median  three_quarters
    0         30      2        1                5        5       40
    """)  # fmt: skip


# --- nothing at all ---------------------------------------------------------------------------------------------------


def test_without_episodes_there_are_empty_tables_with_their_columns():
    counts = counted("-5:2.0 0:dose")
    assert {name: (counts[name].num_rows, counts[name].schema) for name in COURSE_COUNTS} == {
        name: (0, layout.schema.with_metadata(counts[name].schema.metadata)) for name, layout in COURSE_COUNTS.items()
    }
    for name, estimate in [
        ("duration_counts", estimate_durations), ("duration_counts", estimate_recovery_curves),
        ("nadir_counts", estimate_nadirs), ("below_counts", estimate_time_below),
        ("response_counts", estimate_response_rates), ("landmark_counts", estimate_landmarks),
        ("phenotype_counts", estimate_phenotypes), ("lgl_counts", estimate_lgl),
    ]:  # fmt: skip
        assert estimate(counts[name]).num_rows == 0


def test_counts_read_back_from_files_in_any_order_are_the_same(tmp_path):
    counts, back = of_persons(*FIVE, "-5:cd4=0.2 0:dose 9:cd4=<0.1 10:lgl_percent=40"), {}
    for name, table in counts.items():
        pq.write_table(table.take(np.arange(table.num_rows)[::-1]), tmp_path / name)
        back[name] = pq.read_table(tmp_path / name)
    again = CohortCounts.from_tables(back).tables()
    assert all(again[name].equals(table, check_metadata=True) for name, table in counts.items())


def test_counts_of_different_moments_or_without_a_table_are_not_added():
    one, other = whole(RECOVERED), whole(RECOVERED, until=300)
    with pytest.raises(UnlikeCounts, match="as_of"):
        add_counts([one, other])
    with pytest.raises(UnlikeCounts, match="lgl_counts is not there"):
        CohortCounts.from_tables({name: table for name, table in one.tables().items() if name != "lgl_counts"})
