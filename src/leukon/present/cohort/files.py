"""A cohort's page and tables to a folder, whole or not at all."""

from pathlib import Path

from leukon.cohort.estimates import Cohort
from leukon.present.cohort.page import make_cohort_page
from leukon.present.files import write_tables


def write_cohort(cohort: Cohort, out: Path, *, hidden_below: int, rounded_to: int, notice: str = "") -> dict[str, Path]:
    """Write `cohort.html`, `tables/NAME.csv` and `.parquet`, and `provenance.json`; gives where each is, by what it is.

    Parameters
    ----------
    cohort
        As it may leave the house (`leukon.cohort.leaving`).
    hidden_below, rounded_to
        How small numbers were treated: said on the page and in the provenance.

    Raises
    ------
    UnwritableFolder
        If `out` cannot be written, or holds tables of somebody else; then nothing has changed.
    """
    page = make_cohort_page(cohort, hidden_below=hidden_below, rounded_to=rounded_to, notice=notice)
    choices = {"next_course": cohort.next_course, "hidden_below": str(hidden_below), "rounded_to": str(rounded_to)}
    said = {**cohort.provenance, **choices}
    tables = {name: table.replace_schema_metadata(said) for name, table in cohort.tables.items()}
    folder = write_tables(tables, said, out, ("csv", "parquet"), {"cohort.html": page})
    return {"Page": out / "cohort.html", "Tables": folder}
