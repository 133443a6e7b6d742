"""The review in Spark gives the tables of `leukon.review`, whatever becomes of parts, order, sizes and settings."""

import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.scale.spark_events import AS_OF, PROTOCOL, odd_events, plain, rows_of, shuffled
from tests.scale.spark_session import skip_without_spark
from tests.tables import events as events_of

import leukon
from leukon.errors import FailedTask, MissingColumn, MissingPackage, NoUsableRow, UnknownName, UnknownTime, WrongType
from leukon.monitor.review import TABLES

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("spark")  # one Spark, not one for each worker


@pytest.fixture(scope="module")
def odd():
    return odd_events()


@pytest.fixture(scope="module")
def odd_file(odd, tmp_path_factory):
    path = tmp_path_factory.mktemp("events") / "events.parquet"
    pq.write_table(odd, path, row_group_size=1000)
    return str(path)


@contextmanager
def in_spark(events, **how):
    found = leukon.spark.review(events, PROTOCOL, **{"as_of": AS_OF} | how)
    yield found
    found.free()


@contextmanager
def settings(spark, **new):
    """Settings of the session that are put back."""
    old = {name: spark.conf.get(name) for name in new}
    for name, value in new.items():
        spark.conf.set(name, value)
    yield
    for name, value in old.items():
        spark.conf.set(name, value)


def expect_same(found, expected, tables=TABLES, *, numbered=True):
    for name in tables:
        table, wanted = getattr(found, name).toArrow(), getattr(expected, name)
        assert plain(table.schema) == plain(wanted.schema), name
        assert rows_of(table, numbered=numbered) == rows_of(wanted, numbered=numbered), name
        assert numbered or "row" not in table.column_names or table["row"].null_count == table.num_rows


# --- the same tables --------------------------------------------------------------------------------------------------


def test_a_parquet_file_gives_the_same_tables_row_for_row(spark, odd, odd_file):
    expected = leukon.review(odd, PROTOCOL, as_of=AS_OF)
    assert all(getattr(expected, name).num_rows > 10 for name in TABLES)
    assert "no_subject" in expected.unused["reason"].to_pylist()
    with in_spark(spark.read.parquet(odd_file), row="n") as found:
        expect_same(found, expected)
        assert found.provenance == expected.provenance
        assert found.account.groupBy().sum("rows").collect()[0][0] == odd.num_rows


def test_neither_the_order_of_rows_nor_the_parts_change_anything(spark):
    odd = odd_events(number=15, seed=8, kind="integer")
    expected = leukon.review(odd, PROTOCOL, as_of=AS_OF)
    frame = spark.createDataFrame(shuffled(odd, 1).drop_columns("n")).repartition(4)
    with in_spark(frame, partitions=5) as found:
        expect_same(found, expected, numbered=False)


def test_the_types_of_the_columns_are_those_of_the_contract(spark):
    with in_spark(spark.createDataFrame(events_of("day code numeric_value\n0 anc 1.0"))) as found:
        types = dict(found.results.dtypes)
    assert types["subject_id"] == types["row"] == types["day"] == "bigint"
    assert (types["time"], types["analyte"], types["grade_v5"]) == ("timestamp_ntz", "string", "tinyint")


def test_adaptive_execution_never_splits_a_subject(spark, odd):
    eager = {
        "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning": "true",
        "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
        "spark.sql.adaptive.advisoryPartitionSizeInBytes": "50k",
        "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "10k",
        "spark.sql.adaptive.skewJoin.skewedPartitionFactor": "1",
        "spark.sql.shuffle.partitions": "20",
    }
    wanted = ("account", "subjects", "courses", "episodes", "unused")
    with settings(spark, **eager), in_spark(spark.createDataFrame(odd), row="n", tables=wanted) as found:
        expect_same(found, leukon.review(odd, PROTOCOL, as_of=AS_OF), wanted)
        plan = found.packed._jdf.queryExecution().executedPlan().toString()
    assert plan.count("Exchange hashpartitioning") >= 1


def test_one_subject_with_very_many_rows_stops_nothing(spark, tmp_path):
    number = 300_000
    start = np.datetime64("1960-01-01", "us")
    huge = pa.table({
        "subject_id": pa.array(np.r_[np.full(number, 7), np.arange(1000) % 100 + 100]),
        "time": pa.array(start + np.r_[np.arange(number), np.arange(1000)] * np.timedelta64(1, "h")),
        "code": pa.array(["anc"] * (number + 1000)),
        "numeric_value": np.random.default_rng(1).choice([0.4, 1.2, 1.6, 3.0], number + 1000),
        "unit": pa.array(["10*9/L"] * (number + 1000)),
    })  # fmt: skip
    huge = huge.append_column("n", pa.array(range(1, huge.num_rows + 1)))
    expected = leukon.review(huge, PROTOCOL, as_of=AS_OF)
    wanted = ("account", "subjects", "results", "episodes")
    pq.write_table(huge, tmp_path / "huge.parquet")
    with in_spark(spark.read.parquet(str(tmp_path)), row="n", partitions=2, tables=wanted) as found:
        results = found.results.toArrow().sort_by("row")
        assert results.num_rows == number + 1000
        assert results.equals(expected.results.sort_by("row").cast(results.schema))
        expect_same(found, expected, ("account", "subjects", "episodes"))


