"""`python -m bench.ingest_hl7v2`: our reader of HL7 v2 beside the package `hl7`, on the same messages in one run.

First that both give the same subject, time, code, text, unit and status for every OBX. Then the medians of turns; and
the peak memory of our reader alone, on a file of many more messages.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import hl7
import numpy as np

from leukon.ingest.hl7v2 import read_hl7v2, stream_hl7v2

ANALYTES = (
    ("6690-2^Leukocytes^LN", "10*3/uL^thousand per microliter^UCUM", "4.3-10.8"),
    ("751-8^Neutrophils^LN", r"10\S\9/L", "2.0-7.5"),
    ("731-0^Lymphocytes^LN", "10*9/L", "1.0-4.8"),
    ("718-7^Hemoglobin^LN", "g/dL", "13-18"),
    ("777-3^Platelets^LN", "10*9/L", "150 to 350"),
    ("770-8^Neutrophils/100 leukocytes^LN", "%", ""),
)
DOCTOR = "57422^Roe^Ray^^^^^^NIST-AA-1^L^^^NPI"
PLACE = "Century Hospital^^^^^NIST-AA-1^XX^^^987|2070 Test Park^^Springfield^CA^90067^^B"
COLUMNS = ("subject_id", "time", "code", "text_value", "unit", "status")


def write_messages(path: Path, count: int, *, bare: bool = False) -> None:
    """Messages of 6 results each, of invented patients, laid out as in the example message of NIST; or bare."""
    rng = np.random.default_rng(0)
    doctor, place = ("", "") if bare else (DOCTOR, PLACE)
    with path.open("w", newline="") as file:
        for number in range(count):
            when = f"{datetime(2020, 1, 1) + timedelta(minutes=int(rng.integers(2_000_000))):%Y%m%d%H%M%S}"
            values = np.round(rng.lognormal(1.0, 0.8, len(ANALYTES)), 2)
            file.write(rf"MSH|^~\&|LAB|HOSPITAL|LEUKON|CLINIC|{when}||ORU^R01^ORU_R01|M{number}|P|2.5.1|||AL|NE" + "\r")
            file.write(f"PID|1||{number % 997}^^^HOSPITAL^MR||Doe^Jo||19800101|F||2106-3^White^HL70005\r")
            file.write(f"ORC|RE|P{number}^EHR|F{number}^LAB|G{number}^EHR||||||||{doctor}\r")
            panel = "58410-2^CBC panel in Blood by Automated count^LN^4456544^CBC^99LAB"
            file.write(f"OBR|1|P{number}^EHR|F{number}^LAB|{panel}|||{when}|||||||||{doctor}||||||{when}|||F\r")
            for at, ((code, unit, limits), value) in enumerate(zip(ANALYTES, values, strict=True), 1):
                file.write(
                    f"OBX|{at}|NM|{code}||{value}|{unit}|{limits}|N|||F|||{when}|||||{when}||||{place}|{doctor}\r"
                )
            file.write(f"SPM|1|||119297000^BLD^SCT^^^^^^Blood|||||||||||||{when}\r")


def read_with_hl7(path: Path) -> list[tuple]:
    """The same columns by the package `hl7`: parsed message by message, fields taken by their numbers."""
    found = []
    for text in path.read_bytes().decode().split("MSH|")[1:]:
        message = hl7.parse("MSH|" + text)
        subject = str(message.segment("PID")[3][0][0])
        for row in message.segments("OBX"):
            code, unit = row[3][0], row[6][0]
            found.append(
                (
                    subject,
                    datetime.strptime(str(row[14]), "%Y%m%d%H%M%S"),
                    f"LOINC//{code[0]}",
                    str(row[5]),
                    message.unescape(str(unit if isinstance(unit, str) else unit[0])),
                    {"F": "final"}[str(row[11])],
                )
            )
    return found


def peak_memory(count: int) -> str:
    """Peak memory of our reader in a process of its own, in MB."""
    command = [sys.executable, "-m", "bench.ingest_hl7v2", "--alone", str(count)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def alone(count: int) -> None:
    """Stream a file and print the peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed.hl7"
        write_messages(path, count)
        rows = sum(batch.num_rows for batch in stream_hl7v2(path))
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(f"{rows:,} rows: {int(peak.split()[1]) / 1e3:.0f} MB")


def compare(messages: int, repeats: int, *, bare: bool) -> None:
    """Both readers in turn on one file; processor time, so that others on the machine do not count."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed.hl7"
        write_messages(path, messages, bare=bare)
        ours = [tuple(row[name] for name in COLUMNS) for row in read_hl7v2(path).to_pylist()]
        assert ours == read_with_hl7(path), "the two readers do not agree"
        seconds = {"leukon": [], "hl7": []}
        for _ in range(repeats):
            for name, read in (("leukon", read_hl7v2), ("hl7", read_with_hl7)):
                start = time.process_time()
                read(path)
                seconds[name].append(time.process_time() - start)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    layout = "no names or places" if bare else "all fields of the NIST message"
    print(f"{messages:,} messages ({layout}), {len(ours):,} results; both gave the same {', '.join(COLUMNS)}")
    for name, median in medians.items():
        print(f"{name:8} {median:8.3f} s  {len(ours) / median:10,.0f} results/s  {median / medians['leukon']:6.1f}")


def main() -> None:
    """Compare, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--alone", type=int, help="stream a file of so many messages once, and print the peak memory")
    options = parser.parse_args()
    if options.alone:
        alone(options.alone)
        return
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()},", end=" ")
    print(", ".join(f"{name} {version(name)}" for name in ("leukon", "hl7", "pyarrow")))
    for bare in (False, True):
        compare(options.messages, options.repeats, bare=bare)
    print("peak memory:", ", ".join(peak_memory(count) for count in (20_000, 100_000)))


if __name__ == "__main__":
    main()
