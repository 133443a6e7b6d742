"""Do all ways say the same? Row for row where the tables fit in memory, by fingerprint where they do not."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import leukon
from bench.compare import assert_same
from bench.fingerprint import Fingerprint, fingerprint
from bench.scale_ways import AS_OF, PROTOCOL


def files_of(out: Path, table: str) -> list[Path]:
    """The files of a table that a way wrote, in the order of subjects."""
    return sorted((out / "tables" / table).glob("*.parquet"))


def review_in_memory(folder: Path, tables: tuple[str, ...]) -> dict[str, pa.Table]:
    """What `leukon.review` says of all files at once."""
    events = pa.concat_tables([pq.read_table(path) for path in sorted(folder.glob("*.parquet"))])
    review = leukon.review(events.unify_dictionaries(), PROTOCOL, as_of=AS_OF)
    return {table: getattr(review, table) for table in tables}


def check_rows(wanted: dict[str, pa.Table], out: Path, who: str) -> None:
    """Raise AssertionError with the first row that differs."""
    for table, rows in wanted.items():
        theirs = pa.concat_tables([pq.read_table(f) for f in files_of(out, table)], promote_options="permissive")
        assert_same(rows, theirs, f"{table} by {who}")


def fingerprints(out: Path, tables: tuple[str, ...]) -> dict[str, Fingerprint]:
    """One of each table that a way wrote."""
    return {table: fingerprint(files_of(out, table)) for table in tables}
