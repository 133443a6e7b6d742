"""Peak memory of a process, and of a piece of work in a process of its own."""

import subprocess
import sys
from pathlib import Path


def peak_mb() -> float:
    """Peak memory of this process so far, in MB.

    `VmHWM` and not `ru_maxrss`: that one begins with the memory of whoever started the process.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def alone(module: str, *arguments: object) -> str:
    """What a module run with these arguments prints, in a process of its own."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
