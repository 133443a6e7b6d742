"""Trial datasets written by test code that shares nothing with the readers: XPT (by hand), CSV and Parquet."""

import csv
import io
import math

import pyarrow as pa
import pyarrow.parquet as pq

NUMBERS = {
    *("LBSEQ", "LBSTRESN", "LBSTNRLO", "LBSTNRHI", "EXSEQ", "EXDOSE", "CMSEQ", "CMDOSE", "VISITNUM"),
    *("AVAL", "ANRLO", "ANRHI", "A1LO", "A1HI", "ADT", "ADTM", "SRCSEQ"),
}


def dataset(text):
    """Columns and rows of a table of text: `-` is nothing, `~` a space."""
    header, *lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    rows = [[None if cell == "-" else cell.replace("~", " ") for cell in line] for line in lines]
    assert all(len(row) == len(header) for row in rows)
    return header, rows


def typed(name, cell):
    return float(cell) if cell is not None and name in NUMBERS else cell


def csv_bytes(header, rows, encoding="utf-8", separator=",", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting)
    writer.writerow(header)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return out.getvalue().encode(encoding)


def parquet_bytes(header, rows):
    out = io.BytesIO()
    types = [pa.float64() if name in NUMBERS else pa.string() for name in header]
    columns = [
        pa.array([typed(name, row[at]) for row in rows], type_)
        for at, (name, type_) in enumerate(zip(header, types, strict=True))
    ]
    pq.write_table(pa.table(columns, names=header), out)
    return out.getvalue()


def ibm(number):
    """A number as the 8 bytes of an IBM mainframe; nothing is a point."""
    if number is None:
        return b"." + bytes(7)
    if number == 0:
        return bytes(8)
    fraction, exponent = math.frexp(abs(number))
    sixteens = math.ceil(exponent / 4)
    whole = round(fraction * 2.0 ** (exponent - 4 * sixteens) * 2**56)
    return bytes([(number < 0) << 7 | sixteens + 64]) + whole.to_bytes(7, "big")


def _mark(name, tail):
    return f"HEADER RECORD*******{name:<8}HEADER RECORD!!!!!!!{tail:<30}  ".encode()


def _padded(content):
    return content + b" " * (-len(content) % 80)


def xpt_member(name, header, rows, encoding="utf-8", widths=None):
    cells = [[_cell(column, cell, encoding) for column, cell in zip(header, row, strict=True)] for row in rows]
    widths = widths or {}
    width = [
        8 if column in NUMBERS else widths.get(column, max([1, *(len(row[at]) for row in cells)]))
        for at, column in enumerate(header)
    ]
    names, position = b"", 0
    for at, column in enumerate(header):
        kind = 1 if column in NUMBERS else 2
        names += b"".join(number.to_bytes(2, "big") for number in (kind, 0, width[at], at + 1))
        names += f"{column:<8}{column:<40}{'':<8}".encode() + bytes(8) + b" " * 8 + bytes(4)
        names += position.to_bytes(4, "big") + bytes(52)
        position += width[at]
    data = b"".join(cell.ljust(width[at]) for row in cells for at, cell in enumerate(row))
    stamp = b"01JAN00:00:00:00"
    head = _mark("MEMBER", "000000000000000001600000000140") + _mark("DSCRPTR", "0" * 30)
    head += f"SAS     {name:<8}SASDATA 9.4     TEST    {'':<24}".encode() + stamp
    head += _padded(stamp)
    return head + _mark("NAMESTR", f"000000{len(header):04d}" + "0" * 20) + _padded(names) + _mark(
        "OBS", "0" * 30
    ), data


def _cell(column, cell, encoding):
    return ibm(typed(column, cell)) if column in NUMBERS else (cell or "").encode(encoding)


def xpt_bytes(*members, **how):
    """A transport file of `(name, header, rows)`."""
    stamp = b"01JAN00:00:00:00"
    library = _mark("LIBRARY", "0" * 30) + f"SAS     SAS     SASLIB  9.4     TEST    {'':<24}".encode() + stamp
    library += _padded(stamp)
    for member in members:
        head, data = xpt_member(*member, **how)
        library += head + _padded(data)
    return library


def write(folder, name, form, text):
    """Write a table of text as one dataset; the path."""
    header, rows = dataset(text)
    content = {
        "xpt": lambda: xpt_bytes((name.upper(), header, rows)),
        "csv": lambda: csv_bytes(header, rows),
        "parquet": lambda: parquet_bytes(header, rows),
    }[form]()
    path = folder / f"{name}.{form}"
    path.write_bytes(content)
    return path
