"""What it costs to derive a span of hours again in one pass, beside the runs of its hours one by one.

Goes on from the last hour done. First runs a few hours as a backfill, after two to warm up; then derives the
last `span` hours that are done again, from bronze, as one run of the replay DAG. Both through Airflow, on the
stack as it is; durations are those of the runs. That both give the same rows is a test's affair
(`tests/hours/test_replay.py`).
"""

from __future__ import annotations

import json
import platform
from datetime import datetime
from os import cpu_count
from pathlib import Path
from statistics import median
from typing import Any

from headgate.airflow.names import hour_name
from headgate.cli.airflow_runs import Task
from headgate.cli.demo import LOAD_AT, PIPELINE
from headgate.cli.next_hour import next_hour
from headgate.cli.progress import open_progress
from headgate.cli.replay_hours import replay_hours
from headgate.cli.run_hours import run_hours
from headgate.hops.ledger import Ledger
from headgate.spec.hour_range import HOUR
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.spec.transforms import load_transform
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.start import start_stack

WARM_UP = 2


def measure(settings: Settings, hours: int, span: int) -> Path:
    """Run `hours` hours and replay `span` of them and those before; print both and return the figures' file.

    The replay is of the hours that there are where these are less than `span`.
    """
    loaded = load_pipeline(settings, PIPELINE)
    with open_progress() as progress:
        start_stack(settings, progress.say)
        first = next_hour(Ledger(settings, PIPELINE, loaded.spec.hops[-1]))
        last = first + (WARM_UP + hours - 1) * HOUR
        begin = max(loaded.spec.schedule.start, last - (span - 1) * HOUR)
        load_transform(loaded, "sample", "write_sample")(
            settings.landing / PIPELINE, LOAD_AT, last + HOUR, LOAD_AT
        )
        with AirflowClient(settings) as client:
            ended = run_hours(settings, client, loaded, first, last, "none", progress)
            runs = sorted((entry.run for entry in ended), key=lambda run: run.hour or first)[WARM_UP:]
            again = replay_hours(settings, client, loaded, begin, last, "bronze", progress)
    figures = _figures(
        [run.seconds or 0.0 for run in runs], again.run.seconds or 0.0, again.tasks, begin, last
    )
    path = settings.home / "bench" / f"replay-{hour_name(first)}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n")
    print(
        f"\nan hour's run takes {figures['hour_run']['median']:.1f} s (median of {len(runs)}), so "
        f"{figures['hours']:,} hours take {figures['by_hour']:,.0f} s;\n"
        f"derived again in one pass they took {figures['replay']:.1f} s: "
        f"{figures['times_cheaper']:.0f} times cheaper\nall figures: {path}"
    )
    return path


def _figures(
    runs: list[float], replay: float, tasks: list[Task], first: datetime, last: datetime
) -> dict[str, Any]:
    hours = round((last - first) / HOUR) + 1
    return {
        "machine": {"cpus": cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "from": hour_name(first),
        "to": hour_name(last),
        "hours": hours,
        "hour_run": {"median": median(runs), "each": runs},
        "by_hour": hours * median(runs),
        "replay": replay,
        "replay_tasks": {task.task_id: task.seconds for task in tasks},
        "times_cheaper": hours * median(runs) / replay,
    }
