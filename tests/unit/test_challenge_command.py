"""`headgate challenge` and `headgate releases trial`: what is asked of Airflow, and what is printed."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from headgate.cli import await_run, start_run
from headgate.cli import challenge as challenge_module
from headgate.cli import releases as releases_module
from headgate.cli.challenge import put_on_trial
from headgate.cli.failed_run import RunFailed
from headgate.cli.releases import GROUP
from headgate.releases.last_look import trial_file
from headgate.releases.release_rows import Release
from headgate.spec.settings import Settings
from headgate.stack.airflow_client import AirflowClient
from tests.unit.airflow_answers import AirflowAnswers, dag_run, task

RUN = "/dags/flights_challenge/dagRuns/manual__1"
BEGUN = Release(
    2, "challenge", 7, 12, 1, [{"check": "trial", "passed": True, "said": "anna put model 12 on trial"}],
    frontier="2013-02-01T06:00:00+00:00", decided_by="anna",
)  # fmt: skip


def answers(state: str) -> AirflowAnswers:
    run = {**dag_run("manual__1", "queued"), "dag_id": "flights_challenge"}
    return AirflowAnswers(
        {
            "/dags/flights_challenge/dagRuns": [run],
            RUN: [{**run, "state": state}],
            f"{RUN}/taskInstances": [{"task_instances": [task("challenge", "failed", "1")]}],
            f"{RUN}/taskInstances/challenge/logs/1": [{"content": [{"event": "model 3 is on trial"}]}],
        }
    )


def put(client: AirflowAnswers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(await_run, "INTERVAL", 0)
    monkeypatch.setattr(start_run, "wait_for_dag", lambda *_: None)
    monkeypatch.setattr(start_run, "create_pools", lambda *_: None)
    monkeypatch.setattr(challenge_module, "releases", lambda *_: [BEGUN])
    monkeypatch.setattr(
        challenge_module, "addresses", lambda _: SimpleNamespace(airflow="http://127.0.0.1:1")
    )
    known = cast(AirflowClient, client)
    return put_on_trial(Settings(home=tmp_path), known, "flights", 12, "it knows the weather")


def test_a_trial_is_a_run_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = answers("success")
    said = put(client, tmp_path, monkeypatch)
    assert said == "version 7 (model 12) is on trial, on record as release 2"
    form = {"model": 12, "why": "it knows the weather"}
    assert client.posted == [("/dags/flights_challenge/dagRuns", {"logical_date": None, "conf": form})]


def test_a_refused_trial_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        RunFailed, match=r"flights_challenge failed: task challenge(.|\n)*model 3 is on trial"
    ):
        put(answers("failed"), tmp_path, monkeypatch)


def shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, history: list[Release], *words: str) -> str:
    monkeypatch.setattr(releases_module, "Settings", lambda: Settings(home=tmp_path))
    monkeypatch.setattr(releases_module, "load_pipeline", lambda *_: None)
    monkeypatch.setattr(releases_module, "releases", lambda *_: history)
    result = CliRunner().invoke(GROUP, ["trial", "flights", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_trial_is_shown_with_its_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, tmp_path, []) == (
        "no model of flights is on trial; ./headgate challenge puts one there\n"
    )
    before = shown(monkeypatch, tmp_path, [BEGUN]).splitlines()
    assert before == [
        "version 7 (model 12) is on trial since 2013-02-01 06:00, by anna",
        "nobody has looked at it yet: the learning DAG does each time",
    ]
    file = trial_file(Settings(home=tmp_path).reports, "flights", 2)
    file.parent.mkdir(parents=True)
    found: dict[str, Any] = {
        "reasons": [
            {"check": "days", "passed": False, "said": "1 complete days, 14 needed"},
            {"check": "rows", "passed": True, "said": "12,000 rows scored by both, 10,000 needed"},
        ],
        "days": [{"day": "2013-02-02", "rows": 12000, "gain": 0.0041, "evidence": 1.5}],
    }
    file.write_text(json.dumps(found))
    text = shown(monkeypatch, tmp_path, [BEGUN])
    assert text.splitlines()[1:3] == [
        "  not yet: 1 complete days, 14 needed",
        "  yes: 12,000 rows scored by both, 10,000 needed",
    ]
    for word in ("2013-02-02", "12,000", "+0.0041", "1.50"):
        assert word in text
    assert json.loads(shown(monkeypatch, tmp_path, [BEGUN], "--json")) == found
