"""The `leukon` command, in a process of its own or in this one; and what lies in a folder afterwards."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from leukon.cli import main

ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR")}


@dataclass(frozen=True)
class Ended:
    """How a run of the command ended."""

    returncode: int
    stdout: str
    stderr: str

    def __post_init__(self):
        for said in (self.stdout, self.stderr):
            assert "Traceback" not in said
            assert "a fault of leukon" not in said


def run_leukon(folder, *arguments, python=sys.executable, **environment):
    """Run `leukon ARGUMENTS` in a folder, as a person does; a warning is a failure."""
    done = subprocess.run(
        [python, "-W", "error", "-m", "leukon", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        timeout=300,
        check=False,
        env=ENVIRONMENT | {"PYTHONIOENCODING": "utf-8"} | environment,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def process(tmp_path):
    """Run `leukon ARGUMENTS` in the test's own folder and in a process of its own."""
    return lambda *arguments, **environment: run_leukon(tmp_path, *arguments, **environment)


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Run `leukon ARGUMENTS` in the test's own folder and in this process: a second sooner, else the same."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["leukon", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(ended.value.code, *capsys.readouterr())

    return run


def files_under(folder: Path) -> dict[str, bytes | None]:
    """Every file under a folder with its content, and every folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")
    }
