"""FHIR results to events: values, comparators, units, ranges, statuses, times. Every trap has its expected row."""

import pytest
from tests.ingest import fhir_maker as make
from tests.tables import expect

import leukon
from leukon.ingest.fhir import read_fhir


def read(folder, *lines, timezone=None):
    return read_fhir(make.write_lines(folder / "labs.ndjson", *lines), timezone)


def reasons(table):
    """Why the rows are not used: what the door says of them."""
    return leukon.review(table, "alemtuzumab-ms", as_of="2030-01-01").unused["reason"].to_pylist()


def test_a_result_is_one_row_with_its_place(tmp_path):
    table = read(tmp_path, make.observation(referenceRange=make.limits(), issued="2024-03-04T11:00:00+02:00"))
    expect(
        table,
        """
        subject_id time                code          numeric_value text_value unit    lln uln status recorded_time       source_id      place
        7          2024-03-04T08:30:00 LOINC//751-8  0.9           0.9        10*9/L  2   7.5 final  2024-03-04T11:00:00 Observation/r1 labs.ndjson:1
        """,
    )


# ---- values -------------------------------------------------------------------------------------------------------

VALUES = [
    ("the number as it was written", '"valueQuantity":{"value":0.90,"unit":"10*9/L"}', "0.9 0.90 10*9/L -"),
    ("an exponent", '"valueQuantity":{"value":9e-1,"unit":"10*9/L"}', "0.9 9e-1 10*9/L -"),
    ("many digits", '"valueQuantity":{"value":0.49995,"unit":"10*9/L"}', "0.49995 0.49995 10*9/L -"),
    ("a comparator of its own", '"valueQuantity":{"value":0.1,"comparator":"<","unit":"10*9/L"}', "0.1 0.1 10*9/L <"),
    ("a comparator FHIR R4 does not know", '"valueQuantity":{"value":1,"comparator":"ad","unit":"10*9/L"}', "1 1 10*9/L ad"),
    ("a number sent as a string", '"valueQuantity":{"value":"0.9","unit":"10*9/L"}', "0.9 0.9 10*9/L -"),
    ("a comparator in the number", '"valueQuantity":{"value":"<0.1","unit":"10*9/L"}', "- <0.1 10*9/L -"),
    ("a comparator in a text", '"valueString":"<0.1"', "- <0.1 - -"),
    ("a decimal comma in a text", '"valueString":"0,4"', "- 0,4 - -"),
    ("words", '"valueString":"see note"', "- see~note - -"),
    ("a coded word", '"valueCodeableConcept":{"text":"positive"}', "- positive - -"),
    ("a coded word without text", '"valueCodeableConcept":{"coding":[{"code":"1","display":"Negative"}]}', "- Negative - -"),
    ("a whole number", '"valueInteger":3', "3 3 - -"),
    ("yes", '"valueBoolean":true', "- yes - -"),
    ("no", '"valueBoolean":false', "- no - -"),
    ("a range", '"valueRange":{"low":{"value":80,"unit":"%"},"high":{"value":90,"unit":"%"}}', "- 80-90 % -"),
    ("half a range", '"valueRange":{"low":{"value":80,"unit":"%"}}', "- 80- % -"),
    ("a titre", '"valueRatio":{"numerator":{"value":1},"denominator":{"value":160}}', "- 1:160 - -"),
    ("a time of day", '"valueTime":"08:30:00"', "- 08:30:00 - -"),
    ("a curve", '"valueSampledData":{"data":"1 2 3"}', "- neither~number~nor~words - -"),
    ("no value at all", '"note":[]', "- - - -"),
    ("an empty value", '"valueQuantity":{}', "- - - -"),
    ("null", '"valueQuantity":null', "- - - -"),
    ("no number", '"valueQuantity":{"comparator":"<","unit":"10*9/L"}', "- - 10*9/L <"),
    ("an endless number", '"valueQuantity":{"value":1e999,"unit":"10*9/L"}', "- 1e999 10*9/L -"),
    ("a value of a wrong type", '"valueQuantity":[0.9]', "- unreadable - -"),
    ("a value with a wrong unit in it", '"valueQuantity":{"value":0.9,"unit":5}', "- unreadable - -"),
    ("a comparator of a wrong type", '"valueQuantity":{"value":0.1,"comparator":7,"unit":"10*9/L"}', "- unreadable - -"),
    ("a number said twice", '"valueQuantity":{"value":0.4,"value":4.0,"unit":"10*9/L"}', "- unreadable - -"),
    ("a reason for no value", '"dataAbsentReason":{"coding":[{"code":"not-performed"}]}', "- not-performed - -"),
    ("a reason in words", '"dataAbsentReason":{"text":"clotted"}', "- clotted - -"),
    ("an empty reason", '"dataAbsentReason":{"coding":[{"system":"x"}]}', "- unknown - -"),
    ("a reason of a wrong type", '"dataAbsentReason":"error"', "- unknown - -"),
    ("a reason beside a value", '"dataAbsentReason":{"coding":[{"code":"error"}]},"valueInteger":0', "- error - -"),
    ("a number and a text that disagree", '"valueQuantity":{"value":4,"unit":"10*9/L"},"valueString":"0.4"', "4 0.4 10*9/L -"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "expected"), VALUES, ids=[case[0] for case in VALUES])
