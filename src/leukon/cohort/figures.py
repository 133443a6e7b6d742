"""Tables of estimates: keys, whole numbers, and what follows from the numbers of one row alone.

So a number can be hidden or rounded (`disclosure`) and everything made of it is made again, from what may be shown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.cohort.schema import ENTRIES, Layout
from leukon.errors import UnknownName
from leukon.events.arrays import Array
from leukon.events.schema import Column

FLOAT = pa.float64()
Row = dict[str, Any]
Numbers = Mapping[str, Array]
"""The whole numbers of a table as floats by name, NaN where hidden; or what is made of them, NaN where unknown."""


@dataclass(frozen=True)
class Split:
    """Within a row, `total` is the sum of `parts`; without `whole`, of them and of a rest that nobody shows."""

    total: str
    parts: tuple[str, ...]
    whole: bool = True


@dataclass(frozen=True)
class Margin:
    """Between rows that differ only in `key`: the row of `total` is the sum of those of `parts`, in each of `columns`.

    Without `total` all such rows hold the same number. Without `whole` a rest that nobody shows is missing. With
    `spare` the total is what is missed least, if one of them must be hidden beside another.
    """

    key: str
    columns: tuple[str, ...]
    total: str | None = None
    parts: tuple[str, ...] = ()
    whole: bool = True
    spare: bool = False


@dataclass(frozen=True)
class Figures:
    """Layout of a table of estimates.

    `counts` are whole numbers of persons, events, tests or slots; `amounts` (days) name the count they belong to and
    are hidden with it; `together` are counts of which one gives another away; `sums` is how the counts add up.
    """

    keys: tuple[Column, ...]
    counts: tuple[Column, ...]
    derived: tuple[Column, ...]
    derive: Callable[[Numbers], Numbers]
    amounts: Mapping[str, str]
    together: tuple[tuple[str, ...], ...] = ()
    sums: tuple[Split | Margin, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema."""
        return pa.schema([(column.name, column.type) for column in (*self.keys, *self.counts, *self.derived)])

    @property
    def count_names(self) -> list[str]:
        """Names of the whole numbers, amounts too."""
        return [column.name for column in self.counts]

    def fill(self, keys: Sequence[pa.Array], counts: Mapping[str, pa.Array]) -> pa.Table:
        """The whole table, from its keys and whole numbers (null: hidden)."""
        numbers = {name: pc.cast(counts[name], FLOAT).to_numpy(zero_copy_only=False) for name in self.count_names}
        found = self.derive(numbers)
        derived = [pa.array(value, FLOAT, mask=np.isnan(value)) for value in (found[c.name] for c in self.derived)]
        return pa.table([*keys, *(counts[name] for name in self.count_names), *derived], schema=self.schema)


def make_figures(layout: Figures, rows: Iterable[Row]) -> pa.Table:
    """A table from rows of keys and whole numbers; a number that is not there is 0."""
    rows = list(rows)
    keys = [pa.array([row[column.name] for row in rows], column.type) for column in layout.keys]
    counts = {column.name: pa.array([row.get(column.name, 0) for row in rows], column.type) for column in layout.counts}
    return layout.fill(keys, counts)


def sum_by(table: pa.Table, keys: Sequence[str], layout: Layout) -> dict[tuple[Any, ...], dict[str, int]]:
    """Sums of counts for each combination of a few keys, in the table's order."""
    named = [(name, "sum") for name in layout.value_names]
    summed = table.group_by(list(keys), use_threads=False).aggregate(named)
    return {
        tuple(row[key] for key in keys): {name: row[f"{name}_sum"] for name in layout.value_names}
        for row in summed.to_pylist()
    }


def of_entries(table: pa.Table, entries: Sequence[str]) -> pa.Table:
    """Rows of a table of counts that were entered so.

    Raises
    ------
    UnknownName
        If one of them is no entry.
    """
    if unknown := [entry for entry in entries if entry not in ENTRIES]:
        raise UnknownName("entry", unknown[0], ENTRIES)
    return table.filter(pc.is_in(table["entry"], pa.array(entries, pa.string())))
