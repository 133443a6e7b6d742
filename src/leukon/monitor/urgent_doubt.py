"""What should be verified before it is believed: tenfold changes, unclear or unusable values, counts that disagree."""

from collections.abc import Iterator

import numpy as np

from leukon.events.arrays import DAY, NULL, Array
from leukon.events.comparators import EXACT
from leukon.events.held_back import Disagreements, Unusable
from leukon.events.units import load_units
from leukon.events.usable import Doses
from leukon.events.value_sets import millionths
from leukon.knowledge.judgement import AncLimits
from leukon.knowledge.protocol import Protocol
from leukon.monitor.finding_rows import SOON, FindingRows, join_rows, make_rows
from leukon.monitor.limits import all_below, all_up_to
from leukon.monitor.people import Decided, Line, People
from leukon.monitor.runs import key_of
from leukon.monitor.urgent_anc import UNIT


def find_doubts(people: People, counts: Decided, unusable: Unusable, doses: Doses, protocol: Protocol) -> FindingRows:
    """One row for each person and line of the blood that should be verified."""
    return join_rows(*_of_each_line(people, counts, unusable, doses, protocol))


def _of_each_line(
    people: People, counts: Decided, unusable: Unusable, doses: Doses, protocol: Protocol
) -> Iterator[FindingRows]:
    limits = protocol.urgency.doubt
    allowing = [
        people.concepts.number[name] for name, kind in protocol.treatment_class.items()
        if kind == limits.rise_after.treatment
    ]  # fmt: skip
    given = np.flatnonzero(np.isin(doses.drug, allowing))
    for analyte in limits.analytes:
        line, number = people.line(analyte), people.concepts.number[analyte]
        spared = given if analyte in limits.rise_after.analytes else given[:0]
        lost = _latest_unusable(people, line, unusable, number)
        odd = _changed(people, line, limits.times, limits.within_days, doses, spared)
        odd |= counts.undecided & (analyte == "anc")
        at = np.flatnonzero((odd & (line.latest >= 0)) | (lost != NULL))
        time = np.where(lost != NULL, lost, line.of_latest(line.time, NULL))[at]
        value = np.where(lost != NULL, np.nan, line.of_latest(line.value, np.nan))[at]
        comparator = np.where(lost != NULL, -1, line.of_latest(line.comparator, -1))[at]
        unit = load_units().result_unit(people.concepts.by_name[analyte].kind)
        yield make_rows(
            people.subject[at],
            "verify_now",
            urgency=SOON,
            since=time,
            value=value,
            comparator=comparator,
            unit=unit,
            value_time=time,
            about=number,
        )


def _changed(people: People, line: Line, times: float, days: int, doses: Doses, spared: Array) -> Array:
    """Whose latest count is many times more or less than one shortly before, but for rises after a `spared` dose."""
    changed = np.zeros(people.size, bool)
    person = np.flatnonzero(line.latest >= 0)
    now = line.latest[person]
    today = line.time[now] // DAY
    key = key_of(line.person, line.time // DAY)
    first = key.searchsorted(key_of(person, today - days))
    dose = key_of(people.place(doses.subject[spared]), doses.time[spared] // DAY)
    last = dose.searchsorted(key_of(person, today), side="right") - 1
    after = dose[np.maximum(last, 0)] + 1 if dose.size else np.zeros(person.size, np.int64)
    after = np.where(last >= 0, after, np.iinfo(np.int64).min)  # days up to the dose are another person's, or spared
    first_rise = np.maximum(first, key.searchsorted(after))
    number, exact = millionths(line.value), line.comparator == EXACT
    highest = _fold(np.maximum, np.where(exact, number, -1), first, now, -1)
    lowest = _fold(np.minimum, np.where(exact, number, _MOST), first_rise, now, _MOST)
    fell = (highest > 0) & (highest >= times * number[now])
    rose = (number[now] > 0) & (number[now] >= times * lowest)
    changed[person] = exact[now] & (fell | rose)
    return changed


_MOST = np.iinfo(np.int64).max // 1000


def _fold(ufunc: np.ufunc, x: Array, first: Array, last: Array, nothing: int) -> Array:
    """`ufunc` folded over each stretch from `first` to before `last`; `nothing` where it is empty."""
    folded = np.full(first.size, nothing)
    some = np.flatnonzero(first < last)
    if some.size:
        cuts = np.column_stack([first[some], last[some]]).ravel()
        folded[some] = ufunc.reduceat(np.append(x, nothing), cuts)[::2]
    return folded


def _latest_unusable(people: People, line: Line, unusable: Unusable, number: int) -> Array:
    """Time of each person's latest unusable row of an analyte, where no usable one is as late; else NULL."""
    at = np.flatnonzero(unusable.concept == number)
    time = np.full(people.size, NULL)
    time[people.place(unusable.subject[at])] = unusable.time[at]
    return np.where(time > line.of_latest(line.time, NULL), time, NULL)


def find_disagreements(
    people: People, counts: Decided, held: Disagreements, limits: AncLimits, below: float
) -> FindingRows:
    """Where the latest measured ANC lies in another band than the count its sample's percentages come to."""
    person = people.place(held.subject)
    latest = counts.anc.of_latest(counts.anc.time, NULL)[person]
    derived = _band(held.value, held.comparator, limits, below)
    differs = derived != _band(held.measured, held.measured_comparator, limits, below)
    at = np.flatnonzero(differs & (held.time == latest))
    at = at[np.lexsort((held.value[at], person[at]))]
    at = at[np.append(True, person[at][1:] != person[at][:-1])[: at.size]]
    return make_rows(
        held.subject[at],
        "anc_disagreement",
        urgency=SOON,
        since=held.time[at],
        value=held.value[at],
        comparator=held.comparator[at],
        unit=UNIT,
        value_time=held.time[at],
        about=people.concepts.number["anc"],
    )


def _band(value: Array, comparator: Array, limits: AncLimits, below: float) -> Array:
    """Number of the band that a count lies in, from the lowest up."""
    inside = [all_up_to(value, comparator, limit) for limit in (limits.emergency_up_to, limits.same_day_up_to)]
    inside += [all_below(value, comparator, limit) for limit in (limits.act_below, below)]
    return len(inside) - np.sum(inside, axis=0)
