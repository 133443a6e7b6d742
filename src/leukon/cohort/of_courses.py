"""Estimates for each course: its rows of counts, quantiles of counted values, and tables of what was estimated."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.arrays import NULL, Array
from leukon.events.schema import Column

OF_COURSE = Column("course", pa.int64(), "1, 2, ...; 0: before the first, or none; null: all courses of the drug")
QUARTERS = (0.25, 0.5, 0.75)


def each_course(table: pa.Table) -> Iterator[tuple[dict[str, Any], pa.Table]]:
    """Rows of counts of each drug and course, and of all courses of each drug together (course null).

    Course 0 (before the drug, or without it: drug null) stands alone.
    """
    pairs = table.select(["drug", "course"]).group_by(["drug", "course"], use_threads=False).aggregate([])
    found = {(row["drug"], row["course"]) for row in pairs.to_pylist()}
    found |= {(drug, None) for drug, _ in found if drug is not None}
    for drug, course in sorted(found, key=lambda pair: (pair[0] is None, pair[0] or "", pair[1] is None, pair[1] or 0)):
        kept = table.filter(pc.is_null(table["drug"]) if drug is None else pc.equal(table["drug"], drug))
        if course is not None:
            kept = kept.filter(pc.equal(kept["course"], course))
        yield {"drug": drug, "course": course}, kept


def each_of(table: pa.Table, key: str) -> Iterator[tuple[Any, pa.Table]]:
    """Rows of each value of a key, in the order of the values."""
    for value in sorted(set(table[key].to_pylist())):
        yield value, table.filter(pc.equal(table[key], value))


def numbers(table: pa.Table, name: str) -> Array:
    """A column of whole numbers, `NULL` for null."""
    return pc.fill_null(table[name], NULL).to_numpy()


def quantiles(value: Array, count: Array) -> list[float | None]:
    """Lower quartile, median and upper quartile of values that were met so often; None where there is none.

    A quantile is the least value up to which at least that share lies: always one that was met.

    >>> quantiles(np.array([1, 2, 9]), np.array([1, 2, 1]))
    [1.0, 2.0, 2.0]
    """
    if not count.sum():
        return [None, None, None]
    order = value.argsort()
    up_to = count[order].cumsum()
    return [float(value[order][up_to.searchsorted(share * up_to[-1])]) for share in QUARTERS]


def make_estimates(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """A table with the declared columns; NaN is null."""
    rows = list(rows)
    arrays = [pa.array([row[column.name] for row in rows], column.type, from_pandas=True) for column in columns]
    return pa.table(arrays, schema=pa.schema([(column.name, column.type) for column in columns]))


def number_of(table: pa.Table, value: str, **keys: Sequence[str]) -> int:
    """Sum of a column of counts over the rows whose keys hold one of the words."""
    chosen = np.ones(table.num_rows, bool)
    for name, words in keys.items():
        chosen &= np.asarray(pc.is_in(table[name], pa.array(words, pa.string())))
    return int(numbers(table, value)[chosen].sum())
