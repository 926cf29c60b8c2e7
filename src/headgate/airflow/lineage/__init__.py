"""Lineage of tables and columns, as OpenLineage's provider in Airflow sends it."""
