"""The addresses of a rollback: what it would do, and asking for it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import RedirectResponse, Response

from headgate.airflow.names import rollback_dag_id
from headgate.airflow.pages.access import User, may_trigger, require_reader
from headgate.airflow.pages.asked_runs import NotAsked, ask, asked_run, require_asker
from headgate.airflow.pages.form_token import form_token
from headgate.airflow.pages.paths import page_address
from headgate.airflow.pages.render import page
from headgate.airflow.pages.rollback_page import recorded_by, way_back_values
from headgate.airflow.pages.specs import pipeline_named
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings


def way_back(user: User, pipeline: str, number: int, asked: str = "") -> Response:
    """What going back to a release would do, with a form for it; `asked` names the run that a form made."""
    require_reader(pipeline, user)
    return _page(user, pipeline, number, run=asked)


def go_back(
    user: User,
    pipeline: str,
    number: int,
    token: Annotated[str, Form()] = "",
    why: Annotated[str, Form()] = "",
    tables: Annotated[bool, Form()] = False,
) -> Response:
    """Trigger the DAG that goes back."""
    require_reader(pipeline, user)
    dag_id = rollback_dag_id(pipeline)
    try:
        require_asker(dag_id, user, token)
        if not why.strip():
            raise NotAsked(
                "A rollback says why.",
                left="Nothing was changed.",
                next_command="Give the reason, and send it again.",
            )
        run = ask(dag_id, user, {"release": number, "tables": tables, "why": why.strip()})
    except NotAsked as refused:
        return _page(user, pipeline, number, refused=refused, why=why, tables_too=tables)
    return RedirectResponse(
        page_address("releases", pipeline, str(number), "back", asked=run), status_code=303
    )


def _page(
    user: Any,
    pipeline: str,
    number: int,
    run: str = "",
    refused: HeadgateError | None = None,
    *,
    why: str = "",
    tables_too: bool = False,
) -> Response:
    settings = Settings()
    loaded = pipeline_named(settings, pipeline)
    found = way_back_values(settings, loaded, number) if loaded else None
    if found is None:
        return page("no_release.html", status=404, numbers=[number], here="release")
    dag_id = rollback_dag_id(pipeline)
    may_ask = may_trigger(dag_id, user)
    return page(
        "rollback.html",
        status=400 if refused else 200,
        **found,
        may_ask=may_ask,
        token=form_token(user, dag_id) if may_ask else "",
        asked=asked_run(dag_id, run) if run else None,
        recorded=recorded_by(settings, pipeline, run) if run else None,
        wrong=refused,
        why=why,
        tables_too=tables_too,
        here="release",
    )
