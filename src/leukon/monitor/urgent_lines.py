"""The other lines of the blood, kidney, liver and thyroid: latest values against limits, ranges and what was before."""

from collections.abc import Callable, Iterator

import numpy as np

from leukon.events.arrays import NULL, Array
from leukon.events.units import load_units
from leukon.events.value_sets import millionths
from leukon.knowledge.protocol import Protocol
from leukon.monitor.finding_rows import EMERGENCY, ID, SAME_DAY, SOON, FindingRows, join_rows, make_rows
from leukon.monitor.limits import all_above, all_below, all_from
from leukon.monitor.people import Line, People


def find_lines(people: People, neutrophils: FindingRows, protocol: Protocol) -> FindingRows:
    """All rows about platelets, haemoglobin, kidney, liver and thyroid."""
    platelets, hemoglobin = people.line("platelets"), people.line("hemoglobin")
    urgency = protocol.urgency
    share, drop = urgency.platelets.fall_by_share, millionths(np.array(urgency.hemoglobin.fall_by))
    halved = _fell(people, platelets, lambda now, earlier: now <= (1 - share) * earlier)
    halved &= ~all_below(platelets.value, platelets.comparator, urgency.platelets.same_day_below)
    fell = _fell(people, hemoglobin, lambda now, earlier: earlier - now >= drop)
    return join_rows(
        find_low_platelets(people, platelets, _is_latest(platelets), protocol),
        _of_line(people, platelets, halved, "platelets_fall", "platelets", SOON),
        _of_line(people, hemoglobin, fell, "hemoglobin_fall", "hemoglobin", SOON),
        find_two_lines(people, neutrophils, (platelets, hemoglobin), protocol),
        *find_kidney(people, protocol),
        *find_liver(people, protocol),
        find_thyroid(people),
    )


def find_low_platelets(
    people: People, line: Line, shown: Array, protocol: Protocol, *, preliminary: bool = False
) -> FindingRows:
    """Low platelets among the rows `shown`; since the first of the unbroken row of low ones."""
    limits = protocol.urgency.platelets
    low = all_below(line.value, line.comparator, limits.same_day_below)
    bleeding = people.words("bleeding")
    bleeds = people.any_since(people.today - limits.bleeding_days, bleeding, bleeding.is_yes)
    at = np.flatnonzero(low & shown)
    person = line.person[at]
    emergency = all_below(line.value, line.comparator, limits.emergency_below)[at] | bleeds[person]
    return make_rows(
        people.subject[person],
        np.where(emergency, ID["platelets_emergency"], ID["platelets_same_day"]),
        urgency=np.where(emergency, EMERGENCY, SAME_DAY),
        since=line.time[_first_of_series(line, low, limits.same_day_below)[at]],
        value=line.value[at],
        comparator=line.comparator[at],
        unit="10^9/L",
        value_time=line.time[at],
        preliminary=preliminary,
        about=people.concepts.number["platelets"],
    )


def _first_of_series(line: Line, low: Array, limit: float) -> Array:
    """For each low row the first of its series: a count that is clearly not low ends one, an undecided one does not."""
    opens = all_from(line.value, line.comparator, limit)
    opens[1:] |= line.person[1:] != line.person[:-1]
    series = np.cumsum(opens)
    first = np.zeros(series.max(initial=0) + 1, np.int64)
    place = np.flatnonzero(low)[::-1]
    first[series[place]] = place  # the earliest is written last
    return first[series]


def _fell(people: People, line: Line, is_fall: Callable[[Array, Array], Array]) -> Array:
    """Which rows are the latest of a person and a fall from the row before or from the baseline; all of them exact."""
    fell = np.zeros(line.at.size, bool)
    has = line.latest >= 0
    now = line.latest[has]
    before = np.where((now > 0) & (line.person[now - 1] == line.person[now]), now - 1, -1)
    for earlier in (before, people.baseline(line)[has]):
        there = (earlier >= 0) & (line.comparator[now] < 0) & (line.comparator[earlier] < 0)
        fell[now] |= there & is_fall(millionths(line.value[now]), millionths(line.value[earlier]))
    return fell


def _of_line(people: People, line: Line, flag: Array, finding: str, analyte: str, urgency: int) -> FindingRows:
    """A row for each flagged row of a line."""
    at = np.flatnonzero(flag)
    return make_rows(
        people.subject[line.person[at]],
        finding,
        urgency=urgency,
        since=line.time[at],
        value=line.value[at],
        comparator=line.comparator[at],
        unit=load_units().result_unit(people.concepts.by_name[analyte].kind),
        value_time=line.time[at],
        about=people.concepts.number[analyte],
    )


