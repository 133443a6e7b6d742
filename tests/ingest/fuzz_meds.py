"""Fuzz the reader of MEDS: `python -m tests.ingest.fuzz_meds 600 [seed]` runs for 600 seconds, without other tools.

Two games. Shards of any columns and types: rows as they were written, or the one error that fits (a column that is not
there, twice, or of a type that cannot hold it); never a null for a value, never a row less. And a dataset that leukon
wrote, of which one file is damaged: an error of leukon, or a whole table.
"""

import datetime as dt
import math
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import leukon
from leukon.errors import DoubledColumn, LeukonError, MissingColumn, UnreadableFile, WrongType
from leukon.ingest.gathered import SCHEMA, Gathering
from leukon.ingest.meds import is_meds, older_names, read_meds
from leukon.ingest.meds_writer import write_meds

NOON = dt.datetime(2024, 3, 5, 12)
DAY = dt.date(2024, 3, 5)
TEXTS = ["0.4", "<0.1", "", " ", "clotted", "1,234", "é\u2028\x00", "9" * 400, None]
TEXT_TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
WRONG = object()


def written(value):
    """The decimal of 6 digits that a 32-bit number stands for, where there is one."""
    if value is None or not math.isfinite(value):
        return value
    decimal = float(f"{np.float32(value):.6g}")
    return decimal if np.float32(decimal) == np.float32(value) else float(np.float32(value))


def text(values):
    return [(type_, values, lambda value: value) for type_ in TEXT_TYPES]


def number(value):
    return None if value is None else float(value)


def midnight(value):
    return None if value is None else dt.datetime.combine(value, dt.time())


def day(value):
    return value


NUMBERS = [
    (pa.float32(), [0.42, 1.8, 150.7, 0.0, -1.5, math.nan, math.inf, 16777216.0, None], written),
    (pa.float64(), [0.42, 0.1 + 0.2, 1e300, math.nan, None], number),
    (pa.int64(), [0, 5, -1, None], number),
    (pa.uint8(), [0, 5, None], number),
    (pa.decimal128(9, 3), [None], number),
    (pa.null(), [None], number),
    (pa.string(), ["0.42", None], WRONG),
    (pa.dictionary(pa.int8(), pa.string()), ["0.42", None], WRONG),
    (pa.list_(pa.float32()), [[0.4], None], WRONG),
    (pa.timestamp("us"), [NOON], WRONG),
    (pa.bool_(), [True, False], WRONG),
]
TIMES = [
    (pa.timestamp("us"), [NOON, dt.datetime(1, 1, 1), None], day),
    (pa.timestamp("ns"), [NOON, None], day),
    (pa.timestamp("s"), [NOON, None], day),
    (pa.timestamp("us", "UTC"), [NOON, None], day),
    (pa.date32(), [DAY, None], midnight),
    (pa.date64(), [DAY, None], midnight),
    (pa.null(), [None], day),
    (pa.string(), ["2024-03-05", None], WRONG),
    (pa.int64(), [20_240_305, 1_709_640_000], WRONG),
    (pa.float64(), [45356.5, None], WRONG),
    (pa.time64("us"), [dt.time(8)], WRONG),
]
WORDS = [
    *text(TEXTS),
    (pa.int64(), [7, None], lambda value: None if value is None else str(value)),
    (pa.null(), [None], day),
    (pa.list_(pa.string()), [["a"]], WRONG),
    (pa.struct([("a", pa.int8())]), [{"a": 1}], WRONG),
    (pa.float32(), [0.5, None], WRONG),
    (pa.float64(), [0.5, None], WRONG),
    (pa.timestamp("us"), [NOON], WRONG),
    (pa.bool_(), [True], WRONG),
]
IDS = [
    (pa.int64(), [7, 9_100_000_000_000_000_007, -1, None], lambda value: None if value is None else str(value)),
    (pa.uint64(), [7, 2**64 - 1], str),
    *text(["007", "7", "", "P-1", "é", None]),
    (pa.float64(), [7.0, 1e16], WRONG),
    (pa.float32(), [7.0], WRONG),
    (pa.list_(pa.int64()), [[7]], WRONG),
    (pa.bool_(), [True], WRONG),
    (pa.timestamp("us"), [NOON], WRONG),
    (pa.null(), [None], day),
]
KINDS = {
    "subject_id": IDS, "time": TIMES, "code": WORDS, "numeric_value": NUMBERS, "text_value": WORDS, "unit": WORDS,
    "comparator": WORDS, "lln": NUMBERS, "uln": NUMBERS, "status": WORDS, "recorded_time": TIMES, "source_id": WORDS,
}  # fmt: skip
OLDER = {"subject_id": "patient_id", "time": "timestamp", "numeric_value": "numerical_value"}
REQUIRED = ("subject_id", "time", "code", "numeric_value")
SLOW = 5.0


