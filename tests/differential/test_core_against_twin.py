"""The NumPy core and its plain-Python twin, all ten tables, row by row, on subjects that are nasty on purpose.

4 schedules x 200 examples x 10 subjects: 8,000 different subjects each time the tests run.
"""

import math
import random
from collections import Counter
from datetime import datetime, time
from itertools import groupby

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.differential.compare import core_tables, disagreement, explain, first_difference
from tests.differential.subjects import IDS, SCHEDULES, TYPES, random_worlds, worlds

import leukon.monitor.review as core

EXAMPLES = 200
checks = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],  # a counterexample is made small by leaving out rows, in `explain`
    suppress_health_check=list(HealthCheck),
)


def must_not_differ(world, difference_of, **where):
    explained = explain(world, difference_of, **where)
    if explained:
        pytest.fail(explained, pytrace=False)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_core_and_twin_say_the_same_of_every_row(schedule):
    @seed(SCHEDULES.index(schedule))  # other subjects for each schedule, the same ones each time
    @settings(checks, max_examples=EXAMPLES)
    @given(worlds())
    def agree(world):
        must_not_differ(world, lambda rows: disagreement(rows, schedule, world), schedule=schedule)

    agree()


@settings(checks, max_examples=80)
@given(worlds())
def test_every_row_read_is_counted_exactly_once(world):
    tables = core_tables(world.rows, "paper", world.as_of, world.bits)
    assert sum(line["rows"] for line in tables["account"]) == len(world.rows)


@settings(checks, max_examples=80)
@given(worlds(), st.integers(0, 2**16))
def test_the_order_of_the_input_changes_nothing_but_row_numbers(world, shuffling):
    def difference(rows):
        order = list(range(len(rows)))
        random.Random(shuffling).shuffle(order)
        # Equal rows are one to everybody, so each row is called by the first that is like it.
        alike = {}
        names = [alike.setdefault(content(row), number) for number, row in enumerate(rows, start=1)]
        shuffled = core_tables([rows[place] for place in order], "paper", world.as_of, world.bits)
        one = with_row_names(core_tables(rows, "paper", world.as_of, world.bits), names)
        other = with_row_names(shuffled, [names[place] for place in order])
        # Of two equally low bands the first row is part of the count: which of the two is left over is a row number.
        return first_difference(*(tables | {"unused": without_rows(tables["unused"])} for tables in (one, other)))

    must_not_differ(world, difference, shuffling=shuffling)


# Whether ids sort as numbers is found from all ids of the input, so the last set of ids, which mixes, is left out.
@settings(checks, max_examples=80)
@given(worlds(ids=IDS[:3]))
def test_what_was_not_known_yet_changes_nothing_but_the_account(world):
    end = world.as_of if isinstance(world.as_of, datetime) else datetime.combine(world.as_of, time.max)

    def is_known(row):
        return all(row.get(name) is None or row[name] <= end for name in ("time", "recorded_time"))

    def difference(rows):
        names = [number for number, row in enumerate(rows, start=1) if is_known(row)]
        ids = [row["subject_id"] for row in rows]
        known = core_tables([rows[name - 1] for name in names], "paper", world.as_of, world.bits, ids_like=ids)
        everything = core_tables(rows, "paper", world.as_of, world.bits)
        return first_difference(
            with_row_names(everything, range(1, len(rows) + 1)) | {"account": []},
            with_row_names(known, names) | {"account": []},
        )

    must_not_differ(world, difference)


@settings(checks, max_examples=80)
@given(worlds(), st.sampled_from([1, 7, 40]))
def test_cutting_the_rows_into_pieces_changes_nothing(world, rows_a_piece):
    def difference(rows):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(core, "PIECE", rows_a_piece)
            in_pieces = core_tables(rows, "paper", world.as_of, world.bits)
        return first_difference(in_pieces, core_tables(rows, "paper", world.as_of, world.bits))

    must_not_differ(world, difference, rows_a_piece=rows_a_piece)


