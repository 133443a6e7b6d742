"""The tables by DuckDB SQL, as a DuckDB expert would write them: ASOF joins, windows, gaps and islands.

The statements are in duckdb_sql/; for messy rows those in duckdb_sql/messy/ take the place of their namesakes.
DuckDB may use `memory` and spills what is more beside the output. Clean input is taken to be checked, with no
corrections; no input has texts, comparators or limits of normal, which leukon looks for.
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
KNOWN = ("units", "known", "courses")
NEEDS = {
    "courses": KNOWN,
    "results": (*KNOWN, "in_force", "results"),
    "episodes": (*KNOWN, "in_force", "episodes"),
    "schedule": (*KNOWN, "course_days", "tested", "schedule"),
}
# A word out of a few is an ENUM: it is sorted and written as a small number.
ENUMS = {
    "test": rules.TESTS, "phase": rules.PHASES, "status": rules.STATUSES, "analyte": rules.ANALYTES,
    "code": [*rules.CODES, *rules.CONCEPTS], "word": ["anc", rules.UNIT, "g/L", "measured", *rules.REASONS],
}  # fmt: skip
SLOTS = pa.Table.from_pylist([dict(zip(rules.SLOT_COLUMNS, slot, strict=True)) for slot in rules.slots()])
LIMITS = pa.Table.from_pylist([vars(limits) for limits in rules.LIMITS])


def connect(spill: str | Path, memory: str = "1GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills to a folder."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{memory}'; SET temp_directory = '{spill}'; SET threads = {threads}")
    for name, words in ENUMS.items():
        connection.execute(f"CREATE TYPE {name} AS ENUM ({', '.join(map(repr, words))})")
    types = dict.fromkeys(rules.SLOT_COLUMNS, "INT") | {"first_course": "BOOLEAN", "test": "test", "phase": "phase"}
    _create(connection, "slots", SLOTS, types)
    types = dict.fromkeys(LIMITS.column_names, "DOUBLE") | {"analyte": "analyte", "code": "code", "least_v6": "TINYINT"}
    _create(connection, "limits", LIMITS, types | {"unit": "word", "reason_v6": "word"})
    return connection


def _create(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table, types: dict[str, str]) -> None:
    """A table with these columns of these types."""
    connection.register("given", rows)
    columns = ", ".join(f"{column}::{kind} AS {column}" for column, kind in types.items())
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {columns} FROM given")  # noqa: S608
    connection.unregister("given")


def prepare(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[str | Path],
    as_of: date | datetime,
    tables: Sequence[str],
    first_row: int = 1,
    *,
    messy: bool = False,
) -> None:
    """Make a view of each table wanted; what only leads to it becomes a table at once."""
    firsts = [first_row]
    for path in paths:
        firsts.append(firsts[-1] + pq.read_metadata(path).num_rows)
    connection.execute("SET VARIABLE files = $1", [[str(path) for path in paths]])
    connection.execute("SET VARIABLE first_rows = $1::BIGINT[]", [firsts])
    connection.execute("SET VARIABLE as_of = $1::TIMESTAMP", [end_of(as_of)])
    for script in dict.fromkeys(script for table in tables for script in NEEDS[table]):
        connection.execute(rules.script(SQL, script, messy=messy))


def write(connection: duckdb.DuckDBPyConnection, table: str, path: str | Path) -> None:
    """One of the views as a Parquet file, in the compression that is DuckDB's own (snappy)."""
    connection.execute(f"COPY {table} TO '{path}' (FORMAT parquet)")
