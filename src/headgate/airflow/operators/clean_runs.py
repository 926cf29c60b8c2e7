"""Remove old runs of some DAGs from Airflow's database, by Airflow's own command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import BaseHook, BaseOperator, Context
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowSkipException

from headgate.spec.duration import parse_duration
from headgate.spec.errors import HeadgateError

TABLES = "dag_run,job,task_instance,task_instance_history,xcom"
"""Airflow looks at those that depend on them too. Of `deadline` it says that it cannot clean it: its rows go
with the runs that they belong to. `log` is not among them: it is the record of who did what, and whoever may
start this DAG may not remove it."""

A_DAY = timedelta(days=1)
"""How long every run is kept: Airflow would remove those that are under way, this one too."""


class RunsNotCleaned(HeadgateError):
    """Airflow's command failed."""


class NoDatabase(HeadgateError):
    """No connection says where Airflow's database is."""


class CleanRunsOperator(BaseOperator):
    """Runs `airflow db clean` for `dag_ids`, on what is older than `keep` and than a day.

    Of each DAG the latest scheduled run stays.

    Airflow keeps tasks away from its database. So the connection `database` names it; where there is none,
    the task is skipped and says what to do.
    """

    template_fields: Sequence[str] = ("keep",)
    ui_color = "#e4e4ee"

    def __init__(self, *, database: str, dag_ids: Sequence[str], keep: str, **task: Any) -> None:
        super().__init__(**task)
        self.database = database
        self.dag_ids = list(dag_ids)
        self.keep = keep

    def execute(self, context: Context) -> None:
        """Clean, with what Airflow says about it in the task's log. Raises RunsNotCleaned."""
        before = datetime.now(UTC) - max(parse_duration(self.keep), A_DAY)
        run = subprocess.run(
            clean_command(self.dag_ids, before),
            env={**os.environ, **self._database()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.log.info("runs before %s:\n%s", before, run.stdout)
        if run.returncode != 0:
            raise RunsNotCleaned(
                f"airflow db clean ended with {run.returncode}.",
                where="the lines above",
                left="The runs that it had not removed yet.",
                next_command="Mend what it says, then clear the task.",
            )

    def _database(self) -> dict[str, str]:
        try:
            found = BaseHook.get_connection(self.database)
        except AirflowNotFoundException as error:
            raise AirflowSkipException(str(no_database(self.database))) from error
        return {
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": found.extra_dejson["url"],
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": found.extra_dejson["async_url"],
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        }


def clean_command(dag_ids: Sequence[str], before: datetime) -> list[str]:
    """Airflow's command: for good, without asking."""
    command = [sys.executable, "-m", "airflow", "db", "clean", "--yes", "--skip-archive", "--tables", TABLES]
    return [*command, "--dag-ids", ",".join(dag_ids), "--clean-before-timestamp", before.isoformat()]


def no_database(connection: str) -> NoDatabase:
    """Why nothing is cleaned where Airflow's database is not named, and how to name it."""
    return NoDatabase(
        f"Airflow has no connection {connection}, so its old runs were not removed.",
        left="All runs.",
        next_command=f'Add the connection {connection} with the extras {{"url": ..., "async_url": ...}}: the '
        "values of database.sql_alchemy_conn and sql_alchemy_conn_async.",
    )
