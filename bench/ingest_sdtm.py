"""SDTM LB from XPT to events beside pyreadstat and pandas alone: `python -m bench.ingest_sdtm [rows]`.

Made up: about 60 results a subject, WBC, neutrophils and haemoglobin, a tenth with a comparator, original and
standardised values and ranges. pyreadstat reads the same columns of the whole file into memory, and does nothing else.
Before anything is timed, the reader's events are compared with the columns that pyreadstat gives, and those of XPT
with those of CSV and Parquet. Peak memory is that of a process of its own.
"""

import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pyreadstat
from tests.ingest.sdtm_maker import xpt_bytes

from bench.peak import alone, peak_mb
from leukon.ingest.sdtm import read_sdtm, stream_sdtm
from leukon.ingest.sdtm_labs import LB_COLUMNS

KINDS = (("WBC", "10^9/L", 7.0), ("NEUT", "10^9/L", 4.0), ("HGB", "g/dL", 13.0))
WIDTHS = {
    "USUBJID": 12, "LBTESTCD": 8, "LBORRES": 8, "LBORRESU": 8, "LBORNRLO": 4, "LBORNRHI": 4,
    "LBSTRESC": 8, "LBSTRESU": 8, "LBDTC": 16, "LBSTAT": 8,
}  # fmt: skip
GROUP = 500_000


def write_labs(path: Path, rows: int, seed: int = 0) -> Path:
    """An LB dataset as XPT, sorted by subject."""
    rng = np.random.default_rng(seed)
    first = xpt_bytes(("LB", list(WIDTHS), [["x" * width for width in WIDTHS.values()]]))
    header = first[: first.index(b"HEADER RECORD*******OBS ") + 80]
    with path.open("wb") as file:
        file.write(header)
        for start in range(0, rows, GROUP):
            file.write(some_rows(rng, start, min(GROUP, rows - start)).tobytes())
        file.write(b" " * (-file.tell() % 80))
    return path


def some_rows(rng: np.random.Generator, start: int, rows: int) -> np.ndarray:
    """Rows as they stand in the file, from the number `start` on."""
    kind = rng.integers(0, 3, rows)
    value = np.round(np.asarray([k[2] for k in KINDS])[kind] * rng.lognormal(0, 0.3, rows), 1).astype("U6")
    text = np.where(rng.random(rows) < 0.1, np.char.add("<", value), value)
    minute = np.datetime64("2015-01-01T06:00", "m") + rng.integers(0, 3_000 * 1_440, rows)
    said = {
        "USUBJID": np.char.add("TRIAL-", ((np.arange(start, start + rows)) // 60).astype("U6")),
        "LBTESTCD": np.asarray([k[0] for k in KINDS])[kind],
        "LBORRES": text, "LBSTRESC": text,
        "LBORRESU": np.asarray([k[1] for k in KINDS])[kind], "LBSTRESU": np.asarray([k[1] for k in KINDS])[kind],
        "LBORNRLO": np.full(rows, "2.0"), "LBORNRHI": np.full(rows, "11.0"),
        "LBDTC": minute.astype("U16"), "LBSTAT": np.where(rng.random(rows) < 0.01, "NOT DONE", ""),
    }  # fmt: skip
    out = np.empty(rows, [(name, f"S{width}") for name, width in WIDTHS.items()])
    for name, width in WIDTHS.items():
        out[name] = np.char.ljust(said[name].astype(f"S{width}"), width)
    return out


def check(xpt: Path) -> tuple[Path, Path]:
    """Assert equal output; the same dataset as CSV and Parquet."""
    columns, _ = pyreadstat.read_xport(xpt, output_format="dict")
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    csv, parquet = (xpt.with_name("other") / f"lb.{form}" for form in ("csv", "parquet"))
    csv.parent.mkdir()
    pacsv.write_csv(table, csv)
    pq.write_table(table, parquet)
    events = read_sdtm(xpt)
    for name, column in (("subject_id", "USUBJID"), ("text_value", "LBORRES"), ("unit", "LBORRESU")):
        assert events[name].to_pylist() == columns[column], name
    assert [code.partition("//")[2] for code in events["code"].to_pylist()] == columns["LBTESTCD"]
    assert [f"{time:%Y-%m-%dT%H:%M}" for time in events["time"].to_pylist()] == columns["LBDTC"]
    for other in (csv, parquet):
        assert events.drop_columns(["place"]).equals(read_sdtm(other).drop_columns(["place"])), other.suffix
    return csv, parquet


def run(path: Path) -> int:
    return sum(batch.num_rows for batch in stream_sdtm(path))


def median(what, repeats: int = 3) -> float:
    """Seconds of the processor, so that other work on the machine does not count."""
    took = []
    for _ in range(repeats):
        began = time.process_time()
        what()
        took.append(time.process_time() - began)
    return sorted(took)[repeats // 2]


def main() -> None:
    if sys.argv[1:2] == ["--alone"]:
        began = time.process_time()
        rows = run(Path(sys.argv[2]))
        print(f"{rows:,} rows in {time.process_time() - began:.1f} s, peak {peak_mb():.0f} MB")
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"pyarrow {pa.__version__}, pyreadstat {pyreadstat.__version__}, pandas {pd.__version__}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        xpt = write_labs(Path(folder) / "lb.xpt", rows)
        csv, parquet = check(xpt)
        wanted = [name for name in LB_COLUMNS if name in WIDTHS]
        ours = median(lambda: run(xpt))
        library = median(lambda: pyreadstat.read_xport(xpt, output_format="dict", usecols=wanted))
        pandas = median(lambda: pd.read_sas(xpt, format="xport", encoding="utf-8"))
        print(f"{rows:,} rows, all answers agree; medians of 3, seconds of the processor")
        print(f"XPT   leukon {ours:.2f} s, pyreadstat alone {library:.2f} s, pandas alone {pandas:.2f} s; "
              f"ratio to pyreadstat {ours / library:.2f}")  # fmt: skip
        print(f"CSV   leukon {median(lambda: run(csv)):.2f} s")
        print(f"Parquet leukon {median(lambda: run(parquet)):.2f} s")
        for factor in (1, 10):
            big = write_labs(Path(folder) / "lb.xpt", rows * factor)
            print(f"a process alone: {alone('bench.ingest_sdtm', '--alone', big)}")


if __name__ == "__main__":
    main()
