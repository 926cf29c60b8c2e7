"""The pages of the quarantine: what is apart and why, and requests by form, from whom and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.api_fastapi.core_api.security import get_user
from fastapi.testclient import TestClient

from headgate.airflow.pages import access, pages_app, quarantine_page, quarantine_views
from headgate.airflow.pages import form_token as form_token_module
from headgate.airflow.pages.asked_runs import AskedRun
from headgate.airflow.pages.form_token import form_token
from headgate.gates.verdict import MASK
from headgate.spec.settings import Settings
from tests.unit.in_airflow.records import ORDERS_CONTRACT, Ledger, changes, request
from tests.unit.in_airflow.viewer import VIEWER, Viewer, may_do_all_with, may_read_only, reading

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
PAGE, DAG = "/quarantine/shop/orders", "shop_quarantine"
BETWEEN = "amount.between"
Look = Callable[..., str]


@dataclass
class Shop:
    """The pages as `VIEWER` sees them, and what was triggered."""

    client: TestClient
    settings: Settings
    ledger: Ledger
    triggered: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def look(self, path: str, status: int = 200) -> str:
        return reading(self.client)(path, status)

    def apart(self, *rows: dict[str, Any]) -> None:
        """Publish a change log with these rows."""
        version = changes(self.settings, *rows)
        self.ledger.line("silver", 5, versions={"silver.orders_changes": version})

    def send(self, token: str | None = None, **fields: Any) -> Any:
        form = {"action": "dismiss", "token": form_token(VIEWER, DAG) if token is None else token}
        return self.client.post(PAGE, data=form | fields, follow_redirects=False)


@pytest.fixture
def shop(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Somebody who may do everything with `shop`, whose silver has a rule and a personal column."""
    (pipelines.expectations / "shop" / "silver.orders.yaml").write_text(ORDERS_CONTRACT)
    monkeypatch.setattr(access, "is_allowed", may_do_all_with("shop"))
    app = pages_app.pages_app()
    app.dependency_overrides[get_user] = lambda: VIEWER
    found = Shop(TestClient(app), pipelines, Ledger(pipelines))

    def trigger_dag(dag_id: str, **values: Any) -> SimpleNamespace:
        found.triggered.append((dag_id, values))
        return SimpleNamespace(run_id="manual__1")

    monkeypatch.setattr("airflow.api.common.trigger_dag.trigger_dag", trigger_dag)
    return found


def test_an_empty_quarantine_says_what_comes_here(shop: Shop) -> None:
    text = shop.look("/quarantine")
    assert "Nothing is in quarantine. A row comes here when it breaks a rule" in text
    assert ">orders</h2>" not in text
    assert "Nothing of orders is in quarantine." in shop.look(PAGE)


def test_rows_are_counted_by_table_and_rule_in_words(shop: Shop) -> None:
    bad = {"_failed_rules": [BETWEEN]}
    shop.apart({}, bad, bad | {"hour": 3}, {"_failed_rules": ["gone.rule"], "hour": 4})
    text = shop.look("/quarantine")
    assert ">amount is from 0 to 10</a></td>" in text
    assert '<td class="number">2</td><td class="nowrap">2024-01-01 00:00</td>' in text
    assert '<td class="nowrap">2024-01-01 03:00</td>' in text
    assert ">gone.rule</a>" in text
    assert '<div class="soft">3 rows</div>' in text


def test_rows_are_browsed_by_rule_and_hour_with_their_values_first_those_that_tell(shop: Shop) -> None:
    shop.apart(
        {"amount": 99.5, "_failed_rules": [BETWEEN]},
        {"amount": 77.5, "_failed_rules": [BETWEEN], "hour": 2},
        {"amount": 55.5, "_failed_rules": ["order_id.required"], "hour": 2},
    )
    text = shop.look(PAGE)
    assert text.index("55.5") < text.index("77.5") < text.index("99.5")
    assert 'title="orders/2024/a.csv:1">a.csv:1</span>' in text
    assert '<span class="soft">amount</span> <code>99.5</code>' in text
    one = shop.look(f"{PAGE}?rule={BETWEEN}&hour=2024-01-01T02")
    assert "77.5" in one and "99.5" not in one and "55.5" not in one
    assert "all that the filter shows (1 row)" in one
    none = shop.look(f"{PAGE}?rule=order_id.required&hour=2024-01-01T00")
    assert "No row that is apart now broke this rule in this hour." in none
    shop.look(f"{PAGE}?hour=tomorrow", status=404)
    shop.look("/quarantine/shop/nothing", status=404)
    shop.look("/quarantine/orders/orders", status=403)


