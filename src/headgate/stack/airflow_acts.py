"""What people did in Airflow, by its audit log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from headgate.airflow.names import ACCOUNT_OF_COMMANDS, ASKED_BY
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.audit_trail import Act

NOT_BY_PEOPLE = (
    *("scheduled", "queued", "running", "success", "failed", "skipped", "upstream_failed", "removed"),
    *("up_for_retry", "up_for_reschedule", "deferred", "restarting"),
    *("state mismatch", "fail task", "skip task", "heartbeat timeout"),
    *("stuck in queued reschedule", "stuck in queued tries exceeded"),
    *("cli_api_server", "cli_scheduler", "cli_dag_processor", "cli_triggerer", "cli_migratedb"),
)
"""Events that Airflow logs of its own doing."""
REASONS = ("why", "note", "chosen_options")
WITH_VALUES = ("values", "secret_values", "secret_key")
"""Fields of forms that have values of rows in them, which no listing needs."""
LONGEST = 200


def airflow_acts(client: AirflowClient, begin: datetime | None, end: datetime | None) -> list[Act]:
    """The acts from `begin` up to before `end`. Raises AirflowRefused, AirflowOutOfReach."""
    wanted = {"after": begin, "before": end}
    between = {name: moment.isoformat() for name, moment in wanted.items() if moment is not None}
    excluded = [*NOT_BY_PEOPLE]
    events = client.all(
        "/eventLogs", "event_logs", order_by="event_log_id", excluded_events=excluded, **between
    )
    return [act_of(event) for event in events]


def act_of(event: Mapping[str, Any]) -> Act:
    """One line of Airflow's audit log."""
    about = _document(event.get("extra"))
    for told_already in ("method", "dag_id"):
        about.pop(told_already, None)
    form = about.pop("conf", None)
    if isinstance(form, dict):
        about |= {name: value for name, value in form.items() if name not in WITH_VALUES}
    who = str(event.get("owner") or "nobody known")
    asked = about.pop(ASKED_BY, None)
    if asked and who == ACCOUNT_OF_COMMANDS:
        who = str(asked)
    names = [event.get(name) for name in ("dag_id", "run_id", "task_id")]
    why = next((str(about.pop(name)) for name in REASONS if about.get(name)), "")
    details = ", ".join(f"{name} {value}" for name, value in about.items() if value not in (None, "", [], {}))
    what = " ".join(part for part in ["/".join(str(name) for name in names if name), details] if part)
    return Act(
        at=datetime.fromisoformat(event["when"]),
        who=who,
        place="airflow",
        did=str(event["event"]),
        what=what[:LONGEST],
        why=why[:LONGEST],
    )


def _document(extra: object) -> dict[str, Any]:
    try:
        found = json.loads(str(extra)) if extra else {}
    except ValueError:
        found = {"extra": extra}
    return dict(found) if isinstance(found, dict) else {"extra": found}
