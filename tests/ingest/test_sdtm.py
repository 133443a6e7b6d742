"""Trial data: LB, EX and CM of SDTM and ADLB of ADaM, from XPT, CSV and Parquet."""

import csv
import re
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ingest.sdtm_maker import csv_bytes, dataset, ibm, parquet_bytes, write, xpt_bytes

import leukon
from leukon.errors import DoubledColumn, UnknownTime, UnreadableFile
from leukon.ingest import sdtm_codes
from leukon.ingest.gathered import SCHEMA
from leukon.ingest.sdtm import is_sdtm, read_sdtm, stream_sdtm
from leukon.ingest.sdtm_doses import dose_code
from leukon.ingest.sdtm_times import DAY, SECOND, iso_times, sas_times

FORMS = ("xpt", "csv", "parquet")
PILOT = Path(__file__).parents[2].parent / "shared/data/cdisc-pilot-lb.parquet"


def shown(table, *columns):
    """Rows as text: `-` for null, times to the minute, `~` for a space."""
    return [" ".join(_cell(row[name]) for name in columns) for row in table.select(columns).to_pylist()]


def _cell(value):
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return f"{value:g}" if isinstance(value, float) else value.replace(" ", "~")


def read_text_table(folder, name, form, text):
    return read_sdtm(write(folder, name, form, text))


def lines(text):
    return [" ".join(line.split()) for line in text.strip().splitlines()]


# ------------------------------------------------------------------------------------------------------------- LB

LABS = """
USUBJID LBSEQ LBTESTCD LBORRES LBORRESU LBORNRLO LBORNRHI LBSTRESC LBSTRESN LBSTRESU LBSTNRLO LBSTNRHI LBSTAT LBDTC
T-1-1 1 WBC 5.1 10^9/L 4 11 5.1 5.1 10^9/L 4 11 - 2014-01-02T10:00
T-1-1 2 HGB 12.9 g/dL 12 16 8.01 8.01 mmol/L 7.4 9.9 - 2014-01-02
T-1-1 3 PLAT <5 10^9/L 150 400 <5 - 10^9/L 150 400 - 2014-01-02T10:00:30
T-1-1 4 NEUT - - - - - - - - - NOT~DONE 2014-01-02
T-1-2 5 NEUT 0,4 10^9/L 2,0 7,5 0.4 0.4 10^9/L 2 7.5 - 2014-01
T-1-2 6 NEUT - - - - 0.9 0.9 10^9/L 2 7.5 - 2014-02-03
T-1-2 7 NEUT 7 GRAINS - - 0.9 0.9 10^9/L 2 7.5 - 2014-02-04
- 8 NEUT SEE~NOTE - - - - - - - - MAYBE 2014-02-05
"""
LAB_EVENTS = """
T-1-1 2014-01-02T10:00 SDTM//WBC  5.1  5.1      10^9/L 4   11  -         1
T-1-1 2014-01-02T00:00 SDTM//HGB  12.9 12.9     g/dL   12  16  -         2
T-1-1 2014-01-02T10:00 SDTM//PLAT -    <5       10^9/L 150 400 -         3
T-1-1 2014-01-02T00:00 SDTM//NEUT -    -        -      -   -   cancelled 4
T-1-2 -                SDTM//NEUT 0.4  0,4      10^9/L 2   7.5 -         5
T-1-2 2014-02-03T00:00 SDTM//NEUT 0.9  0.9      10^9/L 2   7.5 -         6
T-1-2 2014-02-04T00:00 SDTM//NEUT 0.9  0.9      10^9/L 2   7.5 -         7
-     2014-02-05T00:00 SDTM//NEUT -    SEE~NOTE -      -   -   MAYBE     8
"""
COLUMNS = ("subject_id", "time", "code", "numeric_value", "text_value", "unit", "lln", "uln", "status", "source_id")


@pytest.mark.parametrize("form", FORMS)
def test_each_row_of_lb_is_one_event_with_its_own_words(form, tmp_path):
    table = read_text_table(tmp_path, "lb", form, LABS)
    assert table.schema == SCHEMA
    assert shown(table, *COLUMNS) == lines(LAB_EVENTS)
    first = 2 if form == "csv" else 1
    assert table["place"].to_pylist() == [f"lb.{form}:{row}" for row in range(first, first + 8)]


def test_the_door_refuses_what_lb_could_not_say_with_its_reason(tmp_path):
    table = read_text_table(tmp_path, "lb", "xpt", LABS).drop_columns(["place"])
    review = leukon.review(table, "alemtuzumab-ms", as_of="2014-12-31")
    assert dict(zip(*(review.unused[name].to_pylist() for name in ("row", "reason")), strict=True)) == {
        4: "cancelled",
        5: "no_time",
        8: "no_subject",
    }
    assert review.results.num_rows == 5


def test_the_standardised_number_never_stands_beside_the_original_text(tmp_path):
    text = """
    USUBJID LBSEQ LBTESTCD LBORRES LBORRESU LBSTRESC LBSTRESN LBSTRESU LBSTNRLO LBDTC
    1 1 HGB 12.9 g/dL 8.01 8.01 mmol/L 7.4 2014-01-02
    1 2 HGB <1 g/dL <0.6 0.3 mmol/L 7.4 2014-01-02
    1 3 HGB 12.9 g/dL 12.9 12.9 g/dL 12 2014-01-02
    1 4 HGB 12.9 NO~UNITS 12.9 12.9 NO~UNITS 12 2014-01-02
    """
    found = read_text_table(tmp_path, "lb", "csv", text)
    assert shown(found, "numeric_value", "text_value", "unit", "lln") == [
        "12.9 12.9 g/dL -",
        "- <1 g/dL -",
        "12.9 12.9 g/dL 12",
        "12.9 12.9 - 12",
    ]


