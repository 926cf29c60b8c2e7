"""One hop as a task group: stage, gate, publish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from airflow.sdk import Asset, BaseOperator, TaskGroup, chain
from airflow.sdk.bases.notifier import BaseNotifier

from headgate.airflow.names import ATTEMPT_KEY
from headgate.airflow.on_engine import in_turn_on_engine
from headgate.airflow.operators.gate_hop import GateOperator
from headgate.airflow.operators.publish_hop import PublishOperator
from headgate.airflow.operators.replay_hop import ReplayStageOperator
from headgate.airflow.operators.stage_hop import StageOperator
from headgate.airflow.timing import RETRIES, WAITING_RETRIES
from headgate.spec.layers import SCORES
from headgate.spec.settings import Settings

NO_GRACE = timedelta(0)


def hop_task_group(
    settings: Settings,
    pipeline: str,
    hop: str,
    *,
    opens_run: bool = False,
    grace: timedelta = NO_GRACE,
    replays: bool = False,
    outlets: Sequence[Asset] = (),
    when_closed: Sequence[BaseNotifier] = (),
) -> TaskGroup:
    """The three tasks of `hop`, inside the DAG at hand.

    The attempt that stage names is what gate judges and publish commits. `opens_run`: the hop is the first
    of its hour's run, which waits for `grace` where the schedule made it; `replays`: it derives again the
    hours of the run's form; `outlets` are announced by publish; `when_closed` are called when the gate fails.
    """
    with TaskGroup(group_id=hop, tooltip=f"{hop}: stage, gate, publish") as group:
        attempt = f"{{{{ ti.xcom_pull(task_ids='{hop}.stage', key='{ATTEMPT_KEY}') }}}}"
        common = in_turn_on_engine(settings, pipeline, hop)
        name_hop = ["--pipeline", pipeline, "--hop", hop]
        name_attempt = [*name_hop, "--attempt", attempt]
        stage: BaseOperator
        if replays:
            stage = ReplayStageOperator(
                task_id="stage",
                application=str(settings.jobs / "replay.py"),
                arguments=name_hop,
                hop=hop,
                trigger_rule="none_failed",
                **common,
            )
        else:
            scores = hop == SCORES
            stage = StageOperator(
                task_id="stage",
                application=str(settings.jobs / ("score.py" if scores else "stage.py")),
                arguments=name_hop[:2] if scores else name_hop,
                pipeline=pipeline,
                opens_run=opens_run,
                grace=grace,
                retries=WAITING_RETRIES if opens_run else RETRIES,
                **common,
            )
        gate = GateOperator(
            task_id="gate",
            application=str(settings.jobs / "gate.py"),
            arguments=name_attempt,
            settings=settings,
            pipeline=pipeline,
            hop=hop,
            attempt=attempt,
            on_failure_callback=list(when_closed),
            **common,
        )
        publish = PublishOperator(
            task_id="publish",
            application=str(settings.jobs / "publish.py"),
            arguments=name_attempt,
            settings=settings,
            pipeline=pipeline,
            hop=hop,
            attempt=attempt,
            outlets=list(outlets),
            **common,
        )
        chain(stage, gate, publish)
    return group
