"""Random OMOP: rows that are good, and pieces that are broken in every way we know, for Hypothesis and the fuzzer."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from leukon.ingest import omop_csv
from leukon.ingest.omop import read_omop

COLUMNS = (
    "person_id",
    "measurement_date",
    "measurement_datetime",
    "measurement_concept_id",
    "operator_concept_id",
    "value_as_number",
    "value_as_concept_id",
    "unit_concept_id",
    "range_low",
    "range_high",
    "measurement_source_value",
    "measurement_source_concept_id",
    "unit_source_value",
    "value_source_value",
)
DOSES = (
    "drug_exposure_id",
    "person_id",
    "drug_exposure_start_date",
    "drug_concept_id",
    "drug_type_concept_id",
    "stop_reason",
    "quantity",
    "sig",
    "route_concept_id",
    "drug_source_value",
    "drug_source_concept_id",
    "route_source_value",
    "dose_unit_source_value",
)
GOOD = (
    "7",
    "2020-01-02",
    "2020-01-02 08:30:00",
    "3013650",
    "4171756",
    "0.1",
    "",
    "9444",
    "2",
    "7.5",
    "ANC",
    "0",
    "K/uL",
    "<0.1",
)
WORDS = [
    "", "0", "0.0", "-1", "7", "1e400", "-0", "nan", "NaN", "inf", "NA", "NULL", "\\N", "x", "é", "\u0000", "\u2028", "3013650", "3013650.0",
    "2147483648", "9" * 18, "9" * 19, "9" * 40, "0x10", "2020-01-02", "2020-13-40", "0000-00-00", "99999-01-01", "2020-01-02T08:30:00+99:99",
    "2020-01-02 08:30:00.1234567", "2020-01-02T24:00:00", "8848", "8784", "450", "0.45", "<450", "1,234", "0,4", "≤5", "K/uL", "/uL", "10*9/L",
    "mg", "12 mg", "0 mg", "not given", "OU", "OS", "L04AA34", "ATC:x", "//", " ", "\t", "5\" tube", "a,b", "a;b", "line\nbreak",
]  # fmt: skip
word = st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def cell(text):
    """A CSV cell, quoted as it should be."""
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in '",\n\r') else text


row = st.lists(word, min_size=len(COLUMNS), max_size=len(COLUMNS))
dose = st.lists(word, min_size=len(DOSES), max_size=len(DOSES))
broken = st.sampled_from(
    [
        b'7,2020-01-02,"open',
        b'7,"2020-01-02,2020-01-02,3013650,,0.1,,,,,,,,',
        b"7",
        b",".join([b"x"] * 30),
        b'"',
        b'x"y"',
        b"\xff\xfe\x00" + b",x" * 20,
        b"{}",
    ]
)


def check_csv(folder, pieces, block):
    """Read good rows and broken lines in any order: no piece is lost, and the good ones come out unchanged."""
    lines = [(",".join(map(cell, piece)).encode() if isinstance(piece, tuple) else piece) for piece in pieces]
    (folder / "measurement.csv").write_bytes((",".join(COLUMNS) + "\n").encode() + b"\n".join(lines))
    before, omop_csv.BLOCK = omop_csv.BLOCK, block
    try:
        events = read_omop(folder)
    finally:
        omop_csv.BLOCK = before
    codes = events["code"].to_pylist()
    good = sum(isinstance(piece, tuple) for piece in pieces)
    assert len(codes) == len(pieces)
    assert sum(code != "UNREADABLE//line" for code in codes) == good
    found = [
        (
            r["subject_id"],
            str(r["time"]),
            r["code"],
            r["numeric_value"],
            r["text_value"],
            r["unit"],
            r["comparator"],
            r["lln"],
            r["uln"],
        )
        for r in events.to_pylist()
        if r["code"] != "UNREADABLE//line"
    ]
    assert found == [("7", "2020-01-02 08:30:00", "OMOP//3013650", 0.1, "<0.1", "10*9/L", "<", 2.0, 7.5)] * good
    assert len(set(events["place"].to_pylist())) == len(pieces)


def check_rows(folder, name, columns, rows):
    """Read rows of any words, as text in CSV and in Parquet: one event a row, the same from both, nothing raised."""
    text = io.StringIO()
    text.write(",".join(columns) + "\n")
    for each in rows:
        text.write(",".join('"' + value.replace('"', '""') + '"' for value in each) + "\n")
    table = pa.table({c: pa.array([each[at] or None for each in rows], pa.string()) for at, c in enumerate(columns)})
    for ending in ("csv", "parquet"):
        (folder / ending).mkdir(exist_ok=True)
    (folder / "csv" / f"{name}.csv").write_bytes(text.getvalue().encode())
    pq.write_table(table, folder / "parquet" / f"{name}.parquet")
    events = read_omop(folder / "parquet", "Europe/Athens")
    assert events.num_rows == len(rows)
    assert not any((code or "").startswith("UNREADABLE") for code in events["code"].to_pylist())
    events.validate(full=True)
    if not any(c in value for each in rows for value in each for c in "\n\r\0\u2028"):
        csv = read_omop(folder / "csv", "Europe/Athens")
        assert json.dumps(csv.drop_columns("place").to_pylist(), default=str) == json.dumps(
            events.drop_columns("place").to_pylist(), default=str
        )
    return events
