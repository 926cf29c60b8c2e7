"""Defines no DAG: shows the mistakes in all pipelines as an import error, so that none goes unseen."""

from headgate.airflow import broken_pipelines

broken_pipelines()
