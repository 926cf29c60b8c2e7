"""A real S3 server for all tests of this folder, and a Spark session of their own that reaches it.

They run in a process of their own: a process has one Spark session, and that of the other tests has no S3.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from headgate.lake.s3_access import S3Access
from headgate.stack.jars import DELTA_JARS, S3_JARS, fetch_jars
from tests.s3.s3_server import S3Server, rclone, seaweedfs
from tests.spark_session import start_spark


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """SeaweedFS; the environment of this process says where it is."""
    with (
        pytest.MonkeyPatch.context() as environment,
        seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as server,
    ):
        for name, value in server.variables.items():
            environment.setenv(name, value)
        yield server


@pytest.fixture(scope="session")
def careless_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A server without conditional PUT."""
    with rclone(tmp_path_factory.mktemp("rclone")) as server:
        yield server


@pytest.fixture(scope="session")
def spark(server: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session as that of the other tests, which reaches the server as an engine does."""
    fetch_jars(S3_JARS)
    jars = [*DELTA_JARS.paths(), *S3_JARS.paths()]
    session = start_spark(tmp_path_factory.mktemp("warehouse"), jars, S3Access().spark_properties)
    yield session
    session.stop()
