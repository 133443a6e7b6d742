"""The other engines of `bench` read messy rows by their own doors and say the same as leukon, row for row."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench import duckdb_way, pandas_numpy_way, pandas_way, polars_way
from bench.compare import assert_same
from bench.generate_messy import write_messy
from bench.rules import TABLES, end_of

import leukon

AS_OF = date(2019, 6, 30)
SUBJECTS = 400


@pytest.fixture(scope="module", params=[1, 5])
def shards(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"messy-{request.param}")
    write_messy(folder, SUBJECTS, request.param, shard=150)
    return sorted(folder.glob("*.parquet"))


@pytest.fixture(scope="module")
def review(shards):
    events = pa.concat_tables([pq.read_table(path) for path in shards])
    return leukon.review(events.unify_dictionaries(), "alemtuzumab-ms", as_of=AS_OF)


@pytest.fixture(scope="module")
def ours(review):
    return {table: getattr(review, table) for table in TABLES}


def test_the_messy_rows_hold_what_a_door_is_for(shards, review, ours):
    """Late, corrected, repeated and unitless rows, mixed units, grades of every kind, episodes and every slot's fate."""
    events = pa.concat_tables([pq.read_table(path) for path in shards])
    account = {row["reason"] or row["use"]: row["rows"] for row in review.account.to_pylist()}
    assert min(account[why] for why in ("after_as_of", "superseded", "duplicate", "no_unit")) >= 10
    end = np.datetime64(end_of(AS_OF))
    time, recorded = (events[name].to_numpy() for name in ("time", "recorded_time"))
    assert ((time <= end) & (recorded > end)).sum() >= 10
    slots = set(ours["schedule"]["status"].to_pylist())
    analytes = set(ours["results"]["analyte"].to_pylist())
    grades = {(row["analyte"], row["grade_v6"]) for row in ours["results"].to_pylist()}
    assert {row["status"] for row in ours["episodes"].to_pylist()} >= {"recovered", "carried_over", "recovering"}
    assert {("anc", grade) for grade in range(4)} <= grades
    units = events.unify_dictionaries()["unit"].unique().to_pylist()
    assert None in units
    if len(analytes) == 1:
        assert len(units) == 5
        assert slots == {"done", "off_time", "missed", "overdue", "due", "upcoming"}
    else:
        assert slots == {"done", "off_time", "incomplete", "missed", "overdue", "due", "upcoming"}
        assert len(units) == 8
        assert analytes == {"anc", "wbc", "lymphocytes", "hemoglobin", "platelets"}
        assert {("wbc", None), ("wbc", 2), ("hemoglobin", 2), ("lymphocytes", None)} <= grades


@pytest.mark.parametrize("table", TABLES)
def test_duckdb_says_the_same_of_all_files_at_once(shards, ours, tmp_path, table):
    with duckdb_way.connect(tmp_path / "spill") as connection:
        duckdb_way.prepare(connection, shards, AS_OF, [table], messy=True)
        duckdb_way.write(connection, table, tmp_path / "table.parquet")
    assert_same(ours[table], pq.read_table(tmp_path / "table.parquet"))


def test_polars_says_the_same_of_all_files_at_once(shards, ours):
    for table, frame in polars_way.derive_file(shards, AS_OF, messy=True).items():
        assert_same(ours[table], frame, table)


@pytest.mark.parametrize("way", [pandas_way, pandas_numpy_way])
@pytest.mark.parametrize("tables", [TABLES, ("courses", "episodes")])
def test_pandas_says_the_same_of_one_file_after_the_other(shards, ours, way, tables):
    parts, first_row = {table: [] for table in tables}, 1
    for path in shards:
        for table, frame in way.derive_file(path, AS_OF, tables, first_row, messy=True).items():
            parts[table].append(pa.Table.from_pandas(frame, preserve_index=False))
        first_row += pq.read_metadata(path).num_rows
    for table, found in parts.items():
        assert_same(ours[table], pa.concat_tables(found, promote_options="permissive"), table)
