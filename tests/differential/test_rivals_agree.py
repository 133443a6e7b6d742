"""The other engines of `bench` say the same as leukon, row for row: second opinions written by other means."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench import duckdb_way, pandas_numpy_way, pandas_way, polars_way
from bench.compare import assert_same
from bench.fingerprint import fingerprint
from bench.generate import write_shards
from bench.generate_messy import write_messy
from bench.rules import TABLES

import leukon

AS_OF = date(2019, 6, 30)
SUBJECTS = 1000


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    write_shards(folder, SUBJECTS, shard=400)
    return sorted(folder.glob("*.parquet"))


@pytest.fixture(scope="module")
def ours(shards):
    events = pa.concat_tables([pq.read_table(path) for path in shards])
    review = leukon.review(events, "alemtuzumab-ms", as_of=AS_OF)
    return {table: getattr(review, table) for table in TABLES}


def test_the_made_up_patients_have_episodes_of_every_status(ours):
    statuses = set(ours["episodes"]["status"].to_pylist())
    assert statuses == {"recovered", "carried_over", "recovering", "ongoing"}


@pytest.mark.parametrize("table", TABLES)
def test_duckdb_says_the_same_of_all_files_at_once(shards, ours, tmp_path, table):
    with duckdb_way.connect(tmp_path / "spill") as connection:
        duckdb_way.prepare(connection, shards, AS_OF, [table])
        duckdb_way.write(connection, table, tmp_path / "table.parquet")
    assert_same(ours[table], pq.read_table(tmp_path / "table.parquet"))


def test_polars_says_the_same_of_all_files_at_once(shards, ours):
    for table, frame in polars_way.derive_file(shards, AS_OF).items():
        assert_same(ours[table], frame, table)


@pytest.mark.parametrize("way", [pandas_way, pandas_numpy_way])
@pytest.mark.parametrize("tables", [TABLES, ("courses", "episodes")])
def test_pandas_says_the_same_of_one_file_after_the_other(shards, ours, way, tables):
    parts, first_row = {table: [] for table in tables}, 1
    for path in shards:
        for table, frame in way.derive_file(path, AS_OF, tables, first_row).items():
            parts[table].append(pa.Table.from_pandas(frame, preserve_index=False))
        first_row += pq.read_metadata(path).num_rows
    for table, found in parts.items():
        assert_same(ours[table], pa.concat_tables(found, promote_options="permissive"), table)


def test_the_made_up_patients_are_the_same_each_time_and_sorted_with_one_count_a_minute(shards, tmp_path):
    write_shards(tmp_path, SUBJECTS, shard=400)
    again = pa.concat_tables([pq.read_table(path) for path in sorted(tmp_path.glob("*.parquet"))])
    events = pa.concat_tables([pq.read_table(path) for path in shards])
    assert again.equals(events)
    subject, time = events["subject_id"].to_numpy(), events["time"].to_numpy().view(np.int64)
    order = np.lexsort((time, subject))
    assert (order == np.arange(len(order))).all()
    counts = events.filter(pa.compute.equal(events["code"], "LOINC//751-8")).select(["subject_id", "time"])
    assert counts.group_by(["subject_id", "time"]).aggregate([]).num_rows == counts.num_rows


@pytest.mark.parametrize("analytes", [1, 5])
def test_messy_rows_are_all_accounted_for_and_of_every_kind(tmp_path, analytes):
    rows = write_messy(tmp_path, 150, analytes, shard=60)
    events = pa.concat_tables([pq.read_table(path) for path in sorted(tmp_path.glob("*.parquet"))])
    review = leukon.review(events, "alemtuzumab-ms", as_of=AS_OF)
    account = {(row["use"], row["reason"]): row["rows"] for row in review.account.to_pylist()}
    assert sum(account.values()) == rows == events.num_rows
    assert set(account) == {
        ("result", None), ("dose", None), ("superseded", "superseded"), ("unused", "duplicate"),
        ("unused", "no_unit"), ("after_as_of", None),
    }  # fmt: skip
    assert len(set(review.results["analyte"].to_pylist())) == analytes


def test_a_fingerprint_is_of_values_and_their_order_and_not_of_how_they_are_stored(tmp_path):
    def of(columns):
        pq.write_table(pa.table(columns), tmp_path / "table.parquet")
        return fingerprint([tmp_path / "table.parquet"])

    plain = of({"a": [1, 2, None], "b": ["x", None, "y"]})
    assert of({"a": pa.array([1.0, 2.0, float("nan")]), "b": pa.array(["x", None, "y"]).dictionary_encode()}) == plain
    assert of({"a": [2, 1, None], "b": [None, "x", "y"]}) != plain
    assert of({"a": [1, 2, None], "b": ["x", "y", None]}) != plain
    assert of({"a": [1, 2, 0], "b": ["x", None, "y"]}) != plain
    assert of({"a": [1, 2], "b": ["x", None]}) != plain
