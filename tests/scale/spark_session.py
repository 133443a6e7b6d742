"""A Spark of two cores for tests: quiet, without a page, and with no more parts than there is work."""

import os
import shutil
import sys

import pytest

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "3",
    "spark.default.parallelism": "2",
    "spark.sql.codegen.wholeStage": "false",  # compiling takes longer than these few rows
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.session.timeZone": "America/New_York",  # far from UTC: a clock that is moved is seen
}


def without_spark():
    """Why there is no Spark here; None if there is one."""
    return None if shutil.which("java") or os.environ.get("JAVA_HOME") else "Spark needs Java 17 or 21"


def start(master, folder, **more):
    """A session whose tasks run this very Python."""
    from pyspark.sql import SparkSession

    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    builder = SparkSession.builder.master(master).config("spark.sql.warehouse.dir", str(folder / "warehouse"))
    for name, value in (SETTINGS | more).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def skip_without_spark():
    if why := without_spark():
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
