"""Grades, days and cheap columns for the rival of pandas and NumPy."""

import numpy as np
import pandas as pd

from bench import rules

COMPARATORS = ["<", "<=", ">", ">="]
REASONS = ["no_lln", "undecided_comparator"]
NUMBER_REASONS = ["no_lln", "not_numeric_term"]
LIMITS = pd.DataFrame([vars(limits) for limits in rules.LIMITS])
UNIT_OF, REASON_OF = pd.Categorical(LIMITS["unit"]), pd.Categorical(LIMITS["reason_v6"], NUMBER_REASONS)
V5, V6 = np.array([0.5, 1.0, 1.5]), np.array([0.1, 0.5, 1.0, 1.5])
NO_LLN, UNDECIDED, NONE = np.int8(0), np.int8(1), np.int8(-1)
Columns = tuple[pd.arrays.IntegerArray, pd.Categorical, pd.arrays.IntegerArray, pd.Categorical]


def days_of(times: pd.Series) -> np.ndarray:
    """Days since 1970 of the calendar date of each time."""
    return times.to_numpy("datetime64[us]").view("int64") // 86_400_000_000


def integers(values: np.ndarray, missing: np.ndarray) -> pd.arrays.IntegerArray:
    """Whole numbers that can be null."""
    return pd.arrays.IntegerArray(values, missing)


def same_word(word: str | None, n: int) -> pd.Categorical:
    """One word, or nothing, in every row: a byte a row."""
    return pd.Categorical.from_codes(np.full(n, -1 if word is None else 0, "int8"), [word] if word else [])


def grade(values: pd.Series, lln: pd.Series, comparators: pd.Series | None = None) -> pd.DataFrame:
    """The grades of neutrophil counts and the reasons of missing ones; a comparator means all it allows."""
    codes = None if comparators is None else pd.Categorical(comparators, categories=COMPARATORS).codes
    columns = grades(values.to_numpy("float64"), lln.to_numpy("float64"), codes)
    return pd.DataFrame(dict(zip(("grade_v5", "reason_v5", "grade_v6", "reason_v6"), columns, strict=True)), copy=False)


def grades(values: np.ndarray, lln: np.ndarray | None = None, comparator: np.ndarray | None = None) -> Columns:
    """The four grade columns; `lln` NaN is unknown, `comparator` -1 is none."""
    v5 = (4 - V5.searchsorted(values, "right")).astype("int8")  # 1 is still to be settled by the LLN
    v6 = (4 - V6.searchsorted(values, "right")).astype("int8")
    high = values >= 1.5
    if lln is None:
        reason_v5 = np.where(high, NO_LLN, NONE)
    else:
        v5[values >= np.fmax(lln, 1.5)] = 0
        reason_v5 = np.where(high & np.isnan(lln), NO_LLN, NONE)
    reason_v6 = np.full(len(values), NONE)
    if comparator is not None:
        rows = np.flatnonzero(comparator >= 0)  # few: only they are looked at again
        which, value = comparator[rows], values[rows]
        limit = np.full(len(rows), np.nan) if lln is None else lln[rows]
        above = (which >= 2) & (value >= 1.5)

        def worst(edge: float) -> np.ndarray:
            return ((which == 0) & (value <= edge)) | ((which == 1) & (value < edge))

        normal = above & (value >= limit)
        v5[rows] = np.where(normal, 0, 4)
        reason_v5[rows] = np.select([worst(0.5) | normal, above & np.isnan(limit)], [NONE, NO_LLN], UNDECIDED)
        v6[rows] = np.where(above, 0, 4)
        reason_v6[rows] = np.where(worst(0.1) | above, NONE, UNDECIDED)
    return (
        integers(v5, reason_v5 >= 0), pd.Categorical.from_codes(reason_v5, REASONS),
        integers(v6, reason_v6 >= 0), pd.Categorical.from_codes(reason_v6, REASONS),
    )  # fmt: skip


def grades_by_analyte(values: np.ndarray, analyte: np.ndarray) -> tuple[pd.Categorical | pd.arrays.IntegerArray, ...]:
    """Units and the five grade columns, by the limits of each row's analyte; a limit that is NaN is never met."""
    of = {name: LIMITS[name].to_numpy("float64")[analyte] for name in LIMITS.columns[3:10]}
    v5, v6 = np.full(len(values), NONE), LIMITS["least_v6"].fillna(NONE).to_numpy("int8")[analyte]
    for name, limit in of.items():
        (v5 if name.startswith("v5") else v6)[values < limit] = int(name[-1])
    high = np.where(LIMITS["high_3"].notna(), np.int8(0), NONE)[analyte]
    for grade in (2, 3):
        high[values > LIMITS[f"high_{grade}"].to_numpy("float64")[analyte]] = grade
    reason_v6 = np.where(v6 < 0, REASON_OF.codes[analyte], NONE)
    return (
        UNIT_OF.take(analyte), integers(v5, v5 < 0),
        pd.Categorical.from_codes(np.where(v5 < 0, NO_LLN, NONE), NUMBER_REASONS), integers(v6, v6 < 0),
        pd.Categorical.from_codes(reason_v6, NUMBER_REASONS), integers(high, high < 0),
    )  # fmt: skip