def test_what_re_entered_or_was_dismissed_is_not_apart(shop: Shop) -> None:
    bad = {"_failed_rules": [BETWEEN]}
    shop.apart(
        bad | {"_row": 1, "amount": 61.5},
        bad | {"_row": 2, "amount": 62.5},
        bad | {"_row": 3, "amount": 63.5},
        {"_row": 1, "_revision": 1, "amount": 6.5},
        bad | {"_row": 2, "_revision": 1, "_failed_rules": [BETWEEN, "dismissed"], "amount": 64.5},
        bad | {"_row": 3, "_revision": 1, "amount": 65.5},
    )
    text = shop.look(PAGE)
    shown = [value for value in ("61.5", "62.5", "63.5", "64.5", "65.5") if f"<code>{value}</code>" in text]
    assert shown == ["65.5"]


def test_personal_values_are_masked_and_what_fitted_no_column_with_them(shop: Shop) -> None:
    shop.apart({"_failed_rules": [BETWEEN], "customer": "Mr Secret", "_rescued": '{"name": "Mr Secret"}'})
    text = shop.look(PAGE)
    assert "Secret" not in text
    assert text.count("<code>•••</code>") == 2


BRONZE = """\
description: One row per change.
key: [order_id]
columns:
  order_id: {}
  amount: {personal: true}
  customer: {}
"""


def test_what_is_personal_in_the_archive_alone_is_masked_too(shop: Shop) -> None:
    (shop.settings.expectations / "shop" / "bronze.orders.yaml").write_text(BRONZE)
    contract = shop.settings.expectations / "shop" / "silver.orders.yaml"
    contract.write_text(contract.read_text().replace(", personal: true", ""))
    shop.apart(
        {"_failed_rules": [BETWEEN], "amount": 99.5, "customer": "Ada", "_rescued": '{"amount": "x9"}'}
    )
    request(shop.settings, 1, values={"amount": "88.5"})
    text = shop.look(PAGE)
    assert "<code>Ada</code>" in text
    assert "99.5" not in text and "x9" not in text and "88.5" not in text
    assert text.count("<code>•••</code>") >= 2


def test_rows_are_shown_page_by_page(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine_page, "ROWS_SHOWN", 2)
    shop.apart(*({"_failed_rules": [BETWEEN], "amount": 100.5 + n} for n in range(5)))
    first, last = shop.look(PAGE), shop.look(f"{PAGE}?number=99")
    assert "page 1 of 3, 5 rows" in first and "104.5" in first and "100.5" not in first
    assert "page 3 of 3" in last and "100.5" in last and "Earlier rows" not in last


def test_hostile_values_stay_text(shop: Shop) -> None:
    shop.apart({"_failed_rules": [HOSTILE], "_file": HOSTILE, "_op": HOSTILE, "_rescued": HOSTILE})
    request(shop.settings, 1, why=HOSTILE, requested_by=HOSTILE, values={HOSTILE: HOSTILE})
    for path in ("/quarantine", PAGE):
        text = shop.look(path)
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>alert" not in text and "<img" not in text


def test_ticked_rows_are_asked_for_in_the_viewers_name(shop: Shop) -> None:
    shop.apart({"_failed_rules": [BETWEEN]})
    row = "orders/2024/a.csv:1"
    fields = {"row": [row], "column": ["", "amount", ""], "text": ["", "5", ""], "why": "a slip"}
    answer = shop.send(action="replay", **fields)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/headgate/quarantine/shop/orders?asked=manual__1"
    ((dag, values),) = shop.triggered
    assert (dag, values["triggering_user_name"]) == (DAG, "anna")
    assert values["conf"] == {
        "table": "orders", "action": "replay", "rules": [], "rows": [row], "secret_values": {"amount": "5"},
        "why": "a slip",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "rules", "rows"),
    [
        (
            {"confirmed": "2"},
            [],
            ["orders/2024/a.csv:2", "orders/2024/a.csv:1"],
        ),  # no more than was confirmed
        ({"rule": BETWEEN, "confirmed": "2"}, [], ["orders/2024/a.csv:2", "orders/2024/a.csv:1"]),
        ({"rule": BETWEEN, "hour": "2024-01-01T02", "confirmed": "1"}, [], ["orders/2024/a.csv:2"]),
        ({"action": "replay"}, [], []),
        ({"action": "replay", "rule": BETWEEN}, [BETWEEN], []),
    ],
)
def test_all_that_the_filter_shows_is_asked_for(
    shop: Shop, fields: dict[str, str], rules: list[str], rows: list[str]
) -> None:
    shop.apart({"_failed_rules": [BETWEEN]}, {"_failed_rules": [BETWEEN], "hour": 2})
    assert shop.send(which="all", why="all of them", **fields).status_code == 303
    ((_, values),) = shop.triggered
    assert (values["conf"]["rules"], values["conf"]["rows"]) == (rules, rows)