def test_rows_without_a_subject_are_unused_once_and_counted(spark):
    table = events_of(
        """
        subject_id day code numeric_value
        a          0   anc  1.0
        -          0   anc  1.0
        -          0   anc  1.0
        -          1   anc  1.1
        -          2   shoe 44
        """
    )
    table = pa.concat_tables([table, table.slice(0, 1).set_column(0, "subject_id", pa.array([""]))])
    with in_spark(spark.createDataFrame(table), partitions=3) as found:
        expect_same(found, leukon.review(table, PROTOCOL, as_of=AS_OF), numbered=False)
        assert [row["reason"] for row in found.unused.collect()] == ["no_subject"] * 4


def test_no_rows_give_ten_tables_without_rows(spark):
    nothing = events_of("day code numeric_value\n0 anc 1.0").slice(0, 0)
    with in_spark(spark.createDataFrame(nothing)) as found:
        expect_same(found, leukon.review(nothing, PROTOCOL, as_of=AS_OF), ("account", "results", "findings"))


# --- what fails -------------------------------------------------------------------------------------------------------


def test_executors_that_are_killed_change_nothing(tmp_path):
    skip_without_spark()
    odd = odd_events(number=6)
    pq.write_table(odd, tmp_path / "events.parquet", row_group_size=200)
    command = [sys.executable, "-m", "tests.scale.spark_killed", tmp_path / "events.parquet", tmp_path / "out"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "killed 2, parts begun" in done.stdout, done.stderr[-3000:]
    assert int(done.stdout.split()[-1]) > 6  # some parts were begun again
    expected = leukon.review(odd, PROTOCOL, as_of=AS_OF)
    for name in TABLES:
        found = pq.read_table(tmp_path / "out" / f"{name}.parquet")
        assert rows_of(found) == rows_of(getattr(expected, name)), name


# --- as_of and clocks -------------------------------------------------------------------------------------------------


def test_as_of_last_is_the_latest_usable_time_of_all_parts(spark, odd_file, odd):
    expected = leukon.review(odd, PROTOCOL, as_of="last")
    with in_spark(spark.read.parquet(odd_file), as_of="last", tables=("account",)) as found:
        assert found.provenance == expected.provenance
        expect_same(found, expected, ("account",))


def test_as_of_last_without_a_usable_row_is_an_error(spark):
    with pytest.raises(NoUsableRow):
        leukon.spark.review(
            spark.createDataFrame(events_of("day code numeric_value\n0 shoe 44")), PROTOCOL, as_of="last"
        )


NIGHT = [datetime(2000, 1, 1, 23, 30), datetime(2000, 7, 1, 0, 30), datetime(2000, 3, 26, 2, 30)]


def counted_at(times):
    return pa.table({
        "subject_id": [1] * 3, "time": times, "code": ["anc"] * 3, "numeric_value": [1.0, 2.0, 3.0], "unit": ["10*9/L"] * 3,
    })  # fmt: skip


def times_in(found):
    return sorted(row["time"] for row in found.results.select("time").collect())


@pytest.mark.parametrize("type_", ["timestamp", "timestamp_ntz"])
def test_the_clock_stays_as_it_is_written(spark, type_):
    frame = spark.createDataFrame(counted_at([str(time) for time in NIGHT]))
    frame = frame.withColumn("time", frame["time"].cast(type_))
    later = {"spark.sql.session.timeZone": "Asia/Tokyo"}  # changed before anything is calculated
    with in_spark(frame) as found, settings(spark, **later):
        assert times_in(found) == sorted(NIGHT)


def test_instants_are_converted_where_a_zone_is_said(spark):
    written = pa.array(NIGHT, pa.timestamp("us", "America/New_York"))
    frame = spark.createDataFrame(counted_at(pa.array(NIGHT, pa.timestamp("us"))))
    instants = frame.withColumn("time", frame["time"].cast("timestamp"))
    expected = leukon.review(
        counted_at(written).set_column(1, "time", instants.toArrow()["time"]),
        PROTOCOL,
        as_of=AS_OF,
        timezone="Europe/Athens",
    )
    with in_spark(instants, timezone="Europe/Athens") as found:
        assert times_in(found) == sorted(expected.results["time"].to_pylist())
        assert times_in(found)[0] == NIGHT[0] + timedelta(hours=7)


# --- lazy, and once ---------------------------------------------------------------------------------------------------


def watched(events, folder):
    """Events that leave a file behind each time that a part of them is read."""

    def read(batches):
        import uuid

        (folder / uuid.uuid4().hex).touch()
        yield from batches

    from leukon.scale.spark_plan import _map

    return _map(events, read, events.limit(0).toArrow().schema)


def test_nothing_is_calculated_before_an_action_and_all_tables_read_the_events_once(spark, odd_file, tmp_path):
    frame = watched(spark.read.parquet(odd_file).repartition(2), tmp_path)
    spark.sparkContext.setJobGroup("lazy", "lazy")
    with in_spark(frame) as found:
        everything = [getattr(found, name) for name in TABLES]
        assert spark.sparkContext.statusTracker().getJobIdsForGroup("lazy") == []
        assert list(tmp_path.iterdir()) == []
        for table in everything:
            assert table.count() > 10
        assert len(list(tmp_path.iterdir())) == 2
        plan = found.packed._jdf.queryExecution().executedPlan().toString()
        assert plan.split("Initial Plan")[-1].count("Exchange hashpartitioning(subject_id") == 1


def test_the_disk_is_given_back(spark):
    found = leukon.spark.review(
        spark.createDataFrame(events_of("day code numeric_value\n0 anc 1.0")), PROTOCOL, as_of=AS_OF
    )
    assert found.packed.storageLevel.useDisk
    assert not found.packed.storageLevel.useMemory
    assert found.results.count() == 1
    found.free()
    assert not found.packed.storageLevel.useDisk
    assert found.results.count() == 1


def test_only_the_tables_that_were_asked_for_are_there(spark):
    frame = spark.createDataFrame(events_of("day code numeric_value\n0 anc 1.0"))
    with in_spark(frame, tables=("results",)) as found:
        assert {row["table"] for row in found.packed.collect()} == {"results"}
        with pytest.raises(UnknownName, match="episodes"):
            _ = found.episodes


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "how", "error"),
    [
        (lambda frame: frame.drop("code"), {}, MissingColumn),
        (lambda frame: frame.withColumn("numeric_value", frame["numeric_value"].cast("string")), {}, WrongType),
        (lambda frame: frame.withColumn("unit", frame["numeric_value"]), {}, WrongType),
        (lambda frame: frame.withColumn("subject_id", frame["subject_id"].cast("decimal(20,0)")), {}, WrongType),
        (lambda frame: frame, {"as_of": "yesterday"}, UnknownTime),
        (lambda frame: frame, {"timezone": "Mars/Olympus"}, UnknownTime),
        (lambda frame: frame, {"schedule": "nobody's"}, UnknownName),
        (lambda frame: frame, {"tables": ("result",)}, UnknownName),
        (lambda frame: frame, {"row": "line"}, UnknownName),
        (lambda frame: frame, {"row": "code"}, WrongType),
    ],
)
def test_what_is_wrong_is_said_before_any_job(spark, tmp_path, change, how, error):
    frame = watched(spark.createDataFrame(events_of("day code numeric_value\n0 anc 1.0")), tmp_path)
    with pytest.raises(error):
        leukon.spark.review(change(frame), PROTOCOL, **{"as_of": AS_OF} | how)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_column_is_said_in_the_usual_words(spark):
    table = events_of("day code numeric_value\n0 anc 1.0").drop_columns("code")
    with pytest.raises(MissingColumn) as usual:
        leukon.review(table, PROTOCOL, as_of=AS_OF)
    with pytest.raises(MissingColumn) as here:
        leukon.spark.review(spark.createDataFrame(table), PROTOCOL, as_of=AS_OF)
    assert str(here.value) == str(usual.value)


