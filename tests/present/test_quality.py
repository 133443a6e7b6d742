"""The data-quality page: every row counted once, faults found by their place, nobody named."""

import re
from io import StringIO
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from tests.present.rules import Page
from tests.tables import day, events, expect

import leukon
from leukon.errors import InvalidFile
from leukon.events.clock import END_OF_TIME, AsOf
from leukon.events.code_map import CodeMap
from leukon.events.schema import REASONS
from leukon.events.table import open_door
from leukon.present.quality import make_quality
from leukon.present.quality_page import make_quality_page
from leukon.present.quality_schema import (
    ANALYTES,
    CLOCK,
    PEOPLE,
    PLACES,
    ROWS,
    UNITS_MET,
    UNKNOWN_CODES,
    VERSIONS,
)
from leukon.present.quality_terminal import print_quality

ROOT = Path(__file__).parents[2]
MIMIC = ROOT.parent / "shared/data/mimic-iv-demo-half.parquet"
MAP = CodeMap.model_validate(
    {
        "codes": {
            "NEUT#": {"concept": "anc", "unit": "10*9/L", "lln": 2.0, "range_source": "handbook"},
            "PRED EYE": {"concept": "prednisolone", "form": "eye"},
        }
    }
)
MIXED = """
subject_id day   code                 numeric_value unit    lln uln status    source_id recorded_day
1          0     alemtuzumab          12            mg      -   -   -         -         -
1          10    anc                  0.9           10*9/L  2.0 7.5 -         -         -
1          10    neutrophils_percent  30            %       -   -   -         -         -
1          10    wbc                  3             K/uL    4.0 -   -         -         -
1          20.5  NEUT#                3.1           -       -   -   -         -         -
1          21    PRED~EYE             1             -       -   -   -         -         -
1          22    hemoglobin           9000          g/L     -   -   -         -         -
1          23    hemoglobin           12            furlong -   -   -         -         -
1          24    hemoglobin           12            g/dL    -   -   corrected a         25
1          24    hemoglobin           10            g/dL    -   -   final     a         24
1          24    hemoglobin           -             g/dL    -   -   -         -         -
2          30    wbc                  5000          /uL     -   -   -         -         -
2          30    neutrophils_percent  60            %       -   -   -         -         -
2          31    LOCAL//CRP           4             mg/L    -   -   -         -         -
2          32    LOCAL//CRP           5             mg/L    -   -   -         -         -
3          32    LOCAL//CRP           5             -       -   -   -         -         -
3          33    LOCAL//K             5             mmol/L  -   -   -         -         -
3          33    LOCAL//K             5             mmol/L  -   -   -         -         -
-          34    anc                  2             10*9/L  -   -   -         -         -
-          -     UNREADABLE//json     -             -       -   -   -         -         -
-          -     UNREADABLE//segment  -             -       -   -   -         -         -
4          35    -                    1             -       -   -   -         -         -
4          36    prednisolone         50            mg      -   -   -         -         -
4          36    prednisolone         50            mg      -   -   -         -         -
4          99    anc                  1             10*9/L  -   -   -         -         -
"""


def quality_of(table, until=50, code_map=MAP, **more):
    as_of = AsOf(END_OF_TIME) if until is None else day(until).date()
    return make_quality(table, open_door(table, as_of=as_of, code_map=code_map), code_map=code_map, **more)


@pytest.fixture(scope="module")
def mixed():
    return quality_of(events(MIXED))


def printed(quality):
    console = Console(file=StringIO(), width=110)
    print_quality(quality, console)
    return console.file.getvalue()


def test_every_row_goes_one_way(mixed):
    expect(
        mixed.rows,
        """
        went         detail             rows subjects
        used         result             5    2
        used         dose               2    2
        part         -                  1    1
        spare        duplicate          1    1
        spare        measured_present   1    1
        spare        superseded         1    1
        refused      implausible        1    1
        refused      no_subject         1    0
        refused      not_numeric        1    1
        refused      unknown_unit       1    1
        set_aside    -                  1    1
        unknown_code -                  6    3
        unreadable   json               1    0
        unreadable   segment            1    0
        after_as_of  -                  1    1
        """,
    )
    assert mixed.rows_read == 25


def test_refused_rows_are_found_by_the_number_of_the_row(mixed):
    expect(
        mixed.places,
        """
        reason       place   code
        unknown_unit row~8   hemoglobin
        implausible  row~7   hemoglobin
        not_numeric  row~11  hemoglobin
        duplicate    row~24  prednisolone
        no_subject   row~19  anc
        unreadable   row~20  UNREADABLE//json
        unreadable   row~21  UNREADABLE//segment
        """,
    )


