"""One review, whatever the format the events came in: CSV, Parquet, a folder of Parquet, a MEDS dataset."""

from datetime import datetime

import meds
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from tests.tables import events, expect

import leukon
from leukon.errors import UnreadableFile
from leukon.monitor.review import TABLES

EVENTS = """
subject_id         day  code                numeric_value unit   status    | row
9007199254740993   -    sex                 -             -      -         | 1
9007199254740993   0    alemtuzumab         12            mg     -         | 2
9007199254740993   1    LOINC//751-8        1.8           10*9/L -         | 3
9007199254740993   20   LOINC//751-8        1.4           10*9/L -         | 4
9007199254740993   31   LOINC//751-8        0.42          10*9/L -         | 5
9007199254740993   38   LOINC//751-8        1.5           10*9/L corrected | 6
9007199254740993   45   LOINC//751-8        2.35          10*9/L -         | 7
9007199254740993   45   LOINC//718-7        12.1          g/dL   -         | 8
12                 5    LOINC//6690-2       3.3           10*9/L -         | 9
12                 5    neutrophils_percent 43            %      -         | 10
12                 6    anc                 -0.1          10*9/L -         | 11
12                 7    anc                 0.6           10*9/L checked   | 12
7                  8    anc                 0.7           10*9/L -         | 13
7                  9    HR//1               70            bpm    -         | 14
"""
SHARDS = ((0, 8), (8, 12), (12, 14))


def table():
    return events(EVENTS).append_column("text_value", pa.nulls(14, pa.string()))


def csv_file(folder, at):
    pacsv.write_csv(at, folder / "events.csv")
    return folder / "events.csv"


def parquet_file(folder, at):
    pq.write_table(at, folder / "events.parquet")
    return folder / "events.parquet"


def parquet_of_small_groups(folder, at):
    pq.write_table(at, folder / "events.pq", row_group_size=3, compression="none", use_dictionary=False)
    return folder / "events.pq"


def parquet_folder(folder, at):
    for number, (start, end) in enumerate(SHARDS):
        pq.write_table(at.slice(start, end - start), folder / f"part-{number}.parquet")
    return folder


def meds_dataset(folder, at):
    """A dataset as MEDS lays it out; every shard is a valid one of the `meds` package."""
    narrow = pa.table(
        {
            "subject_id": at["subject_id"],
            "time": at["time"],
            "code": at["code"],
            "numeric_value": at["numeric_value"].cast(pa.float32()),
            "text_value": at["text_value"].cast(pa.large_string()),
            "unit": at["unit"],
            "status": at["status"],
        }
    )
    for number, (start, end) in enumerate(SHARDS):
        shard = narrow.slice(start, end - start)
        meds.DataSchema.validate(shard)
        path = folder / meds.data_subdirectory / ("train" if number < 2 else "tuning") / f"{number}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(shard, path)
    (folder / meds.code_metadata_filepath).parent.mkdir()
    pq.write_table(pa.table({"code": ["anc"], "description": ["ANC"]}), folder / meds.code_metadata_filepath)
    (folder / meds.dataset_metadata_filepath).write_text('{"dataset_name": "made up"}')
    return folder


def meds_dataset_in_wide_types(folder, at):
    """What is written in the wild: large strings and doubles, which `align` takes and `validate` does not."""
    for number, (start, end) in enumerate(SHARDS):
        wide = at.slice(start, end - start)
        for name in ("code", "text_value", "unit", "status"):
            wide = wide.set_column(wide.column_names.index(name), name, wide[name].cast(pa.large_string()))
        (folder / "data").mkdir(exist_ok=True)
        pq.write_table(wide, folder / "data" / f"{number}.parquet")
    return folder


def meds_dataset_in_one_file(folder, at):
    (folder / "data").mkdir()
    pq.write_table(meds.DataSchema.align(at), folder / "data/all.parquet")
    return folder


LAYOUTS = {
    layout.__name__: layout
    for layout in (
        csv_file,
        parquet_file,
        parquet_of_small_groups,
        parquet_folder,
        meds_dataset,
        meds_dataset_in_wide_types,
        meds_dataset_in_one_file,
    )
}