def test_a_range_that_is_no_number_is_not_known(tmp_path):
    text = """
    USUBJID LBSEQ LBTESTCD LBORRES LBORRESU LBORNRLO LBORNRHI LBDTC
    1 1 CREAT 80 umol/L - <90 2014-01-02
    1 2 CREAT 80 umol/L 1,234 90 2014-01-02
    """
    assert shown(read_text_table(tmp_path, "lb", "csv", text), "lln", "uln") == ["- -", "- 90"]


def test_a_number_written_with_all_the_digits_of_a_float_is_read(tmp_path):
    text = "USUBJID LBTESTCD LBSTRESN LBSTNRLO\n1 HGB 4.3999999999999995 1e1\n1 HGB . 0,5"
    assert read_text_table(tmp_path, "lb", "csv", text)["numeric_value"].to_pylist() == [4.3999999999999995, None]


def test_a_percentage_has_no_identity_of_its_own_so_that_it_meets_its_total(tmp_path):
    text = """
    USUBJID LBSEQ LBTESTCD LBORRES LBORRESU LBDTC
    1 1 WBC 4.0 10^9/L 2014-01-02
    1 2 NEUTLE 30 % 2014-01-02
    1 3 LYMLE 0.5 FRACTION 2014-01-02
    """
    table = read_text_table(tmp_path, "lb", "csv", text)
    assert table["source_id"].to_pylist() == ["1", None, None]
    review = leukon.review(table.drop_columns(["place"]), "alemtuzumab-ms", as_of="2014-12-31")
    assert shown(review.results, "analyte", "value", "origin") == [
        "anc 1.2 wbc_x_percent",
        "lymphocytes 2 wbc_x_percent",
        "wbc 4 measured",
    ]


CODES = """
LBTESTCD LBLOINC LBSPEC LBCAT LBDRVFL | code
NEUT    751-8        BLOOD  HEMATOLOGY -  | LOINC//751-8
NEUT    LOINC:751-8  -      -          -  | LOINC//751-8
neut    -            -      -          -  | SDTM//NEUT
XYZ     99999-9      BLOOD  -          -  | LOINC//99999-9
WBC     -            URINE  -          -  | SDTM//URINE//WBC
WBC     -            -      URINALYSIS -  | SDTM//URINE//WBC
WBC     -            CEREBROSPINAL~FLUID - - | SDTM//CEREBROSPINAL~FLUID//WBC
WBC     6690-2       URINE  -          -  | CONFLICT//6690-2//URINE//WBC
RBC     13945-1      URINE  -          -  | LOINC//13945-1
RBC     -            URINE  -          -  | SDTM//URINE//RBC
RBC     -            BLOOD  -          -  | SDTM//RBC
PROT    -            -      URINALYSIS -  | SDTM//URINE//PROT
PROT    -            SERUM  -          -  | SDTM//PROT
CD19LY  8117-4       BLOOD  -          -  | LOINC//8117-4
CD19LY  8123-2       BLOOD  -          -  | CONFLICT//8123-2//CD19LY
WBC     5821-4       -      -          -  | LOINC//5821-4
WBC     -            SERUM~OR~PLASMA - -  | SDTM//WBC
NEUT    751-8        -      -          Y  | DERIVED//DERIVED//NEUT
-       751-8        -      -          -  | LOINC//751-8
-       -            -      -          -  | -
"""


@pytest.mark.parametrize("line", CODES.strip().splitlines()[1:])
def test_a_code_says_what_was_measured_and_in_what(line, tmp_path):
    given_, _, code = line.partition(" | ")
    text = f"{CODES.strip().splitlines()[0].partition(' | ')[0]} USUBJID\n{given_} 1"
    assert shown(read_text_table(tmp_path, "lb", "csv", text), "code") == [code.strip()]


@pytest.mark.parametrize(
    ("test", "loinc", "code"),
    [
        ("HGB", "718-7", "LOINC//718-7"),
        ("HGB", "751-8", "CONFLICT//751-8//HGB"),
        ("HGB", "5821-4", "LOINC//5821-4"),
    ],
)
def test_a_loinc_code_that_contradicts_the_test_code_is_not_believed(test, loinc, code, monkeypatch):
    known = {"LOINC//718-7": 1, "SDTM//HGB": 1, "LOINC//751-8": 2}
    monkeypatch.setattr(sdtm_codes, "concept_of", lambda code: known.get(code, -1))
    assert sdtm_codes.lab_code(test, loinc) == code


def test_an_unknown_loinc_code_gives_way_to_the_test_code_only_where_the_row_is_of_the_blood(monkeypatch):
    monkeypatch.setattr(sdtm_codes, "concept_of", lambda code: 1 if code == "SDTM//HGB" else -1)
    assert sdtm_codes.lab_code("HGB", "5821-4", specimen="BLOOD") == "SDTM//HGB"
    assert sdtm_codes.lab_code("HGB", "5821-4", category="HEMATOLOGY") == "SDTM//HGB"
    assert sdtm_codes.lab_code("HGB", "5821-4") == "LOINC//5821-4"


# ---------------------------------------------------------------------------------------------------------- times

TIMES = """
2017-11-05T14:30             | 2017-11-05T14:30
2017-11-05T14:30:59          | 2017-11-05T14:30
2017-11-05T14:30:59.5        | 2017-11-05T14:30
2017-11-05T14                | 2017-11-05T14:00
2017-11-05                   | 2017-11-05T00:00
2017-11-05T-:30              | 2017-11-05T00:30
2017-11-05T14:-:59           | 2017-11-05T14:00
2017-11-05T14:30+02:00       | 2017-11-05T14:30
2017-11-05T14:30Z            | 2017-11-05T14:30
2017-11                      | -
2017                         | -
2017---05                    | -
--11-05                      | -
2017-11-31                   | -
2017-11-05T24:30             | -
2017-11-05/2017-11-07        | -
05NOV2017                    | -
20171105                     | -
-                            | -
"""


