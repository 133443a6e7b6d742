"""Fuzz the reader of visits: `python -m tests.ingest.fuzz_visits 600` runs for 600 seconds (Hypothesis, made-up files).

Every file either is refused as a whole (UnreadableFile) or comes out in the schema, with at least one event for each
row that has a value, and with a place for each of them; nothing else may happen.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.ingest.visits_maker import text_file, workbook

from leukon.errors import UnreadableFile
from leukon.ingest.gathered import SCHEMA
from leukon.ingest.visits import is_visits, read_visits
from leukon.ingest.visits_map import ColumnMap, VisitMap

HEADINGS = [
    "patient",
    "date",
    "ANC (G/L)",
    "WBC",
    "Neut %",
    "Alemtuzumab mg",
    "Note",
    "",
    '"',
    "Hb\n(g/dL)",
    "Datum",
    "Pat",
]
CELLS = [
    "7",
    "",
    " ",
    "0.4",
    "<0,1",
    "1.234,5",
    "clotted",
    '"',
    '""',
    '"a',
    'a"b',
    "x,y",
    "x;y",
    "\n",
    "\r",
    "\t",
    "01/02/2024",
    "2024-03-05",
    "5 Mar 2024",
    "2024-03-05T08:30+02:00",
    "1e400",
    "-",
    "12.5*",
    "n.d.",
    "९",
    "\u2028",
    "\x00",
    "\ufeff",
    "10 %",
    "9" * 400,
    "=1+1",
    "#N/A",
    "İ",
    "ß",
    "1.2E+10",
    "e",
    "+",
    ".",
]
MAPS = [
    VisitMap(),
    VisitMap(date_format="day-first", decimal=",", thousands=".", fill_down=True),
    VisitMap(subject="Pat", date="Datum", date_format="month-first", decimal=".", thousands=","),
    VisitMap(date_format="iso", columns={"WBC": ColumnMap(unit="G/L")}, thousands=" ", decimal=","),
]


def a_text(chance):
    """A text of a few rows, sometimes with a proper start, sometimes damaged."""
    separator = chance.choice(",;\t")
    rows = [[chance.choice(HEADINGS) for _ in range(chance.randint(1, 7))]]
    if chance.random() < 0.8:
        rows = [["patient", "date", "ANC (G/L)", "Neut %", "Alemtuzumab mg", "Note"][: chance.randint(3, 6)]]
    rows += [[chance.choice(CELLS) for _ in range(chance.randint(1, 8))] for _ in range(chance.randint(0, 12))]
    text = chance.choice(["\n", "\r\n", "\r"]).join(separator.join(row) for row in rows)
    while chance.random() < 0.3 and text:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(CELLS) + text[at + chance.randint(0, 3) :]
    return text


def a_book(chance, folder):
    """A workbook, sometimes with a damaged byte."""
    values = [1, 0.4, True, None, "7", "<0.1", "01/02/2024", 45356, "=A1", "#N/A", -5, 1e300, "2024-03-05"]
    rows = [["patient", "date", "ANC (G/L)", "Neut %"]]
    rows += [[chance.choice(values) for _ in range(chance.randint(1, 6))] for _ in range(chance.randint(0, 6))]
    path = workbook(folder, {"One": rows, "Two": [["x"]]}, formats={"D2": "0%", "A3": "000", "B2": "dd/mm/yyyy"})
    if chance.random() < 0.7:
        content = bytearray(path.read_bytes())
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(bytes(content))
    return path


def read_one(path, visits):
    """What became of a file."""
    is_visits(path)
    try:
        table = read_visits(path, None, visits)
    except UnreadableFile:
        return "refused"
    assert table.schema == SCHEMA
    assert table["place"].null_count == 0
    assert table["code"].null_count == 0
    table.validate(full=True)
    return "read" if table.num_rows else "empty"


def run(seconds, seed=None):
    """Run for that long and hand back how many files were read, refused or empty."""
    chance = random.Random(seed)
    seen, end = Counter(), time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        while time.monotonic() < end:
            if chance.random() < 0.15:
                path = a_book(chance, folder)
            else:
                path = text_file(folder, a_text(chance), encoding=chance.choice(["utf-8", "utf-8-sig", "utf-16"]))
                if chance.random() < 0.1:
                    path.write_bytes(path.read_bytes() + bytes(chance.randrange(256) for _ in range(5)))
            started = time.process_time()
            try:
                seen[read_one(path, chance.choice(MAPS))] += 1
                assert time.process_time() - started < 10, "a hang"
            except BaseException:
                Path(tempfile.gettempdir(), f"fuzz_visits{path.suffix}").write_bytes(path.read_bytes())
                raise
    return seen


if __name__ == "__main__":
    sys.stdout.write(f"{dict(run(float(sys.argv[1]) if len(sys.argv) > 1 else 60))}\n")
