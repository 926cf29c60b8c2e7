"""The DAG `<pipeline>_replay`: derive hours that are done again, in one pass a hop."""

from __future__ import annotations

from airflow.sdk import DAG, Asset, Param, chain

from headgate.airflow.alerts.notifier import notifiers
from headgate.airflow.hop_task_group import hop_task_group
from headgate.airflow.names import asset_uri, hourly_dag_id, replay_dag_id
from headgate.airflow.on_engine import in_turn_on_engine
from headgate.airflow.operators.restamp import RestampOperator
from headgate.airflow.operators.wait_until_quiet import WAIT_TASK, WaitUntilQuietOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.airflow.timing import WAITING_RETRIES
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def replay_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: no schedule, a form with the hours and the layer to read; announces the asset."""
    name, hops = pipeline.pipeline, pipeline.hops
    with DAG(
        dag_id=replay_dag_id(name),
        description=f"Derive hours of {name} again, in one pass",
        doc_md=doc,
        schedule=None,
        max_active_runs=1,
        params={
            "from": _hour("The first hour, by its start, in UTC"),
            "to": _hour("The last hour, included; it must be done"),
            "layer": Param(
                hops[0],
                type="string",
                enum=list(hops[:-1]),
                description="The layer to read: all that come after it are derived again",
            ),
            "restamp": Param(
                False,
                type="boolean",
                description="First treat what was committed from the first hour on, and came late, as if it "
                "had come in time; the last hour must be the last one done",
            ),
            "why": Param("", type="string", description="For restamp: the reason, which goes on record"),
        },
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
    ) as dag:
        wait = WaitUntilQuietOperator(
            task_id=WAIT_TASK,
            upstream_dag_id=hourly_dag_id(name),
            leaves_to_next=False,
            busy=["running"],
            retries=WAITING_RETRIES,
        )
        stamp = RestampOperator(
            task_id="restamp",
            application=str(settings.jobs / "restamp.py"),
            arguments=["--pipeline", name],
            **in_turn_on_engine(settings, name, "restamp"),
        )
        announced = Asset(uri=asset_uri(name, hops[-1]), name=f"{name}.{hops[-1]}")
        groups = [
            hop_task_group(
                settings,
                name,
                hop,
                replays=True,
                outlets=[announced] if hop == hops[-1] else [],
                when_closed=notifiers(settings, pipeline),
            )
            for hop in hops[1:]
        ]
        chain(wait, stamp, *groups)
    return dag


def _hour(description: str) -> Param:
    return Param(type="string", format="date-time", description=description)