@pytest.mark.parametrize("line", TIMES.strip().splitlines())
def test_a_partial_date_is_no_time_and_a_date_alone_is_midnight(line):
    word, _, time = line.partition(" | ")
    column = pa.array([None if word.strip() == "-" else word.strip()], pa.string())
    assert [_cell(iso_times(column)[0].as_py())] == [time.strip()]


def test_a_day_that_does_not_exist_costs_no_other_its_time():
    column = pa.array(["2017-11-05T14:30", "2017-02-31", "0900-01-01", None])
    assert iso_times(column).to_pylist() == [datetime(2017, 11, 5, 14, 30), None, None, None]
    years = [f"{year:04}-01-01" for year in range(0, 10_000, 100)] + ["2017-11-05T14:30Z"]
    alone = [iso_times(pa.array([word])).to_pylist()[0] for word in years]
    assert iso_times(pa.array(years)).to_pylist() == alone


def test_an_offset_is_converted_only_where_a_zone_is_given(tmp_path):
    path = write(tmp_path, "lb", "csv", "USUBJID LBTESTCD LBDTC\n1 WBC 2017-11-05T23:30-02:00")
    assert read_sdtm(path)["time"].to_pylist() == [datetime(2017, 11, 5, 23, 30)]
    assert read_sdtm(path, "Europe/Athens")["time"].to_pylist() == [datetime(2017, 11, 6, 3, 30)]
    with pytest.raises(UnknownTime):
        read_sdtm(path, "Mars/Phobos")


def test_times_of_parquet_are_taken_as_they_are(tmp_path):
    path = tmp_path / "lb.parquet"
    times = pa.array([datetime(2017, 11, 5, 8), None], pa.timestamp("us"))
    pq.write_table(pa.table({"USUBJID": ["1", "1"], "LBTESTCD": ["WBC", "WBC"], "LBDTC": times}), path)
    assert read_sdtm(path)["time"].to_pylist() == [datetime(2017, 11, 5, 8), None]


@pytest.mark.parametrize(
    ("column", "unit", "expected"),
    [
        (pa.array([0.0, -1.0, 19725.0, 19725.9, None, float("nan"), 1e18]), DAY, [
            datetime(1960, 1, 1), datetime(1959, 12, 31), datetime(2014, 1, 2), datetime(2014, 1, 2), None, None, None,
        ]),
        (pa.array([1704287820.0, 0.5]), SECOND, [datetime(2014, 1, 2, 13, 17), datetime(1960, 1, 1, 0, 0, 0, 500_000)]),
        (pa.array([date(2014, 1, 2)]), DAY, [datetime(2014, 1, 2)]),
        (pa.array(["02JAN2014", "2014-01-02", "19725", "2014-01", "32JAN2014", "02XXX2014", None]), DAY, [
            *[datetime(2014, 1, 2)] * 3, *[None] * 4,
        ]),
        (pa.array(["02JAN2014:13:17:00", "02jan2014:13:17", "1704287820"]), SECOND, [datetime(2014, 1, 2, 13, 17)] * 3),
    ],
)  # fmt: skip
def test_sas_counts_days_and_seconds_since_1960(column, unit, expected):
    assert sas_times(column, unit).to_pylist() == expected


# ----------------------------------------------------------------------------------------------------------- ADLB

ADLB = """
USUBJID LBSEQ PARAMCD PARAM PARAMTYP DTYPE LBTESTCD LBLOINC AVAL AVALC LBSTRESC LBSTRESU ANRLO ANRHI A1LO A1HI ADT ADTM ADTF ATMF
1 1 WBC Leukocytes~(10^9/L)          -       -       WBC -     5.1  -    5.1  -      4 11 - - 19725 1704287820 - -
1 2 HGB Haemoglobin~(mmol(Fe)/L)     -       -       HGB 718-7 8.0  -    8.0  -      - - 7 10 19725 - - -
1 2 _HGB Haemoglobin~change          -       -       HGB 718-7 0.2  -    8.0  mmol/L - - - -  19725 - - -
1 3 PLAT Platelets~(10^9/L)          -       LOCF    PLAT -    150  -    150  -      - - - -  19725 - - -
1 - ANC Neutrophils~(10^9/L)         DERIVED -       -    -    0.9  -    -    -      - - - -  19725 - - -
1 4 TSH Thyrotropin                  -       -       TSH  -    0.05 -    <0.1 mU/L   - - - -  19725 - - -
1 5 TSH Thyrotropin                  -       -       TSH  -    1.0  <1.0 -    mU/L   - - - -  19725 - - -
1 6 TSH Thyrotropin~(mU/L)           -       -       TSH  -    2.0  -    -    -      - - - -  19725 - D -
1 7 TSH Thyrotropin~(mU/L)           -       -       TSH  -    2.0  -    -    -      - - - -  19725 1704287820 - H
"""
ADLB_EVENTS = """
2014-01-02T13:17 SDTM//WBC              5.1  -    10^9/L     4 11
2014-01-02T00:00 LOINC//718-7           8    -    mmol(Fe)/L 7 10
2014-01-02T00:00 SDTM//_HGB             0.2  -    -          - -
2014-01-02T00:00 DERIVED//LOCF//PLAT    150  -    10^9/L     - -
2014-01-02T00:00 DERIVED//DERIVED//ANC  0.9  -    10^9/L     - -
2014-01-02T00:00 SDTM//TSH              0.05 <0.1 mU/L       - -
2014-01-02T00:00 SDTM//TSH              1    <1.0 mU/L       - -
-                SDTM//TSH              2    -    mU/L       - -
2014-01-02T00:00 SDTM//TSH              2    -    mU/L       - -
"""


@pytest.mark.parametrize("form", FORMS)
def test_adlb_gives_measured_values_and_marks_what_was_derived_or_imputed(form, tmp_path):
    table = read_text_table(tmp_path, "adlb", form, ADLB)
    found = shown(table, "time", "code", "numeric_value", "text_value", "unit", "lln", "uln")
    assert found == lines(ADLB_EVENTS)