def tables_of(data):
    """All tables as lists; ids as text, for CSV knows no other."""
    review = leukon.review(data, "alemtuzumab-ms", as_of=datetime(2000, 3, 1))
    tables = {name: getattr(review, name).to_pylist() for name in TABLES}
    return {
        name: [row | {"subject_id": str(row["subject_id"])} if "subject_id" in row else row for row in rows]
        for name, rows in tables.items()
    }


@pytest.fixture(scope="module")
def expected():
    return tables_of(table())


def test_the_example_has_rows_in_every_table(expected):
    assert [name for name in TABLES if not expected[name]] == []
    assert [row["row"] for row in expected["results"]] == [13, 10, 9, 3, 4, 5, 6, 7, 8]
    assert expected["episodes"][-1]["nadir"] == 0.42


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_format_gives_the_same_tables(layout, tmp_path, expected):
    assert tables_of(leukon.read(LAYOUTS[layout](tmp_path, table()))) == expected


@pytest.mark.parametrize("layout", ["meds_dataset", "parquet_folder"])
def test_row_numbers_run_on_from_shard_to_shard_in_the_order_of_their_names(layout, tmp_path):
    review = leukon.review(leukon.read(LAYOUTS[layout](tmp_path, table())), "alemtuzumab-ms", as_of="2000-03-01")
    expect(
        review.unused,
        """
        row subject_id reason
        11  12         negative
        12  12         bad_status
        """,
    )
    assert sorted(review.results["row"].to_pylist()) == [3, 4, 5, 6, 7, 8, 9, 10, 13]
    assert sum(review.account["rows"].to_pylist()) == 14


@pytest.mark.parametrize("value", ["0.42", "1.8", "1.5", "0.1", "7.9", "0.049999", "1.499999", "12.3", "57.4", "99.99"])
def test_a_number_of_32_bits_is_the_number_that_was_written(value, tmp_path):
    rows = f"subject_id day code numeric_value\n1 1 anc {value}"
    review = leukon.review(leukon.read(meds_dataset_of(tmp_path, rows)), "alemtuzumab-ms", as_of="2000-03-01")
    assert review.results["value"].to_pylist() == [float(value)]


def meds_dataset_of(folder, rows):
    (folder / "data").mkdir()
    shard = meds.DataSchema.align(events(rows))
    assert shard["numeric_value"].type == pa.float32()
    pq.write_table(shard, folder / "data/0.parquet")
    return folder


def test_a_format_can_be_said_where_the_ending_tells_none(tmp_path, expected):
    csv = csv_file(tmp_path, table()).rename(tmp_path / "events.dat")
    parquet = parquet_file(tmp_path, table()).rename(tmp_path / "events")
    assert tables_of(leukon.read(csv, "csv")) == tables_of(leukon.read(parquet, "parquet")) == expected
    with pytest.raises(UnreadableFile, match="nothing that leukon knows; tried meds, hl7v2"):
        leukon.read(csv)


def test_a_path_may_be_text(tmp_path, expected):
    assert tables_of(leukon.read(str(csv_file(tmp_path, table())))) == expected


def test_files_that_are_no_parquet_lie_in_a_folder_unread(tmp_path, expected):
    parquet_folder(tmp_path, table())
    (tmp_path / "README.md").write_text("notes")
    (tmp_path / "_SUCCESS").touch()
    assert tables_of(leukon.read(tmp_path)) == expected


def test_only_the_columns_of_events_are_read(tmp_path):
    wide = table().append_column("ward", pa.array(["3"] * 14)).append_column("nested", pa.array([[1]] * 14))
    for path in (parquet_file(tmp_path, wide), csv_file(tmp_path, wide.drop_columns(["nested"]))):
        assert set(leukon.read(path).column_names) == set(table().column_names)


def test_the_command_line_reads_a_meds_dataset(tmp_path, command):
    (tmp_path / "meds").mkdir()
    meds_dataset(tmp_path / "meds", table())
    done = command("review", "meds", "--protocol", "alemtuzumab-ms", "--as-of", "last")
    assert done.returncode == 0
    assert "Rows read: 14" in done.stdout
