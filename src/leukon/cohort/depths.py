"""How deep, and how long below each limit: nadirs and days of episodes, as quartiles and shares."""

import numpy as np
import pyarrow as pa

from leukon.cohort.durations import PER_L
from leukon.cohort.exact import exact_proportions
from leukon.cohort.limits import Limit
from leukon.cohort.of_courses import OF_COURSE, each_course, each_of, make_estimates, number_of, numbers, quantiles
from leukon.cohort.recovery import CLOSED
from leukon.cohort.schema import DRUG, INT, LIMIT
from leukon.events.arrays import NULL, Array
from leukon.events.schema import COMPARATORS, Column

FLOAT = pa.float64()
NADIRS = (
    DRUG,
    OF_COURSE,
    Column("episodes", INT, "all episodes, open ones with their nadir so far"),
    Column("with_comparator", INT, "of these, with a nadir such as <0.1; quartiles take the number it names"),
    Column("lowest", FLOAT, "lowest nadir, 10^9/L"),
    Column("quarter", FLOAT, "lower quartile of the nadirs"),
    Column("median", FLOAT, "median of the nadirs"),
    Column("three_quarters", FLOAT, "upper quartile of the nadirs"),
)
NADIR_LIMITS = (
    DRUG,
    OF_COURSE,
    LIMIT,
    Column("episodes", INT, "all episodes"),
    Column("beyond", INT, "of these, with a nadir surely beyond the limit"),
    Column("unsure", INT, "of these, with a nadir that may be beyond it, or not"),
    Column("share", FLOAT, "beyond / episodes"),
    Column("share_low", FLOAT, "lower end of its exact (Clopper-Pearson) 95 % interval"),
    Column("share_high", FLOAT, "its upper end"),
)
TIME_BELOW = (
    DRUG,
    OF_COURSE,
    LIMIT,
    Column("episodes", INT, "all episodes"),
    Column("open", INT, "of these, open ones: their days go on, so they are not among the quartiles"),
    Column("no_most", INT, "of those that ended, without a high count before: their most days are not known"),
    *(
        Column(f"{kind}_{name}", FLOAT, f"{said}, of the {kind} days below the limit of episodes that ended")
        for kind in ("least", "most")
        for name, said in [("quarter", "lower quartile"), ("median", "median"), ("three_quarters", "upper quartile")]
    ),
    Column("least_sum", INT, "sum of the least days, open episodes too"),
)
BELOW = tuple(column.name for column in TIME_BELOW if column.type is FLOAT)


def estimate_nadirs(nadirs: pa.Table) -> pa.Table:
    """`NADIRS` from `nadir_counts`."""
    rows = []
    for key, own in each_course(nadirs):
        value, episodes = _nadir(own), numbers(own, "episodes")
        quarter, median, three = quantiles(value, episodes)
        rows.append(
            key
            | {
                "episodes": int(episodes.sum()),
                "with_comparator": number_of(own, "episodes", comparator=COMPARATORS),
                "lowest": float(value.min()),
                "quarter": quarter,
                "median": median,
                "three_quarters": three,
            }
        )
    return make_estimates(NADIRS, rows)


def estimate_nadir_limits(nadirs: pa.Table, limits: tuple[Limit, ...]) -> pa.Table:
    """`NADIR_LIMITS` from `nadir_counts`, for the limits of `find_limits` or others."""
    rows = []
    for key, own in each_course(nadirs):
        episodes = numbers(own, "episodes")
        said = [COMPARATORS.index(word) if word else -1 for word in own["comparator"].to_pylist()]
        nadir = (_nadir(own), np.asarray(said))
        for limit in limits:
            beyond = limit.is_crossed(*nadir)
            n, of = int(episodes[beyond].sum()), int(episodes.sum())
            share, low, high = exact_proportions(np.asarray([n]), np.asarray([of]))
            unsure = int(episodes[~beyond & ~limit.is_kept(*nadir)].sum())
            counts = {"limit": limit.word, "episodes": of, "beyond": n, "unsure": unsure}
            rows.append(key | counts | {"share": share[0], "share_low": low[0], "share_high": high[0]})
    return make_estimates(NADIR_LIMITS, rows)


def estimate_time_below(below: pa.Table) -> pa.Table:
    """`TIME_BELOW` from `below_counts`."""
    rows = []
    for key, of_course in each_course(below):
        for limit, own in each_of(of_course, "limit"):
            closed = own.filter(pa.array(np.isin(own["status"].to_numpy(), CLOSED)))
            least, most = numbers(closed, "least_days"), numbers(closed, "most_days")
            episodes, known = numbers(closed, "episodes"), most != NULL
            days = [*quantiles(least, episodes), *quantiles(most[known], episodes[known])]
            counts = {
                "limit": limit,
                "episodes": number_of(own, "episodes"),
                "open": number_of(own, "episodes") - int(episodes.sum()),
                "no_most": int(episodes[~known].sum()),
                "least_sum": int((numbers(own, "least_days") * numbers(own, "episodes")).sum()),
            }
            rows.append(key | counts | dict(zip(BELOW, days, strict=True)))
    return make_estimates(TIME_BELOW, rows)


def _nadir(nadirs: pa.Table) -> Array:
    """Nadirs in 10^9/L; exact, for cells/L are whole numbers."""
    return numbers(nadirs, "nadir_per_l") / PER_L