def test_a_value_that_adlb_repeats_in_another_visit_window_is_one_result(tmp_path):
    text = """
    USUBJID LBSEQ PARAMCD PARAM AVAL ADT
    1 1 WBC Leukocytes~(10^9/L) 5.1 19725
    1 1 WBC Leukocytes~(10^9/L) 5.1 19725
    """
    table = read_text_table(tmp_path, "adlb", "xpt", text).drop_columns(["place"])
    review = leukon.review(table, "alemtuzumab-ms", as_of="2014-12-31")
    assert review.results.num_rows == 1


# ---------------------------------------------------------------------------------------------------------- doses

DOSES = """
USUBJID EXSEQ EXTRT       EXDOSE EXDOSTXT EXDOSU EXDOSFRQ EXROUTE     EXSTDTC          EXENDTC    EXOCCUR
1       1     ALEMTUZUMAB 12     -        mg     QD       INTRAVENOUS 2014-01-02T09:00 2014-01-06 -
1       2     Alemtuzumab 0      -        mg     QD       INTRAVENOUS 2014-01-07       -          -
1       3     ALEMTUZUMAB 12     -        mg     QD       INTRAVENOUS 2014-01-08       -          N
1       4     PLACEBO     0      -        mg     QD       INTRAVENOUS 2014-01-08       -          Y
1       5     ALEMTUZUMAB -      10-12    mg     QD       -           2014-01          -          Y
"""
DOSE_EVENTS = """
2014-01-02T09:00 alemtuzumab    12 -         mg EX~1
2014-01-07T00:00 alemtuzumab    0  -         mg EX~2
2014-01-08T00:00 alemtuzumab    12 not~given mg EX~3
2014-01-08T00:00 EXTRT//PLACEBO 0  -         mg EX~4
-                alemtuzumab    -  10-12     mg EX~5
"""


@pytest.mark.parametrize("form", FORMS)
def test_each_row_of_ex_is_one_dose_at_its_start(form, tmp_path):
    table = read_text_table(tmp_path, "ex", form, DOSES)
    assert shown(table, "time", "code", "numeric_value", "text_value", "unit", "source_id") == lines(DOSE_EVENTS)
    review = leukon.review(table.drop_columns(["place"]), "alemtuzumab-ms", as_of="2014-12-31")
    assert sorted(shown(review.unused, "reason")) == ["no_time", "not_given", "not_given"]
    assert shown(review.courses, "drug", "total_dose_mg") == ["alemtuzumab 12"]


MEDICATIONS = """
CMTRT                  | CMDECOD                             | CMCLASCD | CMROUTE     | code
neupogen               | FILGRASTIM                          | L03AA    | SUBCUTANEOUS | filgrastim
Medrol                 | -                                   | H02AB04  | ORAL        | ATC//H02AB04
solu-medrol            | METHYLPREDNISOLONE SODIUM SUCCINATE | -        | -           | methylprednisolone
PREDNISOLONE ACETATE   | -                                   | -        | OPHTHALMIC  | ROUTE//eye//prednisolone
DEXAMETHASONE          | -                                   | -        | AURICULAR (OTIC) | ROUTE//ear//dexamethasone
DEXAMETHASONE          | -                                   | -        | NASAL       | ROUTE//nasal//dexamethasone
DEXAMETHASONE          | -                                   | -        | RESPIRATORY (INHALATION) | ROUTE//inhaled//dexamethasone
HYDROCORTISONE         | -                                   | -        | TOPICAL     | ROUTE//skin//hydrocortisone
HYDROCORTISONE         | -                                   | -        | RECTAL      | ROUTE//rectal//hydrocortisone
METHOTREXATE           | -                                   | -        | INTRATHECAL | ROUTE//other//methotrexate
CO-TRIMOXAZOLE         | -                                   | -        | UNKNOWN     | co_trimoxazole
PREDNISOLONE           | PREDNISOLONE WITH NEOMYCIN          | -        | ORAL        | prednisolone
NEOMYCIN; PREDNISOLONE | -                                   | -        | ORAL        | CMTRT//NEOMYCIN; PREDNISOLONE
anc                    | -                                   | -        | ORAL        | CMTRT//ANC
PREDNISOLONE PLACEBO   | -                                   | -        | ORAL        | CMTRT//PREDNISOLONE PLACEBO
-                      | -                                   | -        | -           | -
"""


@pytest.mark.parametrize("line", MEDICATIONS.strip().splitlines()[1:])
def test_a_medication_is_a_dose_where_its_code_or_name_is_a_drug_leukon_knows(line):
    *words, code = [cell.strip().replace("-", "", cell.strip() == "-") for cell in line.split(" | ")]
    assert dose_code("CMTRT", *(word.upper() for word in words)) == (code or None)


def test_a_drug_in_both_ex_and_cm_is_two_doses_and_a_medication_not_taken_is_none(tmp_path):
    write(tmp_path, "ex", "xpt", "USUBJID EXSEQ EXTRT EXDOSE EXDOSU EXSTDTC\n1 1 PREDNISOLONE 25 mg 2014-01-02")
    text = """
    USUBJID CMSEQ CMTRT CMDOSE CMDOSU CMSTDTC CMOCCUR CMSTAT
    1 1 PREDNISOLONE 25 mg 2014-01-02 Y -
    1 2 PREDNISOLONE - - 2014-01-03 N -
    1 3 PREDNISOLONE - - 2014-01-03 - NOT~DONE
    """
    write(tmp_path, "cm", "xpt", text)
    review = leukon.review(read_sdtm(tmp_path).drop_columns(["place"]), "alemtuzumab-ms", as_of="2014-12-31")
    assert shown(review.account.select(["use", "reason"]), "use", "reason") == [
        "dose -",
        "unused cancelled",
        "unused not_given",
    ]
    assert review.account["rows"].to_pylist() == [2, 1, 1]


