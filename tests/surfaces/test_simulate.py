"""`leukon simulate schedules`: options, files and refusals."""

import csv

import pytest

ASK = ("simulate", "schedules", "--protocol", "alemtuzumab-ms", "--patients", "40")


def test_schedules_and_readings_are_asked_for_by_commas(command, tmp_path):
    done = command(*ASK, "--reading", "A,B", "--onset", "monthly", "--schedule", "paper,every:7d:56d", "--out", "out")
    assert done.returncode == 0
    assert "Tables: out" in done.stdout.replace("\\", "/")
    with (tmp_path / "out/tables/schedules.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["reading"], row["schedule"]) for row in rows] == [
        ("A", "paper"), ("A", "every:7d:56d"), ("B", "paper"), ("B", "every:7d:56d"),
    ]  # fmt: skip
    assert (tmp_path / "out/schedules.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_sites_own_schedule_is_judged_from_its_protocol_file(command, tmp_path):
    shown = command("protocols", "show", "alemtuzumab-ms").stdout
    (tmp_path / "ours.toml").write_text(
        shown.replace("to = 90", "to = 60").replace("from = 120", "from = 90"), encoding="utf-8"
    )
    done = command("simulate", "schedules", "--protocol", "ours.toml", "--schedule", "paper", "--reading", "B", "--patients", "40", "--onset", "monthly")  # fmt: skip
    assert done.returncode == 0
    assert any(line.split()[:2] == ["paper", "6.3"] for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--reading", "E", "There is no reading of the durations 'E'"),
        ("--onset", "never", "There is no reading of the onsets 'never'"),
        ("--schedule", "every:15d", "There is no schedule 'every:15d'"),
        ("--protocol", "rituximab", "There is no file on the episodes of drugs 'rituximab'"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(command, option, value, words):
    done = command(*ASK, option, value)
    assert done.returncode == 2
    assert words in done.stderr
