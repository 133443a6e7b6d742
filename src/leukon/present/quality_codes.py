"""Unknown codes in words, with a piece of a code map that is ready to be pasted and filled in."""

from collections.abc import Mapping
from typing import Any

from leukon.ingest.code_hints_said import plain, quoted, say_number
from leukon.present.patient_tables import Table
from leukon.present.quality import Quality


def code_table(quality: Quality, most: int) -> tuple[Table | None, str]:
    """The most frequent unknown codes as a table, and as TOML; both empty where every code is known."""
    rows = quality.unknown_codes.slice(0, most).to_pylist()
    if not rows:
        return None, ""
    left = quality.unknown_codes.num_rows - len(rows)
    remark = f"{left:,} more codes are not shown; the table unknown_codes holds all." if left else ""
    columns = ("Code", "Called", "Rows", "People", "Units")
    said = tuple(_say_row(row) for row in rows)
    snippet = "\n".join(_say_entry(row) for row in rows if row["code"] is not None)
    return Table("Codes not known, the most frequent first", columns, said, remark), snippet


def _say_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    words = (plain(row[name]) if row[name] else "–" for name in ("display", "units"))
    called, units = words
    return plain(row["code"] or "no code"), called, f"{row['rows']:,}", f"{row['subjects']:,}", units


def _say_entry(row: Mapping[str, Any]) -> str:
    """An entry of a code map: `?` is no concept, so that nothing counts before somebody has filled it in."""
    notes = [f"{say_number(row['rows'], 'row')}, {say_number(row['subjects'], 'subject')}", row["display"] or ""]
    notes.append(f"units met: {row['units']}" if row["units"] else "")
    said = plain("; ".join(filter(None, notes)))
    return f'# {said}\n[codes.{quoted(row["code"])}]\nconcept = "?"\nunit = "?"\n'
