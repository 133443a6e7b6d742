"""Whatever is wrong with the input: a bad row is unused with its reason, a bad file ends with 3 or 4, nothing is lost,
nothing is half written, and no message holds what belongs to a patient.
"""

import subprocess
import sys
import textwrap
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from tests.surfaces.process import files_under
from tests.tables import expect

import leukon
from leukon.errors import InvalidFile, MissingColumn, UnreadableFile, UnwritableFolder
from leukon.monitor.review import TABLES
from leukon.present.files import write_tables

PATIENT = ("Meier-4711", "1987-06-05", "0.4242", "1987", "4711", "4242")
"""Identifier, date and value of a patient, and parts of them: no message may hold one."""
HEADER = "subject_id,time,code,numeric_value,text_value,unit,comparator,lln,uln,status,recorded_time,source_id"
ROW = "Meier-4711,1987-06-05,anc,0.4242,,10*9/L,,,,,,"


# ---- one bad row --------------------------------------------------------------------------------------------------


def review_of(path):
    return leukon.review(leukon.read(path), "alemtuzumab-ms", as_of="2020-01-01")


def review_rows(folder, text, name="events.csv", encoding="utf-8"):
    (folder / name).write_bytes(textwrap.dedent(text).lstrip("\n").encode(encoding))
    return review_of(folder / name)


def counted(review):
    """Rows that the account holds."""
    return sum(review.account["rows"].to_pylist())


BAD_ROWS = """
    value          text         unit    comparator status    | reason
    pending        -            10*9/L  -          -         | not_numeric
    -              pending      10*9/L  -          -         | not_numeric
    -              -            10*9/L  -          -         | not_numeric
    nan            -            10*9/L  -          -         | not_numeric
    inf            -            10*9/L  -          -         | not_numeric
    1e999          -            10*9/L  -          -         | not_numeric
    0x10           -            10*9/L  -          -         | not_numeric
    1_000          -            10*9/L  -          -         | not_numeric
    1.2.3          -            10*9/L  -          -         | not_numeric
    80-90          -            10*9/L  -          -         | not_numeric
    0.4            -            10*9/L  about      -         | not_numeric
    -1             -            10*9/L  -          -         | negative
    -              <-1          10*9/L  -          -         | negative
    0.4            0.5          10*9/L  -          -         | conflict
    0.4            <0.4         10*9/L  >          -         | conflict
    "1,234"        -            10*9/L  -          -         | ambiguous_comma
    0.4            -            -       -          -         | no_unit
    0.4            -            furlong -          -         | unknown_unit
    0.4            -            %       -          -         | unknown_unit
    899            -            10*9/L  -          -         | implausible
    0.4            -            10*9/L  -          checked   | bad_status
    0.4            -            10*9/L  -          cancelled | cancelled
    0.4            -            10*9/L  -          entered-in-error | cancelled
    0.4            -            10*9/L  -          preliminary | preliminary
"""


@pytest.mark.parametrize("line", BAD_ROWS.strip().splitlines()[1:], ids=lambda line: " ".join(line.split()))
def test_a_bad_row_is_unused_with_its_reason_and_stands_there_as_it_was_given(line, tmp_path):
    said, reason = line.split(" | ")
    value, text, unit, comparator, status = ("" if word == "-" else word for word in said.split())
    review = review_rows(
        tmp_path,
        f"{HEADER}\n1,2000-01-01,anc,{value},{text},{unit},{comparator},,,{status},,\n2,2000-01-01,anc,2,,10*9/L,,,,,,\n",
    )
    (row,) = review.unused.to_pylist()
    assert row["reason"] == reason
    assert (row["row"], row["subject_id"], row["code"]) == (1, "1", "anc")
    assert row["unit"] == (unit or None)
    assert counted(review) == 2
    if reason == "not_numeric" and not text and not comparator:
        assert row["text_value"] == (value or None)
    assert review.results["subject_id"].to_pylist() == ["2"]


BAD_TIMES = [
    "2000-02-30",
    "2000-13-01",
    "01/02/2000",
    "01.02.2000",
    "2000/02/01",
    "20000201",
    "2000-2-1",
    "2000-02-01T25:00",
    "2000-02-01T08",
    "2000-02-01T08:00:00 CET",
    "2000-W05-2",
    "Feb 1, 2000",
    "08:00",
    "08:00:00",
    "951782400",
    "0000-01-01",
    "yesterday",
    "",
]


