"""Reviews for the tests of the report, with findings written by hand: what is tested is words, not judgement."""

from datetime import datetime

import pyarrow as pa
from tests.tables import day, events

import leukon
from leukon.ingest.examples import load_example

FINDINGS = pa.schema(
    {
        "subject_id": pa.int64(),
        "episode": pa.int64(),
        "finding": pa.string(),
        "urgency": pa.string(),
        "since_time": pa.timestamp("us"),
        "comparator": pa.string(),
        "value": pa.float64(),
        "unit": pa.string(),
        "value_time": pa.timestamp("us"),
        "fever": pa.string(),
        "preliminary": pa.bool_(),
        "next_steps": pa.string(),
        "about": pa.string(),
    }
)
CELLS = "10^9/L"


def finding(kind, urgency, *, since, value=None, at=None, unit=CELLS, about=None, subject=1, fever="unknown", **more):
    """One row of findings; days count from the invented day 0."""
    row = {
        "subject_id": subject,
        "episode": None,
        "finding": kind,
        "urgency": urgency,
        "since_time": since if isinstance(since, datetime) else day(since),
        "comparator": None,
        "value": value,
        "unit": unit if value is not None else None,
        "value_time": None if at is None else day(at),
        "fever": fever,
        "preliminary": False,
        "next_steps": None,
        "about": about,
    }
    return row | more


def judged(review, findings):
    """The review, with these rows in the place of its findings."""
    table = pa.Table.from_pylist(findings, FINDINGS)
    review.__dict__["about"] = table["about"].combine_chunks()
    review.__dict__["findings"] = table.set_column(
        0, "subject_id", table["subject_id"].cast(review.subjects["subject_id"].type)
    )
    return review


def index_case(until):
    """The index case as of a day of its calendar: 70 is the day of the nadir, 140 after the recovery."""
    rows, example = load_example("index-case")
    return leukon.review(rows, example.protocol, as_of=day(until).date())


def emergency():
    """Neutrophils below 0.1 with fever, few platelets from a preliminary result, a thyroid out of its range."""
    table = events("""
    day  code          numeric_value text_value unit    status      lln
    -1   anc           4.1           -          10*9/L  -           -
    -1   platelets     250           -          10*9/L  -           -
    0    alemtuzumab   12            -          mg      -           -
    20   anc           2.2           -          10*9/L  -           2.0
    20   tsh           0.01          -          mU/L    -           0.4
    33   anc           0.7           -          10*9/L  -           2.0
    36   anc           -             <0.1       10*9/L  -           2.0
    36   temperature   38.9          -          Cel     -           -
    36   platelets     40            -          10*9/L  preliminary -
    36   wbc           0.4           -          furlong -           -
    """)
    return leukon.review(table, "alemtuzumab-ms", as_of=day(36).date())


STORIES = {
    1: ((30, "anc", 2.0), (58, "anc", 0.15)),
    2: ((30, "anc", 2.0), (58, "anc", 0.45)),
    3: ((30, "anc", 2.0), (58, "anc", 0.8), (59, "temperature", 36.6)),
    4: ((30, "anc", 2.0), (58, "anc", 1.2)),
    5: ((30, "anc", 2.0), (50, "anc", 0.9), (58, "anc", 1.9)),
    6: ((-1, "anc", 4.0), (2, "anc", 3.0)),
    7: ((30, "anc", 2.0), (58, "platelets", 70)),
    8: ((30, "anc", 2.0), (40, "wbc", 5.0), (58, "anc", 2.1), (58, "wbc", 55.0)),
    9: ((45, "anc", 2.4), (60, "anc", 2.5)),
    10: ((30, "anc", 2.0), (58, "anc", 2.1), (58, "hemoglobin", 95), (30, "hemoglobin", 130)),
    11: (),
    12: ((15, "anc", 3.0), (30, "anc", 3.1), (45, "anc", 3.2), (60, "anc", 3.3)),
}
_UNIT = {"temperature": "Cel", "hemoglobin": "g/L"}


def group(people=12):
    """So many people on day 60: the twelve stories in turn."""
    lines = ["subject_id day code numeric_value unit"]
    for subject in range(1, people + 1):
        lines.append(f"{subject} 0 alemtuzumab 12 mg")
        story = STORIES[(subject - 1) % len(STORIES) + 1]
        lines += [f"{subject} {at} {code} {value} {_UNIT.get(code, '10*9/L')}" for at, code, value in story]
    return leukon.review(events("\n".join(lines)), "alemtuzumab-ms", as_of=day(60).date())
