"""FHIR doses to events: given, taken, ordered; where the drug was put; which drug is meant."""

import pytest
from tests.ingest import fhir_maker as make
from tests.tables import expect

import leukon
from leukon.ingest.fhir import read_fhir

KINDS = {"given": make.given, "taken": make.taken, "ordered": make.ordered}


def read(folder, *lines):
    return read_fhir(make.write_lines(folder / "doses.ndjson", *lines))


def use_of(table):
    """What the door makes of one row: `dose`, or why not."""
    (row,) = leukon.review(table, "alemtuzumab-ms", as_of="2030-01-01").account.to_pylist()
    return row["reason"] or row["use"]


def test_doses_are_rows_with_their_amount(tmp_path):
    table = read(tmp_path, make.given(), make.taken(dateAsserted="2024-02-02"), make.ordered())
    expect(
        table,
        """
        subject_id time                code           numeric_value text_value unit status recorded_time       source_id                    place
        7          2024-01-08T09:00:00 RxNorm//117055 12            12         mg   final  -                   MedicationAdministration/d1  doses.ndjson:1
        7          2024-01-08          RxNorm//8638   20            20         mg   final  2024-02-02          MedicationStatement/s1       doses.ndjson:2
        7          2024-01-08T10:00:00 RxNorm//8638   20            20         mg   final  2024-01-08T10:00:00 MedicationRequest/o1         doses.ndjson:3
        """,
    )
    courses = leukon.review(table, "alemtuzumab-ms", as_of="2024-12-31").courses
    expect(courses, "subject_id drug start_time doses total_dose_mg\n7 alemtuzumab 2024-01-08T09:00:00 1 12")


STATUSES = [
    ("given", "completed", "dose"),
    ("given", "in-progress", "dose"),
    ("given", "on-hold", "dose"),
    ("given", "not-done", "not_given"),
    ("given", "stopped", "dose"),
    ("given", "entered-in-error", "cancelled"),
    ("given", "unknown", "bad_status"),
    ("given", "COMPLETED", "bad_status"),
    ("given", None, "bad_status"),
    ("taken", "active", "dose"),
    ("taken", "completed", "dose"),
    ("taken", "intended", "not_given"),
    ("taken", "not-taken", "not_given"),
    ("taken", "stopped", "not_given"),
    ("taken", "on-hold", "not_given"),
    ("taken", "entered-in-error", "cancelled"),
    ("taken", "unknown", "bad_status"),
    ("ordered", "active", "dose"),
    ("ordered", "completed", "dose"),
    ("ordered", "draft", "not_given"),
    ("ordered", "on-hold", "not_given"),
    ("ordered", "cancelled", "not_given"),
    ("ordered", "stopped", "not_given"),
    ("ordered", "entered-in-error", "cancelled"),
    ("ordered", "unknown", "bad_status"),
]


@pytest.mark.parametrize(("kind", "status", "expected"), STATUSES)
def test_only_what_was_given_or_started_is_a_dose(kind, status, expected, tmp_path):
    assert use_of(read(tmp_path, KINDS[kind](status=status))) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"intent": "plan"}, "not_given"),
        ({"intent": "proposal"}, "not_given"),
        ({"intent": None}, "not_given"),
        ({"intent": "instance-order"}, "dose"),
        ({"doNotPerform": True}, "not_given"),
        ({"doNotPerform": False}, "dose"),
        ({"doNotPerform": "true"}, "bad_status"),
        ({"modifierExtension": [{"url": "x"}]}, "bad_status"),
    ],
)
def test_an_order_is_a_dose_only_if_it_is_one(more, expected, tmp_path):
    assert use_of(read(tmp_path, make.ordered(**more))) == expected


AMOUNTS = [
    ({"dose": make.quantity(1, "g")}, "1 g"),
    ({"dose": {"value": 12, "unit": "mg"}}, "12 mg"),
    ({"dose": make.quantity(1, "{tablet}")}, "1 {tablet}"),
    ({"rateQuantity": make.quantity(3, "mg/h")}, "- -"),
    ({"text": "12 mg i.v."}, "- -"),
    ({}, "- -"),
]


