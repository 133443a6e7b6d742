"""Writes spreadsheets of visits for tests; it shares nothing with the reader."""

import csv
import io
import zipfile

from openpyxl import Workbook


def csv_file(folder, rows, name="visits.csv", *, separator=",", encoding="utf-8", end="\r\n"):
    """A CSV file; a row is a list of cells."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(rows)
    path = folder / name
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def text_file(folder, text, name="visits.csv", encoding="utf-8"):
    """A file with exactly this text."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder, sheets, name="visits.xlsx", change=None, formats=None):
    """A workbook of named sheets, rows of cells each; `formats` maps a cell (`C3`) of the first sheet to its format."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                if value is not None:
                    sheet.cell(at, column, value)
    for cell, shown in (formats or {}).items():
        book.worksheets[0][cell].number_format = shown
    if change is not None:
        change(book)
    path = folder / name
    book.save(path)
    return path


def with_part(path, part, change):
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path
