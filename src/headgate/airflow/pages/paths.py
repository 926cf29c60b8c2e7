"""Addresses of the pages below this Airflow."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from airflow.sdk import conf

from headgate.releases.report_page import FOLDER

PREFIX = "/headgate"


def report_address(pipeline: str, hop: str, hour: str, attempt: str) -> str:
    """The address of an attempt's report, from the root of Airflow's host."""
    return _below_reports(pipeline, hop, hour, f"{attempt}.html")


def model_report_address(pipeline: str, model: int) -> str:
    """The address of a model's report, from the root of Airflow's host."""
    return _below_reports(pipeline, FOLDER, f"{model}.html")


def _below_reports(*parts: str) -> str:
    root = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
    return f"{root}{PREFIX}/reports/{'/'.join(quote(part, safe='') for part in parts)}"
