"""OMOP rows to event rows: what each column becomes, and what is handed on for the door to refuse."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.ingest.omop_maker import arrow_table, rows_of, write_csv, write_parquet
from tests.tables import expect

import leukon
from leukon.errors import UnknownTime, UnreadableFile
from leukon.events.concepts import load_concepts
from leukon.events.units import load_units
from leukon.ingest.gathered import SCHEMA
from leukon.ingest.omop import is_omop, read_omop, stream_omop
from leukon.ingest.omop_facts import load_facts

WHO = "measurement_id person_id measurement_date"


def measured(tmp_path, text, how=write_parquet, **options):
    return read_omop(how(tmp_path / "cdm", {"measurement": text}), **options)


def dosed(tmp_path, text, **more):
    return read_omop(write_parquet(tmp_path / "cdm", {"drug_exposure": text, **more}))


def unused(events):
    """Reasons of refusal by row, and the values of results, as the door gives them."""
    review = leukon.review(events, "alemtuzumab-ms", as_of="2021-01-01")
    return [(row["row"], row["reason"]) for row in review.unused.to_pylist()]


RESULTS = """
measurement_id person_id measurement_date measurement_datetime measurement_concept_id operator_concept_id value_as_number unit_concept_id range_low range_high measurement_source_value measurement_source_concept_id unit_source_value value_source_value
11 7 2020-01-02 2020-01-02T08:30:00 3013650 4172703 0.9 9444 2.0 7.5 ANC 0 - 0.9
12 7 2020-01-03 - 3013650 4171756 0.1 0 - - ANC 0 K/uL <0.1
13 8 2020-01-04 - 0 - 4.0 8848 - 10 NEUT# 3017732 - -
14 8 2020-01-05 - 0 0 5 8848 2 - NEUT# 0 - -
15 8 2020-01-06 - 3000963 4171755 13.5 8713 - - HGB 0 - >=13.5
16 8 2020-01-06 - - - 1 - - - - - - -
"""


def test_each_column_of_a_measurement_goes_where_it_belongs(tmp_path):
    events = measured(tmp_path, RESULTS)
    assert events.schema.equals(SCHEMA)
    expect(
        events,
        """
        subject_id time                code            numeric_value text_value unit     comparator lln uln place
        7          2020-01-02T08:30:00 OMOP//3013650   0.9           0.9        10*9/L   -          2   7.5 measurement.parquet:1
        7          2020-01-03          OMOP//3013650   0.1           <0.1       K/uL     <          -   -   measurement.parquet:2
        8          2020-01-04          OMOP//3017732   4             -          10*3/uL  -          -   10  measurement.parquet:3
        8          2020-01-05          LOCAL//NEUT#    5             -          10*3/uL  -          2   -   measurement.parquet:4
        8          2020-01-06          OMOP//3000963   13.5          >=13.5     g/dL     >=         -   -   measurement.parquet:5
        8          2020-01-06          -               1             -          -        -          -   -   measurement.parquet:6
        """,
    )


def test_a_folder_of_csv_says_the_same(tmp_path):
    parquet, csv = measured(tmp_path / "a", RESULTS), measured(tmp_path / "b", RESULTS, write_csv)
    assert csv.drop_columns("place").equals(parquet.drop_columns("place"))
    assert csv["place"].to_pylist()[0] == "measurement.csv:2"


def test_names_may_be_in_capitals(tmp_path):
    folder = write_parquet(tmp_path / "cdm", {"measurement": RESULTS}, upper=True)
    assert is_omop(folder)
    assert read_omop(folder).num_rows == 6


def test_a_table_may_be_a_folder_of_parts(tmp_path):
    rows = rows_of(RESULTS)
    (tmp_path / "cdm/Measurement/a").mkdir(parents=True)
    pq.write_table(arrow_table("measurement", rows[:2]), tmp_path / "cdm/Measurement/part-0.parquet")
    pq.write_table(arrow_table("measurement", rows[2:]), tmp_path / "cdm/Measurement/a/part-1.parquet")
    (tmp_path / "cdm/Measurement/_SUCCESS").write_text("")
    events = read_omop(tmp_path / "cdm")
    assert sorted(events["place"].to_pylist())[:2] == ["measurement/part-0.parquet:1", "measurement/part-0.parquet:2"]
    assert events.num_rows == 6


def test_parts_may_be_numbered_files(tmp_path):
    rows = rows_of(RESULTS)
    (tmp_path / "cdm").mkdir()
    for at in range(3):
        pq.write_table(
            arrow_table("measurement", rows[at * 2 : at * 2 + 2]), tmp_path / f"cdm/measurement_00{at}.parquet"
        )
    pq.write_table(pa.table({"person_id": [1]}), tmp_path / "cdm/measurement_old.parquet")  # another table
    assert read_omop(tmp_path / "cdm").num_rows == 6


def test_a_table_that_is_there_twice_is_never_counted_twice(tmp_path):
    folder = write_parquet(tmp_path / "cdm", {"measurement": RESULTS})
    write_csv(folder, {"measurement": RESULTS})
    assert is_omop(folder)
    with pytest.raises(UnreadableFile, match="measurement more than once"):
        read_omop(folder)


def test_wbc_and_percent_of_one_sample_give_an_anc(tmp_path):
    """Every OMOP row has an id of its own: as `source_id` it would keep the two apart, and the ANC would be lost."""
    events = measured(
        tmp_path,
        """
        measurement_id person_id measurement_date measurement_concept_id value_as_number unit_concept_id
        1 7 2020-01-02 3000905 2.0 8848
        2 7 2020-01-02 3008342 20 8554
        """,
    )
    results = leukon.review(events, "alemtuzumab-ms", as_of="2020-02-01").results
    found = {row["analyte"]: (row["value"], row["origin"]) for row in results.to_pylist()}
    assert found["anc"] == (0.4, "wbc_x_percent")


@pytest.mark.parametrize(
    ("text", "number", "comparator", "reason"),
    [
        ("<0.1", "0.1", "4171756", None),
        ("<0.1", "-", "-", None),
        ("0,4", "0.4", "-", None),
        ("<0.1", "0.1", "4172704", "conflict"),
        ("0.9", "0.4", "-", "conflict"),
        ("1,234", "1.234", "-", "ambiguous_comma"),
        ("see~note", "-", "-", "not_numeric"),
        ("-", "-", "-", "not_numeric"),
        ("-", "0.9", "45754907", "not_numeric"),  # an operator that is none of the five
        ("-", "-0.9", "-", "negative"),
        ("DNR", "-", "-", "not_numeric"),
    ],
)
def test_text_number_and_operator_are_judged_at_the_door(tmp_path, text, number, comparator, reason):
    events = measured(
        tmp_path,
        f"""
        {WHO} measurement_concept_id operator_concept_id value_as_number unit_concept_id value_source_value
        1 7 2020-01-02 3013650 {comparator} {number} 9444 {text}
        """,
    )
    assert unused(events) == ([] if reason is None else [(1, reason)])


@pytest.mark.parametrize(
    ("number", "concept", "source", "text", "expected"),
    [
        # the number, its comparator and the text after settling; one row each
        ("0.45", "8848", "/uL", "450", "0.45 10*3/uL - -"),  # converted: the number stands
        ("0.45", "8848", "cells/uL", "<450", "0.45 10*3/uL < -"),
        ("450", "8848", "/uL", "450", "450 10*3/uL~(unit_source_value:~/uL) - 450"),  # one of the units is wrong
        ("0.4", "8848", "/uL", "450", "0.4 10*3/uL - 450"),  # neither: the door says conflict
        ("-", "8848", "/uL", "<450", "- /uL - <450"),
        ("0.45", "8848", "K/uL", "0.45", "0.45 10*3/uL - 0.45"),  # one unit in two spellings
        ("0", "8848", "/uL", "0", "0 10*3/uL - -"),
        ("0.45", "8848", "/uL", "low", "0.45 10*3/uL - low"),
        ("0.45", "8848", "bananas", "450", "0.45 10*3/uL - 450"),
        ("0.45", "0", "/uL", "450", "0.45 /uL - 450"),
    ],
)
def test_a_text_in_the_laboratorys_unit_is_no_conflict_with_a_converted_number(
    tmp_path, number, concept, source, text, expected
):
    events = measured(
        tmp_path,
        f"""
        {WHO} measurement_concept_id value_as_number unit_concept_id unit_source_value value_source_value
        1 7 2020-01-02 3013650 {number} {concept} {source} {text}
        """,
    )
    expect(events, f"numeric_value unit comparator text_value\n{expected}")


def test_a_range_in_the_other_unit_than_the_only_value_says_nothing(tmp_path):
    events = measured(
        tmp_path,
        f"""
        {WHO} measurement_concept_id value_as_number unit_concept_id unit_source_value value_source_value range_low range_high
        1 7 2020-01-02 3013650 - 8848 /uL 450 2 7
        2 7 2020-01-02 3013650 0.45 8848 /uL 450 2 7
        """,
    )
    expect(events, "unit lln uln\n/uL - -\n10*3/uL 2 7")


@pytest.mark.parametrize(
    ("concept", "source", "unit", "reason"),
    [
        ("9444", "-", "10*9/L", None),
        ("8784", "-", "{cells}/uL", None),
        ("44777588", "-", "10*9~cells/L", None),
        ("-", "K/uL", "K/uL", None),
        ("4242", "K/uL", "K/uL", None),
        ("4242", "-", "OMOP//4242", "unknown_unit"),
        ("0", "-", "-", "no_unit"),
        ("8713", "-", "g/dL", "unknown_unit"),
    ],
)
def test_the_standard_unit_goes_before_the_sources(tmp_path, concept, source, unit, reason):
    events = measured(
        tmp_path,
        f"""
        {WHO} measurement_concept_id value_as_number unit_concept_id unit_source_value
        1 7 2020-01-02 3013650 0.9 {concept} {source}
        """,
    )
    assert events["unit"].to_pylist() == [None if unit == "-" else unit.replace("~", " ")]
    assert unused(events) == ([] if reason is None else [(1, reason)])


@pytest.mark.parametrize(
    ("low", "high", "expected"), [("0", "0", "- -"), ("0", "5", "0 5"), ("2", "-", "2 -"), ("-", "-", "- -")]
)
def test_a_range_from_0_to_0_is_not_known(tmp_path, low, high, expected):
    """As limits of normal they would make every low count normal."""
    text = f"{WHO} measurement_concept_id value_as_number range_low range_high\n1 7 2020-01-02 3013650 1 {low} {high}"
    expect(measured(tmp_path, text), f"lln uln\n{expected}")


@pytest.mark.parametrize(
    ("date", "moment", "clock", "time"),
    [
        ("2020-01-02", "2020-01-02T08:30:00", "-", "2020-01-02T08:30:00"),
        ("2020-01-02", "-", "-", "2020-01-02"),
        ("2020-01-02", "1970-01-01T00:00:00", "-", "2020-01-02"),  # filled by a program
        ("2020-01-02", "2020-01-01T23:30:00", "-", "2020-01-02"),  # in another zone
        ("-", "2020-01-02T08:30:00", "-", "2020-01-02T08:30:00"),
        ("2020-01-02", "-", "08:30", "2020-01-02T08:30:00"),
        ("2020-01-02", "-", "8:30:15", "2020-01-02T08:30:15"),
        ("2020-01-02", "-", "25:00", "2020-01-02"),
        ("-", "-", "08:30", "-"),
    ],
)
@pytest.mark.parametrize("how", [write_parquet, write_csv])
def test_the_datetime_stands_where_it_lies_on_the_rows_date(tmp_path, how, date, moment, clock, time):
    text = f"""
    measurement_id person_id measurement_date measurement_datetime measurement_time measurement_concept_id value_as_number
    1 7 {date} {moment} {clock} 3013650 0.9
    2 7 2020-01-02 - - 3013650 0.9
    """
    expect(measured(tmp_path, text, how), f"time\n{time}\n2020-01-02")


@pytest.mark.parametrize(
    ("written", "timezone", "time"),
    [
        ("2020-01-02T08:30:00+02:00", None, "2020-01-02T08:30:00"),
        ("2020-01-02T08:30:00+02:00", "UTC", "2020-01-02T06:30:00"),
        ("2020-01-02T00:30:00+0200", "UTC", "2020-01-01T22:30:00"),
        ("2020-01-02T08:30:00Z", "Europe/Athens", "2020-01-02T10:30:00"),
        ("2020-01-02~08:30:00+02", None, "2020-01-02T08:30:00"),
        ("2020-01-02~08:30:00.0000000", None, "2020-01-02T08:30:00"),  # SQL Server
        ("2020-01-02~08:30", "Europe/Athens", "2020-01-02T08:30:00"),
        ("20200102", None, "2020-01-02"),
    ],
)
def test_an_offset_is_dropped_or_converted(tmp_path, written, timezone, time):
    text = f"""
    measurement_id person_id measurement_date measurement_datetime measurement_concept_id value_as_number
    1 7 2020-01-02 {written} 3013650 0.9
    """
    expect(measured(tmp_path, text, write_csv, timezone=timezone), f"time\n{time}")


@pytest.mark.parametrize(
    "date", ["2020-01", "2020", "02.01.2020", "2020-02-30", "infinity", "9999999-01-01", "yesterday"]
)
def test_a_partial_or_odd_date_is_no_time(tmp_path, date):
    text = f"{WHO} measurement_concept_id value_as_number\n1 7 {date} 3013650 0.9\n2 7 2020-01-02 3013650 0.9"
    events = measured(tmp_path, text, write_csv)
    expect(events, "time numeric_value\n- 0.9\n2020-01-02 0.9")


def test_an_endless_date_of_arrow_is_no_time(tmp_path):
    table = pa.table(
        {
            "person_id": [1, 1, 1],
            "measurement_concept_id": [3013650] * 3,
            "measurement_date": pa.array([2**31 - 1, -(2**31), 18_263], pa.int32()).cast(pa.date32()),
            "measurement_datetime": pa.array([2**62, None, None], pa.timestamp("s")),
            "value_as_number": [0.9] * 3,
        }
    )
    pq.write_table(table.drop_columns("measurement_datetime"), tmp_path / "measurement.parquet")
    expect(read_omop(tmp_path), "time\n-\n-\n2020-01-02")


def test_a_time_with_a_zone_of_its_own_is_read_on_its_clock_or_on_ours(tmp_path):
    times = pa.array([1_577_946_600_000_000], pa.timestamp("us", "Europe/Athens"))
    table = pa.table(
        {"person_id": [1], "measurement_concept_id": [3013650], "measurement_datetime": times, "value_as_number": [0.9]}
    )
    pq.write_table(table, tmp_path / "measurement.parquet")
    expect(read_omop(tmp_path), "time\n2020-01-02T08:30:00")
    expect(read_omop(tmp_path, "UTC"), "time\n2020-01-02T06:30:00")


@pytest.mark.parametrize("type_", [pa.float32(), pa.float64(), pa.decimal128(38, 10), pa.string(), pa.large_string()])
def test_numbers_of_any_type_are_the_decimals_they_stand_for(tmp_path, type_):
    values = pa.array([0.42, 1.8, 150.7, None]).cast(pa.float32()).cast(pa.string()).cast(type_)
    table = pa.table(
        {
            "person_id": pa.array([1.0, 2.0, 10_000_000_000_001.0, None]),  # pandas makes floats of integers with nulls
            "measurement_concept_id": pa.array([3013650.0, 0.0, None, 3013650.0]),
            "measurement_source_value": ["a", "b", None, "d"],
            "measurement_date": [None] * 3 + ["2020-01-02"],
            "value_as_number": values,
        }
    )
    pq.write_table(table, tmp_path / "measurement.parquet")
    expect(
        read_omop(tmp_path),
        """
        subject_id     code           numeric_value time
        1              OMOP//3013650  0.42          -
        2              LOCAL//b       1.8           -
        10000000000001 -              150.7         -
        -              OMOP//3013650  -             2020-01-02
        """,
    )


def test_not_a_number_is_null(tmp_path):
    table = pa.table(
        {"person_id": [1, 1], "measurement_concept_id": [3013650] * 2, "measurement_date": ["2020-01-02"] * 2}
        | {"value_as_number": [float("nan"), 0.9]}
    )
    pq.write_table(table, tmp_path / "measurement.parquet")
    assert read_omop(tmp_path)["numeric_value"].to_pylist() == [None, 0.9]


def test_words_in_the_place_of_the_number_go_to_the_text(tmp_path):
    text = f"""
    {WHO} measurement_concept_id value_as_number value_source_value unit_source_value
    1 7 2020-01-02 3013650 <0.5 - K/uL
    2 7 2020-01-03 3013650 <0.5 <0.5 K/uL
    3 7 2020-01-04 3013650 0,4 - K/uL
    4 7 2020-01-05 3013650 <0.5 0.9 K/uL
    5 7 2020-01-06 3013650 NA 0.9 K/uL
    6 7 2020-01-07 3013650 1,234 - K/uL
    7 7 2020-01-08 3013650 inf - K/uL
    """
    events = measured(tmp_path, text, write_csv)
    expect(
        events,
        """
        numeric_value text_value
        -             <0.5
        -             <0.5
        -             0,4
        -             0.9~(value_as_number:~<0.5)
        -             0.9
        -             1,234
        -             inf
        """,
    )
    assert unused(events) == [(4, "not_numeric"), (6, "ambiguous_comma"), (7, "not_numeric")]


def test_na_is_sodium_and_null_is_nothing(tmp_path):
    text = f"""
    {WHO} measurement_concept_id value_as_number measurement_source_value unit_source_value
    1 7 2020-01-02 0 140 NA mmol/L
    2 NULL 2020-01-02 0 140 \\N NULL
    """
    expect(measured(tmp_path, text, write_csv), "subject_id code unit\n7 LOCAL//NA mmol/L\n- - -")


def test_an_answer_stands_where_there_is_no_text(tmp_path):
    text = f"""
    {WHO} measurement_concept_id value_as_number value_as_concept_id value_source_value
    1 7 2020-01-02 0 - 9191 -
    2 7 2020-01-02 0 - 9189 neg
    3 7 2020-01-02 0 - 424242 -
    4 7 2020-01-02 0 - 0 -
    """
    expect(measured(tmp_path, text), "text_value\npositive\nneg\nOMOP//424242\n-")


def test_observations_are_read_beside_measurements(tmp_path):
    observation = """
    observation_id person_id observation_date observation_concept_id value_as_number value_as_string value_as_concept_id unit_concept_id observation_source_value
    1 7 2020-01-02 0 - no~infection - - INF
    2 7 2020-01-03 3013650 0.9 - - 9444 -
    3 7 2020-01-03 0 - - 45884084 - SMEAR
    """
    folder = write_parquet(tmp_path / "cdm", {"observation": observation})
    assert is_omop(folder)
    expect(
        read_omop(folder),
        """
        code           numeric_value text_value   unit    place
        LOCAL//INF     -             no~infection -       observation.parquet:1
        OMOP//3013650  0.9           -            10*9/L  observation.parquet:2
        LOCAL//SMEAR   -             positive     -       observation.parquet:3
        """,
    )


DOSE = "drug_exposure_id person_id drug_exposure_start_date drug_concept_id"


def test_doses_and_their_amounts(tmp_path):
    events = dosed(
        tmp_path,
        f"""
        {DOSE} quantity dose_unit_source_value sig
        1 7 2020-01-02 1312706 12 mg -
        2 7 2020-01-02 1312706 12 mg -
        3 7 2020-01-02 1304850 300 mcg -
        4 7 2020-01-03 1550557 30 tablets -
        5 7 2020-01-03 1550557 0 - -
        6 7 2020-01-03 1550557 0 mg -
        7 7 2020-01-03 1550557 - - 10~mg
        8 7 2020-01-03 1550557 1 - 5~mg~twice~daily
        9 7 2020-01-03 1550557 1 mg/ml 5-10~mg
        10 7 2020-01-03 1312706 12 mg 60~mg
        """,
    )
    expect(
        events,
        """
        source_id code           numeric_value text_value unit place
        1         OMOP//1312706  12            -          mg   drug_exposure.parquet:1
        2         OMOP//1312706  12            -          mg   drug_exposure.parquet:2
        3         OMOP//1304850  300           -          mcg  drug_exposure.parquet:3
        4         OMOP//1550557  -             -          -    drug_exposure.parquet:4
        5         OMOP//1550557  -             -          -    drug_exposure.parquet:5
        6         OMOP//1550557  0             -          mg   drug_exposure.parquet:6
        7         OMOP//1550557  -             10         mg   drug_exposure.parquet:7
        8         OMOP//1550557  -             -          -    drug_exposure.parquet:8
        9         OMOP//1550557  -             -          -    drug_exposure.parquet:9
        10        OMOP//1312706  12            -          mg   drug_exposure.parquet:10
        """,
    )
    assert unused(events) == [(6, "not_given")]
    courses = leukon.review(events, "alemtuzumab-ms", as_of="2021-01-01").courses.to_pylist()
    assert [(row["doses"], row["total_dose_mg"]) for row in courses] == [(3, 36.0)]


@pytest.mark.parametrize(
    ("type_", "reason", "given"),
    [
        ("32818", "-", True),
        ("32838", "-", True),
        ("32837", "-", False),
        ("-", "-", True),
        ("32818", "not~given", False),
        ("32818", "Not~Administered", False),
        ("32818", "refused", False),
        ("32818", "Entered~in~error", False),
        ("32818", "regimen~completed", True),
        ("32818", "adverse~event", True),
    ],
)
def test_only_what_was_given_or_started_is_a_dose(tmp_path, type_, reason, given):
    text = f"{DOSE} drug_type_concept_id stop_reason quantity dose_unit_source_value\n1 7 2020-01-02 1312706 {type_} {reason} 12 mg"
    events = dosed(tmp_path, text)
    assert unused(events) == ([] if given else [(1, "not_given")])


@pytest.mark.parametrize(
    ("concept", "route", "source", "code"),
    [
        ("4171047", "IV", "-", "OMOP//1550557"),
        ("-", "-", "-", "OMOP//1550557"),
        ("4132161", "PO", "PREDNISOLONE~20~MG", "OMOP//1550557"),
        ("4184451", "-", "-", "ROUTE//eye//OMOP//1550557"),
        ("0", "BOTH~EYES", "-", "ROUTE//eye//OMOP//1550557"),
        ("0", "ou", "-", "ROUTE//eye//OMOP//1550557"),
        ("4023156", "-", "-", "ROUTE//ear//OMOP//1550557"),
        ("4263689", "-", "-", "ROUTE//skin//OMOP//1550557"),
        ("4262914", "-", "-", "ROUTE//nasal//OMOP//1550557"),
        ("40486069", "-", "-", "ROUTE//inhaled//OMOP//1550557"),
        ("4290759", "-", "-", "ROUTE//rectal//OMOP//1550557"),
        ("0", "PR", "-", "ROUTE//rectal//OMOP//1550557"),
        ("0", "OS", "-", "ROUTE//unclear//OMOP//1550557"),  # left eye, or by mouth
        ("0", "-", "prednisoLONE~1%~Ophth~Susp", "ROUTE//eye//OMOP//1550557"),
        ("4171047", "IV", "xyz~eye~drops", "ROUTE//eye//OMOP//1550557"),
        ("0", "early", "-", "OMOP//1550557"),
    ],
)
def test_only_systemic_doses_keep_their_code(tmp_path, concept, route, source, code):
    text = f"{DOSE} route_concept_id route_source_value drug_source_value\n1 7 2020-01-02 1550557 {concept} {route} {source}"
    events = dosed(tmp_path, text)
    assert events["code"].to_pylist() == [code]
    assert (load_concepts().find(code) >= 0) == code.startswith("OMOP")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("L04AA34", "ATC//L04AA34"),
        ("ATC:L04AG06", "ATC//L04AG06"),
        ("RxNorm//117055", "RxNorm//117055"),
        ("A01AA01", "LOCAL//A01AA01"),
        ("117055", "LOCAL//117055"),  # a number may be anybody's
        ("prednisolone", "LOCAL//prednisolone"),  # nothing is mapped by its name in silence
    ],
)
def test_a_dose_without_a_concept_has_its_sources_code(tmp_path, said, code):
    text = f"{DOSE} drug_source_value drug_source_concept_id\n1 7 2020-01-02 0 {said} 0"
    assert dosed(tmp_path, text)["code"].to_pylist() == [code]


CONCEPT = """
concept_id concept_name vocabulary_id concept_class_id concept_code
3016723 Creatinine LOINC Lab~Test 2160-0
21603892 alemtuzumab;~parenteral ATC ATC~5th L04AG06
1312706 alemtuzumab RxNorm Ingredient 117055
40220386 alemtuzumab~10~MG/ML~Injectable~Solution RxNorm Clinical~Drug 828265
19016989 prednisolone~5~MG~Oral~Tablet RxNorm Clinical~Drug 312617
36249737 prednisolone~10~MG/ML~Ophthalmic~Suspension RxNorm Clinical~Drug 312615
42 something~else Other Class 117055
"""
STRENGTH = """
drug_concept_id ingredient_concept_id amount_value
19016989 1550557 5
36249737 1550557 -
99 555 1
"""
ANCESTOR = """
ancestor_concept_id descendant_concept_id
1312706 40220386
1312706 1312706
555 98
"""


def test_products_are_rolled_up_to_drugs_that_leukon_knows(tmp_path):
    text = f"""
    {DOSE} drug_source_concept_id drug_source_value
    1 7 2020-01-02 40220386 0 -
    2 7 2020-01-02 19016989 0 -
    3 7 2020-01-02 36249737 0 -
    4 7 2020-01-02 0 21603892 X
    5 7 2020-01-02 99 0 -
    6 7 2020-01-02 42 0 -
    """
    vocabulary = {"concept": CONCEPT, "drug_strength": STRENGTH, "concept_ancestor": ANCESTOR}
    expect(
        dosed(tmp_path, text, **vocabulary),
        """
        code
        OMOP//1312706
        OMOP//1550557
        ROUTE//eye//OMOP//1550557
        ATC//L04AG06
        OMOP//99
        OMOP//42
        """,
    )


def test_without_the_vocabulary_a_product_keeps_its_own_code(tmp_path):
    assert dosed(tmp_path, f"{DOSE}\n1 7 2020-01-02 40220386")["code"].to_pylist() == ["OMOP//40220386"]


def test_a_concept_that_leukon_knows_by_its_loinc_code_is_handed_on_so(tmp_path):
    text = f"{WHO} measurement_concept_id value_as_number\n1 7 2020-01-02 3016723 80\n2 7 2020-01-02 3013650 0.9"
    folder = write_parquet(tmp_path / "cdm", {"measurement": text, "concept": CONCEPT})
    assert read_omop(folder)["code"].to_pylist() == ["LOINC//2160-0", "OMOP//3013650"]


def test_the_vocabulary_may_be_the_tab_separated_files_of_ohdsi_with_their_loose_quotes(tmp_path):
    folder = write_parquet(tmp_path / "cdm", {"drug_exposure": f"{DOSE}\n1 7 2020-01-02 19016989"})
    (folder / "DRUG_STRENGTH.csv").write_text("drug_concept_id\tingredient_concept_id\n19016989\t1550557\n")
    (folder / "CONCEPT.csv").write_text(
        "concept_id\tconcept_name\tvocabulary_id\tconcept_code\n"
        '1\t6" needle\tX\t1\n2\t"open\tX\t2\n19016989\tprednisolone Nasal Spray\tRxNorm\t312617\n'
    )
    assert read_omop(folder)["code"].to_pylist() == ["ROUTE//nasal//OMOP//1550557"]


# ---- the whole source -----------------------------------------------------------------------------------------------


def test_batches_are_small_and_all_of_one_schema(tmp_path):
    rows = 70_000
    table = pa.table(
        {
            "person_id": range(rows),
            "measurement_concept_id": [3013650] * rows,
            "measurement_date": ["2020-01-02"] * rows,
        }
        | {"value_as_number": [0.9] * rows}
    )
    pq.write_table(table, tmp_path / "measurement.parquet")
    batches = list(stream_omop(tmp_path))
    assert len(batches) > 1
    assert max(batch.num_rows for batch in batches) <= 1 << 16
    assert all(batch.schema.equals(SCHEMA) for batch in batches)
    assert pa.Table.from_batches(batches)["place"].to_pylist() == [f"measurement.parquet:{n + 1}" for n in range(rows)]


def test_a_reader_that_is_left_early_ends(tmp_path):
    write_parquet(tmp_path, {"measurement": RESULTS, "drug_exposure": f"{DOSE}\n1 7 2020-01-02 1312706"})
    stream = stream_omop(tmp_path)
    next(stream)
    stream.close()


def test_empty_tables_are_no_error(tmp_path):
    schema = pa.schema(
        {
            "person_id": pa.int32(),
            "measurement_concept_id": pa.int32(),
            "measurement_date": pa.date32(),
            "value_as_number": pa.float64(),
        }
    )
    pq.write_table(schema.empty_table(), tmp_path / "measurement.parquet")
    assert read_omop(tmp_path).num_rows == 0


@pytest.mark.parametrize("missing", ["person_id", "measurement_concept_id", "measurement_date", "value_as_number"])
def test_a_column_that_every_row_needs_must_be_there(tmp_path, missing):
    folder = write_parquet(tmp_path, {"measurement": RESULTS})
    table = pq.read_table(folder / "measurement.parquet").drop_columns(["measurement_datetime", missing])
    pq.write_table(table.append_column("x", table["measurement_id"]), folder / "measurement.parquet")
    with pytest.raises(UnreadableFile, match=f"no column {missing}"):
        read_omop(folder)


def test_two_columns_of_one_name_are_not_chosen_between(tmp_path):
    pq.write_table(pa.table({"person_id": [1], "PERSON_ID": [2]}), tmp_path / "measurement.parquet")
    assert not is_omop(tmp_path)
    with pytest.raises(UnreadableFile, match="two columns of one name"):
        read_omop(tmp_path)


def test_what_is_not_omop_is_not_taken_for_it(tmp_path):
    assert not is_omop(tmp_path)
    assert not is_omop(tmp_path / "nowhere")
    (tmp_path / "measurement.csv").write_text("subject_id,time,code,numeric_value\n1,2020-01-02,anc,0.9\n")
    assert not is_omop(tmp_path)
    assert not is_omop("https://example.org/measurement")
    (tmp_path / "measurement.parquet").write_bytes(b"PAR1 nothing")
    (tmp_path / "measurement.csv").unlink()
    assert not is_omop(tmp_path)


def test_what_cannot_be_opened_is_said(tmp_path):
    with pytest.raises(UnreadableFile, match="no such file or folder"):
        read_omop(tmp_path / "nowhere")
    with pytest.raises(UnreadableFile, match="none of the tables"):
        read_omop(tmp_path)
    (tmp_path / "measurement.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(UnreadableFile, match="not a whole Parquet file"):
        read_omop(tmp_path)
    with pytest.raises(UnknownTime):
        read_omop(tmp_path, "Mars/Olympus")


def test_every_unit_and_comparator_of_the_list_is_known_at_the_door():
    facts = load_facts()
    units = load_units()
    for concept, unit in facts.units.items():
        assert concept == "source" or any(units.factor(kind, unit) is not None for kind in units.kinds), unit
        ways = [units.factor(k, f"OMOP//{concept}") for k in units.kinds if units.factor(k, f"OMOP//{concept}")]
        assert all(way in {units.factor(k, unit) for k in units.kinds} for way in ways)
    assert {sign for concept, sign in facts.operators.items() if concept != "source"} == {"", "<", "<=", ">", ">="}
