"""OMOP in databases, for real: DuckDB, and a PostgreSQL server of its own for these tests."""

import os
import subprocess
from pathlib import Path

import duckdb
import pytest
from tests.ingest.omop_maker import (
    postgresql_binaries,
    postgresql_server,
    write_duckdb,
    write_parquet,
    write_postgresql,
)
from tests.tables import expect

from leukon.errors import UnreadableFile
from leukon.ingest.omop import is_omop, read_omop

TABLES = {
    "measurement": """
    measurement_id person_id measurement_date measurement_datetime measurement_concept_id operator_concept_id value_as_number unit_concept_id range_low range_high unit_source_value value_source_value
    11 7 2020-01-02 2020-01-02T08:30:00 3013650 4172703 0.9 9444 2.0 7.5 - 0.9
    12 7 2020-01-03 - 3013650 4171756 0.1 0 - - K/uL <0.1
    13 8 2020-01-04 - 3013650 - 0.49995 8848 - 10 - -
    """,
    "drug_exposure": """
    drug_exposure_id person_id drug_exposure_start_date drug_concept_id quantity dose_unit_source_value route_source_value
    21 7 2020-01-01 1312706 12 mg IV
    22 7 2020-01-01 19016989 1 drops OU
    23 7 2020-01-01 19016989 5 mg -
    """,
    "drug_strength": "drug_concept_id ingredient_concept_id\n19016989 1550557\n1 2",
    "concept": "concept_id concept_name vocabulary_id concept_code\n19016989 5~MG~Oral~Tablet RxNorm 312617",
}
EXPECTED = """
subject_id time                code                      numeric_value text_value unit    comparator lln uln source_id
7          2020-01-02T08:30:00 OMOP//3013650             0.9           0.9        10*9/L  -          2   7.5 -
7          2020-01-03          OMOP//3013650             0.1           <0.1       K/uL    <          -   -   -
8          2020-01-04          OMOP//3013650             0.49995       -          10*3/uL -          -   10  -
7          2020-01-01          OMOP//1312706             12            -          mg      -          -   -   21
7          2020-01-01          ROUTE//eye//OMOP//1550557 -             -          -       -          -   -   22
7          2020-01-01          OMOP//1550557             5             -          mg      -          -   -   23
"""
PLACES = [
    "measurement:11",
    "measurement:12",
    "measurement:13",
    "drug_exposure:21",
    "drug_exposure:22",
    "drug_exposure:23",
]


@pytest.fixture(scope="module")
def server():
    binaries = postgresql_binaries()
    if binaries is None or (
        os.geteuid() == 0 and subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode
    ):
        reason = "there is no PostgreSQL server on this machine (Debian: apt-get install postgresql)"
        assert os.environ.get("CI") != "true", reason
        pytest.skip(reason)
    with postgresql_server(binaries) as url:
        yield url


def in_duckdb(tmp_path, request, **how):
    return f"duckdb:///{write_duckdb(tmp_path / 'cdm.duckdb', TABLES, **how)}"


def in_postgresql(tmp_path, request, **how):
    return write_postgresql(request.getfixturevalue("server"), TABLES, **how)


@pytest.fixture(params=[in_duckdb, in_postgresql], ids=["duckdb", "postgresql"])
def made(request, tmp_path):
    return lambda **how: request.param(tmp_path, request, **how)


def test_a_database_says_what_a_folder_says(made, tmp_path):
    events = read_omop(made())
    expect(events, EXPECTED)
    assert events["place"].to_pylist() == PLACES
    folder = read_omop(write_parquet(tmp_path / "cdm", TABLES))
    assert events.drop_columns("place").equals(folder.drop_columns("place"))


def test_the_schema_is_found_or_said(made):
    url = made(schema="cdm")
    expect(read_omop(url), EXPECTED)
    said = f"{url}{'&' if '?' in url else '?'}schema="
    expect(read_omop(f"{said}cdm"), EXPECTED)
    expect(read_omop(f"{said}nowhere,cdm"), EXPECTED)
    with pytest.raises(UnreadableFile, match="none of the tables"):
        read_omop(f"{said}nowhere")


def test_columns_of_other_types_are_read_as_well(made):
    kinds = {
        "person_id": "varchar(20)",
        "measurement_date": "varchar(10)",
        "measurement_datetime": "varchar(30)",
        "value_as_number": "real",
        "range_low": "double precision",
        "range_high": "varchar(10)",
        "measurement_id": "bigint",
        "unit_source_value": "text",
        "drug_exposure_start_date": "timestamp",
        "quantity": "varchar(10)",
    }
    expect(read_omop(made(kinds=kinds)), EXPECTED)


def test_endless_dates_are_no_time(made):
    tables = TABLES["measurement"].replace("2020-01-03 -", "infinity -infinity")
    endless = {"measurement": tables}
    url = made()
    url = write_postgresql(url, endless) if url.startswith("postgres") else _again(url, endless)
    assert [time is None for time in read_omop(url)["time"].to_pylist()] == [False, True, False]


def _again(url, tables):
    file = url.removeprefix("duckdb:///")
    Path(file).unlink()
    write_duckdb(file, tables)
    return url


