"""What README.md and docs/ promise is what happens: their code and their `leukon` commands are run here.

A block marked `python` is executed; the blocks of one page share their names. In a block marked `console` or
`sh` every line `$ leukon ...` is run and must end with exit code 0. The lines shown below it must be printed
by it, in that order, and others may stand between them (`...`). Each page runs in an empty folder of its own.
To leave the next block out, write `<!--- skip: next -->` before it.
"""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
from sybil import Document, Example
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROMPT = "$ "


def commands(source):
    """The block cut at its prompts: one (command, lines shown below it) each; `\\` continues a command."""
    found = []
    for line in source.replace("\\\n", " ").splitlines():
        if line.startswith(PROMPT):
            found.append((line.removeprefix(PROMPT).strip(), []))
        elif found and line.strip():
            found[-1][1].append(line.strip())
    return found


def run(command):
    environment = os.environ | {
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        "COLUMNS": "110",
        "NO_COLOR": "1",
    }
    bash = shutil.which("bash")
    assert bash, "the commands of the documents are run by bash"
    return subprocess.run(
        [bash, "-o", "pipefail", "-c", command], capture_output=True, text=True, env=environment, check=False
    )


def run_leukon(example: Example):
    for command, shown in commands(example.parsed):
        if not command.startswith("leukon"):
            continue
        done = run(command)
        assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
        printed = iter([line.strip() for line in done.stdout.splitlines()])
        for line in shown:
            assert line == "..." or line in printed, f"not printed by $ {command}: {line}\n\n{done.stdout}"


def parsers():
    return [
        PythonCodeBlockParser(),
        CodeBlockParser("console", run_leukon),
        CodeBlockParser("sh", run_leukon),
        SkipParser(),
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_page_does_what_it_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for example in Document.parse(str(page), *parsers()):
        example.evaluate()


def test_a_command_is_cut_from_its_output():
    block = "$ leukon review \\\n  --as-of last\nopen episodes\n\n2 rows\n$ ls\n"
    assert commands(block) == [("leukon review    --as-of last", ["open episodes", "2 rows"]), ("ls", [])]
