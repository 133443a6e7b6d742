"""What it means: work-up and findings of a piece, and their tables."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leukon.events.arrays import Words, make_table
from leukon.events.concepts import Concepts
from leukon.events.schema import COMPARATORS
from leukon.events.table import Events
from leukon.knowledge.judgement import FINDINGS as FINDING_IDS
from leukon.knowledge.protocol import Protocol
from leukon.monitor.courses import find_course_in_force
from leukon.monitor.episodes import Episodes
from leukon.monitor.finding_rows import finding_units
from leukon.monitor.findings import Found, find_findings
from leukon.monitor.numbers import Numbers
from leukon.monitor.schema import FEVERS, FINDINGS, URGENCIES, WORKUP, WORKUP_STATUSES
from leukon.monitor.tables import Columns
from leukon.monitor.workup import Workup, find_workup
from leukon.monitor.workup_facts import Cases


@dataclass(frozen=True)
class Judged:
    """What may explain each episode, and what needs somebody; the same for one patient and for millions."""

    episodes: Episodes
    workup: Workup
    found: Found
    tests: tuple[str, ...]


def judge(events: Events, happened: Columns, protocol: Protocol, schedule: str, numbers: Numbers) -> Judged:
    """Ask of what happened what it means."""
    courses, results, episodes = happened.courses, happened.results, happened.episodes
    in_course = find_course_in_force(courses, events.findings.subject, events.findings.time)
    cases = Cases(episodes, results, events.findings, in_course, events.doses, events.concepts, protocol.episode)
    workup = find_workup(protocol, cases)
    slots = happened.slots
    found = find_findings(events, courses, results, episodes, workup.benign, slots, protocol, schedule, numbers)
    return Judged(episodes, workup, found, slots.tests)


def tabulate_workup(judged: Judged, protocol: Protocol, ids: pa.Array) -> pa.Table:
    """`workup`: every item of the protocol for every episode."""
    workup, episodes = judged.workup, judged.episodes
    items = [protocol.workup[name] for name in protocol.workup_items]
    count, width = episodes.subject.size, len(items)
    place = np.tile(np.arange(width), count)
    value = workup.value.ravel()
    units, sources, causes = (sorted({word for word in words if word}) for words in (
        workup.units, [item.source for item in items], [item.cause for item in items]
    ))  # fmt: skip
    unit = np.asarray([-1 if name is None else units.index(name) for name in workup.units], np.int8)
    unknown = workup.status.ravel() == WORKUP_STATUSES.index("unknown")
    return make_table(
        WORKUP,
        {
            "subject_id": episodes.subject.repeat(width),
            "episode": episodes.episode.repeat(width),
            "item": Words(place, protocol.workup_items),
            "cause": Words(np.asarray([causes.index(item.cause) for item in items])[place], causes),
            "status": Words(workup.status.ravel(), WORKUP_STATUSES),
            "comparator": Words(workup.comparator.ravel(), COMPARATORS),
            "value": value,
            "unit": Words(np.where(np.isnan(value), -1, unit[place]), units),
            "fact_time": workup.fact_time.ravel(),
            "note": Words(workup.note.ravel(), workup.notes),
            "next_test": Words(np.where(unknown, place, -1), [item.next_test for item in items]),
            "source": Words(np.asarray([sources.index(item.source) for item in items])[place], sources),
        },
        ids,
    )


def tabulate_findings(judged: Judged, _: Protocol, ids: pa.Array) -> pa.Table:
    """`findings`."""
    rows = judged.found.rows
    columns = vars(rows) | {
        "subject_id": rows.subject,
        "finding": Words(rows.finding, FINDING_IDS),
        "urgency": Words(rows.urgency, URGENCIES),
        "since_time": rows.since,
        "comparator": Words(rows.comparator, COMPARATORS),
        "unit": Words(rows.unit, finding_units()),
        "fever": Words(judged.found.fever, FEVERS),
        "preliminary": pa.array(rows.preliminary),
        "next_steps": judged.found.next_steps,
    }
    return make_table(FINDINGS, columns, ids)


def tabulate_about(judged: Judged, concepts: Concepts) -> pa.Array:
    """For each row of findings the name of the analyte or test it is about."""
    rows, tests = judged.found.rows, judged.tests
    index = np.where(rows.test >= 0, rows.test + len(concepts.names), rows.about)
    return pa.array([*concepts.names, *tests], pa.string()).take(pa.array(index, mask=index < 0))
