"""52 real patients of the MIMIC-IV demo (ODbL), which lie beside the repository and never in it.

Every number is counted a second time by DuckDB, from the file itself.
"""

from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import duckdb
import pytest

import leukon

ROOT = Path(__file__).parents[2]
MIMIC = ROOT.parent / "shared/data/mimic-iv-demo-half.parquet"
CODES = ROOT / "examples/mimic-codes.toml"
pytestmark = pytest.mark.skipif(not MIMIC.exists(), reason="the real data do not lie beside this repository")

ANC, WBC, NEUTROPHILS, BANDS = "LAB//52075//K/uL", "LAB//51301//K/uL", "LAB//51256//%", "LAB//51144//%"
SYSTEMIC = (
    "Filgrastim",
    "Filgrastim-sndz",
    "PredniSONE",
    "MethylPREDNISolone Sodium Succ",
    "Dexamethasone",
    "Hydrocortisone Na Succ.",
    "Hydrocortisone ",
)


def query(sql, **parameters):
    return duckdb.connect().execute(sql, parameters | {"file": str(MIMIC)}).fetchall()


@pytest.fixture(scope="module")
def review():
    codes = leukon.load_code_map(CODES)
    return leukon.review(leukon.read(MIMIC, codes=codes), "alemtuzumab-ms", as_of="last", codes=codes)


def test_every_row_and_every_patient_is_accounted_for(review):
    assert sum(review.account["rows"].to_pylist()) == 434_371
    assert sum(review.codes_seen["rows"].to_pylist()) + rows_of(review, "after_as_of") == 434_371
    subjects = [row[0] for row in query("SELECT DISTINCT subject_id FROM read_parquet($file) ORDER BY 1")]
    assert len(subjects) == 52
    assert review.subjects["subject_id"].to_pylist() == subjects


def rows_of(review, use):
    return sum(row["rows"] for row in review.account.to_pylist() if row["use"] == use)


def test_two_patients_were_neutropenic_and_nobody_was_given_the_protocols_drug(review):
    episodes = review.episodes.to_pylist()
    assert sorted(Counter(row["subject_id"] for row in episodes).values()) == [2, 7]
    assert {row["course"] for row in episodes} == {0}
    assert {row["onset_by_day"] for row in episodes} == {None}
    assert review.courses.num_rows == 0
    assert review.schedule.num_rows == 0
    assert Counter(row["status"] for row in episodes) == {"recovered": 8, "ongoing": 1}


def test_no_other_patient_has_a_count_below_the_limit(review):
    low = query(
        "SELECT count(DISTINCT subject_id) FROM read_parquet($file) WHERE code = $anc AND round(value::DOUBLE, 6) < 1.5",
        anc=ANC,
    )[0][0]
    derived = {
        row["subject_id"] for row in review.results.to_pylist() if row["analyte"] == "anc" and row["value"] < 1.5
    }
    assert low <= len(derived) == 2
    assert derived == set(review.episodes["subject_id"].to_pylist())


def test_treatments_are_filgrastim_and_systemic_corticosteroids_only(review):
    said = {word for text in review.episodes["treatments"].to_pylist() if text for word in text.split(";")}
    assert said == {"g_csf:filgrastim", "corticosteroid:dexamethasone", "corticosteroid:methylprednisolone"}


def test_doses_are_the_systemic_ones_that_were_given_or_started(review):
    doses = query(
        """
        SELECT count(*) FROM (
            SELECT DISTINCT subject_id, time, code, value FROM read_parquet($file)
            WHERE code IN (SELECT unnest($codes))
        )
        """,
        codes=[
            code
            for drug in SYSTEMIC
            for code in (
                f"MEDICATION//START//{drug}",
                f"MEDICATION//{drug}//Administered",
                f"MEDICATION//{drug}//Delayed Administered",
            )
        ],
    )[0][0]
    assert rows_of(review, "dose") == doses == 94


