"""Forget through Airflow, in the user's name, and leave no run behind that names the subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.airflow.names import forget_dag_id, quarantine_dag_id
from headgate.cli.await_run import await_run
from headgate.cli.progress import Progress
from headgate.cli.start_run import start_run
from headgate.forgetting.certificate import certificate_path
from headgate.forgetting.subject import NoSuchSubject, Subject, subject_of
from headgate.hops.ledger import Ledger
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient


class NoReasonToForget(HeadgateError):
    """A forgetting without a reason."""


def forget_through_airflow(
    settings: Settings,
    client: AirflowClient,
    loaded: LoadedPipeline,
    subject: Subject,
    why: str,
    progress: Progress,
) -> None:
    """Trigger `<pipeline>_forget`, wait for it, delete it and its earlier tries, and print the certificate.

    A run that failed stays until one is through, to be cleared. Raises NoReasonToForget, RunFailed.
    """
    name = loaded.spec.pipeline
    if not why.strip():
        raise NoReasonToForget(
            "Forgetting says why.",
            left="Nothing was changed.",
            next_command='the same with --why "...", which must not name the subject',
        )
    dag_id = forget_dag_id(name)
    form = {
        "table": subject.table,
        "secret_key": [f"{column}={value}" for column, value in subject.key.items()],
        "why": why,
    }
    run = start_run(client, name, dag_id, form)
    await_run(client, addresses(settings).airflow, run)
    for named in client.all(f"/dags/{dag_id}/dagRuns", "dag_runs"):
        if names_subject(loaded, named["conf"] or {}, subject):
            client.delete(f"/dags/{dag_id}/dagRuns/{named['dag_run_id']}")
    _delete_mends(client, quarantine_dag_id(name))
    for line in Ledger(settings, name, loaded.spec.hops[-1]).entries()[::-1]:
        if line.state == "forgotten" and subject.is_of(line.attempt, line.digest):
            path = certificate_path(settings, name, line.attempt).with_suffix(".txt")
            progress.say(path.read_text(encoding="utf-8").rstrip())
            progress.say(f"the certificate is kept at {path}")
            return


def _delete_mends(client: AirflowClient, dag_id: str) -> None:
    """Delete the ended runs whose forms have texts that mended rows, whosever they are: no key tells."""
    for run in client.all(f"/dags/{dag_id}/dagRuns", "dag_runs"):
        form = run["conf"] or {}
        mended = form.get("secret_values") or form.get("values")
        if mended and run["state"] in ("success", "failed"):
            client.delete(f"/dags/{dag_id}/dagRuns/{run['dag_run_id']}")


def names_subject(loaded: LoadedPipeline, form: Mapping[str, Any], subject: Subject) -> bool:
    """Whether the form of a run is about the subject, however its key is written."""
    try:
        return subject_of(loaded, form.get("table", ""), form.get("secret_key", [])) == subject
    except NoSuchSubject:
        return False
