"""What somebody sees who waits for a long read, and that nobody else sees it."""

import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest
from tests.surfaces.process import ENVIRONMENT

import leukon
from leukon.ingest.reading import stream
from leukon.present.progress import show_rows

LINE = "{n},2024-03-05,anc,1.5,10*9/L\n"
COMMANDS = {
    "review": ("review", "feed", "--protocol", "alemtuzumab-ms", "--as-of", "2024-03-06"),
    "check": ("check", "feed"),
    "ingest": ("ingest", "feed", "--to", "meds"),
    "suggest": ("codes", "suggest", "feed"),
}


@pytest.fixture
def feed(tmp_path):
    """A MEDS dataset that leukon wrote, and is read in batches; and the CSV that it was made of, which is not."""
    lines = "".join(LINE.format(n=n) for n in range(500))
    (tmp_path / "events.csv").write_text(f"subject_id,time,code,numeric_value,unit\n{lines}", encoding="utf-8")
    from leukon.ingest.meds_writer import write_meds

    write_meds(leukon.read(tmp_path / "events.csv").to_batches(), tmp_path / "feed", name="feed")
    return tmp_path


def run_on_a_terminal(folder, *arguments, **environment):
    """What `leukon ARGUMENTS` writes to a terminal as its standard error, and to a pipe as its output."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-W", "error", "-m", "leukon", *arguments]
    env = ENVIRONMENT | {"TERM": "xterm", "PYTHONIOENCODING": "utf-8"} | environment
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=theirs, env=env) as process:
        os.close(theirs)
        said, until = b"", time.monotonic() + 120
        while time.monotonic() < until:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                if not (part := os.read(ours, 1 << 16)):
                    break
            except OSError:  # the other end is closed
                break
            said += part
            if len(said) > 1 << 20:
                break
        out = process.stdout.read().decode()
    os.close(ours)
    return process.returncode, out, said.decode()


@pytest.mark.parametrize("name", COMMANDS)
def test_on_a_terminal_the_rows_read_are_shown_and_gone_at_the_end(name, feed):
    code, out, said = run_on_a_terminal(feed, *COMMANDS[name])
    assert code == 0
    assert "reading" in said
    assert "500 rows" in said
    assert said.endswith(("\x1b[2K", "\x1b[?25h", "\x1b[1A\x1b[2K")), "the line is taken away again"
    assert "reading" not in out
    assert "\x1b" not in out


@pytest.mark.parametrize("name", COMMANDS)
def test_in_a_pipe_nothing_of_it_is_written(name, feed, process):
    done = process(*COMMANDS[name])
    assert (done.returncode, done.stderr) == (0, "")
    assert "reading" not in done.stdout


@pytest.mark.parametrize("forced", ["FORCE_COLOR", "TTY_COMPATIBLE"])
def test_colours_that_are_forced_make_no_terminal_of_a_pipe(forced, feed, process):
    assert process("check", "feed", **{forced: "1"}).stderr == ""


def test_a_dumb_terminal_stays_empty(feed):
    code, _, said = run_on_a_terminal(feed, *COMMANDS["check"], TERM="dumb")
    assert (code, said.strip()) == (0, "")


def test_an_error_on_a_terminal_is_whole_and_names_no_patient(feed):
    (feed / "bad.csv").write_text("no,column\nP7,1\n", encoding="utf-8")
    code, _, said = run_on_a_terminal(feed, "check", "bad.csv")
    assert code == 3
    assert "leukon: The events have no column 'subject_id'." in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said)
    assert "P7" not in said


@pytest.mark.parametrize("source", ["feed", "events.csv"])
def test_rows_are_counted_once_each(feed, source):
    for read in (leukon.read, lambda *path, **more: list(stream(*path, **more))):
        seen = []
        read(feed / source, on_rows=seen.append)
        assert sum(seen) == 500


def test_without_a_terminal_the_counter_may_be_called_all_the_same(capsys):
    with show_rows() as on_rows:
        on_rows(7)
    assert capsys.readouterr() == ("", "")
