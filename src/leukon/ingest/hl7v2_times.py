"""Times of HL7 v2: `YYYYMMDD[HH[MM[SS[.S...]]]][+/-ZZZZ]`; a year or a month alone is no time."""

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from leukon.ingest.hl7v2_text import Delimiters

_TIME = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ]?(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,6})\d*)?)?)?)?\s*"
    r"(?:([+-])(\d\d):?(\d\d)|Z)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1)


def is_said(text: str) -> bool:
    """Whether a field of a time says anything: not if it is empty, or `""`, or zeros only."""
    return bool(text.strip().strip('"').strip("0"))


@lru_cache(maxsize=1 << 16)
def read_time(text: str, zone: ZoneInfo | None = None) -> datetime | None:
    """Wall clock of a time, without its offset, or converted to `zone` if it has an offset; None: it cannot be read.

    A date alone is 00:00. Dashes and colons (ISO 8601) are read as well.

    >>> read_time("20110103143428-0800").isoformat(), read_time("20110103").isoformat(), read_time("201101")
    ('2011-01-03T14:34:28', '2011-01-03T00:00:00', None)
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    *numbers, fraction, sign, hours, minutes = found.groups()
    try:
        time = datetime(*(int(number or 0) for number in numbers), int((fraction or "0").ljust(6, "0")))  # pyrefly: ignore
        if zone is not None and (sign or text.strip().endswith("Z")):
            ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
            own = timezone(-ahead if sign == "-" else ahead)
            time = time.replace(tzinfo=own).astimezone(zone).replace(tzinfo=None)
        return time if abs(time - _EPOCH) < timedelta(days=365_000) else None
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1 << 16)
def stated_time(field: str, delimiters: Delimiters, zone: ZoneInfo | None) -> tuple[bool, datetime | None]:
    """Whether a field says a time (in its first repetition and component), and the time if it can be read.

    >>> stated_time("2024^Y", Delimiters(), None), stated_time("0000", Delimiters(), None)
    ((True, None), (False, None))
    """
    text = own_text(field, delimiters)
    return is_said(text), read_time(text, zone)


def own_text(field: str, delimiters: Delimiters) -> str:
    """The first component of the first repetition of a field."""
    return field.split(delimiters.repetition, 1)[0].split(delimiters.component, 1)[0]


def first_time(fields: tuple[str, ...], zone: ZoneInfo | None) -> datetime | None:
    """The time of the first field that says anything; None if that one cannot be read: no other is put in its place."""
    return next((read_time(text, zone) for text in fields if is_said(text)), None)