def test_instants_are_shown_on_the_databases_clock_or_ours(made):
    """The test's server is in Athens; DuckDB has no zone of its own, so it is UTC and never this machine's."""
    text = """
    measurement_id person_id measurement_datetime measurement_concept_id value_as_number
    1 7 2020-01-02T06:30:00Z 3013650 0.9
    """
    kinds = {"measurement_datetime": "timestamp with time zone"}
    url = made()
    if url.startswith("postgres"):
        write_postgresql(url, {"measurement": text}, kinds=kinds)
        expect(read_omop(url), "time\n2020-01-02T08:30:00")
    else:
        Path(url.removeprefix("duckdb:///")).unlink()
        write_duckdb(url.removeprefix("duckdb:///"), {"measurement": text}, kinds=kinds)
        expect(read_omop(url), "time\n2020-01-02T06:30:00")
    expect(read_omop(url, "Asia/Tokyo"), "time\n2020-01-02T15:30:00")


def test_numbers_are_exact_and_not_a_number_is_null(server):
    url = write_postgresql(server, {"measurement": TABLES["measurement"].replace("0.9 9444", "'NaN' 9444")})
    assert read_omop(url)["numeric_value"].to_pylist() == [None, 0.1, 0.49995]


def test_names_in_capitals_and_types_of_a_site_are_read(server):
    import psycopg

    url = write_postgresql(server, {})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TYPE unit AS ENUM ('K/uL')")
        connection.execute(
            'CREATE TABLE "MEASUREMENT" ("PERSON_ID" uuid, "Measurement_Concept_Id" int, measurement_date date,'
            " value_as_number money, unit_source_value unit, value_source_value json)"
        )
        connection.execute(
            "INSERT INTO \"MEASUREMENT\" VALUES ('00000000-0000-0000-0000-000000000007', 3013650, '2020-01-02', 0.9, 'K/uL', '1')"
        )
    expect(
        read_omop(url),
        """
        subject_id                           code          unit text_value                    place
        00000000-0000-0000-0000-000000000007 OMOP//3013650 K/uL 1~(value_as_number:~$0.90)    measurement~row:1
        """,
    )


def test_a_large_table_is_read_in_batches(made):
    url = made()
    columns = "measurement_id, person_id, measurement_date, measurement_concept_id, value_as_number"
    fill = f"INSERT INTO measurement ({columns}) SELECT g, g, '2020-01-02', 3013650, 0.5 FROM "  # noqa: S608
    if url.startswith("postgres"):
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(fill + "generate_series(100, 200099) g")
    else:
        with duckdb.connect(url.removeprefix("duckdb:///")) as connection:
            connection.execute(fill + "generate_series(100, 200099) s(g)")
    events = read_omop(url)
    assert events.num_rows == 200_006
    assert max(len(chunk) for chunk in events["code"].chunks) <= 1 << 16
    assert len(set(events["place"].to_pylist())) == 200_006


def test_the_database_is_only_read(server):
    """In one snapshot that cannot write: what comes in meanwhile is not half there."""
    from leukon.ingest.omop_databases import Database

    source = Database(write_postgresql(server, TABLES))
    with pytest.raises(Exception, match="read-only transaction"):
        list(source._connection.query("DELETE FROM measurement RETURNING 1"))
    source.close()
    assert read_omop(server).num_rows == 6


def test_a_table_in_two_schemas_is_not_chosen_between(tmp_path):
    file = write_duckdb(tmp_path / "cdm.duckdb", {"measurement": TABLES["measurement"]})
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE SCHEMA other")
        connection.execute("CREATE TABLE other.measurement AS FROM main.measurement")
    with pytest.raises(UnreadableFile, match=r"stands in 2 schemas.*\?schema=NAME"):
        read_omop(file)
    assert read_omop(f"duckdb:///{file}?schema=other").num_rows == 3


def test_a_duckdb_file_is_recognised_by_its_first_bytes(tmp_path):
    file = write_duckdb(tmp_path / "a file #1 100%.db", TABLES)
    assert is_omop(file)
    expect(read_omop(file), EXPECTED)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nurse:s3cret@127.0.0.1:1/cdm",
        "postgres://nurse:s3cret@127.0.0.1:1/cdm?sslmode=disable",
        "postgresql+psycopg://nurse:s3cret@127.0.0.1:1/cdm",
        "postgresql://nurse:s3cret@[not-an-address/cdm",
        "duckdb:////nowhere/cdm.duckdb",
    ],
)
def test_no_password_and_no_word_of_a_driver_is_shown(url):
    assert is_omop(url)
    with pytest.raises(UnreadableFile) as error:
        read_omop(url)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__ or error.value.__context__ is None
    if url.startswith("postgres"):
        assert "s3cret" not in str(error.value)
        assert "nurse" not in str(error.value)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "x.duckdb").write_bytes(b"\0" * 8 + b"DUCK" + b"\0" * 4000)
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        read_omop(tmp_path / "x.duckdb")


def test_a_missing_package_is_named(monkeypatch, tmp_path):
    file = write_duckdb(tmp_path / "cdm.duckdb", TABLES)

    def nothing(name):
        raise ImportError(name)

    monkeypatch.setattr("leukon.ingest.omop_connections.import_module", nothing)
    with pytest.raises(UnreadableFile, match=r"leukon\[omop\]"):
        read_omop(file)
