"""Next steps of a finding: those of the protocol, as far as their gates are open (decision 11, items 37 to 40)."""

from .facts import YES, infection_of, is_above, is_below
from .monitor import days_between
from .rules import URGENCY
from .urgency import open_episode


def steps_of(row, patient):
    """`id@source`, joined by `;`, or None."""
    known = patient.words["steps"]
    open_ones = []
    for step in patient.words["findings"][row["finding"]]["steps"]:
        instead = known[step].get("instead")
        if is_open(known[step], row, patient):
            open_ones.append(step)
        elif instead and is_open(known[instead], row, patient):
            open_ones.append(instead)
    return ";".join(f"{step}@{known[step]['source']}" for step in open_ones) or None


def is_open(step, row, patient):
    return all(GATES[name](wanted, row, patient) for name, wanted in step.get("gate", {}).items())


GATES = {
    "fever": lambda words, row, patient: row["fever"] in words,
    "infection": lambda words, row, patient: infection_of(patient) in words,
    "below": lambda limit, row, patient: row["said"] is not None and is_below(row["said"], limit),
    "above": lambda limit, row, patient: row["said"] is not None and is_above(row["said"], limit),
    "haematology_contact": lambda wanted, row, patient: haematology_knows(patient) == wanted,
    "corticosteroid_lately": lambda wanted, row, patient: corticosteroid_lately(patient) == wanted,
    "from_white_cells": lambda wanted, row, patient: row["from_white_cells"] == wanted,
    "preliminary": lambda wanted, row, patient: row["preliminary"] == wanted,
    "about": lambda analyte, row, patient: row["about"] == analyte,
}


def haematology_knows(patient):
    episode = open_episode(patient)
    days = patient.age(episode["onset_by_time"]) if episode else 0
    return patient.has_lately("haematology_contact", days + URGENCY["contact_days"], YES)


def corticosteroid_lately(patient):
    concepts, until = patient.rules["treatments"]["corticosteroid"], patient.as_of
    return any(
        dose["concept"] in concepts and days_between(dose["time"], until) <= URGENCY["corticosteroid_days"]
        for dose in patient.doses
    )
