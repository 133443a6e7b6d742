"""What `gather` selects of a review for one subject, and for many."""

from datetime import date

import pyarrow as pa
import pytest
from tests.tables import day, events

import leukon
from leukon.monitor.review import Review
from leukon.present.patient import gather

TWO = """
subject_id day code               numeric_value text_value unit
b          0   alemtuzumab        12            -          mg
b          0   methylprednisolone 1             -          g
b          9   methylprednisolone 1             -          g
b          10  anc                0.4           -          10*9/L
b          10  infection          -             negative   -
b          11  edss               2.5           -          -
b          12  relapse            -             right~arm  -
a          3   anc                2.0           -          10*9/L
a          3   clozapine          -             -          -
"""


@pytest.fixture(scope="module")
def review():
    return leukon.review(events(TWO), "alemtuzumab-ms", as_of=day(40).date())


def test_the_subjects_come_in_the_order_asked_each_with_its_own_rows(review):
    a, b = gather(review, ["a", "b"])
    assert gather(review, ["b", "a"]) == [b, a]
    assert [row["value"] for row in a.results] == [2.0]
    assert [row["value"] for row in b.results] == [0.4]
    assert (len(a.courses), len(b.courses)) == (0, 1)
    assert {row["subject_id"] for row in b.schedule + b.episodes + b.workup + b.findings} == {"b"}
    assert (a.subject["rows"], b.subject["rows"]) == (2, 7)


def test_doses_say_their_drug_amount_and_role(review):
    (b,) = gather(review, ["b"])
    roles = [(d["drug"], d["amount"], d["of_protocol"], d["treatment_class"], d["premedication"]) for d in b.doses]
    assert roles == [
        ("alemtuzumab", 12.0, True, None, False),
        ("methylprednisolone", 1000.0, False, "corticosteroid", True),
        ("methylprednisolone", 1000.0, False, "corticosteroid", False),
    ]


def test_a_dose_without_an_amount_keeps_none(review):
    (a,) = gather(review, ["a"])
    assert [(dose["drug"], dose["amount"]) for dose in a.doses] == [("clozapine", None)]


def test_coded_findings_keep_their_words_and_numbers(review):
    (b,) = gather(review, ["b"])
    facts = [(fact["time"], fact["finding"], fact["value"], fact["comparator"], fact["word"]) for fact in b.facts]
    assert facts == [
        (day(10), "infection", None, None, "negative"),
        (day(11), "edss", 2.5, None, None),
        (day(12), "relapse", None, None, "right arm"),
    ]


def test_nobody_known_has_empty_lists_and_is_not_an_error(review):
    (nobody,) = gather(review, ["c"])
    assert nobody.subject == {"subject_id": "c"}
    assert (nobody.results, nobody.doses, nobody.facts, nobody.schedule) == ([], [], [], [])
    assert gather(review, [7])[0].results == []
    assert gather(review, []) == []


def test_ids_of_numbers_are_found_as_numbers():
    review = leukon.review(
        events("subject_id day code numeric_value\n7 0 anc 2\n12 0 anc 3"), "rituximab", as_of="last"
    )
    assert [p.results[0]["value"] for p in gather(review, [12, 7])] == [3, 2]
    assert gather(review, ["7"])[0].results == []


def test_what_is_after_as_of_is_not_gathered():
    review = leukon.review(events(TWO), "alemtuzumab-ms", as_of=day(9).date())
    (b,) = gather(review, ["b"])
    assert (b.results, b.facts, len(b.doses)) == ([], [], 3)


def test_every_piece_of_a_review_is_searched(monkeypatch):
    monkeypatch.setattr("leukon.monitor.review.PIECE", 2)
    review = leukon.review(events(TWO), "alemtuzumab-ms", as_of=day(40).date())
    assert len(review.pieces) > 1
    a, b = gather(review, ["a", "b"])
    assert (len(a.doses), len(b.doses), len(b.facts)) == (1, 3, 3)


def test_many_subjects_are_gathered_without_reading_a_table_twice(monkeypatch):
    text = "subject_id day code numeric_value\n" + "\n".join(f"{s} {d} anc 2" for s in range(50) for d in range(3))
    review = leukon.review(events(text), "alemtuzumab-ms", as_of=date(2001, 1, 1))
    read = []
    monkeypatch.setattr(Review, "results", property(lambda self: read.append(1) or _results(self)))
    patients = gather(review, list(range(50)))
    assert [len(patient.results) for patient in patients] == [3] * 50
    assert len(read) == 1


def _results(review):
    return pa.table({"subject_id": [s for s in range(50) for _ in range(3)], "value": [2.0] * 150})
