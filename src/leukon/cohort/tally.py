"""Rows to counts: sums for each combination of keys, in whole numbers, so that adding is exact in any order."""

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.cohort.schema import Layout
from leukon.events.arrays import NULL, Array, Words

_DENSE = 8
"""Up to so many combinations of keys for each row, keeping a place for every one is faster than sorting."""
_WIDE = 1 << 62


def tally(layout: Layout, keys: Mapping[str, Array | Words], values: Mapping[str, Array]) -> pa.Table:
    """Sum the values of all rows with equal keys; combinations of which every sum is 0 are left out.

    Parameters
    ----------
    layout
        The table to make; its rows have no order yet.
    keys
        Numbers (null: `NULL`) or words (null: -1), one entry a row.
    values
        Whole numbers, not negative, one entry a row; a missing one stands for 1 in every row.
    """
    group, groups = number_groups([keys[name] for name in layout.key_names])
    a_row_of = np.zeros(groups, np.int64)
    a_row_of[group] = np.arange(group.size)
    # With weights bincount adds floats, which is exact: whole numbers below 2^53.
    sums = [np.bincount(group, values.get(name), groups).astype(np.int64) for name in layout.value_names]
    some = np.flatnonzero(sum(sums))
    columns = [_column(keys[column.name], a_row_of[some], column.type) for column in layout.keys]
    return pa.table([*columns, *(pa.array(column[some]) for column in sums)], schema=layout.schema)


def add_tables(layout: Layout, tables: Iterable[pa.Table]) -> pa.Table:
    """Sum tables of one layout; the result depends neither on their order nor on how they were cut."""
    joined = pa.concat_tables([layout.schema.empty_table(), *tables])
    summed = joined.group_by(layout.key_names, use_threads=False).aggregate([(x, "sum") for x in layout.value_names])
    names = {f"{name}_sum": name for name in layout.value_names}
    return in_order(summed.rename_columns([names.get(name, name) for name in summed.column_names]), layout)


def in_order(table: pa.Table, layout: Layout) -> pa.Table:
    """The table's columns in their order and its rows sorted by key, nulls last."""
    table = table.select(layout.schema.names).cast(layout.schema)
    return table.take(pc.sort_indices(table, sort_keys=[(name, "ascending") for name in layout.key_names]))


def number_groups(keys: Iterable[Array | Words]) -> tuple[Array, int]:
    """For each row the number of its combination of keys, and how many numbers there are."""
    (group, groups), *more = (_code(key) for key in keys)
    for code, width in more:
        if groups * width > _WIDE:
            group, groups = _dense(group)
        group *= width
        group += code
        groups *= width
    return (group, groups) if groups <= _DENSE * group.size + 1024 else _dense(group)


def _dense(group: Array) -> tuple[Array, int]:
    """Only the combinations that are met, numbered anew."""
    met, group = np.unique(group, return_inverse=True)
    return group, met.size


def _code(key: Array | Words) -> tuple[Array, int]:
    """A key as numbers from 0 (null), and one more than the highest."""
    if isinstance(key, Words):
        return np.add(key.index, 1, dtype=np.int64), len(key.words) + 1
    known = key != NULL
    lowest = int(key.min(where=known, initial=np.iinfo(np.int64).max))
    highest = int(key.max(where=known, initial=lowest))
    code = np.where(known, key - lowest + 1, 0)
    return _ranks(code) if highest - lowest < key.size else (code, highest - lowest + 2)


def _ranks(code: Array) -> tuple[Array, int]:
    """Numbers without gaps between them: due days, say, are few, and far apart."""
    is_met = np.bincount(code) > 0
    return (is_met.cumsum(dtype=np.int64) - 1)[code], int(is_met.sum())


def _column(key: Array | Words, at: Array, type_: pa.DataType) -> pa.Array:
    if isinstance(key, Words):
        number = key.index[at]
        return pa.array(key.words, type_).take(pa.array(number, mask=number < 0))
    return pa.array(key[at], mask=key[at] == NULL)
