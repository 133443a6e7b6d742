"""Fuzz the OMOP reader: `python tests/ingest/fuzz_omop.py [seconds]` (atheris, with random bytes beside the grammar).

It needs atheris: `pip install atheris` beside what the project needs, in an environment of its own: the project does
not depend on it.

Three games by the first byte: lines good and broken in any order; rows of any words in CSV and Parquet; a CSV file of
any bytes, which must give an `UnreadableFile` or at least one event for each line that is not empty and no quote joins.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import atheris

with atheris.instrument_imports(include=["leukon.ingest"]):
    from tests.ingest.omop_soup import COLUMNS, DOSES, GOOD, WORDS, check_csv, check_rows

    from leukon.errors import UnreadableFile
    from leukon.ingest import omop_csv
    from leukon.ingest.omop import is_omop, read_omop

BROKEN = [
    b'7,2020-01-02,"open',
    b"7",
    b",".join([b"x"] * 30),
    b'"',
    b'x"y"',
    b"\xff" + b",x" * 20,
    b"{}",
    b'7,"x,2020-01-02,1,,,,,,,,,',
]


def _word(data):
    return (
        WORDS[data.ConsumeIntInRange(0, len(WORDS) - 1)] if data.ConsumeBool() else data.ConsumeUnicodeNoSurrogates(8)
    )


def play(content):
    """One game."""
    data = atheris.FuzzedDataProvider(content)
    game = data.ConsumeIntInRange(0, 3)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        if game == 0:
            count = data.ConsumeIntInRange(0, 40)
            pieces = [
                GOOD if data.ConsumeBool() else BROKEN[data.ConsumeIntInRange(0, len(BROKEN) - 1)] for _ in range(count)
            ]
            check_csv(folder, pieces, data.ConsumeIntInRange(20, 2000))
        elif game < 3:
            table, columns = (("measurement", COLUMNS), ("drug_exposure", DOSES))[game - 1]
            rows = [[_word(data) for _ in columns] for _ in range(data.ConsumeIntInRange(0, 4))]
            check_rows(folder, table, columns, rows)
        else:
            _bytes(folder, data)


def _bytes(folder, data):
    header = ",".join(COLUMNS).encode() + b"\n" if data.ConsumeBool() else b""
    block = data.ConsumeIntInRange(20, 2000)
    content = header + data.ConsumeBytes(4000)
    (folder / "measurement.csv").write_bytes(content)
    before, omop_csv.BLOCK = omop_csv.BLOCK, block
    try:
        if is_omop(folder):
            events = read_omop(folder)
            lines = [line for line in content.replace(b"\r", b"\n").split(b"\n") if line]
            assert events.num_rows <= len(lines) - 1
            if b'"' not in content:
                assert events.num_rows == len(lines) - 1
    except UnreadableFile:
        pass
    finally:
        omop_csv.BLOCK = before


if __name__ == "__main__":
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    atheris.Setup(
        [
            sys.argv[0],
            f"-max_total_time={seconds}",
            "-max_len=4096",
            "-len_control=0",
            "-rss_limit_mb=3000",
            "-timeout=60",
        ],
        play,
    )
    atheris.Fuzz()