def content(row):
    """What a row says; empty text, NaN and infinity say nothing."""
    columns = ("subject_id", *TYPES)
    return tuple(
        None if row.get(name) in ("", math.inf) or row.get(name) != row.get(name) else row.get(name) for name in columns
    )


def without_rows(unused):
    return sorted(({**line, "row": None} for line in unused), key=str)


def with_row_names(tables, names):
    """The tables with each row of the input called by its name; what only row numbers order, in the order of names."""

    def named(table):
        return [line | {"row": names[line["row"] - 1]} for line in tables[table]]

    def but_row(line):
        return {column: value for column, value in line.items() if column != "row"}

    def order(line):
        return (line["subject_id"] is None, str(line["subject_id"]), str(line["time"]), line["row"])

    results = [
        line
        for _, alike in groupby(named("results"), key=but_row)
        for line in sorted(alike, key=lambda line: line["row"])
    ]
    return tables | {"results": results, "unused": sorted(named("unused"), key=order)}


# --- the generator itself -------------------------------------------------------------------------------------------


def test_the_subjects_reach_every_word_of_the_contract():
    """Else agreement would say little: each use, reason, origin, grade, status and phase occurs."""
    met = {}
    for place, world in enumerate(random_worlds(150, seed=1)):
        tables = core_tables(world.rows, SCHEDULES[place % 4], world.as_of, world.bits)
        for table, column in WORDS:
            met.setdefault((table, column), set()).update(line[column] for line in tables[table])
    assert {key: set(WORDS[key]) - words for key, words in met.items()} == {key: set() for key in WORDS}


def test_the_subjects_reach_every_judgement():
    """Each item with each status it can have, each finding with each urgency, final and preliminary, and each step."""
    items, findings, steps = Counter(), Counter(), Counter()
    for place, world in enumerate(random_worlds(150, seed=1)):
        tables = core_tables(world.rows, SCHEDULES[place % 4], world.as_of, world.bits)
        items.update((line["item"], line["status"]) for line in tables["workup"])
        findings.update((line["finding"], line["urgency"], line["preliminary"]) for line in tables["findings"])
        steps.update(
            step.split("@")[0]
            for line in tables["findings"]
            if line["next_steps"]
            for step in words(line["next_steps"], ";")
        )
    assert set(items) == {
        (item, one) for statuses, names in STATUSES_OF_ITEM.items() for item in names for one in words(statuses)
    }
    urgencies = {(name, urgency) for urgency, names in URGENCIES_OF_FINDING.items() for name in names}
    assert {(name, urgency) for name, urgency, _ in findings} == urgencies
    assert {name for name, _, preliminary in findings if preliminary} == set(PRELIMINARY)
    assert set(steps) == set(STEPS)


def words(text, between=None):
    """The words of a text, or what stands between some sign."""
    return text.split(between)


