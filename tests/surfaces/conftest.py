"""The command as a person runs it, in a process of its own; and what must never come out of it."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def command(tmp_path):
    """Run `leukon ARGUMENTS` in an empty folder; a warning or a traceback is a failure whatever else happens."""

    def run(*arguments, **environment):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "leukon", *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            timeout=120,
            check=False,
            env={name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
            | {"PYTHONIOENCODING": "utf-8"}
            | environment,
        )
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        for said in (done.stdout, done.stderr):
            assert "Traceback" not in said
            assert "a fault of leukon" not in said
        return done

    return run


def files_under(folder):
    """Every file and folder under a folder, with the content of each file."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")
    }
