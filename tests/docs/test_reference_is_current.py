"""The made parts of docs/reference say what leukon's code and data say, and the glossary has every word of the tables."""

import importlib.util
import re
from pathlib import Path

import pytest

from leukon.events import schema as events_schema
from leukon.monitor import schema as monitor_schema
from leukon.monitor.review import TABLES

ROOT = Path(__file__).parents[2]
MAKER = ROOT / "docs" / "generate_reference.py"


def maker():
    spec = importlib.util.spec_from_file_location("generate_reference", MAKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", maker().PAGES, ids=lambda page: page.name)
def test_a_reference_page_says_what_leukon_is_now(page):
    text = page.read_text(encoding="utf-8")
    assert maker().fill(text) == text, f"{page.name} is behind: run .venv/bin/python docs/generate_reference.py"


def test_every_made_part_stands_on_one_page():
    text = "\n".join(page.read_text(encoding="utf-8") for page in maker().PAGES)
    assert sorted(re.findall(r"<!-- made: (\w+) -->", text)) == sorted(maker().BLOCKS)


@pytest.mark.parametrize(
    "words",
    [
        events_schema.USES,
        events_schema.REASONS,
        monitor_schema.GRADE_REASONS,
        monitor_schema.EPISODE_STATUSES,
        monitor_schema.SLOT_STATUSES,
        monitor_schema.WORKUP_STATUSES,
        monitor_schema.URGENCIES,
        monitor_schema.FEVERS,
    ],
)
def test_every_word_that_a_table_may_hold_is_explained(words):
    page = (ROOT / "docs" / "reference" / "tables.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `(\w+)` \| ", page, flags=re.MULTILINE)
    assert set(words) <= set(explained)


def glossary():
    return re.findall(r"^\*\*(.+?)\*\*: ", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_the_glossary_is_in_the_order_of_the_alphabet():
    assert glossary() == sorted(glossary(), key=str.lower)


def test_the_glossary_has_every_table_and_every_status():
    known = {word.lower().replace(" ", "_").rstrip("s") for word in glossary()}
    statuses = {*monitor_schema.EPISODE_STATUSES, *monitor_schema.SLOT_STATUSES}
    tables = {name.rstrip("s") for name in TABLES}
    assert {word.rstrip("s") for word in statuses | tables} <= known
