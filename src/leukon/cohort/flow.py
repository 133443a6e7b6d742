"""Who is at risk and who is left out, and why: one row a course and limit."""

from typing import Any

import pyarrow as pa

from leukon.cohort.counts import CohortCounts
from leukon.cohort.exact import shares
from leukon.cohort.figures import FLOAT, Figures, Margin, Numbers, Row, Split, make_figures
from leukon.cohort.limits import depth_of
from leukon.cohort.schema import COURSE, DRUG, INT, LIMIT, REASONS_OF_FLOW
from leukon.events.schema import Column


def _derive(numbers: Numbers) -> Numbers:
    return {"at_risk_share": shares(numbers["at_risk"], numbers["persons"])}


FLOW = Figures(
    keys=(DRUG, COURSE, LIMIT),
    counts=(
        Column("persons", INT, "all who had that course; in course 0: persons with an ANC and no course"),
        Column("at_risk", INT, "at risk: entered with a count on this side, and observed"),
        Column("old_baseline", INT, "left out: the last decided ANC before is more than 90 days old"),
        Column("no_baseline", INT, "left out: no decided ANC before"),
        Column("low_before", INT, "left out: the count was low at the start"),
        Column("never_tested", INT, "left out: no ANC in the course"),
        Column("not_observed", INT, "left out: ANC, but none that makes a day at risk or an event"),
        Column("no_course", INT, "not followed: an ANC and no course"),
    ),
    derived=(Column("at_risk_share", FLOAT, "at_risk / persons; null: unknown or hidden"),),
    derive=_derive,
    amounts={},
    sums=(Split("persons", REASONS_OF_FLOW), Margin("limit", ("persons", "never_tested"))),
)


def find_flow(counts: CohortCounts) -> pa.Table:
    """Who is at risk, course by course and limit by limit; each row's reasons add up to its persons.

    Parameters
    ----------
    counts
        Of the whole cohort (decision 17).

    Returns
    -------
    pyarrow.Table
        The columns of `FLOW`, the courses in order and the limits from the highest down.
    """
    rows: dict[tuple[Any, ...], Row] = {}
    for cell in counts.flow_counts.to_pylist():
        key = {name: cell[name] for name in ("drug", "course", "limit")}
        row = rows.setdefault(tuple(key.values()), {**key, "persons": 0})
        row[cell["reason"]] = cell["persons"]
        row["persons"] += cell["persons"]
    return make_figures(FLOW, sorted(rows.values(), key=_order))


def _order(row: Row) -> tuple[Any, ...]:
    return row["drug"] or "", row["course"], depth_of(row["limit"])
