"""Headgate: medallion pipelines, gates and models that stay right under re-run, reorder and kill."""

__version__ = "0.1.0"
