"""A dataset reviewed unit by unit gives the tables of the same events reviewed at once."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.scale.nasty import AS_OF, nasty_events, with_a_subject

import leukon
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
        pq.write_table(events.slice(first, 1000), place / f"{number}.parquet")
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
    assert found.manifest["rows"] == {name: at_once[name].num_rows for name in TABLES}
    if layout is not one_row_group:
        assert found.manifest["parts"] > 5


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
    assert found.manifest["as_of"] == str(review.as_of)
    assert_same(found, {name: getattr(review, name) for name in TABLES})


def test_a_dataset_without_a_row_has_all_tables_and_no_row(events, tmp_path):
    found = shards.review_dataset(one_file(events.slice(0, 0), tmp_path), PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    assert set(found.manifest["rows"].values()) == {0}
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
