"""Fuzz the reader of trial data: `python tests/ingest/fuzz_sdtm.py 600` runs for 600 seconds.

Whatever bytes stand in the file, the reader gives rows or one `UnreadableFile`, soon, and a row added at the end of a
CSV file is always there. Good files are damaged at random; a file that breaks the reader is kept, and its seed named.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.ingest.sdtm_maker import csv_bytes, dataset, parquet_bytes, xpt_bytes
from tests.ingest.test_sdtm import ADLB, DOSES, LABS

from leukon.errors import DoubledColumn, UnreadableFile
from leukon.ingest import sdtm

SLOW = 5.0
SEEDS = [
    (form, write(table))
    for table in (LABS, ADLB, DOSES)
    for form, write in (
        ("xpt", lambda text: xpt_bytes(("LB", *dataset(text)))),
        ("csv", lambda text: csv_bytes(*dataset(text))),
        ("parquet", lambda text: parquet_bytes(*dataset(text))),
    )
]
SEEDS.append(("xpt", xpt_bytes(("LB", *dataset(LABS)), ("EX", *dataset(DOSES)))))
WILD = [
    b'"',
    b"\x00",
    b"\x1f",
    b"\xff",
    b"\n",
    b"\r",
    b",",
    b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!",
    b" " * 80,
]


def damage(content, rng):
    content = bytearray(content)
    for _ in range(rng.randint(0, 6)):
        at = rng.randrange(len(content) + 1)
        match rng.randrange(5):
            case 0:
                content[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                content[at:at] = rng.choice(WILD)
            case 2:
                del content[at : at + rng.randint(1, 100)]
            case 3:
                content[at:at] = content[at : at + rng.randint(1, 200)]
            case 4:
                other = rng.choice(SEEDS)[1]
                content[at : at + 20] = other[at : at + 20]
    return bytes(content)


def check(folder, form, content):
    path = Path(folder) / f"lb.{form}"
    path.write_bytes(content)
    began = time.monotonic()
    sdtm.is_sdtm(path)
    try:
        rows = sdtm.read_sdtm(path).num_rows
    except (UnreadableFile, DoubledColumn):
        rows = None
    if form == "csv" and rows is not None:
        lines = content.splitlines()[1:]
        expected = sum(bool(line.strip()) for line in lines)
        assert rows == expected, f"{rows} rows of {expected} lines"
    assert time.monotonic() - began < SLOW, "slow"


def run(seconds, seed):
    rng, tried, until = random.Random(seed), 0, time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < until:
            form, content = rng.choice(SEEDS)
            content = damage(content, rng)
            try:
                check(folder, form, content)
            except BaseException:
                kept = Path(tempfile.gettempdir()) / f"fuzz_sdtm_{seed}_{tried}.{form}"
                kept.write_bytes(content)
                sys.stderr.write(f"kept {kept}\n")
                raise
            tried += 1
    return tried


if __name__ == "__main__":
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    sys.stdout.write(f"seed {seed}: {run(seconds, seed)} files, no crash, no row lost\n")
