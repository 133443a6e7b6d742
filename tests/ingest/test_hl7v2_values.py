"""HL7 v2: what one OBX says; values, comparators, units, ranges, codes and statuses, and what the door makes of them."""

import pytest
from tests.ingest.hl7v2_maker import ANC, MSH, OBR, PID, obx, result, text_of, write
from tests.tables import expect

import leukon
from leukon.ingest.hl7v2 import read_hl7v2


@pytest.fixture
def read(tmp_path):
    def read(**said):
        return read_hl7v2(write(tmp_path, result(**said)))

    return read


@pytest.fixture
def used(tmp_path):
    """What a review makes of one ANC: its comparator and value, or the reason why it is not used."""

    def used(**said):
        review = leukon.review(read_hl7v2(write(tmp_path, result(**said))), "alemtuzumab-ms", as_of="2024-12-31")
        rows = review.results.to_pylist()
        return f"{rows[0]['comparator'] or ''}{rows[0]['value']:g}" if rows else review.unused["reason"].to_pylist()[0]

    return used


@pytest.mark.parametrize(
    ("kind", "value", "text", "number", "comparator", "fate"),
    [
        ("NM", "0.9", "0.9", 0.9, None, "0.9"),
        ("NM", "0.49995", "0.49995", 0.49995, None, "0.49995"),
        ("NM", " 0.9 ", " 0.9 ", 0.9, None, "0.9"),
        ("NM", "+.9", "+.9", 0.9, None, "0.9"),
        ("NM", "0", "0", 0.0, None, "0"),
        ("NM", "<0.1", "<0.1", None, None, "<0.1"),
        ("NM", "0,4", "0,4", None, None, "0.4"),
        ("NM", "1,234", "1,234", None, None, "ambiguous_comma"),
        ("NM", "0,899", "0,899", None, None, "0.899"),
        ("NM", "-1", "-1", -1.0, None, "negative"),
        ("NM", "1e400", "1e400", None, None, "not_numeric"),
        ("NM", "nan", "nan", None, None, "not_numeric"),
        ("NM", "DNR", "DNR", None, None, "not_numeric"),
        ("NM", "12.5*", "12.5*", None, None, "not_numeric"),
        ("NM", "", None, None, None, "not_numeric"),
        ("NM", '""', None, None, None, "not_numeric"),
        ("NM", "~2.1", "~2.1", None, None, "not_numeric"),
        ("NM", "899", "899", 899.0, None, "implausible"),
        ("ST", "0.9", "0.9", 0.9, None, "0.9"),
        ("ST", "<0.5 (verified)", "<0.5 (verified)", None, None, "not_numeric"),
        ("ST", "> 2", "> 2", None, None, ">2"),
        ("ST", "2.1~clotted", "2.1~clotted", None, None, "not_numeric"),
        ("TX", r"0.9\.br\clotted", "0.9\nclotted", None, None, "not_numeric"),
        ("", "0.9", "0.9", 0.9, None, "0.9"),
        ("nm", "0.9", "0.9", 0.9, None, "0.9"),
        ("ED", "^application^pdf^Base64^AAAA", None, None, None, "not_numeric"),
        ("SN", "<^0.1", "<0.1", 0.1, "<", "<0.1"),
        ("SN", ">=^0.5", ">=0.5", 0.5, ">=", ">=0.5"),
        ("SN", "^0.4", "0.4", 0.4, None, "0.4"),
        ("SN", "=^0.4", "=0.4", 0.4, None, "0.4"),
        ("SN", "^0,4", "0,4", None, None, "0.4"),
        ("SN", "<^1,234", "<1,234", None, "<", "ambiguous_comma"),
        ("SN", "^1^-^2", "1-2", None, None, "not_numeric"),
        ("SN", "^1^:^128", "1:128", None, None, "not_numeric"),
        ("SN", "^2^+", "2+", None, None, "not_numeric"),
        ("SN", "<>^5", "<>5", None, None, "not_numeric"),
        ("SN", "<^<0.1", "<<0.1", None, "<", "not_numeric"),
        ("SN", "^<0.1", "<0.1", None, None, "<0.1"),
        ("SN", "0.4", "0.4", None, None, "0.4"),
        ("SN", "<", "<", None, None, "not_numeric"),
        ("CE", "260415000^none seen^SCT", "none seen", None, None, "not_numeric"),
        ("CWE", "4^^L", "4^^L", None, None, "not_numeric"),
        ("CWE", "1^^^^^^^^2", "2", None, None, "2"),
        ("CWE", "0.9", "0.9", None, None, "0.9"),
        ("CWE", "1^a^L~2^b^L", "a", None, None, "not_numeric"),
    ],
)
def test_a_value_is_handed_on_verbatim_and_read_by_the_door(read, used, kind, value, text, number, comparator, fate):
    row = read(kind=kind, value=value).to_pylist()[0]
    assert (row["text_value"], row["numeric_value"], row["comparator"]) == (text, number, comparator)
    assert used(kind=kind, value=value) == fate


