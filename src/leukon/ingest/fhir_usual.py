"""The short way of most results: an observation of these few fields, in one line without spaces, in one look.

It says the same as the long way (tests/ingest/test_fhir.py), which everything else takes.
"""

import msgspec
from msgspec import Raw, Struct

from leukon.ingest.fhir_datatypes import NOTHING
from leukon.ingest.fhir_json import EMPTY
from leukon.ingest.fhir_results import UNKNOWN, Desk
from leukon.ingest.fhir_times import time_in
from leukon.ingest.fhir_values import result_in


class _Usual(
    Struct,
    gc=False,
    rename="camel",
    tag="Observation",
    tag_field="resourceType",
    forbid_unknown_fields=True,  # what is not among these may change what they mean
    omit_defaults=True,
):
    """Fields of most results; those from `id` on are read."""

    meta: Raw = NOTHING
    text: Raw = NOTHING
    category: Raw = NOTHING
    encounter: Raw = NOTHING
    performer: Raw = NOTHING
    interpretation: Raw = NOTHING
    note: Raw = NOTHING
    id: str = ""
    status: str = ""
    code: Raw = NOTHING
    subject: Raw = NOTHING
    effective_date_time: Raw = NOTHING
    issued: Raw = NOTHING
    value_quantity: Raw = NOTHING
    reference_range: Raw = NOTHING


_DECODER = msgspec.json.Decoder(_Usual)
_ENCODER = msgspec.json.Encoder()


def add_usual(desk: Desk, line: bytes, place: str) -> bool:
    """Add the row of a usual observation; False, and nothing added, if it is none.

    Written again it must be as long as it was: a field that stood there twice would be missing.
    """
    try:
        said = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    if len(_ENCODER.encode(said)) != len(line) or not said.id:
        return False
    issued = _bytes(said.issued)
    code, (text, number, comparator, unit), lln, uln, part = result_in(
        _bytes(said.code), _bytes(said.value_quantity), _bytes(said.reference_range)
    )
    recorded = time_in(issued, desk.zone)
    desk.rows.add(
        place=place,
        subject_id=desk.links.find_subject(_bytes(said.subject), {}),
        time=None if recorded is None and issued is not None else time_in(_bytes(said.effective_date_time), desk.zone),
        code=code,
        numeric_value=number,
        text_value=text,
        unit=unit,
        comparator=comparator,
        lln=lln,
        uln=uln,
        status=said.status or UNKNOWN,
        recorded_time=recorded,
        source_id=None if part else f"Observation/{said.id}",
    )
    return True


def _bytes(raw: Raw) -> bytes | None:
    said = bytes(raw)
    return None if said in EMPTY else said
