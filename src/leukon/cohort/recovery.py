"""How long until recovery: Kaplan-Meier curves of episodes and their medians, open episodes censored."""

import numpy as np
import pyarrow as pa

from leukon.cohort.kaplan_meier import Curve, estimate_kaplan_meier
from leukon.cohort.of_courses import OF_COURSE, each_course, make_estimates, number_of, numbers
from leukon.cohort.schema import DRUG, INT, TEXT
from leukon.events.arrays import NULL, Array
from leukon.events.schema import Column

SHARE = pa.float64()
DATING = Column(
    "dating", TEXT, "least: first to last low count; observed: to the recovery; most: from the count before"
)
RECOVERY_CURVES = (
    DRUG,
    OF_COURSE,
    DATING,
    Column("day", INT, "days since the first low count; of dating most: since the last high count before it"),
    Column("at_risk", INT, "episodes still open and followed on that day"),
    Column("recovered", INT, "of these, episodes that ended on it; provisional ones too"),
    Column("censored", INT, "of these, open episodes with their last count on it"),
    Column("share", SHARE, "share recovered up to it (Kaplan-Meier)"),
    Column("share_low", SHARE, "lower end of the 95 % interval (Greenwood, log-log); null at 0 and 1"),
    Column("share_high", SHARE, "its upper end; null likewise"),
)
DURATIONS = (
    DRUG,
    OF_COURSE,
    DATING,
    Column("episodes", INT, "all episodes"),
    Column("left_out", INT, "of these, not dated so: no high count before (dating most)"),
    Column("recovered", INT, "of the dated ones, ended with a recovery"),
    Column("provisional", INT, "of these, with a recovery that no second count confirms yet"),
    Column("carried_over", INT, "of the dated ones, open when the next course began"),
    Column("ongoing", INT, "of the dated ones, open at as_of"),
    Column("median", SHARE, "first day by which half had recovered (Kaplan-Meier); null: not reached"),
    Column("median_low", SHARE, "lower end of its 95 % interval (Brookmeyer and Crowley); null: not reached"),
    Column("median_high", SHARE, "its upper end; null: not reached"),
)
DATINGS = ("least", "observed", "most")
CLOSED = ("recovered", "recovering")


def estimate_recovery_curves(durations: pa.Table) -> pa.Table:
    """`RECOVERY_CURVES` from `duration_counts`: one row a day on which an episode ended or was last seen."""
    names = [column.name for column in RECOVERY_CURVES[3:]]
    rows: list[dict[str, object]] = []
    for key, own in each_course(durations):
        for dating in DATINGS:
            days = zip(*vars(curve_of(own, dating)).values(), strict=True)
            rows += [key | {"dating": dating} | dict(zip(names, day, strict=True)) for day in days]
    return make_estimates(RECOVERY_CURVES, rows)


def estimate_durations(durations: pa.Table) -> pa.Table:
    """`DURATIONS` from `duration_counts`."""
    rows = []
    for key, own in each_course(durations):
        for dating in DATINGS:
            dated = own.filter(pa.array(date(own, dating) != NULL))
            median, low, high = curve_of(own, dating).median()
            rows.append(
                key
                | {
                    "dating": dating,
                    "episodes": number_of(own, "episodes"),
                    "left_out": number_of(own, "episodes") - number_of(dated, "episodes"),
                    "recovered": number_of(dated, "episodes", status=CLOSED),
                    "provisional": number_of(dated, "episodes", status=["recovering"]),
                    "carried_over": number_of(dated, "episodes", status=["carried_over"]),
                    "ongoing": number_of(dated, "episodes", status=["ongoing"]),
                    "median": median,
                    "median_low": low,
                    "median_high": high,
                }
            )
    return make_estimates(DURATIONS, rows)


def date(durations: pa.Table, dating: str) -> Array:
    """Days to recovery or last count of each row of `duration_counts`; NULL: they cannot be told."""
    before, least, seen = (numbers(durations, name) for name in ("before_days", "least_days", "seen_days"))
    if dating == "most":
        return np.where(before == NULL, NULL, before + seen)
    return least if dating == "least" else seen


def curve_of(durations: pa.Table, dating: str) -> Curve:
    """The curve of some rows of `duration_counts`."""
    days = date(durations, dating)
    told = days != NULL
    closed = np.isin(durations["status"].to_numpy()[told], CLOSED)
    episodes = numbers(durations, "episodes")[told]
    return estimate_kaplan_meier(days[told], episodes * closed, episodes * ~closed)
