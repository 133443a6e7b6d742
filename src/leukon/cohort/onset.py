"""How soon: the naive curve, the one with competing ends, and onset as it is known, between two counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.cohort.counts import CohortCounts
from leukon.cohort.curves import Curve, find_curve
from leukon.cohort.figures import of_entries
from leukon.cohort.incidence import AT_RISK
from leukon.cohort.limits import depth_of
from leukon.cohort.npmle import NEVER, Npmle, find_npmle
from leukon.cohort.onset_schema import CURVES, DAYS, FITS, INTERVALS
from leukon.cohort.schema import ENDS
from leukon.events.arrays import NULL, Array, changes

NextCourse = Literal["competes", "censors"]
Key = tuple[str, int, str]
Way = tuple[str, str]
Row = tuple[Any, ...]
GRID = tuple(range(0, 731, 30))
"""Days at which the ways are set side by side: every 30 to two years."""


@dataclass(frozen=True)
class Onset:
    """Tables of `onset_schema`: curves by day, the ways side by side, masses of intervals, and how the fits went."""

    onset_curves: pa.Table
    onset_days: pa.Table
    onset_intervals: pa.Table
    onset_fits: pa.Table


def estimate_onset(
    counts: CohortCounts,
    entries: Sequence[str] = AT_RISK,
    next_course: NextCourse = "competes",
    days: Sequence[int] = GRID,
) -> Onset:
    """Time from a course's start to the first crossing of each limit, in three ways, of the same persons.

    Parameters
    ----------
    counts
        Of the whole cohort (decision 17).
    entries
        States at the course's start that are taken as at risk.
    next_course
        Whether the next course `competes` (what happens after it is another question) or `censors` (as if those who
        get it were like the others) in the way `aalen_johansen`. Death always competes there.
    days
        At which the ways are set side by side.

    Returns
    -------
    Onset
        `naive` takes the count that first showed a crossing as its moment and every other end as censoring (one less
        Kaplan and Meier). `aalen_johansen` takes the same moment, with competing ends. `interval` lets the crossing lie
        anywhere after the last count on this side, within the course; what ends follow-up censors at that count, so
        compare it with `naive`. It supposes that people are not tested because they are low: see the shares of tests
        with symptoms. Persons without any count in their course are in none of them if their data end, in the naive
        ones only if the next course or death ends it.

    Raises
    ------
    UnknownName
        If an entry is none.
    """
    ends = _groups(of_entries(counts.onset_counts, entries))
    known = _groups(of_entries(counts.interval_counts, entries))
    curves, beside, masses, fits = (list[Row]() for _ in range(4))
    for key in sorted(known, key=lambda key: (key[0], key[1], depth_of(key[2]))):
        by_way = dict(_curves(ends.get(key, counts.onset_counts.slice(0, 0)), next_course))
        left, right, persons = _intervals(known[key])
        fit = find_npmle(left, right, persons)
        unseen = int(pc.sum(known[key]["persons"]).as_py() - persons.sum())
        curves += [row for way, curve in by_way.items() for row in _rows_of_curve(key, way, curve)]
        masses += _rows_of_fit(key, fit)
        fits.append((*key, int(persons.sum()), unseen, fit.mass.size, fit.steps, _or_null(fit.gap), fit.converged))
        beside += _rows_of_days(key, by_way, fit, np.asarray(days, np.int64))
    made = zip((CURVES, DAYS, INTERVALS, FITS), (curves, beside, masses, fits), strict=True)
    return Onset(*(_table(columns, rows) for columns, rows in made))


def _groups(table: pa.Table) -> dict[Key, pa.Table]:
    """The table cut by drug, course and limit; it is sorted by them."""
    names = ["drug", "course", "limit"]
    cut: dict[Key, pa.Table] = {}
    opens = changes(*(pc.rank(table[name], tiebreaker="dense").to_numpy() for name in names))
    bounds = [*opens.nonzero()[0].tolist(), table.num_rows]
    for start, stop in pairwise(bounds):
        drug, course, limit = (table[name][start].as_py() for name in names)
        cut[drug, course, limit] = table.slice(start, stop - start)
    return cut


def _curves(table: pa.Table, next_course: NextCourse) -> Iterator[tuple[Way, Curve]]:
    """Every way and cause; the interval-censored one is no curve."""
    table = table.filter(pc.fill_null(pc.greater_equal(table["day"], 0), False))  # noqa: FBT003
    days, at = np.unique(table["day"].to_numpy(), return_inverse=True)
    persons, ends = table["persons"].to_numpy(), table["end"].to_numpy(zero_copy_only=False)
    by_end = {end: np.bincount(at, persons * (ends == end), days.size).astype(np.int64) for end in ENDS}
    all_ends = np.sum(list(by_end.values()), axis=0)
    onset, none = by_end["onset"], np.zeros(days.size, np.int64)
    yield ("naive", "onset"), find_curve(days, onset, none, all_ends - onset)
    censors = ["end_of_data"] + (["next_course"] if next_course == "censors" else [])
    censored = np.sum([by_end[end] for end in censors], axis=0)
    for cause in (end for end in ENDS if end == "onset" or (end not in censors and by_end[end].any())):
        ended = by_end[cause]
        yield ("aalen_johansen", cause), find_curve(days, ended, all_ends - ended - censored, censored)


def _intervals(table: pa.Table) -> tuple[Array, Array, Array]:
    """Intervals (left, right] within the course, without those that say nothing: never seen in it, and no crossing."""
    right = pc.fill_null(table["right_day"], NULL).to_numpy()
    left = np.maximum(pc.fill_null(table["left_day"], -1).to_numpy(), -1)
    left = np.where(right == NULL, left, np.minimum(left, right - 1))  # both counts on one day: it was that day
    told = (right != NULL) | (left >= 0)
    return left[told], right[told], table["persons"].to_numpy()[told]


def _rows_of_curve(key: Key, way: Way, curve: Curve) -> Iterator[Row]:
    columns = (curve.day, curve.at_risk, curve.ended, curve.estimate, curve.std_error, curve.low, curve.high)
    for row in zip(*(column.tolist() for column in columns), strict=True):
        yield (*key, *way, *map(_or_null, row))


def _rows_of_fit(key: Key, fit: Npmle) -> Iterator[Row]:
    some = fit.mass > 0
    for after, by, mass in zip(fit.after[some].tolist(), fit.by[some].tolist(), fit.mass[some].tolist(), strict=True):
        yield (*key, after, None if by == NEVER else by, mass)


def _rows_of_days(key: Key, by_way: dict[Way, Curve], fit: Npmle, days: Array) -> Iterator[Row]:
    """What each way says at a day; nothing after the last day on which anybody was followed."""
    naive, competing = (_at(by_way[way, "onset"], days) for way in ("naive", "aalen_johansen"))
    least, most = fit.by_day(days) if fit.mass.size else np.full((2, days.size), np.nan)
    known = days <= fit.last_day
    for row in zip(days, naive, competing, np.where(known, least, np.nan), np.where(known, most, np.nan), strict=True):
        yield (*key, int(row[0]), *(_or_null(float(value)) for value in row[1:]))


def _at(curve: Curve, days: Array) -> Array:
    place = curve.day.searchsorted(days, side="right")
    value = np.append(0.0, curve.estimate)[place]
    return np.where(days <= (curve.day[-1] if curve.day.size else -1), value, np.nan)


def _or_null(value: float) -> float | None:
    return None if value != value else value


def _table(columns: Sequence[Any], rows: list[Row]) -> pa.Table:
    by_column = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pa.table(
        [pa.array(values, column.type) for column, values in zip(columns, by_column, strict=True)],
        schema=pa.schema([(column.name, column.type) for column in columns]),
    )
