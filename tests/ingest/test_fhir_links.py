"""Whose a FHIR row is, and what results take from the report they came in."""

import pytest
from tests.ingest import fhir_maker as make
from tests.tables import expect

import leukon
from leukon.ingest.fhir import read_fhir

SERVER = "https://one.example/fhir"
PERSON = {"resourceType": "Patient", "id": "7", "identifier": [{"value": "MRN-7"}], "name": [{"family": "Nobody"}]}
NAMELESS = {
    "resourceType": "Patient",
    "identifier": [{"system": "x"}, {"value": "MRN-7"}],
    "name": [{"family": "Nobody"}],
}


def read(folder, *lines):
    return read_fhir(make.write_lines(folder / "labs.ndjson", *lines))


SUBJECTS = [
    ({"reference": "Patient/7"}, "7"),
    ({"reference": "Patient/a.b-C9"}, "a.b-C9"),
    ({"reference": "Patient/7/_history/2"}, "7"),
    ({"reference": f"{SERVER}/Patient/7"}, "7"),
    ({"reference": f"{SERVER}/Patient/7/_history/1"}, "7"),
    ({"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}, "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"),
    ({"identifier": {"value": "MRN-7"}}, "MRN-7"),
    ({"identifier": {"value": "MRN-7"}, "display": "Nobody"}, "MRN-7"),
    ({"display": "Nobody"}, "-"),
    ({"reference": "Group/7"}, "-"),
    ({"reference": f"{SERVER}/Device/7"}, "-"),
    ({"reference": "7"}, "-"),
    ({"reference": "Patient/"}, "-"),
    ({"reference": "#p"}, "-"),
    ({"reference": ""}, "-"),
    ({"reference": 7}, "-"),
    ("Patient/7", "-"),
    ({}, "-"),
    (None, "-"),
]


@pytest.mark.parametrize(("subject", "expected"), SUBJECTS)
def test_a_person_is_known_by_id_and_never_by_name(subject, expected, tmp_path):
    table = read(tmp_path, make.observation() | {"subject": subject})
    expect(table, f"subject_id\n{expected}")
    unused = leukon.review(table, "alemtuzumab-ms", as_of="2030-01-01").unused["reason"].to_pylist()
    assert unused == (["no_subject"] if expected == "-" else [])


@pytest.mark.parametrize(
    ("person", "expected"), [(PERSON, "7"), (NAMELESS, "MRN-7"), ({"resourceType": "Patient"}, "1")]
)
def test_inside_a_bundle_a_uuid_stands_for_the_person_of_its_entry(person, expected, tmp_path):
    line = make.observation(subject={"reference": "urn:uuid:1"})
    for number, pair in enumerate([(line, person), (person, line)]):
        address = {f"_{2 - number}": "urn:uuid:1"}
        table = read(tmp_path, make.bundle(*pair, **address))
        assert table["subject_id"].to_pylist() == [expected] * 2


def test_what_a_bundle_means_by_an_address_ends_with_the_bundle(tmp_path):
    line = make.observation(subject={"reference": "urn:uuid:1"})
    one, two = (make.bundle(PERSON | {"id": name}, line, _1="urn:uuid:1") for name in "ab")
    table = read(tmp_path, one, two, line)
    assert table["subject_id"].to_pylist() == ["a", "a", "b", "b", "1"]


def test_a_person_inside_a_resource_is_known_by_identifier_only(tmp_path):
    for person, expected in ((PERSON, "MRN-7"), ({"resourceType": "Patient", "id": "7"}, "-")):
        line = make.observation(subject={"reference": "#7"}, contained=[person])
        expect(read(tmp_path, line), f"subject_id\n{expected}")


def test_equal_ids_of_two_servers_are_two_people(tmp_path):
    references = [
        f"{SERVER}/Patient/7",
        "https://two.example/fhir/Patient/7",
        "Patient/7",
        "http://ONE.example/fhir/Patient/7",
    ]
    table = read(tmp_path, *(make.observation(subject={"reference": each}) for each in references))
    assert table["subject_id"].to_pylist() == ["7", "two.example/fhir/7", "7", "7"]


def test_equal_ids_in_bundles_of_two_servers_are_two_people(tmp_path):
    line, other = make.observation(), "https://two.example/fhir/Observation/r1"
    one, two = make.bundle(line, _1=f"{SERVER}/Observation/r1"), make.bundle(line, PERSON, _1=other)
    assert read(tmp_path, one, one)["subject_id"].to_pylist() == ["7", "7"]
    assert read(tmp_path, one, two)["subject_id"].to_pylist() == ["7", "two.example/fhir/7", "7"]
    whose = make.bundle(line, PERSON, _1=other, _2="https://two.example/fhir/Patient/7")
    assert read(tmp_path, one, whose)["subject_id"].to_pylist() == ["7", "two.example/fhir/7", "two.example/fhir/7"]
    assert read(tmp_path, whose, line)["subject_id"].to_pylist() == ["7", "7", "7"]


@pytest.mark.parametrize(
    ("systems", "expected"),
    [
        (("urn:north", "urn:north"), ["7", "7"]),
        (("urn:north", "urn:south"), ["7", "urn:south|7"]),
        (("urn:north", None), ["7", "7"]),
        ((None, "urn:south"), ["7", "7"]),
    ],
)
def test_equal_identifiers_of_two_systems_are_two_people(systems, expected, tmp_path):
    identifiers = [{"value": "7"} | ({"system": system} if system else {}) for system in systems]
    logical = [make.observation(subject={"identifier": each}) for each in identifiers]
    assert read(tmp_path, *logical)["subject_id"].to_pylist() == expected
    persons = [{"resourceType": "Patient", "id": "p", "identifier": [each]} for each in identifiers]
    inside = [make.observation(subject={"reference": "#p"}, contained=[person]) for person in persons]
    assert read(tmp_path, *inside)["subject_id"].to_pylist() == expected


def test_a_patient_is_somebody_even_without_any_result(tmp_path):
    review = leukon.review(read(tmp_path, PERSON), "alemtuzumab-ms", as_of="2030-01-01")
    expect(review.subjects, "subject_id rows results first_time\n7 1 0 -")
    expect(review.codes_seen, "code rows\nFHIR//Patient 1")


# ---- reports and panels -------------------------------------------------------------------------------------------


def bare(**more):
    return make.observation(effectiveDateTime=None, subject=None, **more)


@pytest.mark.parametrize("address", ["Observation/r1", "urn:uuid:5", f"{SERVER}/Observation/r1"])
@pytest.mark.parametrize("kind", ["report", "panel"])
def test_a_result_takes_whose_and_when_from_the_report_that_names_it(kind, address, tmp_path):
    names = {"result": [{"reference": address}]} if kind == "report" else {"hasMember": [{"reference": address}]}
    outer = make.report(**names)
    if kind == "panel":
        outer |= {"resourceType": "Observation"}
    for pair, at in (((outer, bare()), 2), ((bare(), outer), 1)):
        table = read(
            tmp_path, make.bundle(*pair, **{f"_{at}": address if address[0] == "u" else f"{SERVER}/Observation/r1"})
        )
        found = [row for row in table.to_pylist() if row["code"] == "LOINC//751-8"]
        group = "DiagnosticReport/p1" if kind == "report" else "Observation/p1"
        assert [
            (row["subject_id"], str(row["time"]), str(row["recorded_time"]), row["source_id"]) for row in found
        ] == [("7", "2024-03-04 08:30:00", "2024-03-04 11:00:00", group)]


def test_what_a_result_says_itself_is_not_overruled_by_its_report(tmp_path):
    own = make.observation(
        subject={"reference": "Patient/8"},
        effectiveDateTime="2024-03-01",
        issued="2024-03-02T00:00:00Z",
        status="preliminary",
    )
    outer = make.report(result=[{"reference": "Observation/r1"}])
    expect(
        read(tmp_path, make.bundle(outer, own)),
        "subject_id time recorded_time status\n8 2024-03-01 2024-03-02 preliminary",
    )


@pytest.mark.parametrize(
    "said", [{"subject": {"reference": "Group/1"}}, {"effectiveDateTime": "2024-03"}, {"issued": "soon"}]
)
def test_what_a_result_says_badly_is_not_replaced_by_its_report(said, tmp_path):
    table = read(tmp_path, make.bundle(make.report(result=[{"reference": "Observation/r1"}]), make.observation(**said)))
    (row,) = table.to_pylist()
    assert None in (row["subject_id"], row["time"])


def test_results_inside_a_report_are_rows_of_their_own(tmp_path):
    inside = [
        bare(id="a", status=None),
        bare(id="b", code="6690-2"),
        5,
        {"resourceType": "Specimen", "id": "s"},
    ]
    line = make.report(
        contained=inside, result=[{"reference": "#a"}, {"reference": "#b"}, {"reference": "#c"}], status="amended"
    )
    expect(
        read(tmp_path, line),
        """
        code                        subject_id time                status  source_id           place
        UNREADABLE//object          -          -                   -       -                   labs.ndjson:1~contained~3
        LOINC//751-8                7          2024-03-04T08:30:00 amended DiagnosticReport/p1 labs.ndjson:1~contained~1
        LOINC//6690-2               7          2024-03-04T08:30:00 final   DiagnosticReport/p1 labs.ndjson:1~contained~2
        UNREADABLE//missing_result  -          -                   -       -                   labs.ndjson:1
        """,
    )


def test_a_result_named_inside_a_report_that_is_none_is_said_to_be_missing(tmp_path):
    line = make.report(contained=[{"resourceType": "Procedure", "id": "r1"}], result=[{"reference": "#r1"}])
    expect(read(tmp_path, line), "code\nUNREADABLE//missing_result")


def test_a_report_without_results_is_a_row(tmp_path):
    table = read(tmp_path, make.report(conclusion="clotted"), make.report(result=[{"reference": "Observation/r1"}]))
    expect(table, "code text_value place\nLOINC//58410-2 clotted labs.ndjson:1")


@pytest.mark.parametrize("make_outer", [make.observation, make.given])
def test_a_result_inside_any_resource_is_not_lost(make_outer, tmp_path):
    table = read(tmp_path, make_outer(contained=[make.observation("6690-2")]))
    assert "LOINC//6690-2" in table["code"].to_pylist()
    assert table.num_rows == 2


def test_a_total_and_a_percentage_of_one_report_make_one_count(tmp_path):
    percent = bare(id="n", code="770-8") | {"valueQuantity": make.quantity(20, "%")}
    white = bare(id="w", code="6690-2") | {"valueQuantity": make.quantity(4.0)}
    outer = make.report(result=[{"reference": "Observation/n"}, {"reference": "Observation/w"}])
    review = leukon.review(read(tmp_path, make.bundle(outer, percent, white)), "alemtuzumab-ms", as_of="2024-03-05")
    expect(review.results, "analyte value origin\nanc 0.8 wbc_x_percent\nwbc 4 measured")
