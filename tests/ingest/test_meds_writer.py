"""A MEDS dataset that leukon writes: other tools accept it, and leukon reads the same events again."""

import inspect
import json
import math
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import meds
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ingest.cohort_maker import AS_OF, events

import leukon
from leukon.errors import MissingColumn, UnreadableFile, UnwritableFolder
from leukon.events.code_map import CodeMap
from leukon.ingest import meds as reader
from leukon.ingest.gathered import SCHEMA, Gathering
from leukon.ingest.meds_writer import write_meds
from leukon.monitor.review import TABLES

restores = pytest.mark.skipif(
    "find_own" not in inspect.getsource(reader),
    reason="ingest/meds.py does not call meds_own.find_own yet: ids and exact numbers do not come back",
)


def batch(rows):
    """Rows (dictionaries) as readers hand them on."""
    gathering = Gathering()
    for number, row in enumerate(rows, 1):
        gathering.add(**({"place": f"made.csv:{number}", "code": "anc"} | row))
    return gathering.take()


def shards_of(folder):
    return [pq.read_table(file) for file in sorted((folder / "data").rglob("*.parquet"))]


def check(folder):
    """All that the specification asks of a dataset."""
    met = set()
    for shard in shards_of(folder):
        meds.DataSchema.validate(shard)
        rows = list(zip(shard["subject_id"].to_pylist(), shard["time"].to_pylist(), strict=True))
        assert rows == sorted(rows, key=lambda row: (row[0], row[1] or datetime.min))
        assert not met & {subject for subject, _ in rows}, "a subject is in two shards"
        met |= {subject for subject, _ in rows}
    codes = pq.read_table(folder / meds.code_metadata_filepath)
    meds.CodeMetadataSchema.validate(codes)
    used = {code for shard in shards_of(folder) for code in shard["code"].to_pylist()}
    assert codes["code"].to_pylist() == sorted(used)
    said = json.loads((folder / meds.dataset_metadata_filepath).read_text())
    meds.DatasetMetadataSchema.validate(said)
    columns = set(shards_of(folder)[0].column_names)
    assert {name for key, names in said.items() if key.endswith("_columns") for name in names} <= columns
    return said


def ids_of(shard):
    return shard["subject_id"].to_pylist()


def cohort():
    table = events("csv")
    place = pa.array([f"made.csv:{row}" for row in range(1, table.num_rows + 1)])
    return table.append_column("place", place).cast(SCHEMA)


def as_rows(table):
    """Rows in an order of their own; nan as a word, for it equals nothing."""
    rows = [
        {k: "nan" if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()} for row in table.to_pylist()
    ]
    return sorted(rows, key=str)


# ---- accepted by others --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows_in_memory", [1, 7, 1000])
@pytest.mark.parametrize("subjects_per_shard", [1, 5, 1000])
def test_it_is_a_valid_dataset_however_it_is_cut(tmp_path, rows_in_memory, subjects_per_shard):
    how = {"rows_in_memory": rows_in_memory, "subjects_per_shard": subjects_per_shard}
    out = write_meds(cohort().to_batches(max_chunksize=9), tmp_path / "meds", name="made up", **how)
    said = check(out)
    assert (said["dataset_name"], said["etl_name"], said["meds_version"]) == ("made up", "leukon", meds.__version__)
    assert sum(shard.num_rows for shard in shards_of(out)) == cohort().num_rows
    assert all(len(set(ids_of(shard))) <= subjects_per_shard for shard in shards_of(out))
    assert not (out / meds.subject_splits_filepath).exists()


def test_nothing_is_a_valid_dataset_too(tmp_path):
    for number, batches in enumerate(([], [batch([])])):
        check(write_meds(batches, tmp_path / str(number), name="nothing"))


def test_rows_without_a_time_are_first_and_rows_of_one_time_keep_their_order(tmp_path):
    time = datetime(2000, 1, 1)
    rows = [
        {"subject_id": "1", "time": time, "code": "b"},
        {"subject_id": "1", "time": time, "code": "a"},
        {"subject_id": "1", "code": "sex"},
        {"subject_id": "1", "time": datetime(1900, 1, 1), "code": "MEDS_BIRTH"},
    ]
    (shard,) = shards_of(write_meds([batch(rows)], tmp_path / "meds", name="x", rows_in_memory=1))
    assert shard["code"].to_pylist() == ["sex", "MEDS_BIRTH", "b", "a"]