@pytest.mark.parametrize("time", BAD_TIMES)
@pytest.mark.parametrize("column", ["time", "recorded_time"])
def test_a_time_that_is_no_iso_date_is_never_guessed(time, column, tmp_path):
    times = {"time": "2000-01-01", "recorded_time": ""} | {column: f'"{time}"'}
    review = review_rows(
        tmp_path,
        f"subject_id,time,code,numeric_value,unit,recorded_time\n1,{times['time']},anc,2,10*9/L,{times['recorded_time']}\n",
    )
    assert counted(review) == 1
    if column == "recorded_time" and not time:
        assert review.results.num_rows == 1
        return
    expect(review.unused, "row subject_id time code unit reason\n1 1 - anc 10*9/L no_time")
    assert review.results.num_rows == 0


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("2000-02-29", datetime(2000, 2, 29)),
        ("2000-02-01T08:15", datetime(2000, 2, 1, 8, 15)),
        ("2000-02-01 08:15:30", datetime(2000, 2, 1, 8, 15, 30)),
        ("2000-02-01T08:15:30.250", datetime(2000, 2, 1, 8, 15, 30, 250_000)),
        ("2000-02-01T08:15:30+02:00", datetime(2000, 2, 1, 8, 15, 30)),
        (" 2000-02-01 ", datetime(2000, 2, 1)),
    ],
)
def test_an_iso_time_is_read(time, read, tmp_path):
    review = review_rows(tmp_path, f"subject_id,time,code,numeric_value,unit\n1,{time},anc,2,10*9/L\n")
    assert review.results["time"].to_pylist() == [read]


def test_a_row_without_a_subject_or_a_code_is_counted(tmp_path):
    review = review_rows(
        tmp_path,
        """
        subject_id,time,code,numeric_value,unit
        ,2000-01-01,anc,2,10*9/L
        1,2000-01-01,,2,10*9/L
        ,,,,
        """,
    )
    expect(review.account, "use reason rows subjects\nunused no_subject 1 0\nother_kind - 2 1")
    expect(review.unused, "row subject_id code reason\n1 - anc no_subject")


# ---- odd CSV files that can be read -------------------------------------------------------------------------------

PLAIN = """\
subject_id,time,code,numeric_value,text_value,unit
1,2000-01-01,anc,0.4,,10*9/L
1,2000-01-08,anc,,"0,6",10*9/L
"""
ODD_FILES = {
    "semicolons": PLAIN.replace(",", ";").replace('"0;6"', "0,6"),
    "tabs": PLAIN.replace(",", "\t").replace('"0\t6"', "0,6"),
    "decimal commas": PLAIN.replace(",", ";").replace('"0;6"', "0,6").replace("0.4", "0,4"),
    "a byte order mark": "\ufeff" + PLAIN,
    "a byte order mark and quotes": "\ufeff" + PLAIN.replace("subject_id", '"subject_id"'),
    "Windows line ends": PLAIN.replace("\n", "\r\n"),
    "old Macintosh line ends": PLAIN.replace("\n", "\r"),
    "no end of the last line": PLAIN.rstrip("\n"),
    "empty lines": "\n\n" + PLAIN.replace("\n", "\n\n") + "\n\n",
    "quotes around everything": "\n".join(
        ",".join(f'"{cell}"' for cell in line.replace('"0,6"', "0;6").split(",")) for line in PLAIN.splitlines()
    ).replace("0;6", "0,6"),
    "other columns": "\n".join(
        f"{line},{more}" for line, more in zip(PLAIN.splitlines(), ("ward,", "3,x", "Ä,"), strict=True)
    ),
}


@pytest.mark.parametrize("kind", ODD_FILES)
def test_an_odd_csv_file_is_read_as_the_plain_one(kind, tmp_path):
    expected, review = review_rows(tmp_path, PLAIN, "plain.csv"), review_rows(tmp_path, ODD_FILES[kind])
    assert expected.results["value"].to_pylist() == [0.4, 0.6]
    for name in set(TABLES) - {"unused"}:
        assert getattr(review, name).to_pylist() == getattr(expected, name).to_pylist(), name


@pytest.mark.parametrize("ending", ["csv", "CSV", "tsv", "txt"])
def test_text_files_may_have_any_of_their_endings(ending, tmp_path):
    assert review_rows(tmp_path, PLAIN, f"events.{ending}").results.num_rows == 2


