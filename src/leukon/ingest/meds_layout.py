"""What leukon's own MEDS dataset looks like: its columns, and its files beyond those of the specification."""

import json
from pathlib import Path

import pyarrow as pa

from leukon.ingest.gathered import PLACE, SCHEMA

EXACT = "numeric_value_64"
"""The number as it was read: MEDS wants 32 bits, which turn 0.42 into 0.41999998."""
_TYPES = {"subject_id": pa.int64(), "numeric_value": pa.float32(), "text_value": pa.large_string()}
_NEVER_NULL = ("subject_id", "code")
MEDS_SCHEMA = pa.schema(
    [
        *(pa.field(f.name, _TYPES.get(f.name, f.type), nullable=f.name not in _NEVER_NULL) for f in SCHEMA),
        pa.field(EXACT, pa.float64()),
    ]
)
"""The columns of a shard: those of MEDS in its order and types, then the other columns of events."""
IDS_SCHEMA = pa.schema([pa.field("subject_id", pa.int64(), nullable=False), pa.field("given_id", pa.string())])
CODES_SCHEMA = pa.schema(
    [
        pa.field("code", pa.string(), nullable=False),
        pa.field("description", pa.string()),
        pa.field("parent_codes", pa.list_(pa.string())),
    ]
)

DATA = "data"
METADATA = "metadata"
CODES = f"{METADATA}/codes.parquet"
DATASET = f"{METADATA}/dataset.json"
IDS = f"{METADATA}/subject_ids.parquet"
"""Which number stands for which id; only ids that are no integers have one. The key to all names: guard it."""
LEFT_OUT = f"{METADATA}/left_out.parquet"
"""Rows without a subject or a code, which MEDS cannot hold: they are events that leukon refuses with a reason."""
WRITER = "leukon"
"""The `etl_name` by which leukon knows its own datasets."""
VERSION = "0.4.1"
"""The version of MEDS that is written."""

META = {
    "raw_source_id_columns": ["source_id", PLACE],
    "code_modifier_columns": ["unit"],
    "other_extension_columns": ["comparator", "lln", "uln", "status", "recorded_time", EXACT],
}
"""What the columns beyond MEDS are for, in the words of its dataset metadata."""


def is_own(path: Path) -> bool:
    """Whether leukon wrote this dataset: only then its further columns and files mean what they mean here."""
    try:
        said = json.loads((path / DATASET).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and said.get("etl_name") == WRITER