def test_no_drops_no_creams_no_stops_and_no_doses_not_given_mean_anything(review):
    (known,) = zip(*query("SELECT DISTINCT code FROM read_parquet($file) WHERE code LIKE 'MEDICATION//%'"), strict=True)
    concept = {row["code"]: row["concept"] for row in review.codes_seen.to_pylist()}
    drugs = ("pred", "dexamethasone", "hydrocortisone", "filgrastim")
    seen = [code for code in known if any(drug in code.lower() for drug in drugs)]
    nothing = [
        code
        for code in seen
        if "STOP//" in code or "Not Given" in code or any(word in code for word in ("Ophth", "Cream", "Fludro"))
    ]
    assert len(nothing) > 10
    assert {concept[code] for code in nothing} == {None}
    assert [code for code in seen if code not in nothing and concept[code] is None] == []


def test_bands_are_taken_into_derived_counts(review):
    """WBC x (neutrophils % + bands % if reported), half-even to 2 decimals, wherever no ANC was measured."""
    rows = query(
        """
        WITH usable AS (
            -- the shortest decimal that is this float: the laboratory's 57.4, not 57.400001525878906
            SELECT DISTINCT subject_id, time, code, value::VARCHAR::DECIMAL(18, 6) AS value
            FROM read_parquet($file) WHERE value IS NOT NULL
        )
        SELECT p.subject_id, p.time, p.value, min(w.value), min(b.value)
        FROM usable p
        JOIN usable w ON (w.subject_id, w.time, w.code) = (p.subject_id, p.time, $wbc)
        LEFT JOIN usable b ON (b.subject_id, b.time, b.code) = (p.subject_id, p.time, $bands)
        WHERE p.code = $neutrophils
        AND NOT EXISTS (FROM usable a WHERE (a.subject_id, a.time, a.code) = (p.subject_id, p.time, $anc))
        GROUP BY ALL ORDER BY ALL
        """,
        anc=ANC,
        wbc=WBC,
        neutrophils=NEUTROPHILS,
        bands=BANDS,
    )
    expected = sorted(
        (
            subject,
            time,
            float((wbc * (percent + (bands or 0)) / 100).quantize(Decimal("0.01"), ROUND_HALF_EVEN)),
            origin,
        )
        for subject, time, percent, wbc, bands in rows
        for origin in ["wbc_x_percent" if bands is None else "wbc_x_percent_bands"]
    )
    derived = sorted(
        (row["subject_id"], row["time"], row["value"], row["origin"])
        for row in review.results.to_pylist()
        if row["analyte"] == "anc" and row["origin"] != "measured"
    )
    assert Counter(row[3] for row in expected)["wbc_x_percent_bands"] > 50
    assert derived == expected


def test_measured_counts_are_all_there(review):
    for code, analyte in ((ANC, "anc"), (WBC, "wbc"), ("LAB//51265//K/uL", "platelets")):
        counted = query(
            """
            SELECT count(*), sum(value) FROM (
                SELECT DISTINCT subject_id, time, code, round(value::DOUBLE, 6) AS value
                FROM read_parquet($file) WHERE code = $code AND value IS NOT NULL
            )
            """,
            code=code,
        )[0]
        measured = [
            row["value"]
            for row in review.results.to_pylist()
            if (row["analyte"], row["origin"]) == (analyte, "measured")
        ]
        assert (len(measured), sum(measured)) == (counted[0], pytest.approx(counted[1]))


def test_the_command_line_writes_the_same(review, tmp_path, command):
    done = command(
        "review", MIMIC, "--codes", CODES, "--protocol", "alemtuzumab-ms", "--as-of", "last", "--out", tmp_path / "out"
    )
    assert done.returncode == 0
    assert done.stderr == ""
    assert "Rows read: 434,371" in done.stdout
    written = duckdb.connect().read_csv(str(tmp_path / "out/tables/episodes.csv"))
    ours = duckdb.connect().from_arrow(review.episodes.select(["subject_id", "nadir", "status"]))
    assert written.select("subject_id, nadir, status").fetchall() == ours.fetchall()
    for open_now in review.episodes.filter(review.episodes["recovered_by_time"].is_null()).to_pylist():
        assert str(open_now["subject_id"]) in done.stdout


def test_tables_of_several_pieces_go_to_pandas(review):
    for name in ("results", "episodes", "subjects", "unused", "codes_seen", "account"):
        assert len(getattr(review, name).to_pandas()) == getattr(review, name).num_rows
