"""Curves that may leave the house: they rise in steps of several persons, and those of few persons are not drawn."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.cohort.counts import CohortCounts
from leukon.cohort.disclosure import BASE, THRESHOLD
from leukon.cohort.figures import of_entries, sum_by
from leukon.cohort.incidence import AT_RISK
from leukon.cohort.onset import GRID, NextCourse, Onset, estimate_onset
from leukon.cohort.schema import COUNTS
from leukon.events.arrays import Array, changes
from leukon.monitor.runs import Runs

_OF_CURVE = ("drug", "course", "limit")


def estimate_shown_onset(
    counts: CohortCounts,
    entries: Sequence[str] = AT_RISK,
    next_course: NextCourse = "competes",
    days: Sequence[int] = GRID,
    threshold: int = THRESHOLD,
    base: int = BASE,
) -> Onset:
    """`estimate_onset` of numbers that may be shown.

    Persons who ended by each day are rounded to multiples of `base`, so every step of a curve is one of `base` persons
    or more, and the naive and competing curves are made of these. The masses between two counts are not shown, for each
    is that of few persons: only what lies up to a day, in multiples of `base` persons. A course and limit with 1 to
    `threshold` - 1 onsets has no curve at all (its row in `onset_fits` stays, with `hidden`), and a competing end of
    so few persons has none of its own.

    Raises
    ------
    UnknownName
        If an entry is none.
    """
    of_entry = of_entries(counts.onset_counts, entries)
    small = _find_small(of_entry, threshold)
    found = estimate_onset(replace(counts, onset_counts=_in_steps(of_entry, base)), entries, next_course, days)
    curves, fits = found.onset_curves, found.onset_fits
    drawn = [{(*of, "onset"), (*of, end)}.isdisjoint(small) for *of, end in _keys(curves, (*_OF_CURVE, "cause"))]
    persons = dict(zip(_keys(fits, _OF_CURVE), fits["persons"].to_pylist(), strict=True))
    of_day = _keys(found.onset_days, _OF_CURVE)
    share = np.array([base / max(persons[of], 1) for of in of_day])
    return Onset(
        curves.filter(pa.array(drawn, pa.bool_())),
        _step_shares(found.onset_days, share).filter(
            pa.array([(*of, "onset") not in small for of in of_day], pa.bool_())
        ),
        found.onset_intervals.slice(0, 0),
        _shown_fits(fits, np.array([(*of, "onset") in small for of in persons], bool), threshold, base),
    )


def _in_steps(table: pa.Table, base: int) -> pa.Table:
    """`onset_counts` with the persons up to each day rounded, for each entry and end; it is sorted by day."""
    keys = [pc.rank(table[name], tiebreaker="dense").to_numpy() for name in (*_OF_CURVE, "entry", "end")]
    runs = Runs(changes(*keys))
    persons = table["persons"].to_numpy()
    sums = persons.cumsum()
    sums -= runs.spread(runs.first(sums - persons))
    rounded = (sums + base // 2) // base * base
    steps = np.diff(rounded, prepend=0)
    steps[runs.starts] = rounded[runs.starts]
    at = table.schema.get_field_index("persons")
    return table.set_column(at, table.schema.field(at), pa.array(steps)).filter(pa.array(steps > 0))


def _find_small(table: pa.Table, threshold: int) -> set[tuple[Any, ...]]:
    """Drug, course, limit and end of 1 to `threshold` - 1 persons."""
    sums = sum_by(table, (*_OF_CURVE, "end"), COUNTS["onset_counts"])
    return {key for key, number in sums.items() if 0 < number["persons"] < threshold}


def _step_shares(table: pa.Table, share: Array) -> pa.Table:
    """Shares of persons in multiples of those of `base` persons."""
    for name in ("at_least", "at_most"):
        value = pc.cast(table[name], pa.float64()).to_numpy()
        stepped = np.minimum(np.round(value / share) * share, 1)
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(at), pa.array(stepped, mask=np.isnan(value)))
    return table


def _shown_fits(table: pa.Table, few: Array, threshold: int, base: int) -> pa.Table:
    """Persons hidden or rounded; `hidden` says `onset` where there is no curve, and names a hidden number."""
    told = np.where(few, "onset", "").astype(object)
    for name in ("persons", "not_seen"):
        value = table[name].to_numpy()
        small = (value > 0) & (value < threshold)
        told[small] = [f"{said};{name}".strip(";") for said in told[small]]
        at = table.schema.get_field_index(name)
        rounded = pa.array((value + base // 2) // base * base, mask=small)
        table = table.set_column(at, table.schema.field(at), rounded)
    return table.append_column("hidden", pa.array([said or None for said in told], pa.string()))


def _keys(table: pa.Table, names: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))
