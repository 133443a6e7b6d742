"""A comparison of schedules as files: both tables, the picture in two widths, and what they depend on."""

from pathlib import Path

from leukon.present.files import write_tables
from leukon.present.pictures import render_picture
from leukon.present.schedules_picture import NARROW, WIDE, draw_schedules
from leukon.simulate.compare import Comparison


def write_schedules(found: Comparison, out: Path) -> Path:
    """Write `tables/schedules.csv`, `tables/front.csv`, `schedules.svg` and `schedules-narrow.svg`; return the folder.

    Raises
    ------
    UnwritableFolder
        If `out` cannot be written, or `out/tables` holds files of somebody else.
    """
    pictures = {
        name: render_picture(draw_schedules(found, width=width), ".svg").decode()
        for name, width in (("schedules.svg", WIDE), ("schedules-narrow.svg", NARROW))
    }
    tables = {"schedules": found.schedules, "front": found.front}
    return write_tables(tables, found.provenance, out, "csv", pictures)