def test_a_value_is_handed_on_as_it_was_written(name, value, expected, tmp_path):
    line = make.compact(make.observation(valueQuantity=None))[:-1] + f",{value}}}"
    expect(read(tmp_path, line), f"numeric_value text_value unit comparator\n{expected}")


def test_what_is_no_number_is_refused_at_the_door_and_not_lost(tmp_path):
    lines = [
        make.observation(id=f"r{at}", valueQuantity=None, valueString=text) for at, text in enumerate(["DNR", "1,234"])
    ]
    absent = make.observation(id="r3", valueQuantity=None, dataAbsentReason=make.concept("unknown"))
    both = make.observation(id="r4", valueString="4.0")
    assert sorted(reasons(read(tmp_path, *lines, absent, both))) == [
        "ambiguous_comma",
        "conflict",
        "not_numeric",
        "not_numeric",
    ]


# ---- units --------------------------------------------------------------------------------------------------------

UNITS = [
    ("751-8", "10*9/L", "x10*9/L", "10*9/L"),
    ("751-8", "10*3/uL", "K/uL", "10*3/uL"),
    ("751-8", "10*9/L", None, "10*9/L"),
    ("751-8", None, "Thousand/uL", "Thousand/uL"),
    ("751-8", "K/microL", "K/uL", "K/uL"),
    ("751-8", "weird", "odd", "odd"),
    ("751-8", "", "K/uL", "K/uL"),
    ("718-7", "g/dL", "g/dl", "g/dL"),
    ("718-7", "g/L", "g/dL", "g/L~(unit~text:~g/dL)"),
    ("751-8", "/uL", "10*9/L", "/uL~(unit~text:~10*9/L)"),
    ("4544-3", "%", "percent", "percent"),
]


@pytest.mark.parametrize(("code", "ucum", "text", "expected"), UNITS)
def test_the_unit_code_is_taken_where_it_is_known_else_the_text(code, ucum, text, expected, tmp_path):
    value = make.without_nothing({"value": 9, "unit": text, "code": ucum})
    expect(read(tmp_path, make.observation(code, valueQuantity=value)), f"unit\n{expected}")


def test_a_code_and_a_text_of_different_size_are_refused_for_one_of_them_is_tenfold_wrong(tmp_path):
    value = {"value": 14, "unit": "g/dL", "code": "g/L"}
    assert reasons(read(tmp_path, make.observation("718-7", valueQuantity=value))) == ["unknown_unit"]


# ---- reference ranges ---------------------------------------------------------------------------------------------

