"""Fuzz the FHIR reader: `python -m tests.ingest.fuzz_fhir 600` for ten minutes.

With atheris where it is installed (`pip install atheris` beside what the project needs, in an environment of its own:
the project does not depend on it); else by chance.

A piece of FHIR broken at random stands between two good lines. Whatever it is: nothing is raised, the good lines come
out as ever, and each line is a row (or is no row of its own: a Medication, an empty bundle).
"""

import contextlib
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from types import FunctionType

from tests.ingest import fhir_maker as make

from leukon.errors import UnreadableFile
from leukon.ingest.fhir import read_fhir
from leukon.ingest.fhir_entries import SUPPORTING

MEMORY = Path("/dev/shm")
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz", dir=MEMORY if MEMORY.is_dir() else None))
GOOD = make.observation(id="good", issued="2024-03-04T11:00:00Z")
EXPECTED: list = []
SEEDS = [
    make.observation(referenceRange=make.limits(), specimen={"reference": "Specimen/1"}),
    make.observation(component=[make.component("770-8", 20), make.component("8310-5", 37, "Cel")], valueQuantity=None),
    make.observation(valueQuantity=None, valueCodeableConcept={"text": "positive"}),
    make.observation(valueQuantity=None, dataAbsentReason=make.concept("not-performed")),
    make.observation(contained=[{"resourceType": "Patient", "id": "p", "identifier": [{"value": "9"}]}], subject={"reference": "#p"}),
    make.given(request={"reference": "MedicationRequest/o1"}),
    make.taken(),
    make.ordered(),
    make.report(contained=[make.observation()], result=[{"reference": "#r1"}]),
    make.bundle({"resourceType": "Patient", "id": "7"}, make.observation(), make.given(), _1="urn:uuid:1"),
    {"resourceType": "Medication", "id": "m", "code": make.concept("117055", make.RXNORM)},
]  # fmt: skip
ODD = [None, True, 0, -1.5, 1e308, "", "x", "<0.1", [], {}, [None], [[]], {"a": {}}, "\u0000", "2024-13-45", "9" * 400]


def check(content: bytes) -> None:
    """Read `content` between two good lines, and see that it cost neither of them anything."""
    content = b" ".join(content.replace(b"\r", b"\n").split(b"\n"))
    path = make.write_lines(FOLDER / "fuzz.ndjson", GOOD, content, GOOD)
    rows = read_fhir(path).to_pylist()
    if not EXPECTED:
        EXPECTED.append(
            {
                k: v
                for k, v in read_fhir(make.write_lines(FOLDER / "good.ndjson", GOOD)).to_pylist()[0].items()
                if k != "place"
            }
        )
    good = [
        {k: v for k, v in row.items() if k != "place"}
        for row in rows
        if row["place"].split(" ")[0] in ("fuzz.ndjson:1", "fuzz.ndjson:3")
    ]
    assert good == EXPECTED * 2, "a good line was changed"
    middle = [row for row in rows if row["place"].startswith("fuzz.ndjson:2")]
    assert len(middle) + 2 == len(rows)
    if content.strip(b" \t") and not middle:
        said = json.loads(content.decode(errors="replace"))
        kind = said["resourceType"]
        elsewhere = kind == "DiagnosticReport" and said.get("result")
        assert kind in SUPPORTING or kind == "Bundle" or elsewhere, f"a {kind} was lost"
    alone = FOLDER / "alone.json"
    alone.write_bytes(content)
    with contextlib.suppress(UnreadableFile):
        read_fhir(alone)


def broken(chance: random.Random) -> bytes:
    """A seed with a few of its nodes exchanged, or a few of its bytes."""
    tree = json.loads(json.dumps(chance.choice(SEEDS)))
    for _ in range(chance.randrange(4)):
        _exchange(tree, chance)
    content = bytearray(make.compact(tree).encode("utf-8", "surrogatepass"))
    if chance.random() < 0.3:
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(content) or 1)
            how = chance.randrange(4)
            if how == 0:
                content[at : at + 1] = bytes([chance.randrange(256)])
            elif how == 1:
                del content[at : at + chance.randrange(1, 9)]
            elif how == 2:
                content[at:at] = content[at : at + chance.randrange(1, 60)]
            else:
                content = content[:at] or bytearray(b"{")
    return bytes(content)


def _exchange(tree, chance: random.Random) -> None:
    node = tree
    while isinstance(node, dict | list) and node:
        key = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
        if not isinstance(node[key], dict | list) or not node[key] or chance.random() < 0.3:
            if key != "resourceType" or node is not tree or chance.random() < 0.1:
                node[key] = json.loads(json.dumps(chance.choice([*ODD, *SEEDS])))
            return
        node = node[key]


def fuzz_with_atheris(seconds: int) -> bool:
    """Let coverage guide the breaking, if atheris is installed; it ends the process itself."""
    try:
        import atheris
    except ImportError:
        return False
    corpus = FOLDER / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS):
        (corpus / str(number)).write_text(make.compact(seed))
    for module in [each for name, each in sys.modules.items() if name.startswith("leukon.ingest.fhir")]:
        for name, function in vars(module).items():
            if isinstance(function, FunctionType):
                setattr(module, name, atheris.instrument_func(function))
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=4096", "-len_control=0", str(corpus)], check)
    atheris.Fuzz()
    return True


def main() -> None:
    """Fuzz for so many seconds; `--plain`: without atheris, by the seeds of SEEDS."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    if "--plain" not in sys.argv and fuzz_with_atheris(seconds):
        return
    end, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        content = broken(random.Random(rounds))
        try:
            check(content)
        except Exception:
            sys.stderr.write(f"seed {rounds}: {content!r}\n")
            raise
        rounds += 1
    sys.stdout.write(f"{rounds:,} pieces in {seconds} s, nothing found\n")


if __name__ == "__main__":
    main()
