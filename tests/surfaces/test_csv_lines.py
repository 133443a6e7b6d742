"""Lines of a CSV file that fit badly: quotes left open, surplus separators, numbers written as text. No row vanishes."""

import pytest
from tests.tables import expect

import leukon
from leukon.errors import UnknownName

HEADER = "subject_id,time,code,numeric_value,text_value,unit"


def review_lines(folder, *lines, header=HEADER, end="\n"):
    (folder / "events.csv").write_text(end.join([header, *lines]) + end, encoding="utf-8", newline="")
    return leukon.review(leukon.read(folder / "events.csv"), "alemtuzumab-ms", as_of="2020-06-01")


def counted(review):
    return sum(review.account["rows"].to_pylist())


# ---- quotes that are left open ------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_between_two_quotes_that_nobody_closed_are_all_read(end, tmp_path):
    review = review_lines(
        tmp_path,
        '1,2020-01-01,anc,5,"high,10*9/L',
        "1,2020-01-02,anc,0.1,,10*9/L",
        "1,2020-01-03,anc,0.2,,10*9/L",
        '1,2020-01-04,anc,5,"high,10*9/L',
        "1,2020-01-05,anc,6,,10*9/L",
        end=end,
    )
    expect(review.results, "row value\n1 5\n2 0.1\n3 0.2\n4 5\n5 6")


OPEN = {
    "two lines one after the other": ['1,2020-01-01,anc,5,"high,10*9/L', '1,2020-01-02,anc,5,"high,10*9/L'],
    "closed by the end of another field": ['1,2020-01-01,anc,5,"high,10*9/L', '1,2020-01-02,anc,5,high",10*9/L'],
    "before the subject": ['"1,2020-01-01,anc,5,,10*9/L', '"1,2020-01-02,anc,5,,10*9/L'],
    "around the subject of the next line": ['"1,2020-01-01,anc,5,,10*9/L', '1",2020-01-02,anc,5,,10*9/L'],
    "around the time of the next line": ['1,"2020-01-01,anc,5,,10*9/L', '1,2020-01-02",anc,5,,10*9/L'],
    "a field of one quote": ['1,2020-01-01,anc,5,",10*9/L', '1,2020-01-02,anc,5,",10*9/L'],
    "in the last field": ['1,2020-01-01,anc,5,,"10*9/L', '1,2020-01-02,anc,5,,10*9/L"'],
    "between lines with no ISO time": ['1,1.1.2020,anc,5,"high,10*9/L', '1,2.1.2020,anc,5,high",10*9/L'],
    "between lines of damaged times": ['1,yesterday,anc,5,"high,10*9/L', '1,today,anc,5,high",10*9/L'],
    "around damaged times": ['1,"yesterday,anc,5,,10*9/L', '1,today",anc,5,10*9/L'],
    "with a short line between": ['1,2020-01-01,anc,5,"high,10*9/L', "1,2020-01-02", '1,2020-01-03,anc,5,"high'],
    "with an empty line between": ['1,2020-01-01,anc,5,"high,10*9/L', "", '1,2020-01-02,anc,5,"high,10*9/L'],
    "one for each of many lines": [f'1,2020-01-{day:02},anc,5,"high,10*9/L' for day in range(1, 31)],
    "behind a bare quote": ['1,2020-01-01,anc,5,5" tube,"10*9/L', '1,2020-01-02,anc,5,5" tube,"10*9/L'],
}


@pytest.mark.parametrize("case", OPEN)
def test_no_line_is_lost_to_a_quote_left_open(case, tmp_path):
    review = review_lines(tmp_path, "2,2020-01-01,anc,2,,10*9/L", *OPEN[case], "2,2020-01-05,anc,3,,10*9/L")
    assert counted(review) == sum(map(bool, OPEN[case])) + 2
    assert [row["value"] for row in review.results.to_pylist() if row["subject_id"] == "2"] == [2, 3]
    assert {row["subject_id"] for row in review.subjects.to_pylist()} <= {"1", "2", '1"'}


@pytest.mark.parametrize("after", [0, 3, 5_000])
def test_one_quote_that_never_closes_costs_one_row_and_no_file(after, tmp_path, command):
    review = review_lines(tmp_path, '1,2020-01-01,anc,"0.4242,,10*9/L', *["1,2020-01-02,anc,2,,10*9/L"] * after)
    expect(review.unused.slice(0, 1), 'row subject_id text_value reason\n1 1 "0.4242 not_numeric')
    assert counted(review) == after + 1
    done = command("review", "events.csv", "--protocol", "alemtuzumab-ms", "--as-of", "2020-06-01")
    assert done.returncode == 0
    assert f"Rows read: {after + 1:,} (" in done.stdout


@pytest.mark.parametrize("text", ["<0.5", "0.4", "1,2"])
def test_a_value_behind_a_quote_left_open_is_not_passed_over_for_the_number_beside_it(text, tmp_path):
    review = review_lines(tmp_path, f'1;2020-01-01;anc;5;"{text};10*9/L', header=HEADER.replace(",", ";"))
    expect(review.unused, "row subject_id time code reason\n1 1 2020-01-01 anc not_numeric")


def test_a_subject_behind_a_quote_left_open_is_nobody_rather_than_somebody_else(tmp_path):
    review = review_lines(tmp_path, '"1,2020-01-01,anc,5,,10*9/L', "1,2020-01-02,anc,5,,10*9/L")
    expect(review.unused, "row subject_id reason\n1 - no_subject")


