"""Seconds of an hour-run by task: what the job takes, and what Airflow adds to it.

Runs two hours to warm up and then as many as asked for, as one backfill, from the last hour done. Per task:
*task* is the task's duration in Airflow, *job* the part of it in which the job file ran, *Airflow* the rest
together with the wait between the task before and this one. Per run: its duration, from its start.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from os import cpu_count
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from headgate.airflow.names import hour_name, hourly_dag_id
from headgate.cli.airflow_runs import Run, all_runs
from headgate.cli.backfill import Reprocess
from headgate.cli.demo import LOAD_AT, PIPELINE
from headgate.cli.next_hour import next_hour
from headgate.cli.progress import open_progress
from headgate.cli.run_hours import run_hours
from headgate.hops.ledger import Ledger
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.spec.transforms import load_transform
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.start import start_stack

WARM_UP = 2


class NoJobLine(HeadgateError):
    """A task's log lacks the line with which its job begins."""


@dataclass(frozen=True)
class Timed:
    """One task of one run, in seconds: its wait for the task before, its duration, its job's own time."""

    task_id: str
    wait: float
    task: float
    job: float


def measure(settings: Settings, hours: int) -> Path:
    """Run the hours, print the medians and return the file with all figures."""
    loaded = load_pipeline(settings, PIPELINE)
    with open_progress() as progress:
        start_stack(settings, progress.say)
        first = next_hour(Ledger(settings, PIPELINE, loaded.spec.hops[-1]))
        last = first + (WARM_UP + hours - 1) * HOUR
        load_transform(loaded, "sample", "write_sample")(
            settings.landing / PIPELINE, LOAD_AT, last + HOUR, LOAD_AT
        )
        with AirflowClient(settings) as client:
            known = all_runs(client, hourly_dag_id(PIPELINE), (first, last))
            again: Reprocess = "completed" if known else "none"  # else their hours would be left out
            ended = run_hours(settings, client, loaded, first, last, again, progress)
            runs = sorted((entry.run for entry in ended), key=lambda run: run.hour or first)[WARM_UP:]
            timed = [_timed(client, run) for run in runs]
    figures = _figures(runs, timed)
    path = settings.home / "bench" / f"hour-{hour_name(first)}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n")
    _show(figures, path)
    return path


def _timed(client: AirflowClient, run: Run) -> list[Timed]:
    """The tasks that a run did, in their order, with the moments that Airflow and the job's log give."""
    found = client.all(f"{run.path}/taskInstances", "task_instances")
    before = datetime.fromisoformat(client.get(run.path)["start_date"])
    timed: list[Timed] = []
    done = [task for task in found if task["state"] == "success"]  # scores are skipped before a model serves
    for task in sorted(done, key=lambda task: str(task["start_date"])):
        start, end = (datetime.fromisoformat(task[name]) for name in ("start_date", "end_date"))
        wait = max((start - before).total_seconds(), 0.0)
        timed.append(
            Timed(task["task_id"], wait, (end - start).total_seconds(), _job_seconds(client, run, task))
        )
        before = end
    return timed


def _job_seconds(client: AirflowClient, run: Run, task: dict[str, Any]) -> float:
    """The time in which the job ran: from the log line that opens the engine session to the task's end.

    Raises NoJobLine.
    """
    answer = client.get(
        f"{run.path}/taskInstances/{task['task_id']}/logs/{task['try_number']}", full_content=True
    )
    opened = [e for e in answer["content"] if str(e.get("event", "")).startswith("engine session")]
    if not opened:
        raise NoJobLine(
            f"the log of {task['task_id']} does not say when its job began: "
            "no line begins with 'engine session'",
            where=f"{run.dag_id}, run {run.run_id}",
            left="the hours are published, nothing was measured",
            next_command="./headgate bench hour, which measures the hours that follow",
        )
    moment = datetime.fromisoformat(opened[-1]["timestamp"])
    return max((datetime.fromisoformat(task["end_date"]) - moment).total_seconds(), 0.0)


def _figures(runs: Sequence[Run], timed: Sequence[Sequence[Timed]]) -> dict[str, Any]:
    names = list(dict.fromkeys(task.task_id for tasks in timed for task in tasks))
    by_task = {name: [task for tasks in timed for task in tasks if task.task_id == name] for name in names}
    spark = [sum(task.job for task in tasks) for tasks in timed]
    whole = [run.seconds or 0.0 for run in runs]
    return {
        "hours": len(runs),
        "machine": {"cpus": cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "tasks": {
            name: {
                "task": median(t.task for t in tasks),
                "job": median(t.job for t in tasks),
                "airflow": median(t.task - t.job + t.wait for t in tasks),
            }
            for name, tasks in by_task.items()
        },
        "run": {
            "median": median(whole),
            "job": median(spark),
            "airflow": median(seconds - own for seconds, own in zip(whole, spark, strict=True)),
            "each": whole,
        },
    }


def _show(figures: dict[str, Any], path: Path) -> None:
    table = Table("task", "job s", "Airflow s", title=f"median of {figures['hours']} hours")
    for name, found in figures["tasks"].items():
        table.add_row(name, f"{found['job']:.2f}", f"{found['airflow']:.2f}")
    table.add_section()
    run = figures["run"]
    table.add_row(f"whole run {run['median']:.1f} s", f"{run['job']:.2f}", f"{run['airflow']:.2f}")
    console = Console(highlight=False)
    console.print(table)
    console.print(f"all figures: {path}", soft_wrap=True)
