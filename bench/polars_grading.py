"""Grades and days for the Polars leg."""

from collections.abc import Callable

import polars as pl

Reason = pl.Enum(["no_lln", "undecided_comparator"])
NumberReason = pl.Enum(["no_lln", "not_numeric_term"])
subject, course = pl.col("subject_id"), pl.col("course")


def days(later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    """Calendar days from one date to another."""
    return later.cast(pl.Int32) - earlier.cast(pl.Int32)


def grade(values: pl.Series, lln: pl.Series, comparators: pl.Series | None = None) -> pl.DataFrame:
    """The grades of neutrophil counts and the reasons of missing ones; a comparator means all it allows."""
    columns = {"value": values, "lln": lln} | ({} if comparators is None else {"comparator": comparators})
    comparator = None if comparators is None else pl.col("comparator")
    return pl.DataFrame(columns).select(*grades(pl.col("lln"), comparator))


def grades(lln: pl.Expr | None, comparator: pl.Expr | None = None) -> list[pl.Expr]:
    """The four grade columns of `value` as expressions."""
    value, unknown = pl.col("value"), pl.lit(None, pl.Int8)
    mild = unknown if lln is None else pl.when(value < lln).then(pl.lit(1, pl.Int8)).when(value >= lln).then(0)
    no_lln = pl.lit("no_lln", Reason)
    v5 = (
        pl.when(value >= 1.5)
        .then(mild)
        .when(value >= 1.0)
        .then(pl.lit(2, pl.Int8))
        .when(value >= 0.5)
        .then(3)
        .otherwise(4)
    )
    v6 = pl.when(value >= 1.5).then(pl.lit(0, pl.Int8)).when(value >= 1.0).then(1).when(value >= 0.5).then(2)
    v6 = v6.when(value >= 0.1).then(3).otherwise(4)
    needs_lln = value >= 1.5 if lln is None else (value >= 1.5) & lln.is_null()
    reason_v5, reason_v6 = pl.when(needs_lln).then(no_lln), pl.lit(None, Reason)
    if comparator is not None:
        undecided, exact = pl.lit("undecided_comparator", Reason), comparator.is_null()
        below, at_most, above = comparator == "<", comparator == "<=", comparator.is_in([">", ">="])

        def worst(limit: float) -> pl.Expr:
            return (below & (value <= limit)) | (at_most & (value < limit))

        four = pl.lit(4, pl.Int8)
        high = above & (value >= 1.5)
        decided = pl.when(high & (value >= lln)).then(pl.lit(0, pl.Int8))
        v5 = pl.when(exact).then(v5).when(worst(0.5)).then(four).otherwise(decided)
        reason_v5 = pl.when(exact | (high & lln.is_null())).then(reason_v5)
        reason_v5 = reason_v5.when(~worst(0.5) & ~(high & (value >= lln))).then(undecided)
        v6 = pl.when(exact).then(v6).when(worst(0.1)).then(four).when(high).then(pl.lit(0, pl.Int8))
        reason_v6 = pl.when(~exact & ~worst(0.1) & ~high).then(undecided)
    return [
        v5.alias("grade_v5"), reason_v5.alias("reason_v5"), v6.alias("grade_v6"), reason_v6.alias("reason_v6")
    ]  # fmt: skip


def grades_by_analyte(limit: Callable[[str], pl.Expr]) -> list[pl.Expr]:
    """The five grade columns of `value`, by the limits of each row's analyte; a limit that is null is never met."""
    value, unknown = pl.col("value"), pl.lit(None, pl.Int8)

    def below(edition: str, least: pl.Expr, grades: tuple[int, ...]) -> pl.Expr:
        found = least
        for grade in grades:
            found = pl.when(value < limit(f"{edition}_{grade}")).then(pl.lit(grade, pl.Int8)).otherwise(found)
        return found

    v5, v6 = below("v5", unknown, (2, 3, 4)), below("v6", limit("least_v6"), (1, 2, 3, 4))
    high = pl.when(limit("high_3").is_not_null()).then(pl.lit(0, pl.Int8))
    for grade in (2, 3):
        high = pl.when(value > limit(f"high_{grade}")).then(pl.lit(grade, pl.Int8)).otherwise(high)
    return [
        v5.alias("grade_v5"), pl.when(v5.is_null()).then(pl.lit("no_lln", NumberReason)).alias("reason_v5"),
        v6.alias("grade_v6"), pl.when(v6.is_null()).then(limit("reason_v6")).alias("reason_v6"),
        high.alias("high_grade"),
    ]  # fmt: skip