def a_shard(chance: random.Random) -> tuple[pa.Table, list[dict] | set[type]]:
    """A shard, and the rows that must come out, or the errors of which one must be raised."""
    rows, arrays, names, errors = chance.randint(0, 6), [], [], set()
    said: dict[str, list] = {}
    for name, kinds in KINDS.items():
        if chance.random() < (0.03 if name in REQUIRED else 0.4):
            errors |= {MissingColumn} if name in REQUIRED else set()
            continue
        type_, values, read = chance.choice(kinds if chance.random() < 0.15 else kinds[:4])
        column = [chance.choice(values) for _ in range(rows)]
        errors |= {WrongType} if read is WRONG and rows else set()
        said[name] = [None if read is WRONG else read(value) for value in column]
        arrays.append(pa.array(column, type_))
        names.append(OLDER[name] if name in OLDER and chance.random() < 0.1 else name)
        if chance.random() < 0.01:
            arrays.append(arrays[-1])
            names.append(names[-1])
            errors.add(DoubledColumn)
    order = chance.sample(range(len(names)), len(names))
    table = pa.table([arrays[at] for at in order], [names[at] for at in order])
    if errors or not rows:  # an empty column of a wrong type may be refused, and need not be
        return table, errors | {WrongType}
    return table, [{name: said[name][at] if name in said else None for name in KINDS} for at in range(rows)]


def play_shards(folder: Path, chance: random.Random) -> None:
    """Shards of any columns."""
    tables = {f"{at}.parquet": a_shard(chance) for at in range(chance.choice((1, 1, 2)))}
    (folder / "data" / "train").mkdir(parents=True)
    for name, (table, _) in tables.items():
        pq.write_table(table, folder / "data" / name, row_group_size=chance.choice((1, 2, 100)))
    expected = [said for _, said in tables.values()]
    errors = set().union(*(said for said in expected if isinstance(said, set)))
    found = read(folder)
    if isinstance(found, LeukonError):
        assert type(found) in errors, f"{type(found).__name__}: {found}"
        return
    assert all(isinstance(said, list) or not table.num_rows for table, said in tables.values()), "nothing was raised"
    wanted = [
        {**row, "place": f"{name}:{number}"}
        for (name, (table, said)) in tables.items()
        for number, row in enumerate(said if table.num_rows else [], 1)
    ]
    rows = found.to_pylist()
    assert len(rows) == len(wanted), f"{len(rows)} rows of {len(wanted)}"
    for row, want in zip(rows, wanted, strict=True):
        for name, value in want.items():
            assert _same(row[name], value), f"{name}: {row[name]!r} is not {value!r}"


def _same(left: object, right: object) -> bool:
    return left == right or (left != left and right != right)


