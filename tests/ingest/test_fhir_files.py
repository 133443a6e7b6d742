"""FHIR files: lines and documents, folders, and everything that can be broken in them."""

import json
from pathlib import Path

import pytest
from tests.ingest import fhir_maker as make
from tests.tables import expect

import leukon
from leukon.errors import UnknownTime, UnreadableFile
from leukon.ingest import fhir_files
from leukon.ingest.fhir import is_fhir, read_fhir, stream_fhir
from leukon.ingest.gathered import SCHEMA

HL7 = Path(__file__).parents[3] / "shared/data/hl7-fhir-r4-bundle-101.json"
GOOD = make.observation()
BOM = b"\xef\xbb\xbf"


@pytest.mark.skipif(not HL7.exists(), reason="the real data do not lie beside this repository")
def test_the_bundle_of_hl7_gives_its_neutropenia():
    assert is_fhir(HL7)
    review = leukon.review(read_fhir(HL7), "alemtuzumab-ms", as_of="2011-03-05")
    expect(
        review.results,
        """
        subject_id time                analyte     value lln uln grade_v5 grade_v6
        pat2       2011-03-04T08:30:00 anc         0.9   2   7.5 3        2
        pat2       2011-03-04T08:30:00 hemoglobin  176   135 180 0        0
        pat2       2011-03-04T08:30:00 lymphocytes 0.9   1.1 4   1        -
        pat2       2011-03-04T08:30:00 platelets   444   150 450 0        0
        pat2       2011-03-04T08:30:00 wbc         4.6   4   11  0        0
        """,
    )
    assert sum(review.account["rows"].to_pylist()) == 17


# ---- one bad piece ------------------------------------------------------------------------------------------------

