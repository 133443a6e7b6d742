"""`make bench`: leukon beside Polars and pandas on the same derivations, in one run; first that all answers agree.

Writes bench/results/core.md and core.json: machine, versions, data, medians and ratios. Ratios are what to quote.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

import leukon
from bench import pandas_grading, pandas_numpy_grading, pandas_numpy_way, pandas_way, polars_grading, polars_way
from bench.compare import assert_same
from bench.generate import write_events
from leukon.events.schema import COMPARATORS
from leukon.events.table import open_door
from leukon.knowledge.criteria import load_criteria
from leukon.monitor.grading import grade_decrease
from leukon.monitor.numbers import number_protocol
from leukon.monitor.review import PIECE, each
from leukon.monitor.schema import GRADE_REASONS
from leukon.monitor.tables import Columns

PROTOCOL, AS_OF = "alemtuzumab-ms", date(2019, 6, 30)
TABLES = ("courses", "results", "episodes", "schedule")
RIVALS = {"polars": polars_way, "pandas": pandas_way, "pandas with NumPy": pandas_numpy_way}
RESULTS = Path(__file__).with_name("results")
Step = dict[str, Callable[[], Any]]


def main() -> None:
    """Run all comparisons and write what they say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--alone", nargs=2, metavar=("WAY", "FILE"), help="run one way once, cold, and print its peak memory"
    )
    options = parser.parse_args()
    if options.alone:
        print(run_alone(*options.alone))
        return
    with tempfile.TemporaryDirectory() as folder:
        many, one = Path(folder) / "many.parquet", Path(folder) / "one.parquet"
        rows = write_events(many, options.subjects)
        pq.write_table(_one_subject(many), one)
        steps = {
            "grade 1,000,000 ANC, both editions": (grading(), options.repeats, 10),
            f"one patient in memory ({pq.read_metadata(one).num_rows} rows)": (
                one_patient(one),
                options.repeats * 2,
                20,
            ),
            f"{options.subjects:,} patients from Parquet ({rows:,} rows)": (from_parquet(many), options.repeats, 1),
        }
        medians = {name: time_in_turn(*step) for name, step in steps.items()}
        memory = {way: peak_memory(way, many) for way in ("leukon", *RIVALS)}
    write_results(medians, memory)


def grading() -> Step:
    """Grade counts with and without LLN and some with comparators."""
    rng = np.random.default_rng(0)
    values = np.round(rng.lognormal(1.0, 0.8, 1_000_000), 2)
    lln = np.where(rng.random(values.size) < 0.5, 2.0, np.nan)
    comparator = np.where(rng.random(values.size) < 0.02, rng.integers(0, 4, values.size), -1).astype(np.int8)
    words = pd.Categorical.from_codes(comparator, list(COMPARATORS))
    in_polars = (
        pl.Series(values),
        pl.Series(lln).fill_nan(None),
        pl.Series([*COMPARATORS, None], dtype=pl.Enum(list(COMPARATORS))).gather(comparator % (len(COMPARATORS) + 1)),
    )
    in_pandas = (pd.Series(values), pd.Series(lln), pd.Series(words))
    ways: Step = {
        "leukon": lambda: _graded(values, comparator, lln),
        "polars": lambda: polars_grading.grade(*in_polars),
        "pandas": lambda: pandas_grading.grade(*in_pandas),
        "pandas with NumPy": lambda: pandas_numpy_grading.grade(*in_pandas),
    }
    grade_v5, reason_v5, grade_v6, reason_v6 = (
        np.concatenate(column) for column in zip(*ways["leukon"](), strict=True)
    )
    reasons = pa.array(GRADE_REASONS)
    ours = pa.table(
        {
            "grade_v5": pa.array(grade_v5, mask=grade_v5 < 0),
            "reason_v5": reasons.take(pa.array(reason_v5, mask=reason_v5 < 0)),
            "grade_v6": pa.array(grade_v6, mask=grade_v6 < 0),
            "reason_v6": reasons.take(pa.array(reason_v6, mask=reason_v6 < 0)),
        }
    )
    for name, way in ways.items():
        if name != "leukon":
            assert_same(ours, way(), f"grades by {name}")
    return ways


def _graded(values: np.ndarray, comparator: np.ndarray, lln: np.ndarray) -> list[tuple[np.ndarray, ...]]:
    """Grades and reasons piece by piece on all processors, as a review does it."""
    terms = [load_criteria(edition).decreased["anc"] for edition in ("5.0", "6.0")]

    def grade(piece: slice) -> tuple[np.ndarray, ...]:
        found = [grade_decrease(values[piece], comparator[piece], lln[piece], term) for term in terms]
        return (*found[0], *found[1])

    return each(grade, [slice(start, start + PIECE) for start in range(0, values.size, PIECE)])


