"""The decision about one candidate, named by the run's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException

from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.spec.errors import HeadgateError


class NoVersionGiven(HeadgateError):
    """The run does not say which registered version it is about."""


class PromoteOperator(ConnectJobOperator):
    """Runs the job with `--version` from the run's configuration; refuses a run without one."""

    def execute(self, context: Context) -> None:
        """Decide on the run's version."""
        self.run_job([*self.arguments, "--version", version_of(context["dag_run"].conf or {})])


def version_of(configuration: Mapping[str, Any]) -> str:
    """The `version` of a run's configuration, a whole number from 1 on; a refusal for anything else."""
    version = str(configuration.get("version", ""))
    if version.isascii() and version.isdigit() and int(version) > 0:
        return str(int(version))
    raise AirflowFailException(
        str(
            NoVersionGiven(
                f"The run's configuration does not name a registered version: version is {version!r}.",
                left="Nothing was decided.",
                next_command='Trigger the DAG again with the configuration {"version": 3}, '
                "where 3 is the version's number in MLflow.",
            )
        )
    )
