"""Judgement: how long work-up and findings take beside the review they rest on, and how often healthy people alarm.

Writes bench/results/judgement.md.
"""

import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

import leukon
from bench.__main__ import AS_OF, PROTOCOL, RESULTS, time_in_turn
from bench.false_alarms import MONTHS, write_alarms
from bench.generate import write_events


def write_judgement(subjects: int = 100_000, repeats: int = 5, healthy: int = 2_000) -> None:
    """Measure, print and write both."""
    with tempfile.TemporaryDirectory() as folder:
        many = Path(folder) / "many.parquet"
        rows = write_events(many, subjects)
        events = leukon.read(many)
    medians = time_in_turn(
        {
            "review": lambda: leukon.review(events, PROTOCOL, as_of=AS_OF),
            "review, work-up and findings": lambda: leukon.review(events, PROTOCOL, as_of=AS_OF).judged,
        },
        repeats,
        1,
    )
    happened, both = medians.values()
    lines = [
        "# Judgement",
        "",
        (
            f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, "
            f"leukon {version('leukon')}, NumPy {version('numpy')}"
        ),
        "",
        f"## {subjects:,} patients, {rows:,} rows, as columns in memory: medians of {repeats} turns",
        "",
        (
            f"Review {happened:.2f} s; with work-up and findings {both:.2f} s: "
            f"they take {both / happened - 1:.2f} times as long as the review did."
        ),
        "",
        f"## False alarms: {healthy:,} healthy people through {MONTHS} months, for each 100 patient-months",
        "",
        "Every planned test is done on its day and fever is asked for; each finding above routine that was not there",
        "on the day of blood before is an alarm. What healthy people are is assumed: see bench/false_alarms.py.",
        "",
        write_alarms(healthy),
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "judgement.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    write_judgement()
