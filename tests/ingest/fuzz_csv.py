"""Fuzz the reader of CSV files in the event layout: `python -m tests.ingest.fuzz_csv 600` for ten minutes.

With atheris where it is installed (`pip install atheris` beside what the project needs, in an environment of its own:
the project does not depend on it); `--plain`: without it, by the seeds 0, 1, ...

Junk stands between a line of column names and a good line. Whatever it is: nothing is raised, the good line comes out
as ever, each line is a row unless quotes join some, a line without quotes that has whose, when and what is a row of its
own, and a number is a number or still there as text. Then the junk is read as a file of its own.
"""

import random
import re
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

SECONDS = int(sys.argv[1]) if __name__ == "__main__" and len(sys.argv) > 1 else 60
try:
    import atheris
except ImportError:
    atheris = None
if __name__ != "__main__" or "--plain" in sys.argv:
    atheris = None

if atheris is None:
    from leukon.ingest.csv_files import read_csv
else:
    with atheris.instrument_imports(include=["leukon.ingest", "leukon.events.values"]):
        from leukon.ingest.csv_files import read_csv

import leukon  # noqa: E402
from leukon.errors import DoubledColumn, MissingColumn, UnreadableFile  # noqa: E402

NAMES = ("subject_id", "time", "code", "numeric_value", "text_value", "unit", "recorded_time")
SUBJECT, TIME, CODE, NUMBER, TEXT, _, RECORDED = range(len(NAMES))
GOOD = ("007", "2024-03-05", "anc", "7.77", "", "10*9/L", "")
WORDS = (
    ("7", "007", "P-1", "", " ", '"8"', '"9', "9'", "é", "NA"),
    ("2024-03-05", "2024-03-05T08:30:00+02:00", "2024-02-30", "", "05.03.2024", "2024-03-05T24:00", '"2024-03-05"'),
    ("anc", "wbc", "LOINC//751-8", "", "what?", '"anc"', '"anc, old"', 'a"nc', "alemtuzumab"),
    (
        "0.4",
        "0,4",
        '"0,4"',
        "<0.1",
        "1,234",
        "",
        "NA",
        "nan",
        "inf",
        "1e400",
        "-",
        "0.4 ",
        "1_0",
        "९",
        "9" * 400,
        "0x1",
    ),
    ("", "<0.1", '"a ""b"" c"', '"clotted, repeat"', '"clotted\nrepeat"', '"high', 'high"', '"', '""', "see; note"),
    ("10*9/L", "K/uL", "", "10^9/L\x00", '"10*9/L', "\u2028", "\x0b", "\x1c", "\x85", "\ufeff"),
    ("", "2024-03-06", "2024-03-06T10:00:00Z", "yesterday", '"2024-03-06"'),
)
LINES = (
    "",
    " ",
    '"',
    "7",
    ",,,,,,",
    "7,2024-03-05,anc,1,,10*9/L,,,,",
    '7,2024-03-05,anc,5,"high,10*9/L,',
    '"7,2024-03-05,anc,5,,10*9/L,',
    '7,2024-03-05,anc,2,"clotted\n\nplease ""repeat""",10*9/L,',
)
SEPARATORS = ",;\t"
_LINE_END = re.compile("\r\n|\r|\n")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN = re.compile(r"\d{1,6}(\.\d{1,6})?")
_FILE = Path(tempfile.mkdtemp(prefix="fuzz_csv", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)) / "events.csv"
_SLOW = 5.0
_ODD = (b'"', b"\n", b"\r", b",", b";", b"\t", b"\x00", b"\xff", b"\xef\xbb\xbf", b'""', b'",', b',"', b"1,234")


def check(junk: bytes) -> None:
    """Read the junk between a line of names and a good line, and then alone."""
    separator = SEPARATORS[len(junk) % 3]
    head, last = (separator.join(words).encode() for words in (NAMES, GOOD))
    rows = _read(head + b"\n" + junk + b"\n" + last + b"\n", may_fail=False)
    if rows is None:
        assert not _is_text(junk), "text was refused"
    else:
        assert list(rows[-1].values())[:4] == ["007", datetime(2024, 3, 5), "anc", 7.77], f"the last row: {rows[-1]}"
        check_lines(junk.decode(), separator, rows[:-1])
    _read(junk, may_fail=True)


