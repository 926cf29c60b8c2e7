"""Decide about a closed gate in Airflow's name for the user, clear the run, and say what waits behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from headgate.airflow.names import ATTEMPT_KEY, gate_dag_id, hourly_dag_id
from headgate.cli.airflow_runs import Run, all_runs
from headgate.cli.await_run import await_run
from headgate.cli.progress import Progress
from headgate.cli.run_again import run_again
from headgate.cli.run_hours import follow_hours
from headgate.cli.start_run import trigger_run
from headgate.hops.ledger import Entry, Ledger
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.errors import AirflowRefused

Decision = Literal["accept", "divert"]
CLEARED: Mapping[Decision, str] = {"accept": "gate", "divert": "stage"}
"""The step from which the hour's run goes on: what was accepted is judged again, not staged again."""


class NoSuchGate(HeadgateError):
    """No gate is closed, or several are and none was named."""


def decide_gate(
    settings: Settings,
    client: AirflowClient,
    loaded: LoadedPipeline,
    decision: Decision,
    why: str,
    hour: datetime | None,
    progress: Progress,
) -> None:
    """Put the decision on record as a run of `<pipeline>_gate`, then let the closed run go on to its end.

    Raises NoSuchGate; RunFailed where the decision is refused or the run fails again.
    """
    name = loaded.spec.pipeline
    closed = closed_gate(Ledger(settings, name, loaded.spec.hops[-1]), name, hour)
    progress.say(f"{closed.hop} gate of {closed.hour:%Y-%m-%d %H:%M}: {closed.verdict}")
    run = _run_of(client, name, closed, addresses(settings).airflow)
    form = {"decision": decision, "digest": closed.digest, "why": why}
    decided = trigger_run(client, gate_dag_id(name), form)
    await_run(client, addresses(settings).airflow, decided)
    progress.say(f"{decision}: on record in the ledger, digest {closed.digest[:12]}")
    task_ids = [f"{closed.hop}.{CLEARED[decision]}"]
    client.post(
        f"/dags/{run.dag_id}/clearTaskInstances",
        {
            "dag_run_id": run.run_id,
            "task_ids": task_ids,
            "include_downstream": True,
            "only_failed": False,
            "reset_dag_runs": True,
            "dry_run": False,
        },
    )
    follow_hours(settings, client, loaded, closed.hour, closed.hour, progress)
    runs = all_runs(client, run.dag_id)
    behind = [found.hour for found in runs if found.over and found.hour and found.hour > closed.hour]
    if behind:
        again = run_again(name, min(behind), max(behind))
        progress.say(f"the hours behind it wait; this runs them:\n  {again}")


def closed_gate(ledger: Ledger, pipeline: str, hour: datetime | None) -> Entry:
    """The closed gate that is meant: of `hour`, or the only one. Raises NoSuchGate."""
    closed = [gate for gate in ledger.shut_gates() if hour in (None, gate.hour)]
    if len(closed) == 1:
        return closed[0]
    place = f" at {hour:%Y-%m-%d %H:%M}" if hour else ""
    listed = ", ".join(f"{gate.hop} {gate.hour:%Y-%m-%d %H:%M}" for gate in closed)
    raise NoSuchGate(
        f"several gates of {pipeline} are closed: {listed}"
        if closed
        else f"no gate of {pipeline} is closed{place}",
        left="nothing was decided",
        next_command="name one by --hour" if closed else "./headgate status",
    )


def _run_of(client: AirflowClient, pipeline: str, closed: Entry, airflow: str) -> Run:
    """The hourly run whose attempt was judged. Raises NoSuchGate where it is gone, or staged anew since."""
    dag_id = hourly_dag_id(pipeline)
    for run in all_runs(client, dag_id, (closed.hour, closed.hour)):
        path = f"{run.path}/taskInstances/{closed.hop}.stage/xcomEntries/{ATTEMPT_KEY}"
        try:
            found: Any = client.get(path)["value"]
        except AirflowRefused as error:
            if error.status != 404:
                raise
            continue
        if found == closed.attempt:
            return run
    raise NoSuchGate(
        f"Airflow has no run any more that holds what the {closed.hop} gate of {closed.hour:%Y-%m-%d %H:%M} "
        "judged",
        f"{airflow}/dags/{dag_id}",
        "nothing was decided",
        f"{run_again(pipeline, closed.hour, closed.hour)}, which judges it anew",
    )
