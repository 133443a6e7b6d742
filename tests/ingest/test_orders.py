"""Orders beside administrations: what was given counts once, and an order alone counts as before."""

from itertools import permutations

import pytest
from tests.ingest import fhir_maker as fhir
from tests.ingest import hl7v2_maker as hl7v2

import leukon
from leukon.ingest.fhir import read_fhir, stream_fhir
from leukon.ingest.hl7v2 import read_hl7v2

ALEMTUZUMAB = fhir.concept("117055", fhir.RXNORM)
BY_ATC = fhir.concept("L04AG06", "http://www.whocc.no/atc")
OTHER_DRUG = fhir.concept("8638", fhir.RXNORM)
DROPS = {"dosage": {"route": {"text": "eye"}}}


def ordered(drug=ALEMTUZUMAB, person="7", **more):
    return fhir.ordered(medicationCodeableConcept=drug, subject={"reference": f"Patient/{person}"}, **more)


def given(drug=ALEMTUZUMAB, person="7", **more):
    return fhir.given(medicationCodeableConcept=drug, subject={"reference": f"Patient/{person}"}, **more)


def codes(folder, *lines):
    table = read_fhir(fhir.write_lines(folder / "doses.ndjson", *lines))
    orders = [row for row in table.to_pylist() if (row["source_id"] or "").startswith("MedicationRequest")]
    return [row["code"] for row in orders]


COUNTS = ["RxNorm//117055"]
TOLD = ["ORDERED//RxNorm//117055"]


@pytest.mark.parametrize(
    ("administration", "expected"),
    [
        (given(), TOLD),
        (given(drug=BY_ATC), TOLD),
        (given(effectiveDateTime="2024-02-20"), TOLD),
        (given(status="stopped"), TOLD),
        (given(status="not-done"), TOLD),
        (given(status="entered-in-error"), COUNTS),
        (given(person="8"), COUNTS),
        (given(drug=OTHER_DRUG), COUNTS),
        (given(**DROPS), COUNTS),
        (fhir.given(subject=None), COUNTS),
        (fhir.taken(medicationCodeableConcept=ALEMTUZUMAB), COUNTS),
        (fhir.observation(), COUNTS),
    ],
)
def test_an_order_counts_where_no_administration_of_its_drug_to_its_person_is_told(administration, expected, tmp_path):
    for lines in permutations([ordered(), administration]):
        assert codes(tmp_path, *lines) == expected


def test_a_local_code_is_a_drug_as_well(tmp_path):
    local = {"text": "house mixture"}
    assert codes(tmp_path, ordered(drug=local), given(drug=local)) == ["ORDERED//LOCAL//house mixture"]


def test_an_order_that_asks_for_nothing_is_not_given_whatever_stands_beside_it(tmp_path):
    assert codes(tmp_path, ordered(status="cancelled"), given()) == COUNTS
    table = read_fhir(fhir.write_lines(tmp_path / "doses.ndjson", ordered(status="cancelled"), given()))
    assert leukon.review(table, "alemtuzumab-ms", as_of="2030-01-01").unused["reason"].to_pylist() == ["not_given"]


def test_an_order_without_a_person_is_refused_as_such(tmp_path):
    table = read_fhir(fhir.write_lines(tmp_path / "doses.ndjson", fhir.ordered(subject=None), given()))
    assert table["code"].to_pylist() == ["RxNorm//8638", "RxNorm//117055"]


def test_a_course_begins_with_what_was_given_and_not_with_what_was_written_before(tmp_path):
    table = read_fhir(fhir.write_lines(tmp_path / "d.ndjson", ordered(authoredOn="2023-12-20T10:00:00Z"), given()))
    (course,) = leukon.review(table, "alemtuzumab-ms", as_of="2024-12-31").courses.to_pylist()
    assert (str(course["start_time"]), course["doses"], course["total_dose_mg"]) == ("2024-01-08 09:00:00", 1, 12.0)


def test_the_files_of_a_bulk_export_are_one_input(tmp_path):
    fhir.write_lines(tmp_path / "MedicationRequest.ndjson", ordered())
    fhir.write_lines(tmp_path / "a_MedicationAdministration.ndjson", given())
    fhir.write_lines(tmp_path / "z_MedicationAdministration.ndjson", given(person="8"))
    assert "ORDERED//RxNorm//117055" in read_fhir(tmp_path)["code"].to_pylist()
    (tmp_path / "a_MedicationAdministration.ndjson").unlink()
    assert "ORDERED//RxNorm//117055" not in read_fhir(tmp_path)["code"].to_pylist()


def test_a_code_map_may_say_that_orders_are_doses_after_all(tmp_path):
    table = read_fhir(fhir.write_lines(tmp_path / "doses.ndjson", ordered(), given()))
    (tmp_path / "codes.toml").write_text('[codes."ORDERED//RxNorm//117055"]\nconcept = "alemtuzumab"\n')
    codes = leukon.load_code_map(tmp_path / "codes.toml")
    assert leukon.review(table, "alemtuzumab-ms", as_of="2030-01-01", codes=codes).courses["doses"].to_pylist() == [2]


def test_an_input_without_orders_is_read_once(tmp_path, monkeypatch):
    import leukon.ingest.orders as orders

    monkeypatch.setattr(orders, "_look_through", lambda read: pytest.fail("read twice"))
    path = fhir.write_lines(tmp_path / "doses.ndjson", given(), fhir.observation(), fhir.taken())
    assert sum(batch.num_rows for batch in stream_fhir(path)) == 3


# ---- HL7 v2 -------------------------------------------------------------------------------------------------------

DRUG = "117055^alemtuzumab^RXNORM"


def order(state="IP", drug=DRUG):
    orc = hl7v2.segment("ORC", f1="RE", f2="P7", f3="F7", f5=state)
    return hl7v2.text_of(
        hl7v2.RDE, hl7v2.PID, orc, hl7v2.segment("RXE", f1="^^^20240108070000", f2=drug, f3="12", f5="mg"), "RXR|IV"
    )


def administration(person="007", drug=DRUG, **more):
    pid = hl7v2.PID.replace("007", person)
    return hl7v2.text_of(hl7v2.RAS, pid, "ORC|RE|P9|F9", hl7v2.rxa(drug, **more), "RXR|IV")


@pytest.mark.parametrize(
    ("told", "doses"),
    [
        (administration(), 1),
        (administration(drug="L04AG06^^ATC"), 1),
        (administration(completion="PA"), 1),
        (administration(completion="NA"), 0),
        (administration(f21="D"), 1),
        (administration(person="008"), 2),
        ("", 1),
    ],
)
def test_an_order_in_another_message_than_its_administration_is_no_second_dose(told, doses, tmp_path):
    for messages in permutations([order(), told]):
        table = read_hl7v2(hl7v2.write(tmp_path, "".join(messages)))
        courses = leukon.review(table, "alemtuzumab-ms", as_of="2024-12-31").courses
        assert sum(courses["doses"].to_pylist()) == doses


def test_an_order_that_has_not_begun_is_not_given(tmp_path):
    table = read_hl7v2(hl7v2.write(tmp_path, order(state="SC") + administration()))
    assert table["text_value"].to_pylist() == ["not given", "12"]
    assert table["code"].to_pylist() == ["RxNorm//117055", "RxNorm//117055"]
