"""The spreadsheet a clinic keeps: every cell that says something is one event, and nothing about it is guessed."""

import datetime as dt
import re
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ingest.visits_maker import csv_file, text_file, with_part, workbook
from tests.tables import expect

import leukon
from leukon.errors import InvalidFile, MissingFile, UnknownTime, UnreadableFile
from leukon.ingest.gathered import BATCH, SCHEMA, UNREADABLE
from leukon.ingest.visits import is_visits, read_visits, stream_visits
from leukon.ingest.visits_dates import read_date
from leukon.ingest.visits_map import ColumnMap, VisitMap, load_visit_map

HEAD = ["patient", "date", "WBC (10^9/L)", "ANC (10^9/L)", "Neutrophils %", "Hb (g/dL)", "Alemtuzumab mg", "Comment"]
DAY_FIRST = VisitMap(date_format="day-first")
COMMA = VisitMap(decimal=",", thousands=".")


def cell(folder, written, heading="ANC (10^9/L)", visits=None):
    """The event of one cell of a CSV file."""
    table = read_visits(
        csv_file(folder, [["patient", "date", heading], ["7", "2024-03-05", written]], separator=";"), None, visits
    )
    assert table.num_rows <= 1
    return table.to_pylist()[0] if table.num_rows else None


def said(row):
    return row["comparator"], row["numeric_value"], row["text_value"], row["unit"]


def door(table):
    """What the door makes of the rows."""
    return leukon.review(table, "alemtuzumab-ms", as_of="2025-01-01")


def test_each_cell_that_says_something_is_one_row_in_the_order_of_the_file(tmp_path):
    rows = [
        HEAD,
        ["7", "2024-01-05", "5.1", "3.20", "62", "13.5", "", ""],
        ["7", "2024-01-08", "", "", "", "", "12", "first infusion, no fever"],
        ["007", "2024-03-05T08:30", "1.1", "<0.1", "", "", "", ""],
    ]
    table = read_visits(csv_file(tmp_path, rows))
    assert table.schema == SCHEMA
    expect(
        table,
        """
subject_id time                code                numeric_value text_value                unit   comparator place
7          2024-01-05          wbc                 5.1           5.1                       10^9/L -          visits.csv:2~WBC~(10^9/L)
7          2024-01-05          anc                 3.2           3.20                      10^9/L -          visits.csv:2~ANC~(10^9/L)
7          2024-01-05          neutrophils_percent 62            62                        %      -          visits.csv:2~Neutrophils~%
7          2024-01-05          hemoglobin          13.5          13.5                      g/dL   -          visits.csv:2~Hb~(g/dL)
7          2024-01-08          alemtuzumab         12            12                        mg     -          visits.csv:3~Alemtuzumab~mg
7          2024-01-08          COLUMN//Comment     -             first~infusion,~no~fever  -      -          visits.csv:3~Comment
007        2024-03-05T08:30:00 wbc                 1.1           1.1                       10^9/L -          visits.csv:4~WBC~(10^9/L)
007        2024-03-05T08:30:00 anc                 0.1           <0.1                      10^9/L <          visits.csv:4~ANC~(10^9/L)
""",
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_encodings_and_line_ends(tmp_path, separator, encoding, end):
    rows = [["patient", "date", "ANC (cells/µL)", "Note"], ["Ü7", "2024-03-05", "450", "müde, blaß"]]
    path = csv_file(tmp_path, rows, separator=separator, encoding=encoding, end=end)
    assert is_visits(path)
    expect(
        read_visits(path),
        """
subject_id code         numeric_value text_value  unit     place
Ü7         anc          450           450         cells/µL visits.csv:2~ANC~(cells/µL)
Ü7         COLUMN//Note -             müde,~blaß  -        visits.csv:2~Note
""",
    )


def test_a_title_above_the_headings_and_empty_rows_are_no_visits(tmp_path):
    text = "sep=;\nHaematology clinic;;\n;;\npatient;date;ANC (G/L)\n\n7;2024-03-05;0.4\n;;\n8;2024-03-06;1.4\n\n"
    expect(
        read_visits(text_file(tmp_path, text)),
        """
subject_id numeric_value place
7          0.4           visits.csv:6~ANC~(G/L)
8          1.4           visits.csv:8~ANC~(G/L)
""",
    )


def test_headings_that_are_repeated_further_down_are_no_visit(tmp_path):
    text = "patient,date,ANC (G/L)\n7,2024-03-05,0.4\npatient,date,ANC (G/L)\n8,2024-03-06,1.4\n"
    assert read_visits(text_file(tmp_path, text))["subject_id"].to_pylist() == ["7", "8"]


def test_a_heading_over_two_lines_is_one_heading(tmp_path):
    text = 'patient,date,"ANC\n(10^9/L)"\n7,2024-03-05,0.4\n'
    (row,) = read_visits(text_file(tmp_path, text)).to_pylist()
    assert (row["code"], row["unit"], row["place"]) == ("anc", "10^9/L", "visits.csv:3 ANC (10^9/L)")


# ---- cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "comparator", "number", "text", "unit"),
    [
        ("12.5", None, 12.5, "12.5", "10^9/L"),
        ("12.5  ", None, 12.5, "12.5", "10^9/L"),
        ("12.5\u00a0", None, 12.5, "12.5", "10^9/L"),
        ("12.5*", None, 12.5, "12.5*", "10^9/L"),
        ("12.5 H", None, 12.5, "12.5 H", "10^9/L"),
        ("0.4 (L)", None, 0.4, "0.4 (L)", "10^9/L"),
        ("0,4", None, 0.4, "0,4", "10^9/L"),
        (".4", None, 0.4, ".4", "10^9/L"),
        ("< 0,1", "<", 0.1, "< 0,1", "10^9/L"),
        ("<0.1*", "<", 0.1, "<0.1*", "10^9/L"),
        ("≥ 100", ">=", 100, "≥ 100", "10^9/L"),
        ("450 cells/uL", None, 450, "450 cells/uL", "cells/uL"),
        ("0.4 10^9/L", None, 0.4, "0.4 10^9/L", "10^9/L"),
        ("45 %", None, 45, "45 %", "%"),
        ("1,234", None, None, "1,234", "10^9/L"),
        ("1,234 H", None, None, "1,234", "10^9/L"),
        ("1.234,5", None, None, "1.234,5", "10^9/L"),
        ("0.4 R", None, None, "0.4 R", "10^9/L"),
        ("5 (repeat 0.4)", None, None, "5 (repeat 0.4)", "10^9/L"),
        ("2.0-7.5", None, None, "2.0-7.5", "10^9/L"),
        ("5 6", None, None, "5 6", "10^9/L"),
        ("1/2", None, None, "1/2", "10^9/L"),
        ("n.d.", None, None, "n.d.", "10^9/L"),
        ("clotted", None, None, "clotted", "10^9/L"),
        ("-", None, None, "-", "10^9/L"),
        ("****", None, None, "****", "10^9/L"),
        ("#DIV/0!", None, None, "#DIV/0!", "10^9/L"),
        ("-1", None, -1, "-1", "10^9/L"),
        ("1e400", None, None, "1e400", "10^9/L"),
    ],
)
def test_what_a_cell_says(tmp_path, written, comparator, number, text, unit):
    assert said(cell(tmp_path, written)) == (comparator, number, text, unit)


