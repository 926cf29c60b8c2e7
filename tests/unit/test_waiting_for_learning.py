"""Waiting for what the published hours brought to be learned and decided."""

from __future__ import annotations

import io
from typing import Any, cast

import pytest
from rich.console import Console

from headgate.cli import wait_for_learning as module
from headgate.cli.failed_run import RunFailed
from headgate.cli.progress import Progress
from headgate.cli.wait_for_learning import LearningNotTriggered, wait_for_learning
from headgate.stack.airflow_client import AirflowClient
from tests.unit.airflow_answers import AirflowAnswers, dag_run, task

LEARN, PROMOTE, EVENTS = (
    "/dags/flights_learn/dagRuns",
    "/dags/flights_promote/dagRuns",
    "/dags/flights_learn/assets/queuedEvents",
)
NONE: dict[str, Any] = {"dag_runs": []}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)


QUEUED = {"queued_events": [{"dag_id": "flights_learn"}]}
NO_EVENTS: dict[str, Any] = {"queued_events": []}


def wait(answers: dict[str, list[Any]]) -> list[str]:
    written = io.StringIO()
    client = cast(AirflowClient, AirflowAnswers(answers))
    wait_for_learning(client, "http://airflow", "flights", Progress(Console(file=written)))
    return written.getvalue().splitlines()


def test_the_learning_run_and_its_promotion_are_followed_to_their_end() -> None:
    running, done = dag_run("one", "running"), dag_run("one", "success", seconds=60.0)
    promotion = {**dag_run("promote__1", "success", seconds=5.0), "dag_id": "flights_promote"}
    lines = wait(
        {
            LEARN: [NONE, {"dag_runs": [running]}, NONE, {"dag_runs": [done]}],
            PROMOTE: [
                NONE,
                {"dag_runs": [{**promotion, "state": "running"}]},
                NONE,
                NONE,
                {"dag_runs": [promotion]},
            ],
            EVENTS: [QUEUED, NO_EVENTS],
            f"{LEARN}/one": [done],
            f"{LEARN}/one/taskInstances": [{"task_instances": [task("learn", "success", "1", 50.0)]}],
            f"{PROMOTE}/promote__1": [promotion],
            f"{PROMOTE}/promote__1/taskInstances": [
                {"task_instances": [task("promote", "success", "1", 4.0)]}
            ],
        }
    )
    assert lines == [
        "flights_learn     learn            done       50.0 s",
        "flights_promote   promote          done        4.0 s",
        "flights_learn     done                        60.0 s",
        "flights_promote   done                         5.0 s",
    ]


def test_examples_that_start_no_learning_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRIGGER_SECONDS", -1.0)
    with pytest.raises(LearningNotTriggered) as told:
        wait({LEARN: [NONE], PROMOTE: [NONE], EVENTS: [QUEUED]})
    assert str(told.value).splitlines() == [
        "no run of flights_learn came for the published examples within -1 s",
        "  where: http://airflow/dags/flights_learn",
        "  left behind: the published hours stay published",
        "  next: ./headgate doctor; the DAG may be paused: unpause it on its page",
    ]


def test_a_learning_run_that_failed_before_is_told_again() -> None:
    failed = dag_run("one", "failed")
    with pytest.raises(RunFailed) as told:
        wait(
            {
                LEARN: [NONE, {"dag_runs": [failed]}],
                PROMOTE: [NONE],
                EVENTS: [NO_EVENTS],
                f"{LEARN}/one/taskInstances": [{"task_instances": [task("learn", "failed", "1", 50.0)]}],
                f"{LEARN}/one/taskInstances/learn/logs/1": [{"content": [{"event": "out of memory"}]}],
            }
        )
    assert "task learn; the last lines of its log:\n  | out of memory" in told.value.what
    assert told.value.next_command == (
        "mend the cause, clear the failed task on the run's page, then repeat the command"
    )
