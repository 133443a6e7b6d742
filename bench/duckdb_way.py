"""The tables by DuckDB SQL, as a DuckDB expert would write them: ASOF joins, windows, gaps and islands.

The statements are in duckdb_sql/. DuckDB may use `memory` and spills what is more beside the output.
The input is taken to be clean (checked, converted, no corrections, no comparators), which leukon does not do.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bench import rules
from bench.rules import end_of

SQL = Path(__file__).with_name("duckdb_sql")
NEEDS = {
    "courses": ("known", "courses"),
    "results": ("known", "courses", "results"),
    "episodes": ("known", "courses", "results", "episodes"),
    "schedule": ("known", "courses", "schedule"),
}
# A word out of a few is an ENUM: it is sorted and written as a small number.
ENUMS = {
    "test": rules.TESTS, "phase": rules.PHASES, "status": rules.STATUSES,
    "word": ["anc", rules.UNIT, "measured", "no_lln"],
}  # fmt: skip
SLOTS = pa.Table.from_pylist([dict(zip(rules.SLOT_COLUMNS, slot, strict=True)) for slot in rules.slots()])


def connect(spill: str | Path, memory: str = "1GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills to a folder."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{memory}'; SET temp_directory = '{spill}'; SET threads = {threads}")
    for name, words in ENUMS.items():
        connection.execute(f"CREATE TYPE {name} AS ENUM ({', '.join(map(repr, words))})")
    connection.register("template", SLOTS)
    types = dict.fromkeys(rules.SLOT_COLUMNS, "INT") | {"first_course": "BOOLEAN", "test": "test", "phase": "phase"}
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in types.items())
    connection.execute(f"CREATE TEMP TABLE slots AS SELECT {columns} FROM template")  # noqa: S608
    return connection


def prepare(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[str | Path],
    as_of: date | datetime,
    tables: Sequence[str],
    first_row: int = 1,
) -> None:
    """Make a view of each table wanted; what only leads to it becomes a table at once."""
    firsts = [first_row]
    for path in paths:
        firsts.append(firsts[-1] + pq.read_metadata(path).num_rows)
    connection.execute("SET VARIABLE files = $1", [[str(path) for path in paths]])
    connection.execute("SET VARIABLE first_rows = $1::BIGINT[]", [firsts])
    connection.execute("SET VARIABLE as_of = $1::TIMESTAMP", [end_of(as_of)])
    for script in dict.fromkeys(script for table in tables for script in NEEDS[table]):
        connection.execute((SQL / f"{script}.sql").read_text())


def write(connection: duckdb.DuckDBPyConnection, table: str, path: str | Path) -> None:
    """One of the views as a Parquet file, in the compression that is DuckDB's own (snappy)."""
    connection.execute(f"COPY {table} TO '{path}' (FORMAT parquet)")
