"""How soon: the tables of onset from the counts of a few invented people."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.cohort.people import cohort
from tests.cohort.test_incidence import where
from tests.tables import expect

from leukon.cohort.onset import estimate_onset

FOUR = (
    "-5:2 0:dose 30:2 60:0.9",  # onset in (30, 60]
    "-5:2 0:dose 20:2 50:0.9",  # in (20, 50]
    "-5:2 0:dose 90:2",  # not until 90
    "-5:2 0:dose 45:2 70:dose",  # next course on day 70
)


def rounded(table):
    floats = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    return pa.table({name: pc.round(table[name], 4) if name in floats else table[name] for name in table.column_names})


def test_each_way_has_its_curve():
    found = estimate_onset(cohort(*FOUR)).onset_curves
    expect(where(found, limit="<1", course=1).select(["way", "cause", "day", "at_risk", "ended", "estimate"]), """
    way             cause        day  at_risk  ended  estimate
    naive           onset        50   4        1      0.25
    naive           onset        60   3        1      0.5
    naive           onset        70   2        0      0.5
    naive           onset        90   1        0      0.5
    aalen_johansen  onset        50   4        1      0.25
    aalen_johansen  onset        60   3        1      0.5
    aalen_johansen  onset        70   2        0      0.5
    aalen_johansen  onset        90   1        0      0.5
    aalen_johansen  next_course  50   4        0      0
    aalen_johansen  next_course  60   3        0      0
    aalen_johansen  next_course  70   2        1      0.25
    aalen_johansen  next_course  90   1        0      0.25
    """)  # fmt: skip


def test_the_ways_stand_side_by_side():
    found = estimate_onset(cohort(*FOUR), days=(45, 47, 50, 60, 90, 91))
    expect(rounded(where(found.onset_days, limit="<1", course=1)), """
    day  naive  aalen_johansen  at_least  at_most
    45   0      0               0         0
    47   0      0               0         0.6667
    50   0.25   0.25            0.6667    0.6667
    60   0.5    0.5             0.6667    0.6667
    90   0.5    0.5             0.6667    0.6667
    91   -      -               -         -
    """)  # fmt: skip
    expect(rounded(where(found.onset_intervals, limit="<1", course=1)), """
    after_day  by_day  mass
    45         50      0.6667
    90         -       0.3333
    """)  # fmt: skip


def test_the_next_course_competes_or_censors_as_is_asked():
    early = ("-5:2 0:dose 10:2 40:dose", "-5:2 0:dose 30:2 60:0.9", "-5:2 0:dose 90:2")
    said = {}
    for choice in ("competes", "censors"):
        curves = estimate_onset(cohort(*early), next_course=choice).onset_curves
        last = where(curves, limit="<1", course=1, way="aalen_johansen", cause="onset").to_pylist()[-1]
        said[choice] = round(last["estimate"], 6), set(where(curves, way="aalen_johansen")["cause"].to_pylist())
    assert said["competes"] == (0.333333, {"onset", "next_course"})
    assert said["censors"] == (0.5, {"onset"})


def test_death_competes():
    curves = estimate_onset(cohort(*FOUR[:3], "-5:2 0:dose 20:2 55:death")).onset_curves
    expect(where(curves, limit="<1", way="aalen_johansen").select(["cause", "day", "at_risk", "ended", "estimate"]), """
    cause  day  at_risk  ended  estimate
    onset  50   4        1      0.25
    onset  55   3        0      0.25
    onset  60   2        1      0.5
    onset  90   1        0      0.5
    death  50   4        0      0
    death  55   3        1      0.25
    death  60   2        0      0.25
    death  90   1        0      0.25
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("person", "interval"),
    [
        ("-5:2 0:dose 40.1:2 40.3:0.9", (39, 40)),
        ("-5:2 0:dose 40:0.9", (-1, 40)),
        ("-5:2 0:dose 0:0.9", (-1, 0)),
        ("-5:2 0:dose 0:2", (0, None)),
    ],
)
def test_onset_lies_in_the_course_after_the_last_count_on_this_side(person, interval):
    found = where(estimate_onset(cohort(person)).onset_intervals, limit="<1").to_pylist()
    assert [(row["after_day"], row["by_day"]) for row in found] == [interval]


def test_who_was_never_seen_is_left_out_and_counted():
    expect(where(estimate_onset(cohort(*FOUR, "-5:2 0:dose")).onset_fits, limit="<1", course=1), """
    persons  not_seen  intervals  converged
    4        1         2          True
    """)  # fmt: skip


def test_of_nobody_at_all_there_are_tables_without_rows():
    found = estimate_onset(cohort())
    assert [x.num_rows for x in (found.onset_curves, found.onset_days, found.onset_intervals, found.onset_fits)] == (
        [0] * 4
    )
