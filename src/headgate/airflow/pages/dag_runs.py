"""What Airflow's database knows of a pipeline's runs: which hour they are about, and what their tasks do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from headgate.airflow.names import ATTEMPT_KEY, hour_name

LIVE = ("running", "queued", "scheduled", "deferred", "up_for_retry", "up_for_reschedule", "awaiting_input")


@dataclass(frozen=True)
class TaskSeconds:
    """How long a task took, run by run, the latest last; `task` like `silver.gate`."""

    task: str
    seconds: list[float]


def run_hour(dag_id: str, run_id: str) -> str | None:
    """The hour of a run as `2013-01-29T00`; None for an unknown run or one without a logical date."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session(scoped=False) as session:
        moment = session.scalar(
            select(DagRun.logical_date).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
        )
    return None if moment is None else hour_name(moment)


def staged_attempt(dag_id: str, run_id: str, hop: str) -> str | None:
    """The attempt that the run's stage of a hop named last, like `2013-01-29T00--1f0c9a3e`; None before."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    query = select(XComModel.value).where(
        XComModel.dag_id == dag_id,
        XComModel.run_id == run_id,
        XComModel.task_id == f"{hop}.stage",
        XComModel.key == ATTEMPT_KEY,
    )
    with create_session(scoped=False) as session:
        told = session.execute(query).first()
    return None if told is None else str(XComModel.deserialize_value(told))


def runs_of_hours(dag_id: str, hours: Iterable[datetime]) -> dict[datetime, str]:
    """The id of the run of each of these hours that has one."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    wanted = list(hours)
    if not wanted:
        return {}
    query = select(DagRun.logical_date, DagRun.run_id).where(
        DagRun.dag_id == dag_id, DagRun.logical_date.in_(wanted)
    )
    with create_session(scoped=False) as session:
        return {moment.astimezone(UTC): run for moment, run in session.execute(query) if moment is not None}


def live_tasks(dag_ids: Iterable[str]) -> dict[str, str]:
    """The tasks of these DAGs that are at work or about to be: state by `<dag>/<task>`."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    query = select(TaskInstance.dag_id, TaskInstance.task_id, TaskInstance.state).where(
        TaskInstance.dag_id.in_(list(dag_ids)), TaskInstance.state.in_(LIVE)
    )
    with create_session(scoped=False) as session:
        return {f"{dag}/{task}": str(state) for dag, task, state in session.execute(query)}


def task_seconds(dag_id: str, runs: int) -> list[TaskSeconds]:
    """The durations of the tasks of the last `runs` runs that succeeded, by the start of the tasks."""
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    latest = (
        select(DagRun.run_id)
        .where(DagRun.dag_id == dag_id, DagRun.state == "success")
        .order_by(DagRun.start_date.desc())
        .limit(runs)
    )
    query = (
        select(TaskInstance.task_id, TaskInstance.duration)
        .where(
            TaskInstance.dag_id == dag_id,
            TaskInstance.run_id.in_(latest),
            TaskInstance.state == "success",
            TaskInstance.duration.is_not(None),
        )
        .order_by(TaskInstance.start_date)
    )
    found: dict[str, list[float]] = {}
    with create_session(scoped=False) as session:
        for task, seconds in session.execute(query):
            found.setdefault(task, []).append(float(seconds or 0))
    return [TaskSeconds(task, seconds) for task, seconds in found.items()]
