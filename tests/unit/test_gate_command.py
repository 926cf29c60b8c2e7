"""`headgate gate`: which closed gate is meant, and what Airflow is asked to do about it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from headgate.cli import await_run
from headgate.cli import decide_gate as decide_gate_module
from headgate.cli.decide_gate import Decision, NoSuchGate, closed_gate, decide_gate
from headgate.cli.failed_run import RunFailed
from headgate.cli.progress import Progress
from headgate.hops.ledger import Entry, Ledger
from headgate.spec.settings import Settings
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.errors import AirflowRefused
from tests.unit.airflow_answers import AirflowAnswers, dag_run, task

HOUR = datetime(2013, 1, 29, 7, tzinfo=UTC)
AT_SEVEN = "2013-01-29T07:00:00Z"
RUNS = "/dags/flights_hourly/dagRuns"
DECISION = "/dags/flights_gate/dagRuns/manual__1"


def closure(hour: datetime = HOUR) -> Entry:
    return Entry(
        entry=1,
        number=0,
        hop="silver",
        state="closed",
        hour=hour,
        range_start=None,
        range_end=hour,
        frontier=None,
        attempt="2013-01-29T07--1f0c9a3e",
        digest="d" * 64,
        verdict="2 of 3 rows are wrong",
    )


def ledger_with(*closed: Entry) -> Ledger:
    return cast(Ledger, SimpleNamespace(shut_gates=lambda: list(closed)))


def answers(decided: str, stored: str = "2013-01-29T07--1f0c9a3e") -> AirflowAnswers:
    decision = {**dag_run("manual__1", "queued"), "dag_id": "flights_gate"}
    later = dag_run("hour-08", "success", "2013-01-29T08:00:00Z")
    return AirflowAnswers(
        {
            RUNS: [{"dag_runs": [dag_run("hour-07", "failed", AT_SEVEN), later]}],
            f"{RUNS}/hour-07/taskInstances/silver.stage/xcomEntries/attempt": [{"value": stored}],
            f"{RUNS}/hour-08/taskInstances/silver.stage/xcomEntries/attempt": [
                AirflowRefused("GET", "xcom", 404, "none")
            ],
            "/dags/flights_gate/dagRuns": [decision],
            DECISION: [{**decision, "state": decided}],
            f"{DECISION}/taskInstances": [{"task_instances": [task("decide", "failed", "1")]}],
            f"{DECISION}/taskInstances/decide/logs/1": [{"content": [{"event": "divert is refused"}]}],
            "/dags/flights_hourly/clearTaskInstances": [{}],
        }
    )


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    found = ledger_with(closure())
    monkeypatch.setattr(await_run, "INTERVAL", 0)
    monkeypatch.setattr(decide_gate_module, "Ledger", lambda *_: found)
    monkeypatch.setattr(
        decide_gate_module, "addresses", lambda _: SimpleNamespace(airflow="http://127.0.0.1:1")
    )
    monkeypatch.setattr(decide_gate_module, "follow_hours", lambda *_: [])
    yield io.StringIO()


def decide(client: AirflowAnswers, decision: Decision, written: io.StringIO, tmp_path: Path) -> None:
    loaded: Any = SimpleNamespace(spec=SimpleNamespace(pipeline="flights", hops=("bronze", "silver", "gold")))
    progress = Progress(Console(file=written, width=20))
    known = cast(AirflowClient, client)
    decide_gate(Settings(home=tmp_path), known, loaded, decision, "a test", None, progress)


@pytest.mark.parametrize(("decision", "step"), [("accept", "gate"), ("divert", "stage")])
def test_the_decision_is_a_run_of_its_own_and_the_hour_goes_on_from_there(
    written: io.StringIO, tmp_path: Path, decision: Decision, step: str
) -> None:
    client = answers("success")
    decide(client, decision, written, tmp_path)
    assert client.posted == [
        (
            "/dags/flights_gate/dagRuns",
            {
                "logical_date": None,
                "conf": {"decision": decision, "digest": "d" * 64, "why": "a test"},
            },
        ),
        (
            "/dags/flights_hourly/clearTaskInstances",
            {
                "dag_run_id": "hour-07",
                "task_ids": [f"silver.{step}"],
                "include_downstream": True,
                "only_failed": False,
                "reset_dag_runs": True,
                "dry_run": False,
            },
        ),
    ]
    assert written.getvalue().splitlines() == [
        "silver gate of 2013-01-29 07:00: 2 of 3 rows are wrong",
        f"{decision}: on record in the ledger, digest dddddddddddd",
        "the hours behind it wait; this runs them:",
        "  ./headgate run flights --from 2013-01-29T08 --to 2013-01-29T08 --reprocess completed",
    ]


def test_a_refused_decision_says_why_and_clears_nothing(written: io.StringIO, tmp_path: Path) -> None:
    client = answers("failed")
    with pytest.raises(RunFailed, match=r"flights_gate failed: task decide(.|\n)*divert is refused"):
        decide(client, "divert", written, tmp_path)
    assert [path for path, _ in client.posted] == ["/dags/flights_gate/dagRuns"]


def test_a_run_that_was_staged_anew_is_no_longer_the_judged_one(written: io.StringIO, tmp_path: Path) -> None:
    client = answers("success", stored="2013-01-29T07--another")
    with pytest.raises(NoSuchGate) as refused:
        decide(client, "accept", written, tmp_path)
    assert str(refused.value) == (
        "Airflow has no run any more that holds what the silver gate of 2013-01-29 07:00 judged\n"
        "  where: http://127.0.0.1:1/dags/flights_hourly\n"
        "  left behind: nothing was decided\n"
        "  next: ./headgate run flights --from 2013-01-29T07 --to 2013-01-29T07 --reprocess completed, "
        "which judges it anew"
    )
    assert client.posted == []


def test_one_closed_gate_needs_no_name_and_several_do() -> None:
    early, late = closure(HOUR.replace(hour=6)), closure()
    assert closed_gate(ledger_with(late), "flights", None) is late
    assert closed_gate(ledger_with(early, late), "flights", HOUR) is late
    with pytest.raises(NoSuchGate) as refused:
        closed_gate(ledger_with(early, late), "flights", None)
    assert str(refused.value) == (
        "several gates of flights are closed: silver 2013-01-29 06:00, silver 2013-01-29 07:00\n"
        "  left behind: nothing was decided\n"
        "  next: name one by --hour"
    )
    with pytest.raises(NoSuchGate) as refused:
        closed_gate(ledger_with(), "flights", HOUR)
    assert str(refused.value) == (
        "no gate of flights is closed at 2013-01-29 07:00\n"
        "  left behind: nothing was decided\n"
        "  next: ./headgate status"
    )
