"""Faults put into the NumPy code on purpose: each must make the core disagree with the twin on a fixed set of subjects.

A comparison that lets one of these through would be a comparison in name only.
"""

import inspect
import textwrap
from datetime import timedelta
from pkgutil import resolve_name

import pytest
from tests.differential.compare import core_tables, first_difference, twin_tables
from tests.differential.subjects import DAY_0, SCHEDULES, World, random_worlds

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
    "what is left may lie below 0": ("events.value_sets.ValueSets.minus", "(high < low) | ", ""),
    "less than nothing is left": ("events.value_sets.ValueSets.minus", "np.maximum(low, 0)", "np.abs(low)"),
    "an open end of what is taken away is closed": (
        "events.value_sets.ValueSets.minus", "(self.low_open | other.high_open)", "self.low_open",
    ),
    "what is taken away has no upper end": (
        "events.value_sets.ValueSets.minus", "np.where(other.high == _ENDLESS, -1, self.low - other.high)", "self.low - other.high",
    ),
    "nothing less than nothing is something": ("events.value_sets.ValueSets.minus", "(low_open | high_open)", "low_open"),
    "neutrophils that were told are guessed": ("events.by_difference.derive_by_difference", " & ~told[moment]", ""),
    "an ANC that was told is no word of neutrophils": (
        "events.by_difference.derive_by_difference", "for name in _NEUTROPHILS]", "for name in _NEUTROPHILS[1:]]",
    ),
    "a difference on the limit is implausible": (
        "events.by_difference.derive_by_difference", "value <= concepts", "value < concepts",
    ),
    "basophils are no part of what they were taken from": ("events.by_difference.derive_by_difference", "rows[:, :3]", "rows[:, :2]"),
    "the fewest of the other cells are taken away": (
        "events.by_difference._find_differentials", "parts.highest_beside(", "parts.beside(",
    ),
    "the most white cells are taken": (
        "events.by_difference._find_differentials", "parts.beside(monocytes, parts.of", "parts.highest_beside(monocytes, parts.of",
    ),
    "basophils are forgotten": ("events.by_difference._subtract", ".plus(basophils)", ""),
    "other cells without use are unused": ("events.table._set_aside", "use[idle], reason[idle] = OTHER_KIND, -1", "use[idle] = OTHER_KIND"),
    "other cells that served are of another kind": ("events.table._set_aside", "idle[served] = False", "idle[served[:0]] = False"),
    "a preliminary version beats a final one": ("events.lifecycle._supersede", "recorded, rank > 0, ", "recorded, "),
    "numbers are taken as 32 bits left them": (
        "events.measure._read_numbers", "np.rint(numeric * _SCALE)", "(numeric * _SCALE)",
    ),
    "a rounded bound stays strict": ("events.value_sets.round_to_hundredths", "(rest != 0)", "(rest < 0)"),
    "the moment of as_of itself is too late": ("events.table._check", "intake.time > as_of", "intake.time >= as_of"),
}  # fmt: skip

