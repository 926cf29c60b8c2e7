"""One Spark session with Delta for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from headgate.stack.jars import DELTA_JARS
from tests.spark_session import start_spark


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A local session with two threads, in UTC, as the engine is configured."""
    assert not DELTA_JARS.missing(), "the Delta jars are missing: run ./headgate doctor"
    session = start_spark(tmp_path_factory.mktemp("warehouse"), DELTA_JARS.paths(), {})
    yield session
    session.stop()
