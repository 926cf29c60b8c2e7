"""The pages inside Airflow: who gets in, what they may fetch, and that data in them stays data."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from headgate.airflow.pages import pages_app as module
from headgate.airflow.pages.pages_app import pages_app
from headgate.spec.settings import Settings
from tests.unit.in_airflow.viewer import signed_in

ATTEMPT = "2024-01-01T07--0a1b2c3d"
REPORT = f"/reports/shop/silver/2024-01-01T07/{ATTEMPT}.html"
MODEL = "/reports/shop/models/3.html"
OURS = ["/pipelines/shop", "/pipeline?dag=shop_hourly", "/validation?dag=shop_hourly&run=r&task=silver.gate"]
PATHS = ["/reports", "/pipelines", "/releases", REPORT, MODEL, *OURS]


@pytest.fixture
def reports(pipelines: Settings) -> Path:
    """One report with its data docs, two of models, and a secret outside of the reports."""
    folder = pipelines.reports / "shop" / "silver" / "2024-01-01T07"
    (folder / ATTEMPT).mkdir(parents=True)
    (folder / f"{ATTEMPT}.html").write_text("<p>all rules hold</p>")
    (folder / ATTEMPT / "index.html").write_text("<p>data docs</p>")
    (folder / "tool.exe").write_text("no")
    (pipelines.home / "secret.html").write_text("secret")
    (folder / "link.html").symlink_to(pipelines.home / "secret.html")
    models = pipelines.reports / "shop" / "models"
    models.mkdir()
    (models / "3.html").write_text("<p>model 3</p>")
    (models / "20.html").write_text("<p>model 20</p>")
    (models / "notes.html").write_text("no report")
    (models / "9.html").symlink_to(pipelines.home / "secret.html")
    return pipelines.reports


@pytest.fixture
def client(reports: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Somebody who is signed in and may read `shop` only."""
    monkeypatch.setattr(module, "run_hour", lambda dag, run: "2024-01-01T07" if run == "r" else None)
    own = {("r", "silver"): ATTEMPT}
    monkeypatch.setattr(module, "staged_attempt", lambda dag, run, hop: own.get((run, hop)))
    return signed_in(monkeypatch)


@pytest.mark.parametrize("path", PATHS)
def test_the_anonymous_are_turned_away(reports: Path, path: str) -> None:
    assert TestClient(pages_app()).get(path).status_code == 401


