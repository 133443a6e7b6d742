"""Tables to files: a folder is written whole beside the old one and then takes its place, or nothing changes."""

import json
import re
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from leukon.cohort.course_schema import ALL_COUNTS
from leukon.errors import UnwritableFolder
from leukon.folders import made, refuse_strangers, take_place

TableFormat = Literal["csv", "parquet"]


_PAGES = re.compile(r"report\.html|timeline-\d+\.svg")
"""Pages of an earlier review would stand beside the tables of this one."""


def write_tables(
    tables: Mapping[str, pa.Table],
    provenance: Mapping[str, str],
    out: Path,
    format: TableFormat | Sequence[TableFormat],
    pages: Mapping[str, str] | None = None,
) -> Path:
    """Write each table to `out/tables/NAME.csv` (or .parquet, or both), and what they depend on to `provenance.json`.

    `pages` (report.html, timeline-1.svg, ...) are written to `out` by their names; pictures of an earlier review go.
    Returns the folder. The new tables are written whole beside an earlier `out/tables`, which then makes way for them.

    Raises
    ------
    UnwritableFolder
        If `out` cannot be written, or `out/tables` holds files of somebody else; then nothing has changed.
    """
    try:
        with made(out):
            refuse_strangers(out / "tables", (*tables, *ALL_COUNTS))
            staging = Path(tempfile.mkdtemp(prefix=".tables-", dir=out))
            try:
                (staging / "tables").mkdir()
                for name, kind in product(tables, [format] if isinstance(format, str) else format):
                    write = pq.write_table if kind == "parquet" else _write_csv
                    write(tables[name], staging / "tables" / f"{name}.{kind}")
                said = json.dumps(dict(provenance), indent=2) + "\n"
                beside = {"provenance.json": said, **(pages or {})}
                for name, text in beside.items():
                    (staging / name).write_text(text, encoding="utf-8", newline="\n")
                place = take_place(staging / "tables", out / "tables")
                _remove_stale(out, beside)
                for name in beside:
                    (staging / name).replace(out / name)
                return place
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except OSError:
        raise UnwritableFolder(out) from None


def write_pages(pages: Mapping[str, str], out: Path) -> None:
    """Write pages to a folder that holds tables already; those of an earlier review go.

    Raises
    ------
    UnwritableFolder
        If one cannot be written.
    """
    for name, text in pages.items():
        write_page(text, out / name)
    _remove_stale(out, pages)


def _remove_stale(out: Path, kept: Collection[str]) -> None:
    for stale in out.iterdir():
        if _PAGES.fullmatch(stale.name) and stale.name not in kept:
            stale.unlink()


def write_page(text: str, path: Path) -> Path:
    """Write a page whole, or nothing.

    Raises
    ------
    UnwritableFolder
        If the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        return beside.replace(path)
    except OSError:
        raise UnwritableFolder(path.parent) from None


def write_table(table: pa.Table, path: Path) -> Path:
    """Write one table as CSV, whole or not at all.

    Raises
    ------
    UnwritableFolder
        If the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        _write_csv(table, beside)
        return beside.replace(path)
    except OSError:
        raise UnwritableFolder(path.parent) from None


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
        seconds = pc.floor_temporal(column, unit="second").cast(pa.timestamp("s"))
        return pc.strftime(seconds, format="%Y-%m-%dT%H:%M:%S")
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
