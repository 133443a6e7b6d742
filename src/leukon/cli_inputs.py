"""What several commands ask for, as they ask for it: formats, code maps, moments, and whether to work in parts."""

from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from leukon.errors import NotInParts, UnknownName
from leukon.events.code_map import CodeMap
from leukon.events.columns import check_timezone
from leukon.ingest.formats import FORMATS, Format, recognise
from leukon.scale.shards import IN_PARTS
from leukon.scale.source import open_source

CODES_HELP = "What a site says of its data (TOML): its code map, and what its spreadsheet looks like (visits)."
MANY = 2_000_000
"""Rows beyond which a review is done part by part: 6.5 million took 1.6 GB in memory."""


def choose_format(given: str | None) -> Format | None:
    """The format that was given, if there is one of that name."""
    if given is None:
        return None
    known: Collection[Format] = FORMATS
    for name in known:
        if name == given:
            return name
    raise UnknownName("format", given, FORMATS)


def find_today(timezone: str | None) -> date:
    """The date of now, in a time zone if one is given."""
    return datetime.now(None if check_timezone(timezone) is None else ZoneInfo(str(timezone))).date()


def works_in_parts(source: str, format: Format | None, codes: CodeMap | None, *, wanted: bool | None) -> bool:
    """Whether to review part by part: as wanted, else if the input can be cut and has many rows."""
    kind = format or recognise(source, codes)
    if wanted is None:
        return kind in IN_PARTS and open_source(Path(source), (codes or CodeMap()).columns).rows > MANY
    if wanted and kind not in IN_PARTS:
        raise NotInParts
    return wanted