@pytest.mark.parametrize(("dosage", "expected"), AMOUNTS)
def test_a_dose_counts_with_and_without_its_amount(dosage, expected, tmp_path):
    table = read(tmp_path, make.given(dosage=dosage))
    expect(table, f"numeric_value unit\n{expected}")
    assert use_of(table) == "dose"


@pytest.mark.parametrize(
    ("dosage", "total"),
    [({"dose": {"value": 5, "unit": "mg"}}, 5.0), ({"text": "12 mg over 4 hours"}, None), (None, None)],
)
def test_an_infusion_that_was_begun_and_stopped_opens_a_course(dosage, total, tmp_path):
    table = read(tmp_path, make.given(status="stopped", dosage=dosage))
    (course,) = leukon.review(table, "alemtuzumab-ms", as_of="2024-12-31").courses.to_pylist()
    assert (course["doses"], course["total_dose_mg"]) == (1, total)


def test_an_infusion_that_was_stopped_before_anything_was_given_is_no_dose(tmp_path):
    assert use_of(read(tmp_path, make.given(status="stopped", dosage={"dose": make.quantity(0, "mg")}))) == "not_given"


def test_of_several_amounts_none_is_picked(tmp_path):
    twice = [{"doseAndRate": [{"doseQuantity": make.quantity(20, "mg")}]}] * 2
    choice = [{"doseAndRate": [{"doseRange": {"low": make.quantity(5, "mg")}}]}]
    expect(read(tmp_path, make.taken(dosage=twice), make.taken(dosage=choice)), "numeric_value text_value\n- -\n- -")


def test_a_dose_of_0_is_none(tmp_path):
    assert use_of(read(tmp_path, make.given(dosage={"dose": make.quantity(0, "mg")}))) == "not_given"


ROUTES = [
    ({"text": "Intravenous route"}, None),
    ({"text": "oral"}, None),
    ({"text": "Subcutaneous"}, None),
    ({"text": "intramuscular"}, None),
    (make.concept("26643006", make.SNOMED), None),
    (make.concept("34206005", make.SNOMED), None),
    ({"text": "Ophthalmic route"}, "eye"),
    ({"text": "left eye"}, "eye"),
    ({"text": "intravitreal"}, "eye"),
    (make.concept("54485002", make.SNOMED), "eye"),
    ({"text": "Otic"}, "ear"),
    (make.concept("10547007", make.SNOMED), "ear"),
    ({"text": "intranasal"}, "nasal"),
    ({"text": "topical"}, "skin"),
    ({"coding": [{"display": "Cutaneous route"}]}, "skin"),
    ({"text": "Inhalation"}, "inhaled"),
    ({"text": "Nebulised"}, "inhaled"),
    ({"text": "per rectum"}, "rectal"),
    (make.concept("37161004", make.SNOMED), "rectal"),
]


@pytest.mark.parametrize(("route", "form"), ROUTES)
def test_a_dose_that_stays_where_it_was_put_is_none_of_the_blood(route, form, tmp_path):
    for line in (
        make.given(dosage={"route": route, "dose": make.quantity(5, "mg")}),
        make.taken(dosage=[{"route": route}], medicationCodeableConcept=make.concept("117055", make.RXNORM)),
        make.ordered(
            dosageInstruction=[{"route": route}], medicationCodeableConcept=make.concept("117055", make.RXNORM)
        ),
    ):
        table = read(tmp_path, line)
        expect(table, f"code\n{'' if form is None else f'ROUTE//{form}//'}RxNorm//117055")
        assert use_of(table) == ("dose" if form is None else "other_kind")


@pytest.mark.parametrize(
    ("drug", "dosage", "code"),
    [
        ("acetate 1% eye drops", [], "ROUTE//eye//LOCAL//acetate~1%~eye~drops"),
        ("acetate 1 % ophthalmic suspension", [], "ROUTE//eye//LOCAL//acetate~1~%~ophthalmic~suspension"),
        ("tablet 5 mg", [], "LOCAL//tablet~5~mg"),
        ("tablet 5 mg", [{"text": "1 drop into the left eye"}], "ROUTE//eye//LOCAL//tablet~5~mg"),
        ("tablet 5 mg", [{"text": "keep away from eyes", "route": {"text": "oral"}}], "LOCAL//tablet~5~mg"),
    ],
)
def test_without_a_route_the_words_of_drug_and_instructions_count(drug, dosage, code, tmp_path):
    expect(read(tmp_path, make.taken(medicationCodeableConcept={"text": drug}, dosage=dosage)), f"code\n{code}")


