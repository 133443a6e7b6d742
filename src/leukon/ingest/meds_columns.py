"""Columns of a MEDS shard as columns of events: each in its type, or the one error that says which is not."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.errors import WrongType
from leukon.ingest.gathered import PLACE, SCHEMA
from leukon.ingest.places import places_from

_TYPES = {
    "subject_id": "an integer or a string",
    "numeric_value": "a number",
    "lln": "a number",
    "uln": "a number",
    "time": "a timestamp",
    "recorded_time": "a timestamp",
}


def as_events(
    batch: pa.RecordBatch, names: Mapping[str, str], shard: str, first: int, timezone: str | None
) -> pa.RecordBatch:
    """A batch in `gathered.SCHEMA`: `names` says what it calls each column; `first` is its first row's number.

    Raises
    ------
    WrongType
        If a column is of a type that cannot hold what it should.
    """
    arrays = []
    for field in SCHEMA:
        if field.name == PLACE:
            arrays.append(places_from(shard, first, batch.num_rows))
        elif field.name in names:
            arrays.append(_column(batch.column(names[field.name]), field, timezone))
        else:
            arrays.append(pa.nulls(batch.num_rows, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _column(column: pa.Array, field: pa.Field, timezone: str | None) -> pa.Array:
    """The column in the type of events; a type that cannot hold it is the whole column's fault, not a row's."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        if not _fits(column.type, field.type):
            raise pa.ArrowInvalid
        if column.type == pa.float32():
            return _each_once(column, _as_written)
        if pa.types.is_integer(column.type) and pa.types.is_string(field.type):
            return _each_once(column, lambda numbers: numbers.cast(pa.string()))
        if pa.types.is_timestamp(column.type) and column.type.tz is not None:
            zone = timezone or column.type.tz
            column = pc.local_timestamp(column.cast(pa.timestamp("us", zone), safe=False))
        return column.cast(field.type, safe=pa.types.is_string(field.type))
    except pa.ArrowException:
        wanted = _TYPES.get(field.name, str(field.type))
        raise WrongType(f"The column '{field.name}'", str(column.type), wanted) from None


def _fits(type_: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a type says what is wanted: a cast would also make 1970 of an integer, and `1e+16` of a large id."""
    is_ = pa.types
    if is_.is_null(type_):
        return True
    if is_.is_string(wanted):
        return is_.is_integer(type_) or is_.is_string(type_) or is_.is_large_string(type_) or is_.is_string_view(type_)
    if is_.is_timestamp(wanted):
        return is_.is_timestamp(type_) or is_.is_date(type_)
    return is_.is_integer(type_) or is_.is_floating(type_) or is_.is_decimal(type_)


def _each_once(column: pa.Array, read: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Read each different value once: a subject has many rows, and laboratories round."""
    encoded = column.dictionary_encode()
    return read(encoded.dictionary).take(encoded.indices)


def _as_written(column: pa.Array) -> pa.Array:
    """32-bit numbers as 64-bit ones: the decimal of 6 digits that was written (0.42, not 0.41999998), if any."""
    narrow = column.to_numpy(zero_copy_only=False).astype(np.float32)
    wide: Any = narrow.astype(np.float64)
    with np.errstate(all="ignore"):
        scale = 10.0 ** (5 - np.floor(np.log10(np.abs(wide))))
        decimal = np.rint(wide * scale) / scale
        same = np.isfinite(decimal) & (decimal.astype(np.float32) == narrow)
    return pa.array(np.where(same, decimal, wide), pa.float64(), mask=np.asarray(column.is_null()))
