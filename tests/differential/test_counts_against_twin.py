"""Counts of a cohort: the core against its plain twin, and whatever must hold of sums, on nasty subjects."""

import random
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.differential.compare import explain, twin_tables
from tests.differential.subjects import CODES, SCHEDULES, as_float32, random_worlds, to_arrow, worlds
from tests.reference.cohort import count_twin
from tests.reference.door import check, last_instant_of
from tests.reference.twin import ALEMTUZUMAB_MS
from tests.reference.values import all_at_or_above

import leukon.monitor.review as core
from leukon.cohort.counts import CohortCounts, add_counts, count_cohort, count_review
from leukon.cohort.schema import AFTER_DEATH, COUNTS, ENDS, ENTRIES, GAPS, REASONS_OF_FLOW, WINDOWS
from leukon.monitor.schema import EPISODE_STATUSES, SLOT_STATUSES

checks = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def review_of(world, rows, schedule="paper"):
    events = to_arrow(rows, world.bits, [row["subject_id"] for row in world.rows])
    return core.review(events, "alemtuzumab-ms", schedule=schedule, as_of=world.as_of)


def in_pieces(world, rows_a_piece):
    """A review cut into pieces of about so many rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core, "PIECE", rows_a_piece)
        return review_of(world, world.rows)


def with_deaths(world):
    """The same, with deaths of some subjects: early, late, twice told, refused, or after as_of."""
    told = [(40, None), (900, "Died"), (2, "yes"), (300, "no"), (4000, None)]
    starts = {}
    for row in world.rows:
        if isinstance(row.get("time"), datetime) and row["subject_id"] is not None:
            starts.setdefault(row["subject_id"], row["time"])
    for number, (subject_id, start) in enumerate(starts.items()):
        for days, text in told[number % 5 :][: number % 3]:
            time = start + timedelta(days=days)
            world.rows.append({"subject_id": subject_id, "time": time, "code": "death", "text_value": text})
    return world


def deaths_of(world, rows):
    """(subject_id, date) of deaths, from the twin's door."""
    for row in check(rows, ALEMTUZUMAB_MS, world.as_of, CODES):
        if row["use"] == "finding" and row["concept"] == "death":
            yield row["subject_id"], row["time"].date()


def symptoms_of(world, rows):
    """(subject_id, date) of fever, feeling unwell and infection, from the twin's door."""
    if world.bits == 32:
        rows = [
            row | {"numeric_value": None if row.get("numeric_value") is None else as_float32(row["numeric_value"])}
            for row in rows
        ]
    for row in check(rows, ALEMTUZUMAB_MS, world.as_of, CODES):
        if row["use"] != "finding":
            continue
        if row["concept"] == "temperature" and all_at_or_above(row["number"], row["comparator_read"], 38):
            yield row["subject_id"], row["time"].date()
        if row["concept"] in ("unwell", "infection") and row["text_value"].strip().lower() in ("yes", "positive"):
            yield row["subject_id"], row["time"].date()


def without_order(table):
    return sorted(table, key=lambda row: [str(value) for value in row.values()])


def first_difference(world, rows, schedule):
    """What core and twin count differently, in words; None if nothing."""
    found = count_review(review_of(world, rows, schedule)).tables()
    tables = twin_tables(rows, schedule, world.as_of, world.bits)
    twin = count_twin(tables, symptoms_of(world, rows), last_instant_of(world.as_of), list(deaths_of(world, rows)))
    found = {name: table for name, table in found.items() if name in COUNTS}  # the others have a twin of their own
    for name, table in found.items():
        columns = COUNTS[name].schema.names
        ours = without_order(table.to_pylist())
        theirs = without_order([{column: row.get(column, 0) for column in columns} for row in twin[name]])
        if ours != theirs:
            only = [row for row in ours if row not in theirs][:2], [row for row in theirs if row not in ours][:2]
            return f"{name}:\n  core: {only[0]}\n  twin: {only[1]}"
    return None


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_core_and_twin_count_the_same(schedule):
    @settings(checks, max_examples=40)
    @given(worlds().map(with_deaths))
    def agree(world):
        explained = explain(world, lambda rows: first_difference(world, rows, schedule), schedule=schedule)
        if explained:
            pytest.fail(explained, pytrace=False)

    agree()


@settings(checks, max_examples=60)
@given(worlds().map(with_deaths), st.sampled_from([1, 7, 40]), st.integers(0, 2**16))
def test_cutting_a_cohort_into_pieces_and_adding_them_in_any_order_and_grouping_changes_nothing(world, rows, shuffling):
    review = in_pieces(world, rows)
    whole = count_review(review_of(world, world.rows))
    parts = [count_cohort(*piece, review.protocol) for piece in review.pieces]
    rng = random.Random(shuffling)
    rng.shuffle(parts)
    while len(parts) > 1:  # add any few of them, again and again
        some = rng.randint(2, len(parts))
        parts = [*parts[some:], add_counts(parts[:some])]
    assert {name: table.to_pydict() for name, table in parts[0].tables().items()} == {
        name: table.to_pydict() for name, table in whole.tables().items()
    }