# -------------------------------------------------------------------------------------------------------- studies

ONE_LAB = "USUBJID LBSEQ LBTESTCD LBORRES LBORRESU LBDTC\n{subject} 1 WBC 5.1 10^9/L 2014-01-02"


def test_a_study_folder_gives_its_labs_doses_and_medications_and_nothing_twice(tmp_path):
    write(tmp_path, "lb", "xpt", ONE_LAB.format(subject="1"))
    write(tmp_path, "lb", "csv", ONE_LAB.format(subject="1"))  # the same dataset in another form
    write(tmp_path, "LBHM", "csv", ONE_LAB.format(subject="2"))  # a dataset split by category
    write(tmp_path, "adlb", "xpt", "USUBJID PARAMCD AVAL ADT\n1 WBC 5.1 19725")
    write(tmp_path, "ex", "parquet", "USUBJID EXTRT EXDOSE\n1 ALEMTUZUMAB 12")
    write(tmp_path, "cm", "csv", "USUBJID CMTRT CMDOSE\n1 PREDNISOLONE 25")
    write(tmp_path, "dm", "xpt", "USUBJID SEX\n1 F")
    write(tmp_path, "supplb", "xpt", "USUBJID QNAM QVAL\n1 LBCLSIG Y")
    assert is_sdtm(tmp_path)
    assert sorted(shown(read_sdtm(tmp_path), "place", "code")) == [
        "LBHM.csv:2 SDTM//WBC",
        "cm.csv:2 prednisolone",
        "ex.parquet:1 alemtuzumab",
        "lb.xpt:1 SDTM//WBC",
    ]


def test_a_study_without_lb_gives_its_adlb(tmp_path):
    write(tmp_path, "adlb", "xpt", "USUBJID PARAMCD AVAL ADT\n1 WBC 5.1 19725")
    write(tmp_path, "adsl", "xpt", "USUBJID TRT01P\n1 X")
    write(tmp_path, "advs", "xpt", "USUBJID PARAMCD AVAL ADT\n1 SYSBP 120 19725")
    assert shown(read_sdtm(tmp_path), "place", "code") == ["adlb.xpt:1 SDTM//WBC"]


def test_a_broken_dataset_of_a_study_is_never_left_out_in_silence(tmp_path):
    write(tmp_path, "lb", "xpt", ONE_LAB.format(subject="1"))
    (tmp_path / "ex.xpt").write_bytes(b"HEADER RECORD*******LIBRARY")
    with pytest.raises(UnreadableFile, match=r"ex\.xpt"):
        read_sdtm(tmp_path)


# ------------------------------------------------------------------------------------------------------------ XPT


def test_a_transport_file_of_several_datasets_is_read_dataset_by_dataset(tmp_path):
    path = tmp_path / "study.xpt"
    labs = dataset(ONE_LAB.format(subject="1"))
    others = dataset("USUBJID SEX\n1 F"), dataset("USUBJID EXTRT EXDOSE\n1 ALEMTUZUMAB 12\n2 ALEMTUZUMAB 12")
    path.write_bytes(xpt_bytes(("DM", *others[0]), ("LB", *labs), ("EX", *others[1])))
    assert shown(read_sdtm(path), "place", "subject_id", "code") == [
        "study.xpt:LB~1 1 SDTM//WBC",
        "study.xpt:EX~1 1 alemtuzumab",
        "study.xpt:EX~2 2 alemtuzumab",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1"])
def test_letters_of_the_windows_code_page_are_read(encoding, tmp_path):
    header, rows = dataset("USUBJID LBTESTCD LBORRES LBORRESU\nMÜLLER-1 WBC 5.1 10³/µL")
    for form, content in (
        ("xpt", xpt_bytes(("LB", header, rows), encoding=encoding)),
        ("csv", csv_bytes(header, rows, encoding=encoding)),
    ):
        path = tmp_path / f"lb.{form}"
        path.write_bytes(content)
        assert shown(read_sdtm(path), "subject_id", "unit") == ["MÜLLER-1 10³/µL"]


def test_bytes_that_no_code_page_knows_do_not_stop_the_file(tmp_path):
    content = xpt_bytes(("LB", *dataset("USUBJID LBTESTCD LBORRES LBORRESU\nA WBC 5.1 XX\nB WBC 5.2 10^9/L")))
    (tmp_path / "lb.xpt").write_bytes(content.replace(b"XX", b"\x81\xb5"))
    table = read_sdtm(tmp_path / "lb.xpt")
    assert shown(table.slice(1), "subject_id", "unit") == ["B 10^9/L"]
    assert table["unit"][0].as_py() == "\x81µ"


@pytest.mark.parametrize("cut", [1, 3, 79, 80, 81])
def test_a_transport_file_cut_short_keeps_its_whole_rows_and_counts_the_broken_one(cut, tmp_path):
    header, rows = dataset("USUBJID LBTESTCD LBORRES LBORRESU\n" + "A WBC 5.1 10^9/L\n" * 20)
    content = xpt_bytes(("LB", header, rows)).rstrip(b" ")
    length = len("A") + len("WBC") + len("5.1") + len("10^9/L")
    (tmp_path / "lb.xpt").write_bytes(content[:-cut])
    codes = read_sdtm(tmp_path / "lb.xpt")["code"].to_pylist()
    whole, rest = divmod(20 * length - cut, length)
    assert codes == ["SDTM//WBC"] * whole + ["UNREADABLE//row"] * bool(rest)


def test_a_blank_row_amid_others_is_a_row_and_blanks_at_the_end_are_padding(tmp_path, monkeypatch):
    monkeypatch.setattr("leukon.ingest.sdtm_xpt.BATCH", 2)
    text = "USUBJID LBTESTCD\nA WBC\n- -\n- -\n- -\nB WBC\n"
    assert shown(read_text_table(tmp_path, "lb", "xpt", text), "place", "subject_id", "code") == [
        "lb.xpt:1 A SDTM//WBC",
        "lb.xpt:2 - -",
        "lb.xpt:3 - -",
        "lb.xpt:4 - -",
        "lb.xpt:5 B SDTM//WBC",
    ]


def test_a_row_longer_than_a_record_is_never_taken_for_padding(tmp_path):
    header, rows = dataset("USUBJID LBTESTCD LBORRES\nA WBC 5.1\n- - -")
    (tmp_path / "lb.xpt").write_bytes(xpt_bytes(("LB", header, rows), widths={"LBORRES": 100}))
    assert shown(read_sdtm(tmp_path / "lb.xpt"), "code") == ["SDTM//WBC", "-"]


@pytest.mark.parametrize("number", [0.1, 0.899, 1e-3, 150.7, 105600, -3.0, 0, None, 12345678.9])
def test_numbers_of_a_mainframe_come_out_as_they_were(number, tmp_path):
    content = xpt_bytes(("LB", ["LBTESTCD", "LBSTRESN"], [["WBC", number]]))
    (tmp_path / "lb.xpt").write_bytes(content)
    assert read_sdtm(tmp_path / "lb.xpt")["numeric_value"].to_pylist() == [number]


def test_a_missing_number_of_any_kind_is_null(tmp_path):
    content = xpt_bytes(("LB", ["LBTESTCD", "LBSTRESN"], [["WBC", 7], ["WBC", 8]]))
    content = content.replace(ibm(7), b"Z" + bytes(7)).replace(ibm(8), b"_" + bytes(7))
    (tmp_path / "lb.xpt").write_bytes(content)
    assert read_sdtm(tmp_path / "lb.xpt")["numeric_value"].to_pylist() == [None, None]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"**COMPRESSED** **COMPRESSED** a CPORT file",
        b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b" " * 1000,
        xpt_bytes(("LB", *dataset("USUBJID LBTESTCD\nA WBC")))[:700],
        xpt_bytes(("DM", *dataset("USUBJID SEX\nA F"))),
    ],
)
def test_a_file_that_is_no_transport_file_of_these_is_refused_without_its_content(content, tmp_path):
    path = tmp_path / "lb.xpt"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as error:
        read_sdtm(path)
    assert "Fix:" in str(error.value)
    assert "COMPRESSED" not in str(error.value)


