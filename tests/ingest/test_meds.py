"""MEDS datasets and their common variants: every row of every shard is handed on, with its place."""

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tables import expect

import leukon
from leukon.errors import DoubledColumn, MissingColumn, UnknownTime, UnreadableFile, WrongType
from leukon.events.code_map import CodeMap
from leukon.ingest.gathered import SCHEMA
from leukon.ingest.meds import find_shards, is_meds, name_codes_meds, older_names, read_meds, stream_meds

CODES = Path(__file__).parents[2] / "examples" / "mimic-codes.toml"
MIMIC = Path(__file__).parents[3] / "shared/data/mimic-iv-demo-half.parquet"
TIME = dt.datetime(2024, 3, 5, 8, 30)


def dataset(folder, **shards):
    """A MEDS folder; a key is a shard's path with `__` for `/`."""
    for name, table in shards.items():
        path = folder / "data" / f"{name.replace('__', '/')}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
    return folder


def rows(**columns):
    """A shard of two rows in the strict layout, with other columns where given; None takes one out."""
    strict = {
        "subject_id": pa.array([9_100_000_000_000_000_007, 8], pa.int64()),
        "time": pa.array([TIME, None], pa.timestamp("us")),
        "code": pa.array(["LOINC//751-8", "SEX//F"]),
        "numeric_value": pa.array([0.42, None], pa.float32()),
        "text_value": pa.array(["<0.5", None], pa.large_string()),
    }
    return pa.table({name: column for name, column in {**strict, **columns}.items() if column is not None})


READ = """
subject_id          time                code         numeric_value text_value unit place
9100000000000000007 2024-03-05T08:30:00 LOINC//751-8 0.42          <0.5       -    0.parquet:1
8                   -                   SEX//F       -             -          -    0.parquet:2
"""


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"code": pa.array(["LOINC//751-8", "SEX//F"], pa.large_string()), "text_value": pa.array(["<0.5", None])},
        {"code": pa.array(["LOINC//751-8", "SEX//F"]).dictionary_encode()},
        {"text_value": pa.array(["<0.5", None], pa.string_view())},
        {"numeric_value": pa.array([0.42, None], pa.float64())},
        {"time": pa.array([TIME, None], pa.timestamp("ns"))},
        {"subject_id": pa.array(["9100000000000000007", "8"])},
        {"subject_id": None, "patient_id": pa.array([9_100_000_000_000_000_007, 8], pa.int64())},
        {"time": None, "timestamp": pa.array([TIME, None], pa.timestamp("us"))},
        {"numeric_value": None, "numerical_value": pa.array([0.42, None], pa.float32())},
        {"more": pa.array([[1], []])},
    ],
)
def test_variants_of_the_layout_say_the_same(tmp_path, columns):
    table = read_meds(dataset(tmp_path, **{"0": rows(**columns)}))
    assert table.schema == SCHEMA
    expect(table, READ)


def test_a_text_value_that_is_not_there_is_null(tmp_path):
    table = read_meds(dataset(tmp_path, **{"0": rows(text_value=None, unit=pa.array(["K/uL", None]))}))
    assert table["text_value"].to_pylist() == [None, None]
    assert table["unit"].to_pylist() == ["K/uL", None]


def test_shards_in_data_and_in_its_folders_are_read_one_after_the_other(tmp_path):
    folder = dataset(tmp_path, **{"0": rows(), "train__0": rows(), "held_out__1": rows()})
    pq.write_table(rows(), tmp_path / "data" / "train" / "notes.txt")
    assert is_meds(folder)
    assert [path.relative_to(folder).as_posix() for path in find_shards(folder)] == [
        "data/0.parquet",
        "data/held_out/1.parquet",
        "data/train/0.parquet",
    ]
    batches = list(stream_meds(folder))
    assert [batch.column("place").to_pylist() for batch in batches] == [
        ["0.parquet:1", "0.parquet:2"],
        ["held_out/1.parquet:1", "held_out/1.parquet:2"],
        ["train/0.parquet:1", "train/0.parquet:2"],
    ]


def test_the_names_of_older_versions(tmp_path):
    strict = dataset(tmp_path / "new", **{"0": rows()})
    older = rows(subject_id=None, patient_id=pa.array([1, 2]), time=None, timestamp=pa.array([TIME, TIME]))
    assert older_names(strict) == {}
    assert older_names(dataset(tmp_path / "old", **{"0": older})) == {"subject_id": "patient_id", "time": "timestamp"}
    both = rows(patient_id=pa.array([1, 2]))
    assert older_names(dataset(tmp_path / "both", **{"0": both})) == {}


