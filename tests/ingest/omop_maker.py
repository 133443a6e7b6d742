"""OMOP sources written for tests, knowing nothing of the reader: folders of Parquet or CSV, DuckDB, PostgreSQL.

Tables are written as text (columns by white space, `-` null, `~` space). All people are made up.
"""

import csv
import gzip
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

DDL = {
    "measurement": {
        "measurement_id": "integer",
        "person_id": "integer",
        "measurement_concept_id": "integer",
        "measurement_date": "date",
        "measurement_datetime": "timestamp",
        "measurement_time": "varchar(10)",
        "measurement_type_concept_id": "integer",
        "operator_concept_id": "integer",
        "value_as_number": "numeric",
        "value_as_concept_id": "integer",
        "unit_concept_id": "integer",
        "range_low": "numeric",
        "range_high": "numeric",
        "provider_id": "integer",
        "visit_occurrence_id": "integer",
        "measurement_source_value": "varchar(50)",
        "measurement_source_concept_id": "integer",
        "unit_source_value": "varchar(50)",
        "value_source_value": "varchar(50)",
    },
    "observation": {
        "observation_id": "integer",
        "person_id": "integer",
        "observation_concept_id": "integer",
        "observation_date": "date",
        "observation_datetime": "timestamp",
        "value_as_number": "numeric",
        "value_as_string": "varchar(60)",
        "value_as_concept_id": "integer",
        "unit_concept_id": "integer",
        "observation_source_value": "varchar(50)",
        "observation_source_concept_id": "integer",
        "unit_source_value": "varchar(50)",
    },
    "drug_exposure": {
        "drug_exposure_id": "integer",
        "person_id": "integer",
        "drug_concept_id": "integer",
        "drug_exposure_start_date": "date",
        "drug_exposure_start_datetime": "timestamp",
        "drug_type_concept_id": "integer",
        "stop_reason": "varchar(20)",
        "quantity": "numeric",
        "sig": "text",
        "route_concept_id": "integer",
        "drug_source_value": "varchar(50)",
        "drug_source_concept_id": "integer",
        "route_source_value": "varchar(50)",
        "dose_unit_source_value": "varchar(50)",
    },
    "person": {"person_id": "integer", "year_of_birth": "integer"},
    "concept": {
        "concept_id": "integer",
        "concept_name": "varchar(255)",
        "vocabulary_id": "varchar(20)",
        "concept_class_id": "varchar(20)",
        "concept_code": "varchar(50)",
    },
    "drug_strength": {"drug_concept_id": "integer", "ingredient_concept_id": "integer", "amount_value": "numeric"},
    "concept_ancestor": {"ancestor_concept_id": "integer", "descendant_concept_id": "integer"},
}
_ARROW = {"integer": pa.int32(), "date": pa.date32(), "timestamp": pa.timestamp("us"), "numeric": pa.float64()}


def rows_of(text):
    """Rows of a table of text, each a dictionary of words, `None` for `-`."""
    header, *lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    return [
        {name: None if cell == "-" else cell.replace("~", " ") for name, cell in zip(header, line, strict=True)}
        for line in lines
    ]


def _typed(word, kind):
    if word is None:
        return None
    read = {"integer": int, "date": date.fromisoformat, "timestamp": datetime.fromisoformat, "numeric": float}
    return read.get(kind, str)(word)


def arrow_table(name, rows, types=()):
    """A table with the types of the specification, or those said in `types`."""
    columns = {}
    for column, kind in DDL[name].items():
        if not rows or column in rows[0]:
            values = [_typed(row[column], kind) for row in rows]
            columns[column] = pa.array(values, dict(types).get(column, _ARROW.get(kind, pa.string())))
    return pa.table(columns)


def write_parquet(folder, tables, types=(), upper=False):
    """A folder with a Parquet file for each table (name: text)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        table = arrow_table(name, rows_of(text), types)
        if upper:
            table = table.rename_columns([column.upper() for column in table.column_names])
        pq.write_table(table, folder / f"{name.upper() if upper else name}.parquet")
    return folder


def write_csv(folder, tables, separator=",", ending=".csv", quoting=csv.QUOTE_MINIMAL):
    """A folder with a CSV file for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        rows = rows_of(text)
        opener = gzip.open if ending.endswith(".gz") else open
        with opener(folder / f"{name}{ending}", "wt", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=separator, quoting=quoting)
            writer.writerow(rows[0])
            writer.writerows([[value or "" for value in row.values()] for row in rows])
    return folder


def _literal(word, kind):
    if word is None:
        return "NULL"
    return word if kind in ("integer", "numeric") else "'" + word.replace("'", "''") + "'"


def sql_of(tables, schema=None, kinds=()):
    """Statements that make and fill the tables."""
    for name, text in tables.items():
        rows = rows_of(text)
        own = f"{schema}.{name}" if schema else name
        kind = {**DDL[name], **dict(kinds)}
        yield f"CREATE TABLE {own} ({', '.join(f'{column} {kind[column]}' for column in rows[0])})"
        for row in rows:
            values = ", ".join(_literal(word, kind[column]) for column, word in row.items())
            yield f"INSERT INTO {own} VALUES ({values})"  # noqa: S608


def write_duckdb(file, tables, schema=None, kinds=()):
    """A DuckDB file."""
    import duckdb

    with duckdb.connect(str(file)) as connection:
        if schema:
            schema = f'"{Path(file).stem}".{schema}'  # a file may be called as its schema is
            connection.execute(f"CREATE SCHEMA {schema}")
        for statement in sql_of(tables, schema, kinds):
            connection.execute(statement.replace(" numeric", " decimal(18, 6)"))  # alone it means 3 decimals
    return file


def write_postgresql(url, tables, schema=None, kinds=()):
    """Tables in a PostgreSQL database, in place of those that are there."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS public, cdm CASCADE")
        connection.execute("CREATE SCHEMA public")
        connection.execute("CREATE SCHEMA cdm")
        for statement in sql_of(tables, schema, kinds):
            connection.execute(statement)
    return url


def postgresql_binaries():
    """Folder of PostgreSQL's server programs; None if there is no server here."""
    found = [Path(p).resolve().parent for p in [shutil.which("postgres")] if p]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists()), None)


@contextmanager
def postgresql_server(binaries):
    """A server of its own in a temporary folder, on a socket only; stopped and removed at the end."""
    as_root = os.geteuid() == 0
    before = ["runuser", "-u", "postgres", "--"] if as_root else []
    home = Path(tempfile.mkdtemp(prefix="leukon-pg-"))
    if as_root:
        shutil.chown(home, "postgres", "postgres")

    def run(*command, check=True):
        own = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        # the server inherits what is open: a pipe would never end
        subprocess.run(
            [*before, *command], check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home, env=own
        )

    try:
        data = home / "data"
        run(binaries / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "-N")
        options = f"-c listen_addresses='' -c fsync=off -c timezone=Europe/Athens -k {home}"
        run(binaries / "pg_ctl", "-D", data, "-o", options, "-w", "-t", "60", "-l", home / "log", "start")
        yield f"postgresql://tester@/postgres?host={home}"
    finally:
        run(binaries / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop", check=False)
        shutil.rmtree(home, ignore_errors=True)