WORDS = {
    ("account", "use"): words("result part_of_result dose finding superseded unused other_kind after_as_of"),
    ("unused", "reason"): words(
        "no_unit unknown_unit implausible not_numeric negative conflict cancelled preliminary superseded duplicate "
        "bad_status no_time no_total measured_present not_given ambiguous_comma no_subject"
    ),
    ("results", "origin"): words("measured wbc_x_percent wbc_x_percent_bands segs_plus_bands wbc_less_others"),
    ("results", "comparator"): [None, "<", "<=", ">=", ">"],
    ("results", "lln_source"): [None, "row"],
    ("results", "grade_v5"): [None, 0, 1, 2, 3, 4],
    ("results", "grade_v6"): [None, 0, 1, 2, 3, 4],
    ("results", "reason_v5"): [None, "no_lln", "undecided_comparator", "no_term"],
    ("results", "reason_v6"): [None, "no_lln", "undecided_comparator", "no_term", "not_numeric_term"],
    ("results", "high_grade"): [None, 0, 2, 3],
    ("courses", "course"): [1, 2, 3],
    ("courses", "doses"): [1, 3, 5],
    ("courses", "total_dose_mg"): [None, 12, 60],
    ("episodes", "status"): words("recovered carried_over recovering ongoing"),
    ("episodes", "course"): [0, 1, 2, 3],
    ("episodes", "episode"): [1, 2],
    ("episodes", "nadir_comparator"): [None, "<", "<="],
    ("episodes", "worst_grade_v5"): [None, 2, 3, 4],
    ("episodes", "worst_grade_v6"): [None, 1, 2, 3, 4],
    ("episodes", "derived_results"): [0, 1],
    ("episodes", "treatments"): [
        None,
        "corticosteroid:prednisolone",
        "corticosteroid:methylprednisolone",
        "g_csf:filgrastim",
        "plasma_exchange:plasma_exchange",
    ],
    ("schedule", "status"): words("done off_time incomplete missed overdue due upcoming"),
    ("schedule", "phase"): words("baseline every_15_days monthly every_3_months"),
    ("schedule", "test"): words("cbc creatinine urinalysis tsh liver"),
    ("schedule", "due_day"): [0, 15, 90, 120, 1440],
    ("workup", "comparator"): [None, "<", "<=", ">=", ">"],
    ("workup", "unit"): [None, "10^9/L", "g/L", "%", "d"],
    ("workup", "note"): [
        None,
        "positive",
        "yes",
        "negative",
        "no",
        "normal",
        "low",
        "consumed",
        "ebv",
        "sepsis",
        "carbimazole",
        "clozapine",
        "expected after depletion, not specific",
        "lymphocytes at most WBC - ANC",
        "normal speaks only weakly against",
        "no lower limit of normal came with it",
        "negative does not exclude",
    ],
    ("findings", "urgency"): words("emergency same_day soon routine"),
    ("findings", "comparator"): [None, "<", "<=", ">=", ">"],
    ("findings", "unit"): [None, "10^9/L", "g/L", "umol/L", "mg/g", "/[HPF]", "U/L", "mU/L", "lines", "slots", "d"],
    ("findings", "fever"): words("yes no unknown"),
    ("findings", "preliminary"): [True, False],
}
# What can occur together: of each item its statuses, of each finding its urgencies and whether it can be preliminary.
STATUSES_OF_ITEM = {
    "supports against unknown": [
        "infection",
        "lgl_smear",
        "lgl_absolute",
        "nk_absolute",
        "cd8_absolute",
        "nk_fold",
        "cd8_fold",
        "b_cd4_depletion",
        "hemoglobin",
        "platelets",
        "complement",
        "earlier_counts",
        "timing",
    ],
    "supports unknown": ["other_drugs", "antineutrophil_antibodies"],
    "against unknown": ["repeat_smear"],
}
URGENCIES_OF_FINDING = {
    "emergency": ["anc_emergency", "platelets_emergency"],
    "same_day": ["anc_same_day", "fever_not_known", "platelets_same_day", "two_lines_low", "renal", "liver"],
    "soon": [
        "anc_low",
        "anc_recovering",
        "platelets_fall",
        "hemoglobin_fall",
        "thyroid",
        "no_recent_anc",
        "verify_now",
        "anc_disagreement",
    ],
    "routine": [
        "anc_low",
        "anc_recovering",
        "episode_over",
        "test_due",
        "test_overdue",
        "test_missed",
        "label_monitoring_ended",
    ],
}
PRELIMINARY = words("anc_emergency anc_same_day anc_low fever_not_known platelets_emergency platelets_same_day")
STEPS = words(
    "fever_does_not_wait ask_fever fever_masked differential_now final_result haematology repeat_count look_for_infection review_drugs "
    "bleeding_now repeat_citrate haemolysis marrow kidney_now liver_now thyroid_tests antithyroid_caution ask_elsewhere verify_anc "
    "verify_wbc verify_hemoglobin verify_platelets smear_for_lgl corticosteroid_option corticosteroid_not_yet g_csf_concern g_csf_review "
    "g_csf_seen watching cbc creatinine urinalysis tsh liver"
)  # fmt: skip