def test_lines_that_are_too_long_or_too_short_are_all_in_the_account(tmp_path):
    review = review_rows(
        tmp_path,
        """
        subject_id,time,code,numeric_value,text_value,unit
        1,2000-01-01,anc,0.4,,10*9/L
        1,2000-01-02,anc,0,4,,10*9/L
        1,2000-01-03,anc
        1,2000-01-04
        1
        1,2000-01-05,anc,0.5,,10*9/L
        1,2000-01-06,anc,0.5,,10*9/L,,,x
        """,
    )
    expect(
        review.account,
        """
        use        reason      rows subjects
        result     -           2    1
        unused     not_numeric 3    1
        other_kind -           2    1
        """,
    )
    expect(
        review.unused,
        """
        row subject_id time       code text_value reason
        2   1          2000-01-02 anc  -          not_numeric
        3   1          2000-01-03 anc  -          not_numeric
        7   1          2000-01-06 anc  -          not_numeric
        """,
    )
    expect(review.results, "row value\n1 0.4\n6 0.5")


def test_a_line_that_is_too_long_keeps_whose_when_and_what_it_is_under_the_names_of_a_code_map(tmp_path):
    (tmp_path / "map.toml").write_text('[columns]\nsubject_id = "who"\ntime = "when"\ncode = "what"\n')
    (tmp_path / "events.csv").write_text("unit,who,when,what,numeric_value\n10*9/L,1,2000-01-01,anc,0,4\n")
    codes = leukon.load_code_map(tmp_path / "map.toml")
    events = leukon.read(tmp_path / "events.csv", codes=codes)
    review = leukon.review(events, "alemtuzumab-ms", as_of="2020-01-01", codes=codes)
    expect(review.unused, "row subject_id time code text_value unit reason\n1 1 2000-01-01 anc - - not_numeric")


def test_columns_that_leukon_does_not_read_may_have_one_name(tmp_path):
    text = "subject_id,time,code,numeric_value,unit,,\n1,2000-01-01,anc,2,10*9/L,,\n1,2000-01-02,anc,2\n"
    review = review_rows(tmp_path, text)
    assert review.account["rows"].to_pylist() == [1, 1]


def test_a_too_long_line_far_down_a_large_file_costs_no_other_line(tmp_path):
    lines = [f"{n % 97},2000-01-01T{n % 24:02}:00,anc,2,,10*9/L" for n in range(60_000)]
    lines[50_000] += ",9"
    review = review_rows(tmp_path, "subject_id,time,code,numeric_value,text_value,unit\n" + "\n".join(lines))
    assert counted(review) == 60_000
    assert review.unused.filter(pa.compute.equal(review.unused["row"], 50_001)).num_rows == 1


def test_line_breaks_and_separators_in_quotes_are_part_of_the_text(tmp_path):
    review = review_rows(
        tmp_path,
        "subject_id,time,code,numeric_value,text_value,unit\n"
        '1,2000-01-01,anc,,"clotted,\nplease ""repeat""",10*9/L\n'
        "1,2000-01-02,anc,2,,10*9/L\n",
    )
    assert review.unused["text_value"].to_pylist() == ['clotted,\nplease "repeat"']
    assert review.results["row"].to_pylist() == [2]
    folder = write_tables({"unused": review.unused}, {}, tmp_path / "out", "csv")
    back = pacsv.read_csv(folder / "unused.csv", parse_options=pacsv.ParseOptions(newlines_in_values=True))
    assert back["text_value"].to_pylist() == ['clotted,\nplease "repeat"']


@pytest.mark.parametrize("text", ['"0.5', '5" tube', 'a"b"c'])
def test_a_quote_inside_a_text_is_a_quote(text, tmp_path):
    written = text.replace('"', '""')
    rows = f'subject_id,time,code,numeric_value,text_value,unit\n1,2000-01-01,anc,,"{written}",10*9/L\n'
    assert review_rows(tmp_path, rows).unused["text_value"].to_pylist() == [text]
    if not text.startswith('"'):
        bare = rows.replace(f'"{written}"', text)
        assert review_rows(tmp_path, bare).unused["text_value"].to_pylist() == [text]


def test_a_file_with_a_header_only_has_no_rows(tmp_path, command):
    (tmp_path / "events.csv").write_text(HEADER + "\n")
    done = command("review", "events.csv", "--protocol", "alemtuzumab-ms", "--out", "out")
    assert done.returncode == 0
    assert "Rows read: 0 (none)" in done.stdout
    assert (tmp_path / "out/tables/account.csv").read_text() == "use,reason,rows,subjects\n"


# ---- files that cannot be read ------------------------------------------------------------------------------------


