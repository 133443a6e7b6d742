"""One's own incidence as a row that can stand beside the literature."""

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from leukon.errors import InvalidRow, UnreadableFile

COLUMNS = ("label", "events", "n", "definition", "edition", "dose", "period")
"""Columns of a file of own rows; the first four are needed in each row."""
_NEEDED = COLUMNS[:4]


@dataclass(frozen=True)
class OwnRow:
    """Persons with the event among persons at risk, in one's own data.

    Parameters
    ----------
    label
        What the row is called: never a patient.
    events, n
        Persons, not episodes; `events` in 0 to `n`.
    definition
        What an event is (`ANC < 1.0`, `grade III-IV`).
    edition
        Of the grades (`CTCAE 5.0`); null only if the definition names no grade.
    dose, period
        As in the literature (`12 mg/day`, `year 1`); null if not said.

    Raises
    ------
    InvalidRow
        If one of these rules is broken.

    >>> OwnRow("our clinic", 0, 120, "ANC < 1.0").events
    0
    """

    label: str
    events: int
    n: int
    definition: str
    edition: str | None = None
    dose: str | None = None
    period: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be a row."""
        if not self.label or not self.definition:
            raise InvalidRow(None, "label and definition", "a number without them says nothing.")
        if not 0 <= self.events <= self.n or self.n < 1:
            raise InvalidRow(None, "events", "events must lie in 0 to n, and n must be at least 1.")
        if self.edition is None and "grade" in self.definition.lower():
            raise InvalidRow(None, "edition", "a grade means nothing without its edition: ANC 0.7 is 3 or 2.")


def read_own_rows(path: Path) -> tuple[OwnRow, ...]:
    """Read own rows from a CSV file with a line of column names (COLUMNS); an empty cell is null.

    Raises
    ------
    UnreadableFile
        If it cannot be opened, or is no UTF-8.
    InvalidRow
        If a column is missing or not known, or a row breaks a rule of `OwnRow`; the message names the row.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UnreadableFile(path, "it cannot be opened, or is no UTF-8.", "give a CSV file of own rows.") from None
    lines = csv.reader(StringIO(text, newline=""))
    names = [name.strip() for name in next(lines, [])]
    for needed in _NEEDED:
        if names.count(needed) != 1:
            raise InvalidRow(None, needed, "this column is needed once.")
    if set(names) - set(COLUMNS) or len(set(names)) < len(names):
        raise InvalidRow(None, "the line of column names", "a column is not known, or is there twice.")
    rows = [[cell.strip() for cell in line] for line in lines if any(cell.strip() for cell in line)]
    return tuple(_parse(number, names, row) for number, row in enumerate(rows, 1))


def _parse(number: int, names: list[str], row: list[str]) -> OwnRow:
    if len(row) != len(names):
        raise InvalidRow(number, "the row", "it has more or fewer cells than there are column names.")
    cells = dict(zip(names, row, strict=True))
    for name in ("events", "n"):
        if not (cells[name].isascii() and cells[name].isdigit()):
            raise InvalidRow(number, name, "it must be a whole number of persons.")
    said = {name: cell or None for name, cell in cells.items() if name not in _NEEDED}
    try:
        return OwnRow(cells["label"], int(cells["events"]), int(cells["n"]), cells["definition"], **said)
    except InvalidRow as error:
        raise InvalidRow(number, error.column, error.why) from None
