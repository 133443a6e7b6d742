"""Messy rows for the pandas rival: what was known, each result once, in result units."""

from datetime import date, datetime
from pathlib import Path

import pandas as pd

from bench import rules

CONTENT = ["numeric_value", "unit", "status", "recorded_time"]
COLUMNS = ["subject_id", "time", "code", *CONTENT, "source_id"]
NAMES = [*rules.ANALYTES, *rules.CONCEPTS.values()]
CONCEPTS = {code: NAMES.index(name) for code, name in (rules.CODES | rules.CONCEPTS).items()}


def read(path: str | Path, as_of: date | datetime, first_row: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Results and doses known at `as_of`, in result units, sorted, from one MEDS file.

    Results have row, subject_id, time, analyte, value; at one time they are sorted by analyte, the higher first.
    """
    end = rules.end_of(as_of)
    events = pd.read_parquet(path, columns=COLUMNS, engine="pyarrow")
    rows = events[(events["time"] <= end) & ~(events["recorded_time"] > end)]
    concept = rows["code"].map(rules.CODES | rules.CONCEPTS).astype(pd.CategoricalDtype(NAMES, ordered=True))
    per = rows["unit"].map(rules.WHOLES).astype("float64")
    value = (rows["numeric_value"].astype("float64") * rules.WHOLE).round() / per
    rows = rows.drop(columns="code").assign(concept=concept, value=value)
    by = ["subject_id", "time", "concept", "value"]
    rows = rows.dropna(subset="concept").sort_values(by, ascending=[True, True, True, False])
    changes = (rows[by[:3]] != rows[by[:3]].shift()).any(axis=1)
    rows = rows.assign(key=changes.cumsum())
    # Few rows share whose, when and what with a neighbour: only among them versions and copies are looked for.
    tied = ~changes | ~changes.shift(-1, fill_value=True)
    rows = rows[~tied | rows.index.isin(pick_standing(rows[tied]))]
    is_dose = rows["concept"].isin(list(rules.CONCEPTS.values()))
    results = rows[~is_dose & rows["value"].notna()]
    analyte = results["concept"].cat.remove_unused_categories().cat.set_categories(rules.ANALYTES)
    doses = rows.loc[is_dose, ["subject_id", "time"]].assign(
        concept=rows.loc[is_dose, "concept"].cat.set_categories(list(rules.CONCEPTS.values())),
        amount_mg=rows.loc[is_dose, "value"],
    )
    results = results[["subject_id", "time", "value"]].assign(row=results.index + first_row, analyte=analyte)
    return results.reset_index(drop=True), doses


def pick_standing(met_twice: pd.DataFrame) -> pd.Index:
    """Of the versions of one result the one recorded last, of equal rows without `source_id` the first.

    The index is the number of the row; rows of one subject, time and concept have one `key`.
    """
    best_first = met_twice.assign(corrected=met_twice["status"] == "corrected", row=met_twice.index).sort_values(
        ["recorded_time", "corrected", "value", "row"], ascending=[False, False, True, True]
    )
    has_source = best_first["source_id"].notna()
    versions = best_first[has_source].drop_duplicates(["key", "source_id"])
    copies = best_first[~has_source].drop_duplicates(["key", *CONTENT])
    return versions.index.append(copies.index)
