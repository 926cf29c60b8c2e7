"""The tasks of a DAG, and their order."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG


def task(dags: dict[str, DAG], dag_id: str, task_id: str) -> Any:
    """A task, with whatever its operator has."""
    return dags[dag_id].get_task(task_id)


def in_order(dag: DAG, beside: str = "") -> list[str]:
    """The tasks of a DAG that is one chain, first to last, but for the task `beside`."""
    (step,) = dag.roots
    found = [step.task_id]
    while step.downstream_list:
        (step,) = (after for after in step.downstream_list if after.task_id != beside)
        found.append(step.task_id)
    return found
