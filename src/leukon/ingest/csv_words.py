"""Words of a CSV file to times and numbers; what cannot be read becomes null, and its text is not lost."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leukon.events.values import TextValue, read_text

_TIMES = ("time", "recorded_time")
_LIMITS = ("lln", "uln")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.]\d{1,6})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_EPOCH = datetime(1970, 1, 1)
_NOTHING = ("", "-", "na", "n/a", "nan", "none", "null")
"""What programs write into `numeric_value` where they have no number."""


def read_words(table: pa.Table, names: Mapping[str, str], timezone: str | None) -> pa.Table:
    """Give columns of text their types; `names` says how the file calls each column of events.

    A row whose `recorded_time` cannot be read loses its time: when it became known is not guessed.
    A `numeric_value` that is no number goes to `text_value` (`_said`).
    """
    zone = None if timezone is None else ZoneInfo(timezone)
    for kind in (*_TIMES, *_LIMITS):
        if (name := names[kind]) in table.column_names:
            raw = table[name]
            if kind in _LIMITS:
                table = _put(table, name, _each_word(raw, _read_number, pa.float64()))
                continue
            times = _each_word(raw, lambda word: _read_time(word, zone), pa.timestamp("us"))
            table = _put(table, name, times)
            if kind == "recorded_time":
                unreadable = pc.and_(pc.is_valid(raw), pc.is_null(times))
                none = pa.scalar(None, pa.timestamp("us"))
                table = _put(table, names["time"], pc.if_else(unreadable, none, table[names["time"]]))
    raw = table[names["numeric_value"]]
    numbers = _each_word(raw, _read_number, pa.float64())
    table = _put(table, names["numeric_value"], numbers)
    here = names["text_value"] in table.column_names
    texts = table[names["text_value"]] if here else pa.nulls(table.num_rows, pa.string())
    return _put(table, names["text_value"], _hand_on(raw, numbers, texts))


def _put(table: pa.Table, name: str, column: Any) -> pa.Table:
    if name not in table.column_names:
        return table.append_column(name, column)
    return table.set_column(table.column_names.index(name), name, column)


def _hand_on(raw: Any, numbers: pa.Array, texts: Any) -> Any:
    """The texts, with what `numeric_value` says where it is no number."""
    texts = pc.if_else(pc.is_valid(numbers), texts, pc.coalesce(texts, raw))
    both = pc.and_(pc.is_null(numbers), pc.coalesce(pc.not_equal(raw, texts), pa.scalar(value=False)))
    if not pc.any(both).as_py():
        return texts
    pairs = zip(raw.filter(both).to_pylist(), texts.filter(both).to_pylist(), strict=True)
    said = pa.array([_said(number, text) for number, text in pairs], pa.string())
    return pc.replace_with_mask(_whole(texts), _whole(both), said)


@lru_cache(maxsize=4096)
def _said(number: str, text: str) -> str:
    """Text of a row whose `numeric_value` is no number.

    Beside a word, what can be read; beside a number or comparator, both: so the row is refused, and says why.
    """
    in_number, in_text = read_text(number), read_text(text)
    if number.strip().lower() in _NOTHING or in_text.ambiguous or _value(in_number) == _value(in_text):
        return text
    if in_number.ambiguous or not text.strip() or in_text == TextValue():
        return number
    return f"{text} (numeric_value: {number})"


def _value(said: TextValue) -> object:
    value = None if said.mantissa is None else said.mantissa / said.scale
    return said.ambiguous, value, said.comparator


def _each_word(column: Any, read: Callable[[str], Any], type_: pa.DataType) -> pa.Array:
    """Read each different word once."""
    encoded = _whole(_whole(column).dictionary_encode())
    values = pa.array([read(word.strip()) for word in encoded.dictionary.to_pylist()], type_)
    return values.take(encoded.indices)


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _read_number(word: str) -> float | None:
    """A number with a decimal point or comma; a doubtful comma or a comparator is none."""
    if _NUMBER.fullmatch(word):
        number = float(word)
        return number if np.isfinite(number) else None
    said = read_text(word)
    return said.mantissa / said.scale if said.mantissa is not None and said.comparator is None else None


def _read_time(word: str, zone: ZoneInfo | None) -> datetime | None:
    if not _TIME.fullmatch(word):
        return None
    try:
        time = datetime.fromisoformat(word)
        if time.tzinfo is not None:
            time = (time if zone is None else time.astimezone(zone)).replace(tzinfo=None)
        return time if abs(time - _EPOCH) < timedelta(days=365_000) else None
    except (ValueError, OverflowError):
        return None