@pytest.mark.parametrize("dosage", [{"route": 5}, 7, {"dose": {"unit": 5}}, {"route": {"text": ["eye"]}}])
def test_a_dosage_that_cannot_be_read_may_have_said_eye_drops(dosage, tmp_path):
    assert use_of(read(tmp_path, make.given(dosage=dosage))) == "bad_status"


# ---- which drug ---------------------------------------------------------------------------------------------------

DRUG = {"resourceType": "Medication", "id": "m1", "code": make.concept("117055", make.RXNORM)}
DROPS = DRUG | {"form": {"text": "Eye drops, suspension"}}


def named(reference, **more):
    return make.given(medicationCodeableConcept=None, medicationReference={"reference": reference} | more)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([DRUG, named("Medication/m1")], "RxNorm//117055"),
        ([DRUG, named("https://one.example/fhir/Medication/m1")], "RxNorm//117055"),
        ([DROPS, named("Medication/m1")], "ROUTE//eye//RxNorm//117055"),
        ([named("#m1") | {"contained": [DRUG]}], "RxNorm//117055"),
        ([named("#m1") | {"contained": [DROPS]}], "ROUTE//eye//RxNorm//117055"),
        ([named("#m2") | {"contained": [DRUG]}], "LOCAL//#m2"),
        ([named("Medication/m2")], "LOCAL//Medication/m2"),
        ([named("Medication/m2", display="Tablets 5 mg")], "LOCAL//Tablets~5~mg"),
        ([make.bundle(named("urn:uuid:1"), DRUG, _2="urn:uuid:1")], "RxNorm//117055"),
        ([make.bundle(named("Medication/m1"), DRUG)], "RxNorm//117055"),
        ([make.bundle(DRUG), named("Medication/m1")], "LOCAL//Medication/m1"),
        ([make.given(medicationCodeableConcept=None)], "-"),
        ([make.given(medicationCodeableConcept=5)], "-"),
    ],
)
def test_a_drug_is_found_where_its_reference_points(lines, code, tmp_path):
    expect(read(tmp_path, *lines), f"code\n{code}")


def test_an_order_whose_doses_are_told_by_themselves_counts_once(tmp_path):
    told = make.given(
        request={"reference": "MedicationRequest/o1"}, medicationCodeableConcept=make.concept("8638", make.RXNORM)
    )
    table = read(tmp_path, make.bundle(make.ordered(), told))
    expect(table, "code\nORDERED//RxNorm//8638\nRxNorm//8638")
    other_drug = told | {"medicationCodeableConcept": make.concept("117055", make.RXNORM)}
    expect(read(tmp_path, make.bundle(make.ordered(), other_drug)), "code\nORDERED//RxNorm//8638\nRxNorm//117055")
    expect(read(tmp_path, make.bundle(make.ordered(id="o2"), other_drug)), "code\nRxNorm//8638\nRxNorm//117055")


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ({"repeat": {"boundsPeriod": {"start": "2024-01-10"}}}, "2024-01-10"),
        ({"event": ["2024-01-11"]}, "2024-01-11"),
        ({"repeat": {"frequency": 1}}, "2024-01-08T10:00:00"),
        ({}, "2024-01-08T10:00:00"),
    ],
)
def test_an_order_begins_when_it_says_else_when_it_was_written(timing, expected, tmp_path):
    expect(read(tmp_path, make.ordered(dosageInstruction=[{"timing": timing}])), f"time\n{expected}")


@pytest.mark.parametrize("asserted", ["soon", 5])
def test_when_a_dose_became_known_is_not_guessed(asserted, tmp_path):
    expect(read(tmp_path, make.taken(dateAsserted=asserted)), "time recorded_time\n- -")
