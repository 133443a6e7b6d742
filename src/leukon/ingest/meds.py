"""MEDS datasets: a folder with `data/**/*.parquet`, one subject in one shard only."""

from pathlib import Path

from leukon.errors import UnreadableFile


def is_meds(path: Path) -> bool:
    """Whether a folder looks like a MEDS dataset."""
    return (path / "data").is_dir()


def find_shards(path: Path) -> list[Path]:
    """Shards of a MEDS dataset, in the order of their names.

    Raises
    ------
    UnreadableFile
        If there is none.
    """
    shards = sorted((path / "data").rglob("*.parquet"))
    if not shards:
        raise UnreadableFile(path, "its data folder holds no .parquet file.", "give the folder of a MEDS dataset.")
    return shards
