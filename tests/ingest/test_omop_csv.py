"""CSV files of OMOP, as sites export them: no line is lost, whatever its quotes, separators and bytes."""

import csv
import gzip

import pytest
from tests.ingest.omop_maker import write_csv
from tests.tables import expect

from leukon.errors import UnreadableFile
from leukon.ingest import omop_csv
from leukon.ingest.omop import is_omop, read_omop

HEAD = "person_id,measurement_date,measurement_concept_id,value_as_number,unit_source_value,value_source_value\n"


def read(tmp_path, text, name="measurement.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert is_omop(tmp_path)
    return read_omop(tmp_path)


@pytest.fixture(params=[60, 200, 1 << 23], ids=lambda size: f"blocks of {size}")
def _blocks(request, monkeypatch):
    monkeypatch.setattr(omop_csv, "BLOCK", request.param)


pytestmark = pytest.mark.usefixtures("_blocks")
ROW = "{},2020-01-02,3013650,{},K/uL,{}\n"


def test_a_field_may_hold_separators_quotes_and_line_breaks(tmp_path):
    text = HEAD + ROW.format(1, 0.9, '"a, ""b""\nsecond line\nthird"') + ROW.format(2, 0.8, "plain")
    expect(
        read(tmp_path, text),
        "subject_id numeric_value place\n1 0.9 measurement.csv:2\n2 0.8 measurement.csv:5",
    )
    assert read(tmp_path, text)["text_value"].to_pylist()[0] == 'a, "b"\nsecond line\nthird'


def test_a_quote_left_open_costs_no_other_row(tmp_path):
    text = HEAD + ROW.format(1, 0.9, '"open') + "".join(ROW.format(n, 0.8, "x") for n in range(2, 50))
    events = read(tmp_path, text)
    assert events["subject_id"].to_pylist() == [*map(str, range(2, 50)), None] or events.num_rows == 49
    broken = [row for row in events.to_pylist() if row["code"] == "UNREADABLE//line"]
    assert [row["place"] for row in broken] == ["measurement.csv:2"]
    assert events.num_rows == 49


def test_two_quotes_left_open_swallow_nothing_between_them(tmp_path):
    rows = [ROW.format(n, 0.8, '"x' if n in (1, 4) else "x") for n in range(1, 6)]
    events = read(tmp_path, HEAD + "".join(rows))
    assert events.num_rows == 5
    assert sorted(row["place"] for row in events.to_pylist() if row["code"] == "UNREADABLE//line") == [
        "measurement.csv:2",
        "measurement.csv:5",
    ]


def test_a_quote_within_a_field_is_a_letter(tmp_path):
    assert read(tmp_path, HEAD + ROW.format(1, 0.9, '5" tube'))["text_value"].to_pylist() == ['5" tube']


def test_a_line_with_too_many_or_too_few_fields_is_broken(tmp_path):
    text = (
        HEAD
        + "1,2020-01-02,3013650,0.9,K/uL,a,b\n"
        + ROW.format(2, 0.8, "x")
        + "3,2020-01-02,3013650\n"
        + "4,2020-01-02,3013650,0.7,K/uL,,,\n"
    )
    events = read(tmp_path, text)
    found = sorted((row["place"], row["subject_id"], row["code"]) for row in events.to_pylist())
    assert found == [
        ("measurement.csv:2", None, "UNREADABLE//line"),
        ("measurement.csv:3", "2", "OMOP//3013650"),
        ("measurement.csv:4", None, "UNREADABLE//line"),
        ("measurement.csv:5", "4", "OMOP//3013650"),
    ]


def test_a_file_that_was_cut_short_keeps_its_whole_lines(tmp_path):
    text = (HEAD + "".join(ROW.format(n, 0.9, "x") for n in range(100)))[:-20]
    events = read(tmp_path, text)
    assert events.num_rows == 100
    assert sum(code == "UNREADABLE//line" for code in events["code"].to_pylist()) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_numbered_as_an_editor_does(tmp_path, end):
    text = (HEAD + "\n" + ROW.format(1, 0.9, "x") + "\n\n" + ROW.format(2, 0.8, "x")).replace("\n", end)
    assert read(tmp_path, text)["place"].to_pylist() == ["measurement.csv:3", "measurement.csv:6"]


def test_a_lone_carriage_return_ends_a_line(tmp_path):
    text = HEAD + ROW.format(1, 0.9, "x").replace("\n", "\r") + ROW.format(2, 0.8, "x")
    assert read(tmp_path, text)["place"].to_pylist() == ["measurement.csv:2", "measurement.csv:3"]


def test_a_unit_in_another_encoding_is_shown_not_guessed(tmp_path):
    text = (HEAD + ROW.format(1, 0.9, "x")).encode() + "2,2020-01-02,3013650,900,cells/µL,y\n".encode("cp1252")
    assert read(tmp_path, text)["unit"].to_pylist() == ["K/uL", "cells/\ufffdL"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".csv.gz"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_separators_endings_and_quotes_do_not_matter(tmp_path, separator, ending, quoting):
    text = "person_id measurement_date measurement_concept_id value_as_number value_source_value\n7 2020-01-02 3013650 0.9 a,b;c"
    folder = write_csv(tmp_path, {"measurement": text}, separator, ending, quoting)
    expect(read_omop(folder), f"subject_id numeric_value text_value place\n7 0.9 a,b;c measurement{ending}:2")


def test_a_mark_at_the_start_of_the_file_is_no_letter(tmp_path):
    assert read(tmp_path, b"\xef\xbb\xbf" + (HEAD + ROW.format(1, 0.9, "x")).encode())["subject_id"].to_pylist() == [
        "1"
    ]


def test_names_may_be_quoted_and_in_capitals(tmp_path):
    head = ",".join(f'"{name}"' for name in HEAD.strip().upper().split(",")) + "\n"
    assert read(tmp_path, head + ROW.format(1, 0.9, "x"))["subject_id"].to_pylist() == ["1"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "first line is empty"),
        (b"\n\n", "first line is empty"),
        (HEAD.encode("utf-16"), "not UTF-8"),
        (b"person_id,PERSON_ID\n1,2\n", "two columns of one name"),
    ],
)
def test_a_file_without_usable_names_is_refused_as_a_whole(tmp_path, content, why):
    (tmp_path / "measurement.csv").write_bytes(content)
    with pytest.raises(UnreadableFile, match=why):
        read_omop(tmp_path)


