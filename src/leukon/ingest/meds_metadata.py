"""What stands beside the shards of a MEDS dataset: its codes and what it is."""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from leukon.events.code_map import CodeMap
from leukon.events.concepts import load_concepts
from leukon.ingest.meds_layout import CODES, CODES_SCHEMA, DATASET, META, VERSION, WRITER


class Codes:
    """The codes of a dataset, each once; those that leukon knows with their words and its concept as their parent."""

    def __init__(self, codes: CodeMap | None = None) -> None:
        self._codes: set[str] = set()
        self._map = codes or CodeMap()

    def see(self, column: pa.ChunkedArray) -> None:
        """Take note of the codes of a shard."""
        self._codes.update(column.unique().to_pylist())

    def write(self, dataset: Path) -> None:
        """Write `codes.parquet`, in the order of the codes."""
        rows = [self._describe(code) for code in sorted(self._codes)]
        pq.write_table(pa.Table.from_pylist(rows, CODES_SCHEMA), dataset / CODES)

    def _describe(self, code: str) -> dict[str, Any]:
        concepts, own = load_concepts(), self._map.codes.get(code)
        if own is None:
            at = concepts.find(code)
            concept = None if at < 0 else concepts.names[at]
        else:
            concept = own.concept if own.mapped else None
        known = None if concept is None else concepts.by_name.get(concept)
        parents = None if concept in (None, code) else [concept]
        return {"code": code, "description": None if known is None else known.display, "parent_codes": parents}


def write_dataset_json(dataset: Path, name: str) -> None:
    """Write `dataset.json`: by it leukon knows a dataset as its own."""
    made = {
        "dataset_name": name,
        "etl_name": WRITER,
        "etl_version": version("leukon"),
        "meds_version": VERSION,
        "created_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat(),
    }
    (dataset / DATASET).write_text(json.dumps(made | META, indent=2) + "\n", encoding="utf-8")
