"""`leukon cohort` from a file to a page and its tables, in memory and part by part."""

import json
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from bench.generate import draw_events

from leukon import cli_inputs
from leukon.cli import main

TABLES = {
    "flow", "incidence", "watch", "gaps", "onset_curves", "onset_days", "onset_intervals", "onset_fits", "durations",
    "recovery_curves", "nadirs", "nadir_limits", "time_below", "response_rates", "landmarks", "adherence", "phases",
    "calendar", "phenotypes", "lgl",
}  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("cohort") / "invented.parquet"
    pq.write_table(next(draw_events(300, 20, 7, 300)), path)
    return path


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["leukon", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code


def tables_of(folder):
    return {path.stem: pq.read_table(path) for path in sorted((folder / "tables").glob("*.parquet"))}


@pytest.fixture(scope="module")
def written(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "cohort"
    command = [
        sys.executable,
        "-m",
        "leukon",
        "cohort",
        source,
        "--protocol",
        "alemtuzumab-ms",
        "--as-of",
        "2019-06-30",
    ]
    done = subprocess.run([*map(str, command), "--out", str(out)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def test_it_writes_a_page_and_every_table_twice(written):
    out, said = written
    assert f"Page: {out / 'cohort.html'}" in said
    assert {path.stem for path in (out / "tables").glob("*.csv")} == TABLES
    assert {path.stem for path in (out / "tables").glob("*.parquet")} == TABLES
    assert sorted(path.name for path in out.iterdir()) == ["cohort.html", "provenance.json", "tables"]


def test_the_provenance_says_what_was_chosen(written):
    said = json.loads((written[0] / "provenance.json").read_text())
    assert said["protocol"] == "alemtuzumab-ms"
    assert (said["next_course"], said["hidden_below"], said["rounded_to"]) == ("competes", "5", "5")


def test_part_by_part_gives_the_same_tables(source, written, tmp_path, monkeypatch):
    monkeypatch.setattr(cli_inputs, "MANY", 100)
    out = tmp_path / "parts"
    assert (
        run(monkeypatch, "cohort", source, "--protocol", "alemtuzumab-ms", "--as-of", "2019-06-30", "--out", out) == 0
    )
    assert {name: table.to_pylist() for name, table in tables_of(out).items()} == {
        name: table.to_pylist() for name, table in tables_of(written[0]).items()
    }
    assert sorted(path.name for path in out.iterdir()) == ["cohort.html", "provenance.json", "tables"]


def test_a_folder_with_tables_of_somebody_else_is_left_alone(source, tmp_path, monkeypatch, capsys):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "mine.csv").write_text("x")
    arguments = ("cohort", source, "--protocol", "alemtuzumab-ms", "--as-of", "2019-06-30", "--out", tmp_path)
    assert run(monkeypatch, *arguments) != 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tables"]
    assert "leukon:" in capsys.readouterr().err
