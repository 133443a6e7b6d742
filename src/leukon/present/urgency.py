"""How urgent: the words for each urgency, the groups of the work list, and what comes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leukon.knowledge.judgement import FINDINGS

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Urgency:
    """An urgency in words; `sign` is its shape, so that colour is never alone."""

    id: str
    label: str
    means: str
    sign: str


URGENCIES: dict[str, Urgency] = {
    level.id: level
    for level in (
        Urgency("emergency", "EMERGENCY", "A clinician is needed now; this cannot wait.", "▲"),
        Urgency("same_day", "SAME DAY", "A clinician is needed today.", "◆"),
        Urgency("soon", "SOON", "A clinician is needed within days.", "■"),
        # Not an urgency of a finding: a person of whom nothing usable came must not look like a healthy one.
        Urgency("unknown", "UNKNOWN", "Nothing usable was received, and missing is not normal.", "?"),
        Urgency("routine", "ROUTINE", "What was found can wait for the next planned contact.", "●"),
        Urgency("none", "NO FINDING", "This is no word of health: leukon sees only what it was sent.", "○"),
    )
}
"""Most urgent first."""

GROUPS = {
    "act_now": "Act now",
    "low": "Low",
    "no_result": "No result",
    "data_problem": "Data problem",
    "routine": "Routine",
}
"""Groups of the work list, in their order."""

GROUP_MEANS = {
    "act_now": "A clinician is needed now or today.",
    "low": "Neutrophils that are low or recovering; other values that fell or lie outside their range.",
    "no_result": "Results that were planned and not received.",
    "data_problem": "Counts in doubt, preliminary ones, and people of whom no usable neutrophil count came.",
    "routine": "Tests due and episodes that are over; and people without a finding, as far as data were received.",
}

_DOUBTFUL = ("verify_now", "anc_disagreement")
_SILENT = ("no_recent_anc", "test_overdue", "test_missed")
_OPEN = ("anc_low", "anc_recovering")
_STEP = len(FINDINGS) + 1


def group_of(finding: Row) -> str:
    """Group of the work list that a row of findings belongs to.

    A preliminary result in an action band is acted on; below that it is a question to the laboratory.

    >>> group_of({"finding": "anc_low", "urgency": "routine", "preliminary": False})
    'low'
    """
    if finding["urgency"] in ("emergency", "same_day"):
        return "act_now"
    if finding["preliminary"] or finding["finding"] in _DOUBTFUL:
        return "data_problem"
    if finding["finding"] in _SILENT:
        return "no_result"
    return "low" if finding["finding"] in _OPEN or finding["urgency"] == "soon" else "routine"


def rank_finding(finding: Row) -> int:
    """Place of a row of findings among all: by urgency, group and kind; the most urgent has the lowest.

    >>> rows = [
    ...     {"finding": "test_missed", "urgency": "routine", "preliminary": False},
    ...     {"finding": "verify_now", "urgency": "soon", "preliminary": False},
    ... ]
    >>> min(rows, key=rank_finding)["finding"]
    'verify_now'
    """
    return _rank(finding["urgency"], group_of(finding), FINDINGS.index(finding["finding"]))


def rank_nothing(*, has_anc: bool) -> int:
    """Place of somebody without any finding; without a usable ANC before all that is routine."""
    return _rank("none", "routine", len(FINDINGS)) if has_anc else _rank("unknown", "data_problem", len(FINDINGS))


def _rank(urgency: str, group: str, finding: int) -> int:
    return (list(URGENCIES).index(urgency) * len(GROUPS) + list(GROUPS).index(group)) * _STEP + finding


def urgency_of_rank(rank: int) -> Urgency:
    """The urgency that a rank stands for."""
    return list(URGENCIES.values())[rank // _STEP // len(GROUPS)]


def group_of_rank(rank: int) -> str:
    """The group that a rank stands for."""
    return list(GROUPS)[rank // _STEP % len(GROUPS)]


def sort_findings(findings: Sequence[Row]) -> list[Row]:
    """The most urgent first; of equal ones the lower value, then the older one.

    >>> sort_findings([])
    []
    """
    return sorted(findings, key=lambda row: (rank_finding(row), _value(row), row["since_time"]))


def _value(row: Row) -> float:
    return float("-inf") if row["value"] is None else row["value"]  # a value nobody knows may be the lowest