def read(folder: Path) -> pa.Table | LeukonError:
    """What the reader gives, soon; and the front door gives as many rows, each in the account."""
    start = time.process_time()
    assert is_meds(folder)
    try:
        older_names(folder)
        table = read_meds(folder)
    except LeukonError as error:
        table = error
    try:
        events = leukon.read(folder)
    except LeukonError:
        events = None
    if isinstance(table, pa.Table):
        assert table.schema == SCHEMA
        table.validate(full=True)
        assert table["place"].null_count == 0
        assert events is None or events.num_rows == table.num_rows, "the front door gives other rows"
        if table.num_rows % 5 == 1:  # a review takes longer than all else
            account = leukon.review(table, "alemtuzumab-ms", as_of="2024-06-01").account
            assert sum(account["rows"].to_pylist()) == table.num_rows, "a row is lost from the account"
    assert time.process_time() - start < SLOW, "it hangs"
    return table


def some_events(chance: random.Random) -> pa.RecordBatch:
    """A few events as readers hand them on."""
    rows = Gathering()
    for at in range(chance.randint(1, 30)):
        rows.add(
            place=f"labs.csv:{at}",
            subject_id=chance.choice(["7", "007", "P-1", "é", None, ""]),
            time=chance.choice([NOON, NOON + dt.timedelta(days=at), None]),
            code=chance.choice(["anc", "LOINC//751-8", "x", None]),
            numeric_value=chance.choice([0.42, 1.8, 150.7, 1e300, None]),
            text_value=chance.choice(TEXTS),
            unit=chance.choice(["10*9/L", None]),
        )
    return rows.take()


def damage(content: bytes, chance: random.Random) -> bytes:
    """A file cut short, with other bytes, or with something else in its place."""
    broken = bytearray(content)
    match chance.randrange(5):
        case 0:
            del broken[chance.randrange(len(broken) + 1) :]
        case 1:
            return chance.choice([b"", b"{}", b"[]", b"PAR1", b"null", b"\xff\xfe", b'{"etl_name": "leukon"}'])
        case _:
            for _ in range(chance.randint(1, 5)):
                at = (
                    chance.randrange(len(broken)) if chance.random() < 0.7 else -chance.randint(1, min(99, len(broken)))
                )
                broken[at] = chance.randrange(256)
    return bytes(broken)


def play_damage(folder: Path, chance: random.Random) -> None:
    """A dataset that leukon wrote: as it was, or with one file damaged."""
    events = some_events(chance)
    out = folder / "own"
    write_meds([events], out, name="fuzz")
    whole = read(out)
    assert isinstance(whole, pa.Table)
    assert _in_order(whole) == _in_order(pa.Table.from_batches([events])), (
        "a dataset of leukon's own came back otherwise"
    )
    file = chance.choice(sorted(each for each in out.rglob("*") if each.is_file()))
    file.write_bytes(damage(file.read_bytes(), chance))
    table = read(out)
    if isinstance(table, pa.Table) and file.parent.name == "metadata" and file.name != "left_out.parquet":
        held = sum(pq.read_metadata(each).num_rows for each in (out / "data").rglob("*.parquet"))
        assert table.num_rows >= held, "a row is lost"
    if isinstance(table, LeukonError):
        assert isinstance(table, (UnreadableFile, MissingColumn, WrongType, DoubledColumn)), repr(table)


def _in_order(table: pa.Table) -> list[tuple]:
    """Rows by their places; MEDS has no empty id or code, so that these come back as nothing."""
    return sorted(tuple(repr(value) for value in row.values()) for row in table.to_pylist())


def run(seconds: float, first: int = 0) -> int:
    """Play for that long; a game that fails names its seed, and its files stay."""
    rounds, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        seed = first + rounds
        chance = random.Random(seed)
        with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
            try:
                chance.choice((play_shards, play_shards, play_damage))(Path(name), chance)
            except BaseException:
                sys.stderr.write(f"seed {seed}\n")
                raise
        rounds += 1
    return rounds


if __name__ == "__main__":
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    start_at = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    sys.stdout.write(f"{run(seconds, start_at):,} datasets in {seconds:.0f} s, nothing found\n")
