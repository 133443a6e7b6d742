"""The data-quality page of `leukon check`: where every row went, and what a review of these data would lack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.account import tabulate_codes
from leukon.events.clock import END_OF_TIME
from leukon.events.code_map import CodeMap
from leukon.events.table import Door
from leukon.present.quality_kinds import tabulate_analytes, tabulate_units, tabulate_unknown
from leukon.present.quality_people import find_span, tabulate_clock, tabulate_people, tabulate_versions
from leukon.present.quality_rows import order_codes, tabulate_places, tabulate_rows
from leukon.present.quality_seen import look

TABLES = ("rows", "places", "units", "unknown_codes", "analytes", "clock", "people", "versions")


@dataclass(frozen=True)
class Quality:
    """What events are like, as small Arrow tables (`quality_schema`); no row of it is of one person.

    `as_of` is null where every row is looked at, whenever it is; `first_time` and `last_time` are null without a time.
    """

    as_of: str | None
    first_time: datetime | None
    last_time: datetime | None
    displays: Mapping[str, str]
    rows: pa.Table
    places: pa.Table
    units: pa.Table
    unknown_codes: pa.Table
    analytes: pa.Table
    clock: pa.Table
    people: pa.Table
    versions: pa.Table

    @property
    def rows_read(self) -> int:
        """All rows: the sum of the account."""
        return pc.sum(self.rows["rows"]).as_py() or 0

    @property
    def tables(self) -> dict[str, pa.Table]:
        """All tables by their names, as `write_tables` takes them."""
        return {name: getattr(self, name) for name in TABLES}


def make_quality(
    events: Any, door: Door, *, code_map: CodeMap | None = None, displays: Mapping[str, str] | None = None
) -> Quality:
    """Count what events are like; whole columns at a time, no row is looked at by itself.

    Parameters
    ----------
    events
        The events that `door` was opened with; their column `place` says where rows came from, if there is one.
    door
        `leukon.events.table.open_door(events, as_of=...)`, with the same code map.
    code_map
        The site's map, to tell codes that it sets aside (eye drops, doses not given) from codes nobody looked at.
    displays
        What codes are called in words, where the site has such a list (MEDS `codes.parquet`).

    Returns
    -------
    Quality
        The rows of its account sum to the rows read.
    """
    code_map, intake = code_map or CodeMap(), door.intake
    seen = look(door)
    unknown = order_codes(tabulate_codes(intake, seen.fates, door.codes, door.concepts), code_map)
    first, last = find_span(intake, seen.fates)
    return Quality(
        as_of=None if door.as_of.instant == END_OF_TIME else str(door.as_of),
        first_time=first,
        last_time=last,
        displays={name: concept.display for name, concept in door.concepts.by_name.items()},
        rows=tabulate_rows(intake, seen.fates, door.codes, code_map),
        places=tabulate_places(intake, seen.fates, events),
        units=tabulate_units(door, seen.fates),
        unknown_codes=tabulate_unknown(door, seen.fates, unknown, displays or {}),
        analytes=tabulate_analytes(door, seen),
        clock=tabulate_clock(intake, seen.fates),
        people=tabulate_people(intake, seen),
        versions=tabulate_versions(intake, seen.fates),
    )
