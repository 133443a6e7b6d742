"""What must hold of work-up, findings and next steps, whatever the patient."""

import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from tests.differential.compare import core_tables, explain
from tests.differential.subjects import SCHEDULES, worlds
from tests.spec.test_findings import judged

from leukon.knowledge.library import load_protocol
from leukon.monitor.schema import URGENCIES

ANC = ("anc_emergency", "anc_same_day", "anc_low", "anc_recovering")
UNTIL = 60
PROTOCOL = load_protocol("alemtuzumab-ms")

few = settings(derandomize=True, database=None, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
of_worlds = settings(few, max_examples=25, phases=[Phase.generate])  # made small by leaving out rows, in `explain`

# ---- small patients, as rows of text ----------------------------------------------------------------------------------

DAYS = st.sampled_from([60, 59, 58, 57, 53, 52, 45, 30, 29, 20, 1, 0, -1, -30])
COUNTS = st.sampled_from([0.0, 0.1, 0.2, 0.2001, 0.3, 0.5, 0.5001, 0.7, 0.9999, 1.0, 1.2, 1.4999, 1.5, 1.6, 2.0, 7.0])
CELLS = st.sampled_from(["0.05", "0.2", "0.5", "0.9", "1.0", "<1.0", "<0.5", "2.0", "20", "49.9", "60", "99.9", "150"])
SAID = st.sampled_from(
    ["infection positive", "infection negative", "haematology_contact yes", "bleeding yes", "prednisolone 12", "filgrastim 12"]
)  # fmt: skip
FEVER = st.sampled_from(["temperature 36.8", "temperature 38.0", "temperature <39", "unwell no", "unwell yes"])


def _row(day, *words):
    return " ".join(str(word) for word in (day, *words))


ROWS = st.one_of(
    st.builds(_row, DAYS, st.just("anc"), COUNTS),
    st.builds(_row, DAYS, st.just("anc"), COUNTS),
    st.builds(_row, DAYS, st.sampled_from(["wbc", "platelets", "hemoglobin", "lymphocytes"]), CELLS),
    st.builds(_row, DAYS, SAID),
    st.builds(_row, st.sampled_from([0, 0, 57, 60]), st.just("alemtuzumab 12")),
)
PATIENTS = st.lists(ROWS, max_size=6)
WITH_FEVER = st.tuples(PATIENTS, st.lists(st.builds(_row, st.sampled_from([60, 59, 58]), FEVER), max_size=2)).map(
    lambda parts: parts[0] + parts[1]
)


def findings(rows):
    """Findings of one patient at the end of day UNTIL."""
    return judged("; ".join(rows), until=UNTIL).findings.to_pylist()


def urgency_of_anc(found, *, preliminary):
    """How urgent the neutrophils are, 0 for an emergency; one more than routine without a row."""
    urgencies = [row["urgency"] for row in found if row["finding"] in ANC and row["preliminary"] == preliminary]
    return min(map(URGENCIES.index, urgencies), default=len(URGENCIES))


def with_lower_and_higher(rows, one, other, status):
    """Findings of two patients whose latest ANC differs and nothing else, the lower one first."""
    return [findings([*rows, f"60.5 anc {count} status={status}"]) for count in sorted((one, other))]


@few
@given(WITH_FEVER, COUNTS, COUNTS, st.sampled_from(["final", "preliminary"]))
def test_a_lower_anc_is_never_less_urgent_than_one_that_is_low_or_tells_nothing(rows, one, other, status):
    lower, higher = with_lower_and_higher(rows, one, other, status)
    assume(not any(row["finding"] == "anc_recovering" for row in higher))
    preliminary = status == "preliminary"
    assert urgency_of_anc(lower, preliminary=preliminary) <= urgency_of_anc(higher, preliminary=preliminary)


@few
@given(WITH_FEVER, COUNTS, COUNTS)
@example(["20 anc 0.9"], 1.4999, 1.5)
def test_a_lower_anc_is_never_less_urgent_than_one_that_recovers(rows, one, other):
    lower, higher = with_lower_and_higher(rows, one, other, "final")
    assert urgency_of_anc(lower, preliminary=False) <= urgency_of_anc(higher, preliminary=False)


@few
@given(PATIENTS, COUNTS, st.sampled_from(["final", "preliminary"]), st.sampled_from(["temperature 38.0", "unwell yes"]))
def test_to_know_of_fever_never_makes_the_neutrophils_less_urgent(rows, count, status, said):
    rows = [*rows, f"58 anc {count} status={status}"]
    before, after = findings(rows), findings([*rows, f"60 {said}"])
    assert {row["fever"] for row in before} <= {"unknown"}
    assert {row["fever"] for row in after} <= {"yes"}
    for preliminary in (False, True):
        assert urgency_of_anc(after, preliminary=preliminary) <= urgency_of_anc(before, preliminary=preliminary)


@few
@given(
    WITH_FEVER,
    DAYS,
    st.sampled_from(["anc", "wbc", "platelets", "hemoglobin", "lymphocytes"]),
    st.one_of(CELLS, COUNTS),
)
def test_a_preliminary_row_changes_no_row_that_is_not_preliminary(rows, day, analyte, count):
    def final(rows):
        return [row for row in findings(rows) if not row["preliminary"] and row["finding"] != "fever_not_known"]

    rows = [*rows, "30 anc 1.4"]
    assert final([*rows, f"{day} {analyte} {count} status=preliminary"]) == final(rows)


@few
@given(
    WITH_FEVER,
    st.lists(st.tuples(DAYS, st.sampled_from(["lymphocytes", "cd4", "cd8", "nk"])), min_size=1, max_size=4),
    st.sampled_from(["0", "0.01", "0.1", "<0.1", "0.1 status=preliminary", "0.1 unit=-", "501"]),
)
def test_lymphocytes_raise_nothing_however_low_they_are(rows, added, said):
    rows = [*rows, "-1 lymphocytes 4"]
    assert findings([*rows, *(f"{day} {analyte} {said}" for day, analyte in added)]) == findings(rows)


# ---- whole tables, on the subjects of the comparison with the twin ---------------------------------------------------------


def must_hold(world, schedule, broken):
    """Fail with the fewest rows for which `broken(tables)` gives something."""

    def first_broken(rows):
        return next((str(line) for line in broken(core_tables(rows, schedule, world.as_of, world.bits))), None)

    explained = explain(world, first_broken, schedule=schedule)
    if explained:
        pytest.fail(explained, pytrace=False)


def step_ids(row):
    return [step.split("@")[0] for step in (row["next_steps"] or "").split(";") if step]


def episodes_without_their_row(tables):
    """Open episodes that have not exactly one ANC row that is not preliminary."""
    rows = [
        (row["subject_id"], row["episode"])
        for row in tables["findings"]
        if row["finding"] in ANC and not row["preliminary"]
    ]
    for episode in tables["episodes"]:
        is_open = episode["status"] in ("ongoing", "recovering")
        if is_open and rows.count((episode["subject_id"], episode["episode"])) != 1:
            yield episode


def unknown_steps(tables):
    known = {*PROTOCOL.steps, *PROTOCOL.tests}
    return (row for row in tables["findings"] if set(step_ids(row)) - known)


def corticosteroid_in_spite_of_fever(tables):
    return (row for row in tables["findings"] if "corticosteroid_option" in step_ids(row) and row["fever"] != "no")


def concern_without_review(tables):
    for row in tables["findings"]:
        steps = step_ids(row)
        if "g_csf_concern" in steps and "g_csf_review" not in steps[steps.index("g_csf_concern") + 1 :][:1]:
            yield row


def wrong_next_tests(tables):
    return (row for row in tables["workup"] if (row["status"] == "unknown") != bool(row["next_test"]))


@pytest.mark.parametrize(
    "broken",
    [
        episodes_without_their_row,
        unknown_steps,
        corticosteroid_in_spite_of_fever,
        concern_without_review,
        wrong_next_tests,
    ],
)
def test_of_every_table_it_holds_that_there_are_no(broken):
    @of_worlds
    @given(worlds(), st.sampled_from(SCHEDULES))
    def holds(world, schedule):
        must_hold(world, schedule, broken)

    holds()
