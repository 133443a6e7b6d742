"""What lies in a folder of Parquet files: which files, how many rows in which row groups, and which columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa

from leukon.errors import UnreadableFile
from leukon.events.arrays import Array
from leukon.events.columns import find_columns
from leukon.ingest.meds import find_shards, is_meds, older_names
from leukon.ingest.meds_layout import EXACT, LEFT_OUT
from leukon.ingest.meds_own import OwnDataset, find_own
from leukon.ingest.parquet_streams import BROKEN, open_parquet
from leukon.monitor.review import PIECE

ROW = "leukon: row of the input"
"""In files that leukon has sorted: the number that a row had in the input, from 1."""


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

    def read(self, groups: Sequence[int], columns: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Row groups in batches, texts as dictionaries; default: all columns that are wanted.

        Raises
        ------
        UnreadableFile
            If the file is cut short or was changed in the meantime.
        """
        try:
            with open_parquet(self.path, dictionaries=self.words) as opened:
                for batch in opened.iter_batches(
                    PIECE, row_groups=list(groups), columns=list(columns or self.wanted), use_threads=False
                ):
                    batch.validate(full=True)  # a flipped byte can leave text that is not UTF-8
                    yield pa.Table.from_batches([batch])
        except BROKEN:
            raise _not_whole(self.path) from None

    def nothing(self) -> pa.Table:
        """A table with the wanted columns and no row."""
        with open_parquet(self.path, dictionaries=self.words) as opened:
            return opened.schema_arrow.empty_table().select(list(self.wanted))


@dataclass(frozen=True)
class Source:
    """Parquet files in the events layout, in the order in which their rows are numbered."""

    files: tuple[File, ...]
    columns: Mapping[str, str]
    """Names of columns of events that are called otherwise here."""
    own: OwnDataset | None = None
    """Set for a MEDS dataset that leukon wrote: it gives ids and numbers back as they were."""

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

    def as_given(self, subjects: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
        """A column of subjects with the ids that were given."""
        return subjects if self.own is None else self.own.as_given(subjects)

    def as_events(self, table: pa.Table) -> pa.Table:
        """Rows of a file as events."""
        return table if self.own is None else self.own.as_events(table)


def open_source(path: Path, columns: Mapping[str, str]) -> Source:
    """Look at a MEDS dataset, a folder of Parquet files or one file, without reading a row.

    Raises
    ------
    UnreadableFile
        If there is no file, or one is no whole Parquet file.
    MissingColumn, DoubledColumn
        If a column that every event needs, or that `columns` names, is not there.
    """
    if path.is_dir() and is_meds(path):
        own = find_own(path)
        if own is None:
            return open_files(find_shards(path), older_names(path) | dict(columns))
        left_out = [path / LEFT_OUT] if (path / LEFT_OUT).exists() else []
        return open_files([*find_shards(path), *left_out], columns, own)
    paths = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not paths:
        raise UnreadableFile(path, "it holds no .parquet file.", "give a file, a folder of them, or a MEDS dataset.")
    return open_files(paths, columns)


def open_files(paths: Sequence[Path], columns: Mapping[str, str], own: OwnDataset | None = None) -> Source:
    """Look at files in this order; see `open_source`."""
    files: list[File] = []
    first = 0
    for path in paths:
        try:
            with open_parquet(path) as opened:
                schema, metadata = opened.schema_arrow, opened.metadata
        except BROKEN:
            raise _not_whole(path) from None
        more = [name for name in (ROW, EXACT if own else "") if name in schema.names]
        wanted = [*find_columns(schema.names, columns).values(), *more]
        words = [name for name in wanted if is_text(schema.field(name).type)]
        groups = tuple(metadata.row_group(number).num_rows for number in range(metadata.num_row_groups))
        files.append(File(path, first, groups, tuple(wanted), tuple(words)))
        first += metadata.num_rows
    return Source(tuple(files), columns, own)


def is_text(type_: pa.DataType) -> bool:
    """Whether a column of this type can be read as a dictionary."""
    return pa.types.is_string(type_) or pa.types.is_large_string(type_)


def _not_whole(path: Path) -> UnreadableFile:
    return UnreadableFile(path, "it is not a whole Parquet file.", "check the path, or write or copy the file again.")
