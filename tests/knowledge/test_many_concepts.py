"""A protocol may bring along as many concepts as it likes."""

import datetime as dt

import pyarrow as pa

import leukon
from leukon.knowledge.library import protocol_path


def test_a_drug_beyond_the_hundred_and_twenty_seventh_concept_keeps_its_name(tmp_path):
    text = protocol_path("rituximab").read_text(encoding="utf-8").split("[[worked]]")[0]
    text = text.replace('drugs = ["rituximab"]', 'drugs = ["zzz_drug"]')
    extra = "".join(f'\n[concepts.a_drug_{number:03}]\ncodes = ["SITE//{number}"]\n' for number in range(130))
    path = tmp_path / "many.toml"
    path.write_text(text + extra + '\n[concepts.zzz_drug]\ncodes = ["SITE//zzz"]\n', encoding="utf-8")
    table = pa.table(
        {
            "subject_id": [1],
            "time": [dt.datetime(2020, 1, 1)],
            "code": ["SITE//zzz"],
            "numeric_value": [5.0],
            "unit": ["mg"],
        }
    )
    review = leukon.review(table, str(path), as_of="2020-02-01")
    assert review.courses["drug"].to_pylist() == ["zzz_drug"]
    assert review.codes_seen["concept"].to_pylist() == ["zzz_drug"]