@pytest.mark.parametrize(
    ("written", "number", "text"),
    [
        ("1.234,5", 1234.5, "1.234,5"),
        ("1.234", 1234, "1234"),
        ("1,234", 1.234, "1.234"),
        ("<1,234", 1.234, "<1.234"),
        ("0,4", 0.4, "0,4"),
        ("0.4", 0.4, "0.4"),
        ("12.5", 12.5, "12.5"),
        ("1234,5 H", 1234.5, "1234,5 H"),
        ("1,234.5", None, "1,234.5 (not as declared: decimal ,)"),
        ("12.3456", 12.3456, "12.3456"),
        ("1.23.456", None, "1.23.456 (not as declared: decimal ,)"),
    ],
)
def test_a_declared_comma_is_a_decimal_comma(tmp_path, written, number, text):
    comparator = "<" if "<" in written else None
    assert said(cell(tmp_path, written, visits=COMMA)) == (comparator, number, text, "10^9/L")


@pytest.mark.parametrize(
    ("decimal", "thousands", "written", "number"),
    [
        (".", ",", "1,234.5", 1234.5),
        (".", ",", "1,234", 1234),
        (".", ",", "12,5", 12.5),
        (".", None, "1,234", None),
        (".", None, "1,234.5", None),
        (",", None, "1.234", None),
        (",", None, "0.234", 0.234),
        (",", " ", "1 234,5", 1234.5),
        (",", " ", "1\u202f234,5", 1234.5),
        (",", " ", "12 34", None),
        (".", "'", "1'234.5", 1234.5),
        (".", "'", "1’234", 1234),
        (".", ",", "12,34,567", None),
    ],
)
def test_declared_signs_on_both_sides(tmp_path, decimal, thousands, written, number):
    row = cell(tmp_path, written, visits=VisitMap(decimal=decimal, thousands=thousands))
    assert row["numeric_value"] == number
    used = door(read_visits(tmp_path / "visits.csv", None, VisitMap(decimal=decimal, thousands=thousands)))
    seen = [*used.results["value"].to_pylist(), *used.unused["reason"].to_pylist()]
    assert seen == [number] if number is not None and number <= 100 else len(seen) == 1


@pytest.mark.parametrize("written", ["", " ", "\u00a0", '""'])
def test_an_empty_cell_is_no_row(tmp_path, written):
    text = f"patient,date,ANC (G/L)\n7,2024-03-05,{written}\n"
    assert read_visits(text_file(tmp_path, text)).num_rows == 0


def test_the_door_reads_the_cells_as_the_clinic_means_them(tmp_path):
    rows = [["patient", "date", "ANC (10^9/L)"]]
    cells = ["1.234", "0,4", "<0,1", "12,5*", "2,5 L", "clotted", "450 /uL", "45 %", "250,5"]
    rows += [["7", f"2024-03-{day:02}", written] for day, written in enumerate(cells, 1)]
    reviewed = door(read_visits(csv_file(tmp_path, rows, separator=";"), None, VisitMap(decimal=",")))
    expect(
        reviewed.results,
        """
row value comparator
2   0.4   -
3   0.1   <
4   12.5  -
5   2.5   -
7   0.45  -
""",
    )
    expect(
        reviewed.unused,
        """
row reason
1   not_numeric
6   not_numeric
8   unknown_unit
9   implausible
""",
    )


@pytest.mark.parametrize(
    ("written", "number", "text", "unit", "status"),
    [
        ("12", 12, "12", "mg", None),
        ("12 mg", 12, "12 mg", "mg", None),
        ("0.5 g", 0.5, "0.5 g", "g", None),
        ("0", 0, "0", "mg", None),
        ("yes", None, "yes", "mg", None),
        ("X", None, "X", "mg", None),
        ("no", None, "not given", "mg", None),
        ("n.d.", None, "not given", "mg", None),
        ("-", None, "not given", "mg", None),
        ("stopped", None, "not given", "mg", None),
        ("planned", None, "planned", "mg", "unclear"),
        ("see letter", None, "see letter", "mg", "unclear"),
        ("12+12", None, "12+12", "mg", "unclear"),
        ("2024-03-05", None, "2024-03-05", "mg", "unclear"),
        ("?", None, "?", "mg", "unclear"),
    ],
)
def test_only_what_says_a_dose_is_a_dose(tmp_path, written, number, text, unit, status):
    row = cell(tmp_path, written, "Alemtuzumab mg")
    assert (row["numeric_value"], row["text_value"], row["unit"], row["status"]) == (number, text, unit, status)
    reviewed = door(read_visits(tmp_path / "visits.csv"))
    given = status is None and text != "not given" and number != 0
    assert reviewed.courses.num_rows == given
    reasons = [] if given else ["bad_status"] if status else ["not_given"]
    assert reviewed.unused["reason"].to_pylist() == reasons


