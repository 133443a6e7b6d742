"""Knowledge as data: a protocol file that says what cannot be, or names what is not there, is refused at that key."""

import pytest

import leukon
from leukon.events.concepts import ConceptFile, load_concepts
from leukon.events.data_files import parse_toml
from leukon.events.units import UnitFile, load_units
from leukon.knowledge.criteria import Criteria, load_criteria

DRUG = """
[sources.rules]
title = "An invented department's rules"

[concepts.examplimab]
codes = ["SITE//EXM"]
"""
MORE = """
[concepts.marker]
use = "result"
kind = "cells"
display = "Marker"
codes = ["SITE//MRK"]
plausible = { low = 0, high = 10, source = "rules" }

[concepts.rash]
use = "finding"
kind = "words"
display = "Rash"
codes = ["SITE//RSH"]
words = ["Yes", " no"]
"""
REST = """
[course]
merge_days = 14
source = "rules"

[episode]
below = 1.0
recovered_at = 1.5
recovery_results = 2
recovery_days = 7
source = "rules"

[treatments.g_csf]
concepts = ["filgrastim"]
source = "rules"

[treatments.steroid]
concepts = ["prednisolone"]
source = "rules"

[tests.cbc]
complete = ["anc", "marker"]
partial = ["wbc", "rash"]

[schedules.weekly]
title = "Weekly, later each month"
end_days_after_last_dose = 180
source = "rules"

[[schedules.weekly.phases]]
phase = "baseline"
tests = ["cbc"]
days_before = 14
source = "rules"

[[schedules.weekly.phases]]
phase = "weekly"
tests = ["cbc"]
every = 7
from = 7
to = 28
tolerance = 2
source = "rules"

[[schedules.weekly.phases]]
phase = "monthly"
tests = ["cbc"]
every = 30
from = 60
tolerance = 9
source = "rules"

[schedules.first]
title = "Twice a week in the first course"
based_on = "weekly"
first_course_only = true
source = "rules"

[[schedules.first.phases]]
phase = "half_weeks"
tests = ["cbc"]
every = 3
from = 3
to = 30
tolerance = 1
source = "rules"
"""
TOP = 'id = "examplimab"\ntitle = "Invented"\ndrugs = ["examplimab"]\ndefault_schedule = "weekly"\n'
VALID = TOP + DRUG + MORE + REST
WEEKLY = "every = 7\nfrom = 7\nto = 28\ntolerance = 2\n"
MONTHLY = "every = 30\nfrom = 60\ntolerance = 9\n"


def load(text, tmp_path):
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    return leukon.load_protocol(tmp_path / "mine.toml")


def refusal(old, new, tmp_path):
    """The error that the valid file gives if `old` is `new`."""
    assert VALID.count(old) >= 1
    with pytest.raises(leukon.KnowledgeError) as raised:
        load(VALID.replace(old, new, 1), tmp_path)
    assert raised.value.exit_code == 4
    return raised.value


def test_the_file_that_these_tests_break_is_valid(tmp_path):
    assert load(VALID, tmp_path).concepts["rash"].words == ("yes", "no")


def test_a_protocol_may_leave_everything_out_but_its_drug_and_one_test(tmp_path):
    text = VALID.replace(MORE, "").replace('"anc", "marker"', '"anc"').replace('"wbc", "rash"', "")
    assert load(text, tmp_path).tests["cbc"].partial == ()