def parquet(path, **columns):
    """A file with one good row, in which some columns are replaced; None takes a column out."""
    table = {
        "subject_id": pa.array(["Meier-4711"]),
        "time": pa.array([datetime(1987, 6, 5)], pa.timestamp("us")),
        "code": pa.array(["anc"]),
        "numeric_value": pa.array([0.4242]),
        "unit": pa.array(["10*9/L"]),
    } | columns
    pq.write_table(pa.table({name: column for name, column in table.items() if column is not None}), path)


def cut_short(path):
    parquet(path)
    path.write_bytes(path.read_bytes()[:-20])


def cut_in_the_middle(path):
    parquet(path)
    content = path.read_bytes()
    path.write_bytes(content[:8] + content[200:])


def not_utf8(path):
    parquet(path)
    content = path.read_bytes()
    assert content.count(b"Meier")
    path.write_bytes(content.replace(b"Meier", b"M\xfcler"))


def folder_of_two_kinds(path):
    path.mkdir()
    parquet(path / "a.parquet")
    parquet(path / "b.parquet", code=pa.array([4711]))


def twice_named(path):
    table = pa.table({"subject_id": ["Meier-4711"], "code": ["anc"], "numeric_value": [0.4242]})
    time = pa.array([datetime(1987, 6, 5)], pa.timestamp("us"))
    pq.write_table(table.append_column("time", time).append_column("time", time), path)


def lines(*said):
    return lambda path: path.write_text("\n".join(said) + "\n", encoding="utf-8")


