"""Headgate in Airflow: DAGs from specs, operators, links and pages.

`from headgate.airflow import pipeline_dags; globals().update(pipeline_dags("pipelines"))` is a DAG file.
"""

from headgate.airflow.pipeline_dags import alerts_dags as alerts_dags
from headgate.airflow.pipeline_dags import approve_dags as approve_dags
from headgate.airflow.pipeline_dags import broken_pipelines as broken_pipelines
from headgate.airflow.pipeline_dags import challenge_dags as challenge_dags
from headgate.airflow.pipeline_dags import forget_dags as forget_dags
from headgate.airflow.pipeline_dags import gate_dags as gate_dags
from headgate.airflow.pipeline_dags import hourly_dags as hourly_dags
from headgate.airflow.pipeline_dags import learn_dags as learn_dags
from headgate.airflow.pipeline_dags import maintain_dags as maintain_dags
from headgate.airflow.pipeline_dags import pipeline_dags as pipeline_dags
from headgate.airflow.pipeline_dags import promote_dags as promote_dags
from headgate.airflow.pipeline_dags import quarantine_dags as quarantine_dags
from headgate.airflow.pipeline_dags import replay_dags as replay_dags
from headgate.airflow.pipeline_dags import rollback_dags as rollback_dags
from headgate.airflow.pipeline_dags import tune_dags as tune_dags
