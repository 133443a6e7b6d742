"""Tables written out as text in tests: columns by white space, `-` for null, `~` for a space; input and expected alike.

The columns left of a `|` are the input, those right of it the answer: the input is the expected table less the answer.
"""

from datetime import datetime, timedelta

import pyarrow as pa

import leukon

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
    return [None if cell == "-" else cell.replace("~", " ") for cell in line.split()]


def events(text: str, ids: pa.DataType | None = None) -> pa.Table:
    """Events from a table of text, of the columns left of `|` if there is one.

    The columns `day` and `recorded_day` stand for times; a missing subject column is subject 1, a missing `unit` is
    10*9/L for counts and mg for doses where the table has no unit column. `ids` is the type of the subject ids.
    """
    header, *lines = [line.split(" | ")[0] for line in text.strip().splitlines() if line.strip()]
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
        type_ = ids or type_ if name == "subject_id" else type_
        convert = float if type_ == pa.float64() else int if type_ == pa.int64() else (lambda value: value)
        columns[name] = pa.array([None if row[name] is None else convert(row[name]) for row in rows], type_)
    table = pa.table(columns)
    if "unit" not in names and rows:
        unit = pa.array(
            ["mg" if row["code"] in _DOSES else "%" if "percent" in row["code"] else "10*9/L" for row in rows]
        )
        table = table.append_column("unit", unit)
    return table


_DOSES = ("alemtuzumab", "prednisolone", "methylprednisolone", "filgrastim", "rituximab")


def reviewed(text: str, *, until: float = 10_000, protocol: str = "alemtuzumab-ms", **how: object) -> leukon.Review:
    """Review of a table of text at the end of the day `until`."""
    return leukon.review(events(text), protocol, as_of=day(until).date(), **how)


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
    return f"{value:.10g}" if isinstance(value, float) else str(value).replace(" ", "~")


def tidy(text: str) -> str:
    """Text of a table with its columns aligned, so that two tables differ only where their cells do."""
    rows = [line.split() for line in text.strip().splitlines() if line.strip()]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def expect(table: pa.Table, expected: str) -> None:
    """Assert that the columns named in the first line of `expected` (right of `|` if there is one) are exactly these."""
    expected = "\n".join(line.split(" | ")[-1] for line in expected.strip().splitlines() if line.strip())
    header = expected.splitlines()[0]
    found, expected = written(table, header), tidy(expected)
    assert found == expected, f"\n{found}\n\nis not\n\n{expected}"
