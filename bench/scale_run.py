"""Run a way in a process of its own, and watch the memory of that and of all it starts."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.scale_ways import PROCESSORS

LIMITS = ("1GB", "2GB", "4GB", "8GB", "16GB")
"""What DuckDB is allowed, one after the other, until it can finish; the processor's and Python's own come on top."""
THREADS = {"POLARS_MAX_THREADS": str(PROCESSORS)}
RAISED = re.compile(r"[\w.]+(Error|Exception)\b")
EVERY = 0.05  # seconds between two looks at the memory


@dataclass(frozen=True)
class Measured:
    """One run of one way; `limit` is what DuckDB was allowed."""

    seconds: float
    cpu: float
    peak_mb: float
    limit: str


class Failed(Exception):
    """A way that did not finish; the line of its exception says why."""


def run_alone(
    way: str, folder: Path, out: Path, tables: tuple[str, ...], limit: str, patience: float, kind: str = "clean"
) -> Measured:
    """Run a way once, cold but for the page cache. Peak memory is the sum of the peaks (VmHWM) of its processes.

    That counts pages twice which two processes share, so it is never too low.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    os.sync()  # what the way before wrote shall not be written while this one is timed
    command = [sys.executable, "-m", "bench.scale_ways", way, str(folder), str(out), ",".join(tables), limit, kind]
    with (out / "said").open("w+b") as said, (out / "wrong").open("w+b") as wrong:
        process = subprocess.Popen(command, stdout=said, stderr=wrong, env=os.environ | THREADS)
        peaks = _watch(process, time.monotonic() + patience)
    if not peaks:
        raise Failed(f"{way}: took longer than {patience:.0f} s")
    if process.returncode:
        lines = (out / "wrong").read_text().splitlines()
        why = next((line for line in reversed(lines) if RAISED.match(line)), f"ended with {process.returncode}")
        raise Failed(f"{way}: {why}")
    told = json.loads((out / "said").read_text().splitlines()[-1])
    peaks[process.pid] = max(peaks.get(process.pid, 0), told["peak_kb"])
    return Measured(told["seconds"], told["cpu"], sum(peaks.values()) / 1000, limit if "duckdb" in way else "")


def run_with_enough_memory(
    way: str, folder: Path, out: Path, tables: tuple[str, ...], limit: str, patience: float, kind: str = "clean"
) -> Measured:
    """The same; DuckDB is given more, up to the most, if it says that its memory does not do."""
    for enough in LIMITS[LIMITS.index(limit) :]:
        try:
            return run_alone(way, folder, out, tables, enough, patience, kind)
        except Failed as failed:
            if "duckdb" not in way or "OutOfMemory" not in str(failed) or enough == LIMITS[-1]:
                raise
            print(f"  {way} cannot do with {enough}", flush=True)
    raise AssertionError


def _watch(process: subprocess.Popen[bytes], until: float) -> dict[int, int]:
    """Peak memory in kB of each process of the tree until the first one ends; when patience is out, none and an end."""
    peaks: dict[int, int] = {}
    while process.poll() is None:
        for pid in _tree(process.pid):
            with suppress(OSError, StopIteration):
                lines = Path(f"/proc/{pid}/status").read_text().splitlines()
                peak = next(line for line in lines if line.startswith("VmHWM"))
                peaks[pid] = max(peaks.get(pid, 0), int(peak.split()[1]))
        if time.monotonic() > until:
            for pid in reversed(_tree(process.pid)):
                with suppress(OSError):
                    os.kill(pid, 9)
            process.wait()
            return {}
        time.sleep(EVERY)
    return peaks


def _tree(pid: int) -> list[int]:
    """A process and all that it and they started."""
    found = [pid]
    for each in found:
        with suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found
