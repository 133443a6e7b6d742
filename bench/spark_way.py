"""The tables by Spark's own SQL, as a Spark user would write them: no Python on the way.

The statements are in spark_sql/; they are those of DuckDB in Spark's words, and those in spark_sql/messy/ take the
place of their namesakes for messy rows. Spark runs in one process with `threads`. Clean input is taken to be checked,
with no corrections; no input has texts, comparators or limits of normal, which leukon looks for.
"""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sql

from bench import rules
from bench.rules import end_of

SQL = Path(__file__).with_name("spark_sql")
NEEDS = {
    "courses": ("known", "courses"),
    "results": ("known", "courses", "in_force", "results"),
    "episodes": ("known", "courses", "in_force", "episodes"),
    "schedule": ("known", "courses", "course_days", "tested", "schedule"),
}


def connect(spill: str | Path, memory: str = "4g", threads: int = 2) -> SparkSession:
    """A session in this process; `memory` is the heap of its Java."""
    builder = SparkSession.builder.master(f"local[{threads}]").config("spark.driver.memory", memory)
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(spill),
        "spark.sql.warehouse.dir": str(spill),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "16",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def prepare(
    session: SparkSession,
    paths: Sequence[str | Path],
    as_of: date | datetime,
    tables: Sequence[str],
    *,
    messy: bool = False,
) -> None:
    """Make a view of each table wanted."""
    end = end_of(as_of)
    _read(session, paths, end, messy=messy).createOrReplaceTempView("known")
    kinds = dict.fromkeys(rules.SLOT_COLUMNS, "int") | {"first_course": "boolean", "test": "string", "phase": "string"}
    _create(session, "slots", rules.slots(), kinds)
    limits = [[float(each) if isinstance(each, int) else each for each in astuple(row)] for row in rules.LIMITS]
    words = dict.fromkeys(("analyte", "code", "unit", "reason_v6"), "string")
    _create(session, "limits", limits, dict.fromkeys(vars(rules.LIMITS[0]), "double") | words)
    for script in dict.fromkeys(script for table in tables for script in NEEDS[table]):
        for statement in rules.script(SQL, script, messy=messy).replace("{as_of}", str(end)).split(";\n"):
            if statement.strip():
                session.sql(statement)


def _read(session: SparkSession, paths: Sequence[str | Path], end: datetime, *, messy: bool) -> DataFrame:
    """Rows known at `end` with their number among all files, and their value in result units."""
    events = session.read.parquet(*map(str, paths)).where(_not_after(sql.col("time"), end))
    kept = ["subject_id", "time", "code"]
    if messy:
        events = events.where(sql.coalesce(_not_after(sql.col("recorded_time"), end), sql.lit(True)))
        kept += ["numeric_value", "unit", "status", "recorded_time", "source_id"]
    wholes = sql.create_map(*(sql.lit(each) for pair in rules.WHOLES.items() for each in pair))
    value = sql.rint(sql.col("numeric_value").cast("double") * rules.WHOLE) / wholes[sql.col("unit")]
    first, firsts = 1, []
    for path in paths:
        firsts.append((Path(path).name, first))
        first += pq.read_metadata(path).num_rows
    files = sql.broadcast(session.createDataFrame(firsts, "file_name string, first_row long"))
    row = (sql.col("row_index") + sql.col("first_row")).alias("row")
    rows = events.select(*kept, value.alias("value"), "_metadata.file_name", "_metadata.row_index")
    return rows.join(files, "file_name").select(row, *kept, "value")


def _not_after(moment: Column, end: datetime) -> Column:
    return moment <= sql.lit(str(end)).cast("timestamp_ntz")


def _create(session: SparkSession, name: str, rows: Sequence[Sequence], kinds: dict[str, str]) -> None:
    """A view of these rows with columns of these types."""
    schema = ", ".join(f"{column} {kind}" for column, kind in kinds.items())
    session.createDataFrame(rows, schema).createOrReplaceTempView(name)


def write(session: SparkSession, table: str, folder: str | Path) -> None:
    """One of the views as a folder of Parquet files, in the compression that is Spark's own (snappy)."""
    session.table(table).write.mode("overwrite").parquet(str(folder))
