"""Fuzz the reader of HL7 v2: `python -m tests.ingest.fuzz_hl7v2 600` runs for 600 seconds.

With atheris where it is installed (`pip install atheris` beside what the project needs, in an environment of its own:
the project does not depend on it); else by chance.

Whatever the bytes: nothing raises or hangs, each clinical segment is a row or unreadable, a message after the junk is
read as if it stood alone, and a value that is handed on stands in the bytes.
"""

import sys
import tempfile
import time
from pathlib import Path

SECONDS = float(sys.argv[1]) if __name__ == "__main__" and len(sys.argv) > 1 else 600.0
try:
    import atheris
except ImportError:
    atheris = None

if atheris is not None and __name__ == "__main__":
    with atheris.instrument_imports(include=["leukon.ingest"]):
        from leukon.ingest.hl7v2 import read_hl7v2
else:
    from leukon.ingest.hl7v2 import read_hl7v2

from tests.ingest.hl7v2_maker import MSH, OBR, PID, RAS, framed, obx, result, rxa, text_of  # noqa: E402

LAST = framed(result(value="7.77")).encode()
SEEDS = [
    result(),
    framed(result(value="<0.1")),
    text_of(MSH, PID, OBR, obx("<^0.1", kind="SN"), obx("1^a^L", kind="CWE"), end="\r\n"),
    text_of(RAS, PID, "ORC|RE|P|F||IP", "TQ1|1||||||20240101", rxa(), "RXR|OP"),
    "FHS|^~\\&\rBHS|^~\\&\r" + result() + "BTS|1\rFTS|1\r",
    text_of(MSH, PID, OBR, "OBX|1|TX|x||a", "b|||N|||F", "ADD|c", obx(r"\X41\\.br\\S\ ")),
    "MSH#*!?$#LAB\rPID#1##7\rOBX#1#NM#751-8*N*LN##2.5#10?S?9/L\r",
]
_FILE = Path(tempfile.gettempdir()) / "fuzz-hl7v2.hl7"


def check(junk: bytes) -> None:
    """One input: a head, so that it is HL7 v2, the junk, and a good message."""
    _FILE.write_bytes(MSH.encode() + b"\r" + junk + LAST)
    start = time.perf_counter()
    table = read_hl7v2(_FILE)
    assert time.perf_counter() - start < 5, "it hangs"
    table.validate(full=True)
    last = [row for row in table.to_pylist() if row["code"] not in ("UNREADABLE//file", "UNREADABLE//batch")][-1]
    assert (last["subject_id"], last["numeric_value"], last["source_id"]) == ("007", 7.77, "F1"), last
    segments = sum(line[:4] == b"OBX|" for line in junk.replace(b"\n", b"\r").split(b"\r"))
    assert table.num_rows > segments or b"\x0b" in junk or b"\x1c" in junk or b"MSH" in junk or b"HS" in junk
    for row in table.to_pylist():
        assert row["place"]
        assert row["numeric_value"] is None or row["text_value"] is not None


def main() -> None:
    """Run for `SECONDS`."""
    _FILE.write_bytes(LAST)
    read_hl7v2(_FILE)  # knowledge is loaded once, which takes its time
    if atheris is not None:
        corpus = Path(tempfile.mkdtemp())
        for number, seed in enumerate(SEEDS):
            (corpus / str(number)).write_bytes(seed.encode())
        limits = [f"-max_total_time={SECONDS:.0f}", "-max_len=4096", "-timeout=20", f"-artifact_prefix={corpus}/"]
        options = [sys.argv[0], *limits, str(corpus)]
        atheris.Setup(options, check)
        atheris.Fuzz()
        return
    import random

    rng, end = random.Random(0), time.monotonic() + SECONDS
    while time.monotonic() < end:
        junk = bytearray(rng.choice(SEEDS).encode() * rng.randint(1, 3))
        for _ in range(rng.randint(1, 12)):
            at = rng.randrange(len(junk))
            junk[at : at + rng.choice((0, 1, 1, 8))] = rng.choice((b"", b"\r", b"\x0b", b"|", b"\\", b"MSH", b"\xff"))
        check(bytes(junk))


if __name__ == "__main__":
    main()
