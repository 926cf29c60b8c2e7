"""Ways from the pages to where something is decided: Airflow's required actions, and its DAGs' forms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from headgate.airflow.pages import access
from headgate.spec.settings import Settings
from tests.unit.in_airflow.alerted_shop import AMOUNT, close_gate
from tests.unit.in_airflow.records import Ledger, release
from tests.unit.in_airflow.viewer import may_read_only, reading, signed_in

WAITS = "Version 4 waits for an approval since 2024-01-02 07:00, until 2024-01-03 07:00"
REQUIRED = '<a target="_top" href="/dags/shop_approve/runs/approve__2/tasks/approve/required_actions">'
FORM = (
    '<p>In Airflow: <a target="_top" href="/dags/shop_gate">shop_gate</a>, <em>Trigger</em>, with the digest '
    f"<code>{'d' * 64}</code></p>"
)
JUDGED = "/validation/shop/silver/2024-01-01T07/2024-01-01T07--00000001"


@pytest.fixture
def client(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    return signed_in(monkeypatch)


@pytest.mark.parametrize("page", ["/pipelines", "/pipelines/shop", "/releases", "/releases/shop/2"])
def test_what_waits_for_an_approval_leads_to_where_it_is_given(
    client: TestClient, pipelines: Settings, page: str
) -> None:
    release(pipelines, 1, "promote", 3)
    release(pipelines, 2, "ask", 4, decided_at=datetime(2024, 1, 2, 7, tzinfo=UTC))
    assert WAITS in reading(client)(page) and REQUIRED in reading(client)(page)
    release(pipelines, 3, "hold", 4)
    assert "waits for an approval" not in reading(client)(page)


def test_another_release_does_not_say_that_it_waits(client: TestClient, pipelines: Settings) -> None:
    release(pipelines, 1, "promote", 3)
    release(pipelines, 2, "ask", 4)
    assert "waits for an approval" not in reading(client)("/releases/shop/1")


@pytest.mark.parametrize("page", ["/pipelines", "/pipelines/shop", JUDGED])
def test_a_closed_gate_leads_to_the_form_with_the_digest_for_those_who_may_trigger_it(
    client: TestClient, pipelines: Settings, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    close_gate(pipelines, Ledger(pipelines), 7, AMOUNT)
    assert FORM in reading(client)(page)
    monkeypatch.setattr(access, "is_allowed", may_read_only("shop"))
    assert "shop_gate</a>" not in reading(client)(page)
