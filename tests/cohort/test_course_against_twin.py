"""Course of episodes, treatments and immune cells: the core against its plain twin, and whatever must hold of sums."""

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.differential.compare import explain, of_32_bits
from tests.differential.subjects import CODES, random_worlds, worlds
from tests.differential.test_counts_against_twin import checks, in_pieces, review_of, total, without_order
from tests.reference.course import count_course_twin
from tests.reference.door import check, last_instant_of
from tests.reference.twin import ALEMTUZUMAB_MS
from tests.tables import day as at_day
from tests.tables import reviewed

from leukon.cohort.counts import add_counts, count_cohort, count_review
from leukon.cohort.course_schema import COURSE_COUNTS, LANDMARK_ENDS, RATIOS
from leukon.cohort.depths import estimate_nadirs, estimate_time_below
from leukon.cohort.phenotype_ratios import estimate_lgl, estimate_phenotypes
from leukon.cohort.recovery import estimate_durations, estimate_recovery_curves
from leukon.cohort.response_rates import estimate_landmarks, estimate_response_rates
from leukon.monitor.schema import EPISODE_STATUSES


def first_difference(world, rows):
    """What core and twin count differently, in words; None if nothing."""
    review = review_of(world, rows)
    if world.bits == 32:
        rows = [row | {name: of_32_bits(row.get(name)) for name in ("numeric_value", "lln", "uln")} for row in rows]
    return difference(review, check(rows, ALEMTUZUMAB_MS, world.as_of, CODES), last_instant_of(world.as_of))


def difference(review, rows, as_of):
    """The twin counts the tables of the review, and the doses and LGL of the twin's own door."""
    tables = {name: getattr(review, name).to_pylist() for name in ("results", "courses", "episodes")}
    counts = count_review(review)
    twin = count_course_twin(tables, rows, ALEMTUZUMAB_MS, as_of)
    for name in COURSE_COUNTS:
        table = getattr(counts, name)
        columns = COURSE_COUNTS[name].schema.names
        ours = without_order(table.to_pylist())
        theirs = without_order([{column: row.get(column, 0) for column in columns} for row in twin[name]])
        if ours != theirs:
            only = [row for row in ours if row not in theirs][:2], [row for row in theirs if row not in ours][:2]
            return f"{name}:\n  core: {only[0]}\n  twin: {only[1]}"
    return None


@settings(checks, max_examples=20)
@given(worlds())
def test_core_and_twin_count_the_same(world):
    explained = explain(world, lambda rows: first_difference(world, rows), schedule="paper")
    if explained:
        pytest.fail(explained, pytrace=False)


WORDS = (
    "anc=2 anc=0.9 anc=0.9 anc=2 anc=<0.5 anc=0.4 cd4=0.2 cd4=<0.1 cd8=0.3 nk=>0.1 nk=0.05 nk=0 nk=<0.01 b_cells=0.1"
)
GIVEN = "alemtuzumab prednisolone filgrastim lgl_percent=12.5 lgl_percent=<5"


def random_people(rng):
    """Rows of a few people with many immune cells and treatments, as text and as the twin's door would say them."""
    lines, rows = ["subject_id day code text_value unit"], []
    for person in range(1, 5):
        for day in sorted(rng.sample(range(-40, 500), rng.randrange(1, 40))):
            name, _, value = rng.choice((WORDS + " " + GIVEN).split()).partition("=")
            unit = {"": "mg"}.get(value, "%" if name == "lgl_percent" else "10*9/L")
            lines.append(f"{person} {day} {name} {value or 12} {unit}")
            row = {"subject_id": person, "time": at_day(day), "concept": name}
            comparator = value[0] if value[:1] in ("<", ">") else None
            row |= {"number": float(value.strip("<>") or 12), "comparator_read": comparator}
            rows.append(row | {"use": "dose" if not value else "finding" if name == "lgl_percent" else "result"})
    return "\n".join(lines), rows


def test_core_and_twin_count_treatments_and_immune_cells_the_same():
    rng, parts = random.Random(8), []
    for _ in range(20):
        text, rows = random_people(rng)
        review = reviewed(text, until=520)
        found = difference(review, rows, last_instant_of(at_day(520).date()))
        assert found is None, f"{text}\n{found}"
        parts.append(count_review(review))
    reached = add_counts(parts).tables()
    assert set(reached["phenotype_counts"]["ratio"].to_pylist()) == set(RATIOS)
    assert set(reached["landmark_counts"]["end"].to_pylist()) == set(LANDMARK_ENDS)
    assert all(
        sum(reached[name][column].to_pylist()) for name, lay in COURSE_COUNTS.items() for column in lay.value_names
    )


