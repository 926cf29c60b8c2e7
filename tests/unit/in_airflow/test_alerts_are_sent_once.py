"""Every target gets one message a cause, by mail or to a channel, whoever tells and however often."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from headgate.airflow import alerts_dags, approve_dags, hourly_dags, promote_dags, replay_dags
from headgate.airflow.alerts.alert_log import AlertLog
from headgate.airflow.alerts.tell import NotTold, tell
from headgate.spec.settings import Settings
from tests.alert_receivers import Channel, Mailbox, channel, mailbox
from tests.unit.in_airflow.alerted_shop import AMOUNT, close_gate, write_alerts
from tests.unit.in_airflow.records import Ledger

NOW = datetime(2024, 1, 1, 9, tzinfo=UTC)
GATE = "shop: the silver gate is closed at 2024-01-01 07:00"
CHANNEL, MAIL = "AIRFLOW_CONN_CHANNEL", "AIRFLOW_CONN_TEAM_MAIL"


@pytest.fixture
def slack() -> Iterator[Channel]:
    with channel() as found:
        yield found


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def shop(pipelines: Settings, monkeypatch: pytest.MonkeyPatch, slack: Channel, mail: Mailbox) -> Settings:
    """`shop` with alerts for a channel and a mailbox, both there, and one closed gate."""
    write_alerts(pipelines, "{to: [channel, team_mail]}")
    monkeypatch.setenv(CHANNEL, slack.connection())
    monkeypatch.setenv(MAIL, mail.connection())
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://air.example.org")
    close_gate(pipelines, Ledger(pipelines), 7, AMOUNT)
    return pipelines


def test_a_channel_and_a_mailbox_get_one_message_each(shop: Settings, slack: Channel, mail: Mailbox) -> None:
    assert tell(shop, "shop", NOW) == 2
    ((path, body),) = slack.posted
    assert path == "/services/T0/B0/secret"
    assert body["text"].startswith(f"`{GATE}`\n```silver.orders amount.between: 7 of 200 rows break")
    assert body["unfurl_links"] is False
    ((recipients, subject, html),) = mail.mails
    assert recipients == ["a@example.org", "b@example.org"]
    assert subject == GATE
    assert 'href="https://air.example.org/headgate/validation/shop/silver/2024-01-01T07/' in html
    assert tell(shop, "shop", NOW + timedelta(hours=1)) == 0
    assert (len(slack.posted), len(mail.mails)) == (1, 1)


def test_the_log_says_who_was_told_what_and_no_secret(shop: Settings) -> None:
    tell(shop, "shop", NOW)
    lines = AlertLog(shop, "shop").lines()
    assert [(line.line, line.target, line.state) for line in lines] == [
        (1, "", "watching"),
        (2, "channel", "sending"),
        (3, "channel", "sent"),
        (4, "team_mail", "sending"),
        (5, "team_mail", "sent"),
    ]
    assert {line.title for line in lines[1:]} == {GATE}
    assert "secret" not in str(lines)


def test_of_many_that_tell_at_once_one_does(shop: Settings, slack: Channel) -> None:
    told: list[int] = []
    tellers = [threading.Thread(target=lambda: told.append(tell(shop, "shop", NOW))) for _ in range(4)]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()
    assert sum(told) == 2
    assert len(slack.posted) == 1


def test_what_did_not_arrive_is_said_holds_nothing_back_and_is_sent_later(
    shop: Settings, slack: Channel, mail: Mailbox
) -> None:
    slack.status = 500
    with pytest.raises(NotTold) as failed:
        tell(shop, "shop", NOW)
    assert str(failed.value).startswith(f"1 message about shop did not arrive:\n  channel: {GATE}\n")
    assert "Status Code: 500" in str(failed.value)
    assert str(failed.value).endswith(
        "\n  left behind: Everything else: alerts change nothing but their own record."
        "\n  next: Mend the connection; the DAG shop_alerts tries again, or trigger it."
    )
    assert len(mail.mails) == 1
    slack.status = 200
    assert tell(shop, "shop", NOW + timedelta(minutes=1)) == 1
    assert (len(slack.posted), len(mail.mails)) == (1, 1)


def test_who_died_while_telling_is_followed_by_another_some_minutes_later(
    shop: Settings, slack: Channel
) -> None:
    def die(target: str, message: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tell(shop, "shop", NOW, send=die)
    tell(shop, "shop", NOW + timedelta(minutes=9))
    assert slack.posted == []
    tell(shop, "shop", NOW + timedelta(minutes=11))
    assert len(slack.posted) == 1


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        (CHANNEL, None, "The connection channel does not exist in Airflow, so nobody was told there."),
        (CHANNEL, '{"conn_type": "http"}', "The connection channel is of the type http, so nobody was"),
        (MAIL, '{"conn_type": "smtp"}', "The connection team_mail names no sender or nobody to write to, so"),
    ],
)
def test_a_connection_that_leads_nowhere_is_named(
    shop: Settings, monkeypatch: pytest.MonkeyPatch, variable: str, value: str | None, said: str
) -> None:
    if value is None:
        monkeypatch.delenv(variable)
    else:
        monkeypatch.setenv(variable, value)
    with pytest.raises(NotTold) as failed:
        tell(shop, "shop", NOW)
    assert said in str(failed.value)
    assert "next: In Airflow, Admin, Connections: one of the type smtp with the extras" in str(failed.value)
    assert next(line.error for line in AlertLog(shop, "shop").lines() if line.error).startswith(said)


def test_a_gate_tells_when_it_fails_and_a_decision_when_it_was_made(shop: Settings, slack: Channel) -> None:
    spec = shop.pipelines / "shop" / "pipeline.yaml"
    spec.write_text(f"{spec.read_text()}promotion: {{ask: [refresh]}}\n")
    hourly, replay, promote = hourly_dags(), replay_dags(), promote_dags()
    approve = approve_dags()
    telling = {
        (dag.dag_id, task.task_id, kind)
        for dag in (*hourly.values(), *replay.values(), *promote.values(), *approve.values())
        for task in dag.tasks
        for kind in ("on_failure_callback", "on_success_callback")
        if getattr(task, kind)
    }
    assert telling == {
        *(
            ("shop_hourly", f"{hop}.gate", "on_failure_callback")
            for hop in ("bronze", "silver", "gold", "scores")
        ),
        *(("shop_replay", f"{hop}.gate", "on_failure_callback") for hop in ("silver", "gold")),
        ("shop_promote", "promote", "on_success_callback"),
        ("shop_approve", "answer", "on_success_callback"),
    }
    gate: Any = hourly["shop_hourly"].get_task("silver.gate")
    for _ in range(2):
        gate.on_failure_callback[0](context(False))
    assert slack.texts == [slack.texts[0]]
    assert slack.texts[0].startswith(f"`{GATE}`")


def context(test: bool) -> Any:
    return {"dag_run": SimpleNamespace(run_id="manual__1"), "params": {"test": test}, "dag": None}


def test_the_dag_looks_every_quarter_and_sends_a_test_message_when_asked(
    shop: Settings, slack: Channel, mail: Mailbox
) -> None:
    (dag,) = alerts_dags(doc="the runbook").values()
    assert (dag.dag_id, dag.catchup, dag.max_active_runs, dag.doc_md) == (
        "shop_alerts",
        False,
        1,
        "the runbook",
    )
    timetable: Any = dag.timetable
    assert timetable.expression == "*/15 * * * *"
    task: Any = dag.get_task("tell")
    task.execute(context(False))
    task.execute(context(False))
    assert len(slack.posted) == 1
    task.execute(context(True))
    task.execute(context(True))
    assert slack.texts[1:] == [slack.texts[1]]
    assert slack.texts[1].startswith("`shop: a test message`")
    assert [subject for _, subject, _ in mail.mails] == [GATE, "shop: a test message"]


def test_a_message_that_did_not_arrive_fails_the_dags_task_without_retry(
    shop: Settings, slack: Channel
) -> None:
    slack.status = 404
    task: Any = alerts_dags()["shop_alerts"].get_task("tell")
    with pytest.raises(AirflowFailException, match="1 message about shop did not arrive"):
        task.execute(context(False))


def test_without_alerts_there_is_nothing_of_it(pipelines: Settings) -> None:
    assert alerts_dags() == {}
    assert all(not task.on_failure_callback for task in hourly_dags()["shop_hourly"].tasks)
    assert tell(pipelines, "shop", NOW) == 0
    assert AlertLog(pipelines, "shop").lines() == []
