"""Where the rows can be cut: between subjects, into pieces that are worked at once and units that are written at once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.errors import UnreadableFile
from leukon.events.arrays import Array, changes
from leukon.events.columns import number_subjects
from leukon.scale.source import File, Source, not_whole

PIECE = 1 << 17
"""Rows of a piece: enough that it costs little by itself, few enough that memory stays small."""
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


@dataclass(frozen=True)
class Subjects:
    """Each run of rows of one subject: its first row and its id, in the order of the rows; nulls have none."""

    starts: Array
    ids: pa.Array
    nulls: bool

    @property
    def are_together(self) -> bool:
        """Whether no subject has rows in two places, and every row has a subject."""
        return not self.nulls and pc.count_distinct(self.ids).as_py() == len(self.ids)


def find_subjects(source: Source) -> Subjects:
    """Read the column of subjects alone, row group by row group.

    Raises
    ------
    UnreadableFile
        If a file is cut short, or the files hold ids of different types.
    WrongType
        If the ids are neither whole numbers nor texts.
    """
    groups = [(file, number) for file in source.files for number in range(len(file.groups))]
    with ThreadPoolExecutor(cpu_count()) as pool:
        found = list(pool.map(lambda group: _runs_of_group(*group, source.subject), groups))
    ids = [runs.ids for runs in found]
    if len({each.type for each in ids}) > 1:
        fix = "write all files with one schema."
        raise UnreadableFile(source.files[0].path.parent, "its files have columns of different types.", fix)
    together = pa.concat_arrays(ids) if ids else pa.nulls(0, pa.int64())
    starts = np.concatenate([np.zeros(0, np.int64), *(runs.starts for runs in found)])
    number_subjects(together)  # complains of ids that are neither whole numbers nor texts
    again = _goes_on(found)
    return Subjects(starts[~again], together.filter(pa.array(~again)), any(runs.nulls for runs in found))


def _goes_on(found: Sequence[Subjects]) -> Array:
    """True where a run only goes on with the subject of the row group before."""
    again = np.zeros(sum(len(runs.ids) for runs in found), bool)
    place, before = 0, None
    for runs in (each for each in found if len(each.ids)):
        again[place] = before is not None and runs.ids[0].equals(before)
        place, before = place + len(runs.ids), runs.ids[-1]
    return again


def _runs_of_group(file: File, group: int, subject: str) -> Subjects:
    try:
        with file.open() as opened:
            column = opened.read_row_group(group, columns=[subject], use_threads=False).column(0)
    except (OSError, pa.ArrowException, UnicodeDecodeError):
        raise not_whole(file.path) from None
    column = column.unify_dictionaries().combine_chunks()
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    first = int(file.ends[group]) - file.groups[group]
    numbers = column.indices if pa.types.is_dictionary(column.type) else column
    if column.null_count:
        return Subjects(np.zeros(0, np.int64), pc.cast(column[:0], _plain(column.type)), nulls=True)
    if not pa.types.is_integer(numbers.type):
        numbers = column.dictionary_encode().indices
    starts = changes(numbers.to_numpy(zero_copy_only=False)).nonzero()[0]
    return Subjects(first + starts, pc.cast(column.take(pa.array(starts)), _plain(column.type)), nulls=False)


def _plain(type_: pa.DataType) -> pa.DataType:
    """One type for all whole numbers, one for all texts."""
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    if pa.types.is_integer(type_):
        return pa.int64() if type_ != pa.uint64() else type_
    return pa.large_string() if pa.types.is_string(type_) or pa.types.is_large_string(type_) else type_


def plan_units(source: Source, subjects: Subjects, *, piece: int = PIECE, unit: int = UNIT) -> list[Unit]:
    """Cut all rows into units of about `unit` rows, near the ends of row groups, and those into pieces of about `piece`.

    Every cut lies where a subject begins: one with very many rows makes its piece and its unit longer.
    """
    ends = np.concatenate([np.zeros(0, np.int64), *(file.ends for file in source.files)])
    bounds = _cuts(subjects.starts, source.rows, _spaced(ends, unit))
    units = []
    for number, (first, last) in enumerate(zip(bounds[:-1], bounds[1:], strict=True)):
        inside = range(first + piece, last, piece)
        units.append(Unit(number, tuple(first + cut for cut in _inner(subjects.starts, first, last, inside))))
    return units or [Unit(0, (0, 0))]


def _spaced(ends: Array, unit: int) -> list[int]:
    """Ends of row groups with at least `unit` rows between them."""
    chosen, last = [], 0
    for end in ends.tolist():
        if end - last >= unit:
            chosen.append(end)
            last = end
    return chosen


def _cuts(starts: Array, rows: int, wanted: Sequence[int]) -> list[int]:
    """Starts of subjects at or after the wanted rows, with the first and the last row of all."""
    at = np.searchsorted(starts, np.asarray(wanted, np.int64))
    return sorted({0, rows, *starts[at[at < starts.size]].tolist()})


def _inner(starts: Array, first: int, last: int, wanted: Sequence[int]) -> list[int]:
    own = starts[np.searchsorted(starts, first) : np.searchsorted(starts, last)] - first
    return _cuts(own, last - first, [row - first for row in wanted])