def test_a_place_that_the_reader_gives_goes_before_the_number_of_the_row():
    table = events("day code numeric_value\n3 anc -1\n2 anc -1\n1 anc -1")
    table = table.append_column("place", pa.array(["feed.hl7:3 OBX 5", None, ""]))
    expect(
        quality_of(table).places,
        "reason place code\nnegative feed.hl7:3~OBX~5 anc\nnegative row~2 anc\nnegative row~3 anc",
    )


@pytest.mark.parametrize("rows", [19, 20, 21])
def test_at_most_20_places_are_listed_and_they_are_the_first(rows):
    table = events("day code numeric_value\n" + "".join(f"{rows - n} anc -1\n" for n in range(rows)))
    quality = quality_of(table)
    assert quality.places["place"].to_pylist() == [f"row {n}" for n in range(1, min(rows, 20) + 1)]
    assert quality.rows["rows"].to_pylist() == [rows]


def test_units_are_told_with_who_said_them_and_how_they_were_taken(mixed):
    expect(
        mixed.units,
        """
        concept             unit    said_by factor result_unit rows
        alemtuzumab         mg      row     1      mg          1
        anc                 10*9/L  row     1      10^9/L      2
        anc                 10*9/L  map     1      10^9/L      1
        hemoglobin          g/dL    row     10     g/L         3
        hemoglobin          furlong row     -      g/L         1
        hemoglobin          g/L     row     1      g/L         1
        neutrophils_percent %       row     1      %           2
        prednisolone        mg      row     1      mg          2
        wbc                 /uL     row     1/1000 10^9/L      1
        wbc                 K/uL    row     1      10^9/L      1
        """,
    )


def test_unknown_codes_stand_with_the_most_frequent_first(mixed):
    expect(
        mixed.unknown_codes,
        """
        code       display rows subjects units
        LOCAL//CRP -       3    2        mg/L
        LOCAL//K   -       2    1        mmol/L
        -          -       1    1        -
        """,
    )


def test_a_code_is_called_what_the_site_calls_it():
    table = events("day code numeric_value\n1 LOCAL//K 4")
    assert quality_of(table, displays={"LOCAL//K": "Potassium"}).unknown_codes["display"].to_pylist() == ["Potassium"]


def test_analytes_say_what_lacks_a_range_and_what_is_implausible(mixed):
    expect(
        mixed.analytes,
        """
        concept             rows used derived spare implausible refused results without_lln without_uln range_of_map
        hemoglobin          5    1    0       1     1           2       1       1           1           0
        anc                 3    2    1       0     0           1       2       0           1           1
        neutrophils_percent 2    1    0       1     0           0       0       0           0           0
        wbc                 2    2    0       0     0           0       2       1           2           0
        """,
    )


def test_a_time_is_missing_at_midnight_and_not_a_minute_after():
    table = events(f"day code numeric_value\n1 anc 2\n{2 + 1 / 1440} anc 2\n{3 - 1 / 1440} anc 2\n4 prednisolone 5")
    expect(quality_of(table).clock, "use rows at_midnight\nresult 3 1\ndose 1 1\nfinding 0 0")


def test_white_cells_of_which_no_anc_is_made_are_not_needed():
    quality = quality_of(events("day code numeric_value\n1 anc 2\n1 monocytes 0.3\n1 basophils 500.1\n2 shoe_size 42"))
    expect(quality.rows, "went detail rows\nused result 1\nspare other_cells 2\nunknown_code - 1")
    expect(quality.analytes, "concept rows used spare implausible\nanc 1 1 0 0\nbasophils 1 0 1 0\nmonocytes 1 0 1 0")
    assert "not needed: monocytes, eosinophils and basophils of which no ANC is made" in printed(quality)


def test_people_without_doses_or_anc_are_counted_and_a_derived_anc_is_one(mixed):
    expect(
        mixed.people,
        "who subjects\nall 4\nwithout_dose 2\nwithout_anc 2\ndose_without_anc 1\nwithout_time 0",
    )


def test_one_of_three_has_an_anc_and_one_has_no_time():
    table = events("subject_id day code numeric_value\n1 1 anc 2\n2 1 wbc 2\n3 - wbc 2")
    expect(
        quality_of(table).people,
        "who subjects\nall 3\nwithout_dose 3\nwithout_anc 2\ndose_without_anc 0\nwithout_time 1",
    )


def test_of_an_unknown_code_the_three_most_frequent_units_are_named():
    units = ("a", "b", "b", "c", "c", "c", "d", "d", "d", "d")
    table = events("day code numeric_value unit\n" + "".join(f"1 X 1 {unit}\n" for unit in units))
    assert quality_of(table).unknown_codes["units"].to_pylist() == ["d, c, b"]


def test_versions_are_counted(mixed):
    expect(
        mixed.versions,
        """
        what               rows
        superseded         1
        duplicate          1
        with_source_id     2
        with_recorded_time 2
        status:~corrected  1
        status:~final      1
        """,
    )


