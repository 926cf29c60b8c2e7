"""The pages about releases: what was decided and why, what was live when, two beside each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from airflow.api_fastapi.core_api.security import get_user
from deltalake import write_deltalake
from fastapi.testclient import TestClient

from headgate.airflow.pages import access, pages_app
from headgate.releases.last_look import trial_file
from headgate.spec.settings import Settings
from tests.unit.in_airflow.records import release
from tests.unit.in_airflow.viewer import VIEWER, may_do_all_with, reading

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
PASSED = {"check": "rows", "passed": True, "said": "500 labelled rows, 100 needed"}
FAILED = {
    "check": "log loss",
    "passed": False,
    "said": "log loss changes by +0.0200, at most +0.0100 allowed",
}


def figures(log_loss: float) -> dict[str, object]:
    judged = {"candidate": {"log_loss": log_loss, "auc": 0.7}, "champion": {"log_loss": 0.52}}
    return {"figures": judged, "rows": 500}


@pytest.fixture
def client(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Somebody who may read `shop` only."""
    monkeypatch.setattr(access, "is_allowed", may_do_all_with("shop"))
    app = pages_app.pages_app()
    app.dependency_overrides[get_user] = lambda: VIEWER
    return TestClient(app)


@pytest.fixture
def look(client: TestClient) -> Callable[..., str]:
    """The text of a page, white space apart."""
    return reading(client)


@pytest.fixture
def history(pipelines: Settings) -> None:
    """Promoted, held, a model that moved by hand to 1, and the alias removed."""
    hours = [f"2024-01-0{day}T00:00:00+00:00" for day in (1, 2, 3, 4)]
    reports = {"silver": "shop/silver/2024-01-01T00/a.html"}
    release(pipelines, 1, "promote", 1, frontier=hours[0], evaluation=figures(0.55), gate_reports=reports)
    release(pipelines, 2, "hold", 2, frontier=hours[1], evaluation=figures(0.5), reasons=[PASSED, FAILED])
    release(pipelines, 3, "promote", 3, frontier=hours[2], evaluation=figures(0.51))
    release(pipelines, 4, "by_hand", None, frontier=hours[3], reasons=[])
    header = {"algorithm": "random_forest", "parameters": {"trees": 10}, "features": [{"name": "amount"}]}
    training = {"rows": 2000, "start": "2023-12-01T00:00:00+00:00", "end": "2024-01-01T00:00:00+00:00"}
    rows = [
        {"model": 1, "kind": "header", "header": json.dumps(header | {"training": training})},
        {"model": 3, "kind": "header", "header": json.dumps(header | {"parameters": {"trees": 20}})},
    ]
    schema = pa.schema([("model", pa.int64()), ("kind", pa.string()), ("header", pa.string())])
    write_deltalake(str(pipelines.lake / "shop" / "ops" / "models"), pa.Table.from_pylist(rows, schema))


def test_before_the_first_decision_the_page_says_how_it_comes(look: Callable[..., str]) -> None:
    text = look("/releases")
    assert "Nothing was decided yet. Learning starts by itself when gold is published" in text
    assert "<h2>orders</h2>" not in text


def test_every_decision_is_told_with_its_reason(look: Callable[..., str], history: None) -> None:
    text = look("/releases")
    assert text.index(">4</a>") < text.index(">3</a>") < text.index(">2</a>") < text.index(">1</a>")
    assert '<span class="tag hold">hold</span> version 2' in text
    assert "log loss changes by +0.0200, at most +0.0100 allowed</td>" in text
    assert "Nothing serves." in text
    assert ">all checks passed (1)</td>" in text and ">the alias was moved by hand</td>" in text
    assert '<td class="number">0.5500</td><td class="number">0.7000</td>' in text


def test_what_was_live_when_is_told_on_the_clock_of_the_data(look: Callable[..., str], history: None) -> None:
    text = look("/releases")
    live = text[text.index("What was live when") :]
    assert "nothing: since 2024-01-04 00:00, by" in live and "a move by hand" in live
    assert "version 3: since 2024-01-03 00:00, until 2024-01-04 00:00" in live
    assert "version 1: since 2024-01-01 00:00, until 2024-01-03 00:00" in live
    assert "version 2" not in live


def test_a_release_shows_its_evidence(look: Callable[..., str], history: None) -> None:
    text = look("/releases/shop/1")
    assert '<span class="tag passed">passed</span>' in text
    assert "2,000 rows, 2023-12-01 to 2024-01-01" in text
    assert 'href="/headgate/reports/shop/silver/2024-01-01T00/a.html">its report</a>' in text
    assert '<th scope="row">gold.examples</th><td>version 1</td>' in text
    assert '<th scope="row">champion</th><td class="number">0.5200</td><td class="number">–</td>' in text
    assert '<span class="tag failed">failed</span>' in look("/releases/shop/2")
    assert "The alias was found moved by hand" in look("/releases/shop/4")


