"""Connections to databases: DuckDB through DuckDB, PostgreSQL through ADBC; both hand on Arrow, no row by row.

Both are optional packages, loaded only here. The database is opened to read only; PostgreSQL in one snapshot.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import pyarrow as pa

from leukon.errors import UnreadableFile
from leukon.ingest.gathered import BATCH

_DUCKDB = "duckdb"
_KINDS = (_DUCKDB, "postgresql", "postgres")


class Connection(Protocol):
    """A database that answers a query with Arrow batches."""

    def query(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Answer a query, a batch at a time."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def is_database(url: str) -> bool:
    """Whether a text is the URL of a database of a kind that is read.

    >>> is_database("duckdb:///cdm.duckdb"), is_database("postgresql://host/cdm"), is_database("cdm")
    (True, True, False)
    """
    return _kind(url) in _KINDS and "://" in url


def connect(url: str, timezone: str | None) -> Connection:
    """Open a database to read; `schema` is no option of its own.

    Raises
    ------
    UnreadableFile
        If the package or the server is not there, or the URL is none.
    """
    with explained(shown(url)):
        parts = urlsplit(url)
        if _kind(url) == _DUCKDB:
            return _DuckDB(_file_of(url), timezone)
        options = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "schema"]
        return _PostgreSQL(urlunsplit(parts._replace(scheme="postgresql", query=urlencode(options))), timezone)


def schemas_of(url: str) -> list[str]:
    """Schemas that the URL names, in order.

    >>> schemas_of("postgresql://host/db?schema=cdm,vocabulary")
    ['cdm', 'vocabulary']
    """
    with explained(shown(url)):
        options = parse_qsl(urlsplit(url).query)
        return [part for key, value in options if key == "schema" for part in value.split(",")]


def _kind(url: str) -> str:
    """Kind of database; a driver (`postgresql+psycopg`) is not ours to choose."""
    return url.partition(":")[0].partition("+")[0].lower()


def shown(url: str) -> str:
    """The URL without user, password and options."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the database"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Errors of a driver may hold a password, a host's words or a patient's value: none of it is shown."""
    try:
        yield
    except UnreadableFile:
        raise
    except ImportError:
        fix = "install leukon[omop]: it brings the packages duckdb and adbc-driver-postgresql."
        raise UnreadableFile(name, "the package that reads this kind of database is not installed.", fix) from None
    except Exception:  # noqa: BLE001  # each driver has its own tree of errors
        why = "the database cannot be opened, or broke off, or a table may not be read."
        raise UnreadableFile(name, why, "check the URL, the user's right to SELECT, and the server.") from None


def _file_of(url: str) -> Path:
    """`duckdb:///cdm.duckdb` is relative, `duckdb:////data/cdm.duckdb` absolute, as SQLAlchemy has it."""
    path = unquote(url.partition("://")[2].partition("?")[0])
    return Path(path.removeprefix("/"))


class _DuckDB:
    def __init__(self, path: Path, timezone: str | None) -> None:
        if not path.is_file():
            fix = "check the path: duckdb:////data/cdm.duckdb is absolute."
            raise UnreadableFile(path, "there is no such file.", fix)
        self._connection = import_module("duckdb").connect(str(path), read_only=True)
        self._connection.execute(f"SET TimeZone = '{timezone or 'UTC'}'")  # not that of this machine

    def query(self, sql: str) -> Iterator[pa.RecordBatch]:
        yield from self._connection.sql(sql).to_arrow_reader(BATCH)

    def close(self) -> None:
        self._connection.close()


class _PostgreSQL:
    """ADBC reads by binary COPY straight into Arrow; psycopg would make a Python object of every value."""

    def __init__(self, url: str, timezone: str | None) -> None:
        self._connection = import_module("adbc_driver_postgresql.dbapi").connect(url)
        zone = f"SET TIME ZONE '{timezone}'" if timezone else ""
        with self._connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if zone:
                cursor.execute(zone)

    def query(self, sql: str) -> Iterator[pa.RecordBatch]:
        with self._connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(1 << 22)})
            cursor.execute(sql)
            yield from cursor.fetch_record_batch()

    def close(self) -> None:
        self._connection.close()
