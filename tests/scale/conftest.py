"""Fixtures of the tests of Spark."""

import pytest
from tests.scale.spark_session import skip_without_spark, start


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """One Spark for all tests: it takes seconds to start."""
    skip_without_spark()
    session = start("local[2]", tmp_path_factory.mktemp("spark"))
    yield session
    session.stop()
