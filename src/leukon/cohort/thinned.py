"""Curves at a few days only: between them no single person's day can be read."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.arrays import Array, changes


def thin(table: pa.Table, keys: Sequence[str], sums: Sequence[str], least: int, step: int) -> pa.Table:
    """A table of curves on every `step`-th day only.

    Parameters
    ----------
    table
        Curves one below another, each with equal `keys` and its rows by `day`; `at_risk` are those before that day.
    keys, sums
        Columns that name a curve, and columns that are counts of one day: they become sums since the row before.
    least
        Estimates are null where fewer are at risk, and where fewer, but some, had the event (the first of `sums`).
    step
        Days between rows.

    Returns
    -------
    pyarrow.Table
        Of the same schema. At each day `at_risk` is that of the first day from there on, an estimate that of the last
        day up to there; days before the first row have none.
    """
    if not table.num_rows:
        return table
    opens = changes(*(pc.rank(table[name], tiebreaker="dense").to_numpy() for name in keys))
    bounds = [*opens.nonzero()[0].tolist(), table.num_rows]
    return pa.concat_tables([_thin_one(table.slice(a, b - a), sums, least, step) for a, b in pairwise(bounds)])


def _thin_one(curve: pa.Table, sums: Sequence[str], least: int, step: int) -> pa.Table:
    day = curve["day"].to_numpy()
    grid = np.arange(0, int(day[-1]) // step * step + 1, step)
    upto = day.searchsorted(grid, side="right")
    after = np.minimum(day.searchsorted(grid), day.size - 1)
    totals = {name: np.append(0, curve[name].to_numpy().cumsum())[upto] for name in sums}
    at_risk = curve["at_risk"].to_numpy()[after]
    told = (upto > 0) & (at_risk >= least) & ((totals[sums[0]] >= least) | (totals[sums[0]] == 0))
    columns = {
        "day": pa.array(grid),
        "at_risk": pa.array(at_risk),
        **{name: pa.array(np.diff(total, prepend=0)) for name, total in totals.items()},
    }
    return pa.table(
        [columns.get(field.name, _at(curve[field.name], upto, told)) for field in curve.schema], schema=curve.schema
    )


def _at(column: pa.ChunkedArray, upto: Array, told: Array) -> pa.Array:
    """A key as it is; an estimate of the last day up to each, null where it is not told."""
    is_estimate = pa.types.is_floating(column.type)
    at = pa.array(np.maximum(upto - 1, 0), mask=~told if is_estimate else None)
    return column.combine_chunks().take(at)
