"""What people ask for on a page is a run of the DAG that does it: triggered in their name, then watched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException

from headgate.airflow.pages.access import may_trigger
from headgate.airflow.pages.form_token import is_genuine, is_too_old
from headgate.spec.errors import HeadgateError

ENDED = ("success", "failed")


class NotAsked(HeadgateError):
    """Airflow did not take the request."""


@dataclass(frozen=True)
class AskedRun:
    """A run that a page asked for: its state in Airflow, and whether its DAG is switched off."""

    dag: str
    run: str
    state: str
    by: str
    paused: bool

    @property
    def is_watched(self) -> bool:
        """Whether its page looks again by itself until it has ended."""
        return not self.ended and not self.paused

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED


def require_asker(dag_id: str, user: Any, token: str) -> None:
    """Answer 403 to whoever may not trigger the DAG, and to forms that are not ours.

    Raises NotAsked for one of ours that is too old.
    """
    if not may_trigger(dag_id, user):
        raise HTTPException(403, f"You may not trigger {dag_id}.")
    if is_too_old(token, user, dag_id):
        raise NotAsked(
            "This form was opened too long ago.",
            where=dag_id,
            left="Nothing was asked for.",
            next_command="See that it still says what you want, and send it again.",
        )
    if not is_genuine(token, user, dag_id):
        raise HTTPException(403, "This form is too old, or of another page. Open the page again.")


def ask(dag_id: str, user: Any, form: Mapping[str, Any]) -> str:
    """Trigger the DAG in the viewer's name with the form's fields; the id of the run. Raises NotAsked."""
    from airflow.api.common.trigger_dag import trigger_dag
    from airflow.exceptions import DagNotFound, ParamValidationError
    from airflow.utils.types import DagRunTriggeredByType

    if r"\u0000" in json.dumps(dict(form)):
        raise NotAsked(
            "A text of the form has a character that no text can have, NUL.",
            where=dag_id,
            left="Nothing was asked for.",
            next_command="Type the text anew, and send it again.",
        )
    try:
        run = trigger_dag(
            dag_id,
            triggered_by=DagRunTriggeredByType.UI,
            triggering_user_name=user.get_name(),
            conf=dict(form),
        )
    except (DagNotFound, ParamValidationError, ValueError) as error:
        raise NotAsked(
            f"Airflow did not take it: {error}.",
            where=dag_id,
            left="Nothing was asked for.",
            next_command=f"Look at the DAG {dag_id} in Airflow and at its import errors.",
        ) from error
    if run is None:
        raise NotAsked("Airflow made no run of it.", where=dag_id, left="Nothing was asked for.")
    return str(run.run_id)


def asked_run(dag_id: str, run_id: str) -> AskedRun | None:
    """The run as Airflow knows it now; None for one that it does not know."""
    from airflow.models.dag import DagModel
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    query = (
        select(DagRun.state, DagRun.triggering_user_name, DagModel.is_paused)
        .join(DagModel, DagModel.dag_id == DagRun.dag_id)
        .where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
    )
    with create_session(scoped=False) as session:
        found = session.execute(query).first()
    return None if found is None else AskedRun(dag_id, run_id, str(found[0]), found[1] or "", bool(found[2]))