BROKEN = [
    ("cut short", make.compact(GOOD)[:-30].encode(), "json"),
    ("cut to a brace", b"{", "json"),
    ("two on one line", (make.compact(GOOD) * 2).encode(), "json"),
    ("not JSON", b"resourceType=Observation", "json"),
    ("NaN as a number", make.compact(GOOD).replace("0.9", "NaN").encode(), "json"),
    ("a comma too many", make.compact(GOOD).replace("}}", "},}").encode(), "json"),
    ("letters of another encoding", make.compact(GOOD | {"id": "ä"}).encode("cp1252"), None),
    ("no object", b"[1]", "object"),
    ("a word", b'"Observation"', "object"),
    ("no resource", b'{"id":"r1"}', "resource"),
    ("a resource of a wrong type", b'{"resourceType":5}', "resource"),
    (
        "a subject said twice",
        (make.compact(GOOD)[:-1] + ',"subject":{"reference":"Patient/8"}}').encode(),
        "doubled_key",
    ),
    ("a status said twice", make.compact(GOOD).replace("{", '{"status":"cancelled",', 1).encode(), "doubled_key"),
    (
        "a key said twice, with spaces",
        json.dumps(GOOD).replace("{", '{"status": "cancelled", ', 1).encode(),
        "doubled_key",
    ),
    ("nested deeply", b'{"resourceType":"Observation","note":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nesting"),
    ("nested deeply without an end", b'{"resourceType":"Observation","note":' + b'{"a":' * 100_000, "nesting"),
]


@pytest.mark.parametrize(("name", "line", "what"), BROKEN, ids=[case[0] for case in BROKEN])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_broken_line_costs_only_itself(name, line, what, place, tmp_path):
    lines: list = [GOOD, GOOD]
    lines.insert(place, line)
    path = make.write_lines(tmp_path / "x.ndjson", *lines)
    if what is None:
        assert read_fhir(path)["numeric_value"].to_pylist() == [0.9] * 3
        return
    rows = read_fhir(path).select(["code", "place"]).to_pylist()
    assert rows == [
        {"code": f"UNREADABLE//{what}" if at == place else "LOINC//751-8", "place": f"x.ndjson:{at + 1}"}
        for at in range(3)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", "\n  \t\n", " \r\n"])
@pytest.mark.parametrize("start", [b"", BOM, b"\n\n", BOM + b"\r\n"])
def test_line_ends_blank_lines_and_marks_are_no_pieces(end, start, tmp_path):
    table = read_fhir(make.write_lines(tmp_path / "x.ndjson", GOOD, GOOD, end=end, start=start))
    assert table["code"].to_pylist() == ["LOINC//751-8"] * 2
    first = 1 + start.count(b"\n")
    assert table["place"].to_pylist()[0] == f"x.ndjson:{first}"


def test_the_last_line_needs_no_end(tmp_path):
    path = tmp_path / "x.ndjson"
    path.write_text(f"{make.compact(GOOD)}\n{make.compact(GOOD)}")
    assert read_fhir(path).num_rows == 2


def test_a_line_too_long_for_memory_is_passed_over_and_said(tmp_path, monkeypatch):
    long = make.observation(note=[{"text": "x" * 5000}])
    path = make.write_lines(tmp_path / "x.ndjson", GOOD, long, GOOD)
    assert read_fhir(path)["numeric_value"].to_pylist() == [0.9] * 3
    monkeypatch.setattr(fhir_files, "LONGEST", 2000)
    expect(
        read_fhir(path), "code place\nLOINC//751-8 x.ndjson:1\nUNREADABLE//too_long x.ndjson:2\nLOINC//751-8 x.ndjson:3"
    )


def test_large_files_come_in_batches(tmp_path, monkeypatch):
    monkeypatch.setattr("leukon.ingest.gathered.BATCH", 10)
    batches = list(stream_fhir(make.write_lines(tmp_path / "x.ndjson", *[GOOD] * 25)))
    assert [batch.num_rows for batch in batches] == [10, 10, 5]
    assert {batch.schema for batch in batches} == {SCHEMA}
    big = make.write_document(tmp_path / "x.json", make.bundle(*[GOOD] * 25))
    assert [batch.num_rows for batch in stream_fhir(big)] == [10, 10, 5]


# ---- documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 0, 1, 2, 4])
@pytest.mark.parametrize("name", ["x.json", "x.ndjson", "x.jsonl"])
def test_a_bundle_is_read_however_it_is_laid_out(indent, name, tmp_path):
    path = make.write_document(tmp_path / name, make.bundle(GOOD, make.given()), indent)
    where = f"{name}:1" if indent is None else name
    assert is_fhir(path)
    expect(read_fhir(path), f"code place\nLOINC//751-8 {where}~entry~1\nRxNorm//117055 {where}~entry~2")


def test_one_resource_alone_is_read(tmp_path):
    path = make.write_document(tmp_path / "x.json", GOOD)
    path.write_bytes(BOM + path.read_bytes())
    expect(read_fhir(path), "code numeric_value place\nLOINC//751-8 0.9 x.json")


def test_lines_that_begin_broken_are_still_lines(tmp_path):
    path = make.write_lines(tmp_path / "x.json", "{", b'{"resourceType":"Obs', GOOD)
    expect(read_fhir(path), "code\nUNREADABLE//json\nUNREADABLE//json\nLOINC//751-8")


def test_a_broken_entry_costs_only_itself(tmp_path):
    said = make.bundle(GOOD, {"resourceType": 5}, GOOD)
    said["entry"] += [None, 5, {"fullUrl": "urn:uuid:9"}, {"resource": None}, {"resource": [1]}]
    said["entry"].append({"request": {"method": "DELETE", "url": "Observation/r1"}})
    for indent in (None, 2):
        table = read_fhir(make.write_document(tmp_path / "x.json", said, indent))
        assert sorted(table["code"].to_pylist()) == [
            "LOINC//751-8", "LOINC//751-8", "UNREADABLE//deleted",
            "UNREADABLE//object", "UNREADABLE//object", "UNREADABLE//object", "UNREADABLE//resource",
        ]  # fmt: skip


@pytest.mark.parametrize("entry", [5, {}, "x", {"resource": GOOD}])
def test_entries_that_are_no_list_are_said_to_be_unreadable(entry, tmp_path):
    line = {"resourceType": "Bundle", "entry": entry}
    assert read_fhir(make.write_lines(tmp_path / "x.ndjson", line)).num_rows == (0 if entry == {} else 1)


def test_bundles_in_bundles_are_read_as_far_as_they_are_meant(tmp_path):
    document = make.bundle(make.bundle(GOOD), GOOD)
    table = read_fhir(make.write_lines(tmp_path / "x.ndjson", document))
    assert table["place"].to_pylist() == ["x.ndjson:1 entry 1 entry 1", "x.ndjson:1 entry 2"]
    for _ in range(40):
        document = make.bundle(document)
    expect(read_fhir(make.write_lines(tmp_path / "x.ndjson", document)), "code\nUNREADABLE//bundle")


def test_what_only_explains_others_is_no_row_and_what_is_not_read_is_counted(tmp_path):
    kinds = ["Organization", "Specimen", "Medication", "Condition", "Encounter"]
    table = read_fhir(make.write_lines(tmp_path / "x.ndjson", *({"resourceType": kind} for kind in kinds)))
    expect(table, "code place\nFHIR//Condition x.ndjson:4\nFHIR//Encounter x.ndjson:5")


# ---- folders and wrong files --------------------------------------------------------------------------------------


def test_a_folder_of_bulk_export_is_read_file_by_file_and_drugs_are_found_in_any_of_them(tmp_path):
    named = make.given(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m1"})
    drug = {"resourceType": "Medication", "id": "m1", "code": make.concept("117055", make.RXNORM)}
    make.write_lines(tmp_path / "z_Medication.ndjson", "broken", b'{"a":"Medication"', drug)
    make.write_lines(tmp_path / "MedicationAdministration.ndjson", named)
    make.write_lines(tmp_path / "Observation.ndjson", GOOD)
    (tmp_path / "manifest.json").write_text('{"output": []}')
    (tmp_path / "empty.ndjson").write_text("")
    (tmp_path / "notes.txt").write_text("hello")
    assert is_fhir(tmp_path)
    expect(
        read_fhir(tmp_path),
        """
        code             place
        RxNorm//117055   MedicationAdministration.ndjson:1
        LOINC//751-8     Observation.ndjson:1
        UNREADABLE//json z_Medication.ndjson:1
        UNREADABLE//json z_Medication.ndjson:2
        """,
    )


def test_a_folder_of_bundles_is_read(tmp_path):
    for name in ("b", "a"):
        make.write_document(tmp_path / f"{name}.json", make.bundle(GOOD))
    (tmp_path / "c.json").write_text('{"resourceType":\n"Bundle",\n')
    expect(
        read_fhir(tmp_path),
        "code place\nLOINC//751-8 a.json~entry~1\nLOINC//751-8 b.json~entry~1\nUNREADABLE//json c.json",
    )


WRONG = {
    "nothing": b"",
    "blank": b" \n\n",
    "FHIR in XML": b'<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"/>',
    "other JSON": b'{"a": 1}\n{"a": 2}\n',
    "a list": b'[{"resourceType":"Observation"}]',
    "CSV": b"subject_id,time\n1,2024-01-01\n",
    "UTF-16": '{"resourceType":"Observation"}'.encode("utf-16"),
    "a bundle cut short": json.dumps(make.bundle(GOOD), indent=2)[:-40].encode(),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_no_fhir_is_refused_with_the_reason(name, tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(WRONG[name])
    with pytest.raises(UnreadableFile, match=r"cannot be read\. Why: .* Fix: ") as refusal:
        read_fhir(path)
    assert "Patient" not in str(refusal.value)
    assert is_fhir(path) == (name == "a bundle cut short")


def test_what_is_not_there_is_refused_and_never_raises_when_only_looked_at(tmp_path):
    for path in (tmp_path / "missing.ndjson", tmp_path):
        assert not is_fhir(path)
        with pytest.raises(UnreadableFile):
            read_fhir(path)


def test_a_zone_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(UnknownTime):
        read_fhir(make.write_lines(tmp_path / "x.ndjson", GOOD), "Mars/Base")