RANGES = [
    ("both ends", make.limits(2.0, 7.5), "2 7.5"),
    ("in another unit", make.limits(2000, 7500, "/uL"), "2 7.5"),
    ("in a unit nobody knows", make.limits(2, 7.5, "furlongs"), "- -"),
    ("without a unit", [{"low": {"value": 2.0}, "high": {"value": 7.5}}], "2 7.5"),
    ("only the lower", [{"low": make.quantity(2.0)}], "2 -"),
    ("only the upper", [{"high": make.quantity(7.5)}], "- 7.5"),
    ("in words", [{"text": "2.0-7.5"}], "2 7.5"),
    ("in words with to", [{"text": "4.3 to 6.2"}], "4.3 6.2"),
    ("below, in words", [{"text": "<5.0"}], "- 5"),
    ("above, in words", [{"text": "> 2.0"}], "2 -"),
    ("in words that say nothing", [{"text": "see report"}], "- -"),
    ("named normal", [{"low": make.quantity(2.0), "type": make.concept("normal", "x")}], "2 -"),
    ("for a therapy", [{"low": make.quantity(1.0), "type": make.concept("treatment", "x")}], "- -"),
    ("normal beside therapy", [*make.limits(1, 2), {"low": make.quantity(2.0), "type": make.concept("normal", "x")}], "2 -"),
    ("two for different people", [*make.limits(2.0, 7.5), *make.limits(1.5, 8.5)], "- -"),
    ("of a wrong type", {"low": 2}, "- -"),
    ("with a comparator", [{"low": make.quantity(2.0, comparator="<")}], "- -"),
    ("low that is a word", [{"low": {"value": "two"}}], "- -"),
    ("none", [], "- -"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ranges", "expected"), RANGES, ids=[case[0] for case in RANGES])
def test_a_range_is_the_rows_own_in_the_rows_unit(name, ranges, expected, tmp_path):
    expect(read(tmp_path, make.observation(referenceRange=ranges)), f"lln uln\n{expected}")


# ---- status -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status", ["final", "corrected", "amended", "preliminary", "cancelled", "entered-in-error", "registered", "unknown"]
)
def test_a_status_is_handed_on_as_it_is(status, tmp_path):
    table = read(tmp_path, make.observation(status=status))
    expect(table, f"status\n{status}")
    expected = {"preliminary": ["preliminary"], "cancelled": ["cancelled"], "entered-in-error": ["cancelled"]}
    bad = ["bad_status"] if status in ("registered", "unknown") else []
    assert reasons(table) == expected.get(status, bad)


@pytest.mark.parametrize("status", [None, 5, {}, ""])
def test_without_a_status_nothing_says_that_a_result_is_final(status, tmp_path):
    table = read(tmp_path, make.observation(status=status))
    expect(table, "status\nunknown")
    assert reasons(table) == ["bad_status"]


@pytest.mark.parametrize("name", ["modifierExtension", "implicitRules"])
def test_what_an_extension_may_turn_around_is_refused(name, tmp_path):
    table = read(tmp_path, make.observation(**{name: [{"url": "http://x.example/negated", "valueBoolean": True}]}))
    assert reasons(table) == ["bad_status"]
    expect(read(tmp_path, make.observation(**{name: []})), "status\nfinal")


def test_the_later_version_of_a_result_stands(tmp_path):
    first = make.observation(value=0.9, issued="2024-03-04T11:00:00Z")
    later = make.observation(value=0.4, status="corrected", issued="2024-03-04T15:00:00Z")
    review = leukon.review(read(tmp_path, later, first), "alemtuzumab-ms", as_of="2024-03-05")
    expect(review.results, "value\n0.4")
    expect(review.account, "use reason rows\nresult - 1\nsuperseded superseded 1")


# ---- times --------------------------------------------------------------------------------------------------------

TIMES = [
    ({"effectiveDateTime": "2024-03-04"}, "2024-03-04"),
    ({"effectiveDateTime": "2024-03-04T08:30:00+11:00"}, "2024-03-04T08:30:00"),
    ({"effectiveDateTime": "2024-03-04T08:30:00.123Z"}, "2024-03-04T08:30:00.123000"),
    ({"effectiveDateTime": "2024-03-04T08:30Z"}, "2024-03-04T08:30:00"),
    ({"effectiveDateTime": "2024-03"}, "-"),
    ({"effectiveDateTime": "2024"}, "-"),
    ({"effectiveDateTime": "2024-02-30"}, "-"),
    ({"effectiveDateTime": "04.03.2024"}, "-"),
    ({"effectiveDateTime": "2024-W10-1"}, "-"),
    ({"effectiveDateTime": 20240304}, "-"),
    ({"effectiveDateTime": None}, "-"),
    ({"effectiveInstant": "2024-03-04T08:30:00Z"}, "2024-03-04T08:30:00"),
    ({"effectivePeriod": {"start": "2024-03-04T08:00:00Z", "end": "2024-03-05"}}, "2024-03-04T08:00:00"),
    ({"effectivePeriod": {"end": "2024-03-05"}}, "2024-03-05"),
    ({"effectiveTiming": {"event": ["2024-03-04"]}}, "2024-03-04"),
    ({"effectiveTiming": {"event": ["2024-03-04", "2024-03-05"]}}, "-"),
    ({"issued": "2024-03-04T08:30:00Z"}, "-"),
]


@pytest.mark.parametrize(("said", "expected"), TIMES)
def test_the_time_is_when_the_blood_was_taken_and_never_guessed(said, expected, tmp_path):
    table = read(tmp_path, make.observation(**({"effectiveDateTime": None} | said)))
    expect(table, f"time\n{expected}")
    assert reasons(table) == (["no_time"] if expected == "-" else [])


def test_an_offset_is_converted_only_if_a_zone_is_given(tmp_path):
    line = make.observation(effectiveDateTime="2024-03-04T23:30:00-05:00", issued="2024-03-05T00:30:00-05:00")
    expect(read(tmp_path, line), "time recorded_time\n2024-03-04T23:30:00 2024-03-05T00:30:00")
    expect(
        read(tmp_path, line, timezone="Europe/Athens"), "time recorded_time\n2024-03-05T06:30:00 2024-03-05T07:30:00"
    )
    day = make.observation(effectiveDateTime="2024-03-04")
    expect(read(tmp_path, day, timezone="Europe/Athens"), "time\n2024-03-04")


@pytest.mark.parametrize("issued", ["yesterday", 5, "2024"])
def test_when_a_result_became_known_is_not_guessed(issued, tmp_path):
    expect(read(tmp_path, make.observation(issued=issued)), "time recorded_time\n- -")
    with_more = make.observation(issued=issued, language="en")
    expect(read(tmp_path, with_more), "time recorded_time\n- -")


# ---- codes --------------------------------------------------------------------------------------------------------

CODES = [
    ([("http://loinc.org", "751-8")], "LOINC//751-8"),
    ([("https://LOINC.org/", "751-8")], "LOINC//751-8"),
    ([("urn:oid:2.16.840.1.113883.6.1", "751-8")], "LOINC//751-8"),
    ([("https://fhir-terminology.ohdsi.org", "3013650")], "OMOP//3013650"),
    ([("https://lab.example/codes/cbc", "NEUT"), ("http://loinc.org", "751-8")], "LOINC//751-8"),
    ([("http://loinc.org", "99999-9"), ("https://lab.example/cbc", "NEUT")], "LOINC//99999-9"),
    ([("https://lab.example/cbc", "NEUT")], "cbc//NEUT"),
    ([("urn:oid:1.2.3", "NEUT")], "urn:oid:1.2.3//NEUT"),
    ([("https://lab.example/loinc", "751-8")], "LOCAL//751-8"),
    ([(None, "NEUT")], "LOCAL//NEUT"),
    ([("http://loinc.org", "770-8"), ("http://loinc.org", "26505-8")], "LOINC//770-8"),
    ([("http://loinc.org", "751-8"), ("http://loinc.org", "6690-2")], "CONFLICT//LOINC//751-8~LOINC//6690-2"),
]


@pytest.mark.parametrize(("codings", "expected"), CODES)
def test_the_best_known_coding_comes_first_and_a_strange_system_never_passes_for_a_known_one(
    codings, expected, tmp_path
):
    coding = [make.without_nothing({"system": system, "code": code}) for system, code in codings]
    expect(read(tmp_path, make.observation(code=None) | {"code": {"coding": coding}}), f"code\n{expected}")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ({"text": "Neutrophils"}, "LOCAL//Neutrophils"),
        ({"coding": [{"display": "Neutro"}]}, "LOCAL//Neutro"),
        ({}, "-"),
        (5, "-"),
        ({"coding": {"code": "751-8"}}, "-"),
    ],
)
def test_without_a_code_its_words_are_shown(code, expected, tmp_path):
    expect(read(tmp_path, make.observation() | {"code": code}), f"code numeric_value\n{expected} 0.9")


