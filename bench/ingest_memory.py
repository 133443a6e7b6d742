"""Peak memory of reading 1 and 10 million rows of each format: `python -m bench.ingest_memory [rows] [format ...]`.

Each file is written in pieces, read batch by batch in a process of its own, and deleted. Rows are those of the events
that come out (a visit has about 10). A sheet of a workbook has at most 1,048,576 lines, so XLSX ends there: 10 million
events are 1,000,000 visits; python-calamine holds a whole sheet, so its memory grows with the sheet. OMOP and FHIR have
a measure of their own beside their speed.
"""

import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from bench import ingest_hl7v2, ingest_meds_reading, ingest_sdtm, ingest_visits
from bench.peak import alone, peak_mb

A_VISIT = 10
"""Events of a made-up visit, or a little less."""


def labs(path: Path, rows: int) -> None:
    """The LB dataset of the benchmark of SDTM, as CSV or Parquet."""
    schema = pa.schema([(name, pa.string()) for name in ingest_sdtm.WIDTHS])
    write = pacsv.CSVWriter if path.suffix == ".csv" else pq.ParquetWriter
    rng = np.random.default_rng(0)
    with write(path, schema) as file:
        for start in range(0, rows, ingest_sdtm.GROUP):
            said = ingest_sdtm.some_rows(rng, start, min(ingest_sdtm.GROUP, rows - start))
            columns = [np.char.rstrip(said[name]).astype(str) for name in schema.names]
            file.write_table(pa.table([pa.array(column) for column in columns], schema=schema))


WAYS = {
    "hl7v2": ("feed.hl7", lambda path, rows: ingest_hl7v2.write_messages(path, rows // 6)),
    "sdtm-xpt": ("lb.xpt", ingest_sdtm.write_labs),
    "sdtm-csv": ("lb.csv", labs),
    "sdtm-parquet": ("lb.parquet", labs),
    "meds": ("dataset", ingest_meds_reading.write_dataset),
    "visits-csv": ("visits.csv", lambda path, rows: ingest_visits.write_csv(path, int(rows / A_VISIT))),
    "visits-xlsx": ("visits.xlsx", lambda path, rows: ingest_visits.write_xlsx(path, int(rows / A_VISIT))),
}


def read_alone(format: str, path: Path) -> None:
    """Read a file batch by batch; print the rows, the processor's seconds and the peak memory."""
    stream = getattr(import_module(f"leukon.ingest.{format}"), f"stream_{format}")
    rows = sum(batch.num_rows for batch in stream(path))
    print(f"{rows:,} rows, {time.process_time():.1f} s of the processor, peak {peak_mb():.0f} MB")


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--alone"]:
        read_alone(sys.argv[2], Path(sys.argv[3]))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    for way in sys.argv[2:] or WAYS:
        name, write = WAYS[way]
        for count in (rows // 10, rows):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / name
                write(path, count)
                size = sum(each.stat().st_size for each in (path.rglob("*") if path.is_dir() else [path])) / 1e6
                said = alone("bench.ingest_memory", "--alone", way.partition("-")[0], path)
            print(f"{way:12} {size:6,.0f} MB: {said}", flush=True)


if __name__ == "__main__":
    main()