def test_limits_hold_in_the_unit_of_their_column_only(tmp_path):
    visits = VisitMap(columns={"Neutro": ColumnMap(code="anc", unit="10*9/L", lln=1.8, uln=7.7)})
    path = csv_file(
        tmp_path, [["patient", "date", "Neutro"], ["7", "2024-03-05", "1.7"], ["7", "2024-03-06", "1700 /uL"]]
    )
    expect(
        read_visits(path, None, visits),
        """
code unit   lln uln
anc  10*9/L 1.8 7.7
anc  /uL    -   -
""",
    )


def test_two_rows_of_one_patient_and_day_are_both_kept(tmp_path):
    path = csv_file(
        tmp_path, [["patient", "date", "ANC (G/L)"], ["7", "2024-03-05", "0.4"], ["7", "2024-03-05", "0.6"]]
    )
    assert door(read_visits(path)).results["value"].to_pylist() == [0.6, 0.4]


# ---- subjects --------------------------------------------------------------------------------------------------------

BLOCKS = [
    ["patient", "date", "ANC (G/L)"],
    ["7", "2024-03-05", "1"],
    ["", "2024-03-06", "2"],
    ["8", "2024-03-05", "3"],
    [" ", "2024-03-06", "4"],
]


def test_a_patient_is_filled_down_only_where_that_is_declared(tmp_path):
    path = csv_file(tmp_path, BLOCKS)
    assert read_visits(path)["subject_id"].to_pylist() == ["7", None, "8", None]
    assert read_visits(path, None, VisitMap(fill_down=True))["subject_id"].to_pylist() == ["7", "7", "8", "8"]


def test_nobody_is_filled_down_below_a_row_that_cannot_be_read(tmp_path):
    text = (
        "patient,date,ANC (G/L)\n7,2024-03-05,1\n8,2024-03-06,1,2\n,2024-03-07,3\n9.1E+11,2024-03-08,4\n,2024-03-09,5\n"
    )
    table = read_visits(text_file(tmp_path, text), None, VisitMap(fill_down=True))
    assert table["subject_id"].to_pylist() == ["7", None, None, None, None]


@pytest.mark.parametrize("written", ["1.23457E+11", "1,23457E+11", "1.2e+10"])
def test_an_id_whose_last_digits_a_spreadsheet_has_cut_is_nobody(tmp_path, written):
    path = csv_file(tmp_path, [["patient", "date", "ANC (G/L)"], [written, "2024-03-05", "1"]], separator=";")
    assert read_visits(path)["subject_id"].to_pylist() == [None]


# ---- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["01/02/2024", "1.2.24", "13.02.2024", "02/13/2024", "1-2-2024 08:30", "5-Mar-24"])
def test_a_date_that_needs_a_declaration_stops_the_file(tmp_path, written):
    path = csv_file(tmp_path, [["patient", "date", "ANC (G/L)"], ["7", "2024-03-05", "1"], ["7", written, "1"]])
    with pytest.raises(
        UnreadableFile, match=r"(?s)which the month.*Fix: .*date_format = \"\"  # \"day-first\" or \"month-first\""
    ) as caught:
        stream_visits(path)
    assert written not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "form", "time"),
    [
        ("2024-03-05", None, "2024-03-05T00:00:00"),
        ("2024-03-05 08:30", None, "2024-03-05T08:30:00"),
        ("2024-03-05T08:30:15", None, "2024-03-05T08:30:15"),
        ("2024-03-05T08:30:15.250Z", None, "2024-03-05T08:30:15"),
        ("2024/3/5", None, "2024-03-05T00:00:00"),
        ("20240305", None, "2024-03-05T00:00:00"),
        ("5 Mar 2024", None, "2024-03-05T00:00:00"),
        ("05-MAR-2024", None, "2024-03-05T00:00:00"),
        ("05MAR2024", None, "2024-03-05T00:00:00"),
        ("March 5, 2024", None, "2024-03-05T00:00:00"),
        ("05.03.2024", "day-first", "2024-03-05T00:00:00"),
        ("05/03/2024 8:30", "day-first", "2024-03-05T08:30:00"),
        ("05/03/2024", "month-first", "2024-05-03T00:00:00"),
        ("5/3/24 12:15 AM", "month-first", "2024-05-03T00:15:00"),
        ("5/3/24 2:30 pm", "month-first", "2024-05-03T14:30:00"),
        ("5. 3. 2024", "day-first", "2024-03-05T00:00:00"),
        ("5-Mar-24", "day-first", "2024-03-05T00:00:00"),
        ("1.2.68", "day-first", "2068-02-01T00:00:00"),
        ("1.2.69", "day-first", "1969-02-01T00:00:00"),
        ("2024-03-05", "day-first", "2024-03-05T00:00:00"),
        ("29.02.2024", "day-first", "2024-02-29T00:00:00"),
        ("29.02.2023", "day-first", None),
        ("13/13/2024", "day-first", None),
        ("12/13/2024", "day-first", None),
        ("05.03.2024", "iso", None),
        ("2024-03", None, None),
        ("2024", None, None),
        ("Mar 2024", None, None),
        ("2024-13-01", None, None),
        ("45356", None, None),
        ("yesterday", None, None),
        ("0024-03-05", None, None),
        ("2024-03-05 25:00", None, None),
        ("2024-03-05 13:00 PM", None, None),
        ("05.03.2024-06.03.2024", "day-first", None),
        ("", None, None),
    ],
)
def test_what_a_date_says(tmp_path, written, form, time):
    path = csv_file(tmp_path, [["patient", "date", "ANC (G/L)"], ["7", written, "1"]])
    (row,) = read_visits(path, None, VisitMap(date_format=form)).to_pylist()
    assert (row["time"] and row["time"].isoformat()) == time
    assert row["numeric_value"] == 1