def test_rows_after_as_of_are_looked_at_only_where_no_as_of_is_given():
    table = events("day code numeric_value\n1 anc 2\n2 anc 2\n3 anc 2")
    assert quality_of(table, until=2).rows["rows"].to_pylist() == [2, 1]
    assert quality_of(table, until=2).last_time == day(2)
    everything = quality_of(table, until=None)
    assert everything.rows["rows"].to_pylist() == [3]
    assert (everything.first_time, everything.last_time) == (day(1), day(3))
    assert "every row, whenever it is" in make_quality_page(everything)


def test_nothing_at_all_is_shown_as_nothing():
    empty = quality_of(events(MIXED).slice(0, 0))
    assert empty.rows_read == 0
    assert "0 rows read" in printed(empty)
    assert "0 rows read" in make_quality_page(empty)


def test_tables_have_the_columns_that_are_described(mixed):
    described = (ROWS, PLACES, UNITS_MET, UNKNOWN_CODES, ANALYTES, CLOCK, PEOPLE, VERSIONS)
    for table, columns in zip(mixed.tables.values(), described, strict=True):
        assert [(field.name, field.type) for field in table.schema] == [(c.name, c.type) for c in columns]


CODES = ("anc", "NEUT#", "wbc", "neutrophils_percent", "hemoglobin", "prednisolone", "PRED EYE", "infection", "LOCAL//X", None, "UNREADABLE//json", "UNREADABLE//segment")  # fmt: skip
ROW = st.fixed_dictionaries(
    {
        "subject_id": st.sampled_from([1, 2, 3, None]),
        "time": st.sampled_from([day(0), day(1), day(1.5), day(60), None]),
        "code": st.sampled_from(CODES),
        "numeric_value": st.sampled_from([0.0, 0.4, 3.0, 40.0, 140.0, -1.0, 1e9, None]),
        "text_value": st.sampled_from([None, "<0.1", "1,234", "positive", "see note"]),
        "unit": st.sampled_from([None, "10*9/L", "/uL", "%", "g/dL", "mg", "furlong"]),
        "status": st.sampled_from([None, "final", "preliminary", "corrected", "cancelled", "odd"]),
        "recorded_time": st.sampled_from([None, day(1), day(70)]),
        "source_id": st.sampled_from([None, "a", "b"]),
    }
)
SCHEMA = pa.schema(
    [("subject_id", pa.int64()), ("time", pa.timestamp("us")), ("code", pa.string()), ("numeric_value", pa.float64()),
     ("text_value", pa.string()), ("unit", pa.string()), ("status", pa.string()), ("recorded_time", pa.timestamp("us")),
     ("source_id", pa.string())]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(ROW, max_size=40))
def test_whatever_comes_every_row_is_counted_exactly_once(rows):
    table = pa.Table.from_pylist(rows, SCHEMA)
    quality, review = quality_of(table), leukon.review(table, "alemtuzumab-ms", as_of=day(50).date(), codes=MAP)
    assert quality.rows_read == len(rows)
    by = {(row["went"], row["detail"]): row["rows"] for row in quality.rows.to_pylist()}
    assert len(by) == quality.rows.num_rows
    account = {(row["use"], row["reason"]): row["rows"] for row in review.account.to_pylist()}
    assert {detail: n for (went, detail), n in by.items() if went == "used"} == {
        use: n for (use, _), n in account.items() if use in ("result", "dose", "finding")
    }
    assert {detail: n for (went, detail), n in by.items() if went in ("refused", "spare")} == {
        reason: n for (_, reason), n in account.items() if reason is not None
    }
    assert by.get(("part", None), 0) == account.get(("part_of_result", None), 0)
    assert by.get(("after_as_of", None), 0) == account.get(("after_as_of", None), 0)
    other = sum(n for (went, _), n in by.items() if went in ("set_aside", "unknown_code", "unreadable"))
    assert other == account.get(("other_kind", None), 0)
    assert by.get(("unknown_code", None), 0) == (pc.sum(quality.unknown_codes["rows"]).as_py() or 0)
    for row in quality.analytes.to_pylist():
        assert row["rows"] == row["used"] + row["spare"] + row["implausible"] + row["refused"]
        assert max(row["without_lln"], row["without_uln"], row["range_of_map"]) <= row["results"] <= row["used"]
    listed = quality.places.filter(pc.not_equal(quality.places["reason"], "unreadable"))
    shown = {row["values"]: row["counts"] for row in listed["reason"].value_counts().to_pylist()}
    assert shown == {
        reason: min(by[went, reason], 20)
        for went, reason in by
        if reason in REASONS and reason not in ("superseded", "measured_present")
    }


