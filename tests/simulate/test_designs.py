"""Schedules in words: what they mean, that the monitor takes them, and what is refused."""

from datetime import date

import pyarrow as pa
import pytest

import leukon
from leukon.errors import UnknownName
from leukon.knowledge.checks import find_faults
from leukon.simulate.designs import name_every, read_design

MONTHLY = (30, 60, 90, 120, 150)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("label-us", MONTHLY),
        ("paper", (15, 30, 45, 60, 75, 90, 120, 150)),
        ("every:15d:90d", (15, 30, 45, 60, 75, 90, 120, 150)),
        ("every:10d:21d-63d", (21, 31, 41, 51, 61, 90, 120, 150)),  # day 30 would meet the stretch, day 60 lies in it
        ("every:7d:56d", (7, 14, 21, 28, 35, 42, 49, 56, 90, 120, 150)),
        ("every:7d:91d", (*range(7, 92, 7), 120, 150)),
        ("every:7d:90d", (*range(7, 85, 7), 120, 150)),  # day 90 -10 would meet day 84 + 2
        ("every:10d:100d-120d", (30, 60, 100, 110, 120, 150)),  # 90 + 10 meets 100 - 3
        ("every:30d:60d", MONTHLY),
    ],
)
def test_a_schedule_has_the_days_its_words_say(protocol, words, days):
    assert read_design(words, protocol, 180).days == days


def test_tests_due_on_the_last_day_do_not_count_and_those_before_do(protocol):
    assert read_design("label-us", protocol, 150).days == MONTHLY[:-1]
    assert read_design("label-us", protocol, 151).days == MONTHLY


@pytest.mark.parametrize(
    "words", ["every:15d:90d", "every:7d:21d-77d", "every:5d:14d-91d", "every:7d:90d", "every:2d:9d"]
)
def test_what_is_said_in_words_is_a_schedule_that_a_protocol_file_may_hold(protocol, words):
    assert list(find_faults(read_design(words, protocol, 180).protocol)) == []


def test_the_monitor_plans_the_same_days(protocol):
    design = read_design("every:7d:21d-77d", protocol, 180)
    dose = pa.table({"subject_id": [1], "time": pa.array([date(2000, 1, 1)]), "code": [protocol.drugs[0]], "numeric_value": [12.0], "unit": ["mg"]})  # fmt: skip
    reviewed = leukon.review(dose, design.protocol, schedule=design.schedule, as_of=date(2000, 6, 28))
    slots = [row for row in reviewed.schedule.to_pylist() if row["test"] == "cbc" and 0 < row["due_day"] < 180]
    assert tuple(row["due_day"] for row in slots) == design.days


def test_the_protocol_itself_is_not_changed(protocol):
    read_design("every:15d:90d", protocol, 180)
    assert "every:15d:90d" not in protocol.schedules


def test_tests_again_are_said_after_the_schedule(protocol):
    design = read_design("paper+retest:3d", protocol, 180)
    assert (design.schedule, design.retest_days, design.name) == ("paper", 3, "paper+retest:3d")
    assert read_design("paper", protocol, 180).retest_days is None


@pytest.mark.parametrize(
    "words",
    ["", "weekly", "every:0d:90d", "every:15d", "every:15d:10d", "every:7d:50d-40d", "every:15:90", "paper+retest:0d", "every:1000d:2000d", "+retest:3d"],
)  # fmt: skip
def test_other_words_are_refused_with_those_that_are_known(protocol, words):
    with pytest.raises(UnknownName, match="every:15d:90d"):
        read_design(words, protocol, 180)


@pytest.mark.parametrize(("every", "first", "last"), [(15, 15, 90), (7, 21, 77), (5, 7, 7)])
def test_words_and_days_lead_to_one_another(protocol, every, first, last):
    days = read_design(name_every(every, first, last), protocol, 180).days
    assert set(range(first, last + 1, every)) <= set(days)
