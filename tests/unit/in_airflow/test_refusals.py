"""What is refused, or makes no sense, is answered with a page that says what to do, not with JSON."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from headgate.airflow.pages import access, pages_app
from headgate.airflow.pages.form_token import form_token
from headgate.spec.settings import Settings
from tests.unit.in_airflow.records import Ledger, release
from tests.unit.in_airflow.viewer import VIEWER, may_read_only, signed_in

NEXT = "<strong>Next:</strong>"
LONG, HUGE = "a" * 300, "9" * 5000
NOT_TAKEN = "This address says something that the page does not take"


@pytest.fixture
def client(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Somebody who may do everything with `shop`, which has one hour and one release."""
    Ledger(pipelines).hour(5, rows_in=20, quarantined=0, published=8)
    release(pipelines, 1, "promote", 1)
    (pipelines.reports / "shop" / "silver" / "2024-01-01T05").mkdir(parents=True)
    monkeypatch.setattr(pages_app, "run_hour", lambda dag, run: None)
    monkeypatch.setattr(pages_app, "staged_attempt", lambda dag, run, hop: None)
    return signed_in(monkeypatch)


def page_of(answer: Any, status: int) -> str:
    """The text of a page in our look, white space apart, which must have this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    text = " ".join(answer.text.split())
    assert '<link rel="stylesheet" href="/headgate/style.css' in text
    return text


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("9999-12-31", "Nothing is known of 9999-12-31 yet; these are the latest days."),
        ("2024-01-03", "Nothing is known of 2024-01-03 yet; these are the latest days."),
        ("0001-01-01", "There are no hours up to 0001-01-01: those of shop begin with 2024-01-01 00:00."),
        ("2023-12-31", "There are no hours up to 2023-12-31: those of shop begin with 2024-01-01 00:00."),
        ("2024-01-01", '<th scope="row">2024-01-01</th>'),
    ],
)
def test_days_beyond_what_is_known_lead_back_to_it(client: TestClient, until: str, said: str) -> None:
    text = page_of(client.get(f"/pipelines/shop?until={until}"), 200)
    assert said in text
    assert '<a href="/headgate/pipelines/shop">The latest days</a>' in text
    assert "No hour has been through a gate yet" not in text
    assert ('<th scope="row">2024-01-01</th>' in text) == ("no hours" not in said)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/pipelines/shop?until=tomorrow", "until cannot be “tomorrow”."),
        ("/pipelines/shop?until=2024-02-30", "until cannot be “2024-02-30”."),
        ("/pipelines/shop?until=-5000-01-01", "until cannot be “-5000-01-01”."),
        ("/pipelines/shop?refresh=often", "refresh cannot be “often”."),
        ("/quarantine/shop/orders?number=many", "number cannot be “many”."),
        (f"/quarantine/shop/orders?number={HUGE}", f"number cannot be “{'9' * 80}”."),
        ("/compare/shop?first=1", "second is missing."),
        ("/compare/shop?first=<b>&second=1.5", "first cannot be “&lt;b&gt;”."),
        ("/validation?dag=shop_hourly", "run is missing."),
        ("/catalog?q=%00", "A name in it has a character that no name has."),
        ("/pipelines/shop%00", "A name in it has a character that no name has."),
    ],
)
def test_what_makes_no_sense_in_an_address_is_named(client: TestClient, path: str, said: str) -> None:
    text = page_of(client.get(path), 422)
    assert NOT_TAKEN in text and said in text
    assert NEXT in text and "days are written like <code>2013-01-29</code>" in text


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/releases/shop/-1",
        f"/releases/shop/{HUGE}",
        f"/releases/shop/{HUGE}/back",
        "/releases/shop/first",
    ],
)
def test_an_address_that_leads_nowhere_leads_to_the_pages(client: TestClient, path: str) -> None:
    text = page_of(client.get(path), 404)
    assert "<h1>No such page</h1>" in text and NEXT in text
    assert '<a href="/headgate/pipelines">All pipelines</a>' in text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/releases/shop/999999999999999999", 404, "The release log has no release 999999999999999999."),
        ("/compare/shop?first=-1&second=1", 404, "The release log has no release -1 or no release 1."),
        ("/quarantine/shop/orders?number=-5", 200, "Nothing of orders is in quarantine."),
        ("/quarantine/shop/orders?hour=9999-12-31T23", 200, "No row that is apart now"),
        (
            "/quarantine/shop/orders?hour=tomorrow",
            404,
            "tomorrow is no hour. Hours are written by their start",
        ),
        ("/quarantine/shop/nothing", 404, "There is no table nothing here"),
        ("/catalog/shop/silver.orders?hour=9999-99-99T99", 404, "9999-99-99T99 is no hour."),
        ("/catalog/shop/silver.orders?hour=0001-01-01T00", 200, "Nothing of it is published yet"),
        ("/history/shop/silver.none", 404, "There is no table silver.none here"),
        (f"/reports/shop/silver/2024-01-01T05/{LONG}.html", 404, "All reports</a>"),
        (f"/reports/shop/silver/{LONG}/a.html", 404, "All reports</a>"),
        (f"/reports/shop/models/{HUGE}.html", 404, "All reports</a>"),
        (f"/validation/shop/silver/2024-01-01T05/{LONG}", 404, "All reports</a>"),
        (f"/validation?dag=shop_hourly&run=r&task={LONG}.gate", 200, "<h1>No report</h1>"),
        (f"/pipeline?dag={LONG}", 200, "No such pipeline"),
        (f"/learned/shop/{LONG}", 404, "no run in MLflow"),
    ],
)
def test_what_there_is_not_is_said_with_a_way_on(
    client: TestClient, path: str, status: int, said: str
) -> None:
    text = page_of(client.get(path), status)
    assert said in text
    assert text.count('<a href="/headgate/') + text.count("<a target") > 0


def test_the_anonymous_are_led_to_the_sign_in(pipelines: Settings) -> None:
    text = page_of(TestClient(pages_app.pages_app()).get("/pipelines"), 401)
    assert "<h1>You are not signed in</h1>" in text and NEXT in text
    assert '<a target="_top" href="/">Sign in to Airflow</a>' in text


def test_who_may_not_read_is_told_who_can_change_that(client: TestClient) -> None:
    text = page_of(client.get("/pipelines/orders"), 403)
    assert "<h1>Not for this account</h1> <p>You may not read this pipeline.</p>" in text
    assert f"{NEXT} whoever gives out roles in Airflow can give you one that may read" in text


def test_a_form_that_is_refused_leads_back_to_its_page(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"action": "replay", "token": "forged"}
    text = page_of(client.post("/quarantine/shop/orders?rule=<b>", data=form), 403)
    assert "This form is too old, or of another page. Open the page again." in text
    assert '<a href="/headgate/quarantine/shop/orders">Open the page again</a>' in text
    assert "Nothing was asked for and nothing was changed." in text
    page_of(client.post("/quarantine/shop/orders", data={}), 422)
    page_of(client.put("/quarantine/shop/orders"), 405)
    monkeypatch.setattr(access, "is_allowed", may_read_only("shop"))
    form = {"token": form_token(VIEWER, "shop_rollback"), "why": "w"}
    text = page_of(client.post("/releases/shop/1/back", data=form), 403)
    assert "You may not trigger shop_rollback." in text


def test_a_text_that_no_database_takes_is_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr("airflow.api.common.trigger_dag.trigger_dag", lambda *a, **form: asked.append(form))
    form = {"token": form_token(VIEWER, "shop_rollback"), "why": "a\0b"}
    text = page_of(client.post("/releases/shop/1/back", data=form), 400)
    assert "A text of the form has a character that no text can have, NUL." in text
    assert f"{NEXT} Type the text anew, and send it again." in text and asked == []


def test_what_nobody_foresaw_is_a_page_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def overview(*_: object) -> object:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(pages_app, "overview", overview)
    text = page_of(TestClient(client.app, raise_server_exceptions=False).get("/pipelines"), 500)
    assert "<h1>The page could not be made</h1>" in text and NEXT in text and "secret" not in text
    with pytest.raises(ZeroDivisionError):  # so that it is in the log
        client.get("/pipelines")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(2)>"])
def test_what_an_address_says_stays_text(client: TestClient, name: str) -> None:
    for path in (f"/compare/shop?first={quote(name)}&second=1", f"/pipelines/shop?until={quote(name)}"):
        text = page_of(client.get(path), 422)
        assert "<script>alert" not in text and "<img" not in text
        assert "&gt;" in text
