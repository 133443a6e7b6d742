"""Times of trials: ISO 8601 as SDTM writes it, partial or not, and the numbers that SAS counts days and seconds in.

A date of which the year, month or day is not known is no time, and neither is an interval: null, never made up.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.ingest.sdtm_columns import each_word

_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})"
    r"(?:[T ](-|\d{2})(?::(-|\d{2})(?::(-|\d{2})(?:[.,](\d{1,6})\d*)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)
_PLAIN = r"^(?:1\d|2[0-8])\d{2}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?$"
"""Most words: complete, without an offset, in a year near ours; these are read all at once."""
_SAS_WORD = re.compile(r"(\d{2})([A-Z]{3})(\d{4})(?::(\d{2}):(\d{2})(?::(\d{2})(?:\.\d*)?)?)?")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d*)?")
_EPOCH = datetime(1970, 1, 1)
_SAS_EPOCH = datetime(1960, 1, 1)
_DAYS_BETWEEN = (_EPOCH - _SAS_EPOCH).days
_FARTHEST = timedelta(days=365_000)
DAY, SECOND = 86_400, 1
"""What a number of SAS counts: a date counts days, a datetime seconds, both since 1960."""


def iso_times(column: pa.Array | None, timezone: str | None = None) -> pa.Array | None:
    """Wall-clock times of a `--DTC` column (None: there is none).

    Null where year, month or day is not known, or the word is an interval.

    An hour or minute that is not known is taken as 0, as a date alone is 00:00.

    >>> iso_times(pa.array(["2017-11-05T14:30", "2017-11-05", "2017-11", "2017-11-05T-:30"])).to_pylist()[::2]
    [datetime.datetime(2017, 11, 5, 14, 30), None]
    """
    if column is None:
        return None
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return wall_clock(column, timezone)
    words = column.cast(pa.string())
    is_plain = pc.match_substring_regex(words, _PLAIN)
    nothing = pa.scalar(None, pa.string())
    try:
        plain = pc.if_else(is_plain, words, nothing).cast(pa.timestamp("us"))
    except pa.ArrowInvalid:  # the 31st of a short month: each word on its own then
        return _each_time(words, timezone)
    return pc.coalesce(plain, _each_time(pc.if_else(is_plain, nothing, words), timezone))


def _each_time(words: pa.Array, timezone: str | None) -> pa.Array:
    zone = None if timezone is None else ZoneInfo(timezone)
    return each_word(words, lambda word: _read_iso(word.strip(), zone), pa.timestamp("us"))


def sas_times(column: pa.Array, unit: int) -> pa.Array:
    """Times of a column of numbers of SAS (`unit` seconds each, since 1960), of dates, or of words for them."""
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return wall_clock(column)
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        return _from_numbers(column.cast(pa.float64(), safe=False), unit)
    return each_word(column.cast(pa.string()), _sas_reader(unit), pa.timestamp("us"))


def wall_clock(column: pa.Array, timezone: str | None = None) -> pa.Array:
    """Dates and timestamps as wall clock; an instant is converted to `timezone`, or read by its own clock."""
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = pc.local_timestamp(column.cast(pa.timestamp("us", timezone or column.type.tz), safe=False))
    return column.cast(pa.timestamp("us"), safe=False)


def _read_iso(word: str, zone: ZoneInfo | None) -> datetime | None:
    found = _ISO.fullmatch(word)
    if found is None:
        return None
    date, hour, minute, second, fraction, offset = found.groups()
    clock = ":".join("00" if part in (None, "-") else part for part in (hour, minute, second))
    try:
        time = datetime.fromisoformat(f"{date}T{clock}.{(fraction or '0'):0<6}{offset or ''}")
        if time.tzinfo is not None:
            time = (time if zone is None else time.astimezone(zone)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return time if abs(time - _EPOCH) < _FARTHEST else None


def _from_numbers(numbers: pa.Array, unit: int) -> pa.Array:
    said = numbers.to_numpy(zero_copy_only=False)
    # A date of SAS with a fraction is still that day; seconds may have decimals.
    seconds = np.floor(said) * unit if unit == DAY else said
    since_1970 = seconds - _DAYS_BETWEEN * DAY
    usable = np.abs(since_1970) < _FARTHEST.total_seconds()  # NaN is not
    micros = np.rint(np.where(usable, since_1970, 0) * 1e6).astype(np.int64)
    return pa.array(micros, mask=~usable).cast(pa.timestamp("us"))


def _sas_reader(unit: int) -> Callable[[str], datetime | None]:
    def read(word: str) -> datetime | None:
        word = word.strip().upper()
        if _NUMBER.fullmatch(word):
            return _from_numbers(pa.array([float(word)]), unit)[0].as_py()
        found = _SAS_WORD.fullmatch(word)
        if found is None or found[2] not in _MONTHS:
            return _read_iso(word, None)
        hour, minute, second = (int(part or 0) for part in found.groups()[3:])
        try:
            return datetime(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]), hour, minute, second)
        except ValueError:
            return None

    return read
