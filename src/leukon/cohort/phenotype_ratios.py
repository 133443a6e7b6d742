"""Immune cells over time: quartiles of their ratio to the baseline, and of the share of LGL, by period."""

import numpy as np
import pyarrow as pa

from leukon.cohort.of_courses import OF_COURSE, each_course, each_of, make_estimates, number_of, numbers, quantiles
from leukon.cohort.phenotype import BINS, PERIODS
from leukon.cohort.schema import DRUG, INT, TEXT
from leukon.events.arrays import NULL
from leukon.events.schema import COMPARATORS, Column

FLOAT = pa.float64()
FROM = Column("from_day", INT, "first day of the period since the course's start")
TO = Column("to_day", INT, "its last day; null: it has none")
_SAID = (("quarter", "lower quartile"), ("median", "median"), ("three_quarters", "upper quartile"))
PHENOTYPES = (
    DRUG,
    OF_COURSE,
    Column("analyte", TEXT, "cd4, cd8, nk or b_cells"),
    FROM,
    TO,
    Column("persons", INT, "persons with a value in the period; course null: once for each of their courses"),
    Column("no_baseline", INT, "of these, without a value before the course: not among the quartiles"),
    Column("zero_baseline", INT, "of these, with a baseline of 0: not among the quartiles"),
    Column("not_known", INT, "of these, with a ratio that may be anything, as <0.01 of <0.02: not among them"),
    Column("at_most", INT, "of these, with a ratio known only from above, as <0.01 of 0.2"),
    Column("at_least", INT, "of these, with a ratio known only from below"),
    *(
        Column(f"{name}_{end}", FLOAT, f"{end} end of what the {said} of value / baseline may be, from bins 2.3 % wide")
        for name, said in _SAID
        for end in ("low", "high")
    ),
)
LGL_SHARES = (
    DRUG,
    OF_COURSE,
    FROM,
    TO,
    Column("persons", INT, "persons with a percentage in the period; course null: once for each of their courses"),
    Column("with_comparator", INT, "of these, with one such as <5; quartiles take the number it names"),
    *(Column(name, FLOAT, f"{said} of LGL in % of the lymphocytes, whole percents downwards") for name, said in _SAID),
)


def estimate_phenotypes(phenotypes: pa.Table) -> pa.Table:
    """`PHENOTYPES` from `phenotype_counts`.

    A ratio known only from above may be 0, one known only from below infinite: a quartile lies between its two ends,
    an end is null where it is not bounded.
    """
    rows = []
    for key, of_course in each_course(phenotypes):
        for analyte, of_analyte in each_of(of_course, "analyte"):
            for start, own in each_of(of_analyte, "from_day"):
                counts = {name: number_of(own, "persons", ratio=[name]) for name in _NAMED}
                counts |= {"persons": number_of(own, "persons"), "analyte": analyte}
                rows.append(key | counts | _period(start) | _ratios(own))
    return make_estimates(PHENOTYPES, rows)


def estimate_lgl(lgl: pa.Table) -> pa.Table:
    """`LGL_SHARES` from `lgl_counts`."""
    rows = []
    for key, of_course in each_course(lgl):
        for start, own in each_of(of_course, "from_day"):
            persons = numbers(own, "persons")
            counts = {
                "persons": int(persons.sum()),
                "with_comparator": number_of(own, "persons", comparator=COMPARATORS),
            }
            found = quantiles(numbers(own, "percent"), persons)
            named = dict(zip([name for name, _ in _SAID], found, strict=True))
            rows.append(key | counts | _period(start) | named)
    return make_estimates(LGL_SHARES, rows)


_NAMED = ("no_baseline", "zero_baseline", "not_known", "at_most", "at_least")


def _period(start: int) -> dict[str, int | None]:
    later = PERIODS[start < PERIODS]
    return {"from_day": start, "to_day": int(later[0]) - 1 if later.size else None}


def _ratios(own: pa.Table) -> dict[str, float | None]:
    """Both ends of each quartile: with every ratio as low, and as high, as it may be."""
    ratio, grid, persons = own["ratio"].to_numpy(), numbers(own, "ratio_bin"), numbers(own, "persons")
    known = grid != NULL
    ratio, grid, persons = ratio[known], grid[known].astype(float), persons[known]
    low = quantiles(np.where(ratio == "at_most", -np.inf, grid), persons)
    high = quantiles(np.where(ratio == "at_least", np.inf, grid + 1), persons)
    found: dict[str, float | None] = {}
    for (name, _), least, most in zip(_SAID, low, high, strict=True):
        found[f"{name}_low"] = None if least is None else 10 ** (least / BINS)
        found[f"{name}_high"] = None if most is None or most == np.inf else 10 ** (most / BINS)
    return found
