"""The plan of a review in Spark: one shuffle, one pass that makes all tables, and a lazy DataFrame for each."""

import warnings
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as f
from pyspark.sql.pandas.types import from_arrow_schema

from leukon.errors import NoUsableRow, UnknownName
from leukon.events.code_map import CodeMap
from leukon.events.table import read_as_of
from leukon.knowledge.library import load_protocol
from leukon.knowledge.protocol import Protocol
from leukon.monitor.review import TABLES, Review
from leukon.scale.spark_cells import CELLS
from leukon.scale.spark_events import sample_of, shuffle
from leukon.scale.spark_review import SparkReview
from leukon.scale.spark_tasks import LAST, Question, Work, last_time_task, review_task, unpack_task

_EPOCH = datetime(1970, 1, 1)
_SUMS = {"account": ("use", "reason"), "codes_seen": ("code", "display", "concept")}
"""Tables whose rows are counts: subjects lie in one piece each, so the counts of the pieces add up."""


def plan_review(
    events: DataFrame,
    protocol: str | Protocol,
    as_of: date | datetime | str,
    schedule: str | None,
    codes: CodeMap,
    timezone: str | None,
    row: str | None,
    partitions: int | None,
    tables: Sequence[str],
) -> SparkReview:
    """What `leukon.spark.review` does: check, plan, and hand back what nothing has been calculated of yet."""
    for name in tables:
        if name not in TABLES:
            raise UnknownName("table", name, TABLES)
    known = protocol if isinstance(protocol, Protocol) else load_protocol(protocol)
    question = Question(known, schedule or known.default_schedule, codes, timezone)
    sample = sample_of(events, question)
    instant = read_as_of(as_of)
    question.review(sample, _EPOCH)  # says what is wrong before any job
    parts = shuffle(events, question, row, partitions)
    moment = _last_time(parts, question) if instant is None else _EPOCH + timedelta(microseconds=instant.instant)
    packed = _map(parts, review_task(question, moment, tables), CELLS).persist(StorageLevel.DISK_ONLY)
    found = question.review(sample, moment)
    return SparkReview(found.provenance, {name: _table(packed, name, found) for name in tables}, packed)


def _last_time(parts: DataFrame, question: Question) -> datetime:
    """The latest time of a usable row, by a job of its own: which rows are usable is known of whole subjects only."""
    (latest,) = _map(parts, last_time_task(question), LAST).agg(f.max("instant")).collect()[0]
    if latest is None:
        raise NoUsableRow
    return _EPOCH + timedelta(microseconds=latest)


def _table(packed: DataFrame, name: str, sample: Review) -> DataFrame:
    schema = _plain(getattr(sample, name).schema)
    table = _map(packed.where(f.col("table") == name), unpack_task(schema.types), schema)
    if name not in _SUMS:
        return table
    sums = table.groupBy(*_SUMS[name]).agg(f.sum("rows").alias("rows"), f.sum("subjects").alias("subjects"))
    return sums.select(*schema.names)


def _plain(schema: pa.Schema) -> pa.Schema:
    """The schema without dictionaries, which Spark does not have."""
    types = [type_.value_type if pa.types.is_dictionary(type_) else type_ for type_ in schema.types]
    return pa.schema(list(zip(schema.names, types, strict=True)))


def _map(frame: DataFrame, work: Work, schema: pa.Schema) -> DataFrame:
    with warnings.catch_warnings():  # Spark looks at the version of pandas, which nothing here uses
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        return frame.mapInArrow(work, from_arrow_schema(schema, prefer_timestamp_ntz=True))
