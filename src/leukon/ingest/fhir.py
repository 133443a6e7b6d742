"""FHIR R4: a bundle or another resource (JSON), bulk-export NDJSON, or a folder of either, to events.

What is read from which field stands in docs/how-to/read-fhir.md.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from leukon.errors import UnreadableFile
from leukon.events.columns import check_timezone
from leukon.ingest.fhir_entries import add_content
from leukon.ingest.fhir_files import (
    find_files,
    holds_medications,
    is_document,
    is_whole,
    looks_like_fhir,
    read_document,
    read_lines,
    read_start,
)
from leukon.ingest.fhir_json import Unreadable, read_fields
from leukon.ingest.fhir_results import Desk
from leukon.ingest.gathered import in_batches, to_table
from leukon.ingest.orders import Told, settle_orders


def is_fhir(path: Path) -> bool:
    """Whether a file begins like FHIR in JSON, or a folder holds such a file; never raises."""
    try:
        return any(looks_like_fhir(read_start(file)) for file in find_files(path))
    except OSError:
        return False


def read_fhir(path: Path, timezone: str | None = None) -> pa.Table:
    """All events of `stream_fhir` as one table of `gathered.SCHEMA`."""
    return to_table(stream_fhir(path, timezone))


def stream_fhir(path: Path, timezone: str | None = None) -> Iterator[pa.RecordBatch]:
    """Read a bundle, one resource, NDJSON, or all `*.ndjson`, `*.jsonl` and `*.json` files of a folder.

    Parameters
    ----------
    path
        The file or folder. NDJSON is read line by line, and twice where it holds orders; a bundle is held in memory.
    timezone
        IANA zone to convert times with an offset to; default: wall clock as written.

    Yields
    ------
    pyarrow.RecordBatch
        Rows of `gathered.SCHEMA`: one for each value of an Observation (its own and each component's) and for each
        MedicationAdministration, MedicationStatement and MedicationRequest. What cannot be read is a row too.

    Raises
    ------
    UnreadableFile
        If the file or folder is missing, cannot be opened, or is not FHIR in JSON.
    UnknownTime
        If there is no such time zone.
    """
    check_timezone(timezone)
    files = find_files(path)
    starts = [(file, _start_of(file)) for file in files]
    if not any(looks_like_fhir(start) for _, start in starts):
        raise UnreadableFile(
            path,
            "no FHIR resource in JSON is at its start.",
            "give a bundle (.json) or bulk export (.ndjson); ask for JSON if it is FHIR in XML.",
        )
    if len(files) == 1 and is_document(files[0]) and not is_whole(read_document(files[0])):
        raise UnreadableFile(path, "its JSON is broken or cut short.", "export or copy the file again.")
    zone = None if timezone is None else ZoneInfo(timezone)

    def read(told: Told) -> Iterator[pa.RecordBatch]:
        desk = Desk(zone=zone, told=told)
        for file, start in starts:
            if len(starts) > 1 and holds_medications(start):
                _learn_medications(desk, file)
        yield from in_batches(desk.rows, _each_step(desk, files))

    yield from settle_orders(read)


def _start_of(file: Path) -> bytes:
    try:
        return read_start(file)
    except OSError:
        raise UnreadableFile(file, "it cannot be opened.", "check the path and that you may read it.") from None


def _each_step(desk: Desk, files: Iterable[Path]) -> Iterator[None]:
    for file in files:
        if is_document(file):
            yield from add_content(desk, read_document(file), file.name)
        else:
            yield from _each_line(desk, file)


def _each_line(desk: Desk, file: Path) -> Iterator[None]:
    name = file.name
    for number, line in read_lines(file):
        if line is None:
            desk.rows.add_unreadable("too_long", f"{name}:{number}")
        else:
            yield from add_content(desk, line, f"{name}:{number}")
        yield


def _learn_medications(desk: Desk, file: Path) -> None:
    """Drugs that other files of a bulk export point at; they are few, and are kept."""
    for _, line in read_lines(file):
        if line is not None and b'"Medication"' in line:
            _learn_medication(desk, line)


def _learn_medication(desk: Desk, line: bytes) -> None:
    try:
        drug = read_fields(line)
    except Unreadable:
        return  # said when the file itself is read
    if drug.read("resourceType", str) == "Medication":
        desk.links.learn_medication(drug, None)
