"""HL7 v2: doses that were given (RXA) or begun (RXE, RXG), and those that were not, or do not reach the whole body."""

import pytest
from tests.ingest.hl7v2_maker import PID, RAS, RDE, obx, rxa, segment, text_of, write
from tests.tables import expect

import leukon
from leukon.ingest.hl7v2 import read_hl7v2

ORC = "ORC|RE|P7|F7"
DRUG = "117055^alemtuzumab^RXNORM"


@pytest.fixture
def read(tmp_path):
    def read(*segments):
        return read_hl7v2(write(tmp_path, text_of(*segments)))

    return read


@pytest.fixture
def fate(read):
    """Total of the doses in mg, or the reason why there is none."""

    def fate(*segments):
        review = leukon.review(read(*segments), "alemtuzumab-ms", as_of="2024-12-31")
        courses = review.courses.to_pylist()
        if courses:
            return courses[0]["total_dose_mg"]
        reasons = review.unused["reason"].to_pylist()
        return reasons[0] if reasons else "other_kind"

    return fate


def test_a_dose_that_was_given_says_what_how_much_and_when(read):
    expect(
        read(RAS, PID, ORC, rxa(DRUG), "RXR|IV^Intravenous^HL70162"),
        """
        subject_id time                code           numeric_value text_value unit status recorded_time       source_id place
        007        2024-01-08T09:00:00 RxNorm//117055 12            12         mg   -      2024-03-05T12:00:00 F7/0/1    feed.hl7:1~RXA~1
        """,
    )


@pytest.mark.parametrize(
    ("completion", "action", "said"),
    [
        ("CP", "", 12.0),
        ("", "", 12.0),
        ("PA", "A", 12.0),
        ("cp", "U", 12.0),
        ("RE", "", "not_given"),
        ("NA", "", "not_given"),
        ("ZZ", "", "bad_status"),
        ("CP", "D", "cancelled"),
        ("CP", "Q", "bad_status"),
    ],
)
def test_only_what_was_given_is_a_dose(fate, completion, action, said):
    assert fate(RAS, PID, ORC, rxa(DRUG, completion=completion, f21=action), "RXR|IV") == said


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        ("12", "mg", 12.0),
        ("0.012", "g^gram^UCUM", 12.0),
        ("12,5", "mg", 12.5),
        ("", "", None),
        ("1", "TAB", None),
        ("999", "", None),
        ("0", "mg", "not_given"),
        ("-1", "mg", "negative"),
        ('""', "mg", None),
    ],
)
def test_a_dose_without_a_readable_amount_was_still_given(fate, amount, unit, said):
    assert fate(RAS, PID, ORC, rxa(DRUG, amount=amount, unit=unit)) == said


@pytest.mark.parametrize(
    ("route", "form", "prefix"),
    [
        ("RXR|IV^Intravenous^HL70162", "", ""),
        ("RXR|PO", "", ""),
        ("RXR|SC^Subcutaneous", "", ""),
        ("RXR|^percutaneous", "", ""),
        ("RXR|NG^nasogastric tube", "", ""),
        ("RXR|77^by the usual way^L", "", ""),
        ("", "", ""),
        ("RXR|OP^Ophthalmic^HL70162", "", "ROUTE//eye//"),
        ("RXR|^both eyes", "", "ROUTE//eye//"),
        ("RXR|99^x^L^OP^^HL70162", "", "ROUTE//eye//"),
        ("RXR|OT", "", "ROUTE//ear//"),
        ("RXR|TP", "", "ROUTE//skin//"),
        ("RXR|^on the skin", "", "ROUTE//skin//"),
        ("RXR|NS", "", "ROUTE//nasal//"),
        ("RXR|IH", "", "ROUTE//inhaled//"),
        ("RXR|PR", "", "ROUTE//rectal//"),
        ("RXR|^intraarticular", "", "ROUTE//local//"),
        ("", "OPHSOL^ophthalmic solution", "ROUTE//eye//"),
        ("RXR|IV", "cream", ""),
    ],
)
def test_a_dose_that_does_not_reach_the_whole_body_has_a_code_of_its_own(read, route, form, prefix):
    segments = [RAS, PID, ORC, rxa("8638^drug^RXNORM", f8=form), *([route] if route else [])]
    assert read(*segments)["code"].to_pylist() == [f"{prefix}RxNorm//8638"]


def test_eye_drops_are_no_dose(fate):
    assert fate(RAS, PID, ORC, rxa(DRUG), "RXR|OP") == "other_kind"


def test_a_route_holds_for_the_doses_before_it(read):
    table = read(RAS, PID, ORC, rxa(DRUG), rxa(DRUG), "RXR|IV", rxa(DRUG), "RXR|OP", ORC, rxa(DRUG))
    assert table["code"].to_pylist() == [
        "RxNorm//117055",
        "RxNorm//117055",
        "ROUTE//eye//RxNorm//117055",
        "RxNorm//117055",
    ]


