"""Following runs: one line for each change of a task and each end of a run, and a run that fails is told."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from rich.console import Console

from headgate.cli import watch as watch_module
from headgate.cli.airflow_runs import Run, Task, log_tail
from headgate.cli.failed_run import run_failed
from headgate.cli.progress import LiveProgress, Progress
from headgate.cli.run_hours import BEHIND, PUBLISHED, hour_words
from headgate.cli.watch import Watch
from headgate.stack.airflow_client import AirflowClient
from tests.unit.airflow_answers import AirflowAnswers, dag_run, task

HOUR = "2013-01-29T07:00:00Z"
RUN = "/dags/flights_hourly/dagRuns/hour-07"


def client_of(answers: dict[str, list[Any]]) -> AirflowClient:
    return cast(AirflowClient, AirflowAnswers(answers))


def test_each_change_of_a_task_and_the_end_of_the_run_make_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "INTERVAL", 0)
    running, over = dag_run("hour-07", "running", HOUR), dag_run("hour-07", "success", HOUR, 21.0)
    client = client_of(
        {
            "/dags/flights_hourly/dagRuns": [
                {"dag_runs": [dag_run("hour-07", "queued", HOUR)]},
                {"dag_runs": [running]},
                {"dag_runs": [running]},
                {"dag_runs": [running]},
                {"dag_runs": []},
            ],
            RUN: [over],
            f"{RUN}/taskInstances": [
                {"task_instances": [task("bronze.gate", None), task("bronze.stage", "running", "1")]},
                {
                    "task_instances": [
                        task("bronze.gate", None),
                        task("bronze.stage", "up_for_retry", "1", 2.0),
                    ]
                },
                {
                    "task_instances": [
                        task("bronze.gate", "running", "2"),
                        task("bronze.stage", "success", "1", 3.26),
                    ]
                },
                {
                    "task_instances": [
                        task("bronze.gate", "success", "2", 1.0),
                        task("bronze.stage", "success", "1", 3.26),
                    ]
                },
            ],
        }
    )
    written = io.StringIO()
    progress = Progress(Console(file=written, width=20))
    ended = Watch(client, "flights_hourly", progress, hour_words).until_quiet()
    assert written.getvalue().splitlines() == [
        "2013-01-29 07:00  bronze.stage     failed, is tried again    2.0 s",
        "2013-01-29 07:00  bronze.stage     done        3.3 s",
        "2013-01-29 07:00  bronze.gate      done        1.0 s",
        "2013-01-29 07:00  published                   21.0 s",
    ]
    assert [entry.published for entry in ended] == [True]


def test_on_a_terminal_a_run_is_one_line_with_a_mark_for_each_task() -> None:
    written = io.StringIO()
    progress = LiveProgress(Console(file=written, width=100))
    tasks = [
        Task("silver.gate", "failed", 1.0, 1, "5"),
        Task("silver.stage", "success", 1.0, 1, "4"),
        Task("silver.publish", "upstream_failed", None, 0, ""),
        Task("bronze.stage", "success", 1.0, 1, "1"),
        Task("bronze.gate", "success", 1.0, 1, "2"),
        Task("bronze.publish", "success", 1.0, 1, "3"),
    ]
    progress.ended("2013-01-29 07:00", tasks, "failed at silver.gate", 12.0)
    assert written.getvalue() == "2013-01-29 07:00  bronze ✔✔✔  silver ✔✘·  failed at silver.gate  12.0 s\n"


@pytest.mark.parametrize(
    ("state", "states", "words"),
    [
        ("success", {"bronze.stage": "success", "gold.publish": "success"}, PUBLISHED),
        ("success", {"bronze.stage": "skipped", "gold.publish": "skipped"}, BEHIND),
        ("success", {"gold.publish": "success", "scores.stage": "skipped"}, PUBLISHED),
        ("failed", {"bronze.stage": "success", "bronze.gate": "failed"}, "failed at bronze.gate"),
        ("failed", {"bronze.stage": ""}, "failed"),
    ],
)
def test_the_end_of_an_hour_is_said_in_words(state: str, states: dict[str, str], words: str) -> None:
    run = Run("flights_hourly", "hour-07", datetime(2013, 1, 29, 7, tzinfo=UTC), state, 1.0)
    tasks = [Task(name, found, 1.0, 1, "1") for name, found in states.items()]
    assert hour_words(run, tasks) == words


def test_a_failed_run_shows_task_log_address_and_the_way_on() -> None:
    run = Run("flights_hourly", "hour-07", datetime(2013, 1, 29, 7, tzinfo=UTC), "failed", 1.0)
    log = [
        {"event": "::group::Pre Execute"},
        {"event": "Filling up the DagBag"},
        {"event": "::endgroup::"},
        {"event": "engine session opened"},
        {
            "event": "Task failed with exception",
            "error_detail": [
                {"exc_type": "AirflowFailException", "exc_value": "The gate is closed.\n  next: mend"}
            ],
        },
    ]
    client = client_of({f"{RUN}/taskInstances/silver.gate/logs/1": [{"content": log}]})
    failed = run_failed(
        client, "http://127.0.0.1:1", run, Task("silver.gate", "failed", 1.0, 1, "1"), "mend it, then go on"
    )
    assert str(failed).splitlines() == [
        "flights_hourly failed at 2013-01-29 07:00: task silver.gate; the last lines of its log:",
        "  | engine session opened",
        "  | Task failed with exception",
        "  | AirflowFailException: The gate is closed.",
        "  |   next: mend",
        "  where: http://127.0.0.1:1/dags/flights_hourly/runs/hour-07/tasks/silver.gate",
        "  left behind: what was published before stays published",
        "  next: mend it, then go on",
    ]


def test_a_skipped_task_says_why() -> None:
    run = Run("flights_hourly", "hour-07", datetime(2013, 1, 29, 7, tzinfo=UTC), "success", 1.0)
    log = [
        {"event": "::group::Post Execute"},
        {"event": "Skipping task.", "reason": "behind 2013-01-29 04:00: the gate is closed.\n  next: mend"},
        {"event": "::endgroup::"},
    ]
    client = client_of({f"{RUN}/taskInstances/bronze.stage/logs/1": [{"content": log}]})
    assert log_tail(client, run, Task("bronze.stage", "skipped", 1.0, 1, "1"), 10) == [
        "Skipping task. behind 2013-01-29 04:00: the gate is closed.",
        "  next: mend",
    ]
