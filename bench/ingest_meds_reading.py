"""A MEDS dataset to events beside a bare scan of the same columns: `python -m bench.ingest_meds_reading [rows]`.

Made up: about 60 results a person, WBC, ANC and haemoglobin, in shards of 1,000,000 rows in the strict layout (64-bit
ids, 32-bit numbers), a tenth of the texts with a comparator, and a unit. The bare scan decodes the same columns with
pyarrow and does nothing else. Before anything is timed, the reader's events are compared with DuckDB's SQL.
Processor time is what counts: other work on the machine changes it little.
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
from leukon.ingest.gathered import BATCH
from leukon.ingest.meds import find_shards, read_meds, stream_meds

KINDS = (("LOINC//751-8", "10*3/uL", 4.0), ("LOINC//6690-2", "10*3/uL", 7.0), ("LOINC//718-7", "g/dL", 13.0))
PERSON = 60
SHARD = 1_000_000


def write_dataset(folder: Path, rows: int, seed: int = 0) -> Path:
    """A dataset in the layout of the specification, shard by shard."""
    (folder / "data").mkdir(parents=True)
    rng = np.random.default_rng(seed)
    for first in range(0, rows, SHARD):
        table = _table(rng, first, min(SHARD, rows - first))
        pq.write_table(table, folder / "data" / f"{first // SHARD}.parquet", compression="zstd")
    return folder


def _table(rng: np.random.Generator, first: int, rows: int) -> pa.Table:
    kind = rng.integers(0, 3, rows)
    value = np.round(np.asarray([k[2] for k in KINDS])[kind] * rng.lognormal(0, 0.3, rows), 1)
    text = np.where(rng.random(rows) < 0.1, np.char.add("<", value.astype(str)), value.astype(str))
    minute = np.datetime64("2015-01-01T06:00", "us") + rng.integers(0, 4_000_000, rows) * np.timedelta64(
        60_000_000, "us"
    )
    code, unit = (pa.array([k[at] for k in KINDS]).take(pa.array(kind)) for at in (0, 1))
    return pa.table(
        {
            "subject_id": 10_000_000 + (np.arange(first, first + rows) // PERSON) * 7,
            "time": pa.array(minute),
            "code": code,
            "numeric_value": pa.array(value.astype(np.float32)),
            "text_value": pa.array(text).cast(pa.large_string()),
            "unit": unit,
        }
    )


def scan(folder: Path) -> int:
    """Decode the columns that the reader reads."""
    rows = 0
    for shard in find_shards(folder):
        with pq.ParquetFile(shard) as file:
            rows += sum(batch.num_rows for batch in file.iter_batches(BATCH))
    return rows


def stream(folder: Path) -> int:
    """Read as a review does, a batch at a time."""
    return sum(batch.num_rows for batch in stream_meds(folder))


def check(folder: Path) -> None:
    """The events are what SQL says they should be."""
    expected = duckdb.sql(
        f"""
        SELECT subject_id::VARCHAR, time, code, round(numeric_value::DOUBLE, 1), text_value, unit,
            '0.parquet:' || row_number() OVER ()
        FROM '{folder}/data/0.parquet'
        """  # noqa: S608
    ).to_arrow_table()
    columns = ["subject_id", "time", "code", "numeric_value", "text_value", "unit", "place"]
    events = read_meds(folder).select(columns)
    assert events.equals(expected.rename_columns(columns).cast(events.schema)), "the reader and SQL disagree"


def best(work, times: int = 5) -> tuple[float, float]:
    """The fastest of some runs: seconds on the clock, and of processor time."""
    clock, processor = [], []
    for _ in range(times):
        start = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - start[0])
        processor.append(time.process_time() - start[1])
    return min(clock), min(processor)


def main() -> None:
    """Measure and print; with `--alone` and a folder: read it, and print the peak memory."""
    if sys.argv[1:2] == ["--alone"]:
        print(f"{stream(Path(sys.argv[2])):,} rows: {peak_mb():.0f} MB")
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, pyarrow {pa.__version__}")
    with tempfile.TemporaryDirectory() as name:
        small, tenth, large = (
            write_dataset(Path(name) / word, count)
            for word, count in (("small", 200_000), ("tenth", rows // 10), ("large", rows))
        )
        check(small)
        bare, ours = best(lambda: scan(large)), best(lambda: stream(large))
        print(f"{rows:,} rows, clock / processor time:")
        print(f"  bare scan {bare[0]:.2f} / {bare[1]:.2f} s; leukon {ours[0]:.2f} / {ours[1]:.2f} s")
        print(f"  {ours[0] / bare[0]:.2f} / {ours[1] / bare[1]:.2f} times the scan")
        for folder in (tenth, large):
            print("  peak memory of", alone("bench.ingest_meds_reading", "--alone", folder))


if __name__ == "__main__":
    main()