@settings(checks, max_examples=60)
@given(worlds().map(with_deaths))
def test_sums_tie_out_with_the_tables_of_the_review(world):
    review = review_of(world, world.rows)
    counts = count_review(review)
    flow, incidence = counts.flow_counts.to_pylist(), counts.incidence_counts.to_pylist()
    whole = [row for row in incidence if row["window"] == "course"]
    for limit in {row["limit"] for row in flow}:
        of_limit = [row for row in flow if row["limit"] == limit and row["reason"] != "no_course"]
        at_risk = [row for row in whole if row["limit"] == limit]
        episodes = [row for row in counts.episode_counts.to_pylist() if row["limit"] == limit]
        assert total(of_limit, "persons") == review.courses.num_rows
        assert total([row for row in of_limit if row["reason"] == "at_risk"], "persons") == total(
            [row for row in at_risk if row["entry"] == "clear"], "persons"
        )
        for table in (counts.interval_counts, counts.onset_counts):
            assert (
                total([row for row in table.to_pylist() if row["limit"] == limit], "persons") == review.courses.num_rows
            )
        assert total(at_risk, "events") == total([row for row in episodes if row["course"]], "episodes")
        assert total(episodes, "episodes") + total(episodes, "unsure_episodes") <= review.episodes.num_rows
    own = [row for row in counts.episode_counts.to_pylist() if row["limit"] == "<1.5"]
    assert total(own, "episodes") == review.episodes.num_rows
    for row in incidence:
        assert row["with_event"] + row["seen_through"] <= row["persons"]
        assert row["with_event"] <= row["events"]
        assert row["events_with_symptoms"] <= row["events"]
        assert row["first_events"] <= min(row["with_event"], row["free_persons"])
        assert row["free_days"] <= row["person_days"]
    for name in ("adherence_counts", "calendar_counts"):
        assert total(getattr(counts, name).to_pylist(), "slots") == review.schedule.num_rows
    tests = [row for row in counts.test_counts.to_pylist() if row["window"] == "course"]
    gaps = [row for row in counts.gap_counts.to_pylist() if row["kind"] != "longest"]
    assert total(tests, "persons") == review.courses.num_rows
    assert sum(row["gap_days"] * row["gaps"] for row in gaps) == total(tests, "follow_up_days")
    assert total(gaps, "gaps") == total(tests, "tests") + total(tests, "persons")
    unseen = sum(
        row["gaps"] * (row["gap_days"] if row["kind"] == "after_last" else max(0, row["gap_days"] - 5)) for row in gaps
    )
    assert unseen == total(tests, "unseen_days")


@settings(checks, max_examples=30)
@given(worlds().map(with_deaths), st.integers(0, 2**16))
def test_counts_read_back_from_tables_in_any_order_are_the_same(world, shuffling):
    counts = count_review(review_of(world, world.rows))
    rng = random.Random(shuffling)
    shuffled = {
        name: table.take(pa.array(rng.sample(range(table.num_rows), table.num_rows), pa.int64()))
        for name, table in counts.tables().items()
    }
    back = CohortCounts.from_tables(shuffled)
    assert all(back.tables()[name].equals(table, check_metadata=True) for name, table in counts.tables().items())


def total(rows, column):
    return sum(row[column] for row in rows)


def test_the_subjects_reach_every_word_of_the_counts():
    """Else agreement would say little."""
    found = add_counts([count_review(review_of(with_deaths(world), world.rows)) for world in same_moment(60)]).tables()
    for table, column, words in [
        ("flow_counts", "reason", REASONS_OF_FLOW),
        ("incidence_counts", "entry", ENTRIES),
        ("incidence_counts", "window", WINDOWS),
        ("onset_counts", "end", ENDS),
        ("episode_counts", "status", EPISODE_STATUSES),
        ("gap_counts", "kind", GAPS),
        ("adherence_counts", "status", (*SLOT_STATUSES, AFTER_DEATH)),
    ]:
        assert set(found[table][column].to_pylist()) == set(words)
    for name, layout in COUNTS.items():
        assert all(sum(found[name][column].to_pylist()) for column in layout.value_names), name


def same_moment(number):
    """Worlds looked at from one moment, so that their counts may be added."""
    for world in random_worlds(number, seed=3):
        world.as_of = date(2003, 1, 1)
        yield world