# ---- components ---------------------------------------------------------------------------------------------------


def test_each_component_is_a_row_and_so_is_a_value_beside_them(tmp_path):
    parts = [make.component("770-8", 20), make.component("736-9", 40)]
    table = read(
        tmp_path,
        make.observation("6690-2", 4.6, component=parts),
        make.observation("57021-8", valueQuantity=None, component=parts, id="r2"),
    )
    expect(
        table,
        """
        code          numeric_value unit   source_id      place
        LOINC//6690-2 4.6           10*9/L Observation/r1 labs.ndjson:1
        LOINC//770-8  20            %      -              labs.ndjson:1~component~1
        LOINC//736-9  40            %      -              labs.ndjson:1~component~2
        LOINC//770-8  20            %      -              labs.ndjson:2~component~1
        LOINC//736-9  40            %      -              labs.ndjson:2~component~2
        """,
    )


def test_two_components_of_one_code_are_two_results_not_two_versions(tmp_path):
    parts = [make.component("751-8", 0.9, "10*9/L"), make.component("751-8", 0.4, "10*9/L")]
    table = read(tmp_path, make.observation("57021-8", valueQuantity=None, component=parts))
    expect(table, "numeric_value source_id\n0.9 Observation/r1#1\n0.4 Observation/r1#2")
    expect(leukon.review(table, "alemtuzumab-ms", as_of="2024-03-05").results, "value\n0.9\n0.4")