def test_an_offset_is_dropped_or_converted(tmp_path):
    path = csv_file(
        tmp_path,
        [["patient", "date", "ANC (G/L)"], ["7", "2024-03-05T23:30:00+01:00", "1"], ["7", "2024-03-05T23:30", "2"]],
    )
    times = [time.isoformat() for time in read_visits(path, "Europe/Athens")["time"].to_pylist()]
    assert times == ["2024-03-06T00:30:00", "2024-03-05T23:30:00"]
    assert read_visits(path)["time"].to_pylist()[0].isoformat() == "2024-03-05T23:30:00"
    with pytest.raises(UnknownTime):
        stream_visits(path, "Nowhere/Land")


@pytest.mark.parametrize(
    ("clock", "time"),
    [
        ("08:30", "08:30:00"),
        ("8:30 pm", "20:30:00"),
        ("", "00:00:00"),
        ("fasting", None),
        ("24:10", None),
        ("0830", None),
    ],
)
def test_a_declared_time_of_day_stands_beside_its_date(tmp_path, clock, time):
    path = csv_file(tmp_path, [["patient", "date", "Uhrzeit", "ANC (G/L)"], ["7", "2024-03-05", clock, "1"]])
    (row,) = read_visits(path, None, VisitMap(time="Uhrzeit")).to_pylist()
    assert row["time"] == (None if time is None else dt.datetime.fromisoformat(f"2024-03-05T{time}"))


@given(st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2099, 1, 1)).map(lambda time: time.replace(microsecond=0)))
def test_a_date_comes_back_in_every_form(time):
    for form, pattern in (
        ("day-first", "%d.%m.%Y %H:%M:%S"),
        ("month-first", "%m/%d/%Y %I:%M:%S %p"),
        (None, "%Y-%m-%d %H:%M:%S"),
        (None, "%d-%b-%Y %H:%M:%S"),
    ):
        assert read_date(time.strftime(pattern), form) == time
    assert read_date(f"{time.isoformat()}Z", None, ZoneInfo("UTC")) == time


# ---- what is asked for -----------------------------------------------------------------------------------------------


def test_all_columns_without_a_unit_are_asked_for_at_once_and_the_answer_can_be_pasted(tmp_path):
    path = csv_file(
        tmp_path,
        [
            ["patient", "date", "WBC", "ANC", 'Hb "new"', "Hb", "Neut %", "PLT (Sack/µl)"],
            ["7", "2024-03-05", "1", "2", "3", "4", "5", "6"],
        ],
    )
    with pytest.raises(UnreadableFile) as caught:
        read_visits(path)
    message = str(caught.value)
    assert "no unit that leukon knows stands at 'WBC', 'ANC', 'Hb', 'PLT (Sack/µl)'" in message
    pasted = "[visits]\n" + message.partition("fill it in:")[2]
    unfilled = tmp_path / "unfilled.toml"
    unfilled.write_text(pasted, encoding="utf-8")
    with pytest.raises(InvalidFile):
        load_visit_map(unfilled)
    filled = tmp_path / "filled.toml"
    filled.write_text(re.sub(r'unit = ""  # (\w+): ([^,\n]+).*', r'unit = "\2"', pasted), encoding="utf-8")
    assert read_visits(path, None, load_visit_map(filled))["unit"].to_pylist() == [
        "10^9/L",
        "10^9/L",
        None,
        "g/L",
        "%",
        "10^9/L",
    ]


@pytest.mark.parametrize(
    ("headings", "complaint"),
    [
        (["patient", "date", "sample date", "ANC (G/L)"], "several columns may be its date: 'date', 'sample date'"),
        (["patient", "MRN", "date", "ANC (G/L)"], "several columns may be its subject: 'patient', 'MRN'"),
        (["patient", "date", "ANC (G/L)", "ANC (G/L)"], "more than one column 'ANC"),
        (["patient", "ANC (G/L)", "WBC (G/L)"], "none of its first 40 rows names"),
        (["date", "ANC (G/L)", "WBC (G/L)"], "none of its first 40 rows names"),
        (["subject_id", "date", "code", "numeric_value"], "one row an event, not one a visit"),
    ],
)
def test_what_headings_leave_open_is_not_guessed(tmp_path, headings, complaint):
    path = csv_file(tmp_path, [headings, ["Ada", "2024-03-05", "1", "2"]])
    with pytest.raises(UnreadableFile, match=re.escape(complaint)) as caught:
        read_visits(path)
    assert "Ada" not in str(caught.value)


MAP = """
[visits]
subject = "Pat.-Nr."
date = "Datum"
date_format = "day-first"
decimal = ","
[visits.columns."Neutro"]
code = "anc"
unit = "10*9/L"
lln = 1.8
[visits.columns."Bemerkung"]
code = "LOCAL//remark"
[codes."LOCAL//remark"]
concept = "condition"
"""


