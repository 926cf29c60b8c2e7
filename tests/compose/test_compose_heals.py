"""More workers, and servers that come back in the wrong order."""

from __future__ import annotations

import json

from tests.compose.compose_stack import ComposeStack
from tests.compose.eventful_demo import EventfulDemo

MASTER = (
    "import urllib.request; print(urllib.request.urlopen('http://spark-master:8080/json/').read().decode())"
)
WRONG_ORDER = (
    "airflow-scheduler",
    "engine",
    "airflow-dag-processor",
    "spark-worker",
    "airflow-api-server",
    "mlflow",
    "spark-master",
    "postgres",
)


def test_a_second_worker_joins(demo: EventfulDemo, stack: ComposeStack) -> None:
    stack.compose("up", "--detach", "--wait", "--no-deps", "--scale", "spark-worker=2", "spark-worker")
    assert json.loads(stack.inside("engine", MASTER).out)["aliveworkers"] == 2
    stack.compose("up", "--detach", "--wait", "--no-deps", "--scale", "spark-worker=1", "spark-worker")


def test_servers_come_back_in_any_order(demo: EventfulDemo, stack: ComposeStack) -> None:
    before = stack.rows("SELECT count(*) AS n FROM flights_gold.examples")
    stack.compose("stop", "--timeout", "5")
    containers = {name: found[0]["ID"] for name, found in stack.services().items()}
    for name in WRONG_ORDER:  # as after a restart of the machine, which knows no dependencies
        assert stack.run("docker", "start", containers[name]).code == 0
    stack.wait_until_healthy()
    assert stack.rows("SELECT count(*) AS n FROM flights_gold.examples") == before
    answer = stack.headgate("status")
    assert answer.code == 0, answer.out
