"""One resource after the other to rows, each with all that lies inside it; bundles are read entry by entry."""

from collections.abc import Iterable, Iterator

from msgspec import Raw

from leukon.ingest.fhir_codes import code_in
from leukon.ingest.fhir_datatypes import Act, Identifier, Reference
from leukon.ingest.fhir_doses import DOSES, add_dose
from leukon.ingest.fhir_json import Fields, Unreadable, read_fields
from leukon.ingest.fhir_links import Report, short_address
from leukon.ingest.fhir_pieces import Inside, Piece, look_inside, read_piece
from leukon.ingest.fhir_results import Desk, add_observation, own_id, read_report
from leukon.ingest.fhir_usual import add_usual

SUPPORTING = frozenset(
    (
        *("Medication", "Specimen", "Organization", "Practitioner", "PractitionerRole", "Location", "Device"),
        *("Provenance", "OperationOutcome", "Binary", "Group", "List", "Endpoint", "Substance"),
    )
)
"""Resources that only explain others: they are no rows of their own."""
DEEPEST = 16
"""Bundles in bundles (documents in a search) go down only so far."""
_NAMES = {"DiagnosticReport": "result", "Observation": "hasMember"}
"""What names results of its own, and where."""


def add_content(desk: Desk, content: bytes, place: str) -> Iterable[None]:
    """Add the rows of some bytes; what cannot be read is a row that says so. A bundle is added in steps."""
    if add_usual(desk, content, place):
        return ()
    piece = read_piece(desk, content, place)
    if piece is not None and piece.kind == "Bundle":
        return _add_bundle(desk, piece, 0)
    if piece is not None:
        _add_piece(desk, piece)
    return ()


def _add_bundle(desk: Desk, bundle: Piece, depth: int) -> Iterator[None]:
    """Two passes: entries may point at others that come later. What they point at ends with the bundle."""
    raws = bundle.fields.read_list("entry")
    if bundle.fields.wrong or depth == DEEPEST:
        desk.rows.add_unreadable("bundle", bundle.place)
        return
    outside = desk.links
    desk.links = outside.inside_bundle()
    entries = [_read_entry(desk, raw, f"{bundle.place} entry {number}") for number, raw in enumerate(raws, 1)]
    for piece in entries:
        if piece is not None:
            desk.links.enter(piece.address)
            _learn(desk, piece)
    for piece in entries:
        if piece is not None and piece.kind == "Bundle":
            yield from _add_bundle(desk, piece, depth + 1)
        elif piece is not None:
            desk.links.enter(piece.address)
            _add_piece(desk, piece)
        yield
    outside.leave_bundle(desk.links)
    desk.links = outside


def _read_entry(desk: Desk, raw: Raw, place: str) -> Piece | None:
    """The resource of an entry; what cannot be read, or was deleted, is said at once."""
    try:
        entry = read_fields(raw)
    except Unreadable as reason:
        desk.rows.add_unreadable(reason.what, place)
        return None
    content = entry.bytes_of("resource")
    if content is not None:
        return read_piece(desk, content, place, entry.read("fullUrl", str))
    act = entry.read("request", Act)
    if act is not None and act.method == "DELETE":
        desk.rows.add_unreadable("deleted", place)
    return None


def _learn(desk: Desk, piece: Piece) -> None:
    """Note what other entries may point at."""
    links, fields, address = desk.links, piece.fields, piece.address
    if piece.kind == "Patient" and address and address.startswith("urn:"):
        links.patients[address] = _name(desk, fields) or address.rpartition(":")[2]
    elif piece.kind == "Medication":
        links.learn_medication(fields, address)
    elif piece.kind == "MedicationAdministration" and fields.has("request"):
        order = fields.read("request", Reference)
        links.given_orders.add(short_address(order.reference if order else None) or "")
    elif piece.kind in _NAMES and fields.has(_NAMES[piece.kind]):
        report = read_report(desk, fields, piece.kind, {})
        for each in fields.read(_NAMES[piece.kind], list[Reference]) or ():
            links.reports[short_address(each.reference) or ""] = report


def _add_piece(desk: Desk, piece: Piece) -> None:
    kind, fields, place = piece.kind, piece.fields, piece.place
    if kind == "Observation":
        inside = look_inside(desk, piece)
        add_observation(desk, fields, place, _find_report(desk, piece), inside.by_id)
        if inside.results:
            _add_results(desk, inside, read_report(desk, fields, kind, inside.by_id))
    elif kind in DOSES:
        inside = look_inside(desk, piece)
        add_dose(desk, fields, kind, place, inside.by_id)
        _add_results(desk, inside, None)
    elif kind == "DiagnosticReport":
        _add_report(desk, piece)
    elif kind == "Patient":
        desk.rows.add(place=place, code="FHIR//Patient", subject_id=_identity(desk, piece))
    elif kind == "Medication":
        desk.links.learn_medication(fields, piece.address)
    elif kind not in SUPPORTING:
        desk.rows.add(place=place, code=f"FHIR//{kind}")


def _find_report(desk: Desk, piece: Piece) -> Report | None:
    reports = desk.links.reports
    if not reports:
        return None
    own = piece.fields.word("id")
    return reports.get(piece.address or "") or reports.get(short_address(piece.address) or f"Observation/{own}")


def _identity(desk: Desk, piece: Piece) -> str | None:
    told = desk.links.person_at(piece.address) if piece.address else None
    return told or _name(desk, piece.fields)


def _name(desk: Desk, person: Fields) -> str | None:
    """The id of a Patient, else an identifier."""
    return person.word("id") or desk.links.identified(person.read("identifier", list[Identifier]))


def _add_report(desk: Desk, piece: Piece) -> None:
    """The results inside a report; one that neither holds nor names results is a row of its own."""
    fields, place = piece.fields, piece.place
    inside = look_inside(desk, piece)
    shared = read_report(desk, fields, piece.kind, inside.by_id)
    _add_results(desk, inside, shared)
    named = [each.reference or "" for each in fields.read("result", list[Reference]) or ()]
    local = {f"#{own_id(result.fields)}" for result in inside.results}
    if any(address.startswith("#") and address not in local for address in named):
        desk.rows.add_unreadable("missing_result", place)
    if not named and not inside.results:
        desk.rows.add(
            place=place,
            subject_id=shared.subject_id,
            time=shared.time,
            code=code_in(fields.bytes_of("code")),
            text_value=fields.read("conclusion", str),
            status=shared.status,
            recorded_time=shared.recorded_time,
            source_id=shared.group,
        )


def _add_results(desk: Desk, inside: Inside, report: Report | None) -> None:
    for piece in inside.results:
        add_observation(desk, piece.fields, piece.place, report, inside.by_id)