OLDER = {"subject_id": "patient_id", "time": "timestamp", "numeric_value": "numerical_value"}


def older_shard():
    return rows().rename_columns([OLDER.get(name, name) for name in rows().column_names])


def test_leukon_reads_a_dataset_with_the_names_of_older_versions_as_one_with_those_of_today(tmp_path):
    old = dataset(tmp_path / "old", **{"0": older_shard(), "1": older_shard()})
    new = dataset(tmp_path / "new", **{"0": rows(), "1": rows()})
    assert leukon.read(old).equals(leukon.read(new))
    assert leukon.read(old)["subject_id"].type == pa.int64(), "ids come back as they are"
    reviewed = leukon.review(leukon.read(old), "alemtuzumab-ms", as_of="2024-03-06")
    assert sum(reviewed.account["rows"].to_pylist()) == 4
    assert reviewed.subjects["subject_id"].to_pylist() == [8, 9_100_000_000_000_000_007]


def test_a_map_that_says_an_older_name_itself_and_renames_another_is_followed(tmp_path):
    shard = older_shard().append_column("ref_low", pa.array([1.8, None]))
    codes = CodeMap(columns={"subject_id": "patient_id", "lln": "ref_low"})
    table = leukon.read(dataset(tmp_path, **{"0": shard}), codes=codes)
    assert table.column_names == ["patient_id", "time", "code", "numeric_value", "text_value", "ref_low"]
    reviewed = leukon.review(table, "alemtuzumab-ms", as_of="2024-03-06", codes=codes)
    assert sum(reviewed.account["rows"].to_pylist()) == 2


def test_nested_events_are_refused_by_the_front_door_too(tmp_path):
    nested = pa.table({"patient_id": [1], "events": pa.array([[{"code": "x"}]])})
    with pytest.raises(UnreadableFile, match="nested"):
        leukon.read(dataset(tmp_path, **{"0": nested}))


def test_the_dataset_names_its_codes(tmp_path):
    folder = dataset(tmp_path, **{"0": rows()})
    assert name_codes_meds(folder) == {}
    codes = {"code": ["LAB//1", "LAB//2", None], "description": ["Neutrophils abs", None, "nothing"]}
    (folder / "metadata").mkdir()
    pq.write_table(pa.table(codes), folder / "metadata/codes.parquet")
    assert name_codes_meds(folder) == {"LAB//1": "Neutrophils abs"}
    pq.write_table(pa.table({"code": ["LAB//1"]}), folder / "metadata/codes.parquet")
    assert name_codes_meds(folder) == {}
    (folder / "metadata/codes.parquet").write_bytes(b"PAR1")
    assert name_codes_meds(folder) == {}, "a list of names that cannot be read stops no reading"


@pytest.mark.parametrize("name", ["events", "static_measurements"])
def test_nested_events_of_the_first_versions_are_refused(tmp_path, name):
    nested = pa.table({"patient_id": [1], name: pa.array([[{"code": "x"}]])})
    folder = dataset(tmp_path, **{"0": nested})
    for read in (read_meds, older_names):
        with pytest.raises(UnreadableFile, match="nested"):
            read(folder)


@pytest.mark.parametrize(
    ("column", "array"),
    [
        ("numeric_value", pa.array(["0.42", None])),
        ("numeric_value", pa.array(["0.42", None]).dictionary_encode()),
        ("numeric_value", pa.array([True, False])),
        ("time", pa.array(["2024-03-05", None])),
        ("time", pa.array([20_240_305, None])),
        ("subject_id", pa.array([[1], [2]])),
        ("subject_id", pa.array([1e16, 7.0])),
        ("code", pa.array([[1], [2]])),
        ("code", pa.array([751.8, 1.0], pa.float32())),
        ("text_value", pa.array([0.42, None], pa.float32())),
        ("unit", pa.array([True, None])),
    ],
)
def test_a_column_that_cannot_hold_what_it_should(tmp_path, column, array):
    with pytest.raises(WrongType, match=column):
        read_meds(dataset(tmp_path, **{"0": rows(**{column: array})}))


@pytest.mark.parametrize("name", ["subject_id", "status"])
def test_a_column_that_is_there_twice(tmp_path, name):
    columns = rows(status=pa.array(["final", "final"]))
    twice = pa.table([*columns.columns, columns[name]], [*columns.column_names, name])
    with pytest.raises(DoubledColumn, match=name):
        read_meds(dataset(tmp_path, **{"0": twice}))


