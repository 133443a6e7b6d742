"""What `bench.scale` measured, as a page for people, a file for programs and a picture."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from bench.scale_checks import Fingerprint
from bench.scale_run import Measured
from bench.scale_ways import SAID
from leukon.present.pictures import VL_VERSION, write_picture

RESULTS = Path(__file__).with_name("results")
PACKAGES = ("leukon", "numpy", "pyarrow", "duckdb", "polars", "pandas", "pyspark")
NOTES = """
Every way reads sorted Parquet files and writes Parquet files of its tables, in its own compression, in a process of
its own; the time is wall clock from the call to the last file closed, without starting Python and importing libraries
(but where a way starts further processes, that counts).
The files read are in the page cache. Ways take turns; the figure is the median, and `runs` says of how many.
`cpu` adds up all threads and processes: it suffers less from a busy machine. Peak memory is VmHWM, the sum over the
processes of a way, with Python and libraries (the bare scan shows how much that is).
leukon checks, converts and accounts for every row. The rivals take the clean input as it is; in messy input they look
for late, repeated and corrected rows, units and analytes, and for nothing else that may be wrong with a row.
"File by file" sees 20,000 subjects at a time, which sorted files allow; "all at once" is the query as one writes it.
DuckDB is allowed the memory shown (1 GB first, more only if it cannot finish) and spills the rest.
""".strip()


@dataclass
class Results:
    """Everything that is to be reported."""

    subjects: int
    repeats: int
    checked: tuple[int, ...]
    kind: str = "clean"
    name: str = "scale"
    rows: int = 0
    suites: dict[str, dict[str, list[Measured]]] = field(default_factory=dict)
    fingerprints: dict[str, dict[str, Fingerprint]] = field(default_factory=dict)
    scaling: list[tuple[str, int, int, list[Measured]]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def write_results(results: Results) -> None:
    """Write a page, a file for programs and a picture, each with the results' name."""
    RESULTS.mkdir(exist_ok=True)
    machine = describe_machine()
    page = "\n".join(_lines(results, machine)) + "\n"
    (RESULTS / f"{results.name}.md").write_text(page, encoding="utf-8")
    (RESULTS / f"{results.name}.json").write_text(json.dumps({"machine": machine, **asdict(results)}, indent=2))
    write_picture(draw(results), RESULTS / f"{results.name}.svg")
    print(page)


def describe_machine() -> dict[str, Any]:
    """Processors, memory and versions."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "processor": platform.machine(),
        "processors": os.cpu_count(),
        "memory_gb": round(gigabytes, 1),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def _lines(results: Results, machine: dict[str, Any]) -> list[str]:
    lines = [f"# {results.subjects:,} subjects, {results.rows:,} rows ({results.kind}), file to file", ""]
    lines += [", ".join(f"{k} {v}" for k, v in machine.items()), "", NOTES, "", _said_of_checks(results), ""]
    lines += [f"![Seconds of each way]({results.name}.svg)", ""]
    for suite, ways in results.suites.items():
        lines += [f"## {suite[0].upper()}{suite[1:]} written", "", *_table(ways), ""]
    if results.failed:
        lines += ["## Did not finish", "", *(f"- {each}" for each in results.failed), ""]
    if results.scaling:
        lines += ["## leukon at other sizes, all four tables", "", *_scaling(results), ""]
    return lines


def _said_of_checks(results: Results) -> str:
    rows = " and ".join(f"{size:,}" for size in results.checked)
    small = f"at {rows} subjects all tables of all ways were equal row for row, and " if rows else ""
    return f"Before: {small}at {results.subjects:,} by rows and by a hash of every value in its place."


def _table(ways: dict[str, list[Measured]]) -> list[str]:
    seconds = {way: median(run.seconds for run in runs) for way, runs in ways.items() if runs}
    lines = ["| way | seconds | / leukon | / bare scan | cpu | peak MB | runs | allowed |"]
    lines += ["|---|--:|--:|--:|--:|--:|--:|---|"]
    for way, took in sorted(seconds.items(), key=lambda each: each[1]):
        runs = ways[way]
        ratios = (f"{took / seconds[base]:.2f}" if base in seconds else "" for base in ("leukon", "scan"))
        cpu, peak = median(run.cpu for run in runs), max(run.peak_mb for run in runs)
        cells = [SAID.get(way, way), f"{took:.2f}", *ratios, f"{cpu:.2f}", f"{peak:.0f}", len(runs), runs[0].limit]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


def _scaling(results: Results) -> list[str]:
    lines = ["| data | subjects | rows | seconds | times the size before | cpu | peak MB |"]
    lines += ["|---|--:|--:|--:|--:|--:|--:|"]
    before: dict[str, float] = {}
    for kind, size, rows, runs in results.scaling:
        took = median(run.seconds for run in runs)
        ratio = f"{took / before[kind]:.2f}" if kind in before else ""
        before[kind] = took
        cpu, peak = median(run.cpu for run in runs), max(run.peak_mb for run in runs)
        lines.append(f"| {kind} | {size:,} | {rows:,} | {took:.2f} | {ratio} | {cpu:.2f} | {peak:.0f} |")
    return lines


def draw(results: Results) -> dict[str, Any]:
    """Bars of seconds, one panel a suite."""
    values = [
        {"suite": suite, "way": SAID.get(way, way), "seconds": round(median(run.seconds for run in runs), 2)}
        for suite, ways in results.suites.items()
        for way, runs in ways.items()
        if runs
    ]
    way = {"field": "way", "type": "nominal", "sort": {"field": "seconds"}, "title": None, "axis": {"labelLimit": 320}}
    seconds = {"field": "seconds", "type": "quantitative", "title": "seconds (median)"}
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VL_VERSION.split('.')[0]}.json",
        "description": f"Seconds that each way took for {results.subjects:,} subjects, file to file",
        "title": f"{results.subjects:,} subjects, {results.rows:,} rows ({results.kind}), file to file",
        "data": {"values": values},
        "facet": {"row": {"field": "suite", "type": "nominal", "title": None}},
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
        "spec": {
            "width": 480,
            "encoding": {"y": way, "x": seconds},
            "layer": [
                {
                    "mark": "bar",
                    "encoding": {
                        "color": {
                            "condition": {"test": "datum.way == 'leukon'", "value": "#4c78a8"},
                            "value": "#bab0ac",
                        }
                    },
                },
                {
                    "mark": {"type": "text", "align": "left", "dx": 4},
                    "encoding": {"text": {"field": "seconds", "type": "quantitative"}},
                },
            ],
        },
    }
