"""Grades and days for the pandas rival: `cut` into bands, then `mask` and `where`."""

import pandas as pd

from bench import rules

REASONS = ["no_lln", "undecided_comparator"]
NONE, NO_LLN, UNDECIDED = -1, 0, 1
NUMBER_REASONS = ["no_lln", "not_numeric_term"]
LIMITS = pd.DataFrame([vars(limits) for limits in rules.LIMITS]).set_index("analyte")
INFINITY = float("inf")
V5, V6 = [-INFINITY, 0.5, 1.0, 1.5, INFINITY], [-INFINITY, 0.1, 0.5, 1.0, 1.5, INFINITY]


def days(later: pd.Series, earlier: pd.Series) -> pd.Series:
    """Calendar days from one date to another, null if one of them is."""
    return (later - earlier).dt.days.astype("Int32")


def grade(values: pd.Series, lln: pd.Series, comparators: pd.Series | None = None) -> pd.DataFrame:
    """The grades of neutrophil counts and the reasons of missing ones; a comparator means all it allows."""
    codes = _grade_exact(values, lln)
    if comparators is not None:
        bounded = comparators.notna()  # few: only they are graded again
        codes.loc[bounded] = _grade_bounds(values[bounded], lln[bounded], comparators[bounded])
    return _decode(codes)


def grades(values: pd.Series) -> pd.DataFrame:
    """The four grade columns of exact counts without an LLN."""
    return _decode(_grade_exact(values))


def _grade_exact(values: pd.Series, lln: pd.Series | None = None) -> pd.DataFrame:
    """Grades, and reasons as codes; `lln` NaN is unknown."""
    high = values >= 1.5
    v5 = 4 - pd.cut(values, V5, right=False, labels=False).astype("int8")  # 1 is still to be settled by the LLN
    v6 = 4 - pd.cut(values, V6, right=False, labels=False).astype("int8")
    unknown = high
    if lln is not None:
        v5 = v5.mask(high & (values >= lln), 0)
        unknown = high & lln.isna()
    none = pd.Series(NONE, values.index, dtype="int8")
    return pd.DataFrame({"v5": v5, "reason_v5": none.mask(unknown, NO_LLN), "v6": v6, "reason_v6": none})


def _grade_bounds(values: pd.Series, lln: pd.Series, comparators: pd.Series) -> pd.DataFrame:
    """Counts with a comparator: grade 4 or 0 if every value they allow has it, and no other grade can be known."""
    below, at_most = comparators == "<", comparators == "<="
    high = comparators.isin([">", ">="]) & (values >= 1.5)
    normal = high & (values >= lln)

    def worst(edge: float) -> pd.Series:
        return (below & (values <= edge)) | (at_most & (values < edge))

    four = pd.Series(4, values.index, dtype="int8")
    undecided = pd.Series(UNDECIDED, values.index, dtype="int8")
    reason_v5 = undecided.mask(high & lln.isna(), NO_LLN).mask(normal | worst(0.5), NONE)
    reason_v6 = undecided.mask(high | worst(0.1), NONE)
    return pd.DataFrame(
        {"v5": four.mask(normal, 0), "reason_v5": reason_v5, "v6": four.mask(high, 0), "reason_v6": reason_v6}
    )


def _decode(codes: pd.DataFrame) -> pd.DataFrame:
    """Grades that are null where there is a reason, and the reasons as words."""
    return pd.DataFrame(
        {
            "grade_v5": codes["v5"].astype("Int8").mask(codes["reason_v5"] != NONE),
            "reason_v5": pd.Categorical.from_codes(codes["reason_v5"], REASONS),
            "grade_v6": codes["v6"].astype("Int8").mask(codes["reason_v6"] != NONE),
            "reason_v6": pd.Categorical.from_codes(codes["reason_v6"], REASONS),
        },
        copy=False,
    )


def grades_by_analyte(values: pd.Series, analyte: pd.Series) -> dict[str, pd.Series]:
    """Analyte, unit and the grade columns, by the limits of each row's analyte; a limit that is NaN is never met."""

    def of_analyte(name: str) -> pd.Series:
        return analyte.map(LIMITS[name].astype("float64")).astype("float64")

    def below(edition: str, least: pd.Series, grades: tuple[int, ...]) -> pd.Series:
        for grade in grades:
            least = least.mask(values < of_analyte(f"{edition}_{grade}"), grade)
        return least.astype("Int8")

    none = pd.Series(float("nan"), values.index)
    v5, v6 = below("v5", none, (2, 3, 4)), below("v6", of_analyte("least_v6"), (1, 2, 3, 4))
    high = none.mask(of_analyte("high_3").notna(), 0)
    high = high.mask(values > of_analyte("high_2"), 2).mask(values > of_analyte("high_3"), 3)
    no_lln = pd.Series(pd.Categorical(["no_lln"], NUMBER_REASONS).repeat(len(values)), values.index)
    reason_v6 = analyte.map(LIMITS["reason_v6"]).astype(pd.CategoricalDtype(NUMBER_REASONS))
    return {
        "analyte": analyte, "unit": analyte.map(LIMITS["unit"]).astype("category"), "grade_v5": v5,
        "reason_v5": no_lln.where(v5.isna()), "grade_v6": v6, "reason_v6": reason_v6.where(v6.isna()),
        "high_grade": high.astype("Int8"),
    }  # fmt: skip
