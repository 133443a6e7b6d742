"""Events to a MEDS dataset beside DuckDB's external sort: `python -m bench.ingest_meds [rows]`.

Made up: about 50 rows a person, in the order of time (so every person's rows lie all over the input), with ids such as
`P-0001234` that must be numbered. Each way runs in a process of its own, whose peak memory is measured.
DuckDB does the same sort by subject and time to one Parquet file, from a Parquet file with numbers for ids: it neither
numbers the ids nor cuts shards by subject, so it has less to do.
"""

import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.peak import alone, peak_mb
from leukon.ingest.gathered import BATCH, SCHEMA
from leukon.ingest.meds_writer import write_meds

PERSON = 50
CODES = ("LOINC//751-8", "LOINC//6690-2", "LOINC//718-7", "alemtuzumab")


def batches(rows: int, seed: int = 0):
    """Batches of made-up events, as readers give them."""
    rng = np.random.default_rng(seed)
    for first in range(0, rows, BATCH):
        yield _batch(rng, first, min(BATCH, rows - first), rows)


def _batch(rng, first: int, count: int, rows: int) -> pa.RecordBatch:
    at = np.arange(first, first + count)
    person = rng.integers(0, max(rows // PERSON, 1), count)
    value = np.round(rng.lognormal(1, 0.5, count), 2)
    instant = np.datetime64("2010-01-01", "us") + (at * 300_000_000_000 // rows) * np.timedelta64(1_000, "us")
    made = {
        "subject_id": pa.array(np.char.add("P-", np.char.zfill(person.astype(str), 7))),
        "time": pa.array(instant),
        "code": pa.array(CODES).take(pa.array(rng.integers(0, len(CODES), count))),
        "numeric_value": pa.array(value),
        "text_value": pa.array(value.astype(str)),
        "unit": pa.array(["10*9/L"] * count),
        "lln": pa.array(np.full(count, 2.0)),
        "status": pa.array(["final"] * count),
        "source_id": pa.array(np.char.add("LAB-", at.astype(str))),
        "place": pa.array(np.char.add("labs.csv:", (at + 2).astype(str))),
    }
    arrays = [made.get(field.name, pa.nulls(count, field.type)) for field in SCHEMA]
    return pa.RecordBatch.from_arrays(
        [each.cast(f.type) for each, f in zip(arrays, SCHEMA, strict=True)], schema=SCHEMA
    )


def leukon_way(folder: Path, rows: int) -> None:
    write_meds(batches(rows), folder / "meds", name="bench")


def making(_: Path, rows: int) -> None:
    """Only making the rows: to be taken off the others."""
    for _ in batches(rows):
        pass


def duckdb_way(folder: Path, rows: int) -> None:
    with pq.ParquetWriter(folder / "in.parquet", SCHEMA, compression="lz4") as writer:
        for batch in batches(rows):
            writer.write_batch(batch)
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '400MB'; SET temp_directory = '{folder}'; SET threads = 2")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            f"""
            COPY (SELECT substr(subject_id, 3)::BIGINT AS subject_id, * EXCLUDE (subject_id)
                  FROM '{folder}/in.parquet' ORDER BY 1, time NULLS FIRST)
            TO '{folder}/out.parquet' (COMPRESSION zstd)
            """  # noqa: S608
        )


WAYS = {way.__name__: way for way in (making, leukon_way, duckdb_way)}


def measure(way: str, rows: int) -> tuple[float, float, float]:
    """Seconds, peak memory in MB, MB on disk."""
    with tempfile.TemporaryDirectory() as folder:
        said = alone("bench.ingest_meds", way, rows, folder).split()
        size = sum(file.stat().st_size for file in Path(folder).rglob("*.parquet") if file.name != "in.parquet")
    return float(said[0]), float(said[1]), size / 1e6


def main() -> None:
    """Measure and print; with a way, rows and a folder: do it, and say how long it took."""
    if len(sys.argv) > 2:
        start = time.perf_counter()
        WAYS[sys.argv[1]](Path(sys.argv[3]), int(sys.argv[2]))
        print(time.perf_counter() - start, peak_mb())
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, pyarrow {pa.__version__}")
    for rows in [int(sys.argv[1])] if len(sys.argv) > 1 else (1_000_000, 10_000_000):
        bare, *_ = measure("making", rows)
        for way in ("leukon_way", "duckdb_way"):
            took, peak, disk = measure(way, rows)
            print(f"{rows:>12,} rows, {way}: {took - bare:6.1f} s, peak {peak:4.0f} MB, {disk:5.0f} MB on disk")


if __name__ == "__main__":
    main()