def test_a_map_says_what_the_headings_do_not(tmp_path):
    (tmp_path / "clinic.toml").write_text(MAP, encoding="utf-8")
    rows = [["Liste", "", "", ""], ["Pat.-Nr.", "Datum", "Neutro", "Bemerkung"], ["7", "05.03.2024", "0,4", "müde"]]
    path = csv_file(tmp_path, rows, separator=";", encoding="cp1252")
    expect(
        read_visits(path, None, load_visit_map(tmp_path / "clinic.toml")),
        """
subject_id time       code          numeric_value text_value unit   lln
7          2024-03-05 anc           0.4           0,4        10*9/L 1.8
7          2024-03-05 LOCAL//remark -             müde       -      -
""",
    )


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ('[visits]\ndate_format = "dmy"', "visits.date_format"),
        ('[visits]\nthousands = "."', "visits"),
        ('[visits]\ndecimal = ","\nthousands = ","', "visits"),
        ('[visits]\nsubjekt = "x"', "visits.subjekt"),
        ('[visits.columns.Foo]\nunit = "g/L"', "visits.columns.Foo.code"),
        ('[visits.columns.Foo]\ncode = "anc"\nunit = "furlong"', "visits.columns.Foo.unit"),
        ('[visits.columns.Foo]\ncode = "infection"\nunit = "mg"', "visits.columns.Foo.unit"),
        ('[visits.columns.Foo]\ncode = "anc"\nunit = "G/L"\nlln = 3\nuln = 2', "visits.columns.Foo"),
        ("[visit]", "visits"),
        ("visits = [", "the text"),
    ],
)
def test_a_map_with_a_slip_is_refused_with_its_place(tmp_path, toml, key):
    (tmp_path / "clinic.toml").write_text(toml)
    with pytest.raises(InvalidFile, match=re.escape(f"'clinic.toml' is not valid at '{key}'")):
        load_visit_map(tmp_path / "clinic.toml")
    with pytest.raises(MissingFile):
        load_visit_map(tmp_path / "no.toml")


@pytest.mark.parametrize(
    "visits",
    [
        VisitMap(subject="Nobody"),
        VisitMap(time="Clock"),
        VisitMap(columns={"Nothing": ColumnMap(code="anc", unit="G/L")}),
    ],
)
def test_a_column_that_the_map_names_must_be_there(tmp_path, visits):
    path = csv_file(tmp_path, [["patient", "date", "ANC (G/L)"], ["7", "2024-03-05", "1"]])
    with pytest.raises(UnreadableFile):
        read_visits(path, None, visits)


def test_a_map_does_not_take_the_range_of_a_heading_into_another_unit(tmp_path):
    visits = VisitMap(columns={"ANC (1.8-7.7)": ColumnMap(unit="G/L"), "WBC G/L (4-10)": ColumnMap(unit="/uL")})
    path = csv_file(tmp_path, [["patient", "date", "ANC (1.8-7.7)", "WBC G/L (4-10)"], ["7", "2024-03-05", "1", "2"]])
    expect(
        read_visits(path, None, visits),
        """
code unit lln uln
anc  G/L  1.8 7.7
wbc  /uL  -   -
""",
    )


# ---- lines -----------------------------------------------------------------------------------------------------------


def test_a_line_with_more_cells_than_headings_is_unreadable_and_those_beside_it_are_read(tmp_path):
    text = "patient,date,ANC (G/L),WBC (G/L)\n7,2024-03-05,0,4,1,1\n7,2024-03-06,0.5,1.2,,\n7,2024-03-07,0.6\n"
    expect(
        read_visits(text_file(tmp_path, text)),
        """
subject_id code            numeric_value place
-          UNREADABLE//row -             visits.csv:2
7          anc             0.5           visits.csv:3~ANC~(G/L)
7          wbc             1.2           visits.csv:3~WBC~(G/L)
7          anc             0.6           visits.csv:4~ANC~(G/L)
""",
    )


def test_a_comment_may_have_lines_but_a_quote_that_nobody_closes_swallows_no_row(tmp_path):
    text = 'patient,date,ANC (G/L),Note\n7,2024-03-05,1,"tired,\npale"\n7,2024-03-06,2,"open\n7,2024-03-07,3,\n7,2024-03-08,4,"x"\n'
    table = read_visits(text_file(tmp_path, text)).to_pylist()
    rows = [(row["code"], row["text_value"], row["place"].split(":")[1].split()[0]) for row in table]
    assert rows == [
        ("anc", "1", "2"),
        ("COLUMN//Note", "tired,\npale", "2"),
        ("anc", "2", "4"),
        ("COLUMN//Note", '"open', "4"),
        ("anc", "3", "5"),
        ("anc", "4", "6"),
        ("COLUMN//Note", "x", "6"),
    ]


def test_a_column_without_a_heading_is_counted_by_its_place(tmp_path):
    text = "patient,date,ANC (G/L),,\n7,2024-03-05,1,,tired\n"
    assert read_visits(text_file(tmp_path, text))["code"].to_pylist() == ["anc", "COLUMN//column 5"]


@pytest.mark.parametrize("content", ["", "\n\n", "hello", "a,b,c\n1,2,3\n", "\0\1\2", "patient,date\0,ANC\n"])
def test_a_file_that_is_no_spreadsheet_of_visits(tmp_path, content):
    path = text_file(tmp_path, content)
    assert not is_visits(path)
    with pytest.raises(UnreadableFile):
        read_visits(path)


def test_a_file_that_is_not_there(tmp_path):
    for name in ("no.csv", "no.xlsx"):
        assert not is_visits(tmp_path / name)
        with pytest.raises(UnreadableFile):
            read_visits(tmp_path / name)
    assert not is_visits(tmp_path)


@pytest.mark.parametrize(
    "header",
    [
        "subject_id,time,code,numeric_value,unit",
        "patient,date,code,numeric_value",
        "USUBJID,LBDTC,LBTESTCD,LBORRES,LBORRESU",
        "person_id,measurement_date,measurement_concept_id,value_as_number",
        "subject_id,charttime,itemid,valuenum",
        "patient,date,comment,result",
        "7,2024-03-05,anc,1,G/L",
    ],
)
def test_other_layouts_are_not_taken_for_visits(tmp_path, header):
    assert not is_visits(text_file(tmp_path, f"{header}\n7,2024-03-05,anc,1,G/L\n"))


@pytest.mark.parametrize(
    "header", ["patient,date,WBC,ANC,LYMPH,Hb,PLT", "Title\nsubject;date;ANC (G/L)", "Pt\tVisit date\tNeut %"]
)
def test_visits_are_recognised_by_their_headings(tmp_path, header):
    assert is_visits(text_file(tmp_path, header, name="list.TXT"))


