"""Data quality on the terminal: the same tables as on the page."""

from importlib.metadata import version

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from leukon.present.patient_tables import Table
from leukon.present.quality import Quality
from leukon.present.quality_words import say_basis, say_headline, say_sections

CODES = 20
"""So many unknown codes are printed; the page shows more, its table holds all."""


def print_quality(quality: Quality, console: Console) -> None:
    """Where every row went, and what a review of these data would lack; nobody is named."""
    console.print(Text(say_headline(quality), "bold"))
    for name, said in say_basis(quality, version("leukon")):
        console.print(Text(f"{name}: {said}"))
    for section in say_sections(quality, CODES):
        console.print(Text(f"\n{section.title}", "bold"))
        if section.text:
            console.print(Text(section.text, "dim"))
        _print_table(section.table, console)
        if section.snippet:
            console.print(Text("\nTo be filled in, for a code map:", "dim"))
            console.print(Text(section.snippet), soft_wrap=True)  # a line that is broken could not be pasted


def _print_table(table: Table | None, console: Console) -> None:
    if table is None:
        console.print("None.")
        return
    shown = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(table.columns):
        right = number > 0 and all(row[number][:1].isdecimal() or row[number] in ("", "–") for row in table.rows)
        shown.add_column(Text(name), justify="right" if right else "left", overflow="fold")
    for row in table.rows:
        shown.add_row(*(Text(cell) for cell in row))  # Text: a code may look like markup
    console.print(shown)
    if table.remark:
        console.print(Text(table.remark, "dim"))
