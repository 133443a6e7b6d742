"""The same events from every engine give the same tables, and every engine takes the tables back."""

from datetime import date, datetime

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import leukon
from leukon.errors import DoubledColumn, MissingColumn, WrongType
from leukon.monitor.review import TABLES

COLUMNS = {
    "subject_id": pa.int64(),
    "time": pa.timestamp("us"),
    "code": pa.string(),
    "numeric_value": pa.float64(),
    "text_value": pa.string(),
    "unit": pa.string(),
    "comparator": pa.string(),
    "lln": pa.float64(),
    "status": pa.string(),
    "recorded_time": pa.timestamp("us"),
    "source_id": pa.string(),
}
ROWS = [
    (9_007_199_254_740_993, "2000-01-01", "alemtuzumab", 12.0, None, "mg", None, None, None, None, None),
    (9_007_199_254_740_993, "2000-01-02", "alemtuzumab", 12.0, None, "mg", None, None, None, None, None),
    (9_007_199_254_740_993, "2000-02-01", "anc", 0.4, None, "10*9/L", None, 1.8, None, "2000-02-02", "a"),
    (9_007_199_254_740_993, "2000-02-01", "anc", 0.5, None, "10*9/L", None, 1.8, "corrected", "2000-02-03", "a"),
    (9_007_199_254_740_993, "2000-02-01", "wbc", None, "2,1", "K/uL", None, None, None, None, None),
    (9_007_199_254_740_993, "2000-02-08", "anc", 1.5, None, "10*9/L", ">=", None, None, None, None),
    (9_007_199_254_740_993, "2000-02-09", "prednisolone", 25.0, None, "mg", None, None, None, None, None),
    (7, "2000-01-05", "anc", 2.0, None, None, None, None, None, None, None),
    (7, "2000-01-06", "anc", None, "see note", "10*9/L", None, None, None, None, None),
    (7, None, "anc", 2.0, None, "10*9/L", None, None, None, None, None),
    (7, "2000-01-07", "site code", 2.0, None, None, None, None, None, None, None),
    (12, "2000-01-07", "wbc", 3.0, None, "10*9/L", None, None, None, None, None),
    (12, "2000-01-07", "neutrophils_percent", 40.0, None, "%", None, None, None, None, None),
]


def events():
    columns = dict(zip(COLUMNS, zip(*ROWS, strict=True), strict=True))
    for name in ("time", "recorded_time"):
        columns[name] = [None if said is None else datetime.fromisoformat(said) for said in columns[name]]
    return pa.table({name: pa.array(columns[name], type_) for name, type_ in COLUMNS.items()})


def tables_of(data, **how):
    review = leukon.review(data, "alemtuzumab-ms", **{"as_of": date(2000, 3, 1)} | how)
    return {name: getattr(review, name).to_pylist() for name in TABLES}


@pytest.fixture(scope="module")
def expected():
    return tables_of(events())


def from_duckdb():
    connection = duckdb.connect()
    connection.register("events", events())
    return connection.sql("SELECT * FROM events")


def with_categories(frame):
    return frame.with_columns(pl.col("code", "unit", "status", "text_value").cast(pl.Categorical))


ENGINES = {
    "pyarrow Table": events,
    "pyarrow Table in chunks": lambda: pa.concat_tables([events().slice(0, 5), events().slice(5)]),
    "pyarrow RecordBatch": lambda: events().to_batches()[0],
    "pyarrow RecordBatchReader": lambda: pa.RecordBatchReader.from_batches(
        events().schema, events().to_batches(max_chunksize=4)
    ),
    "Polars DataFrame": lambda: pl.from_arrow(events()),
    "Polars DataFrame in chunks": lambda: pl.concat(
        [pl.from_arrow(events().slice(0, 5)), pl.from_arrow(events().slice(5))], rechunk=False
    ),
    "Polars DataFrame with categories": lambda: with_categories(pl.from_arrow(events())),
    "pandas DataFrame on NumPy": lambda: events().to_pandas(),
    "pandas DataFrame on NumPy objects": lambda: events().to_pandas().astype({"code": object, "unit": object}),
    "pandas DataFrame on pyarrow": lambda: events().to_pandas(types_mapper=pd.ArrowDtype),
    "pandas DataFrame with categories": lambda: events().to_pandas().astype({"code": "category", "unit": "category"}),
    "pandas DataFrame with an index of its own": lambda: events().to_pandas().set_index(pd.Index(range(50, 63))),
    "DuckDB relation": from_duckdb,
}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same_tables(engine, expected):
    assert len(expected["episodes"]) == 2
    assert [row["reason"] for row in expected["unused"]] == ["no_unit", "not_numeric", "no_time", "superseded"]
    assert tables_of(ENGINES[engine]()) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_as_of_last_is_found_in_a_stream_that_can_be_read_once(engine, expected):
    assert tables_of(ENGINES[engine](), as_of="last") == tables_of(events(), as_of=datetime(2000, 2, 9))


STRINGS = {
    "string": lambda table: table,
    "large_string": lambda table: table.set_column(0, "subject_id", table["subject_id"].cast(pa.large_string())),
    "string_view": lambda table: table.set_column(0, "subject_id", table["subject_id"].cast(pa.string_view())),
    "dictionary": lambda table: table.set_column(0, "subject_id", table["subject_id"].dictionary_encode()),
    "Polars": pl.from_arrow,
    "Polars Categorical": lambda table: pl.from_arrow(table).with_columns(pl.col("subject_id").cast(pl.Categorical)),
    "pandas": lambda table: table.to_pandas(),
    "DuckDB": lambda table: duckdb.connect().from_arrow(table),
}


