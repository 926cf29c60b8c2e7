"""Spark's master hears those alone who know the stack's secret."""

from __future__ import annotations

from tests.compose.compose_stack import ComposeStack

ASK_THE_MASTER = """
import subprocess, sys
words = ["spark.authenticate=true", "spark.network.crypto.enabled=true", "spark.authenticate.secret={secret}"]
command = ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", *("-D" + word for word in words)]
command += ["-Dspark.rpc.askTimeout=60s", "-cp", "/opt/venv/lib/python3.11/site-packages/pyspark/jars/*"]
command += ["org.apache.spark.deploy.Client", "kill", "spark://spark-master:7077", "{driver}"]
sys.exit(subprocess.run(command).returncode)
"""
"""Asks for something that the master knows nothing of, which it says in its log."""


def test_the_master_hears_those_alone_who_know_the_secret(stack: ComposeStack) -> None:
    right = ASK_THE_MASTER.format(secret=stack.secret("SPARK_SECRET"), driver="driver-of-a-friend")
    wrong = ASK_THE_MASTER.format(secret="wrong", driver="driver-of-a-stranger")
    assert stack.inside("engine", right).code == 255  # it was heard: there is no such driver
    refused = stack.inside("engine", wrong)
    assert refused.code == 1
    assert "org.apache.spark.SparkException" in refused.err
    heard = stack.compose("logs", "--no-color", "spark-master")
    assert "Driver driver-of-a-friend has already finished or does not exist" in heard
    assert "driver-of-a-stranger" not in heard