def test_a_name_that_is_no_text_is_a_broken_shard(tmp_path):
    folder = dataset(tmp_path, **{"0": rows(other=pa.array([1, 2]))})
    shard = folder / "data" / "0.parquet"
    shard.write_bytes(shard.read_bytes().replace(b"other", b"oth\x94r"))
    for read in (read_meds, older_names, leukon.read):
        with pytest.raises(UnreadableFile, match="whole Parquet"):
            read(folder)


@pytest.mark.parametrize("column", ["subject_id", "time", "code", "numeric_value"])
def test_a_column_that_every_event_needs(tmp_path, column):
    with pytest.raises(MissingColumn, match=column):
        read_meds(dataset(tmp_path, **{"0": rows(**{column: None})}))


def test_a_broken_shard_and_an_empty_folder(tmp_path):
    folder = dataset(tmp_path, **{"0": rows()})
    whole = (folder / "data" / "0.parquet").read_bytes()
    (folder / "data" / "1.parquet").write_bytes(whole[:-20])
    with pytest.raises(UnreadableFile, match="whole Parquet"):
        read_meds(folder)
    (tmp_path / "empty" / "data").mkdir(parents=True)
    with pytest.raises(UnreadableFile, match=r"no \.parquet"):
        read_meds(tmp_path / "empty")


def test_times_with_a_zone(tmp_path):
    noon = pa.array([dt.datetime(2024, 3, 5, 12, tzinfo=dt.UTC), None], pa.timestamp("us", "Europe/Paris"))
    folder = dataset(tmp_path, **{"0": rows(time=noon)})
    assert read_meds(folder)["time"].to_pylist()[0] == dt.datetime(2024, 3, 5, 13)
    assert read_meds(folder, "Europe/Athens")["time"].to_pylist()[0] == dt.datetime(2024, 3, 5, 14)
    with pytest.raises(UnknownTime):
        read_meds(folder, "Nowhere")


@given(
    st.lists(
        st.decimals(0, 99_999, places=1).filter(lambda number: number < 10_000) | st.decimals(0, 10, places=4),
        min_size=1,
    )
)
def test_a_32_bit_number_of_up_to_6_digits_is_the_one_that_was_written(tmp_path_factory, numbers):
    count = len(numbers)
    written = [float(number) for number in numbers if len(number.as_tuple().digits) <= 6]
    shard = pa.table(
        {
            "subject_id": pa.array([1] * len(written), pa.int64()),
            "time": pa.array([TIME] * len(written), pa.timestamp("us")),
            "code": pa.array(["x"] * len(written)),
            "numeric_value": pa.array(written, pa.float32()),
        }
    )
    table = read_meds(dataset(tmp_path_factory.mktemp("meds"), **{"0": shard}))
    assert table["numeric_value"].to_pylist() == written
    assert count >= len(written)


def test_0_infinity_and_nothing_stay_what_they_are(tmp_path):
    odd = rows(numeric_value=pa.array([0.0, None], pa.float32()))
    assert read_meds(dataset(tmp_path / "a", **{"0": odd}))["numeric_value"].to_pylist() == [0.0, None]
    odd = rows(numeric_value=pa.array([np.inf, -0.07], pa.float32()))
    assert read_meds(dataset(tmp_path / "b", **{"0": odd}))["numeric_value"].to_pylist() == [np.inf, -0.07]


@pytest.mark.skipif(not MIMIC.exists(), reason="the real data are not on this machine")
def test_a_real_file_gives_the_same_review_shard_by_shard_as_whole(tmp_path):
    table = pq.read_table(MIMIC).rename_columns({"value": "numeric_value"})
    codes = CodeMap(codes=leukon.load_code_map(CODES).codes)
    half = sorted(set(table["subject_id"].to_pylist()))[:25]
    lower = pc.is_in(table["subject_id"], pa.array(half, table["subject_id"].type))
    folder = dataset(tmp_path, train__0=table.filter(lower), tuning__0=table.filter(pc.invert(lower)))
    whole = leukon.review(table, "alemtuzumab-ms", as_of="last", codes=codes)
    parts = leukon.review(read_meds(folder), "alemtuzumab-ms", as_of="last", codes=codes)
    assert parts.account.equals(whole.account)
    assert parts.results.drop_columns(["row", "subject_id"]).equals(whole.results.drop_columns(["row", "subject_id"]))
