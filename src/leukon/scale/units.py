"""Where rows can be cut: between subjects, into pieces that are worked at once and units that are written at once."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from os import cpu_count

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.arrays import Array, changes
from leukon.events.columns import number_subjects
from leukon.monitor.review import PIECE
from leukon.scale.source import File, Source

UNIT = 1 << 21
"""Rows of a unit: what is lost when a run is killed, and the least that one part of a table holds."""


@dataclass(frozen=True)
class Unit:
    """Neighbouring rows of whole subjects: `cuts` are the rows at which its pieces begin, and where the last one ends.

    Rows are counted from 0 over all files.
    """

    number: int
    cuts: tuple[int, ...]

    @property
    def rows(self) -> int:
        """Rows of all pieces."""
        return self.cuts[-1] - self.cuts[0]


def find_starts(source: Source) -> Array | None:
    """First row of every subject; None if the rows of one do not lie together, or have none: they must be sorted.

    The column of subjects alone is read; what is kept of it is one id and one number a subject.

    Raises
    ------
    UnreadableFile
        If a file is cut short.
    WrongType
        If the ids are neither whole numbers nor texts.
    """
    starts: list[Array] = []
    ids: list[pa.Array] = []
    with ThreadPoolExecutor(cpu_count()) as pool:
        for runs in pool.map(partial(_runs, source.subject), *_groups(source)):
            if runs is None:
                pool.shutdown(cancel_futures=True)
                return None
            again = 1 if ids and len(runs[1]) and ids[-1][-1].equals(runs[1][0]) else 0
            if len(runs[1]) > again:
                starts.append(runs[0][again:])
                ids.append(runs[1][again:])
    if not starts:
        return np.zeros(0, np.int64)
    if len({each.type for each in ids}) > 1:
        return None
    together = pa.concat_arrays(ids)
    return np.concatenate(starts) if pc.count_distinct(together).as_py() == len(together) else None


def _groups(source: Source) -> tuple[list[File], list[int]]:
    """Every row group: its file, and its number there."""
    files = [file for file in source.files for _ in file.groups]
    return files, [number for file in source.files for number in range(len(file.groups))]


def _runs(subject: str, file: File, group: int) -> tuple[Array, pa.Array] | None:
    """First row and id of each run of one subject; None if one has two runs, or a row has no subject."""
    batches = list(file.read([group], [subject]))
    column = pa.concat_tables(batches).column(0).combine_chunks() if batches else pa.nulls(0, pa.int64())
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    number_subjects(column[:0])  # complains of ids that are neither whole numbers nor texts
    is_number = pa.types.is_integer(column.type)
    numbers = column if is_number or pa.types.is_dictionary(column.type) else column.dictionary_encode()
    numbers = numbers if is_number else numbers.indices
    if column.null_count:
        return None
    starts = changes(numbers.to_numpy(zero_copy_only=False)).nonzero()[0]
    ids = column.take(pa.array(starts)).cast(_plain(column.type))
    if pc.count_distinct(ids).as_py() < len(ids) or (not is_number and pc.index(ids, "").as_py() >= 0):
        return None
    return int(file.ends[group]) - file.groups[group] + starts, ids


def _plain(type_: pa.DataType) -> pa.DataType:
    """One type for all whole numbers, one for all texts."""
    type_ = type_.value_type if pa.types.is_dictionary(type_) else type_
    if pa.types.is_integer(type_):
        return pa.uint64() if type_ == pa.uint64() else pa.int64()
    return pa.large_string()


def plan_units(source: Source, starts: Array, *, piece: int = PIECE, unit: int = UNIT) -> list[Unit]:
    """Cut all rows into units of about `unit` rows, near the ends of row groups, and those into pieces of `piece`.

    Every cut lies where a subject begins: one with very many rows makes its piece and its unit longer.
    """
    ends = np.concatenate([np.zeros(0, np.int64), *(file.ends for file in source.files)])
    units = []
    for number, (first, last) in enumerate(pairwise(_cuts(starts, 0, source.rows, _spaced(ends, unit)))):
        units.append(Unit(number, tuple(_cuts(starts, first, last, range(first + piece, last, piece)))))
    return units or [Unit(0, (0, 0))]


def _spaced(ends: Array, unit: int) -> Iterator[int]:
    """Ends of row groups with at least `unit` rows between them."""
    last = 0
    for end in ends.tolist():
        if end - last >= unit:
            last = end
            yield end


def _cuts(starts: Array, first: int, last: int, wanted: Iterable[int]) -> Sequence[int]:
    """`first`, the starts of subjects at or after the wanted rows as far as they lie before `last`, and `last`."""
    at = np.searchsorted(starts, np.asarray([*wanted], np.int64))
    inside = starts[at[at < starts.size]]
    return sorted({first, last, *inside[(inside > first) & (inside < last)].tolist()})
