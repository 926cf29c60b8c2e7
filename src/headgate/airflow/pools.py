"""Every pipeline's pool, made when a run starts: tasks of a pool that is missing would wait for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.listeners import hookimpl

from headgate.airflow.names import POOL_PREFIX

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun


@hookimpl
def on_dag_run_running(dag_run: DagRun, msg: str) -> None:
    """Called by the scheduler; makes the pools that the run's tasks name and that Airflow lacks."""
    dag = dag_run.dag
    named = {task.pool for task in dag.tasks} if dag is not None else set()
    for name in sorted(pool for pool in named if pool.startswith(POOL_PREFIX)):
        make_pool(name)


def make_pool(name: str) -> None:
    """Make a pool of one slot, unless there is a pool of that name, whatever its size."""
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session(scoped=False) as session:
        if session.scalar(select(Pool.id).where(Pool.pool == name)) is None:
            description = f"One task of {name.removeprefix(POOL_PREFIX)} at a time"
            session.add(Pool(pool=name, slots=1, description=description, include_deferred=False))
