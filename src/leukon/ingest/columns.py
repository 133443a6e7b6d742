"""Which columns of a file are wanted, under the names the file uses."""

from collections.abc import Iterable, Mapping

from leukon.errors import MissingColumn
from leukon.events.schema import EVENTS, REQUIRED


def wanted_columns(present: Iterable[str], columns: Mapping[str, str]) -> list[str]:
    """Names in the file of the events columns it has.

    `columns` says what the file calls an events column where the names differ.

    Raises
    ------
    MissingColumn
        If one that every event needs is not there.
    """
    present = list(present)
    for name in REQUIRED:
        if columns.get(name, name) not in present:
            raise MissingColumn(columns.get(name, name), present)
    return [columns.get(c.name, c.name) for c in EVENTS if columns.get(c.name, c.name) in present]
