"""In alerts, on pages and in runbooks commands are named as they are typed where they are read."""

from __future__ import annotations

import pytest

from headgate.airflow.alerts.cause import Cause
from headgate.airflow.alerts.message import message_of
from headgate.airflow.dags import gate_dags
from headgate.airflow.pages.render import page
from headgate.spec.settings import Settings

pytestmark = pytest.mark.usefixtures("compose")


@pytest.fixture
def compose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_COMMAND", "./headgate compose")


def test_an_alert_says_so() -> None:
    message = message_of(Cause("k", "late", "late", "an hour", "/p", "./headgate status"), "ana")
    assert "Next:\n```./headgate compose status```" in message.text
    assert "./headgate compose status" in message.html


def test_a_page_says_so() -> None:
    text = bytes(page("catalog.html", tables=[], wanted="", here="catalog").body).decode()
    assert "<code>./headgate new NAME</code>" in text
    text = bytes(page("missing.html", status=404, name="./headgate status", what="report").body).decode()
    assert "./headgate compose status" in text


def test_the_documentation_of_a_dag_says_so(pipelines: Settings) -> None:
    dags = gate_dags("`./headgate gate accept PIPELINE`", pipelines)
    assert dags["shop_gate"].doc_md == "`./headgate compose gate accept PIPELINE`"
