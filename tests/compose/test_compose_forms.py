"""Forms, sent as a browser sends them: who may gets what they ask for, others change nothing."""

from __future__ import annotations

import html
import json
import re
import time
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.compose.compose_stack import ComposeStack
from tests.compose.eventful_demo import EventfulDemo
from tests.compose.roles import ROLES, account_of, airflow_as

QUARANTINE, BACK = "/headgate/quarantine/flights/flights", "/headgate/releases/flights/1/back"
DAGS = {QUARANTINE: "flights_quarantine", BACK: "flights_rollback"}
MAY = ("Admin", "Engineer")
UNFINISHED: dict[str, dict[str, Any]] = {
    QUARANTINE: {"which": "ticked", "action": "dismiss", "why": "a test"},
    BACK: {"why": " "},
}
REFUSED = {QUARANTINE: "No row is chosen.", BACK: "A rollback says why."}
"""What the forms above are refused with, once it is clear that who sent them may."""
GATE = "/api/v2/dags/flights_gate/dagRuns"
SECONDS = 120.0


def token_on(page: str) -> str:
    """The token of the form on a page; none where the viewer may not send it."""
    found = re.search(r'name="token" value="([^"]+)"', page)
    return html.unescape(found[1]) if found else ""


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("form", DAGS)
def test_a_form_is_taken_from_who_may_send_it(
    demo: EventfulDemo, stack: ComposeStack, form: str, role: str
) -> None:
    with airflow_as(stack, role) as client:
        token = token_on(client.get(form).raise_for_status().text)
        answer = client.post(form, data={**UNFINISHED[form], "token": token})
    assert bool(token) == (role in MAY)
    if role in MAY:
        assert answer.status_code == 400
        assert f"<h2>{REFUSED[form]}</h2>" in answer.text
    else:
        assert answer.status_code == 403
        assert f"<p>You may not trigger {DAGS[form]}.</p>" in answer.text


@pytest.mark.parametrize("form", DAGS)
def test_a_form_that_is_not_from_the_page_is_refused(
    demo: EventfulDemo, stack: ComposeStack, form: str
) -> None:
    other_form = next(other for other in DAGS if other != form)
    with airflow_as(stack, "Engineer") as eva, airflow_as(stack, "Admin") as adam:
        for token in ("", token_on(adam.get(form).text), token_on(eva.get(other_form).text)):
            answer = eva.post(form, data={**UNFINISHED[form], "token": token})
            assert answer.status_code == 403
            assert "<p>This form is too old, or of another page. Open the page again.</p>" in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_a_decision_about_a_gate_is_taken_from_who_may_make_it(
    demo: EventfulDemo, stack: ComposeStack, role: str
) -> None:
    decision = {"decision": "accept", "digest": "0" * 64, "why": f"tried as {role}"}
    with airflow_as(stack, role) as client:
        answer = client.post(GATE, json={"logical_date": None, "conf": decision})
        assert answer.status_code == (200 if role in MAY else 403)
        if role in MAY:
            assert answer.json()["triggering_user_name"] == account_of(stack, role)[0]
        decided = [run["conf"]["why"] for run in client.get(GATE).raise_for_status().json()["dag_runs"]]
    assert (f"tried as {role}" in decided) == (role in MAY)


def test_an_engineer_dismisses_a_row_and_is_on_record(demo: EventfulDemo, stack: ComposeStack) -> None:
    with airflow_as(stack, "Engineer") as client:
        page = client.get(QUARANTINE).raise_for_status().text
        row = re.search(r'type="checkbox" name="row" value="([^"]+)"', page)
        assert row is not None
        sent = {**UNFINISHED[QUARANTINE], "row": html.unescape(row[1]), "token": token_on(page)}
        answer = client.post(QUARANTINE, data=sent)
        assert answer.status_code == 303
        run = parse_qs(urlsplit(answer.headers["location"]).query)["asked"][0]
        address = f"/api/v2/dags/flights_quarantine/dagRuns/{quote(run, safe='')}"
        limit = time.monotonic() + SECONDS
        while (state := client.get(address).raise_for_status().json()["state"]) != "success":
            assert state != "failed"
            assert time.monotonic() < limit, state
            time.sleep(1)
        assert "waits for a run" in client.get(QUARANTINE).text
    found = stack.headgate("audit", "--pipeline", "flights", "--what", "dismiss", "--format", "json")
    acts = [act for act in json.loads(found.out) if act["place"] == "headgate"]
    assert [(act["who"], act["did"], act["what"], act["why"]) for act in acts] == [
        ("eva", "dismiss", "flights flights, 1 row", "a test")
    ]