@pytest.mark.parametrize(
    "header",
    [
        "patient,WBC (G/L),ANC (G/L)",
        "Pat.-Nr.;Tag;WBC;ANC",
        "List of 2024\n\nKennung,date,ANC (G/L)",
        "Kennung,Tag,PLT,Hb",
    ],
)
def test_visits_that_do_not_say_whose_or_when_are_recognised_and_asked_for_it(tmp_path, header):
    path = text_file(tmp_path, f"{header}\n")
    assert is_visits(path)
    with pytest.raises(UnreadableFile, match="names a column of patients and a column of dates") as caught:
        read_visits(path)
    assert '\n  [visits]\n  subject = ""  # heading of the patients\n  date = ""  # heading' in str(caught.value)
    assert "Kennung" not in str(caught.value), "where the headings are not known they may be a patient's data"


@pytest.mark.parametrize("header", ["Kennung,Tag,ANC", "Kennung,Tag,Wert", "17,2024-01-05,anc,0.4", "anc"])
def test_a_line_with_one_name_that_leukon_knows_may_be_anything(tmp_path, header):
    assert not is_visits(text_file(tmp_path, f"{header}\n"))


def test_a_map_tells_visits_by_the_headings_that_it_names(tmp_path):
    path = text_file(tmp_path, "Kennung,Tag,Wert\n7,2024-03-05,1\n")
    columns = {"Wert": ColumnMap(code="anc", unit="G/L")}
    assert not is_visits(path, VisitMap(subject="Kennung", date="Tag"))
    assert not is_visits(path, VisitMap(subject="Kennung", date="Datum", columns=columns))
    assert is_visits(path, VisitMap(subject="Kennung", date="Tag", columns=columns))


def test_a_map_does_not_make_the_event_layout_a_spreadsheet_of_visits(tmp_path):
    path = text_file(tmp_path, "subject_id,time,code,numeric_value,ANC\n7,2024-03-05,anc,1,2\n")
    assert not is_visits(path, VisitMap(subject="subject_id", date="time"))


def test_memory_stays_in_batches(tmp_path):
    lines = [
        "patient,date,ANC (G/L),WBC (G/L)",
        *(f"{n % 900},2024-03-05,{n % 100 / 10},{n % 90}" for n in range(BATCH)),
    ]
    batches = list(stream_visits(text_file(tmp_path, "\n".join(lines))))
    assert len(batches) > 2
    assert max(batch.num_rows for batch in batches) <= BATCH
    assert sum(batch.num_rows for batch in batches) == 2 * BATCH


# ---- workbooks -------------------------------------------------------------------------------------------------------

SHEET = [["patient", "date", "ANC (10^9/L)", "Neutrophils %", "Note"]]


def test_numbers_dates_and_texts_of_a_workbook(tmp_path):
    rows = [
        ["Our patients, 2024"],
        [],
        *SHEET,
        [7, dt.datetime(2024, 3, 5, 8, 30), 0.4, 45, True],
        ["007", dt.date(2024, 3, 6), "<0.1", "45 %", 12],
        [8, 45358, 1, None, dt.time(8, 30)],
        [None, None, None, None, None],
        [8, "2024-03-08", dt.datetime(2024, 5, 1), 7.5, "late"],
        [9, 2024, 2, None, None],
        [9, 20240310, 3, None, None],
    ]
    path = workbook(tmp_path, {"List": rows}, change=lambda book: book.active.merge_cells("A1:E1"))
    assert is_visits(path)
    expect(
        read_visits(path),
        """
subject_id time                code                numeric_value text_value           place
7          2024-03-05T08:30:00 anc                 0.4           -                    visits.xlsx:List:4~ANC~(10^9/L)
7          2024-03-05T08:30:00 neutrophils_percent 45            -                    visits.xlsx:List:4~Neutrophils~%
7          2024-03-05T08:30:00 COLUMN//Note        -             TRUE                 visits.xlsx:List:4~Note
007        2024-03-06          anc                 0.1           <0.1                 visits.xlsx:List:5~ANC~(10^9/L)
007        2024-03-06          neutrophils_percent 45            45~%                 visits.xlsx:List:5~Neutrophils~%
007        2024-03-06          COLUMN//Note        12            -                    visits.xlsx:List:5~Note
8          2024-03-07          anc                 1             -                    visits.xlsx:List:6~ANC~(10^9/L)
8          2024-03-07          COLUMN//Note        -             08:30:00             visits.xlsx:List:6~Note
8          2024-03-08          anc                 -             2024-05-01           visits.xlsx:List:8~ANC~(10^9/L)
8          2024-03-08          neutrophils_percent 7.5           -                    visits.xlsx:List:8~Neutrophils~%
8          2024-03-08          COLUMN//Note        -             late                 visits.xlsx:List:8~Note
9          -                   anc                 2             -                    visits.xlsx:List:9~ANC~(10^9/L)
9          2024-03-10          anc                 3             -                    visits.xlsx:List:10~ANC~(10^9/L)
""",
    )


def test_a_cell_shown_as_a_percentage_is_one(tmp_path):
    rows = [
        *SHEET,
        [7, dt.date(2024, 3, 5), 0.4, 0.45],
        [7, dt.date(2024, 3, 6), 0.4, 0.07],
        [7, dt.date(2024, 3, 7), 0.4, 45],
    ]
    path = workbook(tmp_path, {"List": rows}, formats={"D2": "0%", "D3": '0.0" "%', "C4": "0.00%", "D4": '0.0"%"'})
    expect(
        read_visits(path),
        """
code                numeric_value unit
anc                 0.4           10^9/L
neutrophils_percent 45            %
anc                 0.4           10^9/L
neutrophils_percent 7             %
anc                 40            %
neutrophils_percent 45            %
""",
    )


