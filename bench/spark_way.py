"""The tables by Spark's own SQL, as a Spark user would write them: no Python on the way.

The statements are in spark_sql/; they are those of DuckDB in Spark's words. Spark runs in one process with `threads`.
The input is taken to be clean (checked, converted, no corrections, no comparators), which leukon does not do.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from pyspark.sql import functions as sql

from bench import rules
from bench.rules import end_of

SQL = Path(__file__).with_name("spark_sql")
NEEDS = {
    "courses": ("courses",),
    "results": ("courses", "results"),
    "episodes": ("courses", "results", "episodes"),
    "schedule": ("courses", "schedule"),
}
GIVEN = {code: rules.TREATMENTS.get(concept, concept) for code, concept in rules.CONCEPTS.items()}


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


def prepare(session: SparkSession, paths: Sequence[str | Path], as_of: date | datetime, tables: Sequence[str]) -> None:
    """Make a view of each table wanted."""
    end = end_of(as_of)
    events = session.read.parquet(*map(str, paths)).where(sql.col("time") <= sql.lit(str(end)).cast("timestamp_ntz"))
    wholes = sql.create_map(*(sql.lit(each) for pair in rules.WHOLES.items() for each in pair))
    value = sql.rint(sql.col("numeric_value").cast("double") * rules.WHOLE) / wholes[sql.col("unit")]
    first, firsts = 1, []
    for path in paths:
        firsts.append((Path(path).name, first))
        first += pq.read_metadata(path).num_rows
    files = sql.broadcast(session.createDataFrame(firsts, "file_name string, first_row long"))
    counts = events.where(sql.col("code") == rules.ANC).select(
        "subject_id", "time", value.alias("value"), "_metadata.file_name", "_metadata.row_index"
    )
    row = (sql.col("row_index") + sql.col("first_row")).alias("row")
    counts.join(files, "file_name").select(row, "subject_id", "time", "value").createOrReplaceTempView("counts")
    names = sql.create_map(*(sql.lit(each) for pair in GIVEN.items() for each in pair))
    doses = events.where(sql.col("code").isin(list(GIVEN)))
    doses.select(
        "subject_id", "time", sql.to_date("time").alias("day"), value.alias("amount_mg"),
        names[sql.col("code")].alias("given"),
    ).createOrReplaceTempView("doses")  # fmt: skip
    kinds = dict.fromkeys(rules.SLOT_COLUMNS, "int") | {"first_course": "boolean", "test": "string", "phase": "string"}
    schema = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    session.createDataFrame(rules.slots(), schema).createOrReplaceTempView("slots")
    for script in dict.fromkeys(script for table in tables for script in NEEDS[table]):
        for statement in (SQL / f"{script}.sql").read_text().replace("{as_of}", str(end)).split(";\n"):
            if statement.strip():
                session.sql(statement)


def write(session: SparkSession, table: str, folder: str | Path) -> None:
    """One of the views as a folder of Parquet files, in the compression that is Spark's own (snappy)."""
    session.table(table).write.mode("overwrite").parquet(str(folder))
