"""Tables written out as text in tests: columns by white space, `-` for null; the input and the expected table alike."""

from datetime import datetime, timedelta

import pyarrow as pa

DAY_0 = datetime(2000, 1, 1)
_EVENT_TYPES = {
    "subject_id": pa.int64(),
    "time": pa.timestamp("us"),
    "code": pa.string(),
    "numeric_value": pa.float64(),
    "text_value": pa.string(),
    "unit": pa.string(),
    "comparator": pa.string(),
    "lln": pa.float64(),
    "uln": pa.float64(),
    "status": pa.string(),
    "recorded_time": pa.timestamp("us"),
    "source_id": pa.string(),
}


def day(number: float) -> datetime:
    """The time of a day of the invented calendar; day 0 is 2000-01-01, day 0.5 its noon."""
    return DAY_0 + timedelta(days=number)


def _cells(line: str) -> list[str | None]:
    return [None if cell == "-" else cell for cell in line.split()]


def events(text: str) -> pa.Table:
    """Events from a table of text.

    The columns `day` and `recorded_day` stand for times; a missing subject column is subject 1, a missing `unit` is
    10*9/L for counts and mg for doses where the table has no unit column.
    """
    header, *lines = [line for line in text.strip().splitlines() if line.strip()]
    names = header.split()
    rows = [dict(zip(names, _cells(line), strict=True)) for line in lines]
    columns: dict[str, list[object]] = {}
    for row in rows:
        for source, target in (("day", "time"), ("recorded_day", "recorded_time")):
            if source in row:
                said = row.pop(source)
                row[target] = None if said is None else day(float(said))
        row.setdefault("subject_id", "1")
        row.setdefault("numeric_value", None)
    for name in rows[0] if rows else _EVENT_TYPES:
        type_ = _EVENT_TYPES[name]
        if name == "subject_id" and any(not (row[name] or "0").lstrip("-").isdigit() for row in rows):
            type_ = pa.string()
        convert = float if type_ == pa.float64() else int if type_ == pa.int64() else (lambda value: value)
        columns[name] = pa.array([None if row[name] is None else convert(row[name]) for row in rows], type_)
    table = pa.table(columns)
    if "unit" not in names and rows:
        unit = pa.array(["mg" if row["code"] in _DOSES else "%" if "percent" in row["code"] else "10*9/L" for row in rows])
        table = table.append_column("unit", unit)
    return table


_DOSES = ("alemtuzumab", "prednisolone", "methylprednisolone", "filgrastim", "rituximab")


def written(table: pa.Table, columns: str) -> str:
    """The named columns of a table as text, to be compared with an expected one."""
    names = columns.split()
    rows = [[_word(row[name]) for name in names] for row in table.select(names).to_pylist()]
    return tidy("\n".join(" ".join(row) for row in [names, *rows]))


def _word(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.isoformat() if value.time() != DAY_0.time() else f"{value:%Y-%m-%d}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def tidy(text: str) -> str:
    """Text of a table with its columns aligned, so that two tables differ only where their cells do."""
    rows = [line.split() for line in text.strip().splitlines() if line.strip()]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(" ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def expect(table: pa.Table, expected: str) -> None:
    """Assert that the columns named in the first line of `expected` are exactly these."""
    header = expected.strip().splitlines()[0]
    assert written(table, header) == tidy(expected)