def test_a_broken_component_costs_only_itself(tmp_path):
    parts = [make.component("770-8", 20), 5, make.component("736-9", 40) | {"modifierExtension": [{"url": "x"}]}]
    expect(
        read(tmp_path, make.observation("6690-2", valueQuantity=None, component=parts)),
        """
        code                status            numeric_value
        UNREADABLE//object  -                 -
        LOINC//770-8        final             20
        LOINC//736-9        modifierExtension 40
        """,
    )
    expect(read(tmp_path, make.observation(component={})), "code\nLOINC//751-8")
    expect(read(tmp_path, make.observation(component="x")), "code\nLOINC//751-8\nUNREADABLE//component")


# ---- what belongs together ----------------------------------------------------------------------------------------


def test_a_percentage_meets_the_white_cells_of_its_time_in_bulk_export(tmp_path):
    white, percent = (
        make.observation("6690-2", 4.0, id="w"),
        make.observation("770-8", id="n") | {"valueQuantity": make.quantity(20, "%")},
    )
    review = leukon.review(read(tmp_path, white, percent), "alemtuzumab-ms", as_of="2024-03-05")
    expect(review.results, "analyte value origin\nanc 0.8 wbc_x_percent\nwbc 4 measured")


def test_of_two_bloods_of_one_time_each_percentage_meets_its_own(tmp_path):
    lines = []
    for specimen, white in (("a", 4.0), ("b", 10.0)):
        blood = {"specimen": {"reference": f"Specimen/{specimen}"}}
        lines.append(make.observation("6690-2", white, id=f"w{specimen}", **blood))
        percent = {"valueQuantity": make.quantity(20, "%")}
        lines.append(make.observation("770-8", id=f"n{specimen}", **blood) | percent)
    review = leukon.review(read(tmp_path, *lines), "alemtuzumab-ms", as_of="2024-03-05")
    anc = [row["value"] for row in review.results.to_pylist() if row["analyte"] == "anc"]
    assert anc == [2.0, 0.8]


@pytest.mark.parametrize("more", [{"language": "en"}, {"component": []}, {"valueString": None, "focus": []}])
def test_the_short_way_of_most_results_says_the_same_as_the_long_one(more, tmp_path):
    for usual in (
        make.observation(referenceRange=make.limits(), issued="2024-03-04T11:00:00Z"),
        make.observation("770-8", issued="nonsense", status=None),
        make.observation(effectiveDateTime=None, subject=None, code=None, valueQuantity=None),
        make.observation(id=None, identifier=[{"value": "L1"}]),
    ):
        assert read(tmp_path, usual | more).equals(read(tmp_path, usual))
