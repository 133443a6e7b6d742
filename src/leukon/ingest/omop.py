"""OMOP CDM 5.3 and 5.4: results and doses from a folder of Parquet or CSV files, or from a database."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa

from leukon.errors import UnreadableFile
from leukon.events.columns import check_timezone
from leukon.ingest.gathered import Gathering, to_table
from leukon.ingest.omop_connections import is_database
from leukon.ingest.omop_databases import Database
from leukon.ingest.omop_doses import read_doses
from leukon.ingest.omop_folders import Folder, find_tables
from leukon.ingest.omop_results import read_results
from leukon.ingest.omop_tables import CLINICAL, DRUG_EXPOSURE, Clinical, Piece, Source
from leukon.ingest.omop_vocabulary import Vocabulary, read_vocabulary

_DUCKDB = b"DUCK"
_AT = 8


def is_omop(path: Path | str) -> bool:
    """Whether it is the URL of a database, a DuckDB file, or a folder with a table of results or doses of OMOP."""
    if isinstance(path, str) and is_database(path):
        return True
    try:
        path = Path(path)
        return _is_duckdb(path) or _has_persons(path)
    except (OSError, ValueError, UnreadableFile):
        return False


def read_omop(path: Path | str, timezone: str | None = None) -> pa.Table:
    """Read all results and doses of an OMOP source as one table (`stream_omop`)."""
    return to_table(stream_omop(path, timezone))


def stream_omop(path: Path | str, timezone: str | None = None) -> Iterator[pa.RecordBatch]:
    """Read MEASUREMENT, OBSERVATION and DRUG_EXPOSURE, as far as they are there, a batch at a time.

    Parameters
    ----------
    path
        A folder with a Parquet or CSV file (or a folder of parts) for each table; a DuckDB file; or a URL:
        `duckdb:///cdm.duckdb`, `postgresql://user@host/database?schema=cdm,vocabulary`.
    timezone
        IANA zone to convert times with an offset to; default: wall clock as written, or as the database shows it.

    Yields
    ------
    pyarrow.RecordBatch
        `gathered.SCHEMA`: one row for each row of OMOP, in its order, and one for each line that cannot be read.
        `subject_id` is the `person_id` as text; `unit` the standard unit, else the source's; `place` the file with
        its row or line, in a database the table with the row's own id.

    Raises
    ------
    UnreadableFile, UnknownTime
        If it cannot be opened, holds none of the three tables or one of them twice, or a table lacks a column that
        every row needs; if there is no such time zone. A bad row never raises.
    """
    check_timezone(timezone)
    with closing(_open(path, timezone)) as source:
        yield from _stream(source, path, timezone)


def _stream(source: Source, path: Path | str, timezone: str | None) -> Iterator[pa.RecordBatch]:
    here = source.tables()
    tables = [table for table in CLINICAL if table.name in here]
    if not tables:
        why = "it holds none of the tables measurement, observation and drug_exposure."
        raise UnreadableFile(_name(path), why, "give a folder or database in OMOP CDM 5.3 or 5.4.")
    for table in tables:
        table.check(here[table.name], _name(path))
    vocabulary = read_vocabulary(source)
    for table in tables:
        yield from _read(source, table, vocabulary, timezone)


def _read(source: Source, table: Clinical, vocabulary: Vocabulary, zone: str | None) -> Iterator[pa.RecordBatch]:
    for piece in _ahead(source.read(table.name, table.columns)):
        if table is DRUG_EXPOSURE:
            yield read_doses(piece, vocabulary, zone)
        else:
            yield read_results(piece, table, vocabulary, zone)
        if piece.broken:
            yield _unreadable(piece)


def _ahead(pieces: Generator[Piece]) -> Iterator[Piece]:
    """Fetch the next piece while the last one is worked on."""
    with closing(pieces), ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = thread.submit(next, pieces, None)
            yield piece


def _unreadable(piece: Piece) -> pa.RecordBatch:
    rows = Gathering()
    for place in piece.broken:
        rows.add_unreadable("line", place)
    return rows.take()


def _open(path: Path | str, timezone: str | None) -> Source:
    if isinstance(path, str) and is_database(path):
        return Database(path, timezone)
    path = Path(path)
    if not path.exists():
        raise UnreadableFile(path, "there is no such file or folder.", "check the path.")
    return Database(f"duckdb:///{quote(str(path.absolute()))}", timezone) if _is_duckdb(path) else Folder(path)


def _name(path: Path | str) -> object:
    return "the database" if isinstance(path, str) and is_database(path) else path


def _is_duckdb(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(_AT + len(_DUCKDB))[_AT:] == _DUCKDB


def _has_persons(path: Path) -> bool:
    """Whether a table of results or doses has a `person_id`: a file of that name alone may be anything."""
    tables = find_tables(path)
    if not any(table.name in tables for table in CLINICAL):
        return False
    if any(len(ways) > 1 for ways in tables.values()):
        return True
    columns = Folder(path).tables()
    return any("person_id" in columns.get(table.name, ()) for table in CLINICAL)
