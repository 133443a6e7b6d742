"""Schedules beside one another: the tables add up, hold their columns, and say the same again."""

import math

import numpy as np
import pytest

from leukon.errors import UnknownName
from leukon.simulate.compare import compare_schedules
from leukon.simulate.schema import FRONT, SCHEDULES

FEW = 2_000


@pytest.fixture(scope="module")
def found():
    return compare_schedules(
        "alemtuzumab-ms", schedules=["label-us", "paper", "paper+retest:3d"], readings=["B"], patients=FEW
    )


def test_the_tables_have_the_columns_that_are_promised(found):
    for table, layout in ((found.schedules, SCHEDULES), (found.front, FRONT)):
        assert table.column_names == [column.name for column in layout]
        assert [str(type_) for type_ in table.schema.types] == [str(column.type) for column in layout]


def test_every_schedule_stands_under_every_reading_that_was_asked_for(found):
    keys = [(r["reading"], r["onset"], r["schedule"]) for r in found.schedules.to_pylist()]
    names = ["label-us", "paper", "paper+retest:3d"]
    assert keys == [("B", onset, name) for onset in ("monthly", "as-printed") for name in names]


def test_nothing_asked_for_means_all_and_never_one():
    both = compare_schedules("alemtuzumab-ms", schedules=["label-us"], patients=20)
    readings = {(r["reading"], r["onset"]) for r in both.schedules.to_pylist()}
    assert readings == {(r, o) for r in ("A", "B", "C", "D", "prior") for o in ("monthly", "as-printed")}


def test_every_row_agrees_with_itself(found):
    for row in found.schedules.to_pylist():
        assert row["chance_low"] < row["chance"] < row["chance_high"]
        assert row["imagined_episodes"] + row["imagined_well"] == FEW
        assert row["reviewed_severe"] <= row["imagined_episodes"]
        assert row["tests_per_found_low"] < row["tests_per_found"] < row["tests_per_found_high"]
        share = row["reviewed_severe"] / row["imagined_episodes"]
        assert share == pytest.approx(row["chance"], abs=4 * math.sqrt(0.25 / row["imagined_episodes"]))


def test_further_tests_cost_tests_in_well_people_and_find_more(found):
    rows = {r["schedule"]: r for r in found.schedules.to_pylist() if r["onset"] == "monthly"}
    plain, more = rows["paper"], rows["paper+retest:3d"]
    assert more["tests_of_well"] > plain["tests_of_well"]
    assert more["tests"] > plain["tests"]
    assert more["chance"] > plain["chance"]
    assert more["reviewed_severe"] >= plain["reviewed_severe"]
    gain = (more["reviewed_severe"] - plain["reviewed_severe"]) / plain["imagined_episodes"]
    assert more["chance"] - plain["chance"] == pytest.approx(gain, abs=0.01)
    assert more["median_delay_days"] < plain["median_delay_days"]
    assert more["days_below"] < plain["days_below"] + 1


def test_the_front_is_that_of_the_readings_that_were_asked_for(found):
    assert {(r["reading"], r["onset"]) for r in found.front.to_pylist()} == set(found.fronts)


def test_the_same_seed_says_the_same():
    options = {"schedules": ["paper+retest:3d"], "readings": ["A"], "onsets": ["monthly"], "patients": 500}
    one, other, third = (compare_schedules("alemtuzumab-ms", **options, seed=seed) for seed in (2, 2, 3))
    assert one.schedules.equals(other.schedules)
    assert not one.schedules.equals(third.schedules)


def test_without_a_list_the_protocols_schedules_and_the_proposals_are_judged_each_set_of_days_once():
    found = compare_schedules("alemtuzumab-ms", readings=["B"], onsets=["monthly"], patients=20)
    names = [row["schedule"] for row in found.schedules.to_pylist()]
    assert names == ["label-us", "paper", "every:7d:56d", "every:10d:90d", "every:7d:21d-77d", "every:7d:91d"]
    assert len({row["days"] for row in found.schedules.to_pylist()}) == len(names)


@pytest.mark.parametrize(
    "asked", [{"readings": ["E"]}, {"onsets": [""]}, {"schedules": ["now and then"]}, {"schedules": []}]
)
def test_what_does_not_exist_is_refused(asked):
    with pytest.raises(UnknownName):
        compare_schedules("alemtuzumab-ms", patients=20, **asked)


def test_false_alarms_that_nobody_met_are_unknown_and_not_none():
    asked = {"schedules": ["label-us"], "readings": ["B"], "onsets": ["monthly"]}
    few, many = (compare_schedules("alemtuzumab-ms", patients=n, **asked).schedules.to_pylist()[0] for n in (2, 4_000))
    assert (few["reviewed_opened"], few["false_alarms_per_found"]) == (0, None)
    assert many["reviewed_opened"] > 0
    assert many["false_alarms_per_found_low"] < many["false_alarms_per_found"] < many["false_alarms_per_found_high"]


def test_what_the_figures_depend_on_goes_with_them(found):
    said = found.provenance
    assert set(said) == {"leukon", "protocol", "protocol_hash", "schedule", "grading", "simulation", "patients", "seed"}
    assert (said["schedule"], said["patients"]) == ("label-us;paper;paper+retest:3d", str(FEW))
    assert np.all([said["protocol_hash"] == found.protocol.hash, said["seed"] == "1"])
