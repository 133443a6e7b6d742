"""Preliminary counts in an action band: shown at once, marked, until a final count of the analyte is as late."""

import numpy as np

from leukon.events.arrays import NULL, Array
from leukon.events.comparators import DEPTH
from leukon.events.held_back import Preliminary
from leukon.knowledge.judgement import AncLimits
from leukon.knowledge.protocol import Protocol
from leukon.monitor.finding_rows import FindingRows, join_rows, make_rows
from leukon.monitor.limits import all_below, all_from
from leukon.monitor.people import Decided, Line, People
from leukon.monitor.urgent_anc import UNIT, as_bound, judge_anc
from leukon.monitor.urgent_lines import find_low_platelets


def find_preliminary(
    people: People, counts: Decided, waiting: Preliminary, fever: Array, protocol: Protocol
) -> FindingRows:
    """Rows about the latest preliminary ANC, WBC and platelets, judged as if they were final."""
    anc, wbc = _waiting(people, counts.anc, waiting, "anc"), _waiting(people, counts.wbc, waiting, "wbc")
    platelets = _waiting(people, people.line("platelets"), waiting, "platelets")
    low = all_below(anc.value, anc.comparator, protocol.episode.below)
    few = all_below(wbc.value, wbc.comparator, protocol.urgency.wbc.without_differential_below)
    decides = low | all_from(anc.value, anc.comparator, protocol.episode.recovered_at)
    decided = counts.anc_column(counts.anc.time, NULL)
    decided[anc.person[decides]] = anc.time[decides]
    few &= wbc.time > decided[wbc.person]
    shown = np.ones(platelets.at.size, bool)
    return join_rows(
        _judge(people, anc, low, fever, protocol.urgency.anc, from_wbc=False),
        _judge(people, wbc, few, fever, protocol.urgency.anc, from_wbc=True),
        find_low_platelets(people, platelets, shown, protocol, preliminary=True),
    )


def _waiting(people: People, final: Line, waiting: Preliminary, analyte: str) -> Line:
    """The latest preliminary row of each person, where no final one is as late; of several of a time the lowest."""
    at = np.flatnonzero(waiting.analyte == people.concepts.number[analyte])
    depth = DEPTH[waiting.comparator[at]]
    at = at[np.lexsort((-depth, -waiting.value[at], waiting.time[at], waiting.subject[at]))]
    person = people.place(waiting.subject[at])
    at = at[waiting.time[at] > final.of_latest(final.time, NULL)[person]]
    latest = people.last(people.place(waiting.subject[at]))
    at = at[latest[latest >= 0]]
    person = people.place(waiting.subject[at])
    return Line(at, person, people.last(person), waiting.value[at], waiting.comparator[at], waiting.time[at])


def _judge(people: People, line: Line, low: Array, fever: Array, limits: AncLimits, *, from_wbc: bool) -> FindingRows:
    value, person, time = line.value[low], line.person[low], line.time[low]
    comparator = as_bound(line.comparator[low]) if from_wbc else line.comparator[low]
    finding, urgency = judge_anc(value, comparator, fever[person], limits)
    return make_rows(
        people.subject[person],
        finding,
        urgency=urgency,
        since=time,
        value=value,
        comparator=comparator,
        unit=UNIT,
        value_time=time,
        preliminary=True,
        about=people.concepts.number["wbc" if from_wbc else "anc"],
        from_wbc=from_wbc,
    )
