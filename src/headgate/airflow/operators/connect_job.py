"""A job file as a task: a Spark Connect client inside the task's own process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from airflow.sdk import BaseOperator, Context

from headgate.airflow.operators.engine_session import EngineSession
from headgate.airflow.operators.outcome import task_outcome
from headgate.airflow.operators.run_job_file import run_job_file
from headgate.airflow.operators.tracking import tracking_environment


class ConnectJobOperator(BaseOperator):
    """Runs `application` with `arguments` against the engine that the connection `engine` names.

    The task chooses the engine session and records it in the file `session_record`, so that a task that is
    killed takes its statements along: on_kill ends the session, and where even that was not possible, the
    next task with the same record does. With `tracking`, the name of a connection, the job finds MLflow.
    """

    template_fields: Sequence[str] = ("application", "arguments")
    ui_color = "#dcebf2"

    def __init__(
        self,
        *,
        application: str,
        arguments: Sequence[str],
        session_record: str,
        engine: str,
        tracking: str | None = None,
        **task: Any,
    ) -> None:
        super().__init__(**task)
        self.application = application
        self.arguments = list(arguments)
        self.session_record = session_record
        self.engine = engine
        self.tracking = tracking
        self._session: EngineSession | None = None

    def execute(self, context: Context) -> None:
        """Run the job with the task's arguments."""
        self.run_job(self.arguments)

    def run_job(self, arguments: Sequence[str]) -> None:
        """Run the job; errors that Headgate raised on purpose become a skipped or a failed task."""
        from airflow.providers.apache.spark.hooks.spark_connect import SparkConnectHook

        base = SparkConnectHook(self.engine).get_connection_url()
        tracking = tracking_environment(self.tracking) if self.tracking else {}
        self._session = EngineSession(base, Path(self.session_record))
        self.log.info("engine session %s at %s", self._session.id, base.partition(";")[0])
        try:
            with self._session.open() as remote:
                run_job_file(self.application, arguments, {**tracking, "SPARK_REMOTE": remote})
        except Exception as error:
            outcome = task_outcome(error)
            if outcome is None:
                raise
            raise outcome from error.__cause__

    def on_kill(self) -> None:
        """Stop what the job runs on the engine, now and for whatever it still sends."""
        if self._session is not None:
            self.log.info("interrupted on the engine: %s", self._session.end())