def test_an_id_shown_with_leading_zeros_has_them(tmp_path):
    rows = [*SHEET, [7, dt.date(2024, 3, 5), 1], [1234, dt.date(2024, 3, 5), 1]]
    path = workbook(tmp_path, {"List": rows}, formats={"A2": "000", "A3": "000"})
    assert read_visits(path)["subject_id"].to_pylist() == ["007", "1234"]


def test_errors_and_formulas_that_nobody_calculated_are_not_empty(tmp_path):
    rows = [*SHEET, [7, dt.date(2024, 3, 5), "=C3*2", "#DIV/0!"], [7, dt.date(2024, 3, 6), 1, '=""']]
    path = workbook(tmp_path, {"List": rows})
    path = with_part(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'<c r="D3"><f>""</f><v></v>', b'<c r="D3" t="str"><f>""</f><v></v>').replace(
            b'<c r="D3"><f>""</f><v />', b'<c r="D3" t="str"><f>""</f><v />'
        ),
    )
    expect(
        read_visits(path),
        """
code                numeric_value text_value                 place
anc                 -             (formula~without~a~value)  visits.xlsx:List:2~ANC~(10^9/L)
neutrophils_percent -             #DIV/0!                    visits.xlsx:List:2~Neutrophils~%
anc                 1             -                          visits.xlsx:List:3~ANC~(10^9/L)
""",
    )


def test_a_workbook_that_counts_from_1904(tmp_path):
    def from_1904(book):
        book.epoch = dt.datetime(1904, 1, 1)

    rows = [*SHEET, [7, dt.datetime(2024, 3, 5), 1], [7, 45356 - 1462, 2]]
    path = workbook(tmp_path, {"List": rows}, change=from_1904)
    assert [time.isoformat() for time in read_visits(path)["time"].to_pylist()] == ["2024-03-05T00:00:00"] * 2


def test_merged_cells_of_patients_and_dates_say_the_same_in_all_their_rows_and_values_only_once(tmp_path):
    def merge(book):
        for cells in ("A2:A4", "B3:B4", "C2:C3"):
            book.active.merge_cells(cells)

    rows = [
        *SHEET,
        [7, dt.date(2024, 3, 5), 1],
        [None, dt.date(2024, 3, 6), None, 20],
        [None, None, 3],
        [None, dt.date(2024, 3, 8), 4],
    ]
    expect(
        read_visits(workbook(tmp_path, {"List": rows}, change=merge)),
        """
subject_id time       code                numeric_value
7          2024-03-05 anc                 1
7          2024-03-06 neutrophils_percent 20
7          2024-03-06 anc                 3
-          2024-03-08 anc                 4
""",
    )


def test_of_several_sheets_with_visits_those_named_are_read_and_none_is_chosen(tmp_path):
    one, two = ([*SHEET, [n, dt.date(2024, 3, 5), n]] for n in (1, 2))
    path = workbook(tmp_path, {"Legend": [["x"]], "2023": one, "2024": two})
    with pytest.raises(UnreadableFile, match="2 of its sheets have visits"):
        read_visits(path)
    assert read_visits(path, None, VisitMap(sheet="2024"))["subject_id"].to_pylist() == ["2"]
    assert read_visits(path, None, VisitMap(sheet=("2023", "2024")))["subject_id"].to_pylist() == ["1", "2"]
    with pytest.raises(UnreadableFile, match="no sheet '2025'"):
        read_visits(path, None, VisitMap(sheet="2025"))
    with pytest.raises(UnreadableFile, match="none of its first"):
        read_visits(path, None, VisitMap(sheet="Legend"))


def test_a_hidden_sheet_is_read_only_if_named(tmp_path):
    def hide(book):
        book["Old"].sheet_state = "hidden"

    path = workbook(
        tmp_path,
        {"Now": [*SHEET, [1, dt.date(2024, 3, 5), 1]], "Old": [*SHEET, [2, dt.date(2024, 3, 5), 1]]},
        change=hide,
    )
    assert read_visits(path)["subject_id"].to_pylist() == ["1"]
    assert read_visits(path, None, VisitMap(sheet="Old"))["subject_id"].to_pylist() == ["2"]


def test_a_spreadsheet_that_took_days_for_months_is_refused(tmp_path):
    dates = [dt.date(2024, day, 3) for day in (5, 6, 7)]  # 3.5., 3.6., 3.7. made of 5/3, 6/3, 7/3
    rows = [*SHEET, *([7, day, 1] for day in dates), [7, "13/03/2024", 1], [7, "20/03/2024", 1]]
    path = workbook(tmp_path, {"List": rows})
    with pytest.raises(UnreadableFile, match="took days for months"):
        read_visits(path, None, DAY_FIRST)
    rows.append([7, dt.date(2024, 3, 25), 1])
    assert read_visits(workbook(tmp_path, {"List": rows}), None, DAY_FIRST).num_rows == 6


def test_texts_of_dates_in_a_workbook_need_their_declaration_too(tmp_path):
    path = workbook(tmp_path, {"List": [*SHEET, [7, "01/02/2024", 1]]})
    with pytest.raises(UnreadableFile, match="date_format"):
        read_visits(path)
    assert read_visits(path, None, DAY_FIRST)["time"].to_pylist() == [dt.datetime(2024, 2, 1)]


