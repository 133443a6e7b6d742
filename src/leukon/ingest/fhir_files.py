"""Files with FHIR in them: which they are, whether one is a document or lines, and its lines with their numbers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from leukon.ingest.fhir_json import Unreadable, read_fields

ENDINGS = (".ndjson", ".jsonl", ".json")
LONGEST = 1 << 28
"""Bytes of the longest line that is read; a longer one is passed over, so that memory stays bounded."""
_START = 1 << 16
_FIRST_LINES = 64
_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_LINE = re.compile(rb'^[ \t]*\{[^\n]*"resourceType"', re.MULTILINE)
_MEDICATION = re.compile(rb'"resourceType"\s*:\s*"Medication"')


def find_files(path: Path) -> list[Path]:
    """The file itself, or the files of a folder in the order of their names: those of a bulk export, else all JSON."""
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.iterdir() if each.suffix.lower() in ENDINGS and each.is_file())
    return [each for each in found if each.suffix.lower() != ".json"] or found


def read_start(file: Path) -> bytes:
    """The first bytes of a file, without a byte order mark."""
    with file.open("rb") as content:
        return content.read(_START).removeprefix(_BOM)


def looks_like_fhir(start: bytes) -> bool:
    """Whether some bytes begin an object of JSON that names the type of a resource, or have a line that does."""
    return b'"resourceType"' in start and (start.lstrip(_BLANK)[:1] == b"{" or _LINE.search(start) is not None)


def holds_medications(start: bytes) -> bool:
    """Whether some bytes name a drug that others may point at."""
    return _MEDICATION.search(start) is not None


def is_document(file: Path) -> bool:
    """Whether a file is one JSON document over several lines; where one of the first lines is a resource, it is not."""
    with file.open("rb") as content:
        first = content.readline(LONGEST).removeprefix(_BOM).strip(_BLANK)
        if first[:1] != b"{" or is_whole(first) or not content.peek(1):
            return False
        return not any(_is_resource(content.readline(LONGEST)) for _ in range(_FIRST_LINES))


def is_whole(content: bytes) -> bool:
    """Whether some bytes are one JSON object, whatever is in it."""
    try:
        read_fields(content)
    except Unreadable as reason:
        return reason.what == "doubled_key"
    return True


def _is_resource(line: bytes) -> bool:
    try:
        return read_fields(line.strip(_BLANK)).has("resourceType")
    except Unreadable:
        return False


def read_document(file: Path) -> bytes:
    """The whole file, without a byte order mark."""
    return file.read_bytes().removeprefix(_BOM)


def read_lines(file: Path) -> Iterator[tuple[int, bytes | None]]:
    """Lines that are not blank, with their numbers from 1; None for one that is too long."""
    with file.open("rb") as content:
        number = 0
        while line := content.readline(LONGEST):
            number += 1
            too_long = len(line) == LONGEST and not line.endswith(b"\n")
            if too_long:
                _pass_over(content)
            line = line.removeprefix(_BOM).strip(_BLANK)
            if line:
                yield number, None if too_long else line


def _pass_over(content: BinaryIO) -> None:
    while (rest := content.readline(LONGEST)) and not rest.endswith(b"\n"):
        pass