def test_ids_that_are_integers_are_kept_and_others_get_numbers_above_them(tmp_path):
    ids = ["12", "007", "-3", "abc", "0", "+5", "1234567890123456789", "7"]
    out = write_meds([batch([{"subject_id": each} for each in ids])], tmp_path / "meds", name="x")
    (shard,) = shards_of(out)
    assert ids_of(shard) == [-3, 0, 7, 12, 13, 14, 15, 16]
    mapping = pq.read_table(out / "metadata/subject_ids.parquet").to_pylist()
    assert {row["given_id"]: row["subject_id"] for row in mapping} == {
        "+5": 13,
        "007": 14,
        "1234567890123456789": 15,
        "abc": 16,
    }


def test_no_mapping_is_written_where_all_ids_are_integers(tmp_path):
    out = write_meds([batch([{"subject_id": "12"}])], tmp_path / "meds", name="x")
    assert sorted(file.name for file in (out / "metadata").iterdir()) == ["codes.parquet", "dataset.json"]


def test_codes_are_described_and_have_the_concept_as_parent(tmp_path):
    rows = [{"subject_id": "1", "code": code} for code in ("anc", "LOINC//751-8", "HR//1", "NEUT-LOCAL", "PRED-DROPS")]
    codes = CodeMap.model_validate(
        {"codes": {"NEUT-LOCAL": {"concept": "anc"}, "PRED-DROPS": {"concept": "prednisolone", "form": "eye"}}}
    )
    out = write_meds([batch(rows)], tmp_path / "meds", name="x", codes=codes)
    said = pq.read_table(out / meds.code_metadata_filepath).to_pylist()
    anc = "Absolute neutrophil count (ANC)"
    assert [tuple(row.values()) for row in said] == [
        ("HR//1", None, None),
        ("LOINC//751-8", anc, ["anc"]),
        ("NEUT-LOCAL", anc, ["anc"]),
        ("PRED-DROPS", None, None),
        ("anc", anc, None),
    ]


def test_a_number_that_32_bits_cannot_hold_is_null_there_and_exact_beside(tmp_path):
    rows = [{"subject_id": "1", "numeric_value": value} for value in (0.42, 1e300, math.inf)]
    (shard,) = shards_of(write_meds([batch(rows)], tmp_path / "meds", name="x"))
    assert shard["numeric_value"].to_pylist() == [pytest.approx(0.42), None, math.inf]
    assert shard["numeric_value_64"].to_pylist() == [0.42, 1e300, math.inf]


def test_rows_that_meds_cannot_hold_are_kept_aside(tmp_path):
    rows = [{"subject_id": None}, {"subject_id": "1", "code": None}, {"subject_id": ""}, {"subject_id": "1"}]
    out = write_meds([batch(rows)], tmp_path / "meds", name="x")
    check(out)
    assert [shard.num_rows for shard in shards_of(out)] == [1]
    left_out = pq.read_table(out / "metadata/left_out.parquet")
    assert left_out["place"].to_pylist() == ["made.csv:1", "made.csv:2", "made.csv:3"]


# ---- the same events again -----------------------------------------------------------------------------------------


def reviewed(data):
    review = leukon.review(data, "alemtuzumab-ms", as_of=AS_OF)
    tables = {}
    for name in TABLES:
        rows = [{k: v for k, v in row.items() if k != "row"} for row in getattr(review, name).to_pylist()]
        tables[name] = sorted(({**row, "subject_id": str(row.get("subject_id"))} for row in rows), key=str)
    return tables


@restores
@pytest.mark.parametrize("rows_in_memory", [7, 1000])
def test_the_same_events_and_the_same_review_come_back(tmp_path, rows_in_memory):
    out = write_meds(cohort().to_batches(), tmp_path / "meds", name="x", rows_in_memory=rows_in_memory)
    again = reader.read_meds(out)
    assert as_rows(again) == as_rows(cohort())
    assert reviewed(again) == reviewed(cohort())