def test_a_column_whose_name_is_damaged_is_no_column_and_stops_nothing(tmp_path):
    content = xpt_bytes(("LB", *dataset("USUBJID LBTESTCD LBORRES\nA WBC 5.1")))
    (tmp_path / "lb.xpt").write_bytes(content.replace(b"LBORRES ", b"\0BORRES ", 1))
    assert shown(read_sdtm(tmp_path / "lb.xpt"), "subject_id", "code", "text_value") == ["A SDTM//WBC -"]


@pytest.mark.parametrize("byte", [b"\0", b"\xff", b" "])
def test_columns_whose_names_are_all_damaged_are_an_error_of_ours(byte, tmp_path):
    """The library stumbles over two of them: found by fuzzing."""
    content = xpt_bytes(("LB", *dataset("USUBJID LBTESTCD LBORRES LBORRESU\nA WBC 5.1 10^9/L")))
    for name in (b"LBTESTCD", b"LBORRES ", b"LBORRESU"):
        content = content.replace(name, byte * 8, 1)
    (tmp_path / "lb.xpt").write_bytes(content)
    with pytest.raises((UnreadableFile, DoubledColumn)):
        read_sdtm(tmp_path / "lb.xpt")


def test_version_8_is_read_too(tmp_path):
    pyreadstat = pytest.importorskip("pyreadstat")
    pd = pytest.importorskip("pandas")
    path = tmp_path / "lb.xpt"
    frame = pd.DataFrame({"USUBJID": ["A", "B"], "LBTESTCD": ["WBC", "HGB"], "LBSTRESN": [5.1, 8.0]})
    pyreadstat.write_xport(frame, path, file_format_version=8)
    assert shown(read_sdtm(path), "subject_id", "code", "numeric_value") == ["A SDTM//WBC 5.1", "B SDTM//HGB 8"]


# ------------------------------------------------------------------------------------------------------------ CSV


def write_csv(folder, content):
    path = folder / "lb.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_separators_line_ends_and_quotes_of_any_program_are_read(separator, end, quoting, tmp_path):
    header, rows = dataset('USUBJID LBTESTCD LBORRES\nA,1 WBC 5.1\nB;2 HGB 12"3')
    content = csv_bytes(header, rows, separator=separator, quoting=quoting).decode().replace("\r\n", end)
    table = read_sdtm(write_csv(tmp_path, "\ufeff" + content))
    assert shown(table, "subject_id", "code", "text_value") == ["A,1 SDTM//WBC 5.1", 'B;2 SDTM//HGB 12"3']


def test_what_r_and_sas_write_for_nothing_is_nothing(tmp_path):
    content = 'USUBJID,LBTESTCD,LBORRES,LBSTAT,LBSTRESN\nA,WBC,NA,NA,.\n"B","HGB","12",NA,12\n'
    table = read_sdtm(write_csv(tmp_path, content))
    assert shown(table, "subject_id", "text_value", "numeric_value", "status") == ["A - - -", "B 12 12 -"]


