"""The `leukon` command: files, columns, times, options, exit codes, and what it says and never says."""

import csv
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.surfaces.process import files_under, run_leukon

import leukon

# The contract, typed from its words and not taken from the code.
COLUMNS = {
    "account": "use reason rows subjects",
    "codes_seen": "code display concept rows subjects",
    "unused": "row subject_id time code text_value unit reason",
    "subjects": "subject_id rows results first_time last_time last_anc last_anc_comparator last_anc_time",
    "courses": "subject_id drug course start_time last_dose_time doses total_dose_mg",
    "results": "row subject_id time day course analyte value unit comparator lln uln lln_source origin"
    " grade_v5 reason_v5 grade_v6 reason_v6 high_grade",
    "episodes": "subject_id episode course onset_after_time onset_by_time onset_after_day onset_by_day"
    " nadir nadir_comparator nadir_time nadir_day worst_grade_v5 worst_grade_v6 results derived_results"
    " recovered_after_time recovered_by_time recovered_by_day observed_days least_days most_days longest_gap_days"
    " status treatments treatment_start_day days_to_recovery_after_treatment",
    "schedule": "subject_id course test due_day due_time status done_time phase",
    "workup": "subject_id episode item cause status comparator value unit fact_time note next_test source",
    "findings": "subject_id episode finding urgency since_time comparator value unit value_time fever preliminary"
    " next_steps",
}
EVENTS = """\
subject_id,time,code,numeric_value,text_value,unit,recorded_time
12,2000-01-05,anc,3.25,,10*9/L,
007,2000-01-01T08:00:00,alemtuzumab,12,,mg,
007,2000-01-02T08:00:00,alemtuzumab,12,,mg,
007,2000-01-14T09:30:00,anc,2.5,,10*9/L,
007,2000-02-01T08:15:30,anc,,<0.5,10*9/L,
007,2000-02-01T20:00:00,anc,0.4,,10*9/L,2000-02-02T07:00:00
007,2000-02-03,anc,,"see note, please",10*9/L,
007,2000-02-04,LOCAL//9,1,,,
"""


@pytest.fixture
def review(tmp_path, command):
    """Review EVENTS, or another file, into `out`."""
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")

    def run(*options, protocol="alemtuzumab-ms", as_of="2000-03-01", source="events.csv"):
        return command("review", source, "--protocol", protocol, "--as-of", as_of, "--out", "out", *options)

    return run


@pytest.fixture(scope="module")
def standard(tmp_path_factory):
    """EVENTS reviewed once: the folder, and what the process said."""
    folder = tmp_path_factory.mktemp("standard")
    (folder / "events.csv").write_text(EVENTS, encoding="utf-8")
    options = ("--protocol", "alemtuzumab-ms", "--as-of", "2000-03-01", "--out", "out")
    done = run_leukon(folder, "review", "events.csv", *options)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "out", done.stdout


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def table_of(out: Path, name: str) -> list[dict[str, str]]:
    header, *rows = rows_of(out / "tables" / f"{name}.csv")
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_demo_tells_the_story_of_the_index_case_and_writes_its_tables(tmp_path, process):
    done = process("demo")
    assert (done.returncode, done.stderr) == (0, "")
    said = " ".join(done.stdout.split())
    assert "Course 1 of alemtuzumab from 2000-01-01: 5 doses, 60 mg." in said
    assert "ANC fell below 1.5 after day -1 and by day 65." in said
    assert "Lowest 0.5 x 10^9/L on day 70, worst CTCAE 5.0 grade 3, CTCAE 6.0 grade 2." in said
    assert "9 days observed, 5 at least, 75 at most" in said
    assert "corticosteroid:prednisolone from day 70; the first count of the recovery came 4 days later." in said
    assert "Course 1, cbc: done: day 0, 60, 75; no result received: day 15, 30, 45, 90; off time: day 120" in said
    assert "Rows read: 32" in said
    first = files_under(tmp_path / "leukon-demo/tables")
    assert set(first) == {f"{name}.csv" for name in COLUMNS}
    (episode,) = table_of(tmp_path / "leukon-demo", "episodes")
    assert (episode["nadir"], episode["observed_days"], episode["status"]) == ("0.5", "9", "recovered")
    assert process("demo", "--out", "here/and/there").returncode == 0
    assert files_under(tmp_path / "here/and/there/tables") == first


