"""The addresses of the quarantine: look at it, and ask for rows to re-enter or to be dismissed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import RedirectResponse, Response

from headgate.airflow.names import hour_name, quarantine_dag_id
from headgate.airflow.pages.access import User, may_trigger, readable, require_reader
from headgate.airflow.pages.asked_runs import NotAsked, ask, asked_run, require_asker
from headgate.airflow.pages.form_token import form_token
from headgate.airflow.pages.paths import page_address
from headgate.airflow.pages.quarantine_page import (
    Filter,
    quarantine_overview,
    quarantine_values,
    rows_to_ask_for,
    said_of,
)
from headgate.airflow.pages.render import page
from headgate.airflow.pages.specs import pipeline_named
from headgate.gates.quarantine import DISMISS
from headgate.hops.ask_quarantine import LEFT, RequestRefused, check_request
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

MOST_NAMED = 2000
"""Rows that one request may name; a rule, or the whole table, takes any number."""

TICKED, ALL = "ticked", "all"
"""Which rows a form is about: those ticked in it, or all that its filter takes."""

Texts = Annotated[list[str] | None, Form()]


def quarantine(user: User) -> Response:
    """What every pipeline that the viewer may read keeps apart, by table and rule."""
    settings = Settings()
    shown = [quarantine_overview(settings, loaded) for loaded in readable(settings, user)]
    return page("quarantine.html", pipelines=shown, here="quarantine")


def quarantined(
    user: User, pipeline: str, table: str, rule: str = "", hour: str = "", number: int = 1, asked: str = ""
) -> Response:
    """The rows that a table keeps apart, by rule and hour; `asked` names the run that a form made."""
    loaded = _silver(user, pipeline, table)
    chosen = _filter(rule, hour)
    if loaded is None or chosen is None:
        return _missing(table, hour, loaded)
    return _page(user, loaded, table, chosen, number, run=asked)


def ask_for_rows(
    user: User,
    pipeline: str,
    table: str,
    action: Annotated[str, Form()],
    token: Annotated[str, Form()] = "",
    which: Annotated[str, Form()] = TICKED,
    rule: Annotated[str, Form()] = "",
    hour: Annotated[str, Form()] = "",
    number: Annotated[int, Form()] = 1,
    why: Annotated[str, Form()] = "",
    row: Texts = None,
    column: Texts = None,
    text: Texts = None,
    confirmed: Annotated[int, Form()] = 0,
) -> Response:
    """Trigger the quarantine's DAG for the ticked rows, or for all that the filter takes.

    To dismiss all, their number has to be `confirmed`: without it the answer is the question.
    """
    loaded = _silver(user, pipeline, table)
    dag_id = quarantine_dag_id(pipeline)
    chosen = _filter(rule, hour)
    if loaded is None or chosen is None:
        return _missing(table, hour, loaded)
    mends = list(zip(column or (), text or (), strict=False))
    sent: dict[str, Any] = {"ticked": row or [], "which": which, "why": why, "mends": mends}
    values = {name: value for name, value in mends if name}
    try:
        require_asker(dag_id, user, token)
        check_request(loaded, table, action, values, why)
        found = rows_to_ask_for(Settings(), loaded, table, chosen) if which == ALL else []
        named = [one.name for one in found] if which == ALL else row or []
        counted = action == DISMISS and len(named) <= MOST_NAMED  # only what was counted goes for good
        by_rule = which == ALL and chosen.hour is None and not counted
        rows, rules = _selection(loaded, table, chosen, named, by_rule)
        if which == ALL and action == DISMISS and confirmed != len(found):
            return _question(user, loaded, table, chosen, len(found), why)
        form = {"table": table, "action": action, "rules": rules, "rows": rows, "why": why}
        run = ask(dag_id, user, {**form, "secret_values": values})
    except (RequestRefused, NotAsked) as refused:
        return _page(user, loaded, table, chosen, number, refused=refused, **sent)
    query = {"rule": rule, "hour": hour, "asked": run}
    place = page_address("quarantine", pipeline, table, **{n: v for n, v in query.items() if v})
    return RedirectResponse(place, status_code=303)


def _selection(
    loaded: LoadedPipeline, table: str, chosen: Filter, named: list[str], by_rule: bool
) -> tuple[list[str], list[str]]:
    """The rows and the rules that a request names. Raises RequestRefused for none, and for too many."""
    where = f"{loaded.spec.pipeline}_silver.{table}_quarantine"
    if not named:
        raise RequestRefused(
            what="No row is chosen.",
            where=where,
            left=LEFT,
            next_command="Tick rows, or choose all that the filter shows.",
        )
    if by_rule:
        return [], [chosen.rule] if chosen.rule else []
    if len(named) > MOST_NAMED:
        raise RequestRefused(
            what=f"{len(named):,} rows are more than one request names: at most {MOST_NAMED:,}.",
            where=where,
            left=LEFT,
            next_command="Choose all rows of a rule instead, without an hour.",
        )
    return named, []


def _question(user: Any, loaded: LoadedPipeline, table: str, chosen: Filter, rows: int, why: str) -> Response:
    """Whether all of them are to be dismissed, with a form that says so."""
    dag_id = quarantine_dag_id(loaded.spec.pipeline)
    return page(
        "dismiss_all.html",
        pipeline=loaded.spec.pipeline,
        table=table,
        said=said_of(loaded, table, chosen),
        chosen=chosen,
        chosen_hour=hour_name(chosen.hour) if chosen.hour else "",
        rows=rows,
        why=why.strip(),
        token=form_token(user, dag_id),
        dag=dag_id,
        which=ALL,
        dismiss=DISMISS,
        here="quarantine table",
    )


def _page(
    user: Any,
    loaded: LoadedPipeline,
    table: str,
    chosen: Filter,
    number: int,
    *,
    run: str = "",
    refused: HeadgateError | None = None,
    **sent: Any,
) -> Response:
    pipeline = loaded.spec.pipeline
    dag_id = quarantine_dag_id(pipeline)
    may_ask = may_trigger(dag_id, user)
    asked = asked_run(dag_id, run) if run else None
    values: Mapping[str, Any] = {
        **quarantine_values(Settings(), loaded, table, chosen, number),
        "chosen_hour": hour_name(chosen.hour) if chosen.hour else "",
        "may_ask": may_ask,
        "token": form_token(user, dag_id) if may_ask else "",
        "asked": asked,
        "watched": asked is not None and asked.is_watched,
        "refused": refused,
        "ticked": sent.get("ticked", []),
        "which": sent.get("which", TICKED),
        "why": sent.get("why", ""),
        "mends": sent.get("mends", []),
    }
    return page("quarantined.html", status=400 if refused else 200, **values, here="quarantine table")


def _missing(table: str, hour: str, loaded: LoadedPipeline | None) -> Response:
    if loaded is None:
        return page("missing.html", status=404, name=table, what="table")
    return page("missing.html", status=404, name=hour, what="hour")


def _filter(rule: str, hour: str) -> Filter | None:
    """The filter that a page's address names; None for an hour that is none."""
    try:
        return Filter(rule, datetime.fromisoformat(f"{hour}:00+00:00") if hour else None)
    except ValueError:
        return None


def _silver(user: Any, pipeline: str, table: str) -> LoadedPipeline | None:
    require_reader(pipeline, user)
    loaded = pipeline_named(Settings(), pipeline)
    return loaded if loaded is not None and table in loaded.spec.silver else None
