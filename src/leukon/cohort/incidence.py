"""How often: persons, events and person-time for each course, window and limit, and how well anybody looked."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from leukon.cohort.counts import CohortCounts
from leukon.cohort.exact import exact_proportions, exact_rates, shares
from leukon.cohort.figures import FLOAT, Figures, Margin, Numbers, Row, Split, make_figures, of_entries, sum_by
from leukon.cohort.limits import depth_of, grades_of
from leukon.cohort.schema import COUNTS, COURSE, DRUG, INT, LIMIT, WINDOW, WINDOWS
from leukon.events.schema import Column

YEARS_100 = 36_525
"""Days in 100 years."""
AT_RISK = ("clear",)
"""Entry of the incidence proper (decision 17)."""
_ADDED = ("events", "events_with_symptoms", "unsure_events", "first_events", "tests", "tests_with_symptoms")
_ENDS = ("", "_low", "_high")
_OF_TESTS = {
    "persons": "followed",
    "never_tested": "never_tested",
    "tests": "tests",
    "tests_with_symptoms": "tests_with_symptoms",
    "follow_up_days": "follow_up_days",
}


def _derive(x: Numbers) -> Numbers:
    found = [
        ("proportion", exact_proportions(x["with_event"], x["persons"])),
        ("rate", exact_rates(x["events"], x["person_days"] / YEARS_100)),
        ("first_rate", exact_rates(x["first_events"], x["free_days"] / YEARS_100)),
    ]
    return {
        **{f"{name}{end}": value for name, three in found for end, value in zip(_ENDS, three, strict=True)},
        "tests_per_30_days": shares(x["tests"], x["follow_up_days"] / 30),
        "never_tested_share": shares(x["never_tested"], x["followed"]),
        "tests_with_symptoms_share": shares(x["tests_with_symptoms"], x["tests"]),
        "events_with_symptoms_share": shares(x["events_with_symptoms"], x["events"]),
    }


def _three(name: str, meaning: str, interval: str) -> tuple[Column, ...]:
    low, high = (Column(f"{name}_{end}", FLOAT, f"{end} end of its exact 95 % {interval}") for end in ("low", "high"))
    return Column(name, FLOAT, meaning), low, high


INCIDENCE = Figures(
    keys=(
        DRUG,
        COURSE,
        WINDOW,
        LIMIT,
        Column("grade_v5", INT, "CTCAE 5.0 grade of a count just below the limit; null: it is the limit of none"),
        Column("grade_v6", INT, "CTCAE 6.0 grade of a count just below the limit; null: it is the limit of none"),
    ),
    counts=(
        *COUNTS["incidence_counts"].values,
        Column("followed", INT, "persons followed in the window, at risk or not"),
        Column("never_tested", INT, "of these, persons without any ANC in it"),
        Column("tests", INT, "their days with an ANC"),
        Column("tests_with_symptoms", INT, "of these, with symptoms recorded on that day or the two before"),
        Column("follow_up_days", INT, "their days of follow-up in the window, watched or not"),
    ),
    derived=(
        *_three("proportion", "with_event / persons; null: nobody at risk, or hidden", "interval (Clopper-Pearson)"),
        *_three("rate", "events per 100 person-years at risk; null: none, or hidden", "Poisson interval (Garwood)"),
        *_three("first_rate", "first events per 100 person-years until then", "Poisson interval (Garwood)"),
        Column("tests_per_30_days", FLOAT, "tests for each 30 days of follow-up"),
        Column("never_tested_share", FLOAT, "never_tested / followed"),
        Column("tests_with_symptoms_share", FLOAT, "tests_with_symptoms / tests; the others are not known"),
        Column("events_with_symptoms_share", FLOAT, "events_with_symptoms / events; the others are not known"),
    ),
    derive=_derive,
    amounts={"person_days": "persons", "free_days": "free_persons", "follow_up_days": "followed"},
    together=(("persons", "free_persons"), ("with_event", "events", "first_events")),
    sums=(
        Split("persons", ("with_event",), whole=False),
        Split("free_persons", ("first_events",), whole=False),
        Split("events", ("events_with_symptoms",), whole=False),
        Split("followed", ("never_tested",), whole=False),
        Split("tests", ("tests_with_symptoms",), whole=False),
        Margin("window", _ADDED, "course", ("year_1", "year_2", "later"), spare=True),
        Margin("window", (*_ADDED, "with_event"), "year_1", ("months_3",), whole=False),
        Margin("limit", tuple(_OF_TESTS.values())),
    ),
)


def estimate_incidence(counts: CohortCounts, entries: Sequence[str] = AT_RISK) -> pa.Table:
    """Proportions, rates and how well anybody looked, for each course, window and limit.

    Parameters
    ----------
    counts
        Of the whole cohort (decision 17).
    entries
        States at the course's start that are taken as at risk, of `schema.ENTRIES`.

    Returns
    -------
    pyarrow.Table
        The columns of `INCIDENCE`; a row for each course, window and limit in which anybody was followed, at risk or
        not. A person's events are counted one by one, so the interval of `rate` is too short if some persons have
        many; that of `first_rate` is not. The tests are those of all who were followed, the events those of the
        persons at risk.

    Raises
    ------
    UnknownName
        If an entry is none.
    """
    events = sum_by(
        of_entries(counts.incidence_counts, entries),
        ("drug", "course", "window", "limit"),
        COUNTS["incidence_counts"],
    )
    limits = sorted(set(counts.flow_counts["limit"].to_pylist()), key=depth_of)
    rows: list[Row] = []
    for cell in counts.test_counts.to_pylist():
        key = {name: cell[name] for name in ("drug", "course", "window")}
        tests = {name: cell[column] for column, name in _OF_TESTS.items()}
        rows += [{**key, **_of_limit(x), **events.get((*key.values(), x), {}), **tests} for x in limits]
    return make_figures(INCIDENCE, sorted(rows, key=_order))


def _of_limit(limit: str) -> Row:
    grades = grades_of(limit)
    return {"limit": limit, "grade_v5": grades.get("5.0"), "grade_v6": grades.get("6.0")}


def _order(row: Row) -> tuple[Any, ...]:
    return row["drug"], row["course"], WINDOWS.index(row["window"]), depth_of(row["limit"])