def test_the_front_door_reads_the_same_review(tmp_path):
    out = write_meds(events("meds").to_batches(), tmp_path / "meds", name="x")
    mapping = tmp_path / "meds/metadata/subject_ids.parquet"
    number = {row["given_id"]: str(row["subject_id"]) for row in pq.read_table(mapping).to_pylist()}
    ids = [number.get(each, each) for each in events("meds")["subject_id"].to_pylist()]
    numbered = events("meds").set_column(0, "subject_id", pa.array([int(each) for each in ids]))
    again = write_meds(numbered.to_batches(), tmp_path / "numbers", name="x")
    assert reviewed(leukon.read(again)) == reviewed(numbered)
    assert out != again


IDS = st.one_of(
    st.none(),
    st.sampled_from(["", "007", "7", "12", "-3", "é", "+5", "9223372036854775807", "99999999999999999999", "a b"]),
    st.integers(-5, 30).map(str),
)
TIMES = st.one_of(st.none(), st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)))
WORDS = st.one_of(st.none(), st.sampled_from(["", "<0.1", "10*9/L", "final", "é\n,"]))
NUMBERS = st.one_of(
    st.none(), st.floats(), st.floats(0, 20).map(lambda x: round(x, 2)), st.sampled_from([123.456789, 1e300])
)
ROWS = st.fixed_dictionaries(
    {"subject_id": IDS, "time": TIMES, "code": st.one_of(st.none(), st.sampled_from(["anc", "LOINC//751-8", "x", ""]))},
    optional={
        "numeric_value": NUMBERS,
        "lln": NUMBERS,
        "uln": NUMBERS,
        "recorded_time": TIMES,
        **dict.fromkeys(("text_value", "unit", "comparator", "status", "source_id"), WORDS),
    },
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, max_size=40), st.integers(1, 50), st.integers(1, 50), st.integers(1, 5))
def test_no_row_and_no_letter_is_lost(tmp_path_factory, rows, rows_in_memory, cut, subjects):
    table = pa.Table.from_batches([batch(rows)])
    folder = tmp_path_factory.mktemp("meds")
    how = {"name": "x", "rows_in_memory": rows_in_memory, "subjects_per_shard": subjects}
    out = write_meds(table.to_batches(max_chunksize=cut), folder / "a", **how)
    check(out)
    kept = sum(shard.num_rows for shard in shards_of(out))
    left_out = out / "metadata/left_out.parquet"
    assert kept + (pq.read_metadata(left_out).num_rows if left_out.exists() else 0) == len(rows)
    whole = write_meds(table.to_batches(), folder / "b", **how)
    assert [as_rows(shard) for shard in shards_of(whole)] == [as_rows(shard) for shard in shards_of(out)]
    if "find_own" in inspect.getsource(reader):
        assert as_rows(reader.read_meds(out)) == as_rows(table)


@restores
def test_what_another_tool_wrote_since_goes_first(tmp_path):
    out = write_meds([batch([{"subject_id": "1", "numeric_value": 0.42}])], tmp_path / "meds", name="x")
    (file,) = (out / "data").iterdir()
    shard = pq.read_table(file)
    at = shard.column_names.index("numeric_value")
    pq.write_table(shard.set_column(at, "numeric_value", pa.array([4.2], pa.float32())), file)
    assert reader.read_meds(out)["numeric_value"].to_pylist() == [4.2]
    pq.write_table(shard.select(["subject_id", "time", "code", "numeric_value"]), file)
    assert reader.read_meds(out)["numeric_value"].to_pylist() == [0.42]


@restores
@pytest.mark.parametrize(
    "damage",
    [lambda _: b"PAR1", lambda whole: whole.replace(b"P-12345678", b"P-1234567\x94")],
    ids=["cut short", "an id that is no text"],
)
def test_a_broken_mapping_is_not_passed_over(tmp_path, damage):
    out = write_meds([batch([{"subject_id": "P-12345678"}])], tmp_path / "meds", name="x")
    mapping = out / "metadata/subject_ids.parquet"
    mapping.write_bytes(damage(mapping.read_bytes()))
    with pytest.raises(UnreadableFile, match=r"subject_ids\.parquet"):
        reader.read_meds(out)


