"""The front door to Spark: the review of a DataFrame of events, as lazy DataFrames; Spark is loaded when it is used."""

from collections.abc import Sequence
from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from leukon.errors import MissingPackage
from leukon.events.code_map import CodeMap
from leukon.knowledge.protocol import Protocol
from leukon.monitor.review import TABLES

if TYPE_CHECKING:  # a type alone must not load Spark
    from pyspark.sql import DataFrame

    from leukon.scale.spark_review import SparkReview


def review(
    events: "DataFrame",
    protocol: str | Protocol,
    *,
    as_of: date | datetime | str,
    schedule: str | None = None,
    codes: CodeMap | None = None,
    timezone: str | None = None,
    row: str | None = None,
    partitions: int | None = None,
    tables: Sequence[str] = TABLES,
) -> "SparkReview":
    """Review events in Spark: the tables of `leukon.review`, as lazy DataFrames with the same columns.

    Events are shuffled once, by subject; every task cuts its part into pieces of whole subjects and reviews them as
    `leukon.review` does. What comes out is kept on the executors' disks, where each table is read from, until `free()`.

    Parameters
    ----------
    events
        A Spark DataFrame in the events layout, from whatever Spark reads. A `timestamp` is the wall clock of the
        session's time zone, a `timestamp_ntz` the clock as written.
    protocol, as_of, schedule, codes
        As for `leukon.review`. `as_of="last"` runs a job at once, with a shuffle of its own; all else is lazy.
    timezone
        IANA zone to convert columns of type `timestamp` to; default: the session's time zone.
    row
        Name of a column of integers that number the rows, for the columns `row`; default: they are null, because the
        rows of a DataFrame have no order and no numbers.
    partitions
        Parts that the shuffle makes; default: Spark's (`spark.sql.shuffle.partitions`). About a million rows a part.
    tables
        Names of the tables that are wanted; what only others need is not calculated.

    Returns
    -------
    SparkReview
        Each table of the contract is an attribute; its rows are in no order. Words are strings, grades tinyint.

    Raises
    ------
    MissingPackage
        If Spark is not installed.
    InputError, UsageError, KnowledgeError
        Before any job, as for `leukon.review`; `NoUsableRow` after that of `as_of="last"`.
    """
    try:
        plan = import_module("leukon.scale.spark_plan")
    except ModuleNotFoundError as error:
        raise MissingPackage(error.name or "pyspark", "spark") from None
    planned: SparkReview = plan.plan_review(
        events, protocol, as_of, schedule, codes or CodeMap(), timezone, row, partitions, tuple(tables)
    )
    return planned
