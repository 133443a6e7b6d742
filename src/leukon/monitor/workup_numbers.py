"""How many cells a percentage comes to: with the lymphocytes near it, or with the most that WBC - ANC leaves."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import Array, changes
from leukon.events.comparators import EXACT, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL
from leukon.events.usable import Counts
from leukon.events.value_sets import millionths, round_to_hundredths
from leukon.knowledge.workup import Absolute
from leukon.monitor.limits import all_below, all_from
from leukon.monitor.near import find_nearest
from leukon.monitor.workup_facts import Cases, Facts, make_facts, verdict
from leukon.monitor.workup_rules import of_counts

BOUND = "lymphocytes at most WBC - ANC"
_MOST = millionths(np.array(1000.0))
"""More lymphocytes than anyone has (in millionths): stands for an upper end that is not known."""
_TO_HUNDREDTHS = 10**12


@dataclass(frozen=True)
class _Lymphocytes:
    """Lymphocytes between `low` and `high`, in millionths of 10^9/L; sorted by subject and time."""

    subject: Array
    time: Array
    low: Array
    high: Array

    def near(self, subject: Array, time: Array, within_days: int) -> tuple[Array, Array, Array]:
        """Ends of those nearest to each moment, and whether there are any."""
        place = find_nearest(subject, time, self.subject, self.time, within_days)
        if not self.subject.size:
            return np.zeros(subject.size, np.int64), np.zeros(subject.size, np.int64), place >= 0
        return self.low[place], self.high[place], place >= 0


def find_numbers(item: Absolute, cases: Cases) -> tuple[Facts, list[str]]:
    """Each percentage times the lymphocytes near it, and the counts themselves where they were measured."""
    findings, at = cases.findings, cases.findings_of(item.percent)
    low, high = _percent_ends(cases, at)
    subject, time = findings.subject[at], findings.time[at]
    if not at.size:
        return _counted(item, cases), [BOUND]
    measured = _measured(cases).near(subject, time, item.within_days)
    bound = _at_most(cases, subject).near(subject, time, item.within_days)
    ends = [np.where(measured[2], one, other) for one, other in zip(measured, bound, strict=True)]
    at, low, high, least, most = (part[ends[2]] for part in (at, low, high, *ends[:2]))
    is_bound = ~measured[2][ends[2]]
    least, _ = round_to_hundredths(low * least, np.full(at.size, EXACT), _TO_HUNDREDTHS)
    known = (most < _MOST) & (high > 0)
    most, _ = round_to_hundredths(high * np.where(known, most, 0), np.full(at.size, EXACT), _TO_HUNDREDTHS)
    most = np.where(known | (high == 0), most, np.inf)
    status = verdict(least >= item.at_least, most < item.at_least)
    value = np.where(np.isinf(most), least, most)
    comparator = np.where(least == most, EXACT, np.where(np.isinf(most), GREATER_EQUAL, LESS_EQUAL))
    episode, place = cases.near(findings.subject[at], findings.time[at])
    row = at[place]
    made = make_facts(
        episode,
        findings.time[row],
        status[place],
        cases.order(item.percent, row),
        value[place],
        comparator[place],
        np.where(is_bound, 0, -1)[place],
    )
    return made.and_more(_counted(item, cases)), [BOUND]


def _counted(item: Absolute, cases: Cases) -> Facts:
    """The cells as they were counted."""
    counts, name = cases.results.counts, item.count or "anc"
    at = np.empty(0, np.int64) if item.count is None else cases.counts_of(name)
    value, comparator = counts.value[at], counts.comparator[at]
    status = verdict(all_from(value, comparator, item.at_least), all_below(value, comparator, item.at_least))
    episode, place = cases.near(counts.subject[at], counts.time[at])
    return of_counts(cases, episode, at[place], status[place], name)


def _percent_ends(cases: Cases, at: Array) -> tuple[Array, Array]:
    """Both ends of each percentage, in millionths."""
    findings = cases.findings
    ranged, comparator = ~np.isnan(findings.low[at]), findings.comparator[at]
    low, high = _ends(findings.value[at], comparator, millionths(np.array(100.0)))
    return (
        np.where(ranged, millionths(np.nan_to_num(findings.low[at])), low),
        np.where(ranged, millionths(np.nan_to_num(findings.high[at])), high),
    )


def _ends(value: Array, comparator: Array, most: Array) -> tuple[Array, Array]:
    """The ends of what each number allows, in millionths, from 0 to `most`."""
    number = millionths(value)
    below, above = (
        (comparator == LESS) | (comparator == LESS_EQUAL),
        (comparator == GREATER) | (comparator == GREATER_EQUAL),
    )
    return np.where(below, 0, number), np.where(above, most, number)


def _measured(cases: Cases) -> _Lymphocytes:
    counts, at = cases.results.counts, cases.counts_of("lymphocytes")
    return _Lymphocytes(counts.subject[at], counts.time[at], *_ends(counts.value[at], counts.comparator[at], _MOST))


def _at_most(cases: Cases, subjects: Array) -> _Lymphocytes:
    """At most WBC - ANC, of every moment with both (of several the last each) of the `subjects`."""
    counts = cases.results.counts
    wbc, anc = (cases.counts_of(name) for name in ("wbc", "anc"))
    wbc = wbc[np.isin(counts.comparator[wbc], (EXACT, LESS, LESS_EQUAL))]
    anc = anc[np.isin(counts.comparator[anc], (EXACT, GREATER, GREATER_EQUAL))]
    wbc, anc = (_last_of_moment(counts, at, subjects) for at in (wbc, anc))
    both = np.sort(np.concatenate([wbc, anc]))  # counts are sorted: the two of a moment stand side by side
    pair = np.flatnonzero(~changes(counts.subject[both], counts.time[both]))
    anc, wbc = both[pair - 1], both[pair]  # by name
    rest = millionths(counts.value[wbc]) - millionths(counts.value[anc])
    wbc, rest = wbc[rest >= 0], rest[rest >= 0]
    return _Lymphocytes(counts.subject[wbc], counts.time[wbc], np.zeros_like(rest), rest)


def _last_of_moment(counts: Counts, at: Array, subjects: Array) -> Array:
    """The last of the rows `at` that share subject and time, of the `subjects`."""
    at = at[np.isin(counts.subject[at], subjects)]
    opens = changes(counts.subject[at], counts.time[at])
    return at[np.append(opens[1:], True)[: at.size]]
