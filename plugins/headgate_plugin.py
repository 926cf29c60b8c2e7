"""Registers Headgate's links, pages and pools with Airflow."""

from headgate.airflow.plugin import HeadgatePlugin

__all__ = ["HeadgatePlugin"]
