"""Tables to files: a folder is written whole beside the old one and then takes its place, or nothing changes."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from leukon.errors import UnwritableFolder

TableFormat = Literal["csv", "parquet"]


def write_tables(tables: Mapping[str, pa.Table], provenance: Mapping[str, str], out: Path, format: TableFormat) -> Path:
    """Write each table to `out/tables/NAME.csv` (or .parquet), and what they depend on to `provenance.json`.

    Returns the folder. An earlier `out/tables` is replaced by the new one in one rename.

    Raises
    ------
    UnwritableFolder
        If `out` cannot be written; then nothing of it has changed.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".tables-", dir=out))
    except OSError:
        raise UnwritableFolder(out) from None
    try:
        for name, table in tables.items():
            write = pq.write_table if format == "parquet" else _write_csv
            write(table, beside / f"{name}.{format}")
        (beside / "provenance.json").write_text(json.dumps(dict(provenance), indent=2) + "\n", encoding="utf-8")
        beside.chmod(0o755)
        return _take_place(beside, out / "tables")
    except OSError:
        raise UnwritableFolder(out) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _take_place(beside: Path, place: Path) -> Path:
    old = None
    if place.exists():
        old = Path(tempfile.mkdtemp(prefix=".replaced-", dir=place.parent))
        place.rename(old / place.name)
    beside.rename(place)
    if old is not None:
        shutil.rmtree(old)
    return place


def _write_csv(table: pa.Table, path: Path) -> None:
    plain = pa.table([_as_text(column) for column in table.columns], names=table.column_names)
    try:
        _write_quoted(plain, path, "none")
    except pa.ArrowInvalid:  # a text holds a comma, a quote or a line break
        _write_quoted(plain, path, "needed")


def _write_quoted(table: pa.Table, path: Path, style: str) -> None:
    pacsv.write_csv(table, path, pacsv.WriteOptions(quoting_style=style, quoting_header="none"))


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times as YYYY-MM-DDTHH:MM:SS, dictionaries as their words."""
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column.cast(pa.timestamp("s"), safe=False), format="%Y-%m-%dT%H:%M:%S")
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