@pytest.mark.parametrize(
    ("fields", "rows", "said"),
    [
        ({}, "2 rows", "<dd>orders</dd>"),
        ({"rule": BETWEEN}, "2 rows", "<dd>orders: amount is from 0 to 10</dd>"),
        (
            {"rule": BETWEEN, "hour": "2024-01-01T02"},
            "1 row",
            "<dd>orders, hour 2024-01-01 02:00: amount is from 0 to 10</dd>",
        ),
        ({"confirmed": "3"}, "2 rows", "<dd>orders</dd>"),
    ],
)
def test_all_of_them_are_dismissed_only_once_their_number_is_confirmed(
    shop: Shop, fields: dict[str, str], rows: str, said: str
) -> None:
    shop.apart(*({"_failed_rules": [BETWEEN], "hour": hour} for hour in (0, 2, 2)))
    request(shop.settings, 1, changes=[["orders/2024/a.csv", 3, 0]])
    answer = shop.send(which="all", why=" test orders ", **fields)
    assert (answer.status_code, shop.triggered) == (200, [])
    text = " ".join(answer.text.split())
    assert f"dismiss {rows} for good?</h1>" in text and f">Dismiss {rows} for good</button>" in text
    assert said in text and "<dd>test orders</dd>" in text
    assert f'name="confirmed" value="{rows.split()[0]}"' in text
    assert "A dismissed row never counts" in text and "Leave them</a>" in text


def test_mended_values_of_personal_columns_are_masked(shop: Shop) -> None:
    values = {"customer": "zoe", "amount": "5", "phone": "0123", "op": "U"}
    request(shop.settings, 1, action="replay", values=values)
    text = shop.look(PAGE)
    assert "amount = <code>5</code>" in text and "op = <code>U</code>" in text
    assert "zoe" not in text and "0123" not in text  # a transform may make the one of the other
    assert text.count(f"<code>{MASK}</code>") == 2


def test_a_refused_form_keeps_what_was_filled_in(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine_page, "ROWS_SHOWN", 2)
    shop.apart(*({"_failed_rules": [BETWEEN], "amount": 100.5 + n} for n in range(4)))
    ticked = "orders/2024/a.csv:1"
    fields = {"row": [ticked], "number": "2", "column": ["", "amount"], "text": ["", "5"]}
    answer = shop.send(which="all", why="  a slip <b>", **fields)
    assert (answer.status_code, shop.triggered) == (400, [])
    text = " ".join(answer.text.split())
    assert "it takes no values" in text and "page 2 of 2" in text
    assert f'value="{ticked}" aria-label="{ticked}" checked>' in text
    assert text.count('aria-label="orders/2024/a.csv:2"> ') == 0 and text.count(" checked>") == 2
    assert 'value="all" checked>' in text and 'name="why" value="  a slip &lt;b&gt;"' in answer.text
    assert "<details open><summary>Mend their values" in text
    assert "<option selected>amount</option>" in text and 'name="text" value="5"' in text


