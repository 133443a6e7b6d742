"""`leukon check` from the file to the page, in every format: nothing is lost on the way, and codes have their names."""

import re
from html import unescape

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.ingest.cohort_maker import WRITERS
from tests.ingest.sdtm_maker import write as write_dataset
from tests.surfaces.process import run_leukon

import leukon

NUMBER = r"[\d,]+"


def went(out):
    """What became of the rows, and how many there were, as the terminal shows it."""
    table = out.split("Where every row went")[1].split("all rows read")
    total = re.match(rf" +({NUMBER})", table[1])[1]
    rows = re.findall(rf"^ \S.*?  +({NUMBER})  +(?:under |over )?\d+ %  +{NUMBER} *$", table[0], re.MULTILINE)
    return [int(number.replace(",", "")) for number in rows], int(total.replace(",", ""))


@pytest.fixture(scope="module", params=WRITERS)
def checked(request, tmp_path_factory):
    """A format's file or folder, how many rows it has, and how `leukon check` of it ended; the page lies beside it."""
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    (folder / "in").mkdir()
    source = WRITERS[name](folder / "in")
    site = folder / "in/visits.toml"
    codes = ("--codes", site) if site.exists() else ()
    rows = leukon.read(source, codes=leukon.load_code_map(site) if codes else None).num_rows
    return rows, folder, run_leukon(folder, "check", source, *codes, "--out", "page.html", COLUMNS="160")


def test_the_rows_that_are_shown_sum_to_the_rows_read(checked):
    read, _, done = checked
    assert (done.returncode, done.stderr) == (0, "")
    rows, total = went(done.stdout)
    assert sum(rows) == total == read >= 50
    assert len(rows) > 2


def test_the_page_shows_the_same_rows(checked):
    read, folder, done = checked
    rows, _ = went(done.stdout)
    page = unescape((folder / "page.html").read_text(encoding="utf-8"))
    body = page.split("What became of the rows")[1].split("</table>")[0]
    shown = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in body.split("<tr")[2:]]
    numbers = [int(re.sub(r"<.*?>", "", cells[1]).replace(",", "")) for cells in shown]
    assert numbers == [*rows, read]


def test_a_dataset_of_meds_names_its_codes(tmp_path, process):
    (tmp_path / "in/data").mkdir(parents=True)
    (tmp_path / "in/metadata").mkdir()
    row = {
        "subject_id": [1],
        "time": pa.array([0], pa.timestamp("us")),
        "code": ["LAB//51256"],
        "numeric_value": [54.0],
    }
    pq.write_table(pa.table(row | {"unit": ["%"]}), tmp_path / "in/data/0.parquet")
    codes = pa.table({"code": ["LAB//51256"], "description": ["Neutrophils/100 leukocytes"]})
    pq.write_table(codes, tmp_path / "in/metadata/codes.parquet")
    done = process("check", "in", COLUMNS="160")
    assert re.search(r"LAB//51256 +Neutrophils/100 leukocytes +1 +1 +%", done.stdout)
    assert "# 1 row, 1 subject; Neutrophils/100 leukocytes; units met: %" in done.stdout


@pytest.mark.parametrize("form", ["xpt", "csv", "parquet"])
def test_a_trial_names_its_codes(form, tmp_path, process):
    text = """
USUBJID LBSEQ LBTESTCD LBTEST LBORRES LBORRESU LBDTC
T-1 1 NEUTLO Neutrophils,~local 2.4 10^9/L 2014-01-02
T-1 2 WBC Leukocytes 4.1 10^9/L 2014-01-02
"""
    source = write_dataset(tmp_path, "lb", form, text)
    done = process("check", source.name, COLUMNS="160")
    assert re.search(r"SDTM//NEUTLO +Neutrophils, local +1 +1 +10\^9/L", done.stdout), done.stdout


def test_a_proposal_reads_the_names_too(tmp_path, process):
    (tmp_path / "in/data").mkdir(parents=True)
    (tmp_path / "in/metadata").mkdir()
    values = [2.8, 3.1, 3.4, 4.0, 5.2]
    times = pa.array([0, 1, 2, 3, 4], pa.timestamp("us"))
    rows = {"subject_id": [1] * 5, "time": times, "code": ["L77"] * 5, "numeric_value": values, "unit": ["10*9/L"] * 5}
    pq.write_table(pa.table(rows), tmp_path / "in/data/0.parquet")
    assert 'concept = "anc"' not in process("codes", "suggest", "in").stdout
    codes = pa.table({"code": ["L77"], "description": ["Neutrophils, absolute"]})
    pq.write_table(codes, tmp_path / "in/metadata/codes.parquet")
    assert '# [codes."L77"]\n# concept = "anc"' in process("codes", "suggest", "in").stdout
