"""What lies in a folder of Parquet files: which files, how many rows in which row groups, and which columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leukon.errors import UnreadableFile
from leukon.events.arrays import Array
from leukon.events.columns import find_columns


@dataclass(frozen=True)
class File:
    """One Parquet file: `first_row` counts the rows of all files before it; `groups` are the rows of its row groups."""

    path: Path
    first_row: int
    groups: tuple[int, ...]
    wanted: tuple[str, ...]
    words: tuple[str, ...]

    @cached_property
    def ends(self) -> Array:
        """One past the last row of each row group, counted over all files."""
        return self.first_row + np.cumsum(np.asarray(self.groups, np.int64))

    def open(self) -> pq.ParquetFile:
        """Open the file; texts come as dictionaries, and nothing is fetched before it is asked for."""
        return pq.ParquetFile(self.path, read_dictionary=list(self.words), pre_buffer=False)


@dataclass(frozen=True)
class Source:
    """Parquet files in the events layout, in the order in which their rows are numbered."""

    files: tuple[File, ...]
    columns: Mapping[str, str]
    """Names of columns of events that are called otherwise here."""

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(sum(file.groups) for file in self.files)

    @property
    def subject(self) -> str:
        """What the column of subjects is called here."""
        return self.columns.get("subject_id", "subject_id")

    @cached_property
    def fingerprint(self) -> str:
        """Changes with the files: their names, sizes and times. The names themselves stay out of what is written."""
        said = [(str(f.path.resolve()), f.path.stat().st_size, f.path.stat().st_mtime_ns) for f in self.files]
        return sha256(repr(said).encode()).hexdigest()


def open_source(paths: list[Path], columns: Mapping[str, str]) -> Source:
    """Look at the files without reading a row.

    Raises
    ------
    UnreadableFile
        If there is none, or one is no whole Parquet file.
    MissingColumn, DoubledColumn
        If a column that every event needs, or that `columns` names, is not there.
    """
    if not paths:
        raise UnreadableFile(Path("."), "there is no .parquet file.", "check the path.")
    files: list[File] = []
    first = 0
    for path in paths:
        try:
            with pq.ParquetFile(path) as opened:
                schema, metadata = opened.schema_arrow, opened.metadata
        except (OSError, pa.ArrowException, UnicodeDecodeError):
            raise not_whole(path) from None
        wanted = find_columns(schema.names, columns).values()
        words = [name for name in wanted if is_text(schema.field(name).type)]
        groups = tuple(metadata.row_group(number).num_rows for number in range(metadata.num_row_groups))
        files.append(File(path, first, groups, tuple(wanted), tuple(words)))
        first += metadata.num_rows
    return Source(tuple(files), columns)


def is_text(type_: pa.DataType) -> bool:
    """Whether a column of this type can be read as a dictionary."""
    return pa.types.is_string(type_) or pa.types.is_large_string(type_)


def not_whole(path: Path) -> UnreadableFile:
    """Say that a file cannot be read to its end."""
    return UnreadableFile(path, "it is not a whole Parquet file.", "check the path, or write or copy the file again.")