WRONG = {
    # ---- concepts that the file brings along
    "a shipped concept again": ("[concepts.marker]", "[concepts.anc]", "concepts.anc", "known already"),
    "a name that is the code of a shipped concept": ("[concepts.marker]", '[concepts."LOINC//751-8"]', "concepts.LOINC//751-8", "anc"),
    "a name that is a bare code": ("[concepts.marker]", "[concepts.751-8]", "concepts.751-8", "anc"),
    "the code of a shipped concept": ('"SITE//MRK"', '"LOINC//751-8"', "concepts.marker.codes", "a code of anc"),
    "the same in small letters": ('"SITE//MRK"', '"loinc//751-8"', "concepts.marker.codes", "a code of anc"),
    "the code of another own concept": ('"SITE//MRK"', '"Site//EXM"', "concepts.marker.codes", "a code of examplimab"),
    "a code without its vocabulary": ('"SITE//MRK"', '"MRK"', "concepts.marker.codes.0", "VOCABULARY//code"),
    "an unknown kind": ('kind = "cells"', 'kind = "cell"', "concepts.marker.kind", "percent"),
    "an unknown use": ('use = "result"', 'use = "count"', "concepts.marker.use", "finding"),
    "a part of a count": ('use = "result"', 'use = "part"', "concepts.marker.use", "parts"),
    "a result that is a drug": ('kind = "cells"', 'kind = "drug"', "concepts.marker", "doses are drugs"),
    "a dose that is no drug": ('use = "result"', 'use = "dose"', "concepts.marker", "doses are drugs"),
    "words that are not said": ('words = ["Yes", " no"]', "", "concepts.rash", "needs its words"),
    "words of a number": ('kind = "words"', 'kind = "percent"', "concepts.rash", "no other kind"),
    "words that are counted": ('use = "finding"', 'use = "result"', "concepts.rash", "words are a finding"),
    "an empty word": ('" no"', '" "', "concepts.rash.words.1", "at least 1"),
    "a limit without its source": (', source = "rules" }', " }", "concepts.marker.plausible.source", "missing"),
    "a limit of an unknown source": ('high = 10, source = "rules"', 'high = 10, source = "rulez"', "concepts.marker.plausible.source", "'rulez'"),
    "limits the wrong way round": ("low = 0, high = 10", "low = 10, high = 0", "concepts.marker.plausible", "above high"),
    "a limit that is no number": ("high = 10", "high = nan", "concepts.marker.plausible.high", "finite"),
    # ---- names of concepts
    "an unknown drug": ('drugs = ["examplimab"]', 'drugs = ["exampliman"]', "drugs", "no concept 'exampliman'"),
    "a drug that is a result": ('drugs = ["examplimab"]', 'drugs = ["anc"]', "drugs", "'anc' is a result"),
    "a treatment that is a result": ('["prednisolone"]', '["anc"]', "treatments.steroid.concepts", "'anc' is a result"),
    "a treatment that is a finding": ('["prednisolone"]', '["infection"]', "treatments.steroid.concepts", "is a finding"),
    "a test that is a dose": ('"anc", "marker"', '"filgrastim"', "tests.cbc.complete", "'filgrastim' is a dose"),
    "a test that is a part": ('"anc", "marker"', '"neutrophils_percent"', "tests.cbc.complete", "is a part"),
    "half a test that is a dose": ('"wbc", "rash"', '"filgrastim"', "tests.cbc.partial", "'filgrastim' is a dose"),
    "an unknown half of a test": ('"wbc", "rash"', '"wbk"', "tests.cbc.partial", "no concept 'wbk'"),
    "a test that nothing does": ('"anc", "marker"', "", "tests.cbc.complete", "at least 1"),
    "a treatment in two classes": ('["prednisolone"]', '["prednisolone", "filgrastim"]', "treatments.steroid.concepts", "class g_csf"),
    "a class with a colon": ("[treatments.steroid]", '[treatments."ste:roid"]', "treatments.ste:roid", "class:concept"),
    # ---- sources
    "an unknown source of the course": ('merge_days = 14\nsource = "rules"', 'merge_days = 14\nsource = "x"', "course.source", "'x'"),
    "an unknown source of the episode": ('recovery_days = 7\nsource = "rules"', 'recovery_days = 7\nsource = "x"', "episode.source", "'x'"),
    "an unknown source of a treatment": ('["filgrastim"]\nsource = "rules"', '["filgrastim"]\nsource = "x"', "treatments.g_csf.source", "'x'"),
    "an unknown source of a schedule": ('_dose = 180\nsource = "rules"', '_dose = 180\nsource = "x"', "schedules.weekly.source", "'x'"),
    "an unknown source of a phase": ('tolerance = 2\nsource = "rules"', 'tolerance = 2\nsource = "x"', "schedules.weekly.phases.1.source", "'x'"),
    # ---- names of schedules and tests
    "an unknown default": ('default_schedule = "weekly"', 'default_schedule = "week"', "default_schedule", "'week'"),
    "an unknown schedule below": ('based_on = "weekly"', 'based_on = "week"', "schedules.first.based_on", "'week'"),
    "a schedule based on itself": ('based_on = "weekly"', 'based_on = "first"', "schedules.first.based_on", "stands alone"),
    "an unknown test": ('phase = "monthly"\ntests = ["cbc"]', 'phase = "monthly"\ntests = ["cbc", "cbk"]', "schedules.weekly.phases.2.tests", "'cbk'"),
    "a phase without tests": ('phase = "monthly"\ntests = ["cbc"]', 'phase = "monthly"\ntests = []', "schedules.weekly.phases.2.tests", "at least 1"),
    "an unknown schedule of a worked patient": ("[schedules.first]", '[[worked]]\ntitle = "x"\nas_of = "2020-01-01"\nschedule = "week"\nevents = "x"\nexpect = {}\n[schedules.first]', "worked.0.schedule", "'week'"),
    # ---- days
    "an end before its begin": (WEEKLY, WEEKLY.replace("28", "6"), "schedules.weekly.phases.1", "before it begins"),
    "a baseline with an interval": ("days_before = 14", "days_before = 14\nevery = 7", "schedules.weekly.phases.0", "neither every"),
    "a baseline that begins": ("days_before = 14", "days_before = 14\nfrom = 7", "schedules.weekly.phases.0", "neither every"),
    "a baseline that ends": ("days_before = 14", "days_before = 14\nto = 7", "schedules.weekly.phases.0", "neither every"),
    "a baseline with a tolerance": ("days_before = 14", "days_before = 14\ntolerance = 0", "schedules.weekly.phases.0", "neither every"),
    "a baseline without its days": ("days_before = 14\n", "", "schedules.weekly.phases.0", "has days_before"),
    "two slots on one day": (MONTHLY, "every = 30\nfrom = 28\ntolerance = 0\n", "schedules.weekly.phases.2", "day 28 and of day 28"),
    "two slots on one day far on": (WEEKLY, "every = 50\nfrom = 40\ntolerance = 0\n", "schedules.weekly.phases.1", "day 90 and of day 90"),
    "two baselines": ('phase = "monthly"', 'phase = "baseline"\ntests = ["cbc"]\ndays_before = 3\nsource = "rules"\n[[schedules.weekly.phases]]\nphase = "monthly"', "schedules.weekly.phases.2", "day 0 and of day 0"),
    "slots that touch": (MONTHLY, MONTHLY.replace("60", "39"), "schedules.weekly.phases.2", "day 28 and of day 39"),
    "a slot that touches the baseline": (WEEKLY, WEEKLY.replace("from = 7", "from = 2"), "schedules.weekly.phases.1", "day 0 and of day 2"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_protocol_file_is_refused_at_the_key_that_is_wrong(case, tmp_path):
    old, new, key, why = WRONG[case]
    error = refusal(old, new, tmp_path)
    assert error.what == f"'mine.toml' is not valid at '{key}'."
    assert why in error.why
    assert error.fix


@pytest.mark.parametrize("first", [40, 41, 60])
def test_slots_that_only_come_near_each_other_are_two(first, tmp_path):
    schedule = load(VALID.replace(MONTHLY, MONTHLY.replace("60", str(first))), tmp_path).schedules["weekly"]
    assert schedule.phases[2].first == first


def test_phases_on_the_same_days_are_no_fault_if_they_are_of_different_tests(tmp_path):
    text = VALID.replace(MONTHLY, MONTHLY.replace("60", "28")).replace(
        'phase = "monthly"\ntests = ["cbc"]', 'phase = "monthly"\ntests = ["skin"]'
    )
    assert load(text + '[tests.skin]\ncomplete = ["rash"]\n', tmp_path)


def test_what_a_valid_file_brings_along_is_counted(tmp_path):
    load(VALID, tmp_path)
    (tmp_path / "events.csv").write_text(
        "subject_id,time,code,numeric_value,text_value,unit\n"
        "1,2020-01-01,SITE//EXM,5,,mg\n1,2020-01-08,SITE//MRK,2,,K/uL\n1,2020-01-08,SITE//RSH,,YES,\n"
    )
    review = leukon.review(leukon.read(tmp_path / "events.csv"), tmp_path / "mine.toml", as_of="2020-01-09")
    assert review.account.select(["use", "rows"]).to_pylist() == [
        {"use": use, "rows": 1} for use in ("result", "dose", "finding")
    ]
    done = [row["due_day"] for row in review.schedule.to_pylist() if row["status"] == "done"]
    assert done == [7]


# ---- the files that leukon ships ----------------------------------------------------------------------------------

CONCEPT = """
[sources]
rules = "Invented"
[concepts.marker]
use = "result"
kind = "cells"
display = "Marker"
plausible = { low = 0, high = 10, source = "%s" }
"""
UNIT = """
[sources]
rules = "Invented"
[kinds.cells]
result_unit = "10^9/L"
[[kinds.cells.units]]
factor = "1"
source = "%s"
spellings = ["10^9/L"]
"""
CRITERIA = 'edition = "7.0"\nsource = "%s"\ndecreased = {}\nincreased = {}\n'


@pytest.mark.parametrize(
    ("text", "model", "good"), [(CONCEPT, ConceptFile, "rules"), (UNIT, UnitFile, "rules"), (CRITERIA, Criteria, "ctcae-6.0")]
)  # fmt: skip
def test_a_shipped_file_names_only_sources_that_are_there(text, model, good):
    assert parse_toml(text % good, "shipped.toml", model)
    with pytest.raises(leukon.KnowledgeError, match="hearsay"):
        parse_toml(text % "hearsay", "shipped.toml", model)


def test_the_shipped_files_are_valid():
    assert load_concepts().names
    assert load_units().kinds
    assert [load_criteria(edition).edition for edition in ("5.0", "6.0")] == ["5.0", "6.0"]


def test_no_code_means_two_shipped_concepts():
    codes = [code.upper() for concept in load_concepts().listed for code in concept.codes]
    assert sorted(codes) == sorted(set(codes))
