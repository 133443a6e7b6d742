"""`as_of`: the moment from which the data are looked at; it is always said, never assumed."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from leukon.errors import UnknownTime
from leukon.events.arrays import DAY, NULL

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?")
_EPOCH = datetime(1970, 1, 1)
END_OF_TIME = -NULL - 1


@dataclass(frozen=True)
class AsOf:
    """The last microsecond (wall clock, since 1970) that counts as known."""

    instant: int

    @property
    def day(self) -> int:
        """Its calendar date, in days since 1970-01-01."""
        return self.instant // DAY

    def __str__(self) -> str:
        return (_EPOCH + timedelta(microseconds=self.instant)).isoformat(timespec="seconds")


def read_as_of(as_of: "date | datetime | str | AsOf") -> AsOf | None:
    """Understand `as_of`; a date means the end of that day. None stands for `last`, which only the data can tell.

    >>> str(read_as_of("2000-05-20"))
    '2000-05-20T23:59:59'
    >>> str(read_as_of("2000-05-20T08:00"))
    '2000-05-20T08:00:00'

    Raises
    ------
    UnknownTime
        For anything that is neither a date nor an instant nor `last`; an offset is refused, times are wall clock.
    """
    if isinstance(as_of, AsOf):
        return as_of
    if isinstance(as_of, str):
        if as_of.strip().lower() == "last":
            return None
        as_of = _parse(as_of.strip())
    if isinstance(as_of, datetime):
        if as_of.tzinfo is not None:
            raise UnknownTime("as_of", "with an offset")
        return AsOf((as_of - _EPOCH) // timedelta(microseconds=1))
    if isinstance(as_of, date):
        return AsOf((as_of - _EPOCH.date()).days * DAY + DAY - 1)
    raise UnknownTime("as_of", type(as_of).__name__)


def _parse(text: str) -> date | datetime:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise UnknownTime("as_of", text)
