"""Date, datetime and time of day of an OMOP row to one wall-clock time."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.schema import TIME
from leukon.ingest.omop_columns import Column, column_of, each_word, plain, text_of

_TIME = re.compile(
    r"\s*(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?\s*"
)
_CLOCK = re.compile(r"\s*(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d*)?\s*")
_EPOCH = datetime(1970, 1, 1)
_DAY = pa.date32()
_FARTHEST_DAYS = 365_000
_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


def times_of(rows: pa.RecordBatch, date: str, moment: str, clock: str, zone: str | None) -> Column:
    """Wall-clock microseconds: the datetime where it lies on the row's date, else the date with its time of day.

    The date is the column that OMOP demands, so where the two name different days (a datetime of 1970, or in another
    zone) the date stands, at 00:00. An offset is dropped, or converted to `zone`. A partial date is no time.
    """
    said, day_said = _moments(column_of(rows, moment), rows, moment, zone)
    day, _ = _moments(column_of(rows, date), rows, date, None)
    if day.null_count == len(day):
        return said
    midnight = day.cast(_DAY, safe=False).cast(TIME)
    if clock in rows.schema.names:
        midnight = pc.add(midnight, _clocks(text_of(rows, clock)))
    if said.null_count == len(said):
        return midnight
    same = pc.or_kleene(pc.is_null(day), pc.equal(day_said, day.cast(_DAY, safe=False)))
    return pc.if_else(pc.fill_null(same, fill_value=False), said, midnight)


def _moments(column: Column, rows: pa.RecordBatch, name: str, zone: str | None) -> tuple[Column, Column]:
    """Wall-clock times, and the days that were written."""
    type_ = column.type
    if column.null_count == len(column):
        return pa.nulls(len(column), TIME), pa.nulls(len(column), _DAY)
    if pa.types.is_date(type_) or pa.types.is_timestamp(type_):
        return _typed(column, zone)
    text = plain(text_of(rows, name))
    if zone is None:
        times = _cast_or_read(text, zone)
        return times, times.cast(_DAY, safe=False)
    return _cast_or_read(text, zone), _cast_or_read(text, None).cast(_DAY, safe=False)


def _typed(column: Column, zone: str | None) -> tuple[Column, Column]:
    column = _possible(column.cast(_DAY) if pa.types.is_date64(column.type) else column)
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = pc.local_timestamp(column.cast(pa.timestamp("us", zone or column.type.tz), safe=False))
    times = column.cast(TIME, safe=False)
    return times, times.cast(_DAY, safe=False)


def _possible(times: Column) -> Column:
    """Without `infinity` and what programs write for it, which would wrap around in another unit."""
    is_date = pa.types.is_date(times.type)
    limit = min(_FARTHEST_DAYS * (1 if is_date else _PER_DAY[times.type.unit]), 2**63 - 1)
    ticks = times.cast(pa.int32() if is_date else pa.int64())
    good = pc.and_(pc.greater_equal(ticks, -limit), pc.less_equal(ticks, limit))
    return times if pc.all(good).as_py() else pc.if_else(good, times, None)


def _cast_or_read(text: Column, zone: str | None) -> Column:
    try:
        return _possible(text.cast(TIME))
    except pa.ArrowInvalid:
        return each_word(text, lambda word: _read(word, zone), TIME)


def _read(word: str, zone: str | None) -> datetime | None:
    found = _TIME.fullmatch(word)
    if found is None:
        return None
    *parts, fraction, offset = found.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    try:
        time = datetime(year, month, day, hour, minute, second, int((fraction or "0")[:6].ljust(6, "0")))
        time = _shifted(time, offset, zone) if offset and zone else time
        return time if abs(time - _EPOCH) < timedelta(days=_FARTHEST_DAYS) else None
    except (ValueError, OverflowError):
        return None


def _shifted(time: datetime, offset: str, zone: str) -> datetime:
    offset = "+00:00" if offset == "Z" else offset if len(offset) > 3 else f"{offset}:00"
    return datetime.fromisoformat(f"{time.isoformat()}{offset}").astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _clocks(text: Column) -> Column:
    """Times of day as durations; none where nothing or something else is written."""
    return pc.fill_null(each_word(text, _read_clock, pa.duration("us")), pa.scalar(0, pa.duration("us")))


def _read_clock(word: str) -> Any:
    found = _CLOCK.fullmatch(word)
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    inside = hour < 24 and minute < 60 and second < 60
    return timedelta(hours=hour, minutes=minute, seconds=second) if inside else None
