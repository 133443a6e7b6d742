"""Which rows stand beside one another, and which of them are pooled."""

import pytest

from leukon.cohort.own_rows import OwnRow, read_own_rows
from leukon.cohort.studies import find_same_people, find_unlike, gather_studies
from leukon.errors import InvalidRow, NoProportion, UnknownName, UnreadableFile
from leukon.knowledge.evidence import load_evidence

TABLE = load_evidence("vakrakou-2018-table-1")
OURS = OwnRow("our clinic", 2, 140, "grade III-IV", "CTCAE 5.0", "12 mg/day", "year 1")


def roles(studies):
    return [(study.id, study.role, study.is_pooled) for study in studies]


def test_only_rows_marked_poolable_are_pooled():
    assert roles(gather_studies(TABLE, "severe-year-1")) == [
        ("baker-2017-y1-severe", "poolable", True),
        ("coles-2012", "shown", False),
    ]


def test_a_row_that_is_named_is_pooled_and_says_why():
    assert roles(gather_studies(TABLE, "severe-year-1", ["coles-2012"])) == [
        ("baker-2017-y1-severe", "poolable", True),
        ("coles-2012", "included", True),
    ]


def test_a_row_of_another_question_is_only_included_though_it_is_poolable_there():
    found = gather_studies(TABLE, "severe-year-1", ["baker-2017-y2-severe"])
    assert ("baker-2017-y2-severe", "included", True) in roles(found)


def test_to_name_a_poolable_row_changes_nothing():
    named = gather_studies(TABLE, "severe-year-1", ["baker-2017-y1-severe"])
    assert named == gather_studies(TABLE, "severe-year-1")


def test_own_rows_are_marked_as_own():
    assert roles(gather_studies(TABLE, "severe-year-1", own=[OURS])) == [
        ("baker-2017-y1-severe", "poolable", True),
        ("our clinic", "own", True),
        ("coles-2012", "shown", False),
    ]


def test_bakers_mild_cases_of_year_1_are_shown_and_never_pooled_by_themselves():
    assert roles(gather_studies(TABLE, "mild-year-1")) == [("baker-2017-y1-mild", "shown", False)]


def test_a_case_report_cannot_be_pooled():
    with pytest.raises(NoProportion, match="galgani-2018"):
        gather_studies(TABLE, "severe-year-1", ["galgani-2018"])


@pytest.mark.parametrize(("question", "include"), [("severe-year-3", ()), ("severe-year-1", ["coles-2013"])])
def test_names_that_nobody_knows_are_refused_with_those_that_are(question, include):
    with pytest.raises(UnknownName, match=r"coles-2012|severe-year-1"):
        gather_studies(TABLE, question, include)


def test_what_the_pooled_rows_do_not_share_is_named():
    assert find_unlike(gather_studies(TABLE, "severe-year-1")) == {}
    assert find_unlike(gather_studies(TABLE, "severe-year-1", ["coles-2012"], [OURS])) == {
        "definition": ("grade III-IV", "febrile neutropenia"),
        "edition": (None, "CTCAE 5.0"),
        "dose": ("12 mg/day", "24 mg/day"),
    }


def test_two_rows_of_one_study_may_hold_the_same_people():
    assert find_same_people(gather_studies(TABLE, "severe-year-1", ["coles-2012"])) == ()
    found = gather_studies(TABLE, "severe-year-1", ["baker-2017-y2-severe"])
    assert find_same_people(found) == ("baker-2017-y1-severe", "baker-2017-y2-severe")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("", 1, 2, "ANC < 1.0"), "label"),
        (("us", 1, 2, ""), "definition"),
        (("us", -1, 2, "ANC < 1.0"), "events"),
        (("us", 3, 2, "ANC < 1.0"), "events"),
        (("us", 0, 0, "ANC < 1.0"), "events"),
        (("us", 1, 2, "Grade III"), "edition"),
    ],
)
def test_an_own_row_that_says_nothing_certain_is_refused(row, column):
    with pytest.raises(InvalidRow, match=column):
        OwnRow(*row)


def test_none_all_and_a_count_without_a_grade_are_rows():
    assert OwnRow("us", 0, 2, "ANC < 1.0").edition is None
    assert OwnRow("us", 2, 2, "grade III", "CTCAE 6.0").events == 2


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "ours.csv"
    path.write_text(text, encoding=encoding)
    return read_own_rows(path)


def test_own_rows_are_read_from_a_file_with_empty_cells_as_null(tmp_path):
    text = 'label,n,events,definition,edition,period\n"our clinic, ward 2",140,2,grade III-IV,CTCAE 5.0,\n\nregistry,9,0,ANC < 1.0,,year 1\n'
    for encoding in ("utf-8", "utf-8-sig"):
        assert read(tmp_path, text, encoding) == (
            OwnRow("our clinic, ward 2", 2, 140, "grade III-IV", "CTCAE 5.0"),
            OwnRow("registry", 0, 9, "ANC < 1.0", period="year 1"),
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "label"),
        ("label,events,definition\nus,1,x\n", "n"),
        ("label,events,n,definition,colour\nus,1,2,x,red\n", "column names"),
        ("label,events,n,definition,dose,dose\nus,1,2,x,1,2\n", "column names"),
        ("label,events,n,definition\nus,1,2\n", "Row 1"),
        ("label,events,n,definition\nus,1,2,x\nus,1.5,2,x\n", "Row 2.*events"),
        ("label,events,n,definition\nus,1,,x\n", "Row 1.*n"),
        ("label,events,n,definition\nus,1,²,x\n", "Row 1.*n"),
        ("label,events,n,definition\nus,5,2,x\n", "Row 1.*events"),
        ("label,events,n,definition\nus,1,2,grade III\n", "Row 1.*edition"),
    ],
)
def test_a_file_of_own_rows_that_is_not_one_is_refused_with_its_row(tmp_path, text, said):
    with pytest.raises(InvalidRow, match=said):
        read(tmp_path, text)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(UnreadableFile):
        read_own_rows(tmp_path / "nothing.csv")
    (tmp_path / "odd.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableFile):
        read_own_rows(tmp_path / "odd.csv")
