"""The folder in which a run grows: one run at a time, and what a killed one left is used if it asked the same."""

import fcntl
import json
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leukon.errors import UnwritableFolder
from leukon.folders import made
from leukon.scale.parts import write_whole

_NAME = ".run"


@contextmanager
def staging(out: Path, plan: Mapping[str, Any]) -> Generator[Path]:
    """Give the folder `out/.run` of a run with this plan; what another plan left there is taken away.

    Whatever ends the run early leaves the folder for the next one. While it is open no other run can have it.

    Raises
    ------
    UnwritableFolder
        If `out` cannot be written, or another run works in it.
    """
    try:
        with made(out), (out / ".run.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UnwritableFolder(out, "another run is working in it.") from None
            yield _folder_of(out / _NAME, plan)
            for left in (out / _NAME, *out.glob(".replaced-*")):  # a kill while tables were changed leaves the old ones
                shutil.rmtree(left, ignore_errors=left.name != _NAME)
            (out / ".run.lock").unlink()
    except OSError:
        raise UnwritableFolder(out) from None


def _folder_of(folder: Path, plan: Mapping[str, Any]) -> Path:
    said = json.dumps(plan, sort_keys=True)
    file = folder / "plan.json"
    if not file.exists() or file.read_text(encoding="utf-8") != said:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        write_whole(file, said)
    return folder