def one_patient(path: Path) -> Step:
    """Courses, results, episodes and schedule of one patient whose counts and doses are checked and in memory.

    leukon twice: as columns (what it calculates with), and as Arrow tables from the unchecked table on.
    """
    events = leukon.read(path)
    review = leukon.review(events, PROTOCOL, as_of=AS_OF)
    door = open_door(events, as_of=AS_OF)
    numbers = number_protocol(review.protocol, door.concepts)
    checked = door.check(door.intake)
    ways: Step = {
        "leukon": lambda: _ask(Columns(checked, review.protocol, review.schedule_name, numbers)),
        "leukon, door and Arrow tables too": lambda: _tables(leukon.review(events, review.protocol, as_of=AS_OF)),
    }
    for name, rival in RIVALS.items():
        clean = rival.read(path, AS_OF)
        ways[name] = lambda rival=rival, clean=clean: rival.derive(*clean, AS_OF)
        _assert_same_tables(_tables(review), ways[name](), name)
    return ways


def _ask(columns: Columns) -> tuple[Any, ...]:
    return columns.courses, columns.results, columns.episodes, columns.treatments, columns.slots


def from_parquet(path: Path) -> Step:
    """The same tables of many patients, from the file."""
    ways: Step = {"leukon": lambda: _tables(leukon.review(leukon.read(path), PROTOCOL, as_of=AS_OF))}
    ours = ways["leukon"]()
    for name, rival in RIVALS.items():
        ways[name] = lambda rival=rival: rival.derive_file(path, AS_OF)
        _assert_same_tables(ours, ways[name](), name)
    return ways


def run_alone(way: str, path: str) -> str:
    """Peak memory of one way, in a process of its own, in GB."""
    if way == "leukon":
        _tables(leukon.review(leukon.read(path), PROTOCOL, as_of=AS_OF))
    else:
        RIVALS[way].derive_file(path, AS_OF)
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return f"{int(peak.split()[1]) / 1e6:.2f}"


def peak_memory(way: str, path: Path) -> float:
    """Peak memory of one way, in GB."""
    command = [sys.executable, "-m", "bench", "--alone", way, str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def time_in_turn(ways: Step, repeats: int, calls: int) -> dict[str, float]:
    """Median seconds a call of each way; the ways take turns, so that a slow moment of the machine hits all."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            start = time.perf_counter()
            for _ in range(calls):
                way()
            seconds[name].append((time.perf_counter() - start) / calls)
    return {name: statistics.median(times) for name, times in seconds.items()}


def write_results(medians: dict[str, dict[str, float]], memory: dict[str, float]) -> None:
    """A page for people and a file for programs."""
    packages = ("leukon", "numpy", "pyarrow", "polars", "pandas")
    machine = {
        "processor": platform.machine(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }
    lines = ["# leukon beside Polars and pandas", "", ", ".join(f"{k} {v}" for k, v in machine.items()), ""]
    lines += ["All tables were equal row for row before anything was timed.", ""]
    lines += ["Medians of turns (10 calls of grading, 20 for one patient, 1 for many); ratio = time / leukon's.", ""]
    for step, ways in medians.items():
        lines += [f"## {step}", "", "| way | median | ratio |", "|---|---|---|"]
        lines += [f"| {name} | {_say(seconds)} | {seconds / ways['leukon']:.1f} |" for name, seconds in ways.items()]
        lines.append("")
    lines += ["## Peak memory, the many patients, each in a process of its own", "", "| way | GB |", "|---|---|"]
    lines += [f"| {name} | {peak:.2f} |" for name, peak in memory.items()]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "core.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (RESULTS / "core.json").write_text(
        json.dumps({"machine": machine, "medians": medians, "peak_gb": memory}, indent=2)
    )
    print("\n".join(lines))


def _say(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.2f} ms"


def _one_subject(path: Path) -> pa.Table:
    """The first subject with an episode that recovered, so that there is something to derive."""
    events = leukon.read(path)
    episodes = leukon.review(events, PROTOCOL, as_of=AS_OF).episodes
    subject = next(e["subject_id"] for e in episodes.slice(0, 1000).to_pylist() if e["status"] == "recovered")
    return events.filter(pa.compute.equal(events["subject_id"], subject))


def _tables(review: leukon.Review) -> dict[str, pa.Table]:
    return {name: getattr(review, name) for name in TABLES}


def _assert_same_tables(ours: dict[str, pa.Table], theirs: dict[str, Any], who: str) -> None:
    for name in TABLES:
        assert_same(ours[name], theirs[name], f"{name} by {who}")


if __name__ == "__main__":
    main()
