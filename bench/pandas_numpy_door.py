"""Messy rows for the rival of pandas and NumPy: what was known, each result once, in result units."""

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from bench import rules
from bench.pandas_door import COLUMNS, CONCEPTS, CONTENT, pick_standing

NONE = len(CONCEPTS)  # a code that nobody asks for


def read(path: str | Path, as_of: date | datetime, first_row: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Results and doses known at `as_of`, in result units, sorted, from one MEDS file.

    Results have row, subject_id, time, analyte, value; at one time they are sorted by analyte, the higher first.
    """
    events = pd.read_parquet(path, columns=COLUMNS)
    end = np.datetime64(rules.end_of(as_of), "us")
    recorded = events["recorded_time"].to_numpy()
    rows = np.flatnonzero((events["time"].to_numpy() <= end) & ~(recorded > end))
    concept = _by_category(events["code"], CONCEPTS, NONE, "int8")[rows]
    number, per = events["numeric_value"].to_numpy("float64"), _by_category(events["unit"], rules.WHOLES, np.nan)
    value = ((number * rules.WHOLE).round() / per)[rows]
    subject, time = (events[name].to_numpy()[rows] for name in ("subject_id", "time"))
    order, key = _sort(subject, time, concept, value)
    tied = np.zeros(len(order), bool)
    same = key[1:] == key[:-1]
    tied[1:] |= same
    tied[:-1] |= same
    met_twice = events.loc[rows[order[tied]], [*CONTENT, "source_id"]]
    stands = pick_standing(met_twice.assign(key=key[tied], value=value[order[tied]]))
    order = order[~tied | np.isin(rows[order], stands)]
    is_dose, is_result = concept[order] >= len(rules.ANALYTES), ~np.isnan(value[order])
    is_result &= ~is_dose
    measured, doses = order[is_result], order[is_dose & (concept[order] < NONE)]
    return (
        pd.DataFrame(
            {
                "row": rows[measured] + first_row, "subject_id": subject[measured], "time": time[measured],
                "analyte": pd.Categorical.from_codes(concept[measured], rules.ANALYTES), "value": value[measured],
            },
            copy=False,
        ),
        pd.DataFrame(
            {
                "subject_id": subject[doses], "time": time[doses],
                "concept": pd.Categorical.from_codes(
                    concept[doses] - len(rules.ANALYTES), list(rules.CONCEPTS.values())
                ),
                "amount_mg": value[doses],
            },
            copy=False,
        ),
    )  # fmt: skip


def _by_category(column: pd.Series, words: dict[str, float], missing: float, kind: str = "float64") -> np.ndarray:
    """What `words` says of each row; looked up once a category, not once a row."""
    said = [words.get(word, missing) for word in column.cat.categories]
    return np.array([*said, missing], kind)[column.cat.codes]


def _sort(subject: np.ndarray, time: np.ndarray, concept: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, ...]:
    """Order by subject, time, concept and value (higher first), and a number for the first three, sorted."""
    new = np.ones(len(time), bool)
    new[1:] = (subject[1:] != subject[:-1]) | (time[1:] != time[:-1])
    back = (subject[1:] < subject[:-1]) | ((subject[1:] == subject[:-1]) & (time[1:] < time[:-1]))
    if back.any():
        order = np.lexsort((-value, concept, time, subject))
        subject, time, concept = subject[order], time[order], concept[order]
        new[1:] = (subject[1:] != subject[:-1]) | (time[1:] != time[:-1])
        return order, new.cumsum() << 4 | concept
    key = new.cumsum() << 4 | concept
    order = key.argsort(kind="stable")
    key = key[order]
    same = np.flatnonzero(key[1:] == key[:-1])
    tied = np.union1d(same, same + 1)
    order[tied] = order[tied][np.lexsort((-value[order[tied]], key[tied]))]
    return order, key
