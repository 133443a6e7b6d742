"""Was it done: slots of the schedule by their place in it, by phase, and by calendar quarter."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leukon.cohort.counts import CohortCounts
from leukon.cohort.exact import exact_proportions
from leukon.cohort.figures import FLOAT, Figures, Numbers, Row, Split, make_figures, sum_by
from leukon.cohort.schema import AFTER_DEATH, COUNTS, DRUG, INT, TEXT
from leukon.events.schema import Column

OVER = ("done", "off_time", "incomplete", "missed")
"""States of a slot whose time is over or that is done; `slots` are these."""
_ENDS = {
    "": "; null: none, or hidden",
    "_low": ": low end of its exact 95 % interval, as if slots were independent",
    "_high": ": high end of it",
}


def _derive(x: Numbers) -> Numbers:
    found = [(name, exact_proportions(x[name], x["slots"])) for name in ("done", "missed")]
    return {f"{name}_share{end}": three[i] for name, three in found for i, end in enumerate(_ENDS)}


def _figures(*keys: Column) -> Figures:
    return Figures(
        keys=keys,
        counts=(
            Column("slots", INT, "slots that are done or whose time is over"),
            Column("done", INT, "of these, done within the tolerance"),
            Column("off_time", INT, "of these, done outside it"),
            Column("incomplete", INT, "of these, with a WBC and no ANC"),
            Column("missed", INT, "of these, no result received"),
            Column("after_death", INT, "slots due after the day of death; not among `slots`"),
            Column("waiting", INT, "slots overdue, due or upcoming; not among `slots`"),
        ),
        derived=tuple(
            Column(f"{name}_share{end}", FLOAT, f"{name} / slots{said}")
            for name in ("done", "missed")
            for end, said in _ENDS.items()
        ),
        derive=_derive,
        amounts={},
        sums=(Split("slots", OVER),),
    )


_BY_PLACE = COUNTS["adherence_counts"].keys[:-1]
ADHERENCE = _figures(*_BY_PLACE)
PHASES = _figures(*_BY_PLACE[:-1])
CALENDAR = _figures(
    DRUG, Column("test", TEXT, "as in `schedule`"), Column("quarter", TEXT, "calendar quarter: 2000-Q1")
)


def estimate_adherence(counts: CohortCounts) -> pa.Table:
    """Slots by drug, course, test, phase and due day: the columns of `ADHERENCE`, sorted by key.

    Slots of one person are alike, so the intervals are too short where many slots are those of few people; slots after
    a person's last visit anywhere count as missed, for nobody knows better.
    """
    return _count_slots(counts.adherence_counts, ADHERENCE)


def estimate_phases(counts: CohortCounts) -> pa.Table:
    """The same over all due days of a phase: the columns of `PHASES`."""
    return _count_slots(counts.adherence_counts, PHASES)


def estimate_calendar(counts: CohortCounts) -> pa.Table:
    """Slots by drug, test and calendar quarter of the due day: the columns of `CALENDAR`."""
    return _count_slots(counts.calendar_counts, CALENDAR)


def _count_slots(table: pa.Table, layout: Figures) -> pa.Table:
    keys = [column.name for column in layout.keys]
    rows: dict[tuple[Any, ...], Row] = {}
    for (*key, status), number in sum_by(table, (*keys, "status"), COUNTS["calendar_counts"]).items():
        row = rows.setdefault(tuple(key), dict(zip(keys, key, strict=True)) | {"slots": 0, "waiting": 0})
        names: Sequence[str] = (
            (status, "slots") if status in OVER else (status if status == AFTER_DEATH else "waiting",)
        )
        for name in names:
            row[name] = row.get(name, 0) + number["slots"]
    made = make_figures(layout, rows.values())
    return made.take(pc.sort_indices(made, sort_keys=[(name, "ascending") for name in keys]))