@settings(checks, max_examples=10)
@given(worlds(), st.sampled_from([7, 40]), st.integers(0, 2**16))
def test_cutting_a_cohort_into_pieces_and_adding_them_in_any_order_and_grouping_changes_nothing(world, rows, shuffling):
    review = in_pieces(world, rows)
    whole = count_review(review_of(world, world.rows))
    parts = [count_cohort(*piece, review.protocol) for piece in review.pieces]
    rng = random.Random(shuffling)
    rng.shuffle(parts)
    while len(parts) > 1:
        some = rng.randint(2, len(parts))
        parts = [*parts[some:], add_counts(parts[:some])]
    assert {name: table.to_pydict() for name, table in parts[0].tables().items()} == {
        name: table.to_pydict() for name, table in whole.tables().items()
    }


@settings(checks, max_examples=20)
@given(worlds())
def test_no_episode_person_or_day_is_lost_between_tables(world):
    review = review_of(world, world.rows)
    counts = {name: table.to_pylist() for name, table in count_review(review).tables().items()}
    episodes, by_course = review.episodes.num_rows, review.episodes.to_pylist()
    recovered = [row for row in by_course if row["recovered_by_time"] is not None]
    assert total(counts["duration_counts"], "episodes") == total(counts["nadir_counts"], "episodes") == episodes
    for limit in ("<1.5", "<1", "<0.5"):
        own = [row for row in counts["below_counts"] if row["limit"] == limit]
        assert total(own, "episodes") == episodes
    seen = sum(row["seen_days"] * row["episodes"] for row in counts["duration_counts"])
    assert total(counts["response_counts"], "days") == seen
    assert total(counts["response_counts"], "recoveries") == len(recovered)
    for day in (7, 14, 28):
        assert total([row for row in counts["landmark_counts"] if row["landmark_day"] == day], "episodes") == episodes
    assert sum(row["least_days"] * row["episodes"] for row in counts["duration_counts"]) == sum(
        row["least_days"] for row in by_course
    )
    for row in counts["duration_counts"]:
        assert row["least_days"] <= row["seen_days"]
    for row in counts["response_counts"]:
        assert row["persons"] <= row["episodes"]
        assert row["recoveries"] <= row["episodes"]
    for row in counts["below_counts"]:
        assert row["most_days"] is None or row["least_days"] <= row["most_days"]


@settings(checks, max_examples=15)
@given(worlds())
def test_no_episode_or_person_is_lost_between_counts_and_estimates(world):
    counts = count_review(review_of(world, world.rows)).tables()
    tables = [
        ("duration_counts", estimate_durations, ["dating"], "episodes", "episodes"),
        ("nadir_counts", estimate_nadirs, [], "episodes", "episodes"),
        ("below_counts", estimate_time_below, [], "episodes", "episodes"),
        ("response_counts", estimate_response_rates, [], "days", "days"),
        ("response_counts", estimate_response_rates, [], "recoveries", "recoveries"),
        ("phenotype_counts", estimate_phenotypes, [], "persons", "persons"),
        ("lgl_counts", estimate_lgl, [], "persons", "persons"),
    ]
    for name, estimate, more, before, after in tables:
        rows = estimate(counts[name]).to_pylist()
        each = len({tuple(row[key] for key in more) for row in rows}) or 1
        of_courses = [row for row in rows if row["course"] is not None]
        assert total(of_courses, after) == each * total(counts[name].to_pylist(), before)
        together = [row for row in rows if row["course"] is None]
        assert total(together, after) == total([row for row in of_courses if row["drug"]], after)
    landmarks = estimate_landmarks(counts["landmark_counts"]).to_pylist()
    kept = sum(row["episodes"] + row["before"] for row in landmarks if row["course"] is not None)
    assert kept == total(counts["landmark_counts"].to_pylist(), "episodes")
    for row in estimate_durations(counts["duration_counts"]).to_pylist():
        dated = row["recovered"] + row["carried_over"] + row["ongoing"]
        assert row["left_out"] + dated == row["episodes"]
        assert row["provisional"] <= row["recovered"]
    for row in estimate_time_below(counts["below_counts"]).to_pylist():
        assert row["least_median"] is None or row["most_median"] is None or row["least_median"] <= row["most_median"]
    curves = estimate_recovery_curves(counts["duration_counts"]).to_pylist()
    observed = [row for row in curves if row["dating"] == "observed" and row["course"] is not None]
    assert total(observed, "recovered") + total(observed, "censored") == total(
        counts["duration_counts"].to_pylist(), "episodes"
    )


def test_the_subjects_reach_every_status_and_every_table():
    """Else agreement would say little."""
    parts = []
    for world in random_worlds(30, seed=5):
        world.as_of = date(2003, 1, 1)
        parts.append(count_review(review_of(world, world.rows)))
    found = add_counts(parts).tables()
    assert set(found["duration_counts"]["status"].to_pylist()) == set(EPISODE_STATUSES)
    assert set(found["nadir_counts"]["comparator"].to_pylist()) >= {"<", "<=", None}
    assert all(table.num_rows for table in found.values())
