"""Events in Spark: checked before any job, and shuffled once so that a subject lies in one part."""

from typing import Any

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as f
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import IntegralType, StringType, TimestampType

from leukon.errors import UnknownName, WrongType
from leukon.events.columns import find_columns
from leukon.scale.spark_tasks import ROW, Question


def sample_of(events: DataFrame, question: Question) -> pa.Table:
    """One made-up row of the same types: what is wrong with a column shows itself in it, without a job."""
    names = find_columns(events.columns, question.codes.columns).values()
    schema = to_arrow_schema(events.select(*map(_named, names)).schema, timezone="UTC")
    return pa.table([pa.array([_anything(field.type)], field.type) for field in schema], schema=schema)


_VALUES: tuple[Any, ...] = (0, "", False, b"", [], {})


def _anything(type_: pa.DataType) -> Any:
    """Some value that a type can hold: a column of nulls alone is never looked at, whatever its type."""
    for value in _VALUES:
        try:
            pa.array([value], type_)
        except (pa.ArrowException, TypeError):
            continue
        return value
    return None


def shuffle(events: DataFrame, question: Question, row: str | None, partitions: int | None) -> DataFrame:
    """The columns of events, all rows of a subject in one part and side by side.

    Raises
    ------
    UnknownName, WrongType
        If `row` is no column of integers.
    """
    subject, *others = find_columns(events.columns, question.codes.columns).values()
    columns = [_somebody(events, subject), *(_as_written(events, name, question.timezone) for name in others)]
    if row is not None:
        columns.append(_numbered(events, row, question))
    chosen = events.select(*columns)
    # All rows without a subject would be one part. They may lie anywhere, but each always in the same place: a task
    # that runs again must see the rows that it saw before.
    nobody = f.when(_named(subject).isNull(), f.xxhash64(*map(_named, others)))
    keys = [_named(subject), nobody]
    parts = chosen.repartition(*keys) if partitions is None else chosen.repartition(partitions, *keys)
    return parts.sortWithinPartitions(_named(subject), *([] if row is None else [_named(ROW)]))


def _named(name: str) -> Column:
    return f.col("`" + name.replace("`", "``") + "`")


def _somebody(events: DataFrame, name: str) -> Column:
    """The subject; an empty string is nobody, as a null is."""
    column = _named(name)
    if isinstance(events.schema[name].dataType, StringType):
        column = f.when(column != "", column)
    return column.alias(name)


def _as_written(events: DataFrame, name: str, timezone: str | None) -> Column:
    """A column; of an instant the wall clock in today's session, whatever the session's time zone is later."""
    if timezone is None and isinstance(events.schema[name].dataType, TimestampType):
        return _named(name).cast("timestamp_ntz").alias(name)
    return _named(name)


def _numbered(events: DataFrame, row: str, question: Question) -> Column:
    if row not in events.columns:
        raise UnknownName("column", row, find_columns(events.columns, question.codes.columns))
    found = events.schema[row].dataType
    if not isinstance(found, IntegralType):
        raise WrongType(f"The column '{row}'", found.simpleString(), "an integer")
    return _named(row).cast("long").alias(ROW)
