"""OMOP MEASUREMENT to events beside a bare scan of the same columns: `python -m bench.ingest_omop [rows]`.

Made up: about 60 results a person, WBC, ANC and haemoglobin, a tenth with a comparator, text as a laboratory writes it.
The bare scan decodes the same columns with pyarrow and does nothing else; psycopg's server-side cursor is the usual
way to read a large table of PostgreSQL.
Before anything is timed, the reader's events are compared with DuckDB's SQL.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import adbc_driver_postgresql.dbapi as adbc
import duckdb
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from tests.ingest.omop_maker import postgresql_binaries, postgresql_server

from leukon.ingest.gathered import BATCH
from leukon.ingest.omop import read_omop, stream_omop
from leukon.ingest.omop_tables import MEASUREMENT

KINDS = ((3013650, 8848, "K/uL", 4.0), (3000905, 8848, "K/uL", 7.0), (3000963, 8713, "g/dL", 13.0))
GROUP = 1_000_000
PERSON = 60


def write_measurements(folder: Path, rows: int, seed: int = 0) -> Path:
    """A folder with measurement.parquet, sorted by person."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    writer = None
    for first in range(0, rows, GROUP):
        table = _table(rng, first, min(GROUP, rows - first))
        writer = writer or pq.ParquetWriter(folder / "measurement.parquet", table.schema, compression="zstd")
        writer.write_table(table, row_group_size=GROUP)
    assert writer is not None
    writer.close()
    return folder


def _table(rng: np.random.Generator, first: int, rows: int) -> pa.Table:
    kind = rng.integers(0, 3, rows)
    value = np.round(np.asarray([k[3] for k in KINDS])[kind] * rng.lognormal(0, 0.3, rows), 1)
    below = rng.random(rows) < 0.1
    text = np.where(below, np.char.add("<", value.astype(str)), value.astype(str))
    minute = np.datetime64("2015-01-01T06:00", "us") + rng.integers(0, 3_000, rows) * np.timedelta64(1, "D")
    minute = minute + rng.integers(0, 600, rows) * np.timedelta64(60_000_000, "us")
    pick = {
        name: pa.array([k[at] for k in KINDS]).take(pa.array(kind))
        for at, name in enumerate(("concept", "unit", "said"))
    }
    nothing = pa.nulls(rows, pa.int64())
    return pa.table(
        {
            "measurement_id": np.arange(first + 1, first + rows + 1),
            "person_id": 10_000_000 + (np.arange(first, first + rows) // PERSON) * 7,
            "measurement_concept_id": pick["concept"],
            "measurement_date": pa.array(minute.astype("datetime64[D]")),
            "measurement_datetime": pa.array(minute),
            "operator_concept_id": pa.array(np.where(below, 4171756, 4172703)),
            "value_as_number": value,
            "value_as_concept_id": nothing,
            "unit_concept_id": pick["unit"],
            "range_low": np.where(kind == 2, 12.0, 2.0),
            "range_high": np.where(kind == 2, 17.0, 11.0),
            "measurement_source_value": pick["said"],
            "measurement_source_concept_id": nothing,
            "unit_source_value": pick["said"],
            "value_source_value": pa.array(text),
        }
    )


def scan(folder: Path) -> int:
    """Decode the columns that the reader reads."""
    with pq.ParquetFile(folder / "measurement.parquet") as file:
        names = [name for name in MEASUREMENT.columns if name in file.schema_arrow.names]
        return sum(batch.num_rows for batch in file.iter_batches(BATCH, columns=names))


def stream(source: Path | str) -> int:
    """Read as a review does, a batch at a time."""
    return sum(batch.num_rows for batch in stream_omop(source))


def best(work, times: int = 3) -> tuple[float, float]:
    """The fastest of some runs: seconds on the clock, and of processor time (which a busy machine changes less)."""
    clock, processor = [], []
    for _ in range(times):
        start = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - start[0])
        processor.append(time.process_time() - start[1])
    return min(clock), min(processor)


def check(folder: Path) -> None:
    """The events are what SQL says they should be."""
    expected = duckdb.sql(
        f"""
        SELECT person_id::VARCHAR, measurement_datetime, 'OMOP//' || measurement_concept_id, value_as_number,
            value_source_value, CASE unit_concept_id WHEN 8848 THEN '10*3/uL' ELSE 'g/dL' END,
            CASE operator_concept_id WHEN 4171756 THEN '<' END, range_low, range_high
        FROM '{folder}/measurement.parquet'
        """  # noqa: S608
    ).to_arrow_table()
    columns = ["subject_id", "time", "code", "numeric_value", "text_value", "unit", "comparator", "lln", "uln"]
    events = read_omop(folder).select(columns)
    assert events.equals(expected.rename_columns(columns).cast(events.schema)), "the reader and SQL disagree"


def peak_mb(rows: int) -> float:
    """Peak memory of a process that streams a folder of this many rows."""
    code = (
        "import re, sys; from pathlib import Path; from bench.ingest_omop import stream; stream(Path(sys.argv[1]));"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) / 1024)"
    )
    with tempfile.TemporaryDirectory() as folder:
        write_measurements(Path(folder), rows)
        return float(subprocess.run([sys.executable, "-c", code, folder], check=True, capture_output=True).stdout)


def postgresql(folder: Path, rows: int) -> None:
    """ADBC through the reader beside psycopg's server-side cursor, which only fetches."""
    binaries = postgresql_binaries()
    if binaries is None:
        print("PostgreSQL: no server on this machine")
        return
    with postgresql_server(binaries) as url:
        table = pq.read_table(folder / "measurement.parquet").slice(0, rows)
        with adbc.connect(url) as connection, connection.cursor() as cursor:
            cursor.adbc_ingest("measurement", table.combine_chunks(), mode="create")
            connection.commit()
        columns = ("subject_id", "time", "code", "numeric_value", "text_value", "unit", "comparator")
        assert read_omop(url).select(columns).equals(read_omop(folder).select(columns).slice(0, rows))

        def fetch() -> None:
            names = ", ".join(name for name in MEASUREMENT.columns if name in table.column_names)
            with psycopg.connect(url) as connection, connection.cursor("bench") as cursor:
                cursor.itersize = BATCH
                cursor.execute(f"SELECT {names} FROM measurement")  # noqa: S608
                for _ in cursor:
                    pass

        ours, theirs = best(lambda: stream(url), 2), best(fetch, 1)
    print(f"PostgreSQL, {table.num_rows:,} rows: leukon {ours[0]:.2f} s; psycopg only fetching {theirs[0]:.2f} s")


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, pyarrow {pa.__version__}")
    with tempfile.TemporaryDirectory() as name:
        small, large = (write_measurements(Path(name) / word, n) for word, n in (("small", 200_000), ("large", rows)))
        check(small)
        bare, ours = best(lambda: scan(large)), best(lambda: stream(large))
        print(f"Parquet, {rows:,} rows, clock / processor time:")
        print(f"  bare scan {bare[0]:.2f} / {bare[1]:.2f} s; leukon {ours[0]:.2f} / {ours[1]:.2f} s")
        print(f"  {ours[0] / bare[0]:.2f} / {ours[1] / bare[1]:.2f} times the scan")
        postgresql(large, min(rows, 1_000_000))
    print(
        f"Peak memory: {peak_mb(rows // 10):.0f} MB for {rows // 10:,} rows, {peak_mb(rows):.0f} MB for {rows:,} rows"
    )


if __name__ == "__main__":
    main()
