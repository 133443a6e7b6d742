"""Why was a row not used: each reason, in `unused` and in `account`; what `unused` shows, and what it does not."""

import pytest
from tests.tables import expect, reviewed

HEADER = "subject_id day code numeric_value text_value unit comparator status source_id recorded_day"
ONE_ROW_OF_EACH = {
    "no_unit": "1 1 anc 0.9 - - - - - -",
    "unknown_unit": "1 1 anc 0.9 - furlong - - - -",
    "implausible": "1 1 anc 899 - 10*9/L - - - -",
    "not_numeric": "1 1 anc - pending 10*9/L - - - -",
    "negative": "1 1 anc -0.9 - 10*9/L - - - -",
    "conflict": "1 1 anc 0.9 0.4 10*9/L - - - -",
    "cancelled": "1 1 anc 0.9 - 10*9/L - cancelled - -",
    "preliminary": "1 1 anc 0.9 - 10*9/L - preliminary - -",
    "bad_status": "1 1 anc 0.9 - 10*9/L - unheard-of - -",
    "no_time": "1 - anc 0.9 - 10*9/L - - - -",
    "no_total": "1 1 neutrophils_percent 40 - % - - - -",
    "not_given": "1 1 alemtuzumab 0 - mg - - - -",
    "ambiguous_comma": "1 1 anc - 1,234 10*9/L - - - -",
    "no_subject": "- 1 anc 0.9 - 10*9/L - - - -",
}
TWO_ROWS_OF_EACH = {
    "superseded": "1 1 anc 0.9 - 10*9/L - - A 1\n1 1 anc 0.8 - 10*9/L - - A 2",
    "duplicate": "1 1 anc 0.9 - 10*9/L - - - 1\n1 1 anc 0.9 - 10*9/L - - - 1",
    "measured_present": "1 1 neutrophils_percent 40 - % - - - -\n1 1 anc 0.9 - 10*9/L - - - -",
}


def test_there_are_seventeen_reasons():
    assert len(ONE_ROW_OF_EACH | TWO_ROWS_OF_EACH) == 17


@pytest.mark.parametrize(("reason", "row"), ONE_ROW_OF_EACH.items(), ids=ONE_ROW_OF_EACH)
def test_a_row_that_cannot_be_used_says_why(reason, row):
    subject, _, code, _, text, unit, *_ = row.split()
    day = "2000-01-02" if reason != "no_time" else "-"
    result = reviewed(f"{HEADER}\n{row}")
    expected = f"row subject_id time code text_value unit reason\n1 {subject} {day} {code} {text} {unit} {reason}"
    expect(result.unused, expected)
    subjects = 0 if reason == "no_subject" else 1
    expect(result.account, f"use reason rows subjects\nunused {reason} 1 {subjects}")
    assert result.results.num_rows == result.courses.num_rows == 0


def test_a_superseded_row_says_so_and_is_a_use_of_its_own():
    result = reviewed(f"{HEADER}\n{TWO_ROWS_OF_EACH['superseded']}")
    expect(result.unused, "row code reason\n1 anc superseded")
    expect(result.account, "use reason rows subjects\nresult - 1 1\nsuperseded superseded 1 1")


def test_a_copy_says_so():
    result = reviewed(f"{HEADER}\n{TWO_ROWS_OF_EACH['duplicate']}")
    expect(result.unused, "row code reason\n2 anc duplicate")
    expect(result.account, "use reason rows subjects\nresult - 1 1\nunused duplicate 1 1")


def test_a_percentage_beside_a_measured_count_says_so():
    result = reviewed(f"{HEADER}\n{TWO_ROWS_OF_EACH['measured_present']}")
    expect(result.unused, "row code reason\n1 neutrophils_percent measured_present")
    expect(result.account, "use reason rows subjects\nresult - 1 1\nunused measured_present 1 1")


def test_all_reasons_at_once_are_each_counted_once():
    texts = enumerate((ONE_ROW_OF_EACH | TWO_ROWS_OF_EACH).values(), 1)
    rows = [row if row[0] == "-" else f"{who}{row[1:]}" for who, text in texts for row in text.split("\n")]
    result = reviewed("\n".join([HEADER, *rows]))
    assert sum(result.account["rows"].to_pylist()) == len(rows) == 20
    assert sorted(result.unused["reason"].to_pylist()) == sorted(ONE_ROW_OF_EACH | TWO_ROWS_OF_EACH)


def test_the_first_reason_in_the_order_of_the_door_is_said():
    table = """
    subject_id day code numeric_value text_value unit    status      | reason
    -          -   anc  -0.9          -          -       bad         | no_subject
    1          -   anc  -0.9          -          -       bad         | no_time
    1          1   anc  -0.9          -          -       bad         | bad_status
    1          2   anc  -0.9          -          -       cancelled   | cancelled
    1          3   anc  -0.9          -          -       preliminary | preliminary
    1          4   anc  0.9           1,234      -       final       | ambiguous_comma
    1          5   anc  -0.9          0.9        -       final       | conflict
    1          6   anc  -             none       -       final       | not_numeric
    1          7   anc  -0.9          -          -       final       | negative
    1          8   anc  899           -          -       final       | no_unit
    1          9   anc  899           -          furlong final       | unknown_unit
    1          10  anc  899           -          10*9/L  final       | implausible
    """
    reasons = {row["row"]: row["reason"] for row in reviewed(table).unused.to_pylist()}
    expected = [line.split()[-1] for line in table.strip().splitlines()[1:]]
    assert [reasons[at] for at in range(1, 13)] == expected


def test_unused_shows_the_row_as_it_was_given_and_counts_rows_from_one():
    table = """
    subject_id day code         numeric_value text_value unit
    2          3   LOINC//751-8 0.9           -          10*9/L
    2          2   751-8        -             see~note   10*9/L
    1          5   ANC          0.9           -          -
    1          4   hemoglobin   13            13~g       g/mL
    """
    expect(
        reviewed(table).unused,
        """
        row subject_id time       code       text_value unit   reason
        4   1          2000-01-05 hemoglobin 13~g       g/mL   implausible
        2   2          2000-01-03 751-8      see~note   10*9/L not_numeric
        """,
    )


def test_rows_without_a_time_or_a_subject_stand_last():
    table = """
    subject_id day code numeric_value unit
    -          1   anc  0.9           10*9/L
    1          -   anc  0.9           10*9/L
    1          2   anc  0.9           -
    """
    expect(
        reviewed(table).unused,
        """
        row subject_id time       reason
        3   1          2000-01-03 no_unit
        2   1          -          no_time
        1   -          2000-01-02 no_subject
        """,
    )


def test_an_empty_subject_is_no_subject_among_strings_too():
    table = "subject_id day code numeric_value\nanna 1 anc 0.9\n- 1 anc 0.9"
    result = reviewed(table)
    expect(result.unused, "row subject_id reason\n2 - no_subject")
    expect(result.subjects, "subject_id rows\nanna 1")
