"""Ask for rows in quarantine to re-enter or to be dismissed, by a run of Airflow's form for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from headgate.airflow.names import quarantine_dag_id
from headgate.cli.await_run import await_run
from headgate.cli.progress import Progress
from headgate.cli.start_run import trigger_run
from headgate.hops.ledger import Ledger
from headgate.hops.requests import Request, requests
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient


@dataclass(frozen=True)
class RowsAsked:
    """The form's fields (see `headgate.airflow.quarantine_dag`); without rules and rows all of the table."""

    table: str
    action: str
    rules: Sequence[str] = ()
    rows: Sequence[str] = ()
    values: dict[str, str] = field(default_factory=dict)
    why: str = ""

    @property
    def form(self) -> dict[str, Any]:
        """The fields as Airflow takes them."""
        form = {**vars(self), "rules": list(self.rules), "rows": list(self.rows)}
        form["secret_values"] = form.pop("values")
        return form


def ask_quarantine(
    settings: Settings, client: AirflowClient, loaded: LoadedPipeline, asked: RowsAsked, progress: Progress
) -> None:
    """Put the request on record as a run of `<pipeline>_quarantine`, and say what takes it along.

    Raises RunFailed where it is refused; nothing is on record then.
    """
    name = loaded.spec.pipeline
    before = {request.request for request in requests(settings, name)}
    run = trigger_run(client, quarantine_dag_id(name), asked.form)
    await_run(client, addresses(settings).airflow, run)
    for request in requests(settings, name):
        if request.request not in before and (request.table, request.action) == (asked.table, asked.action):
            progress.say(told(request))
    frontier = Ledger(settings, name, loaded.spec.hops[-1]).frontier()
    new = "the first new hour" if frontier is None else f"the next new hour, {frontier:%Y-%m-%dT%H},"
    progress.say(f"The run of {new} takes it along, through the same gates.")


def told(request: Request) -> str:
    """A request in one line."""
    rows = "1 row" if len(request.changes) == 1 else f"{len(request.changes):,} rows"
    mended = "".join(f", {name}={text}" for name, text in request.values.items())
    why = f" ({request.why})" if request.why else ""
    return f"request {request.request}: {request.action} {rows} of {request.table}{mended}{why}"
