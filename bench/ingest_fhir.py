"""FHIR NDJSON: leukon beside fhir.resources, in one run; first that both read the same. `python -m bench.ingest_fhir`.

Writes bench/results/ingest_fhir.md. Times are processor seconds, so that other work on the machine does not count.
"""

import argparse
import os
import platform
import random
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from fhir.resources.R4B.observation import Observation

from bench.peak import alone, peak_mb
from leukon.ingest.fhir import read_fhir, stream_fhir

CODES = {
    "751-8": ("Neutrophils [#/volume] in Blood by Automated count", "10*9/L", "2.0", "7.5", 2),
    "6690-2": ("Leukocytes [#/volume] in Blood by Automated count", "10*9/L", "4.0", "11.0", 2),
    "731-0": ("Lymphocytes [#/volume] in Blood by Automated count", "10*9/L", "1.1", "4.0", 2),
    "777-3": ("Platelets [#/volume] in Blood by Automated count", "10*9/L", "150", "450", 0),
    "718-7": ("Hemoglobin [Mass/volume] in Blood", "g/dL", "12.0", "16.0", 1),
}
LINE = (
    '{"resourceType":"Observation","id":"r%d","meta":{"versionId":"1","lastUpdated":"2024-01-02T10:00:00.000+00:00"},'
    '"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category",'
    '"code":"laboratory","display":"Laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"%s",'
    '"display":"%s"}]},"subject":{"reference":"Patient/%d"},"encounter":{"reference":"Encounter/%d"},'
    '"effectiveDateTime":"%sT%02d:%02d:00+01:00","issued":"%sT15:%02d:07.123+01:00","valueQuantity":{"value":%s,'
    '"unit":"%s","system":"http://unitsofmeasure.org","code":"%s"},"referenceRange":[{"low":{"value":%s,"unit":"%s"},'
    '"high":{"value":%s,"unit":"%s"}}]}\n'
)
RESULTS = Path(__file__).with_name("results")
SAMPLE = 4_000
"""Lines that fhir.resources reads in each turn."""


def write_lines(path: Path, lines: int) -> None:
    """Invented counts of many patients: five to a blood, a blood every 15 days, values as laboratories round them."""
    chance = random.Random(0)
    with path.open("w", encoding="utf-8") as file:
        for number in range(lines):
            blood, (code, (words, unit, low, high, places)) = number // 5, list(CODES.items())[number % 5]
            day = f"20{20 + blood // 24 % 6}-{1 + blood // 2 % 12:02}-{1 + blood % 2 * 15:02}"
            value = f"{chance.uniform(0.2, 2) * float(low):.{places}f}"
            times = (day, 7 + blood % 5, minute := blood * 7 % 60, day, minute)
            ranges = (value, unit, unit, low, unit, high, unit)
            file.write(LINE % (number, code, words, blood // 50, blood, *times, *ranges))


def read_with_the_library(path: Path) -> list[tuple[object, ...]]:
    """What leukon hands on, read with fhir.resources."""
    rows = []
    with path.open("rb") as file:
        for line in file:
            said = Observation.model_validate_json(line)
            quantity, limits = said.valueQuantity, said.referenceRange[0]
            rows.append(
                (
                    said.subject.reference.rpartition("/")[2],
                    said.effectiveDateTime.replace(tzinfo=None),
                    f"LOINC//{said.code.coding[0].code}",
                    float(quantity.value),
                    quantity.code,
                    quantity.comparator,
                    float(limits.low.value),
                    float(limits.high.value),
                    said.status,
                    said.issued.replace(tzinfo=None),
                    f"Observation/{said.id}",
                )
            )
    return rows


def assert_equal(path: Path) -> None:
    """Raise unless both say the same of every line; the text `161.20` only leukon keeps, fhir.resources drops the 0."""
    table = read_fhir(path).drop_columns(["text_value", "place"])
    ours = [tuple(row.values()) for row in table.to_pylist()]
    for number, (left, right) in enumerate(zip(ours, read_with_the_library(path), strict=True), 1):
        assert left == right, f"line {number}: {left} is not {right}"


def seconds(function, *arguments) -> float:
    """Processor time of one call."""
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def peak_memory(path: Path) -> int:
    """Megabytes that streaming a file takes at most, in a process of its own."""
    return int(alone("bench.ingest_fhir", "--stream", path))


def compare(lines: int, repeats: int) -> list[str]:
    """Lines of the report."""
    with tempfile.TemporaryDirectory() as folder:
        sample, many, more = (Path(folder) / f"{name}.ndjson" for name in ("sample", "many", "more"))
        for path, count in ((sample, SAMPLE), (many, lines), (more, lines * 5)):
            write_lines(path, count)
        assert_equal(sample)
        size = many.stat().st_size / lines
        turns = [
            (seconds(read_fhir, many) / lines, seconds(read_with_the_library, sample) / SAMPLE) for _ in range(repeats)
        ]
        ours, theirs = (statistics.median(column) for column in zip(*turns, strict=True))
        memory = [peak_memory(path) for path in (sample, many, more)]
    return [
        "# FHIR R4 NDJSON: Observations",
        "",
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}; invented data.",
        f"msgspec {version('msgspec')}, fhir.resources {version('fhir.resources')}; {size:.0f} bytes a line.",
        "",
        f"Medians of {repeats} turns, one processor's seconds; first, both read {SAMPLE:,} lines into equal rows.",
        "",
        "| | Observations a second | |",
        "| --- | --- | --- |",
        f"| leukon, {lines:,} lines to a table of events | {1 / ours:,.0f} | {theirs / ours:.1f} times |",
        f"| fhir.resources (R4B), {SAMPLE:,} lines to rows | {1 / theirs:,.0f} | 1 |",
        "",
        "Peak memory of streaming: "
        + ", ".join(
            f"{mb:,} MB for {count:,} lines" for count, mb in zip((SAMPLE, lines, 5 * lines), memory, strict=True)
        )
        + ".",
    ]


def main() -> None:
    """Compare, print and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--stream", type=Path, help="stream this file and print the peak memory in MB")
    options = parser.parse_args()
    if options.stream:
        for _ in stream_fhir(options.stream):
            pass
        print(round(peak_mb()))
        return
    report = compare(options.lines, options.repeats)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "ingest_fhir.md").write_text("\n".join(report) + "\n", encoding="utf-8")
    print("\n".join(report))


if __name__ == "__main__":
    main()
