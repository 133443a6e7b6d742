"""Speed and memory of the reader of visits: `python -m bench.ingest_visits [ROWS]`.

Invented lists of visits (12 columns, ~11 cells of 12 filled) as CSV and XLSX. Beside leukon, in the same run: pandas
(`read_csv` or `read_excel`, then `melt`), which is what one would write by hand; first both must say the same numbers.
For XLSX the bare scan of python-calamine and of openpyxl's read-only mode stand beside it.
Each way runs in a process of its own, so that its peak memory is its own.
"""

import importlib
import importlib.metadata
import json
import multiprocessing
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.peak import peak_mb

HEADINGS = [
    "patient", "date", "WBC (10^9/L)", "ANC (10^9/L)", "Lymph (10^9/L)", "Neut %", "Hb (g/dL)", "PLT (10^9/L)",
    "CD4 (cells/uL)", "Creatinine (umol/L)", "ALT (U/L)", "TSH (mU/L)",
]  # fmt: skip


def write_csv(path, rows):
    chance = np.random.default_rng(1)
    values = chance.gamma(4, 2, (rows, len(HEADINGS) - 2)).round(2)
    filled = chance.random(values.shape) < 0.92
    days = np.datetime64("2015-01-01") + (np.arange(rows) % 3000)
    with path.open("w") as file:
        file.write(",".join(HEADINGS) + "\n")
        for at in range(rows):
            cells = [f"{v:g}" if f else "" for v, f in zip(values[at], filled[at], strict=True)]
            file.write(",".join([f"P{at // 20}", str(days[at]), *cells]) + "\n")


def write_xlsx(path, rows):
    chance = np.random.default_rng(1)
    book = importlib.import_module("openpyxl").Workbook(write_only=True)
    sheet = book.create_sheet("Visits")
    sheet.append(HEADINGS)
    days = np.datetime64("2015-01-01") + (np.arange(rows) % 3000)
    for at in range(rows):
        sheet.append(
            [f"P{at // 20}", days[at].item(), *(float(v) for v in chance.gamma(4, 2, len(HEADINGS) - 2).round(2))]
        )
    book.save(path)


def leukon(path):
    total, rows = 0.0, 0
    for batch in importlib.import_module("leukon.ingest.visits").stream_visits(path):
        rows += batch.num_rows
        total += float(np.nansum(batch.column("numeric_value").to_numpy(zero_copy_only=False)))
    return rows, round(total, 2)


def pandas(path):
    pd = importlib.import_module("pandas")
    read = pd.read_csv if path.suffix == ".csv" else lambda name: pd.read_excel(name, engine="calamine")
    long = read(path).melt(["patient", "date"], var_name="code", value_name="numeric_value").dropna()
    return len(long), round(float(long["numeric_value"].sum()), 2)


def calamine(path):
    book = importlib.import_module("python_calamine").CalamineWorkbook.from_path(str(path))
    return sum(len(row) for row in book.get_sheet_by_index(0).iter_rows()), None


def openpyxl(path):
    book = importlib.import_module("openpyxl").load_workbook(path, read_only=True)
    return sum(len(row) for row in book.active.iter_rows(values_only=True)), None


def _measure(way, path, queue):
    started = time.perf_counter()
    said = globals()[way](path)
    seconds = time.perf_counter() - started
    queue.put((said, seconds, time.process_time(), peak_mb()))


def alone(way, path):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_measure, args=(way, path, queue))
    process.start()
    said, seconds, cpu, megabytes = queue.get()
    process.join()
    return {
        "way": way,
        "file": path.name,
        "said": said,
        "seconds": round(seconds, 2),
        "cpu": round(cpu, 2),
        "MB": round(megabytes),
    }


def main(rows):
    versions = {
        name: importlib.metadata.version(name) for name in ("pyarrow", "numpy", "pandas", "python-calamine", "openpyxl")
    }
    print(
        json.dumps(
            {"machine": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version(), **versions}
        )
    )
    with tempfile.TemporaryDirectory() as name:
        text, book = Path(name, "visits.csv"), Path(name, "visits.xlsx")
        write_csv(text, rows)
        write_xlsx(book, rows // 10)
        for path, ways in ((text, ("leukon", "pandas")), (book, ("leukon", "pandas", "calamine", "openpyxl"))):
            measured = [alone(way, path) for way in ways]
            assert measured[0]["said"] == measured[1]["said"], "leukon and pandas read different numbers"
            for line in measured:
                print(json.dumps(line))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000)
