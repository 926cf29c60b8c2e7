"""Defines no DAG: shows every mistake in every pipeline as an import error, so that none goes unseen in Airflow."""

from headgate.airflow import broken_pipelines

broken_pipelines()