def test_a_line_that_is_no_row_is_counted_with_its_place_and_costs_no_other(tmp_path):
    content = (
        "USUBJID,LBTESTCD,LBORRES\n"
        "A,WBC,5.1\n"
        "\n"
        "B,WBC\n"
        "C,WBC,5.1,too many\n"
        'D,"WBC,5.1\n'
        'E,"WBC",5.1\n'
        'F,x"y,"z\n'
        "G,WBC,5.1,,\n"
        "H,WBC,5.1"
    )
    table = read_sdtm(write_csv(tmp_path, content))
    assert sorted(shown(table, "place", "subject_id", "code"), key=lambda row: int(row.split()[0][7:])) == [
        "lb.csv:2 A SDTM//WBC",
        "lb.csv:4 - UNREADABLE//row",
        "lb.csv:5 - UNREADABLE//row",
        "lb.csv:6 - UNREADABLE//row",
        "lb.csv:7 E SDTM//WBC",
        "lb.csv:8 - UNREADABLE//row",
        "lb.csv:9 G SDTM//WBC",
        "lb.csv:10 H SDTM//WBC",
    ]


def test_blocks_of_any_size_give_the_same_rows(tmp_path, monkeypatch):
    rows = "".join(f"S{number},WBC,{number}.5\r\n" for number in range(50))
    path = write_csv(tmp_path, "USUBJID,LBTESTCD,LBORRES\r\n" + rows)
    whole = read_sdtm(path)
    for size in (1, 7, 24, 25, 100):
        monkeypatch.setattr("leukon.ingest.sdtm_csv._BLOCK", size)
        if size >= 24:  # a block holds at least a line
            assert read_sdtm(path).equals(whole), size
        else:
            assert read_sdtm(path).num_rows >= whole.num_rows


def test_a_column_that_is_there_twice_is_not_chosen_from(tmp_path):
    with pytest.raises(DoubledColumn):
        read_sdtm(write_csv(tmp_path, "USUBJID,LBTESTCD,LBORRES,LBORRES\nA,WBC,1,2\n"))
    (tmp_path / "lb.xpt").write_bytes(xpt_bytes(("LB", ["LBTESTCD", "LBORRES", "LBORRES"], [["WBC", "1", "2"]])))
    with pytest.raises(DoubledColumn):
        read_sdtm(tmp_path / "lb.xpt")
    path = tmp_path / "lb.parquet"
    pq.write_table(pa.table({"LBTESTCD": ["WBC"], "lbtestcd": ["WBC"]}), path)
    with pytest.raises(DoubledColumn):
        read_sdtm(path)


def test_a_csv_without_a_line_is_refused(tmp_path):
    with pytest.raises(UnreadableFile):
        read_sdtm(write_csv(tmp_path, ""))
    with pytest.raises(UnreadableFile):
        read_sdtm(tmp_path / "none.csv")
    with pytest.raises(UnreadableFile):
        read_sdtm(write_csv(tmp_path, "subject_id,time,code\n1,2,3\n"))


def test_lower_case_columns_and_codes_are_the_same(tmp_path):
    table = read_sdtm(write_csv(tmp_path, "usubjid,lbtestcd,lborres\na,wbc,5\n"))
    assert shown(table, "subject_id", "code", "text_value") == ["a SDTM//WBC 5"]


# -------------------------------------------------------------------------------------------------------- Parquet


def test_a_parquet_file_cut_short_or_with_a_strange_column_is_refused(tmp_path):
    path = tmp_path / "lb.parquet"
    pq.write_table(pa.table({"LBTESTCD": ["WBC"], "LBORRES": [[1]]}), path)
    with pytest.raises(UnreadableFile):
        read_sdtm(path)
    path.write_bytes(parquet_bytes(*dataset(ONE_LAB.format(subject="1")))[:-20])
    assert not is_sdtm(path)
    with pytest.raises(UnreadableFile):
        read_sdtm(path)


def test_parquet_of_any_library_is_read(tmp_path):
    path = tmp_path / "lb.parquet"
    columns = {
        "USUBJID": pa.array(["A"]).dictionary_encode(),
        "LBTESTCD": pa.array(["WBC"], pa.large_string()),
        "LBORRES": pa.array([b"5.1"], pa.binary()),
        "LBORRESU": pa.array([None], pa.null()),
        "LBSEQ": pa.array([7], pa.int32()),
        "LBORNRLO": pa.array([4.0], pa.float32()),
        "LBORNRHI": pa.array([float("nan")]),
    }
    pq.write_table(pa.table(columns), path)
    table = read_sdtm(path)
    assert shown(table, "subject_id", "code", "text_value", "lln", "uln", "source_id") == ["A SDTM//WBC 5.1 4 - 7"]


# ---------------------------------------------------------------------------------------------------- recognition


def test_a_trial_is_recognised_by_its_columns_and_nothing_else_is(tmp_path):
    (tmp_path / "a.xpt").write_bytes(b"anything")
    (tmp_path / "b.csv").write_text("USUBJID,LBTESTCD\n")
    (tmp_path / "c.csv").write_text("subject_id,time,code,numeric_value\n")
    (tmp_path / "d.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "e.parquet").write_bytes(b"PAR1")
    (tmp_path / "f.json").write_text("{}")
    found = {path.name: is_sdtm(path) for path in sorted(tmp_path.iterdir())}
    assert found == {"a.xpt": True, "b.csv": True, **dict.fromkeys(("c.csv", "d.csv", "e.parquet", "f.json"), False)}
    assert not is_sdtm(tmp_path)
    assert not is_sdtm(tmp_path / "none")


# ----------------------------------------------------------------------------------------------------- properties

GOOD = "{n} WBC {n}.5 10^9/L 2014-01-02"
# The separator of keys, which stood in a cell once, is \x1f.
CELLS = st.just("0\x1f") | st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n\0"), max_size=12
)
ODD_ROWS = st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), ODD_ROWS), min_size=1, max_size=30))
def test_no_row_is_lost_and_good_rows_are_unchanged_whatever_stands_beside_them(tmp_path_factory, pieces):
    header = ["USUBJID", "LBTESTCD", "LBORRES", "LBORRESU", "LBDTC"]
    good = [GOOD.format(n=at).split() for at in range(len(pieces))]
    rows = [good[at] if piece is None else list(piece) for at, piece in enumerate(pieces)]
    folder = tmp_path_factory.mktemp("any")
    for form, content in (("xpt", xpt_bytes(("LB", header, [*rows, good[0]]))), ("csv", csv_bytes(header, rows))):
        path = folder / f"lb.{form}"
        path.write_bytes(content)
        table = read_sdtm(path)
        if form == "xpt":
            assert table.num_rows == len(rows) + 1
            table = table.slice(0, len(rows))
        else:
            blank = sum(not csv_bytes(header, [row]).splitlines()[1].strip() for row in rows)
            assert table.num_rows >= len(rows) - blank
        expected = [
            f"{at} SDTM//WBC {at}.5 10^9/L 2014-01-02T00:00" for at, piece in enumerate(pieces) if piece is None
        ]
        found = shown(table, "subject_id", "code", "text_value", "unit", "time")
        assert [row for row in found if row in expected] == expected or set(expected) <= set(found)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=40).filter(lambda line: not set(line) & set(b"\r\n")), max_size=20))
