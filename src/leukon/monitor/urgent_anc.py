"""Neutrophils: one row for an open episode, one for too few white cells without differential, one for what is over."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array
from leukon.events.comparators import DEPTH, EXACT, LESS, LESS_EQUAL
from leukon.knowledge.judgement import AncLimits
from leukon.monitor.episodes import CARRIED_OVER, ONGOING, RECOVERING, Episodes
from leukon.monitor.finding_rows import (
    EMERGENCY,
    ID,
    ROUTINE,
    SAME_DAY,
    SOON,
    FindingRows,
    make_rows,
)
from leukon.monitor.limits import all_below
from leukon.monitor.people import UNKNOWN, YES, Decided, People

UNIT = "10^9/L"


@dataclass(frozen=True)
class Open:
    """The open episode of each person, as a place among the episodes; -1: none."""

    place: Array
    episodes: Episodes

    def of(self, column: Array, otherwise: float) -> Array:
        """A column of the episodes for each person."""
        return np.where(self.place >= 0, column[self.place], otherwise) if column.size else self.place * 0 + otherwise


def find_open(people: People, episodes: Episodes, counts: Decided) -> Open:
    """Who has an open episode: at most one, the last. One carried over stays open here until a count is high."""
    person = people.place(episodes.subject)
    is_open = (episodes.status == ONGOING) | (episodes.status == RECOVERING)
    is_open |= (episodes.status == CARRIED_OVER) & counts.is_low[person]
    last = people.last(person)
    is_open &= last[person] == np.arange(person.size)
    return Open(people.last(person, is_open), episodes)


def as_bound(comparator: Array) -> Array:
    """Comparator of an ANC that is only known not to exceed the white cells."""
    return np.where(comparator == LESS, LESS, LESS_EQUAL)


def judge_anc(value: Array, comparator: Array, fever: Array, limits: AncLimits) -> tuple[Array, Array]:
    """Finding and urgency of a low ANC; [act_below, ...) is soon here. `comparator` is that of the ANC or the WBC."""
    acts = all_below(value, comparator, limits.act_below)
    emergency = (value <= limits.emergency_up_to) | (acts & (fever == YES))
    same_day = (value <= limits.same_day_up_to) | (acts & (fever == UNKNOWN))
    finding = np.where(emergency, ID["anc_emergency"], np.where(same_day, ID["anc_same_day"], ID["anc_low"]))
    return finding, np.where(emergency, EMERGENCY, np.where(same_day, SAME_DAY, SOON))


def find_low_anc(
    people: People, counts: Decided, now_open: Open, benign: Array, fever: Array, infection: Array, limits: AncLimits
) -> FindingRows:
    """The row of each open episode, and of white cells that are too few without one."""
    is_open, recovering = now_open.place >= 0, now_open.of(now_open.episodes.status, -1) == RECOVERING
    value = np.where(is_open & ~recovering, counts.anc_column(counts.anc.value, np.nan), np.inf)
    white = counts.wbc_column(counts.wbc.value, np.nan)
    comparator = counts.anc_column(counts.anc.comparator, EXACT)
    bound = as_bound(counts.wbc_column(counts.wbc.comparator, EXACT))
    lower = (white < value) | ((white == value) & (bound == LESS) & (comparator != LESS))
    by_wbc = (counts.few >= 0) & lower
    number = np.where(by_wbc, white, counts.anc_column(counts.anc.value, np.nan))
    comparator = np.where(by_wbc, bound, comparator)
    finding, urgency = judge_anc(number, comparator, fever, limits)
    onset = now_open.of(now_open.episodes.onset_by_time, NULL)
    acts = all_below(number, comparator, limits.act_below)
    nadir = now_open.of(now_open.episodes.nadir, np.nan), now_open.of(now_open.episodes.nadir_comparator, EXACT)
    deep, ill = all_below(*nadir, limits.act_below), (fever == YES) | (infection == YES)
    late = (people.today - onset // DAY > limits.soon_days) | now_open.of(benign, 0).astype(bool)
    urgency[is_open & ~acts & late & ~deep & ~ill] = ROUTINE
    mild = recovering & ~by_wbc
    finding[mild], urgency[mild] = ID["anc_recovering"], np.where(deep | ill, SOON, ROUTINE)[mild]
    time = np.where(by_wbc, counts.wbc_column(counts.wbc.time, NULL), counts.anc_column(counts.anc.time, NULL))
    at = np.flatnonzero(is_open | by_wbc)
    return make_rows(
        people.subject[at],
        finding[at],
        urgency=urgency[at],
        since=np.where(is_open, onset, time)[at],
        episode=now_open.of(now_open.episodes.episode, NULL)[at],
        value=number[at],
        comparator=comparator[at],
        unit=UNIT,
        value_time=time[at],
        about=np.where(by_wbc, people.concepts.number["wbc"], people.concepts.number["anc"])[at],
        from_wbc=by_wbc[at],
    )


def find_fever_not_known(people: People, low: FindingRows, fever: Array, limits: AncLimits) -> FindingRows:
    """Beside a low ANC a row of its own while nobody has said whether there is fever: the lowest of each person."""
    unknown = fever[people.place(low.subject)] == UNKNOWN
    acts = all_below(low.value, low.comparator, limits.act_below)
    at = np.flatnonzero(unknown & acts & (low.finding != ID["anc_recovering"]))
    at = at[np.lexsort((low.preliminary[at], DEPTH[low.comparator[at]], low.value[at], low.subject[at]))]
    at = at[np.append(True, low.subject[at][1:] != low.subject[at][:-1])[: at.size]]
    rows = low.take(at)
    return make_rows(
        rows.subject,
        "fever_not_known",
        urgency=SAME_DAY,
        since=rows.since,
        episode=rows.episode,
        value=rows.value,
        comparator=rows.comparator,
        unit=UNIT,
        value_time=rows.value_time,
        preliminary=rows.preliminary,
        about=rows.about,
        from_wbc=rows.from_wbc,
    )


def find_episodes_over(episodes: Episodes, anc: int) -> FindingRows:
    """One row for each episode that is over, with its lowest count; one carried over ended with the next course."""
    at = np.flatnonzero((episodes.status != ONGOING) & (episodes.status != RECOVERING))
    return make_rows(
        episodes.subject[at],
        "episode_over",
        urgency=ROUTINE,
        since=episodes.until[at],
        episode=episodes.episode[at],
        value=episodes.nadir[at],
        comparator=episodes.nadir_comparator[at],
        unit=UNIT,
        value_time=episodes.nadir_time[at],
        about=anc,
    )
