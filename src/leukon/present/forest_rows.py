"""What stands in a forest plot from top to bottom: words, numbers and the ends of each line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from leukon.cohort.pooling import Pooling
from leukon.cohort.pooling_parts import Pooled
from leukon.cohort.proportions import estimate_proportion
from leukon.cohort.studies import Study
from leukon.present.pooling_words import say_definition, say_percent
from leukon.present.timeline.marks import plain

Kind = Literal["poolable", "included", "own", "shown", "pooled", "prediction"]
_ROLES = {
    "poolable": "pooled: marked poolable",
    "included": "pooled: named with --include",
    "own": "pooled: YOUR OWN ROW",
    "shown": "shown, not pooled",
}


@dataclass(frozen=True)
class ForestRow:
    """One line of the plot; numbers in per cent, `value` null for a prediction interval; `details` below the label."""

    kind: Kind
    label: str
    details: tuple[str, ...]
    numbers: str
    value: float | None
    low: float
    high: float


def make_rows(studies: Sequence[Study], pooling: Pooling) -> list[ForestRow]:
    """The studies as they come, then each estimate and its prediction interval."""
    rows = [_of_study(study) for study in studies]
    for pooled in pooling.estimates:
        rows.append(_of_pooled(pooled))
        if pooled.prediction is not None:
            low, high = pooled.prediction.low, pooled.prediction.high
            rows.append(
                _row(
                    "prediction",
                    "another study",
                    ("95 % prediction interval", f"by {pooled.method.partition(' (')[0]}"),
                    None,
                    low,
                    high,
                )
            )
    return rows


def _of_study(study: Study) -> ForestRow:
    found = estimate_proportion(study.events, study.total)
    where = "; ".join((study.dose or "dose not reported", study.period or "period not reported"))
    details = (plain(say_definition(study), 48), plain(where, 48), _ROLES[study.role])
    count = f"{study.events}/{study.total}: "
    return _row(study.role, plain(study.id, 40), details, found.value, found.low, found.high, count)


def _of_pooled(pooled: Pooled) -> ForestRow:
    first = pooled.intervals[0]
    name, _, how = pooled.method.partition(" (")
    return _row("pooled", name, (how.rstrip(")"), f"{first.method} interval"), pooled.value, first.low, first.high)


def _row(
    kind: Kind, label: str, details: tuple[str, ...], value: float | None, low: float, high: float, count: str = ""
) -> ForestRow:
    known = "" if value is None else f"{say_percent(value)} % "
    numbers = f"{count}{known}[{say_percent(low, value)}, {say_percent(high, value)}]"
    return ForestRow(kind, label, details, numbers, None if value is None else 100 * value, 100 * low, 100 * high)
