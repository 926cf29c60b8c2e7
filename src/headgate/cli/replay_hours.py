"""Derive hours again through Airflow and wait for it: what `replay` and the bench share."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime

from headgate.airflow.names import replay_dag_id
from headgate.cli.airflow_runs import Run, Task
from headgate.cli.failed_run import run_failed
from headgate.cli.progress import Progress
from headgate.cli.start_run import start_run
from headgate.cli.watch import Ended, Watch
from headgate.hops.ledger import Ledger
from headgate.hops.run_range import NotToReplay, replay_range
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient


def replay_hours(
    settings: Settings,
    client: AirflowClient,
    loaded: LoadedPipeline,
    first: datetime,
    last: datetime,
    layer: str,
    progress: Progress,
    *,
    restamp: str | None = None,
) -> Ended:
    """Derive the hours first..last again from `layer` and wait; returns the run with its tasks.

    With `restamp`, the reason, what was committed from the first hour on and came late is treated as known in
    time. Raises NotToReplay where they are not done or the layer is the last, DagMissing, RunFailed.
    """
    name, hops = loaded.spec.pipeline, loaded.spec.hops
    replay_range(Ledger(settings, name, hops[-1]), name, loaded.spec.schedule.start, first, last)
    if layer not in hops[:-1]:
        raise NotToReplay(
            f"Nothing of {name} is derived from {layer}: its hops are {', '.join(hops)}.",
            f"pipelines/{name}/pipeline.yaml",
            "nothing was started",
            f"./headgate replay {name} --from {first:%Y-%m-%dT%H} --to {last:%Y-%m-%dT%H}",
        )
    dag_id = replay_dag_id(name)
    form: dict[str, object] = {"from": first.isoformat(), "to": last.isoformat(), "layer": layer}
    if restamp is not None:
        form |= {"restamp": True, "why": restamp}
    run = start_run(client, name, dag_id, form)
    (ended,) = [
        e for e in Watch(client, dag_id, progress, _words).until_quiet() if e.run.run_id == run.run_id
    ]
    if ended.run.state != "success":
        again = replay_command(name, first, last, layer, restamp)
        airflow = addresses(settings).airflow
        raise run_failed(client, airflow, ended.run, ended.failed_task, f"mend it, then {again}")
    return ended


def replay_command(name: str, first: datetime, last: datetime, layer: str, restamp: str | None) -> str:
    """The command that asks for the same again; `restamp` is the reason, quoted for a shell."""
    if restamp is not None:
        return f"./headgate replay {name} --restamp {first:%Y-%m-%dT%H} --why {shlex.quote(restamp)}"
    return f"./headgate replay {name} --from {first:%Y-%m-%dT%H} --to {last:%Y-%m-%dT%H} --layer {layer}"


def _words(run: Run, tasks: Sequence[Task]) -> str:
    failed = next((task.task_id for task in tasks if task.state == "failed"), None)
    return f"failed at {failed}" if failed else "derived again" if run.state == "success" else run.state
