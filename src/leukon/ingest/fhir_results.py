"""Observations to event rows: one for the value, and one for each component."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Raw

from leukon.ingest.fhir_codes import code_in
from leukon.ingest.fhir_datatypes import Identifier, Period, Reference, Timing
from leukon.ingest.fhir_json import Fields, Unreadable, read_fields
from leukon.ingest.fhir_links import Links, Report, group_of, identity_of
from leukon.ingest.fhir_quantities import limits_in
from leukon.ingest.fhir_times import first_of, read_time, start_of, time_in
from leukon.ingest.fhir_values import NO_VALUE, Result, Value, is_part, read_value
from leukon.ingest.gathered import Gathering
from leukon.ingest.orders import Told

MODIFIED = "modifierExtension"
"""Status of what carries an extension that may turn its meaning around: FHIR forbids to use it without knowing it."""
UNKNOWN = "unknown"
"""Status where none is given: FHIR demands one, so nothing says that the result is final."""
_TIMES = ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming")


@dataclass
class Desk:
    """What readers of resources share: their rows, what has been met, what was administered, and the zone of times."""

    rows: Gathering = field(default_factory=Gathering)
    links: Links = field(default_factory=Links)
    zone: ZoneInfo | None = None
    told: Told = field(default_factory=Told)


class _Shared(NamedTuple):
    """What an observation says for all its values."""

    subject_id: str | None
    time: datetime | None
    recorded_time: datetime | None
    status: str
    group: str | None
    own_id: str | None


def add_observation(
    desk: Desk, result: Fields, place: str, report: Report | None, inside: Mapping[str, Fields]
) -> None:
    """Add a row for the value of an observation and for each component; without either, one that says so.

    What an observation does not say itself (whose, when) is taken from the `report` it came in.
    """
    shared = _shared(desk, result, report, inside)
    code = code_in(result.bytes_of("code"))
    parts = result.read_list("component")
    value = read_value(result, code)
    if not parts or value != NO_VALUE:
        _add_row(desk.rows, shared, place, _read_result(result, code, value))
    if "component" in result.wrong:
        desk.rows.add_unreadable("component", place)
    if parts:
        _add_components(desk, parts, shared, place, code)


def _read_result(said: Fields, code: str | None, value: Value) -> Result:
    return Result(code, value, *limits_in(said.bytes_of("referenceRange"), code, value.unit), is_part(code))


def _add_components(desk: Desk, parts: list[Raw], shared: _Shared, place: str, parent: str | None) -> None:
    read: list[tuple[Fields, str | None, str, int]] = []
    for number, part in enumerate(parts, 1):
        where = f"{place} component {number}"
        try:
            fields = read_fields(part)
        except Unreadable as reason:
            desk.rows.add_unreadable(reason.what, where)
        else:
            read.append((fields, code_in(fields.bytes_of("code")), where, number))
    met = Counter([parent, *(code for _, code, _, _ in read)])
    for fields, code, where, number in read:
        result = _read_result(fields, code, read_value(fields, code))
        status = MODIFIED if fields.has("modifierExtension") else shared.status
        twice = f"#{number}" if met[code] > 1 else ""
        _add_row(desk.rows, shared._replace(status=status), where, result, twice)


def _add_row(rows: Gathering, shared: _Shared, place: str, result: Result, twice: str = "") -> None:
    code, value, lln, uln, part = result
    rows.add(
        place=place,
        subject_id=shared.subject_id,
        time=shared.time,
        code=code,
        numeric_value=value.number,
        text_value=value.text,
        unit=value.unit,
        comparator=value.comparator,
        lln=lln,
        uln=uln,
        status=shared.status,
        recorded_time=shared.recorded_time,
        source_id=_source_id(shared, twice, part=part),
    )


def _source_id(shared: _Shared, twice: str, *, part: bool) -> str | None:
    """The blood it was measured in, where that is known; else the observation itself.

    A count is derived from a percentage and a total of one source only. Without a shared source a percentage is handed
    on without any: it then meets the total of its time, as it would in a CSV file.
    """
    if shared.group is None and part:
        return None
    source = shared.group or shared.own_id
    return f"{source}{twice}" if source else None


def _shared(desk: Desk, result: Fields, report: Report | None, inside: Mapping[str, Fields]) -> _Shared:
    subject = desk.links.find_subject(result.bytes_of("subject"), inside)
    time, recorded = read_times(desk, result)
    status = status_of(result, result.word("status"))
    group = group_of(result.read("specimen", Reference))
    if report is not None:
        subject = subject if result.has("subject") else report.subject_id
        time = time if any(map(result.has, _TIMES)) or (result.has("issued") and recorded is None) else report.time
        recorded = recorded if result.has("issued") else report.recorded_time
        status = status_of(result, report.status) if not result.has("status") else status
        group = group or report.group
    if group is None:
        group = group_of(*(result.read("basedOn", list[Reference]) or ()))
    own = own_id(result)
    return _Shared(subject, time, recorded, status or UNKNOWN, group, own and f"Observation/{own}")


def status_of(resource: Fields, status: str | None) -> str:
    """The status of a resource, as far as it may be used at all."""
    return MODIFIED if resource.has("implicitRules") or resource.has("modifierExtension") else status or UNKNOWN


def own_id(resource: Fields) -> str | None:
    """The id of a resource, else an identifier."""
    return resource.word("id") or identity_of(resource.read("identifier", list[Identifier]))


def read_times(desk: Desk, resource: Fields) -> tuple[datetime | None, datetime | None]:
    """When it was measured or given, and when it became known; without the second, if it cannot be read, no first."""
    time, recorded = time_in(resource.bytes_of("effectiveDateTime"), desk.zone), None
    if not resource.has("effectiveDateTime"):
        said = (
            start_of(resource.read("effectivePeriod", Period))
            or resource.read("effectiveInstant", str)
            or first_of(resource.read("effectiveTiming", Timing))
        )
        time = read_time(said, desk.zone)
    issued = resource.bytes_of("issued")
    if issued is not None:
        recorded = time_in(issued, desk.zone)
        time = None if recorded is None else time
    return time, recorded


def read_report(desk: Desk, report: Fields, kind: str, inside: Mapping[str, Fields]) -> Report:
    """What results take from a report, or a panel, that holds or names them."""
    time, recorded = read_times(desk, report)
    own = own_id(report)
    specimens = report.read("specimen", list[Reference] if kind == "DiagnosticReport" else Reference)
    specimens = specimens if isinstance(specimens, list) else [specimens]
    group = group_of(*specimens) if len(specimens) == 1 else None
    return Report(
        subject_id=desk.links.find_subject(report.bytes_of("subject"), inside),
        time=time,
        recorded_time=recorded,
        status=report.word("status"),
        group=group or (own and f"{kind}/{own}"),
    )
