"""One cohort in every format: what each reader gives is the same table of events, and the same review.

What a format cannot hold stands in `cohort_maker.LOSSES`, with the reason; nothing else may differ:

| format | columns it cannot hold | rows it cannot hold |
| --- | --- | --- |
| csv, meds | - (meds: ids are integers) | - |
| fhir | - (doses: their id is the resource's; not given: no unit) | findings in words: no code |
| hl7v2 | - (doses: their id counts on; recorded when the message was sent) | findings in words: no code |
| omop | status, recorded_time, source_id | words; preliminary, cancelled, older versions |
| sdtm | status, recorded_time, source_id | the same, and vital signs |
| visits | status, recorded_time, source_id; a range beside a unit of the cell's own | preliminary, cancelled, older versions; eye drops; no unit |
"""

from decimal import Decimal
from importlib import import_module

import pyarrow as pa
import pytest
from tests.ingest.cohort_maker import AS_OF, COHORT, DRUGS, LABS, LOSSES, PEOPLE, WRITERS, events

import leukon

READERS = {
    "csv": ("leukon.ingest.reading", "read"),
    "visits": ("leukon.ingest.visits", "read_visits"),  # with the clinic's map
    "meds": ("leukon.ingest.meds", "read_meds"),
    "omop": ("leukon.ingest.omop", "read_omop"),
    "fhir_ndjson": ("leukon.ingest.fhir", "read_fhir"),
    "fhir_bundle": ("leukon.ingest.fhir", "read_fhir"),
    "hl7v2": ("leukon.ingest.hl7v2", "read_hl7v2"),
    "sdtm": ("leukon.ingest.sdtm", "read_sdtm"),
}
JUDGED = ("courses", "results", "episodes", "schedule", "workup", "findings")
CONCEPT_OF = {
    **{f"LOINC//{loinc}": name for name, (loinc, _, _) in LABS.items()},
    **{f"OMOP//{omop}": name for name, (_, omop, _) in (LABS | DRUGS).items()},
    **{f"RxNorm//{code}": name for name, (code, _, _) in DRUGS.items()},
    **{f"ATC//{code}": name for name, (_, _, code) in DRUGS.items()},
}


def reader_of(name):
    module, function = READERS[name]
    try:
        return getattr(import_module(module), function)
    except (ImportError, AttributeError) as missing:
        pytest.skip(f"{module}.{function} is not there: {missing}")


@pytest.fixture(params=WRITERS, scope="module")
def made(request, tmp_path_factory):
    """The name of a format, and what its reader gives of the cohort written in it."""
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    read, file = reader_of(name), WRITERS[name](folder)
    if name != "visits":
        return name, read(file)
    from leukon.ingest.visits_map import load_visit_map

    return name, read(file, visits=load_visit_map(folder / "visits.toml"))


def person(given, name):
    """The id of the cohort."""
    return PEOPLE[int(given) - 500] if LOSSES[name].integer_ids else given


def concept_of(code):
    """What a code means, by the cohort's own list; a local dose is what is put, and where."""
    if code.startswith("ROUTE//"):
        _, form, drug = code.split("//", 2)
        return f"{form} {CONCEPT_OF.get(drug, drug)}"
    return CONCEPT_OF.get(code, code)


def digits(text):
    return f"{Decimal(text).normalize():f}"


def value_of(row):
    """Comparator and number with the digits the laboratory wrote, or words.

    Formats spread them over text_value, comparator and numeric_value in their ways: the door reads the text first.
    """
    text, number = row["text_value"], row["numeric_value"]
    if text is None:
        return None if number is None else f"{row['comparator'] or ''}{digits(str(number))}"
    bare = text.lstrip("<>=")
    said = text.removesuffix(bare)
    bare = bare.removesuffix(row["unit"] or "").strip()  # a cell of a spreadsheet may say its unit
    if not bare[:1].isdigit():
        assert number is None
        return text
    assert number is None or digits(str(number)) == digits(bare)
    return f"{said or row['comparator'] or ''}{bare}"


def plain(table, name):
    """The rows that mean something to the cohort, as text, in an order that does not hang on the file's."""
    losses, rows = LOSSES[name], []
    for row in table.to_pylist():
        if row["code"] in losses.extra:
            continue
        dose = concept_of(row["code"]).rpartition(" ")[2] in DRUGS
        source = row["source_id"] and row["source_id"].rpartition("/")[2]
        kept = {
            "who": person(row["subject_id"], name),
            "time": row["time"],
            "what": concept_of(row["code"]),
            "value": value_of(row),
            "unit": losses.units.get(row["unit"], row["unit"]),
            "lln": row["lln"],
            "uln": row["uln"],
            "status": row["status"] or "final",
            "recorded_time": row["recorded_time"],
            "source_id": source,
        }
        lost = losses.columns + (losses.of_doses if dose else ())
        lost += losses.of_not_given if kept["value"] == "not given" else ()
        rows.append(kept | dict.fromkeys(lost))
    return sorted(rows, key=str)


def expected(name):
    table = events(name)
    mine = {who: str(500 + at) for at, who in enumerate(PEOPLE)} if LOSSES[name].integer_ids else {}
    ids = pa.array([mine.get(who, who) for who in table["subject_id"].to_pylist()])
    return table.set_column(0, "subject_id", ids)


def filled(table):
    """A table with all columns of events, null where it has none."""
    missing = [
        name
        for name in ("comparator", "lln", "uln", "status", "recorded_time", "source_id")
        if name not in table.column_names
    ]
    for name in missing:
        table = table.append_column(name, pa.nulls(table.num_rows))
    return table


def test_the_events_are_the_same_in_every_format(made):
    name, table = made
    assert plain(filled(table), name) == plain(expected(name), name)


def judged(table, name):
    review = leukon.review(table, "alemtuzumab-ms", as_of=AS_OF)
    return {
        each: sorted(
            (
                {k: v for k, v in row.items() if k != "row"} | {"subject_id": person(row["subject_id"], name)}
                for row in getattr(review, each).to_pylist()
            ),
            key=str,
        )
        for each in JUDGED
    }


@pytest.mark.parametrize("each", JUDGED)
def test_the_review_is_the_same_in_every_format(made, each):
    name, table = made
    assert judged(table, name)[each] == judged(expected(name), name)[each]


def test_the_cohort_is_worth_reading():
    review = leukon.review(events("csv"), "alemtuzumab-ms", as_of=AS_OF)
    assert review.episodes.num_rows >= 5
    reasons = {row["reason"] for row in review.account.to_pylist()}
    assert {"cancelled", "superseded", "no_unit", "not_given", "preliminary"} <= reasons
    assert {row["origin"] for row in review.results.to_pylist()} == {"measured", "wbc_x_percent"}
    assert "other_kind" in review.account["use"].to_pylist(), "eye drops are no dose"
    assert len({row.who for row in COHORT}) == len(PEOPLE) == 12


@pytest.mark.parametrize("name", WRITERS)
def test_the_format_is_recognised(tmp_path, name):
    formats = pytest.importorskip("leukon.ingest.formats", reason="leukon.ingest.formats is not there")
    assert formats.recognise(WRITERS[name](tmp_path)) == name.partition("_")[0]