@pytest.mark.parametrize("engine", STRINGS)
@pytest.mark.parametrize(
    ("ids", "in_order"),
    [
        (["10", "007", "10", "9"], ["007", "9", "10"]),
        (["b", "A 1", "b", "[x]"], ["A 1", "[x]", "b"]),
    ],
)
def test_string_ids_come_back_exactly_as_given(engine, ids, in_order):
    table = events().slice(0, 4).set_column(0, "subject_id", pa.array(ids))
    subjects = tables_of(STRINGS[engine](table))["subjects"]
    assert [row["subject_id"] for row in subjects] == in_order


TIMES = {
    "s": lambda column: column.cast(pa.timestamp("s")),
    "ms": lambda column: column.cast(pa.timestamp("ms")),
    "ns": lambda column: column.cast(pa.timestamp("ns")),
    "date32": lambda column: column.cast(pa.date32()),
    "date64": lambda column: column.cast(pa.date64()),
}


@pytest.mark.parametrize("unit", TIMES)
def test_times_may_have_any_unit(unit, expected):
    table = events()
    assert tables_of(table.set_column(1, "time", TIMES[unit](table["time"]))) == expected


NUMBERS = {"float32": pa.float32(), "decimal": pa.decimal128(38, 6)}


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_may_have_any_width(kind, expected):
    table = events()
    assert tables_of(table.set_column(3, "numeric_value", table["numeric_value"].cast(NUMBERS[kind]))) == expected


@pytest.fixture(scope="module")
def review():
    return leukon.review(events(), "alemtuzumab-ms", as_of="2000-03-01")


@pytest.mark.parametrize("name", TABLES)
def test_every_result_table_is_taken_by_every_engine(name, review):
    table = getattr(review, name)
    assert table.num_rows
    assert hasattr(table, "__arrow_c_stream__")
    assert pa.table(table).num_rows == table.num_rows
    rows = table.to_pylist()
    assert pl.DataFrame(table).to_dicts() == rows
    assert list(pd.DataFrame.from_arrow(table).columns) == table.column_names
    assert len(table.to_pandas()) == len(rows)
    assert duckdb.connect().from_arrow(table).fetchall() == [tuple(row.values()) for row in rows]


@pytest.mark.parametrize("name", TABLES)
def test_every_result_table_says_what_it_depends_on(name, review):
    metadata = {key.decode(): value.decode() for key, value in getattr(review, name).schema.metadata.items()}
    assert metadata == review.provenance
    assert metadata["as_of"] == "2000-03-01T23:59:59"
    assert metadata["protocol"] == "alemtuzumab-ms"


@pytest.mark.parametrize("name", TABLES)
def test_nobody_and_nothing_gives_every_table_with_its_columns(name, review):
    for empty in (events().slice(0, 0), pl.from_arrow(events().slice(0, 0)), events().slice(0, 0).to_pandas()):
        table = getattr(leukon.review(empty, "alemtuzumab-ms", as_of="2000-03-01"), name)
        assert table.num_rows == 0
        assert table.column_names == getattr(review, name).column_names


WRONG_OBJECTS = {
    "dict": lambda: events().to_pydict(),
    "list": lambda: events().to_pylist(),
    "str": lambda: "events.csv",
    "None": lambda: None,
    "a column of pyarrow": lambda: events()["code"],
    "a column of Polars": lambda: pl.from_arrow(events())["code"],
    "a column of pandas": lambda: events().to_pandas()["code"],
    "a lazy frame of Polars": lambda: pl.from_arrow(events()).lazy(),
}


@pytest.mark.parametrize("kind", WRONG_OBJECTS)
def test_what_is_no_table_is_a_wrong_type(kind):
    with pytest.raises(WrongType, match="The object with the events has the type"):
        tables_of(WRONG_OBJECTS[kind]())


MIXED = {"subject_id": [4711, "Meier"], "numeric_value": [0.4242, "Meier"], "text_value": ["Meier", 0.4242]}


@pytest.mark.parametrize("column", MIXED)
def test_a_pandas_column_of_mixed_types_is_a_wrong_type_and_shows_no_value(column):
    frame = events().slice(0, 2).to_pandas()
    frame[column] = pd.Series(MIXED[column], dtype=object)
    with pytest.raises(WrongType) as error:
        tables_of(frame)
    assert "Meier" not in str(error.value)
    assert "4242" not in str(error.value)
    assert error.value.__suppress_context__


@pytest.mark.parametrize("name", ["time", "text_value"])
def test_two_columns_of_one_name_are_refused(name):
    table = events()
    with pytest.raises(DoubledColumn, match=f"two columns '{name}'"):
        tables_of(table.append_column(name, table[name]))


def test_two_columns_of_one_name_do_not_matter_where_leukon_does_not_read_them():
    table = events().append_column("ward", pa.nulls(len(ROWS))).append_column("ward", pa.nulls(len(ROWS)))
    assert tables_of(table) == tables_of(events())


@pytest.mark.parametrize("name", ["subject_id", "time", "code", "numeric_value"])
def test_a_missing_column_is_named(name):
    with pytest.raises(MissingColumn, match=f"no column '{name}'"):
        tables_of(events().drop_columns([name]))
