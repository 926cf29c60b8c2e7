"""The fit of a candidate on the cluster: a job whose run in MLflow is one click away from its task."""

from __future__ import annotations

from collections.abc import Sequence

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import BaseOperatorLink

from headgate.airflow.links import LearnedRunLink


class LearnOperator(SparkSubmitOperator):
    """Runs the job with spark-submit; links to what its run of the learning DAG became in MLflow."""

    operator_extra_links: Sequence[BaseOperatorLink] = (LearnedRunLink(),)
