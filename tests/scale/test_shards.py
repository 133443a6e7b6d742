"""A dataset reviewed unit by unit gives the tables of the same events reviewed at once."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.scale.nasty import AS_OF, nasty_events, with_a_subject

import leukon
from leukon.cohort.counts import count_review
from leukon.errors import InputError, UnknownName
from leukon.ingest.meds_writer import write_meds
from leukon.monitor.review import TABLES
from leukon.scale import shards, sorting

PROTOCOL = "alemtuzumab-ms"


@pytest.fixture(scope="module")
def events():
    return with_a_subject(nasty_events(30))


@pytest.fixture(scope="module")
def at_once(events):
    review = leukon.review(events, PROTOCOL, as_of=AS_OF)
    return {name: getattr(review, name) for name in TABLES}


@pytest.fixture
def small(monkeypatch):
    """Units of 500 rows and pieces of 100, so that a small dataset has many."""
    monkeypatch.setattr(shards, "UNIT", 500)
    monkeypatch.setattr(shards, "PIECE", 100)


def one_file(events, folder):
    pq.write_table(events, folder / "events.parquet", row_group_size=130)
    return folder / "events.parquet"


def one_row_group(events, folder):
    pq.write_table(events, folder / "events.parquet")
    return folder


def files_cut_anywhere(events, folder):
    """A subject may begin in one file and go on in the next ones."""
    for number, first in enumerate(range(0, events.num_rows, 77)):
        pq.write_table(events.slice(first, 77), folder / f"{number:04}.parquet", row_group_size=20)
    return folder


def meds_dataset(events, folder):
    place = folder / "data" / "train"
    place.mkdir(parents=True)
    for number, first in enumerate(range(0, events.num_rows, 1000)):
        pq.write_table(events.slice(first, 1000), place / f"{number:03}.parquet")
    return folder


def assert_same(found, expected):
    for name in TABLES:
        one, other = found.table(name), expected[name]
        assert one.schema.equals(other.schema), name
        assert one.to_pylist() == other.to_pylist(), name


@pytest.mark.parametrize("layout", [one_file, one_row_group, files_cut_anywhere, meds_dataset])
def test_every_table_is_the_same_row_for_row(layout, events, at_once, small, tmp_path):
    source = layout(events, _new(tmp_path / "in"))
    found = shards.review_dataset(source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    assert_same(found, at_once)
    assert {name: found.provenance["rows"][name] for name in TABLES} == {
        name: at_once[name].num_rows for name in TABLES
    }
    if layout is not one_row_group:
        assert found.provenance["parts"] > 5


def _new(folder):
    folder.mkdir()
    return folder


def test_ids_may_be_texts(small, tmp_path):
    events = with_a_subject(nasty_events(10, text_ids=True))
    review = leukon.review(events, PROTOCOL, as_of=AS_OF)
    found = shards.review_dataset(one_file(events, tmp_path), PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    assert_same(found, {name: getattr(review, name) for name in TABLES})


def test_last_is_the_latest_usable_time_of_all_units(events, small, tmp_path):
    found = shards.review_dataset(one_file(events, tmp_path), PROTOCOL, as_of="last", out=tmp_path / "out")
    review = leukon.review(events, PROTOCOL, as_of="last")
    assert found.provenance["as_of"] == str(review.as_of)
    assert_same(found, {name: getattr(review, name) for name in TABLES})


def test_a_dataset_without_a_row_has_all_tables_and_no_row(events, tmp_path):
    found = shards.review_dataset(one_file(events.slice(0, 0), tmp_path), PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    assert {found.provenance["rows"][name] for name in TABLES} == {0}
    assert found.table("results").num_rows == 0


# ---------------------------------------------------------------------------------------------- subjects not together


def test_rows_in_any_order_are_sorted_first_and_keep_their_numbers(small, tmp_path, monkeypatch):
    monkeypatch.setattr(sorting, "ROWS", 700)
    events = nasty_events(20)  # some rows have no subject
    mixed = events.take(pa.array(np.random.default_rng(1).permutation(events.num_rows)))
    source = files_cut_anywhere(mixed, _new(tmp_path / "in"))
    review = leukon.review(mixed, PROTOCOL, as_of=AS_OF)
    found = shards.review_dataset(source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    assert_same(found, {name: getattr(review, name) for name in TABLES})


@pytest.mark.parametrize("text_ids", [False, True])
def test_a_subject_in_two_places_is_put_together(text_ids, small, tmp_path):
    events = with_a_subject(nasty_events(10, text_ids=text_ids))
    middle = events.num_rows // 2
    turned = pa.concat_tables([events.slice(middle - 3), events.slice(0, middle - 3)])
    review = leukon.review(turned, PROTOCOL, as_of=AS_OF)
    found = shards.review_dataset(one_file(turned, tmp_path), PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    assert_same(found, {name: getattr(review, name) for name in TABLES})


def test_a_dataset_that_leukon_wrote_gives_back_what_was_read(small, tmp_path):
    """Ids that are no numbers, numbers of 64 bits, and rows without a subject or a code."""
    events = nasty_events(10, text_ids=True)
    write_meds(events.to_batches(), tmp_path / "meds", name="made up", subjects_per_shard=7)
    review = leukon.review(leukon.read(tmp_path / "meds"), PROTOCOL, as_of=AS_OF)
    found = shards.review_dataset(tmp_path / "meds", PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    assert_same(found, {name: getattr(review, name) for name in TABLES})


# ------------------------------------------------------------------------------------------------ counts, and some people


def test_the_counts_of_a_cohort_are_those_of_all_its_parts(events, small, tmp_path):
    found = shards.review_dataset(one_file(events, tmp_path), PROTOCOL, as_of=AS_OF, out=tmp_path / "out", counts=True)
    whole = count_review(leukon.review(events, PROTOCOL, as_of=AS_OF))
    for name, table in whole.tables().items():
        assert found.counts().tables()[name].equals(table, check_metadata=True), name


@pytest.mark.parametrize("layout", [one_file, files_cut_anywhere])
def test_some_people_can_be_reviewed_again(layout, events, at_once, small, tmp_path):
    found = shards.review_dataset(layout(events, _new(tmp_path / "in")), PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    ids = [3, 17, 120]
    some = found.review_of(ids)
    for name in ("subjects", "courses", "results", "episodes", "schedule", "workup", "findings", "unused"):
        expected = [row for row in at_once[name].to_pylist() if row["subject_id"] in ids]
        assert getattr(some, name).to_pylist() == expected, name
    assert some.subjects.num_rows == 3


def test_only_the_tables_that_were_asked_for_are_written(events, small, tmp_path):
    found = shards.review_dataset(
        one_file(events, tmp_path), PROTOCOL, as_of=AS_OF, out=tmp_path / "out", tables=("episodes",)
    )
    assert [path.name for path in (tmp_path / "out/tables").iterdir()] == ["episodes"]
    with pytest.raises(UnknownName, match="table 'results'"):
        found.table("results")


def test_a_table_that_does_not_exist_is_refused_before_anything_is_done(tmp_path):
    with pytest.raises(UnknownName, match="table 'grades'"):
        shards.review_dataset(tmp_path, PROTOCOL, as_of=AS_OF, out=tmp_path / "out", tables=("grades",))
    assert not (tmp_path / "out").exists()


def test_progress_tells_the_rows_that_are_done_to_the_last(events, small, tmp_path):
    said = []
    shards.review_dataset(
        one_file(events, tmp_path),
        PROTOCOL,
        as_of=AS_OF,
        out=tmp_path / "out",
        progress=lambda *rows: said.append(rows),
    )
    assert said[0] == (0, events.num_rows)
    assert said[-1] == (events.num_rows, events.num_rows)
    assert said == sorted(said)


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda folder: (folder / "0001.parquet").write_bytes(b"PAR1"), "0001.parquet"),
        (lambda folder: pq.write_table(pa.table({"subject_id": [1]}), folder / "0001.parquet"), "time"),
        (lambda folder: [path.unlink() for path in folder.iterdir()], "no .parquet file"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_before_anything_is_written(spoil, what, events, tmp_path):
    folder = files_cut_anywhere(events.slice(0, 400), _new(tmp_path / "in"))
    spoil(folder)
    with pytest.raises(InputError, match=what):
        shards.review_dataset(folder, PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
