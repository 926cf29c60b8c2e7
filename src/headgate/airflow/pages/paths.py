"""Addresses of the pages below this Airflow, and of Airflow's own."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from airflow.sdk import conf

from headgate.releases.report_page import FOLDER

PREFIX = "/headgate"
NO_HOST = "http://localhost:8080"
"""Where Airflow itself takes its pages to be when its setting `api.base_url` does not say."""


def page_address(*parts: str, **query: str | int) -> str:
    """The address of a page of ours, from the root of Airflow's host."""
    found = f"{_root()}{PREFIX}/{_joined(parts)}"
    return f"{found}?{urlencode(query)}" if query else found


def airflow_address(*parts: str) -> str:
    """The address of a page of Airflow itself."""
    return f"{_root()}/{_joined(parts)}"


def report_address(pipeline: str, hop: str, hour: str, attempt: str) -> str:
    """The address of an attempt's report, from the root of Airflow's host."""
    return page_address("reports", pipeline, hop, hour, f"{attempt}.html")


def model_report_address(pipeline: str, model: int) -> str:
    """The address of a model's report, from the root of Airflow's host."""
    return page_address("reports", pipeline, FOLDER, f"{model}.html")


def file_address(report: str) -> str:
    """The address of a report that a record names by its place below the reports folder."""
    return page_address("reports", *report.split("/"))


def outside(address: str) -> str:
    """An address from the root of Airflow's host as it is outside of Airflow, in a mail say."""
    base = urlsplit(conf.get("api", "base_url", fallback="") or NO_HOST)
    return f"{base.scheme}://{base.netloc}{address}"


def _root() -> str:
    return urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")


def _joined(parts: tuple[str, ...]) -> str:
    return "/".join(quote(part, safe="") for part in parts)
