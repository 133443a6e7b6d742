"""A run that is killed loses nothing: the next one goes on, and the tables are those of an undisturbed run."""

import random
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.scale.nasty import AS_OF, nasty_events, with_a_subject

from leukon.errors import UnwritableFolder
from leukon.monitor.review import TABLES
from leukon.scale import parts, shards

ROOT = Path(__file__).parents[2]
PROTOCOL = "alemtuzumab-ms"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("in") / "events.parquet"
    pq.write_table(with_a_subject(nasty_events(15)), path, row_group_size=130)
    return path


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(shards, "UNIT", 300)
    monkeypatch.setattr(shards, "PIECE", 100)


def contents(out):
    return {name: pq.read_table(out / "tables" / name).to_pylist() for name in TABLES}


@contextmanager
def running(source, out):
    """The review in a process of its own, from the moment it begins."""
    command = [sys.executable, "-m", "tests.scale.killed", str(source), str(out)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout.readline() == "begun\n"
        yield run


def test_a_run_that_is_killed_again_and_again_ends_as_an_undisturbed_one(source, tmp_path):
    start = time.monotonic()
    with running(source, tmp_path / "whole") as whole:
        assert whole.stdout.read() == "done\n"
    took, rng, kills = time.monotonic() - start, random.Random(0), 0
    done = False
    while not done:
        with running(source, tmp_path / "out") as run:
            if kills < 5:
                time.sleep(rng.uniform(0, took / 3))
                run.kill()
            done = run.stdout.read() == "done\n"
            kills += not done
    assert kills >= 3
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["provenance.json", "tables"]
    assert (tmp_path / "out/provenance.json").read_text() == (tmp_path / "whole/provenance.json").read_text()


class Killed(BaseException):
    pass


def dies(*_):
    raise Killed


def killed(monkeypatch, owner, name, instead, run):
    """A run in which something dies."""
    with monkeypatch.context() as dying:
        dying.setattr(owner, name, instead)
        with pytest.raises(Killed):
            run()


def test_units_that_are_done_are_not_worked_again(source, small, tmp_path, monkeypatch):
    worked, work = [], shards.Job.work
    monkeypatch.setattr(shards.Job, "work", lambda job, unit: worked.append(unit.number) or work(job, unit))
    run = partial(shards.review_dataset, source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out", processors=1)
    enter, entered = parts.Ledger.enter, []

    def dies_after_three(ledger, number, said):
        enter(ledger, number, said)
        entered.append(number)
        if len(entered) == 3:
            raise Killed

    killed(monkeypatch, parts.Ledger, "enter", dies_after_three, run)
    assert not (tmp_path / "out/tables").exists()
    first = set(entered)
    worked.clear()
    found = run()
    assert not first & set(worked)
    assert first | set(worked) == set(range(found.provenance["parts"]))


@pytest.mark.parametrize("other", [{"as_of": "2003-01-01"}, {"tables": ("courses",)}, {"schedule": "label-us"}])
def test_what_another_question_left_is_not_used(source, small, tmp_path, monkeypatch, other):
    killed(
        monkeypatch,
        shards,
        "take_place",
        dies,
        partial(shards.review_dataset, source, PROTOCOL, **{"as_of": AS_OF, "out": tmp_path / "out"} | other),
    )
    found = shards.review_dataset(source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    alone = shards.review_dataset(source, PROTOCOL, as_of=AS_OF, out=tmp_path / "alone")
    assert contents(tmp_path / "out") == contents(tmp_path / "alone")
    assert found.provenance == alone.provenance


def test_what_was_left_of_other_data_is_not_used(source, small, tmp_path, monkeypatch):
    killed(
        monkeypatch,
        shards,
        "take_place",
        dies,
        partial(shards.review_dataset, source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out"),
    )
    table = pq.read_table(source)
    pq.write_table(table.slice(0, 500), tmp_path / "fewer.parquet")
    found = shards.review_dataset(tmp_path / "fewer.parquet", PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    assert found.provenance["input"]["rows"] == 500


def test_a_death_between_the_tables_and_the_provenance_is_mended(source, small, tmp_path, monkeypatch):
    write = shards.write_whole

    def dies_at_the_provenance(path, text):
        if path.name == "provenance.json":
            raise Killed
        write(path, text)

    killed(
        monkeypatch,
        shards,
        "write_whole",
        dies_at_the_provenance,
        partial(shards.review_dataset, source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out"),
    )
    monkeypatch.setattr(shards.Job, "work", None)  # nothing is worked again
    found = shards.review_dataset(source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    assert found.table("results").num_rows == found.provenance["rows"]["results"] > 0


def test_a_run_beside_another_one_is_refused(source, small, tmp_path, monkeypatch):
    def second(*_):
        with pytest.raises(UnwritableFolder, match="another run"):
            shards.review_dataset(source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out")

    shards.review_dataset(source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out", progress=second)


def test_files_of_others_in_the_folder_stop_the_run_before_it_begins(source, tmp_path):
    (tmp_path / "out/tables").mkdir(parents=True)
    (tmp_path / "out/tables/mine.txt").write_text("mine")
    with pytest.raises(UnwritableFolder, match="did not write"):
        shards.review_dataset(source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    assert (tmp_path / "out/tables/mine.txt").read_text() == "mine"


def test_a_second_review_takes_the_place_of_the_first(source, small, tmp_path):
    shards.review_dataset(source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    found = shards.review_dataset(source, PROTOCOL, as_of=AS_OF, out=tmp_path / "out", tables=("courses",))
    assert sorted(path.name for path in (tmp_path / "out/tables").iterdir()) == ["courses"]
    assert found.table("courses").num_rows > 0


def test_a_kill_while_rows_are_sorted_sorts_them_anew(small, tmp_path, monkeypatch):
    events = nasty_events(5)
    mixed = events.take(pa.array(np.random.default_rng(1).permutation(events.num_rows)))
    pq.write_table(mixed, tmp_path / "mixed.parquet", row_group_size=100)
    killed(
        monkeypatch,
        np,
        "save",
        dies,
        partial(shards.review_dataset, tmp_path / "mixed.parquet", PROTOCOL, as_of=AS_OF, out=tmp_path / "out"),
    )
    shards.review_dataset(tmp_path / "mixed.parquet", PROTOCOL, as_of=AS_OF, out=tmp_path / "out")
    shards.review_dataset(tmp_path / "mixed.parquet", PROTOCOL, as_of=AS_OF, out=tmp_path / "alone")
    assert contents(tmp_path / "out") == contents(tmp_path / "alone")
