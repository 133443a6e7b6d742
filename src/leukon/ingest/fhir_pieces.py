"""Pieces of FHIR: a resource with its type and place, and what lives inside it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec import Raw

from leukon.ingest.fhir_json import Fields, Unreadable, read_fields
from leukon.ingest.fhir_results import Desk


class Piece(NamedTuple):
    """A resource: its type, its fields, where it came from, and its address in a bundle."""

    kind: str
    fields: Fields
    place: str
    address: str | None = None


@dataclass
class Inside:
    """What lives inside one resource: everything by its local id, and the results."""

    by_id: dict[str, Fields] = field(default_factory=dict)
    results: list[Piece] = field(default_factory=list)


def read_piece(desk: Desk, content: bytes | Raw, place: str, address: str | None = None) -> Piece | None:
    """The resource in some bytes; what cannot be read is said at once, and is None."""
    try:
        fields = read_fields(content)
    except Unreadable as reason:
        desk.rows.add_unreadable(reason.what, place)
        return None
    kind = fields.word("resourceType")
    if kind is None:
        desk.rows.add_unreadable("resource", place)
        return None
    return Piece(kind, fields, place, address)


def look_inside(desk: Desk, piece: Piece) -> Inside:
    """What is contained in a resource."""
    inside = Inside()
    if not piece.fields.has("contained"):
        return inside
    for number, raw in enumerate(piece.fields.read_list("contained"), 1):
        local = read_piece(desk, raw, f"{piece.place} contained {number}")
        if local is not None:
            inside.by_id[(local.fields.word("id") or "").removeprefix("#")] = local.fields
            inside.results += [local] if local.kind == "Observation" else []
    if "contained" in piece.fields.wrong:
        desk.rows.add_unreadable("contained", piece.place)
    return inside
