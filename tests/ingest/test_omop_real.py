"""The MIMIC half as OMOP: the review of it is the review of the event stream it was made from.

Real data lie beside the repository and never in it; the OMOP folder is written here, by code that shares nothing with
the reader. Known laboratory codes get standard concepts, everything else is a local word under concept 0.
"""

import tomllib
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import leukon
from leukon.events.code_map import CodeMap
from leukon.ingest.omop import is_omop, read_omop

ROOT = Path(__file__).parents[2]
MIMIC = ROOT.parent / "shared/data/mimic-iv-demo-half.parquet"
CODES = ROOT / "examples/mimic-codes.toml"
pytestmark = pytest.mark.skipif(not MIMIC.exists(), reason="the real data do not lie beside this repository")

CONCEPTS = {
    "LAB//52075//K/uL": (3013650, 8848),
    "LAB//51301//K/uL": (3000905, 8848),
    "LAB//51256//%": (3018010, 8554),
    "LAB//51133//K/uL": (3004327, 8848),
    "LAB//51244//%": (3037511, 8554),
    "LAB//51222//g/dL": (3000963, 8713),
    "LAB//51265//K/uL": (3024929, 8848),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cdm")
    table = pq.read_table(MIMIC)
    table = table.append_column("row", pa.array(range(table.num_rows)))
    drug = pc.starts_with(table["code"], "MEDICATION//")
    pq.write_table(_measurements(table.filter(pc.invert(drug))), folder / "measurement.parquet", row_group_size=50_000)
    pq.write_table(_exposures(table.filter(drug)), folder / "drug_exposure.parquet")
    return folder


def _measurements(table):
    codes = table["code"].to_pylist()
    concept, unit = zip(*(CONCEPTS.get(code, (0, 0)) for code in codes), strict=True)
    return pa.table(
        {
            "measurement_id": table["row"],
            "person_id": table["subject_id"],
            "measurement_concept_id": pa.array(concept, pa.int32()),
            "measurement_date": table["time"].cast(pa.date32(), safe=False),
            "measurement_datetime": table["time"],
            "value_as_number": table["value"],  # 32 bits, as in the stream
            "unit_concept_id": pa.array(unit, pa.int32()),
            "measurement_source_value": table["code"],
        }
    )


def _exposures(table):
    return pa.table(
        {
            "drug_exposure_id": table["row"],
            "person_id": table["subject_id"],
            "drug_concept_id": pa.array([0] * table.num_rows, pa.int32()),
            "drug_exposure_start_date": table["time"].cast(pa.date32(), safe=False),
            "drug_exposure_start_datetime": table["time"],
            "drug_source_value": table["code"],
        }
    )


@pytest.fixture(scope="module")
def reviews(folder):
    """The review of the stream, and that of the folder with the same map under local codes."""
    codes = leukon.load_code_map(CODES)
    stream = leukon.review(leukon.read(MIMIC, codes=codes), "alemtuzumab-ms", as_of="last", codes=codes)
    entries = tomllib.loads(CODES.read_text())["codes"]
    local = CodeMap.model_validate({"codes": {f"LOCAL//{code}": entry for code, entry in entries.items()}})
    assert is_omop(folder)
    return stream, leukon.review(read_omop(folder), "alemtuzumab-ms", as_of="last", codes=local)


@pytest.mark.parametrize("table", ["results", "episodes", "courses", "schedule", "subjects", "findings", "workup"])
def test_every_table_of_the_review_is_the_same(reviews, table):
    of_stream, of_omop = (
        [
            {name: str(value) if name == "subject_id" else value for name, value in row.items() if name != "row"}
            for row in getattr(review, table).to_pylist()
        ]
        for review in reviews
    )
    assert of_omop == of_stream


def test_results_derived_counts_and_episodes_are_there_at_all(reviews):
    assert reviews[1].results.num_rows > 5_000
    assert set(reviews[1].results["origin"].to_pylist()) >= {"measured", "wbc_x_percent", "wbc_x_percent_bands"}
    assert reviews[1].episodes.num_rows == 9


def test_the_account_is_the_same_but_for_doses_that_are_equal_twice(reviews):
    """A stream has no ids, so equal rows are one; exposures have ids, so equal ones were given twice.

    Deaths stand in a table of OMOP that leukon does not read.
    """
    stream, omop = ({(r["use"], r["reason"]): r["rows"] for r in review.account.to_pylist()} for review in reviews)
    assert sum(omop.values()) == sum(stream.values())
    changed = {key for key in stream.keys() | omop.keys() if stream.get(key) != omop.get(key)}
    assert changed <= {("dose", None), ("unused", "duplicate"), ("finding", None), ("other_kind", None)}
