"""A folder for a MEDS dataset, written whole beside the old one and then put in its place, or nothing changes."""

import re
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from leukon.errors import UnwritableFolder
from leukon.folders import made, take_place
from leukon.ingest.meds_layout import CODES, DATA, DATASET, IDS, LEFT_OUT, METADATA, is_own

_OURS = re.compile(rf"{DATA}/\d+\.parquet|{'|'.join(map(re.escape, (CODES, DATASET, IDS, LEFT_OUT)))}")


@contextmanager
def new_folder(out: Path) -> Generator[tuple[Path, Path]]:
    """Give a new dataset's folder and the name of one for what is spilled; at the end the dataset takes its place.

    Whatever is raised inside leaves `out` as it was, and nothing beside it.

    Raises
    ------
    UnwritableFolder
        If `out` cannot be written, or holds files that would be lost.
    """
    out = out.resolve()
    _refuse_strangers(out)
    try:
        with made(out.parent), tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as beside:
            dataset = Path(beside) / "dataset"
            for folder in (DATA, METADATA):
                (dataset / folder).mkdir(parents=True)
            yield dataset, Path(beside) / "spill"
            take_place(dataset, out)
    except OSError:
        raise UnwritableFolder(out) from None


def _refuse_strangers(out: Path) -> None:
    """Raise where replacing the folder would delete what leukon did not write."""
    if out.exists() and not out.is_dir():
        raise UnwritableFolder(out, "it is a file.")
    files = [each for each in out.rglob("*") if not (each.is_dir() or each.name.startswith("."))]
    if files and not is_own(out):
        raise UnwritableFolder(out, "it holds something else than a MEDS dataset that leukon wrote.")
    if not all(_OURS.fullmatch(each.relative_to(out).as_posix()) for each in files):
        raise UnwritableFolder(out, "it holds files that leukon did not write, and they would be lost.")