def test_a_numeric_field_that_repeats_is_a_row_each(read):
    expect(
        read(kind="NM", value="0.9~<0.1~2"),
        """
        text_value numeric_value source_id place
        0.9        0.9           F1        feed.hl7:1~OBX~1~1
        <0.1       -             F1~2      feed.hl7:1~OBX~1~2
        2          2             F1~3      feed.hl7:1~OBX~1~3
        """,
    )
    expect(read(kind="SN", value="<^0.1~^2"), "text_value\n<0.1\n2")


@pytest.mark.parametrize(
    ("said", "status", "fate"),
    [
        ("F", "final", "0.9"),
        ("f", "final", "0.9"),
        ("V", "final", "0.9"),
        ("U", "final", "0.9"),
        ("", "final", "0.9"),
        ("C", "corrected", "0.9"),
        ("A", "amended", "0.9"),
        ("B", "amended", "0.9"),
        ("P", "preliminary", "preliminary"),
        ("I", "preliminary", "preliminary"),
        ("R", "preliminary", "preliminary"),
        ("S", "preliminary", "preliminary"),
        ("X", "cancelled", "cancelled"),
        ("N", "cancelled", "cancelled"),
        ("D", "entered-in-error", "cancelled"),
        ("W", "entered-in-error", "cancelled"),
        ("O", "O", "bad_status"),
        ("Q", "Q", "bad_status"),
        ("final", "final", "0.9"),
    ],
)
def test_the_status_is_that_of_the_row(read, used, said, status, fate):
    assert read(status=said)["status"].to_pylist() == [status]
    assert used(status=said) == fate


@pytest.mark.parametrize(
    ("own", "of_order", "status"),
    [
        ("", "C", "corrected"),
        ("", "P", "preliminary"),
        ("", "A", "preliminary"),
        ("", "X", "cancelled"),
        ("", "", None),
        ('""', "P", "preliminary"),
        ("F", "P", "final"),
        ("F", "X", "final"),
        ("", "Y", "Y"),
    ],
)
def test_the_status_of_the_order_counts_only_where_the_row_has_none(tmp_path, own, of_order, status):
    message = text_of(MSH, PID, OBR.removesuffix("F") + of_order, obx(status=own))
    assert read_hl7v2(write(tmp_path, message))["status"].to_pylist() == [status]


def test_a_preliminary_value_made_final_without_being_sent_again_is_not_lost(tmp_path):
    message = result(value="0.1", status="P") + result(value="", status="U")
    review = leukon.review(read_hl7v2(write(tmp_path, message)), "alemtuzumab-ms", as_of="2024-12-31")
    assert review.unused["reason"].to_pylist() == ["preliminary", "bad_status"]


@pytest.mark.parametrize(
    ("field", "unit", "fate"),
    [
        ("10*9/L", "10*9/L", "0.9"),
        (r"10\S\9/L", "10^9/L", "0.9"),
        ("10^9/L", "10^9/L", "0.9"),
        ("x10^9/L^^UCUM", "x10^9/L", "0.9"),
        ("10^3/uL", "10^3/uL", "0.9"),
        ("10*3/uL^thousand per microliter^UCUM", "10*3/uL", "0.9"),
        ("^10*9/L", "10*9/L", "0.9"),
        ("G/l^giga per litre^L^10*9/L^^UCUM", "G/l", "0.9"),
        ("77^10*9/L^L", "10*9/L", "0.9"),
        ("8784^10*9/L^L", "10*9/L", "0.9"),
        ("TU^Tausend^L^10*3/uL^^UCUM", "10*3/uL", "0.9"),
        ("{cells}/uL^cells per microliter^UCUM", "{cells}/uL", "0.0009"),
        ("10*9/L^cells/uL^L", "10*9/L / cells/uL", "unknown_unit"),
        ("K^kelvin^UCUM", "K", "unknown_unit"),
        ("%", "%", "unknown_unit"),
        ("", None, "no_unit"),
        ('""', None, "no_unit"),
    ],
)
def test_the_unit_is_the_component_that_is_known_and_two_that_differ_are_none(read, used, field, unit, fate):
    assert read(unit=field)["unit"].to_pylist() == [unit]
    assert used(unit=field) == fate


