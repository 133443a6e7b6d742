"""One file says all of a site: its codes, its columns, and what its spreadsheet of visits looks like."""

import pyarrow as pa
import pytest
from tests.ingest.cohort_maker import AS_OF, WRITERS

import leukon
from leukon.errors import InvalidFile, MissingColumn, UnreadableFile
from leukon.ingest.reading import stream

LIST = """Kennung;Tag;WBC;Neutro;PLT
P12;04.03.2024;1,4;0,4;210
P12;05.03.2024;1,3;<0,5;1.210
"""
MAP = """
[visits]
subject = "Kennung"
date = "Tag"
date_format = "day-first"
decimal = ","
thousands = "."
[visits.columns."WBC"]
unit = "10^9/L"
[visits.columns."Neutro"]
code = "OUR-NEUT"
unit = "10^9/L"
[visits.columns."PLT"]
unit = "10^9/L"

[codes."OUR-NEUT"]
concept = "anc"

[columns]
numeric_value = "result"
"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "liste.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "site.toml").write_text(MAP, encoding="utf-8")
    return tmp_path


def test_read_takes_the_spreadsheet_as_the_map_says(site):
    codes = leukon.load_code_map(site / "site.toml")
    table = leukon.read(site / "liste.csv", codes=codes)
    assert table["numeric_value"].to_pylist() == [1.4, 0.4, 210.0, 1.3, 0.5, 1210.0]
    assert table["code"].to_pylist() == ["wbc", "OUR-NEUT", "platelets"] * 2
    assert pa.Table.from_batches(stream(site / "liste.csv", codes=codes)).equals(table)
    assert leukon.read(site / "liste.csv", "visits", codes=codes).equals(table)
    reviewed = leukon.review(table, "alemtuzumab-ms", as_of="2024-03-06", codes=codes)
    assert sorted(reviewed.results["analyte"].to_pylist()) == ["anc", "anc", "platelets", "platelets", "wbc", "wbc"]


def test_every_command_that_reads_takes_the_one_file(site, command):
    done = command(
        "review", "liste.csv", "--codes", "site.toml", "--protocol", "alemtuzumab-ms", "--as-of", "2024-03-06"
    )
    assert (done.returncode, "Rows read: 6 (6 result)." in done.stdout) == (0, True)
    done = command("check", "liste.csv", "--codes", "site.toml")
    assert (done.returncode, "OUR-NEUT" in done.stdout) == (0, False), "it is mapped"
    done = command("codes", "suggest", "liste.csv", "--codes", "site.toml")
    assert (done.returncode, done.stderr) == (0, "")
    done = command("ingest", "liste.csv", "--codes", "site.toml", "--to", "meds")
    assert done.returncode == 0
    assert sorted(leukon.read(site / "meds")["numeric_value"].to_pylist()) == [0.4, 0.5, 1.3, 1.4, 210.0, 1210.0]


def test_a_nurse_gets_from_error_to_review_by_pasting_and_filling_in(site, command):
    (site / "mine.toml").write_text("", encoding="utf-8")
    answers = [
        {"subject": "Kennung", "date": "Tag"},
        {"unit": "10^9/L"},
        {"date_format": "day-first"},
    ]
    (site / "liste.csv").write_text(LIST.replace("Neutro", "ANC"), encoding="utf-8")
    for answer in answers:
        done = command("check", "liste.csv", "--codes", "mine.toml")
        assert done.returncode == 3
        _, said, pasted = done.stderr.partition("(a TOML file, handed over with --codes FILE) and fill it in:")
        assert said, done.stderr
        before = (site / "mine.toml").read_text(encoding="utf-8")
        pasted = "\n".join(line.strip() for line in pasted.splitlines())
        if "[visits]" in before:
            pasted = pasted.replace("[visits]\n", "")
        head, mark, tail = before.partition("[visits]\n")
        unfilled = f"{head}{mark}{pasted}\n{tail}" if "date_format" in pasted else f"{before}{pasted}\n"
        (site / "mine.toml").write_text(unfilled, encoding="utf-8")
        assert command("check", "liste.csv", "--codes", "mine.toml").returncode == 4, (
            "nothing counts before it is filled in"
        )
        filled = unfilled
        for key, said in answer.items():
            filled = filled.replace(f'{key} = ""', f'{key} = "{said}"')
        (site / "mine.toml").write_text(filled, encoding="utf-8")
    assert command("check", "liste.csv", "--codes", "mine.toml").returncode == 0


WRONG = {
    "an unknown key": ("[visits]\nsubjct = 'Kennung'", "visits.subjct", "not known"),
    "an unknown unit": ('[visits.columns."WBC"]\nunit = "furlong"', "visits.columns.WBC.unit", "furlong"),
    "an unknown format of dates": ('[visits]\ndate_format = "day first"', "visits.date_format", "day-first"),
    "one sign for two": ("[visits]\ndecimal = ','\nthousands = ','", "visits", "same sign"),
    "a table that is none": ("visits = 3", "visits", "dictionary"),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("source", ["liste.csv", "events.csv"])
def test_a_wrong_table_of_visits_ends_with_4_whatever_is_read(case, source, site, command):
    text, key, why = WRONG[case]
    (site / "wrong.toml").write_text(text, encoding="utf-8")
    (site / "events.csv").write_text("subject_id,time,code,numeric_value\n7,2024-03-05,anc,1\n", encoding="utf-8")
    done = command("check", source, "--codes", "wrong.toml")
    assert done.returncode == 4
    assert done.stderr.startswith(f"leukon: 'wrong.toml' is not valid at '{key}")
    assert why in done.stderr
    assert "Kennung" not in done.stderr


def test_a_wrong_map_made_in_python_is_refused_at_reading(site):
    codes = leukon.CodeMap(visits={"subjct": "Kennung"})
    with pytest.raises(InvalidFile, match=r"'the code map' is not valid at 'visits.subjct'"):
        leukon.read(site / "liste.csv", "visits", codes=codes)


def test_events_in_the_layout_are_read_beside_a_map_of_visits(site):
    (site / "events.csv").write_text("subject_id,time,code,result\n7,2024-03-05,anc,1\n", encoding="utf-8")
    codes = leukon.load_code_map(site / "site.toml")
    assert leukon.read(site / "events.csv", codes=codes)["result"].to_pylist() == [1.0]


# ---- [columns] and readers that have named the columns --------------------------------------------------------------

OF_ONE_CSV = leukon.CodeMap(columns={"subject_id": "patient", "numeric_value": "result", "status": "result_state"})


@pytest.mark.parametrize("name", [name for name in WRITERS if name not in ("csv", "meds", "visits")])
def test_a_map_for_one_csv_serves_the_messages_of_the_same_site(name, tmp_path):
    table = leukon.read(WRITERS[name](tmp_path), codes=OF_ONE_CSV)
    with_map, without = (
        leukon.review(table, "alemtuzumab-ms", as_of=AS_OF, codes=codes) for codes in (OF_ONE_CSV, None)
    )
    assert with_map.results.to_pylist() == without.results.to_pylist() != []
    assert with_map.account.to_pylist() == without.account.to_pylist()


def test_a_dataset_of_others_may_call_its_columns_anything_so_there_a_missing_one_is_missing(tmp_path):
    """A cancelled result in its own column `result_state` would be a final one if the map had a slip in that name."""
    with pytest.raises(MissingColumn, match="'patient'"):
        leukon.read(WRITERS["meds"](tmp_path), codes=OF_ONE_CSV)


def test_a_map_that_swaps_columns_of_one_csv_swaps_none_of_a_reader(tmp_path):
    swapped = leukon.CodeMap(columns={"lln": "uln", "uln": "lln"})
    table = leukon.read(WRITERS["fhir_ndjson"](tmp_path))
    with_map, without = (leukon.review(table, "alemtuzumab-ms", as_of=AS_OF, codes=codes) for codes in (swapped, None))
    assert with_map.results.to_pylist() == without.results.to_pylist()


@pytest.mark.parametrize(
    "change",
    [lambda t: t.drop_columns(["status"]), lambda t: t.append_column("ward", t["unit"])],
    ids=["one less", "one more"],
)
def test_a_column_is_missing_as_ever_where_a_table_is_not_a_readers(change, tmp_path):
    table = change(leukon.read(WRITERS["fhir_ndjson"](tmp_path)))
    with pytest.raises(MissingColumn, match="'patient'"):
        leukon.review(table, "alemtuzumab-ms", as_of=AS_OF, codes=OF_ONE_CSV)


def test_a_csv_with_every_column_of_a_reader_lacks_the_column_that_the_map_names(tmp_path):
    names = leukon.read(WRITERS["fhir_ndjson"](tmp_path)).column_names
    (tmp_path / "all.csv").write_text(f"{','.join(names)}\n", encoding="utf-8")
    with pytest.raises(MissingColumn, match="'patient'"):
        leukon.read(tmp_path / "all.csv", codes=OF_ONE_CSV)


def test_a_spreadsheet_that_says_nothing_of_whose_and_when_is_asked_for_it(site):
    with pytest.raises(UnreadableFile, match=r'\[visits\]\n  subject = ""  # heading of the patients'):
        leukon.read(site / "liste.csv")
