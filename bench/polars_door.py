"""Messy rows for the Polars leg: what was known, each result once, in result units."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl

from bench import rules
from bench.polars_grading import NumberReason, subject

Analyte = pl.Enum(rules.ANALYTES)
CONCEPTS = rules.CODES | rules.CONCEPTS
Concept = pl.Enum([*rules.ANALYTES, *rules.CONCEPTS.values()])
TYPES = {"unit": pl.Enum([rules.UNIT, "g/L"]), "least_v6": pl.Int8, "reason_v6": NumberReason}
LIMITS = pl.DataFrame(
    [vars(limits) for limits in rules.LIMITS],
    schema_overrides=dict.fromkeys(list(vars(rules.LIMITS[0]))[3:], pl.Float64) | TYPES,
    infer_schema_length=None,
)
CONTENT = ["numeric_value", "unit", "status", "recorded_time"]


def of_analyte(name: str) -> pl.Expr:
    """A column of the limits, for each row that of its analyte."""
    return pl.lit(LIMITS[name]).gather(pl.col("analyte").to_physical())


def read(
    path: str | Path | Sequence[Path], as_of: date | datetime, first_row: int = 1
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Results and doses known at `as_of`, in result units, sorted, from one MEDS file or several.

    Results have row, subject_id, time, analyte, value; at one time they are sorted by analyte, the higher first.
    """
    end = rules.end_of(as_of)
    rows = pl.scan_parquet(path, row_index_name="row", row_index_offset=first_row)
    rows = rows.filter(pl.col("time") <= end, (pl.col("recorded_time") <= end).fill_null(True))
    concept = pl.col("code").replace_strict(CONCEPTS, default=None, return_dtype=Concept)
    per = pl.col("unit").replace_strict(rules.WHOLES, default=None, return_dtype=pl.Float64)
    value = (pl.col("numeric_value").cast(pl.Float64) * rules.WHOLE).round() / per
    rows = rows.select("row", subject, "time", *CONTENT, "source_id", concept=concept, value=value)
    standing = _settle_versions(_sorted(rows.collect()))
    is_dose = pl.col("concept").is_in(list(rules.CONCEPTS.values()))
    doses = standing.filter(is_dose).select(subject, "time", pl.col("concept").cast(pl.String), amount_mg="value")
    measured = standing.filter(~is_dose & pl.col("value").is_not_null())
    return measured.select("row", subject, "time", pl.col("concept").cast(Analyte).alias("analyte"), "value"), doses


def _sorted(rows: pl.DataFrame) -> pl.DataFrame:
    """By subject, time and concept, which `key` numbers; rows that are so already are not sorted again."""
    changes = (subject != subject.shift()) | (pl.col("time") != pl.col("time").shift())
    later = (subject > subject.shift()) | ((subject == subject.shift()) & (pl.col("time") >= pl.col("time").shift()))
    if not rows.select(later.all()).item():
        rows = rows.sort(subject, "time", maintain_order=True)
    moment = changes.fill_null(True).cum_sum().cast(pl.Int64)
    rows = rows.with_columns(key=moment * 16 + pl.col("concept").to_physical().fill_null(15))
    return rows if rows["key"].is_sorted() else rows.sort("key", maintain_order=True)


def _settle_versions(rows: pl.DataFrame) -> pl.DataFrame:
    """Of the versions of one result the one recorded last, of equal rows without `source_id` the first.

    Few rows share whose, when and what with a neighbour: only among them versions and copies are looked for.
    """
    key, row = pl.col("key"), pl.col("row")
    met_twice = (key == key.shift()).fill_null(False) | (key == key.shift(-1)).fill_null(False)
    best_first = rows.filter(met_twice).sort(
        pl.col("recorded_time"), pl.col("status") == "corrected", "value", "row",
        descending=[True, True, False, False], nulls_last=True,
    )  # fmt: skip
    has_source = pl.col("source_id").is_not_null()
    stands = [
        best_first.filter(has_source).unique(["key", "source_id"], keep="first"),
        best_first.filter(~has_source).unique(["key", *CONTENT], keep="first"),
    ]
    beaten = best_first.join(pl.concat(stands), on="row", how="anti")["row"]
    standing = rows.filter(~row.is_in(beaten.implode()))
    if standing.select((key == key.shift()).any()).item():  # several counts of one analyte at one time
        standing = standing.sort("key", "value", descending=[False, True])
    return standing