WITHOUT = {
    name: (f"no_{name}.csv", lines(*(",".join(cells[:at] + cells[at + 1 :]) for cells in (HEADER.split(","), ROW.split(",")))), f"no column '{name}'")
    for at, name in enumerate(("subject_id", "time", "code", "numeric_value"))
}  # fmt: skip
UNREADABLE = {f"CSV without {name}": case for name, case in WITHOUT.items()} | {
    "CSV without a header": ("headless.csv", lines(ROW), "no column 'subject_id'"),
    "CSV without a header, twice the same cell": ("headless.csv", lines("Meier-4711,1987-06-05,x,x"), "no column 'subject_id'"),
    "CSV with a column twice": ("twice.csv", lines(HEADER + ",time", ROW + ",1987-06-05"), "two columns 'time'"),
    "an empty CSV": ("empty.csv", lambda path: path.touch(), "empty"),
    "a CSV of white space": ("blank.csv", lines("", "  ", ""), "empty"),
    "a CSV of CP1252": ("cp1252.csv", lambda path: path.write_bytes(f"{HEADER}\n{ROW}\n".replace("ei", "ü").encode("cp1252")), "UTF-8"),
    "a CSV of UTF-16": ("utf16.csv", lambda path: path.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-16"), "UTF-8"),
    "a CSV whose column names have a quote that never closes": ("quote.csv", lines(HEADER.replace("status", '"status'), ROW, ROW), "opens a quote"),
    "no such file": ("missing.csv", lambda path: None, "no such file"),
    "an unknown ending": ("events.xlsx", lines(HEADER, ROW), ".xlsx"),
    "no ending": ("events", lines(HEADER, ROW), "nothing that leukon knows"),
    "an empty Parquet": ("empty.parquet", lambda path: path.touch(), "not a whole Parquet"),
    "a Parquet cut short": ("short.parquet", cut_short, "not a whole Parquet"),
    "a Parquet with a hole": ("hole.parquet", cut_in_the_middle, "not a whole Parquet"),
    "a Parquet with text that is not UTF-8": ("latin1.parquet", not_utf8, "not a whole Parquet"),
    "a CSV that is called Parquet": ("csv.parquet", lines(HEADER, ROW), "not a whole Parquet"),
    "a Parquet that is called CSV": ("parquet.csv", parquet, "cannot be read"),
    "a Parquet with a column twice": ("twice.parquet", twice_named, "two columns 'time'"),
    "an empty folder": ("folder", lambda path: path.mkdir(), "holds nothing that leukon knows"),
    "a folder with an empty data folder": ("folder", lambda path: (path / "data").mkdir(parents=True), "no .parquet file"),
    "a folder of files that do not fit": ("folder", folder_of_two_kinds, "different types"),
}  # fmt: skip
WRONG_TYPES = {
    "subject_id": pa.array([0.4242]),
    "time": pa.array(["1987-06-05"]),
    "code": pa.array([4711]),
    "numeric_value": pa.array(["0.4242"]),
    "text_value": pa.array([0.4242]),
    "unit": pa.array([4242]),
    "comparator": pa.array([True]),
    "lln": pa.array(["0.4242"]),
    "uln": pa.array([datetime(1987, 6, 5)]),
    "status": pa.array([4242]),
    "recorded_time": pa.array([19870605]),
    "source_id": pa.array([4711]),
}
UNREADABLE |= {
    f"a Parquet with a wrong {name}": (f"{name}.parquet", lambda path, n=name, c=column: parquet(path, **{n: c}), f"The column '{name}' has the type")
    for name, column in WRONG_TYPES.items()
} | {
    f"a Parquet without {name}": (f"{name}.parquet", lambda path, n=name: parquet(path, **{n: None}), f"no column '{name}'")
    for name in ("subject_id", "time", "code", "numeric_value")
} | {
    "a Parquet of lists": ("lists.parquet", lambda path: parquet(path, code=pa.array([["anc"]])), "The column 'code' has the type"),
    "a Parquet of structs": ("structs.parquet", lambda path: parquet(path, time=pa.array([{"a": 1987}])), "The column 'time' has the type"),
    "a Parquet of truths": ("truths.parquet", lambda path: parquet(path, numeric_value=pa.array([True])), "The column 'numeric_value'"),
    "a Parquet of times of day": ("hours.parquet", lambda path: parquet(path, time=pa.array([4242], pa.time64("us"))), "The column 'time'"),
}  # fmt: skip


@pytest.fixture
def old_tables(tmp_path):
    """A folder with the tables of an earlier run."""
    write_tables({"account": pa.table({"rows": [1]})}, {}, tmp_path / "old", "csv")
    return tmp_path / "old"


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_cannot_be_read_ends_with_3_says_why_and_changes_nothing(case, tmp_path, command, old_tables):
    name, make, why = UNREADABLE[case]
    make(tmp_path / name)
    before = files_under(tmp_path)
    for out in ("new", "old"):
        done = command("review", name, "--protocol", "alemtuzumab-ms", "--out", out)
        assert done.returncode == 3
        assert done.stdout == ""
        assert done.stderr.startswith("leukon: ")
        assert why in done.stderr
        assert "Why: " in done.stderr
        assert "Fix: " in done.stderr
        assert [word for word in PATIENT if word in done.stderr] == []
    assert files_under(tmp_path) == before


# ---- protocols and code maps that are not valid -------------------------------------------------------------------


@pytest.fixture
def shipped(tmp_path, command):
    return command("protocols", "show", "alemtuzumab-ms").stdout


WRONG_PROTOCOLS = {
    "an unknown key": ("merge_days = 30", "merge_days = 30\nmerge_weeks = 4", "course.merge_weeks", "not known"),
    "an unknown key at the top": ('id = "', 'colour = "red"\nid = "', "colour", "not known"),
    "a missing key": ("recovery_days = 7\n", "", "episode.recovery_days", "missing"),
    "a missing table": ("[course]\n", "[curse]\n", "course", "missing"),
    "a text for a number": ("merge_days = 30", 'merge_days = "a month"', "course.merge_days", "integer"),
    "a half day": ("merge_days = 30", "merge_days = 30.5", "course.merge_days", "integer"),
    "a negative number": ("merge_days = 30", "merge_days = -1", "course.merge_days", "greater"),
    "a limit of zero": ("below = 1.5\n", "below = 0\n", "episode.below", "greater"),
    "a recovery below the limit": ("recovered_at = 1.5", "recovered_at = 1.4", "episode", "low and high at once"),
    "a tolerance of half an interval": ("every = 15\nfrom = 15\nto = 90\ntolerance = 5", "every = 10\nfrom = 15\nto = 90\ntolerance = 5", "schedules.paper", "half an interval"),
    "a tolerance beyond half an interval": ("every = 15\nfrom = 15\nto = 90\ntolerance = 5", "every = 15\nfrom = 15\nto = 90\ntolerance = 8", "schedules.paper", "half an interval"),
    "an unknown source": ('recovery_days = 7\nsource = "leukon"', 'recovery_days = 7\nsource = "hearsay"', "episode", "hearsay"),
    "an unknown source of a phase": ('days_before = 30\nsource = "lemtrada-eu"', 'days_before = 30\nsource = "hearsay"', "schedules.label-eu", "hearsay"),
    "no source": ('recovery_days = 7\nsource = "leukon"', "recovery_days = 7", "episode.source", "missing"),
    "an unknown drug": ('drugs = ["alemtuzumab"]', 'drugs = ["alemtuzumap"]', "drugs", "alemtuzumap"),
    "no drug": ('drugs = ["alemtuzumab"]', "drugs = []", "drugs", "at least 1"),
    "an unknown treatment": ('"plasma_exchange"]', '"plasma_change"]', "treatments.plasma_exchange.concepts", "plasma_change"),
    "an unknown result": ('complete = ["tsh"]', 'complete = ["thyroid"]', "tests.tsh", "thyroid"),
    "an unknown default schedule": ('default_schedule = "paper"', 'default_schedule = "papers"', "papers", "label-us"),
    "an unknown schedule to be based on": ('based_on = "label-us"\nfirst_course_only', 'based_on = "label-uk"\nfirst_course_only', "label-uk", "label-us"),
    "an unknown test": ('tests = ["tsh"]\nevery = 90\nfrom = 90\ntolerance = 30\nsource = "lemtrada-eu"', 'tests = ["thyroid"]\nevery = 90\nfrom = 90\ntolerance = 30\nsource = "lemtrada-eu"', "schedules.label-eu", "thyroid"),
    "broken TOML": ('id = "', 'id = alemtuzumab-ms"\nx = "', "the text", "not TOML"),
    "a key twice": ("merge_days = 30", "merge_days = 30\nmerge_days = 31", "the text", "not TOML"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_PROTOCOLS)
def test_a_wrong_protocol_ends_with_4_and_names_file_key_and_fix(case, tmp_path, command, shipped, old_tables):
    old, new, key, why = WRONG_PROTOCOLS[case]
    assert old in shipped
    (tmp_path / "mine.toml").write_text(shipped.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "events.csv").write_text(f"{HEADER}\n{ROW}\n")
    before = files_under(tmp_path)
    for out in ("new", "old"):
        done = command("review", "events.csv", "--protocol", "mine.toml", "--out", out)
        assert done.returncode == 4
        assert done.stdout == ""
        assert done.stderr.startswith("leukon: 'mine.toml' is not valid at '")
        assert key in done.stderr
        assert why in done.stderr
        assert "Fix: " in done.stderr
    assert files_under(tmp_path) == before
    assert command("protocols", "show", "mine.toml").returncode == 4


def test_the_shipped_protocol_changed_in_nothing_is_valid(tmp_path, command, shipped):
    (tmp_path / "mine.toml").write_text(shipped, encoding="utf-8")
    (tmp_path / "events.csv").write_text(f"{HEADER}\n{ROW}\n")
    assert command("review", "events.csv", "--protocol", "mine.toml").returncode == 0


@pytest.mark.parametrize("name", ["missing.toml", "folder.toml", "binary.toml"])
def test_a_protocol_file_that_cannot_be_opened_ends_with_4(name, tmp_path, command):
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "events.csv").write_text(f"{HEADER}\n{ROW}\n")
    done = command("review", "events.csv", "--protocol", name)
    assert done.returncode == 4
    assert name in done.stderr


WRONG_MAPS = {
    "an unknown concept": ('[codes.X]\nconcept = "ank"', "codes.X.concept", "'ank'"),
    "an unknown column": ('[columns]\nvalue = "numeric_value"', "columns.value", "'value'"),
    "an unknown key": ('[codes.X]\nconcept = "anc"\nunits = "K/uL"', "codes.X.units", "not known"),
    "an unknown table": ('[code.X]\nconcept = "anc"', "code", "not known"),
    "no concept": ('[codes.X]\nunit = "K/uL"', "codes.X.concept", "missing"),
    "an unknown form": ('[codes.X]\nconcept = "prednisolone"\nform = "drops"', "codes.X.form", "eye"),
    "an unknown event": ('[codes.X]\nconcept = "prednisolone"\nevent = "taken"', "codes.X.event", "given"),
    "a range without its source": ('[codes.X]\nconcept = "anc"\nunit = "K/uL"\nlln = 1.8', "codes.X", "range_source"),
    "a range without its unit": ('[codes.X]\nconcept = "anc"\nlln = 1.8\nrange_source = "lab"', "codes.X", "unit"),
    "a text for a limit": ('[codes.X]\nconcept = "anc"\nunit = "K/uL"\nlln = "low"\nrange_source = "lab"', "codes.X.lln", "number"),
    "a limit below zero": ('[codes.X]\nconcept = "anc"\nunit = "K/uL"\nlln = -1\nrange_source = "lab"', "codes.X.lln", "greater than or equal to 0"),
    "a limit that is no number": ('[codes.X]\nconcept = "anc"\nunit = "K/uL"\nuln = nan\nrange_source = "lab"', "codes.X.uln", "finite"),
    "limits the wrong way round": ('[codes.X]\nconcept = "anc"\nunit = "K/uL"\nlln = 7.5\nuln = 2\nrange_source = "lab"', "codes.X", "above uln"),
    "an unknown unit": ('[codes.X]\nconcept = "anc"\nunit = "10^9/mL"', "codes.X.unit", "use 10^9/L"),
    "the unit of another kind": ('[codes.X]\nconcept = "anc"\nunit = "g/L"', "codes.X.unit", "use 10^9/L"),
    "an unknown unit of a dose": ('[codes.X]\nconcept = "filgrastim"\nunit = "MU"', "codes.X.unit", "use mg"),
    "a unit of words": ('[codes.X]\nconcept = "infection"\nunit = "g/L"', "codes.X.unit", "take it out"),
    "an empty name": ('[columns]\ntime = ""', "columns.time", "at least 1"),
    "one column for two": ('[columns]\nnumeric_value = "value"\ntext_value = "value"', "columns.numeric_value", "'value'"),
    "the column of another": ('[columns]\nnumeric_value = "text_value"', "columns.numeric_value", "'text_value'"),
    "broken TOML": ("[codes.X\n", "the text", "not TOML"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_MAPS)
def test_a_wrong_code_map_ends_with_4_and_names_file_key_and_fix(case, tmp_path, command):
    text, key, why = WRONG_MAPS[case]
    (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    (tmp_path / "events.csv").write_text(f"{HEADER}\n{ROW}\n")
    before = files_under(tmp_path)
    done = command("review", "events.csv", "--protocol", "alemtuzumab-ms", "--codes", "map.toml", "--out", "out")
    assert done.returncode == 4
    assert done.stderr.startswith(f"leukon: 'map.toml' is not valid at '{key}")
    assert why in done.stderr
    assert "Fix: " in done.stderr
    assert files_under(tmp_path) == before


def test_a_code_map_that_is_not_there_ends_with_4(tmp_path, command):
    (tmp_path / "events.csv").write_text(f"{HEADER}\n{ROW}\n")
    done = command("review", "events.csv", "--protocol", "alemtuzumab-ms", "--codes", "map.toml")
    assert done.returncode == 4


def test_a_map_of_columns_is_named_where_its_column_is_missing(tmp_path, command):
    (tmp_path / "map.toml").write_text('[columns]\nnumeric_value = "value"')
    (tmp_path / "events.csv").write_text(f"{HEADER}\n{ROW}\n")
    done = command("review", "events.csv", "--protocol", "alemtuzumab-ms", "--codes", "map.toml")
    assert done.returncode == 3
    assert "no column 'value'" in done.stderr
    assert '[columns] numeric_value = "its name here"' in done.stderr


@pytest.mark.parametrize("column", HEADER.split(","))
@pytest.mark.parametrize("kind", ["csv", "parquet", "Python"])
def test_a_column_that_the_map_names_and_the_input_lacks_is_missing(column, kind, tmp_path):
    """A cancelled result in a column `result_state` would be a final one if the map had a slip in that name."""
    (tmp_path / "map.toml").write_text(f'[columns]\n{column} = "result_stat"', encoding="utf-8")
    (tmp_path / "events.csv").write_text(f"{HEADER},result_state\n{ROW},cancelled\n")
    codes = leukon.load_code_map(tmp_path / "map.toml")
    table = pacsv.read_csv(tmp_path / "events.csv")
    pq.write_table(table, tmp_path / "events.parquet")

    def take_in():
        if kind == "Python":
            return leukon.review(table, "alemtuzumab-ms", as_of="2020-01-01", codes=codes)
        return leukon.read(tmp_path / f"events.{kind}", codes=codes)

    with pytest.raises(MissingColumn, match=f"'result_stat'.*the code map calls {column} so.*correct") as missing:
        take_in()
    assert missing.value.exit_code == 3
    assert [word for word in (*PATIENT, "result_state'") if word in str(missing.value)] == []


def test_each_exit_code_is_that_of_a_process_too(tmp_path, process):
    (tmp_path / "events.csv").write_text(f"{HEADER}\n{ROW}\n")
    (tmp_path / "bad.csv").write_text(f"{ROW}\n")
    (tmp_path / "bad.toml").write_text("x = 1")
    runs = {
        0: ("events.csv", "--protocol", "alemtuzumab-ms"),
        2: ("events.csv", "--protocol", "aspirin"),
        3: ("bad.csv", "--protocol", "alemtuzumab-ms"),
        4: ("events.csv", "--protocol", "bad.toml"),
    }
    for code, said in runs.items():
        done = process("review", *said)
        assert done.returncode == code
        assert bool(done.stderr) == (code > 0)
        assert code == 0 or [word for word in PATIENT if word in done.stdout + done.stderr] == []


def test_the_errors_of_python_are_those_of_the_command_line(tmp_path):
    (tmp_path / "empty.csv").touch()
    (tmp_path / "bad.toml").write_text("x = 1")
    with pytest.raises(UnreadableFile) as unreadable:
        leukon.read(tmp_path / "empty.csv")
    with pytest.raises(InvalidFile) as invalid:
        leukon.load_protocol(tmp_path / "bad.toml")
    assert (unreadable.value.exit_code, invalid.value.exit_code) == (3, 4)
    assert isinstance(unreadable.value, leukon.InputError)
    assert isinstance(invalid.value, leukon.KnowledgeError)
    for error in (unreadable, invalid):
        assert error.value.what
        assert error.value.why
        assert error.value.fix


# ---- nothing half written -----------------------------------------------------------------------------------------


@pytest.fixture
def review(tmp_path):
    return review_rows(tmp_path, f"{HEADER}\n{ROW}\n")


def write(review, out, kind="csv"):
    return write_tables({name: getattr(review, name) for name in TABLES}, review.provenance, out, kind)


class Failing:
    """A writer that fails at its third table."""

    def __init__(self, write, error):
        self.write, self.error, self.calls = write, error, 0

    def __call__(self, table, path, *more):
        self.calls += 1
        if self.calls == 3:
            Path(path).write_bytes(b"half a ta")
            raise self.error
        self.write(table, path, *more)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(28, "No space left on device"), UnwritableFolder),
        (MemoryError(), MemoryError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
    ids=["disk full", "memory full", "interrupted"],
)
def test_a_writer_that_fails_leaves_what_was_there_and_nothing_new(kind, error, raised, tmp_path, review, monkeypatch):
    write(review, tmp_path / "old", kind)
    before = files_under(tmp_path)
    target = "leukon.present.files.pacsv.write_csv" if kind == "csv" else "leukon.present.files.pq.write_table"
    for out in ("old", "new", "new/deeper"):
        with monkeypatch.context() as patch:
            patch.setattr(target, Failing(pacsv.write_csv if kind == "csv" else pq.write_table, error))
            with pytest.raises(raised):
                write(review, tmp_path / out, kind)
        assert files_under(tmp_path) == before


def test_a_rename_that_fails_leaves_the_old_tables_in_their_place(tmp_path, review, monkeypatch):
    write(review, tmp_path / "old")
    before = files_under(tmp_path)
    rename = Path.rename

    def fail(self, target):
        if self.parent.name.startswith(".tables-"):
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(UnwritableFolder):
        write(review, tmp_path / "old")
    assert files_under(tmp_path) == before


def test_a_process_killed_while_it_writes_leaves_the_old_tables_whole(tmp_path, review):
    write(review, tmp_path / "old")
    before = files_under(tmp_path / "old/tables")
    killed = subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent("""
                import os, sys
                import pyarrow.csv
                from leukon.cli import main

                written = pyarrow.csv.write_csv

                def write_and_die(table, path, *more):
                    written(table, path, *more)
                    if "results" in str(path):
                        os.kill(os.getpid(), 9)

                pyarrow.csv.write_csv = write_and_die
                sys.argv = ["leukon", "review", "events.csv", "--protocol", "alemtuzumab-ms", "--out", "old"]
                main()
            """),
        ],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -9
    assert files_under(tmp_path / "old/tables") == before
    write(review, tmp_path / "old")
    assert set(files_under(tmp_path / "old/tables")) == set(before)


def test_files_of_somebody_else_are_never_replaced(tmp_path, command):
    (tmp_path / "events.csv").write_text(f"{HEADER}\n{ROW}\n")
    (tmp_path / "mine/tables").mkdir(parents=True)
    (tmp_path / "mine/tables/thesis.txt").write_text("three years of work")
    (tmp_path / "file").mkdir()
    (tmp_path / "file/tables").write_text("a file of this name")
    before = files_under(tmp_path)
    for out, why in (("mine", "files that leukon did not write"), ("file", "it is a file")):
        done = command("review", "events.csv", "--protocol", "alemtuzumab-ms", "--out", out)
        assert done.returncode == 2
        assert why in done.stderr
    assert files_under(tmp_path) == before