def test_a_time_of_day_of_a_workbook(tmp_path):
    rows = [
        ["patient", "date", "clock", "ANC (G/L)"],
        [7, dt.date(2024, 3, 5), dt.time(8, 30), 1],
        [7, dt.date(2024, 3, 5), 0.5, 2],
        [7, dt.date(2024, 3, 5), 8.5, 3],
    ]
    times = read_visits(workbook(tmp_path, {"List": rows}), None, VisitMap(time="clock"))["time"].to_pylist()
    assert times == [dt.datetime(2024, 3, 5, 8, 30), dt.datetime(2024, 3, 5, 12), None]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x03\x04" + b"x" * 500, b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_a_workbook_that_is_none(tmp_path, content):
    path = tmp_path / "visits.xlsx"
    path.write_bytes(content)
    assert not is_visits(path)
    with pytest.raises(UnreadableFile, match="no whole XLSX"):
        read_visits(path)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_workbook_is_read_or_refused_and_never_breaks_the_reader(tmp_path, damage):
    path = tmp_path / "visits.xlsx"
    if not path.exists():
        workbook(tmp_path, {"List": [*SHEET, [7, dt.date(2024, 3, 5), 1, 0.4, "=A1"]]}, formats={"D2": "0%"})
        (tmp_path / "whole").write_bytes(path.read_bytes())
    content = bytearray((tmp_path / "whole").read_bytes())
    for place, byte in damage:
        content[int(place * len(content))] = byte
    path.write_bytes(bytes(content))
    with suppress(UnreadableFile):
        assert read_visits(path).num_rows < 10


def test_a_cell_far_away_from_the_others_does_not_fill_the_memory(tmp_path):
    rows = [*SHEET, [7, dt.date(2024, 3, 5), 1]]

    def stray(book):
        book.active["XFD1048576"] = "x"

    with pytest.raises(UnreadableFile, match="far away"):
        read_visits(workbook(tmp_path, {"List": rows}, change=stray))
    path = workbook(tmp_path, {"List": rows}, formats={"XFD1048576": "0%"})
    assert read_visits(path).num_rows == 1


@pytest.mark.parametrize("reference", [b'r="ZZZZ2"', b'r="C9999999"'])
def test_a_cell_beyond_the_largest_sheet_is_refused(tmp_path, reference):
    path = workbook(tmp_path, {"List": [*SHEET, [7, dt.date(2024, 3, 5), 1]]})
    number = b'r="9999999"' if b"9999999" in reference else b'r="2"'
    path = with_part(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'r="C2"', reference).replace(b'<row r="2"', b"<row " + number),
    )
    with pytest.raises(UnreadableFile, match="far away"):
        read_visits(path)


def test_a_workbook_with_a_document_type_is_refused(tmp_path):
    path = workbook(tmp_path, {"List": [*SHEET, [7, dt.date(2024, 3, 5), 1]]})
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = with_part(path, "xl/worksheets/sheet1.xml", lambda xml: bomb + xml)
    with pytest.raises(UnreadableFile):
        read_visits(path)


def test_a_workbook_and_its_csv_say_the_same(tmp_path):
    rows = [["7", "2024-03-05", "0.4", "45", "x"], ["8", "2024-03-06", "<0.1", "clotted", ""]]
    one = read_visits(csv_file(tmp_path, [*SHEET, *rows])).drop_columns(["place"])
    other = read_visits(workbook(tmp_path, {"List": [*SHEET, *rows]})).drop_columns(["place"])
    assert one == other


# ---- nothing is lost -------------------------------------------------------------------------------------------------

GOOD = st.tuples(
    st.sampled_from(["7", "007", "Ö"]),
    st.sampled_from(["2024-03-05", "2024-03-06 08:30"]),
    st.sampled_from(["0.4", "<0.1", "2.5*"]),
    st.sampled_from(["1.5", "12"]),
)
BROKEN = st.sampled_from(
    [
        "x,y,z,1,2,3",
        ",,1,",
        '7,"2024-03-05,1,2',
        '7,2024-03-05,"a"b,2',
        "7,nonsense,clotted,n.d.",
        "7,2024-03-05",
        '"',
        "7,2024-03-05,1,2,3,4",
        ",,\t,1",
        '7,2024-03-05,"1\n',
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(GOOD, BROKEN), max_size=12))
def test_good_rows_come_out_unchanged_whatever_stands_beside_them(tmp_path_factory, pieces):
    folder = tmp_path_factory.mktemp("visits")
    lines = [",".join(piece) if isinstance(piece, tuple) else piece for piece in pieces]
    path = text_file(folder, "\n".join(["patient,date,ANC (G/L),WBC (G/L)", *lines]))
    rows = read_visits(path).to_pylist()
    here = {int(row["place"].split(":")[1].split()[0]) for row in rows}
    number = 2
    for piece in pieces:
        if isinstance(piece, tuple):
            found = [row for row in rows if row["place"].startswith(f"visits.csv:{number} ")]
            assert [(row["subject_id"], row["code"], row["text_value"]) for row in found] == [
                (piece[0], "anc", piece[2]),
                (piece[0], "wbc", piece[3]),
            ]
        elif piece.count("\n") == 0 and piece not in ("7,2024-03-05", '"'):
            assert number in here or any(row["code"].startswith(UNREADABLE) for row in rows), (piece, rows)
        number += 1 if isinstance(piece, tuple) else piece.count("\n") + 1


WRITTEN = st.text(st.sampled_from('0123456789.,<>*"\n\r\t ;ÄßHL%-/a'), max_size=8)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(WRITTEN, WRITTEN, WRITTEN), max_size=8), st.sampled_from([";", ","]))
def test_every_cell_of_a_well_written_file_is_one_event_and_no_other_is(tmp_path_factory, rows, separator):
    rows = [["7", "2024-03-05", *cells] for cells in rows]
    path = csv_file(
        tmp_path_factory.mktemp("visits"),
        [["patient", "date", "ANC (G/L)", "Neut %", "Note"], *rows],
        separator=separator,
    )
    table = read_visits(path).to_pylist()
    broken = [row for row in table if row["code"].startswith(UNREADABLE)]
    assert not broken
    blank = " \t\r\n"
    texts = [cell.strip(blank) for row in rows for cell in row[2:] if cell.strip(blank)]
    assert len(table) == len(texts)
    assert all(row["subject_id"] == "7" and row["time"] == dt.datetime(2024, 3, 5) for row in table)
    assert [row["text_value"] for row in table if row["code"] == "COLUMN//Note"] == [
        row[4].strip(blank) for row in rows if row[4].strip(blank)
    ]