def order(control="RE", state="IP", name="RXE", **more):
    orc = segment("ORC", f1=control, f2="P7", f3="F7", f5=state, f9="20240108080000")
    said = {
        "RXE": {"f1": "^^^20240108090000", "f2": DRUG, "f3": "12", "f5": "mg"},
        "RXG": {"f1": "1", "f3": "^^^20240108090000", "f4": DRUG, "f5": "12", "f7": "mg"},
        "RXD": {"f2": DRUG, "f3": "20240108", "f4": "12", "f5": "mg"},
        "RXO": {"f1": DRUG, "f2": "12", "f4": "mg"},
    }[name]
    return orc, segment(name, **(said | more))


@pytest.mark.parametrize("name", ["RXE", "RXG"])
@pytest.mark.parametrize(
    ("control", "state", "said"),
    [
        ("RE", "IP", 12.0),
        ("NW", "CM", 12.0),
        ("NW", "", "not_given"),
        ("NW", "SC", "not_given"),
        ("DC", "IP", "not_given"),
        ("CA", "CM", "not_given"),
        ("RE", "DC", "not_given"),
        ("RE", "CA", "not_given"),
    ],
)
def test_an_order_is_a_dose_once_it_has_begun(fate, name, control, state, said):
    assert fate(RDE, PID, *order(control, state, name), "RXR|IV") == said


@pytest.mark.parametrize("name", ["RXD", "RXO"])
def test_what_was_supplied_or_asked_for_was_not_given(fate, name):
    assert fate(RDE, PID, *order("RE", "CM", name), "TQ1|1||||||20240108") == "not_given"


def test_an_order_begins_when_its_timing_says(read):
    expect(read(RDE, PID, *order()), "time recorded_time\n2024-01-08T09:00:00 2024-01-08T08:00:00")
    orc, rxe = order(f1="")
    expect(read(RDE, PID, orc, "TQ1|1||||||20240109", rxe), "time\n2024-01-09")
    expect(read(RDE, PID, orc, rxe, "TQ1|1||||||20240109"), "time\n2024-01-09")
    expect(read(RDE, PID, orc, rxe), "time\n-")
    expect(read(RDE, PID, orc + "||||||20240110", rxe), "time\n2024-01-10")


def test_an_order_beside_its_administration_is_not_a_second_dose(read):
    orc, rxe = order()
    expect(
        read(RAS, PID, orc, rxe, "RXR|IV", rxa(DRUG), rxa(DRUG, completion="NA"), "RXR|IV"),
        """
        place            text_value
        feed.hl7:1~RXA~1 12
        feed.hl7:1~RXA~2 not~given
        """,
    )


def test_a_dose_taken_back_is_none(read):
    given = text_of(RAS, PID, ORC, rxa(DRUG, f22="20240108130000"))
    taken_back = text_of(RAS, PID, ORC, rxa(DRUG, completion="NA", f22="20240109"))
    review = leukon.review(read(given + taken_back), "alemtuzumab-ms", as_of="2024-12-31")
    assert review.unused["reason"].to_pylist() == ["superseded", "not_given"]


def test_results_in_a_message_of_doses_are_read(read):
    table = read(RAS, PID, ORC, rxa(DRUG), obx("38.2", code="8310-5^^LN", unit="Cel", f14="20240108"), "RXR|IV")
    assert sorted(table["code"].to_pylist()) == ["LOINC//8310-5", "RxNorm//117055"]
    assert table["subject_id"].to_pylist() == ["007", "007"]


def test_a_dose_cut_short_is_counted_and_is_none(tmp_path):
    whole = text_of(RAS, PID, ORC, rxa(DRUG)).removesuffix("\r")
    assert read_hl7v2(write(tmp_path, whole))["numeric_value"].to_pylist() == [12.0]
    for length in range(len("RXA|"), len(rxa(DRUG)) - 1):
        cut = text_of(RAS, PID, ORC) + rxa(DRUG)[:length]
        assert read_hl7v2(write(tmp_path, cut))["code"].to_pylist() == ["UNREADABLE//segment"]
    for name, length in (("RXE", 50), ("RXG", 50)):
        orc, said = order(name=name)
        table = read_hl7v2(write(tmp_path, text_of(RDE, PID, orc) + said[:length]))
        assert table["code"].to_pylist() == ["UNREADABLE//segment"]


def test_the_patient_of_the_next_message_does_not_take_over_a_dose(read):
    table = read(RAS, PID, ORC, rxa(DRUG), PID.replace("007", "008"), ORC, rxa(DRUG))
    assert table["subject_id"].to_pylist() == ["007", "008"]
    table = read(RAS, PID, ORC, rxa(DRUG), RAS, ORC, rxa(DRUG))
    assert table["subject_id"].to_pylist() == ["007", None]