def _read(content: bytes, *, may_fail: bool) -> list[dict] | None:
    _FILE.write_bytes(content)
    start = time.process_time()
    try:
        table = read_csv(_FILE, {})
    except UnreadableFile:
        return None
    except (MissingColumn, DoubledColumn):
        assert may_fail, "the columns are there"
        return None
    table.validate(full=True)
    assert time.process_time() - start < _SLOW, "it hangs"
    if len(content) % 16 == 0:
        account = leukon.review(table, "alemtuzumab-ms", as_of="2024-06-01").account
        assert sum(account["rows"].to_pylist()) == table.num_rows, "a row is lost from the account"
    return table.to_pylist()


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def check_lines(junk: str, separator: str, rows: list[dict]) -> None:
    """Each line is a row; where there are quotes, at least each line that is one without doubt."""
    lines = [line for line in _LINE_END.split(junk) if line]
    fields = [line.split(separator) for line in lines]
    assert len(rows) <= len(lines), "rows that nobody wrote"
    if '"' in junk:
        certain = Counter(
            (said[SUBJECT], said[CODE])
            for said in fields
            if '"' not in "".join(said) and len(said) == len(NAMES) and _is_certain(said)
        )
        missing = certain - Counter((row["subject_id"], row["code"]) for row in rows)
        assert not missing, "a line is lost"
        return
    assert len(rows) == len(lines), f"{len(lines)} lines, {len(rows)} rows"
    for said, row in zip(fields, rows, strict=True):
        if len(said) == len(NAMES):
            check_row(said, row)


def _is_certain(said: list[str]) -> bool:
    return bool(said[SUBJECT].strip() and said[CODE].strip() and _is_day(said[TIME]))


def check_row(said: list[str], row: dict) -> None:
    """A row says what its line says; what is no number or no time is not silently nothing."""
    assert (row["subject_id"], row["code"]) == (said[SUBJECT] or None, said[CODE] or None)
    assert said[NUMBER] == "" or row["numeric_value"] is not None or row["text_value"] is not None, "a silent null"
    if _PLAIN.fullmatch(said[NUMBER], re.ASCII) and said[NUMBER].isascii():
        assert row["numeric_value"] == float(said[NUMBER])
    assert said[TEXT] == "" or row["text_value"] is not None
    if _is_day(said[TIME]) and (said[RECORDED] == "" or _is_day(said[RECORDED])):
        assert row["time"] == datetime.fromisoformat(said[TIME]), "a time is lost"
    if said[RECORDED].strip() and row["recorded_time"] is None:
        assert row["time"] is None, "when it became known was guessed"


def _is_day(word: str) -> bool:
    try:
        return bool(_DATE.fullmatch(word) and word.isascii() and abs(datetime.fromisoformat(word).year - 1970) < 900)
    except ValueError:
        return False


def broken(chance: random.Random) -> bytes:
    """Lines of odd words, sometimes with odd bytes."""
    lines = []
    for _ in range(chance.randint(0, 8)):
        words = [chance.choice(kinds if chance.random() < 0.4 else kinds[:2]) for kinds in WORDS]
        line = GOOD if chance.random() < 0.2 else words[: chance.choice((7, 7, 7, 7, 3, 6))]
        lines.append(chance.choice(LINES) if chance.random() < 0.2 else chance.choice(",,,;\t").join(line))
    content = bytearray(chance.choice(("\n", "\r\n", "\r")).join(lines).encode())
    while chance.random() < 0.4:
        at = chance.randrange(len(content) + 1)
        content[at : at + chance.choice((0, 0, 1, 9))] = chance.choice(_ODD)
    if chance.random() < 0.1:
        content[:0] = ",".join(NAMES).encode() + b"\n"
    return bytes(content)


def fuzz_with_atheris() -> None:
    """Let coverage guide the breaking; it ends the process itself."""
    corpus = Path(tempfile.mkdtemp(prefix="fuzz_csv"))
    for seed in range(200):
        (corpus / str(seed)).write_bytes(broken(random.Random(seed)))
    limits = [f"-max_total_time={SECONDS}", "-max_len=2048", "-timeout=20", f"-artifact_prefix={corpus}/"]
    atheris.Setup([sys.argv[0], *limits, str(corpus)], check)
    atheris.Fuzz()


def main() -> None:
    """Run for `SECONDS`."""
    check(b"")  # knowledge is loaded once, which takes its time
    if atheris is not None:
        fuzz_with_atheris()
        return
    end, rounds = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        junk = broken(random.Random(rounds))
        try:
            check(junk)
        except BaseException:
            sys.stderr.write(f"seed {rounds}: {junk!r}\n")
            raise
        rounds += 1
    sys.stdout.write(f"{rounds:,} files in {SECONDS} s, nothing found\n")


if __name__ == "__main__":
    main()
