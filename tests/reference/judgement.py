"""Work-up and findings of one patient, in the contract's order. Start reading here; the words are in facts.py."""

from .facts import Patient
from .monitor import as_float
from .other_findings import (
    disagreement_rows,
    doubt_rows,
    end_rows,
    fall_rows,
    liver_and_thyroid_rows,
    platelet_rows,
    renal_rows,
    silence_rows,
    slot_rows,
    two_lines,
)
from .rules import WORKUP_ITEMS
from .steps import steps_of
from .urgency import anc_rows, fever_not_known, over_rows, preliminary_anc_rows
from .words import words_of_protocol
from .workup import find_fact

__all__ = ["Patient", "find_findings", "find_workup", "patient_of"]


HARD_TO_READ = [
    "implausible", "no_unit", "unknown_unit", "not_numeric", "negative", "conflict", "ambiguous_comma", "bad_status",
]  # fmt: skip


def patient_of(subject_id, rows, not_used, waiting, rules, **known):
    """A patient out of the door's rows; `known` are the tables found so far, `waiting` counts from preliminary parts."""
    preliminary = [
        {"concept": row["concept"], "time": row["time"], "said": (row["reading"].number, row["reading"].comparator)}
        for row in rows
        if row["reason"] == "preliminary" and row["reading"].reason is None
    ]
    preliminary += [
        {"concept": row["concept"], "time": row["time"], "said": (row["number"], row["comparator_read"])}
        for row in waiting
        if row["subject_id"] == subject_id
    ]
    known["results"] = [result | {"place": place} for place, result in enumerate(known["results"])]
    return Patient(
        subject_id=subject_id,
        rules=rules,
        words=words_of_protocol(),
        findings=[row for row in rows if row["use"] == "finding"],
        doses=[row for row in rows if row["use"] == "dose"],
        preliminary=preliminary,
        refused=[row for row in rows if row["reason"] in HARD_TO_READ and row["time"] and not row["is_dose"]],
        not_used=[count for count in not_used if count["subject_id"] == subject_id],
        **known,
    )


# --- work-up ----------------------------------------------------------------------------------------------------------


def find_workup(patient):
    """One row for each episode and item, in the order of the protocol."""
    return [one_item(patient, episode, item) for episode in patient.episodes for item in WORKUP_ITEMS]


def one_item(patient, episode, item):
    fact, words = find_fact(patient, episode, item), patient.words["workup"][item]
    status = fact.status if fact else "unknown"
    note = words.get("notes", {}).get(status) or fact.words if fact else None
    return {
        "subject_id": patient.subject_id,
        "episode": episode["episode"],
        "item": item,
        "cause": words["cause"],
        "status": status,
        "comparator": fact.comparator if fact else None,
        "value": as_float(fact.number) if fact else None,
        "unit": fact.unit if fact else None,
        "fact_time": fact.time if fact else None,
        "note": note,
        "next_test": words["next_test"] if status == "unknown" else None,
        "source": words["source"],
    }


# --- findings ---------------------------------------------------------------------------------------------------------


def find_findings(patient):
    """Every finding, by time, name, then the other columns, with its next steps."""
    neutrophils = anc_rows(patient)
    preliminary = preliminary_anc_rows(patient)
    rows = neutrophils + preliminary + fever_not_known(neutrophils + preliminary, patient) + over_rows(patient)
    rows += platelet_rows(patient) + fall_rows(patient) + two_lines(patient, neutrophils[0] if neutrophils else None)
    rows += renal_rows(patient) + liver_and_thyroid_rows(patient)
    rows += silence_rows(patient) + doubt_rows(patient) + disagreement_rows(patient)
    rows += slot_rows(patient) + end_rows(patient)
    for row in rows:
        row.setdefault("next_steps", None)
        row["next_steps"] = row["next_steps"] or steps_of(row, patient)
    return sorted(rows, key=order_of_finding)


def order_of_finding(row):
    columns = ["episode", "urgency", "comparator", "value", "unit", "value_time", "fever", "preliminary", "next_steps"]
    rest = [(row[column] is None, "" if row[column] is None else row[column]) for column in columns]
    return (row["since_time"], row["finding"], rest)
