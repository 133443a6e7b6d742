"""Which formats there are, how a path shows which one it is, and who reads it; a reader is loaded when it is needed."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args

import pyarrow as pa

from leukon.errors import MissingPackage, UnknownName, UnreadableFile
from leukon.events.code_map import CodeMap
from leukon.ingest.meds import is_meds

Format = Literal["csv", "parquet", "meds", "omop", "fhir", "hl7v2", "sdtm", "visits"]
FORMATS: tuple[Format, ...] = get_args(Format)
_URLS = ("duckdb://", "postgresql://", "postgres://")
_TRIED: dict[str, tuple[Format, ...]] = {
    "folder": ("omop", "fhir", "sdtm", "hl7v2"),
    ".json": ("fhir",),
    ".ndjson": ("fhir",),
    ".jsonl": ("fhir",),
    ".hl7": ("hl7v2",),
    ".er7": ("hl7v2",),
    ".dat": ("hl7v2",),
    ".xpt": ("sdtm",),
    ".xport": ("sdtm",),
    ".xlsx": ("visits",),
    ".xlsm": ("visits",),
    ".parquet": ("sdtm",),
    ".pq": ("sdtm",),
    ".csv": ("sdtm", "visits"),
    ".tsv": ("sdtm", "visits"),
    ".txt": ("hl7v2", "sdtm", "visits"),
}
"""Formats tried for each ending, before it is taken for the event layout."""
_NAMING: tuple[Format, ...] = ("meds", "sdtm")
_LAST: dict[str, Format] = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".tsv": "csv", ".txt": "csv"}


def is_url(source: str | Path) -> bool:
    """Whether a source is the URL of a database and no path."""
    return isinstance(source, str) and source.startswith(_URLS)


def recognise(source: str | Path, codes: CodeMap | None = None) -> Format:
    """The format of a path or of a database's URL, by its name and its first bytes, and by headings that a map names.

    Raises
    ------
    UnreadableFile
        If there is no such file or folder, or it is none of these formats; the message says what was tried.
    """
    if is_url(source):
        return "omop"
    path = Path(source)
    if not path.exists():
        raise UnreadableFile(path, "there is no such file or folder.", "check the path.")
    if path.is_dir() and is_meds(path):
        return "meds"
    kind = "folder" if path.is_dir() else path.suffix.lower()
    for tried in _TRIED.get(kind, ()):
        if _is(tried, path, codes):
            return tried
    if path.is_dir() and any(path.glob("*.parquet")):
        return "parquet"
    return _last(path, kind)


def _last(path: Path, kind: str) -> Format:
    if kind in _LAST:
        return _LAST[kind]
    tried = ", ".join(dict.fromkeys(("meds", *_TRIED.get(kind, FORMATS))))
    what = "the folder holds nothing" if path.is_dir() else f"the ending '{kind}' and the first bytes show nothing"
    raise UnreadableFile(path, f"{what} that leukon knows; tried {tried}.", "rename it, or say the format.")


def _is(format: Format, path: Path, codes: CodeMap | None) -> bool:
    """Whether the reader of a format takes the path; not if what it needs is not installed."""
    try:
        return bool(_call(format, "is")(path, **_said_of(format, codes)))
    except MissingPackage:
        return False


def stream_format(
    format: Format, source: str | Path, timezone: str | None, codes: CodeMap | None = None
) -> Iterator[pa.RecordBatch]:
    """Read a source of one of the formats that have a reader of their own, in batches of events."""
    said = _said_of(format, codes)
    batches: Iterator[pa.RecordBatch] = _call(format, "stream")(_as_given(source), timezone, **said)
    return batches


def name_codes(format: Format, source: str | Path) -> Mapping[str, str]:
    """What a source itself calls its codes in words; nothing where its format keeps no such list beside its rows."""
    if format not in _NAMING:
        return {}
    names: Mapping[str, str] = _call(format, "name_codes")(Path(source))
    return names


def _said_of(format: Format, codes: CodeMap | None) -> dict[str, Any]:
    """What a site's code map says to the reader of a format: to that of spreadsheets its `[visits]`."""
    if format != "visits" or codes is None or not codes.visits:
        return {}
    from leukon.ingest.visits_map import check_visit_map  # noqa: PLC0415 as every reader: loaded when it is needed

    return {"visits": check_visit_map({"visits": codes.visits})}


def _as_given(source: str | Path) -> str | Path:
    return source if is_url(source) else Path(source)


def _call(format: Format, verb: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(_reader(format), f"{verb}_{format}")
    return found


def _reader(format: Format) -> Any:
    """The module of a reader.

    Raises
    ------
    MissingPackage
        If it needs a package that is not installed.
    """
    if format not in FORMATS:
        raise UnknownName("format", format, FORMATS)
    try:
        return import_module(f"leukon.ingest.{format}")
    except ModuleNotFoundError as error:
        raise MissingPackage(error.name or "a package", format) from None
