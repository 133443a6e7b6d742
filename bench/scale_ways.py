"""Every way from file to file, one call each; `python -m bench.scale_ways WAY INPUT OUT TABLES` runs one and says so.

Each writes OUT/tables/TABLE/*.parquet, in its library's own compression (DuckDB and pandas snappy, Polars zstd, leukon
pyarrow's: snappy), sorted as the contract wants. Whatever a way imports it imports itself: its memory is its own.
"""

# ruff: noqa: PLC0415 (a process shall hold the libraries of one way only)

import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path

import pyarrow.parquet as pq

PROTOCOL, AS_OF = "alemtuzumab-ms", date(2019, 6, 30)
PROCESSORS = 2
COLUMNS = ["subject_id", "time", "code", "numeric_value", "unit"]
MESSY_COLUMNS = [*COLUMNS, "status", "recorded_time", "source_id"]


@dataclass(frozen=True)
class Task:
    """What a way is given: a folder of sorted files, where to write, which tables, and DuckDB's memory limit.

    `messy`: the rivals must look for versions, copies, late rows, units and analytes (leukon always does).
    """

    folder: Path
    out: Path
    tables: tuple[str, ...]
    memory: str = "1GB"
    messy: bool = False

    @property
    def paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.parquet"))

    def part(self, table: str, number: int = 0) -> Path:
        """File of a table that a way writes."""
        folder = self.out / "tables" / table
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{number:06}.parquet"

    def numbered(self) -> list[tuple[int, Path, int]]:
        """Each file with its place and the number of its first row among the rows of all."""
        rows = [pq.read_metadata(path).num_rows for path in self.paths]
        return list(zip(range(len(rows)), self.paths, accumulate(rows, initial=1), strict=False))


def leukon(task: Task) -> None:
    from leukon.scale.shards import review_dataset

    review_dataset(task.folder, PROTOCOL, as_of=AS_OF, out=task.out, tables=task.tables, processors=PROCESSORS)


def duckdb(task: Task) -> None:
    """All at once; what is more than the memory limit is spilled."""
    _duckdb(task, task.paths, 0, 1)


def duckdb_by_file(task: Task) -> None:
    for number, path, first_row in task.numbered():
        _duckdb(task, [path], number, first_row)


def _duckdb(task: Task, paths: Sequence[Path], number: int, first_row: int) -> None:
    from bench import duckdb_way

    with duckdb_way.connect(task.out / "spill", task.memory, PROCESSORS) as connection:
        duckdb_way.prepare(connection, paths, AS_OF, task.tables, first_row, messy=task.messy)
        for table in task.tables:
            duckdb_way.write(connection, table, task.part(table, number))


def polars(task: Task) -> None:
    """All at once, in memory."""
    _polars(task, task.paths, 0, 1)


def polars_by_file(task: Task) -> None:
    for number, path, first_row in task.numbered():
        _polars(task, path, number, first_row)


def _polars(task: Task, path: Path | list[Path], number: int, first_row: int) -> None:
    from bench import polars_way

    for table, frame in polars_way.derive_file(path, AS_OF, task.tables, first_row, messy=task.messy).items():
        frame.write_parquet(task.part(table, number))


def pandas(task: Task, module: str = "pandas_way") -> None:
    """File by file in one process, as pandas works."""
    for file in task.numbered():
        _pandas(task, module, file)


def pandas_on_two(task: Task, module: str = "pandas_way") -> None:
    """File by file, two processes side by side."""
    with ProcessPoolExecutor(PROCESSORS, get_context("spawn")) as pool:
        list(pool.map(partial(_pandas, task, module), task.numbered()))


def _pandas(task: Task, module: str, file: tuple[int, Path, int]) -> None:
    number, path, first_row = file
    way = importlib.import_module(f"bench.{module}")
    for table, frame in way.derive_file(path, AS_OF, task.tables, first_row, messy=task.messy).items():
        frame.to_parquet(task.part(table, number), index=False)


def spark(task: Task) -> None:
    """All at once, in a session that is there already."""
    from bench import spark_way

    session = spark_way.connect(task.out / "spill", threads=PROCESSORS)
    spark_way.prepare(session, task.paths, AS_OF, task.tables, messy=task.messy)
    for table in task.tables:
        spark_way.write(session, table, task.part(table).parent)


def scan(task: Task) -> None:
    """Only read the columns that the rivals need, row group by row group in two threads, and do nothing with them."""
    columns = MESSY_COLUMNS if task.messy else COLUMNS

    def read(path: Path) -> int:
        with pq.ParquetFile(path) as file:
            return sum(
                file.read_row_group(group, columns=columns, use_threads=False).num_rows
                for group in range(file.num_row_groups)
            )

    with ThreadPoolExecutor(PROCESSORS) as pool:
        sum(pool.map(read, task.paths))


WAYS: dict[str, Callable[[Task], None]] = {
    "scan": scan,
    "leukon": leukon,
    "duckdb": duckdb,
    "duckdb-by-file": duckdb_by_file,
    "polars": polars,
    "polars-by-file": polars_by_file,
    "pandas": pandas,
    "pandas-2": pandas_on_two,
    "pandas-numpy": partial(pandas, module="pandas_numpy_way"),
    "pandas-numpy-2": partial(pandas_on_two, module="pandas_numpy_way"),
    "spark": spark,
}
"""By the names that `--ways` takes."""
USUAL = [way for way in WAYS if way != "spark"]
"""Those that run if none are named: Spark needs Java, and minutes."""
SAID = {
    "scan": "bare scan (the limit)",
    "duckdb": "DuckDB SQL",
    "duckdb-by-file": "DuckDB SQL, file by file",
    "polars": "Polars",
    "polars-by-file": "Polars, file by file",
    "pandas": "pandas, file by file",
    "pandas-2": "pandas, file by file, 2 processes",
    "pandas-numpy": "pandas and NumPy, file by file",
    "pandas-numpy-2": "pandas and NumPy, file by file, 2 processes",
    "spark": "Spark SQL",
}
"""How people call them."""
IMPORTS = {
    "leukon": "leukon.scale.shards",
    "duckdb": "bench.duckdb_way",
    "polars": "bench.polars_way",
    "pandas": "bench.pandas_way",
    "scan": "pyarrow",
    "spark": "bench.spark_way",
}


def run(way: str, task: Task) -> dict[str, float]:
    """Run a way once; wall clock, processor time of all its processes, and the peak memory of this one.

    Starting Python, importing libraries and starting Spark is not counted; nor is Java's processor time.
    """
    importlib.import_module("pandas")  # pyarrow and DuckDB do so when first used, where it is installed: a second
    module = importlib.import_module(IMPORTS[way.split("-", maxsplit=1)[0]])
    if way == "spark":
        module.connect(task.out / "spill", threads=PROCESSORS)
    cpu, start = _processor_seconds(), time.perf_counter()
    WAYS[way](task)
    seconds = time.perf_counter() - start
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return {"seconds": seconds, "cpu": _processor_seconds() - cpu, "peak_kb": int(peak.split()[1])}


def _processor_seconds() -> float:
    return sum(os.times()[:4])


if __name__ == "__main__":
    name, folder, out, tables, memory, kind = sys.argv[1:]
    print(json.dumps(run(name, Task(Path(folder), Path(out), tuple(tables.split(",")), memory, kind == "messy"))))
