"""Invented FHIR R4 for tests: resources as dicts, and files of them. Nobody here exists."""

import json
from pathlib import Path

LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"


def quantity(value, unit="10*9/L", **more):
    return {"value": value, "unit": unit, "system": UCUM, "code": unit} | more


def concept(code, system=LOINC, **more):
    return {"coding": [{"system": system, "code": code}]} | more


def limits(low=2.0, high=7.5, unit="10*9/L"):
    return [{"low": quantity(low, unit), "high": quantity(high, unit)}]


def observation(code="751-8", value=0.9, **more):
    """A final ANC of 0.9; a field given as None is left out."""
    said = {
        "resourceType": "Observation",
        "id": "r1",
        "status": "final",
        "code": concept(code),
        "subject": {"reference": "Patient/7"},
        "effectiveDateTime": "2024-03-04T08:30:00+02:00",
        "valueQuantity": quantity(value),
    }
    return without_nothing(said | more)


def component(code, value, unit="%"):
    return {"code": concept(code), "valueQuantity": quantity(value, unit)}


def given(**more):
    """12 mg of the protocol's drug, given."""
    said = {
        "resourceType": "MedicationAdministration",
        "id": "d1",
        "status": "completed",
        "medicationCodeableConcept": concept("117055", RXNORM),
        "subject": {"reference": "Patient/7"},
        "effectiveDateTime": "2024-01-08T09:00:00+01:00",
        "dosage": {"dose": quantity(12, "mg")},
    }
    return without_nothing(said | more)


def taken(**more):
    said = {
        "resourceType": "MedicationStatement",
        "id": "s1",
        "status": "active",
        "medicationCodeableConcept": concept("8638", RXNORM),
        "subject": {"reference": "Patient/7"},
        "effectivePeriod": {"start": "2024-01-08", "end": "2024-02-01"},
        "dosage": [{"doseAndRate": [{"doseQuantity": quantity(20, "mg")}]}],
    }
    return without_nothing(said | more)


def ordered(**more):
    said = {
        "resourceType": "MedicationRequest",
        "id": "o1",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": concept("8638", RXNORM),
        "subject": {"reference": "Patient/7"},
        "authoredOn": "2024-01-08T10:00:00+01:00",
        "dosageInstruction": [{"doseAndRate": [{"doseQuantity": quantity(20, "mg")}]}],
    }
    return without_nothing(said | more)


def report(**more):
    said = {
        "resourceType": "DiagnosticReport",
        "id": "p1",
        "status": "final",
        "code": concept("58410-2"),
        "subject": {"reference": "Patient/7"},
        "effectiveDateTime": "2024-03-04T08:30:00+02:00",
        "issued": "2024-03-04T11:00:00+02:00",
    }
    return without_nothing(said | more)


def bundle(*resources, **addresses):
    """A collection; `addresses` gives the `fullUrl` of the entry with this number, as `_1=...`."""
    entries = []
    for number, resource in enumerate(resources, 1):
        address = addresses.get(f"_{number}")
        entries.append(({"fullUrl": address} if address else {}) | {"resource": resource})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def without_nothing(said):
    return {name: value for name, value in said.items() if value is not None}


def compact(resource):
    return json.dumps(resource, separators=(",", ":"), ensure_ascii=False)


def write_lines(path: Path, *lines, end="\n", start=b""):
    """NDJSON of resources (dicts) and of lines as they are (str or bytes)."""
    raw = [
        each if isinstance(each, bytes) else (each if isinstance(each, str) else compact(each)).encode()
        for each in lines
    ]
    path.write_bytes(start + b"".join(line + end.encode() for line in raw))
    return path


def write_document(path: Path, resource, indent=2):
    path.write_text(json.dumps(resource, indent=indent), encoding="utf-8")
    return path
