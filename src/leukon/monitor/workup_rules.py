"""The rules of the work-up: each turns what was recorded near an episode into facts for or against a cause."""

from dataclasses import replace

import numpy as np

from leukon.events.arrays import DAY, NULL, Array
from leukon.events.comparators import EXACT
from leukon.events.value_sets import millionths, round_to_hundredths
from leukon.knowledge.workup import (
    BothBelow,
    CodedWords,
    Drugs,
    EarlierCounts,
    Fold,
    Line,
    Percent,
    SecondCount,
    Timing,
)
from leukon.monitor.episodes import find_low_and_high
from leukon.monitor.limits import all_above, all_below, all_from, all_up_to
from leukon.monitor.near import first_row, last_before_course
from leukon.monitor.workup_facts import AGAINST, SUPPORTS, UNKNOWN, Cases, Facts, make_facts, verdict


def find_second_counts(item: SecondCount, cases: Cases) -> Facts:
    """ANC later than the first low one, within so many days: a low one is against an artefact."""
    counts, at = cases.results.counts, cases.counts_of("anc")
    low, _ = find_low_and_high(counts.value[at], counts.comparator[at], cases.rule)
    at = at[low]
    episode, place = cases.near(counts.subject[at], counts.time[at])
    row, onset = at[place], cases.episodes.onset_by_time[episode]
    second = (counts.time[row] > onset) & (counts.time[row] // DAY - onset // DAY <= item.within_days)
    return of_counts(cases, episode[second], row[second], np.full(int(second.sum()), AGAINST), "anc")


def find_drugs(item: Drugs, cases: Cases) -> tuple[Facts, list[str]]:
    """Doses of listed drugs: they support; the words are the names of all given, and which only afterwards."""
    numbers = [cases.concepts.number[name] for name in item.drugs]
    at = np.flatnonzero(np.isin(cases.doses.drug, numbers))
    episode, place = cases.near(cases.doses.subject[at], cases.doses.time[at], item.days_before)
    dose = at[place]
    given = np.zeros((cases.episodes.subject.size, len(numbers)), np.int8)
    rank = np.zeros(len(cases.concepts.names), np.int64)
    rank[numbers] = np.arange(len(numbers))
    in_time = cases.doses.time[dose] // DAY <= cases.episodes.onset_by_time[episode] // DAY
    np.maximum.at(given, (episode, rank[cases.doses.drug[dose]]), np.where(in_time, _BEFORE, _AFTER))
    sets, which = np.unique(given, axis=0, return_inverse=True)
    names = [";".join(_name(name, when) for name, when in zip(item.drugs, row, strict=True) if when) for row in sets]
    return make_facts(episode, cases.doses.time[dose], SUPPORTS, word=which.ravel()[episode]), names


_AFTER, _BEFORE = 1, 2


def _name(drug: str, when: int) -> str:
    return drug if when == _BEFORE else f"{drug} (first recorded after the onset)"


def find_words(item: CodedWords | Percent | Line, cases: Cases) -> tuple[Facts, list[str]]:
    """Coded findings; the words are what they said, after NO_LIMIT."""
    if item.finding is None:
        return _nothing(), []
    supports, against = (("low",), ("normal",)) if isinstance(item, Line) else (item.supports, item.against)
    at = cases.findings_of(item.finding)
    episode, place = cases.near(cases.findings.subject[at], cases.findings.time[at])
    fact = at[place]
    status = verdict(cases.is_word(fact, supports), cases.is_word(fact, against))
    words = [NO_LIMIT, *((word or "").strip().lower() for word in cases.findings.word.words)]
    found = make_facts(
        episode,
        cases.findings.time[fact],
        status,
        cases.order(item.finding, fact),
        word=cases.findings.word.index[fact] + 1,
    )
    return found, words


def find_conditions(item: CodedWords, cases: Cases) -> Facts:
    """Conditions that are among those of the item; they share the words of the coded findings."""
    at = cases.findings_of("condition") if item.conditions else np.empty(0, np.int64)
    at = at[cases.is_word(at, item.conditions)]
    episode, place = cases.near(cases.findings.subject[at], cases.findings.time[at])
    fact = at[place]
    word = cases.findings.word.index[fact] + 1
    return make_facts(episode, cases.findings.time[fact], SUPPORTS, cases.order("condition", fact), word=word)


def find_percents(item: Percent, cases: Cases) -> Facts:
    """A percentage above the limit supports; with a range all of it must be."""
    findings, at = cases.findings, cases.findings_of(item.percent)
    ranged, value, comparator = ~np.isnan(findings.low[at]), findings.value[at], findings.comparator[at]
    low, high = np.where(ranged, findings.low[at], value), np.where(ranged, findings.high[at], value)
    status = verdict(all_above(low, comparator, item.above), all_up_to(high, comparator, item.above))
    return of_findings(cases, at, status, item.percent)


def find_folds(item: Fold, cases: Cases) -> Facts:
    """The fold as it was reported, and each percentage over the last one before the course."""
    findings, at = cases.findings, cases.findings_of(item.fold)
    value, comparator = findings.value[at], findings.comparator[at]
    said = of_findings(cases, at, _reaches(value, comparator, item.at_least), item.fold)
    at = cases.findings_of(item.percent)
    at = at[(findings.comparator[at] == EXACT) & np.isnan(findings.low[at])]
    episode, place = cases.near(findings.subject[at], findings.time[at])
    before = last_before_course(
        findings.subject[at[place]], cases.episodes.course[episode], findings.subject[at], cases.in_course.course[at]
    )
    after = cases.in_course.course[at[place]] >= cases.episodes.course[episode]
    good = (before >= 0) & after
    good[good] = findings.value[at[before[good]]] > 0
    fact, base = at[place[good]], at[before[good]]
    fold, _ = round_to_hundredths(
        millionths(findings.value[fact]) * 100,
        findings.comparator[fact],
        millionths(findings.value[base]),
    )
    status = _reaches(fold, findings.comparator[fact], item.at_least)
    order = cases.order(item.percent, fact)
    return said.and_more(make_facts(episode[good], findings.time[fact], status, order, fold))


def find_both_below(item: BothBelow, cases: Cases) -> Facts:
    """Two percentages of one day: both below support, either at or above is against."""
    findings, one = cases.findings, cases.findings_of(item.percents[0])
    both = np.union1d(one, cases.findings_of(item.percents[1]))
    second = cases.concepts.number[item.percents[1]]
    subject, day, is_second = findings.subject[both], findings.time[both] // DAY, findings.finding[both] == second
    order = np.lexsort((both, is_second, day, subject))
    both, subject, day, is_second = both[order], subject[order], day[order], is_second[order]
    same_day = (subject[1:] == subject[:-1]) & (day[1:] == day[:-1])
    last = np.append(~(same_day & (is_second[1:] == is_second[:-1])), True)[: both.size]  # of several the last each
    both, subject, day, is_second = both[last], subject[last], day[last], is_second[last]
    pairs = np.append((subject[1:] == subject[:-1]) & (day[1:] == day[:-1]), False)[: both.size]
    limit = np.where(is_second, *reversed(item.below))
    value, comparator = findings.value[both], findings.comparator[both]
    below, above = all_below(value, comparator, limit), all_from(value, comparator, limit)
    nxt = np.minimum(np.arange(both.size) + 1, max(both.size - 1, 0))
    status = verdict(pairs & below & below[nxt], above | (pairs & above[nxt]))
    shown = np.append(True, ~pairs[:-1])[: both.size]
    return of_findings(cases, both[shown], status[shown], item.percents[0])


NO_LIMIT = "no lower limit of normal came with it"


def find_lines(item: Line, cases: Cases) -> Facts:
    """A count below its row's limit supports, at or above it is against; without one the item's limits stand."""
    counts, at = cases.results.counts, cases.counts_of(item.analyte)
    lln = counts.lln[at]
    low_below, normal_from = (
        np.where(np.isnan(lln), item.low_below, lln),
        np.where(np.isnan(lln), item.normal_from, lln),
    )
    value, comparator = counts.value[at], counts.comparator[at]
    status = verdict(all_below(value, comparator, low_below), all_from(value, comparator, normal_from))
    episode, place = cases.near(counts.subject[at], counts.time[at])
    found = of_counts(cases, episode, at[place], status[place], item.analyte)
    return replace(found, word=np.where((status == UNKNOWN) & np.isnan(lln), 0, -1)[place])


def find_earlier_counts(item: EarlierCounts, cases: Cases) -> Facts:
    """ANC before the course: a high one is against; some a little low, and none lower, support."""
    counts, episodes, at = cases.results.counts, cases.episodes, cases.counts_of("anc")
    if not at.size:
        return _nothing()
    subject, value, comparator = counts.subject[at], counts.value[at], counts.comparator[at]
    low, high = find_low_and_high(value, comparator, cases.rule)
    mild = low & all_from(value, comparator, item.at_least)
    last = last_before_course(episodes.subject, episodes.course, subject, cases.results.in_force.course[at])
    first, until = first_row(episodes.subject, subject), last + 1
    many = {name: _count(flag, first, until) for name, flag in (("high", high), ("mild", mild), ("low", low & ~mild))}
    status = verdict((many["high"] == 0) & (many["mild"] >= item.results) & (many["low"] == 0), many["high"] > 0)
    shown = np.where(status == AGAINST, _last_true(high, until), _last_true(mild, until))
    known = np.flatnonzero((last >= 0) & (status != UNKNOWN))
    return of_counts(cases, known, at[shown[known]], status[known], "anc")


def find_timing(item: Timing, cases: Cases) -> Facts:
    """Onset from a day on supports, onset by that day is against."""
    episodes, start = cases.episodes, cases.start_of_course
    after, by = (
        np.where((start == NULL) | (time == NULL), NULL, time // DAY - start // DAY)
        for time in (episodes.onset_after_time, episodes.onset_by_time)
    )
    late, early = (after != NULL) & (after >= item.day), (by != NULL) & (by <= item.day)
    known = np.flatnonzero(late | early)
    time = np.where(late, episodes.onset_after_time, episodes.onset_by_time)[known]
    day = np.where(late, after, by)[known].astype(float)
    return make_facts(known, time, verdict(late, early)[known], value=day)


def of_findings(cases: Cases, at: Array, status: Array, name: str) -> Facts:
    """Facts from coded findings that say a number; `name` orders them among others of one time."""
    findings = cases.findings
    order = np.argsort(at)
    at, status = at[order], status[order]
    episode, place = cases.near(findings.subject[at], findings.time[at])
    row = at[place]
    return make_facts(
        episode,
        findings.time[row],
        status[place],
        cases.order(name, row),
        findings.value[row],
        findings.comparator[row],
    )


def of_counts(cases: Cases, episode: Array, row: Array, status: Array, name: str) -> Facts:
    """Facts from results, the places `row` of them."""
    counts, order = cases.results.counts, cases.order(name, row)
    return make_facts(episode, counts.time[row], status, order, counts.value[row], counts.comparator[row])


def _reaches(value: Array, comparator: Array, limit: float) -> Array:
    return verdict(all_from(value, comparator, limit), all_below(value, comparator, limit))


def _nothing() -> Facts:
    return make_facts(np.empty(0, np.int64), np.empty(0, np.int64), UNKNOWN)


def _count(flag: Array, first: Array, until: Array) -> Array:
    """How many flags are set from place `first` to before `until`."""
    total = np.append(0, np.cumsum(flag))
    return total[np.maximum(until, first)] - total[first]


def _last_true(flag: Array, until: Array) -> Array:
    """Place of the last flag set before `until`; -1 if none is."""
    last = np.append(-1, np.maximum.accumulate(np.where(flag, np.arange(flag.size), -1)))
    return last[until]