# The same of judgement: urgency, steps, work-up.
MUTATIONS_OF_JUDGEMENT = {
    # ---- fever, infection, who was told
    "fever of two days ago is forgotten": ("monitor.people.find_fever", "limits.high_within_days", "(limits.high_within_days - 1)"),
    "no fever two days ago still holds": ("monitor.people.find_fever", "limits.asked_within_days", "limits.high_within_days"),
    "an undecided temperature is none": ("monitor.people.find_fever", "cool & ~unclear", "cool"),
    "a gate for no fever is open while fever is unknown": (
        "monitor.steps._is_open", "[FEVERS.index(word) for word in words]", '[FEVERS.index(word) for word in (*words, "unknown")]',
    ),
    "the gate of haematology is inverted": ("monitor.steps._is_open", "state.contact[person]", "~state.contact[person]"),
    "the step that stands instead of another is lost": ("monitor.steps._offered", "columns[other, place] = _INSTEAD", "columns[other, place] = _SHUT"),
    "the step instead of another stands in its place always": (
        "monitor.steps._offered", "columns[is_open, place] = _OPEN", "columns[is_open & (columns[:, place] == _SHUT), place] = _OPEN",
    ),
    "the corticosteroid of a week ago is forgotten": (
        "monitor.steps.find_state", ">= people.today - gates.corticosteroid_within_days", "> people.today - gates.corticosteroid_within_days",
    ),
    "haematology was told from the onset only": ("monitor.steps.find_state", " - gates.contact_days_before", ""),
    # ---- neutrophils
    "0.2 is no emergency": ("monitor.urgent_anc.judge_anc", "value <= limits.emergency_up_to", "value < limits.emergency_up_to"),
    "0.5 is not of the same day": ("monitor.urgent_anc.judge_anc", "value <= limits.same_day_up_to", "value < limits.same_day_up_to"),
    "unknown fever is no fever": ("monitor.urgent_anc.judge_anc", "fever == UNKNOWN", "fever == YES"),
    "the thirtieth day is routine": ("monitor.urgent_anc.find_low_anc", "> limits.soon_days", ">= limits.soon_days"),
    "a benign baseline excuses a fever": ("monitor.urgent_anc.find_low_anc", "~deep & ~ill]", "~deep]"),
    "a benign baseline excuses a deep nadir": ("monitor.urgent_anc.find_low_anc", "late & ~deep & ~ill]", "late & ~ill]"),
    "an infection does not keep a recovery soon": ("monitor.urgent_anc.find_low_anc", "(fever == YES) | (infection == YES)", "fever == YES"),
    "the higher of ANC and WBC is judged": ("monitor.urgent_anc.find_low_anc", "(white < value)", "(white > value)"),
    "a low count that a dose carried over is lost": (
        "monitor.urgent_anc.find_open", "(episodes.status == CARRIED_OVER) & counts.is_low[person]", "False",
    ),
    "fever is asked for the highest count": (
        "monitor.urgent_anc.find_fever_not_known", "low.value[at], low.subject[at]", "-low.value[at], low.subject[at]",
    ),
    "white cells of the time of an ANC rule it": ("monitor.people.decide_counts", "later = wbc.time > take_or(", "later = wbc.time >= take_or("),
    "a preliminary count outlives a final one of its time": (
        "monitor.urgent_preliminary._waiting", "waiting.time[at] > final", "waiting.time[at] >= final",
    ),
    "of two preliminary counts the higher is shown": ("monitor.urgent_preliminary._waiting", "-waiting.value[at]", "waiting.value[at]"),
    "a preliminary row need not be plausible": ("events.held_back.take_held_back", " & of_values.live[refused]", ""),
    # ---- other lines, doubts, silence
    "halved exactly is no fall": ("monitor.urgent_lines.find_lines", "now <= (1 - share)", "now < (1 - share)"),
    "the baseline is taken after the dose": ("monitor.people.People.baseline", "] < began", "] <= began"),
    "bleeding is not asked": ("monitor.urgent_lines.find_low_platelets", " | bleeds[person]", ""),
    "low platelets are low since the last count": ("monitor.urgent_lines._first_of_series", "np.flatnonzero(low)[::-1]", "np.flatnonzero(low)"),
    "three lines make two": ("monitor.urgent_lines.find_two_lines", "number >= 2", "number > 2"),
    "three times the limit is not high": ("monitor.urgent_lines.find_liver", "high = all_from(", "high = all_above("),
    "1.3 times the creatinine is a rise": ("monitor.urgent_lines.find_kidney", ") > np.rint(", ") >= np.rint("),
    "ninefold is tenfold": ("monitor.urgent_doubt._changed", "highest >= times *", "highest >= (times - 1) *"),
    "a rise after G-CSF is doubted": ("monitor.urgent_doubt._changed", "np.maximum(first, key.searchsorted(after))", "first"),
    "an unusable row of the time of a usable one is told": ("monitor.urgent_doubt._latest_unusable", "time > line", "time >= line"),
    "of two derived counts the higher disagrees": ("monitor.urgent_doubt.find_disagreements", "(held.value[at], ", "(-held.value[at], "),
    "nobody misses an ANC who never had one": (
        "monitor.urgent_silence.find_no_recent_anc", "np.flatnonzero(days > allowed)", "np.flatnonzero((days > allowed) & (last != NULL))",
    ),
    "the last day of a slot is too late": ("monitor.urgent_silence.find_no_recent_anc", "(days > allowed)", "(days >= allowed)"),
    # ---- work-up
    "what was recorded after the end is lost": ("monitor.workup_facts.Cases.near", "DAY + _DAYS_AROUND", "DAY"),
    "the latest fact beats one that supports": ("monitor.workup_facts.Facts.choose", "self.status == SUPPORTS, ", ""),
    "lymphocytes after a percentage are not near it": ("monitor.near.find_nearest", "np.minimum(to_before, to_after)", "to_before"),
    "the count itself is its own repeat": ("monitor.workup_rules.find_second_counts", "counts.time[row] > onset", "counts.time[row] >= onset"),
    "the upper end of a range supports": ("monitor.workup_rules.find_percents", "all_above(low,", "all_above(high,"),
    "the lower limit of normal is ignored": (
        "monitor.workup_rules.find_lines", "np.where(np.isnan(lln), item.low_below, lln)", "item.low_below",
    ),
    "the product is made with the lower end": ("monitor.workup_numbers.find_numbers", "high * np.where(known,", "low * np.where(known,"),
    "the upper end of a product supports": ("monitor.workup_numbers.find_numbers", "verdict(least >=", "verdict(most >="),
    "lymphocytes are WBC less the most the ANC allows": (
        "monitor.workup_numbers._at_most", "(EXACT, GREATER, GREATER_EQUAL)", "(EXACT, LESS, LESS_EQUAL)",
    ),
    "a fold is over a value of the course itself": ("monitor.near.last_before_course", 'side="left"', 'side="right"'),
    "one of B and CD4 below is enough": ("monitor.workup_rules.find_both_below", "pairs & below & below[nxt]", "below"),
    "a high count before does not speak against a benign cause": (
        "monitor.workup_rules.find_earlier_counts", '(many["high"] == 0) & ', "",
    ),
    "late begins after day 90": ("monitor.workup_rules.find_timing", "after >= item.day", "after > item.day"),
}  # fmt: skip
ALL = MUTATIONS | MUTATIONS_OF_JUDGEMENT