@settings(max_examples=50, deadline=None)
@given(st.lists(ROW, max_size=30), st.randoms())
def test_the_order_of_the_input_changes_nothing_but_the_places(rows, random):
    shuffled = random.sample(rows, len(rows))
    one, other = (quality_of(pa.Table.from_pylist(each, SCHEMA)) for each in (rows, shuffled))
    for name in ("rows", "units", "unknown_codes", "analytes", "clock", "people", "versions"):
        assert getattr(one, name).to_pylist() == getattr(other, name).to_pylist(), name


def test_nobody_is_named_and_no_value_is_shown():
    table = events("subject_id day code numeric_value unit text_value\nMRN-4711 1 anc 42.4242 furlong -\n"
                   "MRN-4711 2 wbc - K/uL secret\nMRN-4711 3 LOCAL//X 42.4242 furlong secret")  # fmt: skip
    quality = quality_of(table)
    for shown in (make_quality_page(quality), printed(quality)):
        for what in ("MRN-4711", "42.42", "secret"):
            assert what not in shown
        assert "furlong" in shown


def test_the_snippet_is_a_code_map_that_counts_nothing_until_it_is_filled_in(tmp_path):
    nasty = ['A"B', "C\nD", "E\x1b[2J\x7f", "F\\G", "[bold]H[/bold]", "Ü <b>"]
    rows = [{"subject_id": 1, "time": day(1), "code": code, "numeric_value": 1.0} for code in nasty]
    quality = quality_of(pa.Table.from_pylist(rows))
    console = printed(quality)
    assert "\x1b" not in console
    assert "\x7f" not in console
    snippet = console.partition("for a code map:\n")[2].partition("\nUnits\n")[0]
    (tmp_path / "map.toml").write_text(snippet, encoding="utf-8")
    with pytest.raises(InvalidFile, match="leukon knows no '\\?'"):
        leukon.load_code_map(tmp_path / "map.toml")
    filled = snippet.replace('concept = "?"', 'concept = "anc"').replace('unit = "?"', 'unit = "10*9/L"')
    (tmp_path / "map.toml").write_text(filled, encoding="utf-8")
    assert sorted(leukon.load_code_map(tmp_path / "map.toml").codes) == sorted(nasty)


def test_a_code_is_text_on_the_page_and_no_markup():
    table = events("day code numeric_value\n1 <script>alert(1)</script> 4")
    page = make_quality_page(quality_of(table))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_page_fetches_nothing_and_is_the_same_every_time(mixed):
    html = make_quality_page(mixed)
    assert html == make_quality_page(mixed)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html
    page = Page(html)
    assert not {tag for tag, _ in page.tags} & {"script", "iframe", "object", "img"}
    assert not re.search(r"@import|@font-face|url\(", html)
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        assert re.search(r"<caption[^>]*>[^<]+</caption>", table)
    assert "25 rows read: 8 used, 3 not needed, 4 refused, 6 with a code that leukon does not know" in page.text


def test_page_and_terminal_show_the_same_tables(mixed):
    text, console = Page(make_quality_page(mixed)).text, re.sub(r"\s+", " ", printed(mixed))
    for said in (
        "× 0.001, as 10⁹/L",
        "not known: refused",
        "anc: row 19",
        "LOCAL//CRP",
        "without any dose that counts",
    ):
        assert said in text
        assert said in console


@pytest.mark.skipif(not MIMIC.exists(), reason="the real data do not lie beside this repository")
def test_real_patients_are_counted_as_duckdb_counts_them():
    codes = leukon.load_code_map(ROOT / "examples/mimic-codes.toml")
    table = leukon.read(MIMIC, codes=codes)
    quality = make_quality(table, open_door(table, as_of="last", code_map=codes), code_map=codes)
    by = {row["went"]: 0 for row in quality.rows.to_pylist()}
    for row in quality.rows.to_pylist():
        by[row["went"]] += row["rows"]

    def count(sql):
        return duckdb.read_parquet(str(MIMIC)).filter(sql).count("*").fetchall()[0][0]

    last = quality.last_time
    known = [*codes.codes, "MEDS_DEATH"]
    mapped = ", ".join("'" + code.replace("'", "''") + "'" for code in known)
    till = f"(time IS NULL OR time <= TIMESTAMP '{last}')"
    assert quality.rows_read == 434_371
    assert by["after_as_of"] == count(f"NOT {till}")
    assert by["unknown_code"] == count(f"{till} AND code NOT IN ({mapped})")
    aside = [code for code, entry in codes.codes.items() if not entry.mapped]
    assert by["set_aside"] == count(f"{till} AND code IN ({', '.join(repr(code) for code in aside)})")
    (lymphocytes,) = [row for row in quality.analytes.to_pylist() if row["concept"] == "lymphocytes_percent"]
    assert lymphocytes["rows"] == count(f"{till} AND code = 'LAB//51244//%'")
