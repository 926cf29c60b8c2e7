"""The engine's command: loopback only, Delta, small thread pools, a bounded heap."""

from __future__ import annotations

from pathlib import Path

from headgate.spec.settings import Settings
from headgate.stack.engine import configuration
from headgate.stack.ports import Ports


def test_configuration(tmp_path: Path) -> None:
    found = configuration(Settings(home=tmp_path), Ports(airflow=1, mlflow=2, engine=20003, task_logs=4))
    expected = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": "20003",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.resultQueryStage.maxThreadThreshold": "16",
        "spark.sql.shuffleExchange.maxThreadThreshold": "16",
        "spark.sql.broadcastExchange.maxThreadThreshold": "16",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    }
    assert {name: found[name] for name in expected} == expected
