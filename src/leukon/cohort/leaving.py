"""A cohort as it may leave the house: small numbers hidden and the others rounded, in every table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.cohort.adherence import ADHERENCE, CALENDAR, PHASES
from leukon.cohort.counts import CohortCounts
from leukon.cohort.disclosure import BASE, THRESHOLD, hide_small, round_to
from leukon.cohort.estimates import Cohort
from leukon.cohort.figures import Figures
from leukon.cohort.flow import FLOW
from leukon.cohort.incidence import INCIDENCE
from leukon.cohort.onset_disclosure import estimate_shown_onset
from leukon.cohort.thinned import thin
from leukon.cohort.watch import GAPS, WATCH
from leukon.events.arrays import Array

FIGURES: Mapping[str, Figures] = {
    "flow": FLOW,
    "incidence": INCIDENCE,
    "watch": WATCH,
    "gaps": GAPS,
    "adherence": ADHERENCE,
    "phases": PHASES,
    "calendar": CALENDAR,
}


@dataclass(frozen=True)
class Rule:
    """How a table of estimates of single rows is hidden.

    A small number in `whole`, or a small rest of the first of `rest` less the second, hides all of the row; one in
    `cells` hides itself. `alone` columns say something of one person and are never shown. `keys` are those beside
    drug and course.
    """

    keys: Sequence[str]
    whole: Sequence[str]
    cells: Sequence[str] = ()
    rest: tuple[str, str] | None = None
    alone: Sequence[str] = ()
    amounts: Sequence[str] = ()


RULES = {
    "durations": Rule(("dating",), ("episodes",), ("left_out", "recovered", "provisional", "carried_over", "ongoing")),
    "nadirs": Rule((), ("episodes",), ("with_comparator",), alone=("lowest",)),
    "nadir_limits": Rule(("limit",), ("episodes", "beyond"), ("unsure",), ("episodes", "beyond")),
    "time_below": Rule(("limit",), ("episodes",), ("open", "no_most"), amounts=("least_sum",)),
    "response_rates": Rule(
        ("state",), ("episodes", "persons", "recoveries"), ("without_time",),
        amounts=("days",),
    ),
    "landmarks": Rule(
        ("landmark_day", "state"), ("episodes", "recovered"), ("left", "before"), ("episodes", "recovered")
    ),
    "phenotypes": Rule(
        ("analyte", "from_day"), ("persons",), ("no_baseline", "zero_baseline", "not_known", "at_most", "at_least")
    ),
    "lgl": Rule(("from_day",), ("persons",), ("with_comparator",)),
}  # fmt: skip
CURVES = {
    "recovery_curves": (("drug", "course", "dating"), ("recovered", "censored"), 7),
}
"""Keys, counts and the step in days of the curves."""
NEVER = ("lanes",)
"""A lane is one episode."""


def make_presentable(cohort: Cohort, counts: CohortCounts, threshold: int = THRESHOLD, base: int = BASE) -> Cohort:
    """The cohort with small numbers hidden; the tables keep their names.

    Tables whose numbers add up are hidden by `hide_small`, those of onset by `estimate_shown_onset`. In the others a
    small number hides its row, and with it the row of all courses; curves of recovery are told every 7 days; every
    estimate is rounded to two digits. There only the rounding keeps a hidden number from following from others.

    Parameters
    ----------
    cohort, counts
        What was estimated, and of which counts.
    threshold, base
        As in `hide_small`. A threshold of 1 and a base of 1 give the cohort as it is.
    """
    if threshold <= 1 and base <= 1:
        return cohort
    onset = estimate_shown_onset(counts, next_course=cohort.next_course, threshold=threshold, base=base)
    shown = {**cohort.tables, **vars(onset)}
    made = vars(onset).keys()
    return replace(
        cohort,
        tables={
            name: x if name in made else _hide(name, x, threshold, base)
            for name, x in shown.items()
            if name not in NEVER
        },
    )


def _hide(name: str, table: pa.Table, threshold: int, base: int) -> pa.Table:
    if name in FIGURES:
        return hide_small(table, FIGURES[name], threshold, base)
    if name in CURVES:
        keys, sums, step = CURVES[name]
        thinned = thin(table, keys, sums, threshold, step)
        return _digits(_round_cells(thinned, ("at_risk", *sums), threshold, base))
    return _digits(_hide_rows(table, RULES[name], threshold, base))


def _hide_rows(table: pa.Table, rule: Rule, threshold: int, base: int) -> pa.Table:
    values = {name: pc.fill_null(table[name], 0).to_numpy() for name in rule.whole}
    small = np.zeros(table.num_rows, bool)
    for value in values.values():
        small |= (value > 0) & (value < threshold)
    if rule.rest is not None:
        left = values[rule.rest[0]] - values[rule.rest[1]]
        small |= (left > 0) & (left < threshold)
    small |= _all_courses_of(table, rule, small)
    named = {"drug", "course", "to_day", *rule.keys}
    hidden = pa.array(small)
    columns = [
        column if name in named else pc.if_else(hidden, pa.scalar(None, column.type), column)
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    shown = pa.table(columns, schema=table.schema)
    for name in rule.alone:
        place = shown.column_names.index(name)
        shown = shown.set_column(place, shown.schema.field(name), pa.nulls(shown.num_rows, shown[name].type))
    rounded = _round_cells(shown, (*rule.whole, *rule.cells), threshold, base)
    rounded = _round_cells(rounded, rule.amounts, 1, base)
    marker = pc.if_else(hidden, pa.scalar("small numbers"), pa.scalar(None, pa.string()))
    return rounded.append_column("hidden", marker)


def _all_courses_of(table: pa.Table, rule: Rule, small: Array) -> Array:
    """Rows of all courses of a drug, where the row of one course is hidden."""
    keys = list(zip(*(table[name].to_pylist() for name in ("drug", *rule.keys)), strict=True))
    course = table["course"].to_pylist()
    touched = {key for key, hidden in zip(keys, small.tolist(), strict=True) if hidden}
    return np.asarray([one is None and key in touched for key, one in zip(keys, course, strict=True)], bool)


def _round_cells(table: pa.Table, names: Sequence[str], threshold: int, base: int) -> pa.Table:
    for name in names:
        value = pc.fill_null(table[name], 0).to_numpy()
        gone = ~table[name].is_valid().to_numpy() | ((value > 0) & (value < threshold))
        place = table.column_names.index(name)
        table = table.set_column(
            place, table.schema.field(name), pa.array(round_to(value, base), table[name].type, mask=gone)
        )
    return table


def _digits(table: pa.Table) -> pa.Table:
    """Every float with two digits."""
    columns = []
    for column in table.columns:
        if pa.types.is_floating(column.type):
            value = column.to_numpy()
            with np.errstate(divide="ignore", invalid="ignore"):
                scale = 10.0 ** (1 - np.floor(np.log10(np.abs(value))))
                rounded = np.where(np.isfinite(scale), np.rint(value * scale) / scale, value)
            column = pa.chunked_array([pa.array(rounded, mask=np.isnan(rounded))])
        columns.append(column)
    return pa.table(columns, schema=table.schema)