def test_a_way_back_shows_who_went_why_and_where_to(look: Callable[..., str], pipelines: Settings) -> None:
    release(pipelines, 1, "promote", 1)
    gone = [{"check": "rollback", "passed": True, "said": f"anna went back: {HOSTILE}"}]
    values = {"back_to": 1, "decided_by": "anna" + HOSTILE, "tables": {"silver.orders": 7}, "hash": "f" * 64}
    moment = datetime(2024, 1, 2, 7, 30, tzinfo=UTC)
    release(pipelines, 2, "rollback", 1, reasons=gone, decided_at=moment, **values)
    text = look("/releases/shop/2")
    assert '<span class="tag rollback">rollback</span>' in text
    assert "<dt>Decided</dt><dd>anna&lt;script&gt;" in text and ", 2024-01-02 07:30</dd>" in text
    assert '<a href="/headgate/releases/shop/1">release 1</a>' in text
    assert '<th scope="row">published with it: silver.orders</th><td>version 7</td>' in text
    assert f"<code>{'f' * 64}</code>" in text
    assert "<script>alert" not in text
    assert "release 2</a>, a rollback" in look("/releases")


def test_who_is_on_trial_is_told_with_the_evidence_so_far(
    look: Callable[..., str], pipelines: Settings
) -> None:
    release(pipelines, 1, "promote", 1)
    said = [{"check": "trial", "passed": True, "said": f"anna put model 2 on trial: {HOSTILE}"}]
    release(pipelines, 2, "challenge", 2, reasons=said, decided_by="anna")
    text = look("/releases")
    assert "Version 2 since 2024-01-01 06:00, by anna: anna put model 2 on trial: &lt;script&gt;" in text
    assert "Nobody has looked at it yet" in text and "Version 1 serves." in text
    file = trial_file(pipelines.reports, "shop", 2)
    file.parent.mkdir(parents=True)
    days = [{"day": "2024-01-03", "rows": 1200, "gain": 0.0041, "evidence": 1.5}]
    reasons = [{"check": "days", "passed": False, "said": "1 complete days, 14 needed"}]
    file.write_text(json.dumps({"reasons": reasons, "days": days}))
    text = look("/releases")
    assert '<span class="tag not-yet">not yet</span> 1 complete days, 14 needed' in text
    assert '<td class="number">1,200</td><td class="number">+0.0041</td><td class="number">1.50</td>' in text


def test_two_releases_are_compared(look: Callable[..., str], history: None) -> None:
    text = look("/compare/shop?first=1&second=3")
    assert '<th scope="row">log loss</th><td>0.5500</td><td>0.5100</td><td>-0.0400</td>' in text
    trees = '<th scope="row">parameter trees</th><td>10</td><td>20</td><td><span class="tag differs">'
    assert trees in text
    assert '<th scope="row">features</th><td>amount</td><td>amount</td><td></td>' in text
    assert '<th scope="row">training rows</th><td>2,000</td><td>–</td>' in text


def test_what_the_log_does_not_have_is_said(look: Callable[..., str], history: None) -> None:
    assert "The release log has no release 9." in look("/releases/shop/9", status=404)
    assert "no release 1 or no release 9" in look("/compare/shop?first=1&second=9", status=404)
    look("/releases/orders/1", status=403)
    look("/compare/orders?first=1&second=2", status=403)
    look("/compare/shop?first=x&second=2", status=422)


def test_what_comes_from_data_stays_text(look: Callable[..., str], pipelines: Settings) -> None:
    reason = {"check": HOSTILE, "passed": True, "said": HOSTILE}
    for number in (1, 2):
        release(pipelines, number, HOSTILE, 1, reasons=[reason], pins={HOSTILE: 1}, spec=HOSTILE)
    for path in ("/releases", "/releases/shop/1", "/compare/shop?first=1&second=2"):
        text = look(path)
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>alert" not in text and "<img" not in text


@pytest.fixture
def learned(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """The attempt of a run of the learning DAG that was evaluated."""
    monkeypatch.setenv("AIRFLOW_CONN_HEADGATE_MLFLOW", "http://127.0.0.1:5000")
    folder = pipelines.staging / "shop" / "model" / ("a" * 16)
    folder.mkdir(parents=True)
    (folder / "release.json").write_text('{"model": 1, "version": 1, "run": "0a/1b"}')
    (pipelines.staging / "shop" / "release.json").write_text('{"run": "elsewhere"}')
    return folder.name


def test_a_fit_leads_to_its_run_in_mlflow(look: Callable[..., str], learned: str, client: TestClient) -> None:
    answer = client.get(f"/learned/shop/{learned}", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.1:5000/#/runs/0a%2F1b")


@pytest.mark.parametrize("attempt", ["b" * 16, "..", "%2e%2e", "a"])
def test_a_fit_without_a_candidate_says_so(look: Callable[..., str], learned: str, attempt: str) -> None:
    look(f"/learned/shop/{attempt}", status=404)
    assert "nothing was new to learn from" in look(f"/learned/shop/{'b' * 16}", status=404)
    look(f"/learned/orders/{'a' * 16}", status=403)
