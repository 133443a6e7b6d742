"""The hazard log: every line has all its cells, and names tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "explanation" / "hazards.md"
COLUMNS = ["no.", "hazard", "what could happen", "what leukon does", "what remains", "tests that guard it"]
EMPTY = {"", "-", "none", "tbd", "todo", "?"}


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def read_log(text):
    """One dict a hazard, of all tables of the page; a row of another shape is an error."""
    found, inside = [], False
    for line in text.splitlines():
        if not line.startswith("|"):
            inside = False
        elif not inside:
            inside = True
            assert cells(line) == COLUMNS
        elif set(line) - set("|- "):
            row = cells(line)
            assert len(row) == len(COLUMNS), line
            found.append(dict(zip(COLUMNS, row, strict=True)))
    return found


def named_tests(hazard):
    return re.findall(r"`([\w/]+\.py::\w+)`", hazard["tests that guard it"])


@cache
def functions_of(file):
    """Names of the test functions of a file, parametrised ones once."""
    path = TESTS / file
    if not path.is_file():
        return {}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {node.name: node for node in functions if node.name.startswith("test_")}


def missing(names):
    """Those that lead to no test."""
    return [name for name in names if name.split("::")[1] not in functions_of(name.split("::")[0])]


LOG = read_log(PAGE.read_text(encoding="utf-8"))


def test_the_log_holds_hazards():
    assert len(LOG) >= 25


def test_every_hazard_has_its_own_number():
    numbers = [hazard["no."] for hazard in LOG]
    assert numbers == [f"H{number}" for number in range(1, len(LOG) + 1)]


@pytest.mark.parametrize("hazard", LOG, ids=lambda hazard: hazard["no."])
def test_every_cell_of_a_hazard_is_filled(hazard):
    assert not [name for name, cell in hazard.items() if cell.lower().rstrip(".") in EMPTY]


@pytest.mark.parametrize("hazard", LOG, ids=lambda hazard: hazard["no."])
def test_every_hazard_names_tests_that_are_there(hazard):
    names = named_tests(hazard)
    assert names, "no test is named"
    assert hazard["tests that guard it"].count("`") == 2 * len(names), "something there is not `folder/file.py::test`"
    assert missing(names) == []


@pytest.mark.parametrize("hazard", LOG, ids=lambda hazard: hazard["no."])
def test_no_hazard_is_guarded_by_a_test_that_is_never_run(hazard):
    for name in named_tests(hazard):
        file, _, function = name.partition("::")
        marks = " ".join(ast.unparse(mark) for mark in functions_of(file)[function].decorator_list)
        assert not re.search(r"\.(skip|skipif|xfail)\b", marks), name


def test_a_name_that_leads_nowhere_is_found():
    there = "docs/test_hazards.py::test_a_name_that_leads_nowhere_is_found"
    assert missing([there, "docs/test_hazards.py::test_nobody_wrote", "nowhere.py::test_x"]) == [
        "docs/test_hazards.py::test_nobody_wrote",
        "nowhere.py::test_x",
    ]


def test_a_row_without_all_its_cells_is_found():
    head = "| " + " | ".join(COLUMNS) + " |\n|" + " --- |" * len(COLUMNS) + "\n"
    with pytest.raises(AssertionError):
        read_log(head + "| H1 | wrong unit |\n")