@restores
def test_broken_rows_that_were_kept_aside_are_not_passed_over(tmp_path):
    out = write_meds([batch([{"subject_id": None, "unit": "a long unit"}])], tmp_path / "meds", name="x")
    aside = out / "metadata/left_out.parquet"
    aside.write_bytes(aside.read_bytes().replace(b"a long unit", b"a long un\x94t"))
    with pytest.raises(UnreadableFile, match=r"left_out\.parquet"):
        reader.read_meds(out)


# ---- whole or not at all -------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from tests.ingest.test_meds_writer import batch
from leukon.ingest.meds_writer import write_meds

def batches():
    for number in range(20):
        yield batch([{"subject_id": str(each)} for each in range(50)])
    os.kill(os.getpid(), signal.SIGKILL)

write_meds(batches(), sys.argv[1], name="new", rows_in_memory=100)
"""


def everything(folder):
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_kill_leaves_the_old_dataset(tmp_path):
    out = write_meds([batch([{"subject_id": "007"}])], tmp_path / "meds", name="old")
    before = everything(out)
    done = subprocess.run([sys.executable, "-c", KILLED, str(out)], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -signal.SIGKILL
    assert everything(out) == before
    write_meds([batch([{"subject_id": "8"}])], out, name="new")
    assert check(out)["dataset_name"] == "new"


def test_an_error_while_reading_leaves_the_old_dataset_and_nothing_beside_it(tmp_path):
    out = write_meds([batch([{"subject_id": "007"}])], tmp_path / "meds", name="old")
    before = everything(tmp_path)

    def broken():
        yield batch([{"subject_id": str(each)} for each in range(500)])
        raise UnreadableFile("x", "it is broken.", "mend it.")

    for place in (out, tmp_path / "new/deep"):
        with pytest.raises(UnreadableFile):
            write_meds(broken(), place, name="new", rows_in_memory=100)
        assert everything(tmp_path) == before
        assert [each.name for each in tmp_path.iterdir()] == ["meds"]


def test_an_older_dataset_of_leukons_is_replaced_whole(tmp_path):
    out = write_meds([batch([{"subject_id": "007"}])], tmp_path / "meds", name="old", subjects_per_shard=1)
    assert (out / "metadata/subject_ids.parquet").exists()
    write_meds([batch([{"subject_id": "7"}])], out, name="new")
    assert sorted(everything(tmp_path)) == [
        "meds/data/00000.parquet",
        "meds/metadata/codes.parquet",
        "meds/metadata/dataset.json",
    ]


@pytest.mark.parametrize(
    "strangers", [["meds/notes.txt"], ["meds/data/0.parquet", "meds/metadata/dataset.json"], ["meds"]]
)
def test_what_leukon_did_not_write_is_refused(tmp_path, strangers):
    for name in strangers:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('{"etl_name": "MIMIC"}')
    before = everything(tmp_path)
    with pytest.raises(UnwritableFolder):
        write_meds([batch([{"subject_id": "1"}])], tmp_path / "meds", name="x")
    assert everything(tmp_path) == before


def test_files_that_others_put_into_leukons_dataset_are_not_lost(tmp_path):
    out = write_meds([batch([{"subject_id": "1"}])], tmp_path / "meds", name="x")
    (out / "metadata/subject_splits.parquet").write_bytes(b"of somebody")
    with pytest.raises(UnwritableFolder, match="leukon did not write"):
        write_meds([batch([{"subject_id": "1"}])], out, name="x")
    assert (out / "metadata/subject_splits.parquet").read_bytes() == b"of somebody"


def test_an_empty_folder_is_written_to(tmp_path):
    (tmp_path / "meds").mkdir()
    check(write_meds([batch([{"subject_id": "1"}])], tmp_path / "meds", name="x"))


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableFolder):
        write_meds([batch([{"subject_id": "1"}])], tmp_path / "file/meds", name="x")


def test_a_missing_column_is_said(tmp_path):
    short = pa.RecordBatch.from_pydict({"subject_id": ["1"], "code": ["anc"]})
    with pytest.raises(MissingColumn, match="time"):
        write_meds([short], tmp_path / "meds", name="x")
    assert not list(tmp_path.iterdir())
