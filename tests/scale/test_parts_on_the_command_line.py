"""`leukon review` of many rows: part by part, with a report of the most urgent people that says who is left out."""

import json
import os
import pty
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.scale.nasty import AS_OF, nasty_events, with_a_subject

import leukon
from leukon import cli, cli_inputs
from leukon.errors import NotInParts
from leukon.monitor.review import TABLES
from leukon.present import report
from leukon.scale import shards

PROTOCOL = "alemtuzumab-ms"


@pytest.fixture(scope="module")
def events():
    return with_a_subject(nasty_events(30))


@pytest.fixture
def source(events, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "UNIT", 3000)
    monkeypatch.setattr(shards, "PIECE", 1000)
    pq.write_table(events, tmp_path / "events.parquet", row_group_size=500)
    return tmp_path / "events.parquet"


def review(source, *options):
    command = ["review", str(source), "--protocol", PROTOCOL, "--as-of", AS_OF, *map(str, options)]
    cli.app(command, standalone_mode=False)


def test_many_rows_are_done_in_parts_by_themselves(source, events, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cli_inputs, "MANY", 1000)
    review(source, "--out", tmp_path / "out", "--no-report")
    assert {path.name for path in (tmp_path / "out/tables").iterdir()} == set(TABLES)
    assert json.loads((tmp_path / "out/provenance.json").read_text())["parts"] > 1


def test_few_rows_are_not(source, tmp_path):
    review(source, "--out", tmp_path / "out", "--no-report")
    assert (tmp_path / "out/tables/results.csv").exists()


def test_the_terminal_says_the_same_as_of_a_review_in_memory(source, tmp_path, capsys):
    review(source, "--out", tmp_path / "out", "--no-report", "--parts")
    in_parts = capsys.readouterr().out
    review(source, "--out", tmp_path / "other", "--no-report", "--whole")
    at_once = capsys.readouterr().out
    assert in_parts.replace("out/tables", "other/tables") == at_once


def test_the_report_is_that_of_a_review_in_memory(source, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "LIMIT", 12)
    monkeypatch.setattr(cli, "console", cli.Console(quiet=True))
    review(source, "--out", tmp_path / "out", "--parts")
    page = (tmp_path / "out/report.html").read_text()
    whole = leukon.review(leukon.read(source), PROTOCOL, as_of=AS_OF)
    expected = report.make_report(whole, limit=12)
    assert "people are left out" in page or "left out" in page
    assert _text(page) == _text(expected)


def _text(page):
    """A page without its pictures: which patients have one hangs on who calls."""
    return [line for line in page.splitlines() if "<svg" not in line]


@pytest.mark.parametrize(
    "options", [("--parts", "--tables", "csv"), ("--parts", "--format", "csv"), ("--parts", "--format", "fhir")]
)
def test_what_cannot_be_done_in_parts_is_refused(options, source, tmp_path):
    with pytest.raises(NotInParts, match="leukon ingest"):
        review(source, "--out", tmp_path / "out", *options)
    assert not (tmp_path / "out").exists()


def test_pages_of_an_earlier_review_do_not_stay_beside_new_tables(source, tmp_path):
    review(source, "--out", tmp_path / "out", "--parts")
    assert (tmp_path / "out/report.html").exists()
    review(source, "--out", tmp_path / "out", "--parts", "--no-report")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["provenance.json", "tables"]


def test_a_bar_is_shown_to_somebody_who_watches_and_to_nobody_else(source, tmp_path):
    command = [sys.executable, "-m", "leukon", "review", str(source), "--protocol", PROTOCOL, "--as-of", AS_OF]
    command += ["--out", str(tmp_path / "out"), "--parts", "--no-report"]
    piped = subprocess.run(command, capture_output=True, check=True)
    assert piped.stderr == b""
    ours, theirs = pty.openpty()
    watched = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=theirs, check=True, env=os.environ | {"TERM": "xterm"}
    )
    os.close(theirs)
    said = os.read(ours, 1 << 20)
    os.close(ours)
    assert watched.returncode == 0
    assert b"reviewing" in said


def test_a_type_that_no_table_can_have_is_said_as_always(tmp_path):
    table = pa.table({"subject_id": [1.5], "time": [None], "code": ["anc"], "numeric_value": [1.0]})
    pq.write_table(table, tmp_path / "odd.parquet")
    with pytest.raises(leukon.InputError, match="subject_id"):
        leukon.review_dataset(tmp_path / "odd.parquet", PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
