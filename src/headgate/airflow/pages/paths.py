"""Addresses of the pages below this Airflow."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from airflow.sdk import conf

PREFIX = "/headgate"


def report_address(pipeline: str, hop: str, hour: str, attempt: str) -> str:
    """The address of an attempt's report, from the root of Airflow's host."""
    parts = "/".join(quote(part, safe="") for part in (pipeline, hop, hour, f"{attempt}.html"))
    root = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
    return f"{root}{PREFIX}/reports/{parts}"
