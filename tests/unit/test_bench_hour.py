"""The measurement of an hour: what of a task is its job's, on answers as Airflow gives them."""

from __future__ import annotations

import runpy
from typing import Any

import pytest

from headgate.cli.airflow_runs import Run
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import REPOSITORY

HOUR = runpy.run_path(str(REPOSITORY / "bench" / "hour.py"))


class Client:
    """Answers for one run: `stage` and `gate` are done, scores are skipped."""

    def __init__(self, opening: str = "engine session 1f at sc://here") -> None:
        self.opening = opening

    def all(self, path: str, key: str) -> list[dict[str, Any]]:
        assert (path, key) == ("/dags/flights_hourly/dagRuns/a%20run/taskInstances", "task_instances")
        gate = task("gate", "success", "00:00:12.5", "00:00:15.5")
        stage = task("stage", "success", "00:00:02", "00:00:12")
        return [gate, stage, task("scores", "skipped", "00:00:16", "00:00:16")]

    def get(self, path: str, **_: Any) -> dict[str, Any]:
        if path.endswith("a%20run"):
            return {"start_date": at("00:00:00")}
        began = {"stage": "00:00:04", "gate": "00:00:13"}[path.split("/")[-3]]
        lines = [{"event": "hello", "timestamp": at("00:00:01")}]
        return {"content": [*lines, {"event": self.opening, "timestamp": at(began)}]}


def at(clock: str) -> str:
    return f"2013-02-01T{clock}+00:00"


def task(name: str, state: str, start: str, end: str) -> dict[str, Any]:
    return {"task_id": name, "state": state, "start_date": at(start), "end_date": at(end), "try_number": 1}


RUN = Run("flights_hourly", "a run", None, "success", 16.0)


def test_a_task_is_split_into_its_wait_its_job_and_what_airflow_adds() -> None:
    timed = HOUR["_timed"](Client(), RUN)
    assert [(t.task_id, t.wait, t.task, t.job) for t in timed] == [
        ("stage", 2.0, 10.0, 8.0),
        ("gate", 0.5, 3.0, 2.5),
    ]
    longer = Run("flights_hourly", "b", None, "success", 20.0)
    found = HOUR["_figures"]([RUN, longer], [timed, timed])
    assert found["hours"] == 2
    assert found["tasks"] == {
        "stage": {"task": 10.0, "job": 8.0, "airflow": 4.0},
        "gate": {"task": 3.0, "job": 2.5, "airflow": 1.0},
    }
    assert found["run"] == {"median": 18.0, "job": 10.5, "airflow": 7.5, "each": [16.0, 20.0]}


def test_a_log_without_the_line_of_the_job_is_told() -> None:
    with pytest.raises(HeadgateError) as caught:
        HOUR["_timed"](Client("something else"), RUN)
    assert str(caught.value) == (
        "the log of stage does not say when its job began: no line begins with 'engine session'\n"
        "  where: flights_hourly, run a run\n"
        "  left behind: the hours are published, nothing was measured\n"
        "  next: ./headgate bench hour, which measures the hours that follow"
    )
