"""`headgate quarantine replay|dismiss`: what Airflow is asked to do, and what is said of it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console
from typer.testing import CliRunner

from headgate.cli import ask_quarantine as module
from headgate.cli import await_run
from headgate.cli.app import build
from headgate.cli.ask_quarantine import RowsAsked, ask_quarantine
from headgate.cli.failed_run import RunFailed
from headgate.cli.progress import Progress
from headgate.hops.ask_quarantine import RequestRefused
from headgate.hops.requests import Request
from headgate.spec.settings import Settings
from headgate.stack.airflow_client import AirflowClient
from tests.unit.airflow_answers import AirflowAnswers, dag_run, task

RUNS = "/dags/flights_quarantine/dagRuns"
RUN = f"{RUNS}/manual__1"
EARLIER = Request(1, "flights", "flights", "replay", (("a.csv", 1, 0),), "", {}, "admin")
ASKED = RowsAsked("flights", "replay", rows=["a.csv:7", "a.csv:8"], values={"air_time": "99"}, why="a slip")


def answers(state: str) -> AirflowAnswers:
    run = {**dag_run("manual__1", "queued"), "dag_id": "flights_quarantine"}
    return AirflowAnswers(
        {
            RUNS: [run],
            RUN: [{**run, "state": state}],
            f"{RUN}/taskInstances": [{"task_instances": [task("request", "failed", "1")]}],
            f"{RUN}/taskInstances/request/logs/1": [{"content": [{"event": "The request is refused"}]}],
        }
    )


def ask(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client: AirflowAnswers, frontier: datetime | None
) -> list[str]:
    """What is said, where the run puts one request on record."""
    new = Request(2, "flights", "flights", "replay", CHANGES, "a slip", MENDED)
    recorded = iter(([EARLIER], [EARLIER, new]))
    monkeypatch.setattr(await_run, "INTERVAL", 0)
    monkeypatch.setattr(module, "requests", lambda *_: next(recorded))
    monkeypatch.setattr(module, "Ledger", lambda *_: SimpleNamespace(frontier=lambda: frontier))
    monkeypatch.setattr(module, "addresses", lambda _: SimpleNamespace(airflow="http://127.0.0.1:1"))
    loaded: Any = SimpleNamespace(spec=SimpleNamespace(pipeline="flights", hops=("bronze", "silver", "gold")))
    written = io.StringIO()
    progress = Progress(Console(file=written, width=200))
    ask_quarantine(Settings(home=tmp_path), cast(AirflowClient, client), loaded, ASKED, progress)
    return written.getvalue().splitlines()


CHANGES = (("a.csv", 7, 0), ("a.csv", 8, 0))
MENDED = {"air_time": "99"}


@pytest.mark.parametrize(
    ("frontier", "taken_by"),
    [
        (None, "The run of the first new hour takes it along, through the same gates."),
        (
            datetime(2013, 1, 29, 4, tzinfo=UTC),
            "The run of the next new hour, 2013-01-29T04, takes it along, through the same gates.",
        ),
    ],
)
def test_the_request_is_a_run_of_the_form(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, frontier: datetime | None, taken_by: str
) -> None:
    client = answers("success")
    assert ask(monkeypatch, tmp_path, client, frontier) == [
        "request 2: replay 2 rows of flights, air_time=99 (a slip)",
        taken_by,
    ]
    form = {
        "table": "flights",
        "action": "replay",
        "rules": [],
        "rows": ["a.csv:7", "a.csv:8"],
        "secret_values": {"air_time": "99"},
        "why": "a slip",
    }
    assert client.posted == [(RUNS, {"logical_date": None, "conf": form})]


def test_a_refused_request_is_a_failed_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="The request is refused"):
        ask(monkeypatch, tmp_path, answers("failed"), None)


@pytest.mark.parametrize("which", [[], ["--all", "--rule", "air_time.between"]])
def test_which_rows_are_meant_must_be_said(which: list[str]) -> None:
    words = ["quarantine", "replay", "flights", "flights", *which]
    error = CliRunner().invoke(build(words), words).exception
    assert str(error) == (
        "Say which rows: --rule RULE, --row ROW, or --all for every one; not --all with another.\n"
        "  where: flights_silver.flights_quarantine\n"
        "  left behind: Nothing was changed, and nothing is on record.\n"
        "  next: ./headgate quarantine show flights flights"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["replay", "flights", "flihgts", "--all"],
            "There is no silver table 'flihgts'; did you mean 'flights'?",
        ),
        (
            ["replay", "flights", "flights", "--all", "--set", "air_tiem=5"],
            "There is no column of the feed flights 'air_tiem'; did you mean 'air_time'?",
        ),
        (
            ["dismiss", "flights", "flights", "--all", "--why", " "],
            "A dismissal is for good, so it needs a reason.",
        ),
    ],
)
def test_what_no_run_could_do_is_refused_before_one_begins(words: list[str], said: str) -> None:
    error = CliRunner().invoke(build(["quarantine", *words]), ["quarantine", *words]).exception
    assert isinstance(error, RequestRefused)
    assert error.what == said
