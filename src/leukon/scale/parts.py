"""The parts of a run on the disk: each is written beside and renamed, and none is believed before its unit is done."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from leukon.scale.source import is_text


def part_name(number: int) -> str:
    """File name of a part, so that names sort as numbers do.

    >>> part_name(12)
    '000012.parquet'
    """
    return f"{number:06}.parquet"


class PartWriter:
    """Writes one part of every table, piece by piece; at the end all of them appear, or none counts.

    Parameters
    ----------
    folder
        Holds a folder for each table.
    number
        Number of the unit.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._writers: dict[str, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = {}
        """Rows of each table."""

    def write(self, name: str, table: pa.Table) -> None:
        """Add the rows of one piece to a table."""
        if name not in self._writers:
            place = self._folder / name
            place.mkdir(parents=True, exist_ok=True)
            self._writers[name] = _writer(place / f".{part_name(self._number)}.new", table.schema)
        self._writers[name].write_table(table)
        self.rows[name] = self.rows.get(name, 0) + table.num_rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        for writer in self._writers.values():
            writer.close()
        for name in self._writers:
            beside = self._folder / name / f".{part_name(self._number)}.new"
            if kind is None:
                beside.replace(self._folder / name / part_name(self._number))
            else:
                beside.unlink(missing_ok=True)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Dictionaries for words only, and the least and the greatest of subjects only: two thirds of the time."""
    words = [field.name for field in schema if pa.types.is_dictionary(field.type) or is_text(field.type)]
    subject = [name for name in schema.names if name == "subject_id"]
    return pq.ParquetWriter(path, schema, use_dictionary=words, write_statistics=subject)


class Ledger:
    """Which units of a run are done, on the disk: a unit counts from the moment its file here appears."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def enter(self, number: int, said: Mapping[str, Any]) -> None:
        """Say that a unit is done, and what is to be known of it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._folder / f"{number:06}.json", json.dumps(said))

    def done(self, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
        """What was said of those of the units that are done."""
        files = {number: self._folder / f"{number:06}.json" for number in numbers}
        return {number: json.loads(file.read_bytes()) for number, file in files.items() if file.exists()}


def write_whole(path: Path, text: str) -> None:
    """Write a file beside and rename it: it is there whole, or as it was."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)
