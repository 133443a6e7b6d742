"""Drugs given, taken and ordered to event rows: a dose only where it was given or started, and reached all the body."""

from collections.abc import Mapping
from datetime import datetime

from leukon.ingest.fhir_codes import code_of
from leukon.ingest.fhir_datatypes import CodeableConcept, Dosage, Quantity, Reference
from leukon.ingest.fhir_json import Fields
from leukon.ingest.fhir_links import Drug, identity_of, read_drug, short_address
from leukon.ingest.fhir_results import MODIFIED, Desk, own_id, read_times, status_of
from leukon.ingest.fhir_routes import find_form
from leukon.ingest.fhir_times import first_of, read_time
from leukon.ingest.fhir_values import Value, read_quantity
from leukon.ingest.orders import OPEN, ORDERED

DOSES = ("MedicationAdministration", "MedicationStatement", "MedicationRequest")
NOT_GIVEN = Value("not given")
_GIVEN = {
    "MedicationAdministration": ("completed", "in-progress", "on-hold", "stopped"),
    "MedicationStatement": ("active", "completed"),
    "MedicationRequest": ("active", "completed"),
}
_NOT_GIVEN = {
    "MedicationAdministration": ("not-done",),
    "MedicationStatement": ("intended", "not-taken", "stopped", "on-hold"),
    "MedicationRequest": ("draft", "on-hold", "cancelled", "stopped"),
}
"""Statuses of each; any other word is handed on as it is.

An administration that was stopped was begun: whoever got half of an infusion that depletes cells is depleted.
"""
_KNOWN_SINCE = {"MedicationStatement": "dateAsserted", "MedicationRequest": "authoredOn"}
_ORDERS = ("order", "original-order", "reflex-order", "filler-order", "instance-order")


def add_dose(desk: Desk, dose: Fields, kind: str, place: str, inside: Mapping[str, Fields]) -> None:
    """Add the row of a dose, or of one that was not given.

    Local doses (eye drops) get a code that means nothing (`ROUTE//eye//...`).
    """
    drug, dosages = _drug(desk, dose, inside), _dosages(dose, kind)
    time, recorded = _times(desk, dose, kind, dosages)
    own = own_id(dose)
    source_id = own and f"{kind}/{own}"
    status, given = _status(dose, kind, dosages)
    code = code_of(drug.code)
    value = _amount(dosages, code) if given else NOT_GIVEN
    form = find_form(dosages, drug.code, drug.form)
    code = code if form is None else f"ROUTE//{form}//{code}"
    subject = desk.links.find_subject(dose.bytes_of("subject"), inside)
    if kind == "MedicationAdministration" and status != "entered-in-error":
        desk.told.add(subject, code)
    desk.rows.add(
        place=place,
        subject_id=subject,
        time=time,
        code=_mark_order(desk, code, source_id) if kind == "MedicationRequest" and given else code,
        numeric_value=value.number,
        text_value=value.text,
        unit=value.unit,
        comparator=value.comparator,
        status="unreadable" if dose.wrong and given else status,  # what is lost may be that it was an eye drop
        recorded_time=recorded,
        source_id=source_id,
    )


def _mark_order(desk: Desk, code: str | None, source_id: str | None) -> str | None:
    """An order that an administration of its bundle names is told by itself; of others the whole input decides."""
    if code is None:
        return None
    return f"{ORDERED if source_id in desk.links.given_orders else OPEN}{code}"


def _drug(desk: Desk, dose: Fields, inside: Mapping[str, Fields]) -> Drug:
    named = dose.read("medicationCodeableConcept", CodeableConcept)
    pointer = dose.read("medicationReference", Reference)
    if named is not None or pointer is None:
        return Drug(named, None)
    address = (pointer.reference or "").strip()
    if address.startswith("#"):
        local = inside.get(address[1:])
        found = None if local is None else read_drug(local)
    else:
        found = desk.links.medications.get(address) or desk.links.medications.get(short_address(address) or "")
    if found is not None and found.code is not None:
        return found
    words = pointer.display or identity_of([pointer.identifier] if pointer.identifier else None) or address
    return Drug(CodeableConcept(text=words), None)


def _dosages(dose: Fields, kind: str) -> list[Dosage]:
    if kind == "MedicationAdministration":
        dosage = dose.read("dosage", Dosage)
        return [] if dosage is None else [dosage]
    return dose.read("dosage" if kind == "MedicationStatement" else "dosageInstruction", list[Dosage]) or []


def _times(desk: Desk, dose: Fields, kind: str, dosages: list[Dosage]) -> tuple[datetime | None, datetime | None]:
    """When it was given or started, and when that became known."""
    time, _ = read_times(desk, dose)
    name = _KNOWN_SINCE.get(kind)
    if name is None:
        return time, None
    known = dose.read(name, str)
    recorded = read_time(known, desk.zone)
    if kind == "MedicationRequest":
        starts = [start for each in dosages if (start := first_of(each.timing))]
        time = read_time(min(starts, default=known), desk.zone)
    return (None if dose.has(name) and recorded is None else time), recorded


def _status(dose: Fields, kind: str, dosages: list[Dosage]) -> tuple[str, bool]:
    """Status of the row, and whether the dose was given or started."""
    status = status_of(dose, dose.word("status"))
    if any(bytes(each.modifier_extension) for each in dosages):
        return MODIFIED, True
    if kind == "MedicationRequest" and status in _GIVEN[kind]:
        return "final", not dose.read("doNotPerform", bool) and dose.read("intent", str) in _ORDERS
    if status in _NOT_GIVEN[kind]:
        return "final", False
    return ("final" if status in _GIVEN[kind] else status), True


def _amount(dosages: list[Dosage], code: str | None) -> Value:
    """The amount of one dose, where exactly one is said."""
    said: list[Quantity] = []
    for each in dosages:
        said += [each.dose] if each.dose is not None else []
        said += [rate.dose_quantity for rate in each.dose_and_rate or () if rate.dose_quantity is not None]
    return read_quantity(said[0], code) if len(said) == 1 else Value()
