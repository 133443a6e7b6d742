"""All that is known of one subject, gathered from the tables of a review; selected, and nothing calculated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.arrays import Array
from leukon.events.schema import COMPARATORS
from leukon.events.table import Events
from leukon.knowledge.protocol import Protocol
from leukon.monitor.review import Review

Row = dict[str, Any]
_TABLES = ("courses", "results", "episodes", "schedule", "workup", "findings")


@dataclass(frozen=True)
class Patient:
    """One subject: its rows of every table of the review, and the doses and coded findings behind them.

    `subject` is its row of `subjects`, or only its `subject_id` if nothing was known of it at as_of. The other fields
    are rows as dicts, in the order of their tables. `doses`: time, drug, display, amount (mg; None: not known),
    of_protocol (is it the protocol's drug), treatment_class (None: no treatment of the protocol) and premedication.
    Rows of `findings` have one column more, `about`: the analyte or test they are of.
    `facts` are coded findings: time, finding, display, value, comparator, word.
    """

    subject: Row
    courses: list[Row]
    results: list[Row]
    episodes: list[Row]
    schedule: list[Row]
    workup: list[Row]
    findings: list[Row]
    doses: list[Row]
    facts: list[Row]


def gather(review: Review, subject_ids: Sequence[Any]) -> list[Patient]:
    """Gather the subjects, in the order asked; each table is read once, however many they are.

    An id that the review does not know comes back with empty lists: nothing was received, which is not "normal".
    """
    ids = list(subject_ids)
    tables = {name: getattr(review, name) for name in ("subjects", *_TABLES)}
    tables["findings"] = tables["findings"].append_column("about", review.about)
    rows = {name: _rows_by_subject(table, ids) for name, table in tables.items()}
    numbers = _numbers(review.door.intake.subject_ids, ids)
    doses, facts = _doses(review, numbers), _facts(review, numbers)
    return [
        Patient(
            subject=next(iter(rows["subjects"].get(id_, ())), {"subject_id": id_}),
            **{name: rows[name].get(id_, []) for name in _TABLES},
            doses=doses.get(number, []),
            facts=facts.get(number, []),
        )
        for id_, number in zip(ids, numbers, strict=True)
    ]


def _rows_by_subject(table: pa.Table, ids: Sequence[Any]) -> dict[Any, list[Row]]:
    kept = table.filter(pc.is_in(table["subject_id"], _ids(ids, table["subject_id"].type)))
    return _split(kept.to_pylist(), "subject_id")


def _ids(ids: Sequence[Any], type_: pa.DataType) -> pa.Array:
    """The ids in the type of the table; what cannot be one of its ids becomes null and finds nothing."""
    fits = int if pa.types.is_integer(type_) else str
    return pa.array([id_ if isinstance(id_, fits) else None for id_ in ids], type_)


def _numbers(subject_ids: pa.Array, ids: Sequence[Any]) -> list[int]:
    found = pc.index_in(_ids(ids, subject_ids.type), subject_ids)
    return [-1 if at is None else at for at in found.to_pylist()]


def _split(rows: Sequence[Row], key: str) -> dict[Any, list[Row]]:
    by: dict[Any, list[Row]] = {}
    for row in rows:
        by.setdefault(row.pop(key) if key == "number" else row[key], []).append(row)
    return by


def _doses(review: Review, numbers: Sequence[int]) -> dict[int, list[Row]]:
    rows: list[Row] = []
    for events, _ in review.pieces:
        doses, names = events.doses, events.concepts.names
        for at in _places(doses.subject, numbers):
            drug = names[int(doses.drug[at])]
            rows.append(
                _about(doses, at, events, drug)
                | {"drug": drug, "amount": _number(doses.amount[at])}
                | _role(drug, review.protocol)
            )
    return {number: _with_premedication(mine, review.protocol) for number, mine in _split(rows, "number").items()}


def _role(drug: str, protocol: Protocol) -> Row:
    return {"of_protocol": drug in protocol.drugs, "treatment_class": protocol.treatment_class.get(drug)}


def _with_premedication(doses: list[Row], protocol: Protocol) -> list[Row]:
    """On a day of the protocol's drug, what the protocol calls premedication is not a treatment."""
    days = {dose["time"].date() for dose in doses if dose["of_protocol"]}
    softens = {name for name, treatment in protocol.treatments.items() if treatment.premedication}
    return [
        dose | {"premedication": dose["treatment_class"] in softens and dose["time"].date() in days} for dose in doses
    ]


def _facts(review: Review, numbers: Sequence[int]) -> dict[int, list[Row]]:
    rows: list[Row] = []
    for events, _ in review.pieces:
        found, names = events.findings, events.concepts.names
        for at in _places(found.subject, numbers):
            finding, word, sign = names[int(found.finding[at])], int(found.word.index[at]), int(found.comparator[at])
            rows.append(
                _about(found, at, events, finding)
                | {"finding": finding, "value": _number(found.value[at])}
                | {"comparator": None if sign < 0 else COMPARATORS[sign]}
                | {"word": None if word < 0 else found.word.words[word]}
            )
    return _split(rows, "number")


def _places(subject: Array, numbers: Sequence[int]) -> list[int]:
    found: list[int] = np.flatnonzero(np.isin(subject, np.asarray(numbers, np.int64))).tolist()
    return found


def _about(rows: Any, at: int, events: Events, concept: str) -> Row:
    return {
        "number": int(rows.subject[at]),
        "time": _datetime(int(rows.time[at])),
        "display": events.concepts.by_name[concept].display,
    }


def _datetime(microseconds: int) -> datetime:
    instant: datetime = np.datetime64(microseconds, "us").item()
    return instant


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