def test_a_compressed_file_that_breaks_off_is_refused(tmp_path):
    lines = "".join(ROW.format(n, n / 7, n * 31) for n in range(3000))
    content = gzip.compress((HEAD + lines).encode())
    (tmp_path / "measurement.csv.gz").write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableFile, match="to its end"):
        read_omop(tmp_path)


# ---- found by Hypothesis and the fuzzer -----------------------------------------------------------------------------


def test_a_quote_that_closes_within_the_next_line_joins_nothing(tmp_path):
    """Joined, the two have as many fields as there are names."""
    text = HEAD + '7,2020-01-02,"open\n7,"2020-01-02,0.9,K/uL,x\n' + ROW.format(1, 0.9, "x")
    events = read(tmp_path, text)
    assert sorted(events["place"].to_pylist()) == ["measurement.csv:2", "measurement.csv:3", "measurement.csv:4"]
    assert events["code"].to_pylist().count("UNREADABLE//line") == 2


def test_a_line_that_is_neither_utf_8_nor_a_row_is_broken(tmp_path):
    content = (HEAD + ROW.format(1, 0.9, "x")).encode() + b"\xff\xfe,\x00\n" + ROW.format(2, 0.8, "y").encode()
    events = read(tmp_path, content)
    assert events.num_rows == 3
    assert [r["place"] for r in events.to_pylist() if r["code"] == "UNREADABLE//line"] == ["measurement.csv:3"]