@pytest.mark.parametrize(
    ("field", "limits"),
    [
        ("2.0-7.5", (2.0, 7.5)),
        ("2.0 - 7.5", (2.0, 7.5)),
        ("2.0–7.5", (2.0, 7.5)),
        ("4.3 to 6.2", (4.3, 6.2)),
        ("2,0 bis 7,5", (2.0, 7.5)),
        ("(2.0-7.5)", (2.0, 7.5)),
        ("[2.0-7.5]", (2.0, 7.5)),
        ("2.0^7.5", (2.0, 7.5)),
        (r"2.0\S\7.5", (2.0, 7.5)),
        ("-2--1", (-2.0, -1.0)),
        ("2.0-7.5 10*9/L", (2.0, 7.5)),
        ("<5.0", (None, 5.0)),
        ("< 5,0", (None, 5.0)),
        ("<=5.0", (None, 5.0)),
        ("≤5", (None, 5.0)),
        ("up to 5", (None, 5.0)),
        (">1.8", (1.8, None)),
        (">= 1.8", (1.8, None)),
        ("≥1.8", (1.8, None)),
        ("", (None, None)),
        ('""', (None, None)),
        ("negative", (None, None)),
        ("7.5-2.0", (None, None)),
        ("1,500-8,000", (None, None)),
        ("1.5-8,000", (None, None)),
        ("2.0-7.5 g/L", (None, None)),
        ("M: 2.0-7.5 F: 3-8", (None, None)),
        ("2.0-", (None, None)),
        ("1.2.3-4", (None, None)),
        ("2.0", (None, None)),
        ("٢-٣", (None, None)),
    ],
)
def test_a_range_is_read_or_is_not_known(read, field, limits):
    row = read(limits=field).to_pylist()[0]
    assert (row["lln"], row["uln"]) == limits


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("751-8^Neutrophils^LN", "LOINC//751-8"),
        ("751-8^Neutrophils^ln", "LOINC//751-8"),
        ("NEUT^Neutrophils^L^751-8^Neutrophils^LN", "LOINC//751-8"),
        ("751-8^Neutrophils^LN^NEUT^Neutrophils^L", "LOINC//751-8"),
        ("99999-9^?^LN^751-8^Neutrophils^LN", "LOINC//751-8"),
        ("NEUT^^L^N2^^99LAB^^^^751-8^^LN", "LOINC//751-8"),
        ("NEUT^^L^12345-6^^LN", "LOINC//12345-6"),
        ("751-8^^^^^^^^^^^^^2.16.840.1.113883.6.1", "LOINC//751-8"),
        ("751-8", "LOINC//751-8"),
        ("751-8^Neutrophils^L", "LOCAL//751-8"),
        ("8638", "LOCAL//8638"),
        ("NEUT^Neutrophils^99LAB", "LOCAL//NEUT"),
        ("^Neutrophils", "LOCAL//Neutrophils"),
        ("271035003^^SCT", "SNOMED//271035003"),
        (r"A\T\B^^L", "LOCAL//A&B"),
        ("", None),
        ("^^LN", None),
    ],
)
def test_the_code_is_the_first_that_leukon_knows(read, field, code):
    assert read(code=field)["code"].to_pylist() == [code]


def test_one_message_may_carry_a_count_in_thousands_and_another_in_single_cells(tmp_path):
    wbc = obx("4.2", code="6690-2^^LN", unit="Thousand/uL", limits="")
    anc = obx("900", code=ANC, unit="cells/uL", limits="1500-8000", number=2)
    review = leukon.review(
        read_hl7v2(write(tmp_path, text_of(MSH, PID, OBR, wbc, anc))), "alemtuzumab-ms", as_of="2024-12-31"
    )
    expect(
        review.results,
        """
        analyte value lln uln
        anc     0.9   1.5 8
        wbc     4.2   -   -
        """,
    )
