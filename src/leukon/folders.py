"""Folders that are there whole or not at all: made, taken away again, and put in the place of old ones."""

import re
import shutil
import tempfile
from collections.abc import Collection, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from leukon.errors import UnwritableFolder


@contextmanager
def made(folder: Path) -> Generator[None]:
    """Make the folder; if what follows fails, take away what was made and is empty."""
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for each in new:
            with suppress(OSError):
                each.rmdir()
        raise


def take_place(beside: Path, place: Path) -> Path:
    """Put a new folder where the old one is; the old one is kept until the new one stands there."""
    if not place.exists():
        return beside.rename(place)
    old = Path(tempfile.mkdtemp(prefix=".replaced-", dir=place.parent))
    try:
        place.rename(old / place.name)
        try:
            return beside.rename(place)
        except OSError:
            (old / place.name).rename(place)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def refuse_strangers(place: Path, tables: Collection[str]) -> None:
    """Raise where replacing a folder of these tables would delete files that leukon did not write.

    A table is a file, or a folder of numbered ones. Hidden files are nobody's.

    Raises
    ------
    UnwritableFolder
        Naming the folder.
    """
    ours = re.compile(rf"({'|'.join(map(re.escape, tables))})(\.csv|\.parquet|/\d+\.parquet)")
    if place.exists() and not place.is_dir():
        raise UnwritableFolder(place, "it is a file.")
    for each in place.rglob("*"):
        is_file = not (each.is_dir() or each.name.startswith("."))
        if is_file and not ours.fullmatch(each.relative_to(place).as_posix()):
            raise UnwritableFolder(place, "it holds files that leukon did not write, and they would be lost.")
