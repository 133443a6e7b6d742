"""HL7 v2: whose a message is. Two authorities may give out the same number."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ingest.hl7v2_maker import MSH, OBR, obx, text_of, write

import leukon
from leukon.ingest.hl7v2 import read_hl7v2
from leukon.ingest.hl7v2_people import Number, People


def message(identifiers, value="0.9"):
    return text_of(MSH, f"PID|1||{identifiers}", OBR, obx(value))


def people(folder, *identifiers):
    """Whose the result of each message is; `?` where a row says that its authority is another."""
    table = read_hl7v2(write(folder, "".join(message(each) for each in identifiers)))
    unreadable = table["code"].to_pylist().count("UNREADABLE//authority")
    of_results = [row["subject_id"] for row in table.to_pylist() if row["code"] == "LOINC//751-8"]
    assert len(of_results) == len(identifiers)
    assert of_results.count(None) == unreadable
    return of_results


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("4711^^^NORTH^MR", "4711^^^NORTH^MR", ["4711", "4711"]),
        ("4711^^^NORTH^MR", "4711^^^SOUTH^MR", ["4711", None]),
        ("4711^^^NORTH^MR", "4712^^^SOUTH^MR", ["4711", "4712"]),
        ("4711^^^NORTH^MR", "4711", ["4711", "4711"]),
        ("4711", "4711^^^SOUTH^MR", ["4711", "4711"]),
        ("4711^^^NORTH^MR", "4711^^^north ^MR", ["4711", "4711"]),
        ('4711^^^""^MR', "4711^^^SOUTH^MR", ["4711", "4711"]),
        ("4711^^^NORTH&1.2.3&ISO^MR", "4711^^^NORTH^MR", ["4711", "4711"]),
        ("4711^^^NORTH&1.2.3&ISO^MR", "4711^^^&1.2.3&ISO^MR", ["4711", "4711"]),
        ("4711^^^NORTH&1.2.3&ISO^MR", "4711^^^NORTH&1.2.4&ISO^MR", ["4711", None]),
        ("4711^^^NORTH&1.2.3&ISO^MR", "4711^^^SOUTH&1.2.3&ISO^MR", ["4711", None]),
        ("4711^^^NORTH^MR", "4711^^^&1.2.3&ISO^MR", ["4711", None]),
        ("1^^^LAB^PI~4711^^^NORTH^MR", "1^^^OTHER^PI~4711^^^NORTH^MR", ["4711", "4711"]),
        ("1^^^LAB^PI~4711^^^NORTH^MR", "1^^^LAB^PI~4711^^^SOUTH^MR", ["4711", None]),
        ("007^^^NORTH^MR", "7^^^SOUTH^MR", ["007", "7"]),
    ],
)
def test_one_number_of_two_authorities_is_never_one_person(first, second, expected, tmp_path):
    assert people(tmp_path, first, second) == expected


def test_the_authority_of_a_number_is_remembered_in_full(tmp_path):
    said = ["4711", "4711^^^NORTH^MR", "4711^^^NORTH&1.2.3^MR", "4711^^^NORTH&1.2.4^MR", "4711^^^&1.2.3^MR", "4711"]
    assert people(tmp_path, *said) == ["4711", "4711", "4711", None, "4711", "4711"]


def test_the_count_of_the_other_person_is_listed_and_changes_nothing_for_the_first(tmp_path):
    alone = message("4711^^^NORTH^MR", "2.1")
    both = alone + message("4711^^^SOUTH^MR", "0.1")
    table = read_hl7v2(write(tmp_path, both))
    assert [row["place"] for row in table.to_pylist() if row["code"] == "UNREADABLE//authority"] == ["feed.hl7:2 PID 1"]
    review = leukon.review(table, "alemtuzumab-ms", as_of="2024-12-31")
    assert review.results["value"].to_pylist() == [2.1]
    assert review.unused["reason"].to_pylist() == ["no_subject"]
    assert "UNREADABLE//authority" in review.codes_seen["code"].to_pylist()
    merged = read_hl7v2(write(tmp_path, both.replace("SOUTH", "NORTH")))
    review = leukon.review(merged, "alemtuzumab-ms", as_of="2024-12-31")
    assert review.results["value"].to_pylist() == [0.1], "one hospital has corrected its result: the test sees the harm"


def test_the_files_of_a_folder_are_one_input(tmp_path):
    write(tmp_path, message("4711^^^NORTH^MR"), "a.hl7")
    write(tmp_path, message("4711^^^SOUTH^MR"), "b.hl7")
    assert [row["subject_id"] for row in read_hl7v2(tmp_path).to_pylist()] == ["4711", None, None]
    assert read_hl7v2(tmp_path / "b.hl7")["subject_id"].to_pylist() == ["4711"]


_AUTHORITIES = [("", ""), ("a", ""), ("b", ""), ("", "1"), ("a", "1"), ("b", "1"), ("a", "2")]


@given(st.lists(st.builds(Number, st.sampled_from("xy"), st.sampled_from(_AUTHORITIES)), max_size=8))
def test_no_two_authorities_that_differ_are_ever_taken_for_one(numbers):
    known = People()
    taken = [number for number in numbers if known.is_known_as(number)]
    for one, other in product(taken, taken):
        pairs = zip(one.authority, other.authority, strict=True)
        assert one.number != other.number or not any(a and b and a != b for a, b in pairs)