def test_the_demo_says_that_it_is_an_example_and_what_in_it_is_invented(tmp_path, process):
    said = " ".join(process("demo").stdout.split())
    report = (tmp_path / "leukon-demo/report.html").read_text(encoding="utf-8")
    for words in ("Example: the patient of Vakrakou et al. 2018", "The calendar is invented", "is inferred"):
        assert words in said
        assert words in report


@pytest.mark.parametrize("name", COLUMNS)
def test_every_table_has_the_columns_of_the_contract_in_order(name, standard):
    header, *rows = rows_of(standard[0] / "tables" / f"{name}.csv")
    assert header == COLUMNS[name].split()
    assert all(len(row) == len(header) for row in rows)
    assert rows, "the example has a row for every table"


def test_the_folder_holds_the_tables_the_report_the_timelines_and_what_they_depend_on_and_nothing_else(standard):
    out, _ = standard
    wanted = {"provenance.json", "report.html", "timeline-1.svg"} | {f"tables/{name}.csv" for name in COLUMNS}
    assert set(files_under(out)) == {"tables"} | wanted
    provenance = json.loads((out / "provenance.json").read_text())
    assert provenance["protocol"] == "alemtuzumab-ms"
    assert provenance["protocol_hash"] == leukon.load_protocol("alemtuzumab-ms").hash
    assert provenance["schedule"] == "paper"
    assert provenance["as_of"] == "2000-03-01T23:59:59"
    assert provenance["grading"] == "CTCAE 5.0 (v5) and 6.0 (v6)"


def test_times_are_written_to_the_second_null_is_an_empty_field_and_ids_are_as_given(standard):
    out, _ = standard
    assert (out / "tables/results.csv").read_text().splitlines() == [
        COLUMNS["results"].replace(" ", ","),
        "4,007,2000-01-14T09:30:00,13,1,anc,2.5,10^9/L,,,,,measured,,no_lln,0,,",
        "5,007,2000-02-01T08:15:30,31,1,anc,0.5,10^9/L,<,,,,measured,4,,,undecided_comparator,",
        "6,007,2000-02-01T20:00:00,31,1,anc,0.4,10^9/L,,,,,measured,4,,3,,",
        "1,12,2000-01-05T00:00:00,,0,anc,3.25,10^9/L,,,,,measured,,no_lln,0,,",
    ]
    assert (out / "tables/courses.csv").read_text().splitlines() == [
        COLUMNS["courses"].replace(" ", ","),
        "007,alemtuzumab,1,2000-01-01T08:00:00,2000-01-02T08:00:00,2,24",
    ]
    assert table_of(out, "unused") == [
        {
            "row": "7",
            "subject_id": "007",
            "time": "2000-02-03T00:00:00",
            "code": "anc",
            "text_value": "see note, please",
            "unit": "10*9/L",
            "reason": "not_numeric",
        }
    ]
    assert [row["code"] for row in table_of(out, "codes_seen")] == ["LOCAL//9", "alemtuzumab", "anc"]
    assert [row["rows"] for row in table_of(out, "account")] == ["4", "2", "1", "1"]
    assert [row["subject_id"] for row in table_of(out, "subjects")] == ["007", "12"]


def test_parquet_holds_the_same_tables(tmp_path, review):
    assert review("--tables", "parquet").returncode == 0
    assert set(files_under(tmp_path / "out/tables")) == {f"{n}.parquet" for n in COLUMNS}
    expected = leukon.review(leukon.read(tmp_path / "events.csv"), "alemtuzumab-ms", as_of="2000-03-01")
    for name, columns in COLUMNS.items():
        table = pq.read_table(tmp_path / "out/tables" / f"{name}.parquet")
        assert table.column_names == columns.split()
        assert table.to_pylist() == getattr(expected, name).to_pylist()
        assert table.schema.metadata[b"protocol"] == b"alemtuzumab-ms"


