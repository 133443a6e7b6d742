"""Subject ids as MEDS wants them: 64-bit integers."""

import re

import numpy as np
import pyarrow as pa

from leukon.ingest.meds_layout import IDS_SCHEMA

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
"""An integer that comes back letter by letter; of at most 18 digits, so that there is room for numbers above it."""


class Numbering:
    """Numbers for subject ids: an integer is its own, other ids (`007`, `P-12`) get one above all integers.

    All ids are looked at before the first is numbered: else a number could be somebody's own id.

    >>> numbering = Numbering()
    >>> numbering.look_at(["12", "007", "P-12"])
    >>> numbering.number(["P-12", "12", "007"]), numbering.taken().column("given_id").to_pylist()
    ([14, 12, 13], ['007', 'P-12'])
    """

    def __init__(self) -> None:
        self._largest = 0
        self._numbers: dict[str, int] = {}

    def look_at(self, ids: list[str]) -> None:
        """Learn the largest integer among the ids."""
        self._largest = max([self._largest, *(int(each) for each in ids if _INTEGER.fullmatch(each))])

    def number(self, ids: list[str]) -> list[int]:
        """The number of each id; new ones are numbered in the order of their letters."""
        for each in sorted(ids):
            if not _INTEGER.fullmatch(each) and each not in self._numbers:
                self._numbers[each] = self._largest + len(self._numbers) + 1
        return [self._numbers[each] if each in self._numbers else int(each) for each in ids]

    def taken(self) -> pa.Table:
        """The ids that are no integers, with their numbers."""
        numbers, given = list(self._numbers.values()), list(self._numbers)
        return pa.table([numbers, given], schema=IDS_SCHEMA)


def number_column(ids: pa.ChunkedArray, numbering: Numbering) -> pa.Array:
    """A column of ids as their numbers."""
    encoded = ids.combine_chunks().dictionary_encode()
    numbers = np.asarray(numbering.number(encoded.dictionary.to_pylist()), np.int64)
    return pa.array(numbers[encoded.indices.to_numpy(zero_copy_only=False)], pa.int64())