def test_each_line_of_a_csv_is_a_row_or_a_broken_one(tmp_path_factory, wild):
    path = tmp_path_factory.mktemp("any") / "lb.csv"
    path.write_bytes(b"USUBJID,LBTESTCD,LBORRES\n" + b"\n".join(wild) + b"\nGOOD,WBC,5.1\n")
    table = read_sdtm(path)
    assert table.num_rows == sum(bool(line.strip()) for line in wild) + 1
    assert "GOOD" in table["subject_id"].to_pylist()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_transport_file_gives_rows_or_one_error(tmp_path_factory, data):
    header, rows = dataset(LABS)
    content = bytearray(xpt_bytes(("LB", header, rows)))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("any") / "lb.xpt"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        assert read_sdtm(path).schema == SCHEMA
    except (UnreadableFile, DoubledColumn) as error:
        said = str(error)
        assert "T-1-1" not in said


def test_batches_are_bounded(tmp_path, monkeypatch):
    for module in ("sdtm_xpt", "sdtm_csv", "sdtm_parquet"):
        monkeypatch.setattr(f"leukon.ingest.{module}.BATCH", 3)
    for form in FORMS:
        path = write(tmp_path, "lb", form, "USUBJID LBTESTCD\n" + "A WBC\n" * 8)
        assert [batch.num_rows for batch in stream_sdtm(path)] == [3, 3, 2]


# ------------------------------------------------------------------------------------------------- the real trial


@pytest.mark.skipif(not PILOT.exists(), reason="the real data do not lie beside this repository")
class TestThePilotOfCdisc:
    def test_every_row_is_one_event(self):
        table = read_sdtm(PILOT)
        assert table.num_rows == 59_580
        assert table["time"].null_count == table["subject_id"].null_count == table["code"].null_count == 0
        assert not any(re.search(r"UNREADABLE|DERIVED|CONFLICT", code) for code in table["code"].unique().to_pylist())

    def test_all_white_cells_are_results_and_all_haemoglobins_are_graded(self):
        review = leukon.review(read_sdtm(PILOT).drop_columns(["place"]), "alemtuzumab-ms", as_of="last")
        rows = review.results.to_pylist()
        of = {name: [row for row in rows if row["analyte"] == name] for name in ("wbc", "hemoglobin", "lymphocytes")}
        assert len(of["wbc"]) == len(of["hemoglobin"]) == 1_809
        assert all(row["grade_v5"] is not None and row["unit"] == "g/L" for row in of["hemoglobin"])
        assert review.unused.num_rows == 0
        # 1,796 were counted; 12 were only a fraction of the white cells, which stand beside them.
        origins = [row["origin"] for row in of["lymphocytes"]]
        assert (origins.count("measured"), origins.count("wbc_x_percent")) == (1_796, 12)

    def test_neutrophils_are_what_the_other_cells_leave_where_the_sum_allows_it(self):
        review = leukon.review(read_sdtm(PILOT).drop_columns(["place"]), "alemtuzumab-ms", as_of="last")
        ancs = [row for row in review.results.to_pylist() if row["analyte"] == "anc"]
        assert len(ancs) == 1_796
        assert {row["origin"] for row in ancs} == {"wbc_less_others"}
        assert {row["comparator"] for row in ancs} == {None}
        assert min(row["value"] for row in ancs) == 1.12
        parts = [row["rows"] for row in review.account.to_pylist() if row["use"] == "part_of_result"]
        assert parts == [3 * 1_796 + 12]  # and 12 fractions of lymphocytes

    def test_no_neutrophils_stand_there_but_the_other_cells_beside_the_white_cells(self):
        table = read_sdtm(PILOT)
        assert not any("NEUT" in code for code in table["code"].unique().to_pylist())
        cells = {}
        for row in table.select(["subject_id", "time", "code", "numeric_value"]).to_pylist():
            cells.setdefault((row["subject_id"], row["time"]), {})[row["code"]] = row["numeric_value"]
        kinds = [f"SDTM//{name}" for name in ("WBC", "LYM", "MONO", "EOS", "BASO")]
        assert sum(all(kind in moment for kind in kinds) for moment in cells.values()) == 1_796

    def test_the_same_rows_come_from_xpt_and_csv(self, tmp_path):
        table = pq.read_table(PILOT)
        header = table.column_names
        rows = [
            ["" if cell is None else str(cell) for cell in row.values()] for row in table.slice(0, 3_000).to_pylist()
        ]
        (tmp_path / "lb.csv").write_bytes(csv_bytes(header, rows))
        blank = [[cell or None for cell in row] for row in rows]
        (tmp_path / "lb.xpt").write_bytes(xpt_bytes(("LB", header, blank)))
        expected = read_sdtm(PILOT).slice(0, 3_000).drop_columns(["place"])
        assert read_sdtm(tmp_path / "lb.csv").drop_columns(["place"]).equals(expected)
        assert read_sdtm(tmp_path / "lb.xpt").drop_columns(["place"]).equals(expected)
