"""The page that goes back to a release: what it would do, who may ask, and what is asked of Airflow."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from airflow.api_fastapi.core_api.security import get_user
from deltalake import write_deltalake
from fastapi.testclient import TestClient

from headgate.airflow.pages import access, pages_app, rollback_views
from headgate.airflow.pages import form_token as form_token_module
from headgate.airflow.pages.asked_runs import AskedRun
from headgate.airflow.pages.form_token import form_token
from headgate.spec.settings import Settings
from tests.unit.in_airflow.records import Ledger, release
from tests.unit.in_airflow.viewer import VIEWER, may_do_all_with, may_read_only, reading

DAG, PAGE = "shop_rollback", "/releases/shop/1/back"


@pytest.fixture
def triggered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What was triggered, in place of doing it."""
    found: list[tuple[str, dict[str, Any]]] = []

    def trigger_dag(dag_id: str, **values: Any) -> SimpleNamespace:
        found.append((dag_id, values))
        return SimpleNamespace(run_id="manual__1")

    monkeypatch.setattr("airflow.api.common.trigger_dag.trigger_dag", trigger_dag)
    return found


@pytest.fixture
def client(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """`anna`, who may do everything with `shop`: model 1 was promoted after hour 4, 2 held, 3 promoted."""
    ledger = Ledger(pipelines)
    ledger.line("silver", 4, versions={"silver.orders": 1, "silver.orders_changes": 1})
    ledger.line("gold", 4, versions={"gold.examples": 1})
    ledger.line("silver", 6, versions={"silver.orders": 2, "silver.orders_changes": 2}, since=5)
    ledger.line("gold", 6, versions={"gold.examples": 2}, since=5)
    for number, decision in ((1, "promote"), (2, "hold"), (3, "promote")):
        release(pipelines, number, decision, number)
    headers = [
        {"frontier": f"2024-01-01T{hour:02d}:00:00+00:00", "pins": {"gold.examples": version}, "training": {}}
        for hour, version in ((5, 1), (7, 2), (7, 2))
    ]
    rows = [
        {"model": model, "kind": "header", "header": json.dumps(header)}
        for model, header in enumerate(headers, 1)
    ]
    schema = pa.schema([("model", pa.int64()), ("kind", pa.string()), ("header", pa.string())])
    write_deltalake(str(pipelines.lake / "shop" / "ops" / "models"), pa.Table.from_pylist(rows, schema))
    monkeypatch.setattr(access, "is_allowed", may_do_all_with("shop"))
    app = pages_app.pages_app()
    app.dependency_overrides[get_user] = lambda: VIEWER
    return TestClient(app)


@pytest.fixture
def look(client: TestClient) -> Callable[..., str]:
    """The text of a page, white space apart."""
    return reading(client)


def send(client: TestClient, token: str | None = None, **fields: Any) -> Any:
    form = {"token": form_token(VIEWER, DAG) if token is None else token, "why": "too many alarms"}
    return client.post(PAGE, data=form | fields, follow_redirects=False)


def test_before_anything_happens_the_page_says_what_would(look: Callable[..., str]) -> None:
    text = look(PAGE)
    assert "Version 1 (model 1) serves in place of version 3." in text
    assert "tables: what was published up to 2024-01-01 05:00 (now 2024-01-01 07:00)" in text
    assert "gold.examples: back to version 1" in text and "silver.orders: back to version 1" in text
    assert "hours wait until 2024-01-01 05:00 to 2024-01-01 07:00 are derived again from bronze" in text
    assert ">Go back to release 1</button>" in text


def test_a_release_that_is_live_can_be_gone_back_to_after_a_move_by_hand(look: Callable[..., str]) -> None:
    text = look("/releases/shop/3/back")
    assert "serves in place of whatever does now" in text
    assert "By the release log it is live, its tables too." in text
    assert ">Go back to release 3</button>" in text


def test_a_release_that_let_nothing_serve_is_none_to_go_back_to(look: Callable[..., str]) -> None:
    text = look("/releases/shop/2/back")
    assert "It let nothing serve: its decision was hold." in text
    assert "<button" not in text
    assert "/releases/shop/2/back" not in look("/releases") + look("/releases/shop/2")
    look("/releases/shop/4/back", status=404)
    look("/releases/orders/1/back", status=403)


def test_releases_lead_to_their_way_back(look: Callable[..., str]) -> None:
    for page in ("/releases", "/releases/shop/1"):
        assert 'href="/headgate/releases/shop/1/back"' in look(page)


@pytest.mark.parametrize("tables", [False, True])
def test_a_way_back_is_asked_for_in_the_viewers_name(
    client: TestClient, triggered: list[tuple[str, dict[str, Any]]], tables: bool
) -> None:
    answer = send(client, **({"tables": "true"} if tables else {}))
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/headgate/releases/shop/1/back?asked=manual__1"
    ((dag, values),) = triggered
    assert (dag, values["triggering_user_name"]) == (DAG, "anna")
    assert values["conf"] == {"release": 1, "tables": tables, "why": "too many alarms"}


def test_a_way_back_without_a_reason_is_refused(
    client: TestClient, triggered: list[tuple[str, dict[str, Any]]]
) -> None:
    answer = send(client, why="  ")
    assert (answer.status_code, triggered) == (400, [])
    assert "A rollback says why." in answer.text
    assert 'name="tables" value="true"> ' in answer.text


def test_a_refused_form_keeps_what_was_filled_in(
    client: TestClient, triggered: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = form_token(VIEWER, DAG)
    monkeypatch.setattr(form_token_module, "LASTS", timedelta(seconds=-1))
    answer = send(client, old, why='too many "alarms"', tables="true")
    assert (answer.status_code, triggered) == (400, [])
    assert "This form was opened too long ago." in answer.text
    assert 'value="too many &#34;alarms&#34;"' in answer.text
    assert 'name="tables" value="true" checked>' in answer.text


def test_enter_in_the_field_presses_no_button(look: Callable[..., str]) -> None:
    text = look(PAGE)
    assert text.index("<button disabled hidden></button>") < text.index('<button class="grave">')


def test_who_may_not_or_comes_from_elsewhere_gets_nothing(
    client: TestClient,
    look: Callable[..., str],
    triggered: list[tuple[str, dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert send(client, token=form_token(VIEWER, "shop_quarantine")).status_code == 403
    monkeypatch.setattr(access, "is_allowed", may_read_only("shop"))
    assert send(client).status_code == 403
    assert triggered == []
    assert "Who may trigger shop_rollback in Airflow can go back here." in look(PAGE)


def test_the_run_is_watched_until_it_is_on_record(
    look: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = AskedRun(DAG, "manual__1", "running", "anna", paused=False)
    monkeypatch.setattr(rollback_views, "asked_run", lambda dag, name: run)
    text = look(f"{PAGE}?asked=manual__1")
    assert "Airflow is at it" in text and 'http-equiv="refresh"' in text
    assert "<button" not in text


def rolled_back(settings: Settings, number: int, run: str, to: int, version: int) -> None:
    said = {"check": "rollback", "passed": True, "said": "anna went back", "run": run, "tables": False}
    release(settings, number, "rollback", version, reasons=[said], back_to=to, decided_by="anna")


def test_the_release_that_the_run_made_is_told_and_no_other(
    look: Callable[..., str], pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = AskedRun(DAG, "manual__2", "success", "anna", paused=False)
    monkeypatch.setattr(rollback_views, "asked_run", lambda dag, name: ended)
    rolled_back(pipelines, 4, "manual__1", to=1, version=1)
    text = look(f"{PAGE}?asked=manual__2")
    assert "Nothing was done" in text and "the release log has no rollback of it" in text
    assert "on record" not in text and "Release 4 records it" not in text
    rolled_back(pipelines, 5, "manual__2", to=3, version=3)
    assert (
        "<h2>Done, and on record</h2> <p>Release 5 records it: back to release 3, version 3 serves.</p>"
        in look(f"{PAGE}?asked=manual__2")
    )
    release(pipelines, 6, "promote", 6)
    assert (
        "<p>Release 5 records it: back to release 3, version 3 serves from then on. "
        "Now version 6 does, by a later release.</p>"
    ) in look(f"{PAGE}?asked=manual__2")
