"""FHIR: whatever stands between good pieces, none is lost and none is changed; and fhir.resources reads the same."""

import json
import random
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ingest import fhir_maker as make
from tests.ingest.fuzz_fhir import SEEDS, broken, check

from leukon.ingest.fhir import read_fhir

GOOD = {
    "count": (make.observation(referenceRange=make.limits(), issued="2024-03-04T11:00:00Z"), 1),
    "parts": (make.observation("57021-8", valueQuantity=None, component=[make.component("770-8", 20), make.component("736-9", 40)]), 2),
    "word": (make.observation(valueQuantity=None, valueString="<0.1"), 1),
    "dose": (make.given(), 1),
    "order": (make.ordered(), 1),
    "report": (make.report(contained=[make.observation(), make.observation(id="r2")]), 2),
    "patient": ({"resourceType": "Patient", "id": "7"}, 1),
    "bundle": (make.bundle(make.observation(), make.given()), 2),
}  # fmt: skip
BAD = [
    b"{",
    b"}",
    b"null",
    b"\xff\xfe",
    b'{"resourceType":',
    b'{"id":"1","id":"2"}',
    b'{"resourceType":"Observation"}}',
]


def content_of(table):
    return [{name: value for name, value in row.items() if name != "place"} for row in table.to_pylist()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fhir")


@pytest.fixture(scope="module")
def alone(folder):
    """What each good piece gives where it stands alone."""
    return {
        name: content_of(read_fhir(make.write_lines(folder / "alone.ndjson", line))) for name, (line, _) in GOOD.items()
    }


@settings(max_examples=150, deadline=None)
@given(
    pieces=st.lists(
        st.one_of(st.sampled_from(sorted(GOOD)), st.sampled_from(BAD), st.binary(min_size=1, max_size=60)), max_size=8
    )
)
def test_pieces_in_are_rows_out_and_good_ones_are_unchanged(pieces, folder, alone):
    pieces = [each if isinstance(each, str) else _in_one_line(each) for each in pieces]
    lines = [GOOD[each][0] if isinstance(each, str) else each for each in pieces]
    table = read_fhir(make.write_lines(folder / "mixed.ndjson", GOOD["count"][0], *lines))
    rows = content_of(table.filter([place.split()[0] != "mixed.ndjson:1" for place in table["place"].to_pylist()]))
    for piece in pieces:
        wanted = len(alone[piece]) if isinstance(piece, str) else 1
        now, rows = rows[:wanted], rows[wanted:]
        assert now == alone[piece] if isinstance(piece, str) else now[0]["code"].startswith("UNREADABLE//")
    assert rows == []


def _in_one_line(piece):
    """A line that is not blank: a blank one, with a byte order mark too, is no piece."""
    line = piece.translate(None, b"\r\n").strip(b" \t")
    return line if line.replace(b"\xef\xbb\xbf", b"").strip(b" \t") else b"x"


def test_each_good_piece_gives_as_many_rows_as_values(alone):
    assert {name: len(rows) for name, rows in alone.items()} == {name: count for name, (_, count) in GOOD.items()}


@pytest.mark.parametrize("seed", range(100))
def test_what_the_fuzzer_breaks_costs_nothing_else(seed):
    check(broken(random.Random(seed)))


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_a_field_of_any_wrong_type_costs_nothing_else(seed):
    for name in SEEDS[seed]:
        for odd in (None, 5, True, "x", [], {}, [5], {"a": 1}, [[]], [{}]):
            if name != "resourceType":
                check(make.compact(SEEDS[seed] | {name: odd}).encode())


# ---- beside the library --------------------------------------------------------------------------------------------

NUMBERS = st.decimals(min_value=0, max_value=10_000, allow_nan=False, places=4).map(lambda each: each.normalize())


@settings(max_examples=100, deadline=None)
@given(
    number=NUMBERS,
    low=NUMBERS,
    high=NUMBERS,
    comparator=st.sampled_from([None, "<", "<=", ">=", ">"]),
    status=st.sampled_from(["final", "preliminary", "amended", "corrected", "cancelled", "entered-in-error", "registered"]),
    subject=st.from_regex(r"[A-Za-z0-9\-.]{1,20}", fullmatch=True),
    time=st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2100, 1, 1)),
    parts=st.lists(NUMBERS, max_size=3),
)  # fmt: skip
def test_fhir_resources_reads_the_same(number, low, high, comparator, status, subject, time, parts, folder):
    observation = pytest.importorskip("fhir.resources.R4B.observation").Observation
    time = time.replace(microsecond=0)
    said = make.observation(
        status=status,
        subject={"reference": f"Patient/{subject}"},
        effectiveDateTime=f"{time.isoformat()}+02:00",
        valueQuantity=make.without_nothing(make.quantity("@0", comparator=comparator)),
        referenceRange=[{"low": make.quantity("@1"), "high": make.quantity("@2")}],
        component=[make.component(f"770-{at}", f"@{at + 3}") for at in range(len(parts))] or None,
    )
    line = make.compact(said)
    for at, value in enumerate([number, low, high, *parts]):
        line = line.replace(f'"@{at}"', f"{value:f}")
    theirs = observation.model_validate_json(line)
    rows = read_fhir(make.write_lines(folder / "oracle.ndjson", line)).to_pylist()
    quantities = [theirs.valueQuantity, *(part.valueQuantity for part in theirs.component or ())]
    assert [Decimal(row["text_value"]) for row in rows] == [each.value for each in quantities]
    assert [row["numeric_value"] for row in rows] == [float(each.value) for each in quantities]
    assert [row["comparator"] for row in rows] == [each.comparator for each in quantities]
    assert [row["unit"] for row in rows] == [each.code for each in quantities]
    (limits,) = theirs.referenceRange
    assert (rows[0]["lln"], rows[0]["uln"]) == (float(limits.low.value), float(limits.high.value))
    for row in rows:
        assert row["subject_id"] == theirs.subject.reference.removeprefix("Patient/")
        assert row["time"] == theirs.effectiveDateTime.replace(tzinfo=None)
        assert row["status"] == theirs.status


def test_what_the_maker_invents_is_valid_fhir():
    resources = pytest.importorskip("fhir.resources.R4B")
    for seed in SEEDS:
        resources.get_fhir_model_class(seed["resourceType"]).model_validate(json.loads(make.compact(seed)))