def test_a_second_run_replaces_the_tables_of_the_first_whole(tmp_path, review):
    review("--tables", "parquet")
    review()
    assert set(files_under(tmp_path / "out/tables")) == {f"{name}.csv" for name in COLUMNS}
    wanted = ["provenance.json", "report.html", "tables", "timeline-1.svg"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == wanted


def test_timelines_of_an_earlier_review_do_not_stay_beside_the_new_report(tmp_path, review):
    review()
    (tmp_path / "out/timeline-7.svg").write_text("of somebody else")
    (tmp_path / "out/timeline-mine.svg").write_text("not leukon's")
    review()
    assert sorted(path.name for path in (tmp_path / "out").glob("*.svg")) == ["timeline-1.svg", "timeline-mine.svg"]


def test_without_a_report_only_the_tables_are_written(tmp_path, review):
    done = review("--no-report")
    assert "Report:" not in done.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["provenance.json", "tables"]


def test_no_file_and_no_title_names_a_person(tmp_path, review):
    (tmp_path / "named.csv").write_text(EVENTS.replace("007", "PERSON-X"), encoding="utf-8")
    review(source="named.csv")
    assert not [path for path in (tmp_path / "out").rglob("*") if "PERSON" in path.name]
    assert "PERSON-X" not in (tmp_path / "out/timeline-1.svg").read_text()
    title = (tmp_path / "out/report.html").read_text().split("<title>")[1].split("</title>")[0]
    assert "PERSON-X" not in title


def test_without_out_nothing_is_written(tmp_path, command):
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    done = command("review", "events.csv", "--protocol", "alemtuzumab-ms", "--as-of", "2000-03-01")
    assert done.returncode == 0
    assert set(files_under(tmp_path)) == {"events.csv"}


def test_the_terminal_shows_who_has_an_open_episode_and_what_is_due(standard):
    _, said = standard
    assert "protocol alemtuzumab-ms" in said
    assert "schedule paper" in said
    worklist, account = said.split("Rows read:")
    assert "Work list: act now 1, low 0, no result 0, data problem 0, routine 1" in worklist
    first, second = worklist.split("Work list:")[1].split("SAME DAY")[1].split("NO FINDING")
    assert first.split()[0] == "007"
    plain = " ".join(first.split())
    assert "Neutrophils very low. Neutrophils (ANC) 0.4 × 10⁹/L on 2000-02-01 20:00 (day 31, 29 days ago)." in plain
    assert "Fever: not known to leukon. Ask now" in plain
    assert second.split()[0] == "12"
    assert account.startswith(" 8 (4 result, 2 dose, 1 not_numeric, 1 other_kind).")


def test_the_terminal_never_says_normal_when_nobody_has_a_finding(review):
    said = " ".join(review(as_of="2000-01-05").stdout.split())
    assert "Work list: act now 0" in said
    assert "normal" not in said.lower()
    assert "Not a medical device" in said
    assert "People: 2; 1 without any usable ANC; 1 without a known course" in said


def test_an_id_is_shown_whole_whatever_it_holds(tmp_path, review):
    ids = ["[bold]x[/bold]", "[/x]", "[red]7", "A-very-long-identifier-of-a-patient-0001"]
    header, *rows = EVENTS.splitlines()
    written = [row.replace("007", subject) for subject in ids for row in rows if row.startswith("007")]
    (tmp_path / "ids.csv").write_text("\n".join([header, *written]), encoding="utf-8")
    done = review(source="ids.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert "…" not in done.stdout
    shown = [line.removeprefix("SAME DAY").strip() for line in done.stdout.splitlines() if line.startswith("SAME DAY")]
    assert sorted(shown) == sorted(ids)
    assert {row["subject_id"] for row in table_of(tmp_path / "out", "courses")} == set(ids)


def test_a_terminal_that_knows_only_ascii_shows_the_rest(tmp_path, process):
    (tmp_path / "ids.csv").write_text(EVENTS.replace("007", "Müller-07"), encoding="utf-8")
    options = ("--protocol", "alemtuzumab-ms", "--as-of", "2000-03-01")
    done = process("review", "ids.csv", *options, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Neutrophils very low" in done.stdout
    assert done.stdout.isascii()


def test_the_schedule_is_chosen_by_name(standard, tmp_path, review):
    assert review("--schedule", "label-us").returncode == 0
    of_paper, of_label = (
        [row["due_day"] for row in table_of(out, "schedule") if row["test"] == "cbc"]
        for out in (standard[0], tmp_path / "out")
    )
    assert of_paper == ["0", "15", "30", "45", "60", "75"]
    assert of_label == ["0", "30", "60", "90"]
    assert json.loads((tmp_path / "out/provenance.json").read_text())["schedule"] == "label-us"


AS_OF = {
    "2000-02-01": ("2000-02-01T23:59:59", ["1", "4", "5"]),
    "2000-02-01T08:15:29": ("2000-02-01T08:15:29", ["1", "4"]),
    "2000-02-01T08:15:30": ("2000-02-01T08:15:30", ["1", "4", "5"]),
    "last": ("2000-02-02T07:00:00", ["1", "4", "5", "6"]),
}


@pytest.mark.parametrize("as_of", AS_OF)
def test_as_of_is_the_end_of_a_date_or_an_instant_or_the_last_usable_time(as_of, tmp_path, review):
    instant, rows = AS_OF[as_of]
    assert review(as_of=as_of).returncode == 0
    assert json.loads((tmp_path / "out/provenance.json").read_text())["as_of"] == instant
    assert sorted(row["row"] for row in table_of(tmp_path / "out", "results")) == rows
    assert sum(int(row["rows"]) for row in table_of(tmp_path / "out", "account")) == 8


def test_as_of_is_today_if_nothing_else_is_said(tmp_path, command):
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    days = {date.today().isoformat()}
    for said in ([], ["--as-of", "today"]):
        command("review", "events.csv", "--protocol", "alemtuzumab-ms", "--out", "out", *said)
        days.add(date.today().isoformat())
        as_of = json.loads((tmp_path / "out/provenance.json").read_text())["as_of"]
        assert as_of in {f"{day}T23:59:59" for day in days}


def test_a_code_map_gives_columns_and_codes_their_meaning(tmp_path, review):
    (tmp_path / "map.toml").write_text("""
[columns]
subject_id = "PatID"
time = "When"
code = "Item"
numeric_value = "Result"

[codes."NEUT#"]
concept = "anc"
unit = "cells/uL"
lln = 1800
range_source = "the laboratory's handbook"

[codes."Drops"]
concept = "prednisolone"
form = "eye"
""")
    (tmp_path / "site.csv").write_text(
        "PatID;When;Item;Result;Ward\nX;2000-02-01;NEUT#;1600;3\nX;2000-02-02;Drops;1;3\nX;2000-02-03;HGB;14;3\n"
    )
    assert review("--codes", "map.toml", source="site.csv").returncode == 0
    (result,) = table_of(tmp_path / "out", "results")
    assert [result[name] for name in ("value", "lln", "lln_source", "grade_v5")] == ["1.6", "1.8", "map", "1"]
    assert [(row["use"], row["rows"]) for row in table_of(tmp_path / "out", "account")] == [
        ("result", "1"),
        ("other_kind", "2"),
    ]


ZONES = {"": "2000-02-01T08:00:00", "Europe/Athens": "2000-02-01T10:00:00"}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_an_offset_is_kept_as_wall_clock_or_converted(zone, kind, tmp_path, review):
    if kind == "csv":
        (tmp_path / "zoned.csv").write_text(
            "subject_id,time,code,numeric_value,unit\n"
            "1,2000-02-01T08:00:00Z,anc,2,10*9/L\n"
            "2,2000-02-01T08:00:00,anc,2,10*9/L\n"
        )
    else:
        time = pa.array([949_392_000_000_000], pa.timestamp("us", "UTC"))
        columns = {"subject_id": [1], "time": time, "code": ["anc"], "numeric_value": [2.0], "unit": ["10*9/L"]}
        pq.write_table(pa.table(columns), tmp_path / "zoned.parquet")
    review(*(["--timezone", zone] if zone else []), source=f"zoned.{kind}")
    times = [row["time"] for row in table_of(tmp_path / "out", "results")]
    assert times == [ZONES[zone], "2000-02-01T08:00:00"][: len(times)]


USAGE = {
    "an unknown option": ["review", "events.csv", "--protocol", "alemtuzumab-ms", "--colour", "red"],
    "an unknown command": ["reviwe", "events.csv"],
    "no command": [],
    "no input": ["review", "--protocol", "alemtuzumab-ms"],
    "no protocol": ["review", "events.csv"],
    "an unknown protocol": ["review", "events.csv", "--protocol", "aspirin"],
    "an unknown protocol to show": ["protocols", "show", "aspirin"],
    "an unknown schedule": ["review", "events.csv", "--protocol", "alemtuzumab-ms", "--schedule", "weekly"],
    "a date of another form": ["review", "events.csv", "--protocol", "alemtuzumab-ms", "--as-of", "20.05.2000"],
    "a date that does not exist": ["review", "events.csv", "--protocol", "alemtuzumab-ms", "--as-of", "2000-02-30"],
    "an instant with an offset": [
        "review",
        "events.csv",
        "--protocol",
        "alemtuzumab-ms",
        "--as-of",
        "2000-02-01T08:00Z",
    ],
    "an unknown time zone": ["review", "events.csv", "--protocol", "alemtuzumab-ms", "--timezone", "Mars/Base"],
    "an empty time zone": ["review", "events.csv", "--protocol", "alemtuzumab-ms", "--timezone", ""],
    "an unknown format": ["review", "events.csv", "--protocol", "alemtuzumab-ms", "--tables", "xlsx"],
    "a file in place of the folder": ["review", "events.csv", "--protocol", "alemtuzumab-ms", "--out", "events.csv"],
    "a file above the folder": ["review", "events.csv", "--protocol", "alemtuzumab-ms", "--out", "events.csv/out"],
    "the last of nothing": ["review", "none.csv", "--protocol", "alemtuzumab-ms", "--as-of", "last"],
}


@pytest.mark.parametrize("case", USAGE)
def test_a_wrong_call_ends_with_2_and_writes_nothing(case, tmp_path, command):
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "none.csv").write_text(EVENTS.splitlines()[0], encoding="utf-8")
    before = files_under(tmp_path)
    done = command(*USAGE[case], *(["--out", "out"] if "review" in USAGE[case] and "--out" not in USAGE[case] else []))
    assert done.returncode == 2
    assert done.stderr or case == "no command"
    assert files_under(tmp_path) == before


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path, command):
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    assert "alemtuzumab-ms" in command("protocols", "show", "aspirin").stderr
    wrong = command("review", "events.csv", "--protocol", "alemtuzumab-ms", "--schedule", "weekly")
    assert "label-us, label-eu, paper, paper-each-course" in wrong.stderr
    wrong = command("review", "events.csv", "--protocol", "alemtuzumab-ms", "--as-of", "1.2.2000")
    assert "2000-05-20" in wrong.stderr


def test_protocols_lists_every_shipped_protocol_with_its_schedules(command):
    done = command("protocols")
    said = " ".join(done.stdout.split())
    assert done.returncode == 0
    assert "alemtuzumab-ms: " in said
    assert "Schedules: label-us, label-eu, paper, paper-each-course" in said
    assert [name for name in leukon.list_protocols() if f"{name}: " not in said] == []


@pytest.mark.parametrize("name", leukon.list_protocols())
def test_protocols_show_prints_a_file_that_can_be_used(name, tmp_path, command, review):
    shown = command("protocols", "show", name)
    assert shown.returncode == 0
    (tmp_path / "mine.toml").write_text(shown.stdout, encoding="utf-8")
    assert leukon.load_protocol(tmp_path / "mine.toml") == leukon.load_protocol(name)
    review(protocol=name)
    shipped = files_under(tmp_path / "out")
    review(protocol="mine.toml")
    assert files_under(tmp_path / "out") == shipped


def test_help_names_every_option_of_a_review(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    done = command("review", "--help")
    assert done.returncode == 0
    for option in ("--protocol", "--schedule", "--as-of", "--codes", "--timezone", "--out", "--tables"):
        assert option in done.stdout


def test_check_says_where_rows_went_and_writes_the_page(tmp_path, process):
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    done = process("check", "events.csv", "--out", "quality.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert "8 rows read" in done.stdout
    assert "LOCAL//9" in done.stdout
    page = (tmp_path / "quality.html").read_text(encoding="utf-8")
    assert "<!doctype html>" in page
    assert "http://" not in page


def test_ingest_writes_meds_that_reviews_alike(tmp_path, process):
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    assert process("ingest", "events.csv", "--to", "meds").returncode == 0
    one, other = (
        leukon.review(leukon.read(tmp_path / source), "alemtuzumab-ms", as_of="2000-03-01")
        for source in ("events.csv", "meds")
    )
    for name in ("courses", "episodes", "schedule", "findings", "workup", "subjects"):
        assert getattr(one, name).to_pylist() == getattr(other, name).to_pylist(), name


def test_codes_suggest_proposes_and_maps_nothing(tmp_path, process):
    rows = [f"1,2000-01-{day:02},NEUT#,{2 + day / 10},,10*9/L," for day in range(1, 20)]
    (tmp_path / "events.csv").write_text("\n".join([EVENTS.splitlines()[0], *rows]), encoding="utf-8")
    said = process("codes", "suggest", "events.csv").stdout
    assert '[codes."NEUT#"]' in said
    assert 'concept = "anc"' in said
    assert all(line.startswith("#") for line in said.splitlines() if line.strip())


def test_an_unknown_format_names_those_that_leukon_knows(tmp_path, process):
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    done = process("check", "events.csv", "--format", "fax")
    assert done.returncode == 2
    assert "There is no format 'fax'" in done.stderr
    assert "hl7v2" in done.stderr