COMMENTS = {
    "in the midst": (HEADER, '1,2020-01-01,anc,2,"clotted,\nplease ""repeat""",10*9/L'),
    "of empty lines": (HEADER, '1,2020-01-01,anc,2,"clotted\n\n\nrepeat",10*9/L'),
    "with a date": (HEADER, '1,2020-01-01,anc,2,"clotted, repeat\n2020-01-02, or\n03.01.2020",10*9/L'),
    "in the first column": (
        "text_value,subject_id,time,code,numeric_value,unit",
        '"clotted\nrepeat",1,2020-01-01,anc,2,10*9/L',
    ),
    "in the last column": (
        "subject_id,time,code,numeric_value,unit,text_value",
        '1,2020-01-01,anc,2,10*9/L,"clotted\nrepeat"',
    ),
    "or a line break behind a unit": (HEADER, '1,2020-01-01,anc,2,,"10*9/L\n"'),
    "in two columns": (HEADER + ",note", '1,2020-01-01,anc,2,"clotted\nrepeat",10*9/L,"seen\nby me"'),
    "before surplus separators": (HEADER, '1,2020-01-01,anc,2,"clotted\nrepeat",10*9/L,,'),
}


@pytest.mark.parametrize("case", COMMENTS)
def test_a_comment_over_several_lines_is_one_field_of_one_row(case, tmp_path):
    header, line = COMMENTS[case]
    review = review_lines(tmp_path, line, line.replace("01-01", "01-02"), header=header)
    expect(review.results, "row value\n1 2\n2 2")
    assert counted(review) == 2


def test_a_comment_over_several_lines_survives_a_quote_left_open_just_before_it(tmp_path):
    review = review_lines(
        tmp_path, '1,2020-01-01,anc,5,"high,10*9/L', '1,2020-01-02,anc,2,"clotted,', 'please repeat",10*9/L'
    )
    expect(review.results, "row value\n1 5\n2 2")


# ---- surplus separators -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("surplus", [",", ",,,", ", ,"])
def test_separators_behind_the_last_field_of_a_line_are_not_surplus_fields(surplus, tmp_path):
    rows = [f"1,2020-01-{day:02},anc,{day},10*9/L{surplus}" for day in (1, 2, 3)]
    review = review_lines(tmp_path, *rows, header="subject_id,time,code,numeric_value,unit")
    assert review.results["value"].to_pylist() == [1, 2, 3]
    assert review.unused.num_rows == 0


# ---- numbers that are written as text -----------------------------------------------------------------------------

NUMBERS = """
    value  text      comparator | reads
    1,9    normal    -          | 1.9
    1,9    normal    >=         | >=1.9
    0,899  normal    -          | 0.899
    1,9    <         -          | <1.9
    <0,5   low       -          | <0.5
    <0,5   <0.50     -          | <0.5
    NA     1,9       -          | 1.9
    -      1,9       -          | 1.9
    nan    <0,1      -          | <0.1
    1,9    1.9       -          | 1.9
    1,9    1,8       -          | conflict
    1,234  normal    -          | ambiguous_comma
    1,234  1.2       -          | ambiguous_comma
    1.2    1,234     -          | ambiguous_comma
    pending normal   -          | not_numeric
    pending 0.4      -          | not_numeric
    1.2.3  0.4       -          | not_numeric
    0.4;   0.4       -          | not_numeric
    <0,5   0.4       -          | not_numeric
    0,4    <pending  -          | <0.4
    pending <0.4     -          | not_numeric
"""


@pytest.mark.parametrize("line", NUMBERS.strip().splitlines()[1:], ids=lambda line: " ".join(line.split()))
def test_a_number_beside_a_text_is_read_or_the_row_is_unused(line, tmp_path):
    said, reads = line.split(" | ")
    value, text, comparator = ("" if word == "-" else word for word in said.split())
    review = review_lines(
        tmp_path,
        f'1\t2020-01-01\tanc\t"{value}"\t{text}\t10*9/L\t{comparator}',
        header=f"{HEADER},comparator".replace(",", "\t"),
    )
    results = [f"{row['comparator'] or ''}{row['value']}" for row in review.results.to_pylist()]
    assert results + review.unused["reason"].to_pylist() == [reads]


def test_an_unused_row_shows_both_the_text_and_the_number_that_cannot_be_read(tmp_path):
    review = review_lines(tmp_path, "1,2020-01-01,anc,pending,0.4,10*9/L")
    assert review.unused["text_value"].to_pylist() == ["0.4 (numeric_value: pending)"]


def test_a_dose_with_a_decimal_comma_has_its_amount_whatever_its_text(tmp_path):
    review = review_lines(
        tmp_path, "1;2020-01-01;alemtuzumab;12,5;given;mg", header="subject_id;time;code;numeric_value;text_value;unit"
    )
    expect(review.courses, "subject_id doses total_dose_mg\n1 1 12.5")


@pytest.mark.parametrize("value", ["", "x", "1+", "NA"])
def test_a_finding_is_its_word_whatever_stands_in_its_number(value, tmp_path):
    review = review_lines(tmp_path, f"1,2020-01-01,infection,{value},negative,")
    expect(review.account, "use reason rows subjects\nfinding - 1 1")


def test_limits_of_normal_may_have_a_decimal_comma(tmp_path):
    review = review_lines(
        tmp_path, "1;2020-01-01;anc;1,9;10*9/L;2,0;7,5", header="subject_id;time;code;numeric_value;unit;lln;uln"
    )
    expect(review.results, "row value lln uln\n1 1.9 2 7.5")


# ---- formats ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["xml", "CSV", ""])
def test_a_format_that_leukon_does_not_know_is_named_with_those_it_knows(name, tmp_path):
    (tmp_path / "events.csv").write_text(HEADER)
    with pytest.raises(UnknownName, match=f"no format '{name}'.*csv, parquet, meds"):
        leukon.read(tmp_path / "events.csv", format=name)
