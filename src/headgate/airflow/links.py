"""Links from a task to what it made; Airflow stores them when the task ends."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, BaseOperatorLink

from headgate.airflow.names import LEARN, TUNE, run_attempt
from headgate.airflow.pages.paths import model_report_address, page_address, report_address


class ValidationReportLink(BaseOperatorLink):
    """From a gate to the report of the attempt that it judged."""

    @property
    def name(self) -> str:
        """The text on the button."""
        return "Validation report"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """The report's address; empty where the task has no attempt."""
        attempt: str = getattr(operator, "attempt", None) or ""
        pipeline, hop = getattr(operator, "pipeline", ""), getattr(operator, "hop", "")
        hour, separator, _ = attempt.partition("--")
        return report_address(pipeline, hop, hour, attempt) if separator else ""


class PublishedVersionsLink(BaseOperatorLink):
    """From a publish to the versions that it gave its tables."""

    @property
    def name(self) -> str:
        """The text on the button."""
        return "Delta versions"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """The page's address; empty where the task has no attempt."""
        attempt: str = getattr(operator, "attempt", None) or ""
        pipeline, hop = getattr(operator, "pipeline", ""), getattr(operator, "hop", "")
        return page_address("published", pipeline, hop, attempt) if "--" in attempt else ""


class ModelReportLink(BaseOperatorLink):
    """From an evaluation to the report of the model that it judged."""

    @property
    def name(self) -> str:
        """The text on the button."""
        return "Model report"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """The report's address; empty where the task ended before there was one."""
        model: int | None = getattr(operator, "model", None)
        return "" if model is None else model_report_address(getattr(operator, "pipeline", ""), model)


class ModelRunLink(BaseOperatorLink):
    """From an evaluation to its run in MLflow."""

    @property
    def name(self) -> str:
        """The text on the button."""
        return "MLflow run"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """The run's address; empty where the task ended before there was one."""
        address: str = getattr(operator, "run_address", "")
        return address


class LearnedRunLink(BaseOperatorLink):
    """From a fit to the MLflow run that shows its candidate, once that is evaluated."""

    @property
    def name(self) -> str:
        """The text on the button."""
        return "MLflow run"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """The address of a page that leads there: the run is made after this task."""
        dag = str(ti_key.dag_id)
        pipeline = dag.removesuffix(TUNE if dag.endswith(TUNE) else LEARN)
        return page_address("learned", pipeline, run_attempt(ti_key.dag_id, ti_key.run_id))