def test_an_error_in_a_task_shows_no_value(spark, capfd):
    from leukon.scale.spark_plan import _map
    from leukon.scale.spark_tasks import without_values

    def fails(batches):
        for batch in batches:
            int(f"patient {batch['code'][0]}")
        yield from ()

    frame = spark.createDataFrame(events_of("day code numeric_value\n0 s3cret 1.0"))
    with pytest.raises(Exception, match="FailedTask") as error:
        _map(frame, without_values(fails), frame.toArrow().schema).collect()
    assert "ValueError at test_spark.py:" in str(error.value)
    assert "s3cret" not in str(error.value) + "".join(capfd.readouterr())


def test_an_error_without_values_says_kind_and_place():
    from leukon.scale.spark_tasks import without_values

    def fails(_):
        yield from {}["s3cret"]

    with pytest.raises(FailedTask, match=r"KeyError at test_spark\.py:\d+") as error:
        list(without_values(fails)([]))
    assert "s3cret" not in str(error.value)
    assert error.value.__suppress_context__


# --- without Spark, and the page --------------------------------------------------------------------------------------


def test_leukon_loads_no_spark_until_it_is_used():
    said = "import sys, leukon; leukon.spark.review; print('pyspark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_without_spark_the_extra_is_named(monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("leukon.scale.spark_", "pyspark"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(MissingPackage, match=r"'pyspark' is not installed.*pip install 'leukon\[spark\]'"):
        leukon.spark.review(None, PROTOCOL, as_of=AS_OF)


def test_the_page_shows_what_happens(spark, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "how-to" / "spark.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page.split("## On a cluster")[0], re.DOTALL)
    assert len(blocks) >= 3
    names = {"spark": spark}
    for block in blocks:
        exec(block, names)  # noqa: S102 our own page
