"""OMOP in a database: finds its tables, whatever their schema and case, and reads the columns that are wanted."""

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import pyarrow as pa

from leukon.errors import UnreadableFile
from leukon.ingest.gathered import BATCH
from leukon.ingest.omop_columns import column_of
from leukon.ingest.omop_connections import connect, explained, schemas_of, shown
from leukon.ingest.omop_tables import TABLES, Piece, Where
from leukon.ingest.places import places_at, places_from

_MOMENTS = re.compile(r"date|timestamp.*", re.IGNORECASE)
_PLAIN = re.compile(
    r"smallint|integer|bigint|tinyint|hugeint|u\w*int\w*|real|float|double.*|numeric.*|decimal.*|text|(char|varchar|character).*",
    re.IGNORECASE,
)
_FIND = (
    "SELECT table_catalog, table_schema, table_name, column_name, data_type FROM information_schema.columns"
    " WHERE lower(table_name) IN ({}) ORDER BY table_schema, table_name, ordinal_position"
)


class _Table(NamedTuple):
    """A table's quoted name; by each column's name in small letters its own name and its type."""

    own: str
    columns: dict[str, tuple[str, str]]


class Database:
    """Tables of a database, in the schemas that the URL names (`?schema=cdm,vocabulary`), else in the only one."""

    def __init__(self, url: str, timezone: str | None = None) -> None:
        self.name = shown(url)
        self._schemas = schemas_of(url)
        self._connection = connect(url, timezone)
        try:
            with explained(self.name):
                self._tables = self._find()
        except UnreadableFile:
            self.close()
            raise

    def tables(self) -> Mapping[str, Sequence[str]]:
        """Tables and their columns in small letters."""
        return {table: tuple(found.columns) for table, found in self._tables.items()}

    def close(self) -> None:
        """Close the connection; what the driver says about that helps nobody."""
        with suppress(Exception):
            self._connection.close()

    def read(self, table: str, columns: Sequence[str], where: Where | None = None) -> Generator[Piece]:
        """Rows of a table; the place is the table with the row's own id."""
        own, types = self._tables[table]
        here = [name for name in types if name in columns]
        said = ", ".join(f"{_expression(*types[name])} AS {name}" for name in here)
        sql = f"SELECT {said} FROM {own}{_condition(types, where)}"  # noqa: S608
        first = 1
        with explained(self.name):
            for batch in self._connection.query(sql):
                for start in range(0, batch.num_rows, BATCH):
                    rows = batch.slice(start, BATCH)
                    yield Piece(rows, _places(rows, table, first))
                    first += rows.num_rows

    def _find(self) -> dict[str, _Table]:
        """The one table of each name; a name that a schema has in two cases counts as two."""
        names = ", ".join(f"'{table}'" for table in TABLES)
        found: dict[str, dict[tuple[str, str], dict[str, tuple[str, str]]]] = {}
        for batch in self._connection.query(_FIND.format(names)):
            for row in batch.to_pylist():
                own = ".".join(_quoted(row[part]) for part in ("table_catalog", "table_schema", "table_name"))
                ways = found.setdefault(row["table_name"].lower(), {})
                columns = ways.setdefault((row["table_schema"], own), {})
                columns[row["column_name"].lower()] = (row["column_name"], row["data_type"])
        chosen = {table: self._only(table, ways) for table, ways in found.items()}
        return {table: way for table, way in chosen.items() if way is not None}

    def _only(self, table: str, ways: dict[tuple[str, str], dict[str, tuple[str, str]]]) -> _Table | None:
        """The table in the first of the schemas that were named, or in the only one that has it."""
        first = next((schema for schema in self._schemas if any(schema == has for has, _ in ways)), None)
        left = [way for way in ways if not self._schemas or way[0] == first]
        if len(left) > 1:
            why = f"its table {table} stands in {len(left)} schemas (or twice in one)."
            raise UnreadableFile(self.name, why, "say which: add ?schema=NAME to the URL.")
        return _Table(left[0][1], ways[left[0]]) if left else None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _expression(name: str, type_: str) -> str:
    """The column; endless times as null, instants on the session's clock, types that Arrow does not know as text."""
    name = _quoted(name)
    if _MOMENTS.fullmatch(type_):
        clock = f"CAST({name} AS timestamp)" if "with time zone" in type_.lower() else name
        return f"CASE WHEN isfinite({name}) THEN {clock} END"
    return name if _PLAIN.fullmatch(type_) else f"CAST({name} AS VARCHAR)"


def _condition(types: Mapping[str, tuple[str, str]], where: Where | None) -> str:
    if where is None:
        return ""
    values = ", ".join(str(v) if isinstance(v, int) else "'" + v.replace("'", "''") + "'" for v in where.values)
    return f" WHERE {_quoted(types[where.column][0])} IN ({values or 'NULL'})"


def _places(rows: pa.RecordBatch, table: str, first: int) -> pa.Array:
    own = f"{table}_id"
    if own not in rows.schema.names:
        return places_from(f"{table} row", first, rows.num_rows)
    return places_at(table, column_of(rows, own))