@pytest.mark.parametrize("path", [path.replace("shop", "orders") for path in PATHS[3:]])
def test_a_pipeline_that_one_may_not_read_stays_closed(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 403
    assert "<p>You may not read this pipeline.</p>" in answer.text


def digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@pytest.mark.parametrize(
    "path", [*PATHS, "/reports/shop/silver/2024-01-01T07/none.html", "/reports/shop/models/4.html"]
)
def test_no_page_lets_a_script_run_but_our_own(client: TestClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy.partition("style-src")[0]
    assert "allow-scripts" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    allowed = [part for part in policy.split("; ") if part.startswith("script-src")]
    assert allowed == [f"script-src 'sha256-{digest(script)}'" for script in scripts]
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_report_is_served_sandboxed(client: TestClient) -> None:
    answer = client.get(REPORT)
    assert (answer.status_code, answer.text) == (200, "<p>all rules hold</p>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox ")


def test_a_models_report_is_served_sandboxed(client: TestClient) -> None:
    answer = client.get(MODEL)
    assert (answer.status_code, answer.text) == (200, "<p>model 3</p>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox ")
    assert "img-src 'self' data:" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name", ["4.html", "9.html", "-3.html", "notes.html", "3.html/x", "..%2f..%2fsecret.html", "3", "03.htm"]
)
def test_nothing_but_a_models_own_report_is_given_out(client: TestClient, name: str) -> None:
    answer = client.get(f"/reports/shop/models/{name}")
    assert answer.status_code == 404
    assert "secret" not in answer.text.replace("secret.html", "")
    assert "model 3" not in answer.text


@pytest.mark.parametrize("end", [f"{ATTEMPT}/index.html", f"{ATTEMPT}/", ATTEMPT])
def test_data_docs_lie_beside_the_report(client: TestClient, end: str) -> None:
    assert client.get(f"/reports/shop/silver/2024-01-01T07/{end}").text == "<p>data docs</p>"


@pytest.mark.parametrize(
    "path",
    [
        "/reports/shop/silver/2024-01-01T07/%2e%2e/%2e%2e/%2e%2e/%2e%2e/secret.html",
        "/reports/shop/silver/2024-01-01T07/..%2f..%2f..%2f..%2fsecret.html",
        "/reports/shop/%2e%2e/%2e%2e/secret.html",
        "/reports/shop/silver/%2e%2e/secret.html",
        "/reports/shop/silver/2024-01-01T07//etc/hostname.html",
        "/reports/shop/silver/2024-01-01T07/link.html",
        "/reports/shop/silver/2024-01-01T07/tool.exe",
        "/reports/shop/silver/2024-01-01T07/none.html",
        "/reports/shop/silver/2024-01-01T08/none.html",
    ],
)
def test_nothing_but_an_hours_own_reports_is_given_out(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text.replace("secret.html", "")


def test_names_are_shown_as_text(client: TestClient) -> None:
    answer = client.get("/reports/shop/silver/2024-01-01T07/<script>alert(1)<%2fscript>.html")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_the_list_shows_what_one_may_read(client: TestClient) -> None:
    text = client.get("/reports").text
    assert '<h2 id="shop">shop</h2>' in text
    assert "orders" not in text
    assert f'<a href="/headgate{REPORT}">2024-01-01 07:00</a>' in text
    assert text.count("no hour has come to this gate yet") == 3
    links = [f'<a href="/headgate/reports/shop/models/{model}.html">model {model}</a>' for model in (20, 3)]
    assert "\n".join(links) in text
    assert text.count(">model ") == 2


def test_a_pipeline_whose_model_was_not_evaluated_says_so(client: TestClient, reports: Path) -> None:
    shutil.rmtree(reports / "shop" / "models")
    assert "no model has been evaluated yet" in client.get("/reports").text


def test_a_task_shows_the_report_of_its_hour_and_hop(client: TestClient) -> None:
    text = client.get("/validation?dag=shop_hourly&run=r&task=silver.stage").text
    assert f'<iframe src="/headgate{REPORT}" title="Validation report">' in text


def test_the_latest_of_several_attempts_is_shown_and_the_others_are_listed(
    client: TestClient, reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = "2024-01-01T07--99999999"
    file = reports / "shop" / "silver" / "2024-01-01T07" / f"{later}.html"
    file.write_text("later")
    os.utime(file, (2_000_000_000, 2_000_000_000))
    monkeypatch.setattr(module, "staged_attempt", lambda dag, run, hop: later)
    text = client.get("/validation?dag=shop_hourly&run=r&task=silver.gate").text
    assert "2 attempts came to this gate; the latest is shown." in text
    assert f'<iframe src="/headgate/reports/shop/silver/2024-01-01T07/{later}.html"' in text
    assert f">{ATTEMPT}</a>" in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("dag=shop_hourly&run=r&task=gold.gate", "has not judged the hour 2024-01-01 07:00"),
        ("dag=shop_hourly&run=unknown&task=gold.gate", "Reports belong to the tasks of an hour"),
        ("dag=shop_replay&run=unknown&task=gold.gate", "the run's form said to read a later layer"),
        ("dag=shop_hourly&run=r&task=wait", "Reports belong to the tasks of an hour"),
        ("dag=shop_learn&run=r&task=learn", "Reports belong to the tasks of an hour or of a replay"),
        ("dag=somebody_elses&run=r&task=a.b", "Reports belong to the tasks of an hour or of a replay"),
        ("dag=shop_hourly&run=r&task=..%2fx.gate", "has not judged"),
    ],
)
def test_a_task_without_a_report_says_so(client: TestClient, query: str, said: str) -> None:
    answer = client.get(f"/validation?{query}")
    assert answer.status_code == 200
    assert said in " ".join(answer.text.split())
