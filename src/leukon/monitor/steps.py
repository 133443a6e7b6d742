"""Which next steps are offered with each finding: those of the protocol whose gates are open."""

from dataclasses import dataclass

import numpy as np

from leukon.events.arrays import DAY, NULL, Array, Words
from leukon.events.usable import Doses
from leukon.knowledge.judgement import FINDINGS, Gate, Step
from leukon.knowledge.protocol import BASELINE, Protocol
from leukon.monitor.finding_rows import FindingRows
from leukon.monitor.limits import all_above, all_below
from leukon.monitor.people import People
from leukon.monitor.schema import FEVERS
from leukon.monitor.urgent_anc import Open


@dataclass(frozen=True)
class State:
    """What the gates ask of each person: fever, infection, haematology contact, corticosteroid lately."""

    people: People
    fever: Array
    infection: Array
    contact: Array
    corticosteroid: Array


def find_state(
    people: People, fever: Array, infection: Array, now_open: Open, doses: Doses, protocol: Protocol
) -> State:
    """Gather what the gates ask."""
    gates = protocol.urgency.gates
    onset = now_open.of(now_open.episodes.onset_by_time, NULL)
    since = np.where(now_open.place >= 0, onset // DAY, people.today) - gates.contact_days_before
    said = people.words("haematology_contact")
    number = people.concepts.number
    kinds = [number[name] for name, kind in protocol.treatment_class.items() if kind == gates.corticosteroid_class]
    given = np.flatnonzero(np.isin(doses.drug, kinds))
    lately = np.zeros(people.size, bool)
    person = people.place(doses.subject[given])
    lately[person[doses.time[given] // DAY >= people.today - gates.corticosteroid_within_days]] = True
    contact = people.any_since(since, said, said.is_yes)
    return State(people, fever, infection, contact, lately)


def find_steps(rows: FindingRows, state: State, protocol: Protocol, tests: tuple[str, ...], schedule: str) -> Words:
    """For each row its steps, as `id@source` joined by `;`; -1 where none is offered."""
    index = np.where(rows.test >= 0, rows.test, -1)
    words = [f"{test}@{_source_of_test(protocol, schedule, test)}" for test in tests]
    for finding in np.unique(rows.finding):
        at = np.flatnonzero((rows.finding == finding) & (rows.test < 0))
        offered = _offered(rows.take(at), state, protocol, protocol.findings[FINDINGS[finding]].steps)
        sets, which = np.unique(offered, axis=0, return_inverse=True)
        texts = [_text(row, protocol, protocol.findings[FINDINGS[finding]].steps) for row in sets]
        places = np.asarray([-1 if not text else len(words) + place for place, text in enumerate(texts)])
        words += texts
        index[at] = places[which.ravel()] if at.size else index[at]
    return Words(index, words)


def _source_of_test(protocol: Protocol, schedule: str, test: str) -> str:
    """Where the plan of a test comes from: the schedule's own word on it, or that of the one it is based on."""
    named = protocol.schedules[schedule]
    phases = [*named.phases, *(() if named.based_on is None else protocol.schedules[named.based_on].phases)]
    mine = [phase for phase in phases if test in phase.tests]
    planned = [phase for phase in mine if phase.phase != BASELINE]
    return (planned or mine)[0].source if mine else named.source


_SHUT, _OPEN, _INSTEAD = range(3)


def _offered(rows: FindingRows, state: State, protocol: Protocol, steps: tuple[str, ...]) -> Array:
    """For each row and step whether its gate is open, or that of the step instead of it."""
    columns = np.full((rows.subject.size, len(steps)), _SHUT, np.int8)
    for place, name in enumerate(steps):
        step = protocol.steps[name]
        is_open = _is_open(step.gate, rows, state)
        if step.instead is not None:
            other = _is_open(protocol.steps[step.instead].gate, rows, state)
            columns[other, place] = _INSTEAD
        columns[is_open, place] = _OPEN
    return columns


def _text(row: Array, protocol: Protocol, steps: tuple[str, ...]) -> str:
    names = [_named(protocol.steps[name], name, how) for name, how in zip(steps, row, strict=True) if how != _SHUT]
    return ";".join(f"{name}@{protocol.steps[name].source}" for name in names)


def _named(step: Step, name: str, how: int) -> str:
    return name if how == _OPEN or step.instead is None else step.instead


def _is_open(gate: Gate, rows: FindingRows, state: State) -> Array:
    """Which rows have all that the gate names."""
    person = state.people.place(rows.subject)
    is_open = np.ones(rows.subject.size, bool)
    for words, said in ((gate.fever, state.fever), (gate.infection, state.infection)):
        if words is not None:
            is_open &= np.isin(said[person], [FEVERS.index(word) for word in words])
    for wanted, holds in (
        (gate.haematology_contact, state.contact[person]),
        (gate.corticosteroid_lately, state.corticosteroid[person]),
        (gate.from_white_cells, rows.from_wbc),
        (gate.preliminary, rows.preliminary),
    ):
        if wanted is not None:
            is_open &= holds == wanted
    if gate.below is not None:
        is_open &= all_below(rows.value, rows.comparator, gate.below)
    if gate.above is not None:
        is_open &= all_above(rows.value, rows.comparator, gate.above)
    if gate.about is not None:
        is_open &= rows.about == state.people.concepts.number[gate.about]
    return is_open
