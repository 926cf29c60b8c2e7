"""Headgate in Airflow: DAGs from specs, operators, links and pages.

`from headgate.airflow import pipeline_dags; globals().update(pipeline_dags("pipelines"))` is a DAG file.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.airflow.dags import alerts_dags as alerts_dags
    from headgate.airflow.dags import approve_dags as approve_dags
    from headgate.airflow.dags import broken_pipelines as broken_pipelines
    from headgate.airflow.dags import challenge_dags as challenge_dags
    from headgate.airflow.dags import forget_dags as forget_dags
    from headgate.airflow.dags import gate_dags as gate_dags
    from headgate.airflow.dags import hourly_dags as hourly_dags
    from headgate.airflow.dags import learn_dags as learn_dags
    from headgate.airflow.dags import maintain_dags as maintain_dags
    from headgate.airflow.dags import pipeline_dags as pipeline_dags
    from headgate.airflow.dags import promote_dags as promote_dags
    from headgate.airflow.dags import quarantine_dags as quarantine_dags
    from headgate.airflow.dags import replay_dags as replay_dags
    from headgate.airflow.dags import rollback_dags as rollback_dags
    from headgate.airflow.dags import tune_dags as tune_dags


def __getattr__(name: str) -> object:
    """The functions of `dags`, when they are asked for: a command that needs names only starts without
    Airflow, whose import takes seconds."""
    if name.endswith("_dags") or name == "broken_pipelines":
        found: object = getattr(import_module("headgate.airflow.dags"), name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