# What the random worlds seldom come to: subject, day (as_of is day 60), code, text, unit, status; `-` is null.
SELDOM = """
rise-after-g-csf   50  anc          0.1      10*9/L  -
rise-after-g-csf   51  filgrastim   12       mg      -
rise-after-g-csf   55  anc          1.7      10*9/L  -
benign-but-deep    1   anc          1.2      10*9/L  -
benign-but-deep    10  anc          1.2      10*9/L  -
benign-but-deep    20  alemtuzumab  12       mg      -
benign-but-deep    40  anc          0.9      10*9/L  -
benign-but-deep    55  anc          1.2      10*9/L  -
creatinine         1   creatinine   60       umol/L  -
creatinine         20  alemtuzumab  12       mg      -
creatinine         55  creatinine   78       umol/L  -
implausible        58  wbc          0.4      10*9/L  preliminary
implausible        59  anc          101      10*9/L  preliminary
infected           40  anc          1.2      10*9/L  -
infected           58  anc          1.7      10*9/L  -
infected           58  infection    positive -       -
infected           60  unwell       no       -       -
thirtieth-day      30  anc          1.2      10*9/L  -
bleeding           58  platelets    60       10*9/L  -
bleeding           53  bleeding     yes      -       -
two-preliminary    59  anc          0.4      10*9/L  preliminary
two-preliminary    59  anc          0.9      10*9/L  preliminary
two-disagree       59  anc          1.2      10*9/L  -
two-disagree       59  wbc          2        10*9/L  -
two-disagree       59  neutrophils_percent 45 %      -
two-disagree       59  neutrophils_percent 20 %      -
ended-by-final     59  platelets    60       10*9/L  preliminary
ended-by-final     59  platelets    120      10*9/L  -
week-ago           53  prednisolone 12       mg      -
week-ago           58  anc          0.4      10*9/L  -
told-before        35  haematology_contact yes -     -
told-before        40  anc          0.4      10*9/L  -
undecided-fever    58  anc          0.7      10*9/L  -
undecided-fever    60  temperature  <39      Cel     -
undecided-fever    60  unwell       no       -       -
last-day-of-slot   20  alemtuzumab  12       mg      -
last-day-of-slot   40  anc          2.0      10*9/L  -
onset-on-day-90    -60 alemtuzumab  12       mg      -
onset-on-day-90    30  anc          2.0      10*9/L  -
onset-on-day-90    50  anc          1.2      10*9/L  -
none-are-left      50  wbc          <2       10*9/L  -
none-are-left      50  lymphocytes  2        10*9/L  -
none-are-left      50  monocytes    0        10*9/L  -
none-are-left      50  eosinophils  0        10*9/L  -
none-are-left      50  basophils    0        10*9/L  -
hundred-are-left   50  wbc          100      10*9/L  -
hundred-are-left   50  lymphocytes  0        10*9/L  -
hundred-are-left   50  monocytes    0        10*9/L  -
hundred-are-left   50  eosinophils  0        10*9/L  -
hundred-are-left   50  basophils    0        10*9/L  -
"""


def seldom():
    """The world of SELDOM."""
    names = ("subject_id", "day", "code", "text_value", "unit", "status")
    cells = ([None if cell == "-" else cell for cell in line.split()] for line in SELDOM.strip().splitlines())
    rows = [dict(zip(names, row, strict=True)) for row in cells]
    for row in rows:
        row |= {"time": DAY_0 + timedelta(days=int(row.pop("day"))), "numeric_value": None}
    return World(rows, (DAY_0 + timedelta(days=60)).date(), bits=64)


@pytest.fixture(scope="module")
def told_by_twin():
    """Worlds with their schedule and what the twin says of them."""
    told = []
    for place, world in enumerate([seldom(), *random_worlds(WORLDS, seed=2018)]):
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


@pytest.mark.parametrize("name", ALL)
def test_the_twin_catches(name, told_by_twin, monkeypatch):
    place, old, new = ALL[name]
    function = resolve_name(f"leukon.{place}")
    monkeypatch.setattr(function, "__code__", mutated(function, old, new))
    assert first_caught(told_by_twin) is not None, f"the mutation survived: {name}"