def find_two_lines(
    people: People, neutrophils: FindingRows, others: tuple[Line, Line], protocol: Protocol
) -> FindingRows:
    """Two or three of neutrophils (their row, unless they recover), platelets and haemoglobin low at once."""
    limits = (protocol.urgency.platelets.same_day_below, protocol.urgency.hemoglobin.low_below)
    anc = np.full(people.size, NULL)
    is_low = neutrophils.finding != ID["anc_recovering"]
    anc[people.place(neutrophils.subject[is_low])] = neutrophils.value_time[is_low]
    low, times = [anc != NULL], [anc]
    for line, limit in zip(others, limits, strict=True):
        value, comparator = line.of_latest(line.value, np.nan), line.of_latest(line.comparator, -1)
        low.append(all_below(value, comparator, limit))
        times.append(np.where(low[-1], line.of_latest(line.time, NULL), NULL))
    number, time = np.sum(low, axis=0), np.max(times, axis=0)
    at = np.flatnonzero(number >= 2)
    subject, value = people.subject[at], number[at]
    return make_rows(
        subject, "two_lines_low", urgency=SAME_DAY, since=time[at], value=value, unit="lines", value_time=time[at]
    )


def find_kidney(people: People, protocol: Protocol) -> Iterator[FindingRows]:
    """Creatinine against its baselines; protein, red cells and words of the urine."""
    limits = protocol.urgency.kidney
    creatinine = people.line("creatinine")
    rise = 1 + limits.creatinine_rise_by_share
    up = np.zeros(creatinine.at.size, bool)
    for base in (people.baseline(creatinine), people.first_baseline(creatinine)):
        base = base[creatinine.person]
        exact = (base >= 0) & (creatinine.comparator < 0) & (creatinine.comparator[base] < 0)
        up |= exact & (millionths(creatinine.value) > np.rint(rise * millionths(creatinine.value[base])))
    yield _highest_now(people, creatinine, up, "renal", "creatinine", SAME_DAY)
    protein = people.line("urine_protein_creatinine")
    high = all_above(protein.value, protein.comparator, limits.protein_creatinine_above)
    yield _highest_now(people, protein, high, "renal", "urine_protein_creatinine", SAME_DAY)
    cells = people.line("urine_rbc")
    uln = people.counts.uln[cells.at]
    high = all_above(cells.value, cells.comparator, np.where(np.isnan(uln), limits.red_cells_above, uln))
    yield _highest_now(people, cells, high, "renal", "urine_rbc", SAME_DAY)
    yield _of_urinalysis(people)


def _of_urinalysis(people: People) -> FindingRows:
    """The latest coded urinalysis, where it is positive."""
    number = people.concepts.number["urinalysis"]
    said, facts = people.words("urinalysis"), people.facts
    at = np.flatnonzero(facts.finding == number)
    latest = people.last(said.person)
    latest = latest[latest >= 0]
    latest = latest[said.is_yes[latest]]
    time = facts.time[at[latest]]
    subject = people.subject[said.person[latest]]
    return make_rows(subject, "renal", urgency=SAME_DAY, since=time, value_time=time, about=number)


def find_liver(people: People, protocol: Protocol) -> Iterator[FindingRows]:
    """ALT and AST against the upper limit of their row; without one nothing can be said."""
    for analyte in ("alt", "ast"):
        line = people.line(analyte)
        limit = protocol.urgency.liver.times_uln * people.counts.uln[line.at]
        high = all_from(millionths(line.value), line.comparator, np.rint(limit * 1e6))
        yield _highest_now(people, line, high, "liver", analyte, SAME_DAY)


def find_thyroid(people: People) -> FindingRows:
    """TSH outside the range of its row; without one nothing can be said."""
    line = people.line("tsh")
    lln, uln = people.counts.lln[line.at], people.counts.uln[line.at]
    outside = all_below(line.value, line.comparator, lln) | all_above(line.value, line.comparator, uln)
    return _highest_now(people, line, outside, "thyroid", "tsh", SOON)


def _is_latest(line: Line) -> Array:
    latest = np.zeros(line.at.size, bool)
    latest[line.latest[line.latest >= 0]] = True
    return latest


def _highest_now(people: People, line: Line, flag: Array, finding: str, analyte: str, urgency: int) -> FindingRows:
    """A row for the highest flagged value of each person's latest time: of two values at once the worse one counts."""
    now = line.time == line.of_latest(line.time, NULL)[line.person]
    at = np.flatnonzero(flag & now)
    first = np.ones(at.size, bool)
    first[1:] = line.person[at[1:]] != line.person[at[:-1]]  # rows of one time stand in order, the higher first
    shown = np.zeros(line.at.size, bool)
    shown[at[first]] = True
    return _of_line(people, line, shown, finding, analyte, urgency)
