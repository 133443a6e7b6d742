"""Columns of the tables of onset."""

import pyarrow as pa

from leukon.cohort.schema import COURSE, DRUG, INT, LIMIT, TEXT
from leukon.events.schema import Column

_FLOAT = pa.float64()
_DAY = Column("day", INT, "day of the course")

CURVES = (
    DRUG,
    COURSE,
    LIMIT,
    Column("way", TEXT, "naive or aalen_johansen"),
    Column("cause", TEXT, "onset, or the competing end: next_course, death"),
    _DAY,
    Column("at_risk", INT, "persons not ended before that day"),
    Column("ended", INT, "of these, persons who ended with the cause on it"),
    Column("estimate", _FLOAT, "cumulative incidence of the cause up to that day"),
    Column("std_error", _FLOAT, "its standard error (Greenwood's; infinitesimal jackknife)"),
    Column("low", _FLOAT, "low end of its pointwise 95 % interval (log-log); null: the estimate is 0 or 1"),
    Column("high", _FLOAT, "high end of it"),
)
DAYS = (
    DRUG,
    COURSE,
    LIMIT,
    _DAY,
    Column("naive", _FLOAT, "naive estimate; null: nobody was followed so long"),
    Column("aalen_johansen", _FLOAT, "estimate with competing ends; null: nobody was followed so long"),
    Column(
        "at_least", _FLOAT, "interval-censored: mass that surely lies up to that day; null: nobody was seen so long"
    ),
    Column("at_most", _FLOAT, "interval-censored: mass that may lie up to that day; null likewise"),
)
INTERVALS = (
    DRUG,
    COURSE,
    LIMIT,
    Column("after_day", INT, "the mass lies after this day"),
    Column("by_day", INT, "and up to this one; null: no crossing was seen"),
    Column("mass", _FLOAT, "share of the persons; where in the interval it lies cannot be known"),
)
FITS = (
    DRUG,
    COURSE,
    LIMIT,
    Column("persons", INT, "persons in the fit"),
    Column("not_seen", INT, "persons left out: no crossing, and no count on this side in the course"),
    Column("intervals", INT, "intervals in which mass may lie"),
    Column("steps", INT, "steps of the fit"),
    Column("gap", _FLOAT, "most by which the mean log likelihood could still rise; null: nobody"),
    Column("converged", pa.bool_(), "whether the gap is at most 1e-9; else the masses are not the maximum"),
)
