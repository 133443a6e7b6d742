"""How well anybody looked: gaps between counts, and the share of time in which an episode could have gone unseen."""

from typing import Any

import numpy as np
import pyarrow as pa

from leukon.cohort.counts import CohortCounts
from leukon.cohort.exact import shares
from leukon.cohort.figures import FLOAT, Figures, Margin, Numbers, Row, Split, make_figures
from leukon.cohort.schema import COUNTS, COURSE, DRUG, INT, WINDOW, WINDOWS
from leukon.cohort.tested import UNSEEN_DAYS
from leukon.events.schema import Column

OVER_DAYS = (30, 60, 90, 180)
"""Lengths of longest gaps that are counted."""


def _derive_watch(x: Numbers) -> Numbers:
    return {
        "never_tested_share": shares(x["never_tested"], x["persons"]),
        "tests_per_30_days": shares(x["tests"], x["follow_up_days"] / 30),
        "unseen_share": shares(x["unseen_days"], x["follow_up_days"]),
    }


def _derive_gaps(x: Numbers) -> Numbers:
    return {"unseen_share": shares(x["unseen_days"], x["follow_up_days"])}


_UNSEEN_SHARE = Column("unseen_share", FLOAT, "unseen_days / follow_up_days")
WATCH = Figures(
    keys=(DRUG, COURSE, WINDOW),
    counts=COUNTS["test_counts"].values,
    derived=(
        Column("never_tested_share", FLOAT, "never_tested / persons"),
        Column("tests_per_30_days", FLOAT, "tests for each 30 days of follow-up"),
        _UNSEEN_SHARE,
    ),
    derive=_derive_watch,
    amounts={"follow_up_days": "persons", "unseen_days": "persons"},
    sums=(
        Split("persons", ("never_tested",), whole=False),
        Split("tests", ("tests_with_symptoms",), whole=False),
        Margin("window", ("tests", "tests_with_symptoms"), "course", ("year_1", "year_2", "later")),
        Margin("window", ("tests", "tests_with_symptoms"), "year_1", ("months_3",), whole=False),
    ),
)
GAPS = Figures(
    keys=(DRUG, COURSE, Column("episode_days", INT, "length of the episode that may go unseen")),
    counts=(
        Column("persons", INT, "persons followed"),
        Column("tested", INT, "of these, persons with an ANC in the course"),
        *(Column(f"longest_over_{n}", INT, f"of these, with a gap of more than {n} days before their last ANC")
          for n in OVER_DAYS),
        Column("longest_median_days", INT, "median of the longest gaps of those tested; null: nobody"),
        Column("follow_up_days", INT, "days of follow-up"),
        Column("unseen_days", INT, "of these, days on which such an episode could begin and end unseen"),
    ),
    derived=(_UNSEEN_SHARE,),
    derive=_derive_gaps,
    amounts={"longest_median_days": "tested", "follow_up_days": "persons", "unseen_days": "persons"},
    sums=(
        Split("persons", ("tested",), whole=False),
        *(Split(whole, (f"longest_over_{n}",), whole=False)
          for whole, n in zip(("tested", *(f"longest_over_{n}" for n in OVER_DAYS)), OVER_DAYS, strict=False)),
    ),
)  # fmt: skip


def describe_watch(counts: CohortCounts) -> pa.Table:
    """Tests, persons never tested and unseen time (episodes of 5 days), by course and window: columns of `WATCH`."""
    rows = counts.test_counts.to_pylist()
    return make_figures(WATCH, sorted(rows, key=lambda x: (x["drug"], x["course"], WINDOWS.index(x["window"]))))


def describe_gaps(counts: CohortCounts, episode_days: int = UNSEEN_DAYS) -> pa.Table:
    """Longest gaps, and the share of time in which an episode of so many days could have gone unseen, by course.

    An episode of D days goes unseen in a gap of g days if it begins on one of the first g - D days of it; after the
    last count on any. This is what could have been seen, not what was there.

    Parameters
    ----------
    counts
        Of the whole cohort (decision 17).
    episode_days
        Length of the episode: at least 1 day.

    Returns
    -------
    pyarrow.Table
        The columns of `GAPS`, one row a course.

    Raises
    ------
    ValueError
        If `episode_days` is not at least 1.
    """
    if episode_days < 1:
        raise ValueError("an episode has at least one day")
    by_course: dict[tuple[Any, ...], list[Row]] = {}
    for row in counts.gap_counts.to_pylist():
        by_course.setdefault((row["drug"], row["course"]), []).append(row)
    return make_figures(GAPS, [_describe(key, rows, episode_days) for key, rows in by_course.items()])


def _describe(key: tuple[Any, ...], rows: list[Row], episode_days: int) -> Row:
    kind = np.array([row["kind"] for row in rows])
    days, number = (np.array([row[name] for row in rows]) for name in ("gap_days", "gaps"))
    longest, last = kind == "longest", kind == "after_last"
    unseen = np.where(last, days, np.maximum(days - episode_days, 0))
    return {
        "drug": key[0],
        "course": key[1],
        "episode_days": episode_days,
        "persons": int(number[last].sum()),
        "tested": int(number[longest].sum()),
        **{f"longest_over_{n}": int(number[longest & (days > n)].sum()) for n in OVER_DAYS},
        "longest_median_days": _median(days[longest], number[longest]),
        "follow_up_days": int((days * number)[~longest].sum()),
        "unseen_days": int((unseen * number)[~longest].sum()),
    }


def _median(value: np.ndarray, number: np.ndarray) -> int | None:
    if not number.sum():
        return None
    order = value.argsort()
    return int(value[order][number[order].cumsum().searchsorted(number.sum() / 2)])
