"""Faults put into the NumPy code on purpose: each must make the core disagree with the twin on a fixed set of subjects.

A comparison that lets one of these through would be a comparison in name only.
"""

import importlib
import inspect
import textwrap

import pytest
from tests.differential.compare import core_tables, first_difference, twin_tables
from tests.differential.subjects import SCHEDULES, random_worlds

from leukon.monitor import plan

WORLDS = 60

# function, what stands there, what stands there instead
MUTATIONS = {
    "a count on the limit is low": ("monitor.episodes.find_low_and_high", "value < rule.below", "value <= rule.below"),
    "a count on the limit is not high": (
        "monitor.episodes.find_low_and_high", "value >= rule.recovered_at", "value > rule.recovered_at",
    ),
    "recovery needs a day more": ("monitor.episodes._find_bounds", ">= rule.recovery_days", "> rule.recovery_days"),
    "recovery needs a count more": ("monitor.episodes._find_bounds", ">= rule.recovery_results", "> rule.recovery_results"),
    "onset_after is the last count": (
        "monitor.episodes._last_high_before", "np.maximum.accumulate(np.where(decided.low, -1, np.arange(decided.low.size)))[onset]", "onset - 1",
    ),
    "the worst grade is known too soon": ("monitor.episodes._worst", "(worst < 4)", "(worst < 3)"),
    "a gap of merge_days opens a course": ("monitor.courses.find_courses", "> merge_days", ">= merge_days"),
    "a count comes before a dose of its time": (
        "monitor.courses._first_row_of", "< courses.start_time", "<= courses.start_time",
    ),
    "a value on a limit takes the worse grade": ("monitor.grading._below_fixed", "is_below(value, limit)", "np.less_equal(value, limit)"),
    "a slot is done a day too late": ("monitor.plan._slots_of_test", "np.minimum(due + after,", "np.minimum(due + after + 1,"),
    "a slot is over a day too soon": ("monitor.plan._slots_of_test", "        due + half,\n", "        due + half - 1,\n"),
    "a slot is over on the day of the next start": (
        "monitor.schedule._status_by_age", "age > until_next", "age >= until_next",
    ),
    "premedication is a treatment": ("monitor.treatments._treatment_doses", "at[~may_prepare]", "at"),
    "a half is rounded up": ("events.value_sets.round_to_hundredths", "(whole % 2 == 1)", "(whole >= 0)"),
    "a derived count on the limit is implausible": (
        "events.derived._wbc_times_percent", "(value <= highest)", "(value < highest)",
    ),
    "a preliminary version beats a final one": ("events.lifecycle._supersede", "recorded, rank > 0, ", "recorded, "),
    "numbers are taken as 32 bits left them": (
        "events.measure._read_numbers", "np.rint(numeric * _SCALE)", "(numeric * _SCALE)",
    ),
    "a rounded bound stays strict": ("events.value_sets.round_to_hundredths", "(rest != 0)", "(rest < 0)"),
    "the moment of as_of itself is too late": ("events.table._check", "intake.time > as_of", "intake.time >= as_of"),
}  # fmt: skip


@pytest.fixture(scope="module")
def told_by_twin():
    """Worlds with their schedule and what the twin says of them."""
    told = []
    for place, world in enumerate(random_worlds(WORLDS, seed=2018)):
        schedule_name = SCHEDULES[place % len(SCHEDULES)]
        told.append((world, schedule_name, twin_tables(world.rows, schedule_name, world.as_of, world.bits)))
    return told


def first_caught(told_by_twin):
    """What the first world shows in which the core disagrees; None if all agree."""
    differences = (
        first_difference(core_tables(world.rows, schedule_name, world.as_of, world.bits), twin)
        for world, schedule_name, twin in told_by_twin
    )
    return next((difference for difference in differences if difference), None)


@pytest.fixture(autouse=True)
def no_kept_plans():
    plan._plan.cache_clear()
    yield
    plan._plan.cache_clear()


def mutated(function, old, new):
    """The code of `function` with one place changed, at home in the function's own module."""
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) == 1, f"{function.__qualname__} no longer holds {old!r} once: rewrite this mutation"
    made = {}
    exec(compile(source.replace(old, new), inspect.getfile(function), "exec"), function.__globals__, made)  # noqa: S102
    return made[function.__name__].__code__


def test_without_a_mutation_nothing_is_caught(told_by_twin):
    assert first_caught(told_by_twin) is None


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_twin_catches(name, told_by_twin, monkeypatch):
    place, old, new = MUTATIONS[name]
    module, _, function_name = f"leukon.{place}".rpartition(".")
    function = getattr(importlib.import_module(module), function_name, None)
    assert function, f"leukon.{place} is gone: rewrite this mutation"
    monkeypatch.setattr(function, "__code__", mutated(function, old, new))
    assert first_caught(told_by_twin) is not None, f"the mutation survived: {name}"
