"""Imagined tests as ordinary events, and what the ordinary review says of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from leukon.events.arrays import DAY, Array
from leukon.knowledge.protocol import Protocol
from leukon.knowledge.simulation import Simulation
from leukon.monitor.review import Review, review
from leukon.simulate.designs import Design
from leukon.simulate.people import People
from leukon.simulate.testing import Tests

START = datetime(2000, 1, 1)
"""An invented day 0."""
_LATER = 60
"""Days after the last planned day on which the data are looked at: visits may come late."""
_CODES = ("anc",)
_UNIT = "10*9/L"


@dataclass(frozen=True)
class Seen:
    """What the review found, one entry a person: whether it opened an episode, and a severe one, and when (NaN: never).

    `severe_day` is the day of the first severe count, as a fraction where the time of day matters.
    """

    opened: Array
    severe: Array
    severe_day: Array


def make_events(tests: Tests, people: int, protocol: Protocol) -> pa.Table:
    """The tests as events: one dose of the protocol's first drug on day 0, of no stated amount, then the counts.

    Persons are numbered 0, 1, 2 ...; the calendar begins at `START`, which is invented. Rows are sorted.
    """
    rows = tests.person.size + people
    counts = np.bincount(tests.person, minlength=people)
    place = np.arange(tests.person.size) + tests.person + 1  # after the doses of all persons up to this one
    is_dose = np.ones(rows, bool)
    is_dose[place] = False
    subject = np.arange(people).repeat(counts + 1)
    time, value = np.zeros(rows), np.full(rows, np.nan)
    time[place], value[place] = tests.day, tests.count
    start = np.datetime64(START, "us").astype(np.int64)
    code = pa.DictionaryArray.from_arrays(is_dose.astype(np.int8), pa.array([*_CODES, protocol.drugs[0]]))
    unit = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8), mask=is_dose), pa.array([_UNIT]))
    return pa.table(
        {
            "subject_id": pa.array(subject),
            "time": pa.array((start + time * DAY).astype(np.int64).view("M8[us]")),
            "code": code,
            "numeric_value": pa.array(value, mask=is_dose),
            "unit": unit,
        }
    )


def review_design(tests: Tests, people: People, design: Design, known: Simulation) -> Seen:
    """Send the tests through `leukon.review` under the schedule, and read off what it found."""
    size = people.usual.size
    as_of = START.date() + timedelta(days=known.follow_days + _LATER)
    events = make_events(tests, size, design.protocol)
    return _read(review(events, design.protocol, schedule=design.schedule, as_of=as_of), size, known)


def _read(found: Review, size: int, known: Simulation) -> Seen:
    opened, severe, day = np.zeros(size, bool), np.zeros(size, bool), np.full(size, np.nan)
    number, start = found.door.concepts.number["anc"], np.datetime64(START, "us").astype(np.int64)
    for _, columns in found.pieces:
        episodes, counts = columns.episodes, columns.results.counts
        opened[episodes.subject] = True
        severe[episodes.subject[episodes.nadir < known.severe_below]] = True
        at = np.flatnonzero((counts.analyte == number) & (counts.value < known.severe_below))[::-1]
        day[counts.subject[at]] = (counts.time[at] - start) / DAY  # backwards: the earliest is written last
    return Seen(opened, severe, day)