def test_a_form_that_is_too_old_comes_back_as_it_was_filled_in(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.apart({"_failed_rules": [BETWEEN]})
    old = form_token(VIEWER, DAG)
    monkeypatch.setattr(form_token_module, "LASTS", timedelta(seconds=-1))
    answer = shop.send(old, row=["orders/2024/a.csv:1"], why="a test order")
    assert (answer.status_code, shop.triggered) == (400, [])
    assert "This form was opened too long ago." in answer.text
    assert 'value="a test order"' in answer.text
    assert 'aria-label="orders/2024/a.csv:1" checked>' in answer.text
    stolen = form_token(Viewer("mallory"), DAG)
    assert shop.send(stolen, row=["orders/2024/a.csv:1"], why="w").status_code == 403


def test_enter_in_a_field_presses_no_button(shop: Shop) -> None:
    shop.apart({"_failed_rules": [BETWEEN]})
    text = shop.look(PAGE)
    form = text[text.index('method="post"') :]
    assert form.index("<button disabled hidden></button>") < form.index("<button name=")
    assert form.index("<button disabled hidden></button>") < form.index("<input")


@pytest.mark.parametrize(("state", "form"), [("queued", False), ("success", True), ("failed", True)])
def test_no_page_is_loaded_again_underneath_its_form(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, state: str, form: bool
) -> None:
    shop.apart({"_failed_rules": [BETWEEN]})
    run = AskedRun(DAG, "manual__1", state, "anna", False)
    monkeypatch.setattr(quarantine_views, "asked_run", lambda dag, name: run)
    text = shop.look(f"{PAGE}?asked=manual__1&rule={BETWEEN}")
    assert ('http-equiv="refresh"' in text) != form
    assert ("<button name=" in text) == form
    assert ('type="checkbox"' in text) == form
    assert ("<form action" in text) == form
    assert (">Ask for other rows meanwhile</a>" in text) != form
    plain = shop.look(PAGE)
    assert "<button name=" in plain and 'http-equiv="refresh"' not in plain


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"why": "w"}, "No row is chosen."),
        ({"which": "all", "rule": "gone.rule", "why": "w"}, "No row is chosen."),
        ({"row": ["orders/2024/a.csv:1"]}, "A dismissal is for good, so it needs a reason."),
        ({"row": ["a:1"], "why": "w", "column": ["amount"], "text": ["1"]}, "it takes no values"),
        ({"row": ["a:1"], "action": "replay", "column": ["amuont"], "text": ["1"]}, "did you mean"),
        ({"row": ["a:1"], "action": "destroy"}, "There is no action &#39;destroy&#39;"),
        (
            {"which": "all", "hour": "2024-01-01T00", "why": "w"},
            "2 rows are more than one request names: at most 1",
        ),
    ],
)
def test_a_request_that_cannot_be_met_says_why_and_asks_for_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], said: str
) -> None:
    monkeypatch.setattr(quarantine_views, "MOST_NAMED", 1)
    shop.apart({"_failed_rules": [BETWEEN]}, {"_failed_rules": [BETWEEN]})
    answer = shop.send(**fields)
    assert answer.status_code == 400
    assert said in answer.text and "<strong>Next:</strong>" in answer.text
    assert shop.triggered == []


@pytest.mark.parametrize("user", ["another", "none"])
def test_a_form_of_another_page_asks_for_nothing(shop: Shop, user: str) -> None:
    stolen = form_token(Viewer("mallory"), DAG) if user == "another" else ""
    other = form_token(VIEWER, "shop_rollback")
    for token in (stolen, other, "forged"):
        answer = shop.send(token, row=["orders/2024/a.csv:1"], why="w")
        assert answer.status_code == 403
        assert "This form is too old, or of another page" in answer.text
    assert shop.triggered == []


def test_who_may_not_trigger_the_dag_sees_no_form_and_gets_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.apart({"_failed_rules": [BETWEEN]})
    monkeypatch.setattr(access, "is_allowed", may_read_only("shop"))
    text = shop.look(PAGE)
    assert "Who may trigger shop_quarantine in Airflow" in text
    assert "<button name=" not in text and 'type="checkbox"' not in text
    answer = shop.send(row=["orders/2024/a.csv:1"], why="w")
    assert (answer.status_code, shop.triggered) == (403, [])


def test_what_was_asked_for_is_on_record_and_waits_for_a_run(shop: Shop) -> None:
    shop.apart({"_failed_rules": [BETWEEN]}, {"_failed_rules": [BETWEEN]})
    request(shop.settings, 1, changes=[["orders/2024/a.csv", 1, 0]])
    text = shop.look(PAGE)
    assert "dismiss 1 row" in text and "a test order" in text and ">anna</td>" in text
    assert '<span class="tag waits">waits</span>' in text
    assert text.count('type="checkbox"') == 1
    assert "1 request waits for the run of a new hour" in shop.look("/quarantine")


@pytest.mark.parametrize(
    ("state", "paused", "said", "again"),
    [
        ("queued", False, "Airflow is at it", True),
        ("queued", True, "shop_quarantine is switched off in Airflow", False),
        ("success", False, "takes it along, through the same gates", False),
        ("failed", False, "the log of its task says why", False),
    ],
)
def test_a_run_that_was_asked_for_is_watched(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, state: str, paused: bool, said: str, again: bool
) -> None:
    run = AskedRun(DAG, "manual__1", state, "anna", paused)
    monkeypatch.setattr(quarantine_views, "asked_run", lambda dag, name: run)
    text = shop.look(f"{PAGE}?asked=manual__1")
    assert said in text
    assert 'href="/dags/shop_quarantine/runs/manual__1"' in text
    assert ('http-equiv="refresh"' in text) == again
