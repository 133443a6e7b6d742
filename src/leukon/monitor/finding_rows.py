"""Rows of findings, as columns: what was found about whom, how urgent, and on which number it rests."""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np

from leukon.events.arrays import NULL, Array
from leukon.events.units import load_units
from leukon.knowledge.judgement import FINDINGS
from leukon.monitor.schema import URGENCIES

EMERGENCY, SAME_DAY, SOON, ROUTINE = range(len(URGENCIES))
ID = {name: number for number, name in enumerate(FINDINGS)}


@lru_cache
def finding_units() -> tuple[str, ...]:
    """Units a finding may have: those of results, days, slots of a schedule, lines of the blood."""
    return tuple(sorted({*load_units().result_units, "d", "slots", "lines"} - {""}))


@dataclass(frozen=True)
class FindingRows:
    """One entry a row. `finding` numbers FINDINGS, `urgency` URGENCIES, `unit` the units (-1: none).

    `episode` is NULL where the row is about none. `about` is the concept a row is about, `test` the test (-1: none);
    `from_wbc` says that the value is one of white cells without differential.
    """

    subject: Array
    finding: Array
    urgency: Array
    since: Array
    episode: Array
    value: Array
    comparator: Array
    unit: Array
    value_time: Array
    preliminary: Array
    about: Array
    test: Array
    from_wbc: Array

    def take(self, at: Array) -> "FindingRows":
        """The rows `at`, in that order."""
        return FindingRows(*(getattr(self, f.name)[at] for f in fields(self)))


_KINDS: dict[str, Any] = {
    "subject": np.int64,
    "finding": np.int8,
    "urgency": np.int8,
    "since": np.int64,
    "episode": np.int64,
    "value": float,
    "comparator": np.int8,
    "unit": np.int8,
    "value_time": np.int64,
    "preliminary": bool,
    "about": np.int64,
    "test": np.int64,
    "from_wbc": bool,
}
_ELSE: dict[str, Any] = {
    "episode": NULL,
    "value": np.nan,
    "comparator": -1,
    "value_time": NULL,
    "preliminary": False,
    "about": -1,
    "test": -1,
    "from_wbc": False,
}


_NO_ROWS = FindingRows(**{name: np.empty(0, kind) for name, kind in _KINDS.items()})


def make_rows(subject: Array, finding: str | Array, *, unit: str | None = None, **columns: Any) -> FindingRows:
    """Rows for `subject`; single values are spread over all of them, what is not said is null."""
    if not subject.size:
        return _NO_ROWS
    said = {**_ELSE, "subject": subject, "finding": ID[finding] if isinstance(finding, str) else finding, **columns}
    number = -1 if unit is None else finding_units().index(unit)
    said["unit"] = np.where(np.isnan(said["value"]) & (said["value_time"] != NULL), -1, number)
    return FindingRows(
        **{name: np.broadcast_to(np.asarray(said[name]).astype(kind), subject.shape) for name, kind in _KINDS.items()}
    )


def join_rows(*rows: FindingRows) -> FindingRows:
    """All rows, one after the other."""
    some = [each for each in rows if each.subject.size]
    if len(some) < 2:
        return some[0] if some else _NO_ROWS
    return FindingRows(*(np.concatenate([getattr(each, f.name) for each in some]) for f in fields(FindingRows)))
