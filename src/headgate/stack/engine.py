"""The engine: one Spark Connect server with Delta, the only process that commits to the lake."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from headgate.lake.s3_access import S3Access
from headgate.spec.lake_location import S3Location
from headgate.spec.settings import Settings
from headgate.stack.errors import JarsMissing
from headgate.stack.jars import DELTA_JARS, S3_JARS, Jars, spark_home
from headgate.stack.layout import Layout
from headgate.stack.ports import HOST, Ports
from headgate.stack.secrets import Secrets

HEAP = "1g"
JAVA_OPTIONS = (
    "-XX:+UseSerialGC -Xmn400m -XX:MaxMetaspaceSize=512m -Duser.timezone=UTC"
    # Hadoop starts a process for every change of permissions: the quicker way to start one.
    " -Djdk.lang.Process.launchMechanism=VFORK"
)
CHECKPOINT_FILES = (
    "org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager"
)
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


def cores() -> int:
    """How many cores this process may use, at least two: a stream of tiny jobs stalls on one."""
    return max(2, len(os.sched_getaffinity(0)))


def needed_jars(settings: Settings) -> tuple[Jars, ...]:
    """The jars that Spark lacks for the lake of `settings`."""
    return (DELTA_JARS, S3_JARS) if isinstance(settings.lake, S3Location) else (DELTA_JARS,)


def common_configuration(settings: Settings) -> dict[str, str]:
    """The Spark configuration of every engine, wherever it listens and whatever runs its tasks."""
    return {
        **(S3Access().spark_properties if isinstance(settings.lake, S3Location) else {}),
        "spark.ui.enabled": "false",
        "spark.log.level": "WARN",
        "spark.sql.warehouse.dir": str(Layout.of(settings).engine / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.session.timeZone": "UTC",
        # Small statements side by side: one partition each, no re-planning on the way, small thread pools.
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        # The web interface is off, so what is kept for it of past statements would only fill the heap.
        "spark.sql.ui.retainedExecutions": "20",
        "spark.ui.retainedJobs": "50",
        "spark.ui.retainedStages": "50",
        "spark.ui.retainedTasks": "500",
        # The statements of an hour are those of the hour before: compiled once, their code is kept.
        "spark.sql.codegen.cache.maxEntries": "5000",
        # An hour's files are small: many of them go into one task.
        "spark.sql.files.openCostInBytes": "65536",
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
        "spark.sql.resultQueryStage.maxThreadThreshold": "16",
        "spark.sql.shuffleExchange.maxThreadThreshold": "16",
        "spark.sql.broadcastExchange.maxThreadThreshold": "16",
        "spark.databricks.delta.snapshotPartitions": "1",
        # Commits to local disks by plain renames, in one process one after the other. Without these two
        # lines a commit starts eight processes of `readlink`: a tenth of the time of an hour.
        "spark.delta.logStore.file.impl": "io.delta.storage.LocalLogStore",
        "spark.sql.streaming.checkpointFileManagerClass": CHECKPOINT_FILES,
        # Pinned versions stay readable however old; a change feed may be asked beyond its head.
        "spark.databricks.delta.vacuum.enforceTimeTravelWithinDeletedFileRetentionDuration": "false",
        "spark.databricks.delta.changeDataFeed.timestampOutOfRange.enabled": "true",
    }


def configuration(settings: Settings, ports: Ports) -> dict[str, str]:
    """The Spark configuration of the embedded stack's engine."""
    return {
        "spark.connect.grpc.binding.address": HOST,
        "spark.connect.grpc.binding.port": str(ports.engine),
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.local.dir": str(Layout.of(settings).engine / "scratch"),
        **common_configuration(settings),
    }


def command(settings: Settings, ports: Ports) -> list[str]:
    """The command of the server, to run in the foreground.

    Raises JarsMissing.
    """
    needed = needed_jars(settings)
    for jars in needed:
        if jars.missing():
            raise JarsMissing(jars.title, jars.folder, jars.missing())
    submit = [str(Path(sys.prefix) / "bin" / "spark-submit"), "--class", SERVER]
    submit += ["--master", f"local[{cores()}]", "--driver-memory", HEAP]
    submit += ["--driver-class-path", ":".join(str(path) for jars in needed for path in jars.paths())]
    submit += ["--driver-java-options", JAVA_OPTIONS]
    for name, value in configuration(settings, ports).items():
        submit += ["--conf", f"{name}={value}"]
    return [*submit, "spark-internal"]


def environment(secrets: Secrets) -> dict[str, str]:
    """What the server needs beside the stack's environment: the token that clients must show."""
    return {
        "SPARK_CONNECT_AUTHENTICATE_TOKEN": secrets.engine_token.get_secret_value(),
        "SPARK_HOME": str(spark_home()),
    }


def clear_scratch(layout: Layout) -> None:
    """Remove what an engine that was killed left behind."""
    layout.engine_ready.unlink(missing_ok=True)
    shutil.rmtree(layout.engine / "scratch", ignore_errors=True)
    (layout.engine / "scratch").mkdir(parents=True)
