"""FHIR's dates, times and periods to wall clock; a year or a month alone is no time."""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from leukon.ingest.fhir_datatypes import Period, Timing
from leukon.ingest.fhir_json import parse_once

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?")
_EPOCH = datetime(1970, 1, 1)


def read_time(word: str | None, zone: ZoneInfo | None = None) -> datetime | None:
    """Wall clock as written, or in `zone` where an offset is given; None if `word` is no whole date.

    >>> read_time("2011-03-04T08:30:00+11:00")
    datetime.datetime(2011, 3, 4, 8, 30)
    >>> read_time("2011-03-04T08:30:00+11:00", ZoneInfo("UTC"))
    datetime.datetime(2011, 3, 3, 21, 30)
    >>> read_time("2017-11") is None
    True
    """
    if word is None or not _TIME.fullmatch(word):
        return None
    try:
        time = datetime.fromisoformat(word)
        if time.tzinfo is not None:
            time = (time if zone is None else time.astimezone(zone)).replace(tzinfo=None)
        return time if abs(time - _EPOCH) < timedelta(days=365_000) else None
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1 << 16)
def time_in(said: bytes | None, zone: ZoneInfo | None = None) -> datetime | None:
    """The time in the bytes of a field."""
    return None if said is None else read_time(parse_once(said, str), zone)


def start_of(period: Period | None) -> str | None:
    """When a period begins; where only its end is known, that."""
    return None if period is None else period.start or period.end


def first_of(timing: Timing | None) -> str | None:
    """The one instant of a timing, or the start of its bounds; of several instants none is picked."""
    if timing is None:
        return None
    if timing.event:
        return timing.event[0] if len(timing.event) == 1 else None
    return None if timing.repeat is None else start_of(timing.repeat.bounds_period)
