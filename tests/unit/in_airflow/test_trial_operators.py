"""What the tasks of trials do around their jobs: who begins one, and what a look leads to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from headgate.airflow import challenge_dags, learn_dags
from headgate.spec.settings import Settings
from tests.unit.in_airflow.task_context import Instance, context


def test_a_trial_carries_the_form_and_the_name_of_who_begins_it(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    task: Any = challenge_dags()["shop_challenge"].get_task("challenge")
    ran: list[list[str]] = []
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: ran.append(list(arguments)))
    told = context(Instance(), run_type="manual", triggering_user_name="anna")
    task.execute({**told, "params": {"model": 12, "why": "it knows the weather"}})
    assert ran == [["--pipeline", "shop", "--model", "12", "--why", "it knows the weather", "--by", "anna"]]
    told = context(Instance(), run_type="manual", triggering_user_name=None)
    with pytest.raises(AirflowFailException, match="A trial needs somebody who made it"):
        task.execute({**told, "params": {"model": 12, "why": "it knows the weather"}})


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (None, "No model is on trial."),
        (
            {
                "version": 3,
                "outcome": "wait",
                "reasons": [
                    {"check": "days", "passed": False, "said": "2 complete days, 14 needed"},
                    {"check": "rows", "passed": True, "said": "many rows"},
                ],
            },
            "The trial of version 3 goes on: 2 complete days, 14 needed",
        ),
    ],
)
def test_a_look_that_decides_nothing_skips_and_says_why(
    pipelines: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Any, why: str
) -> None:
    task: Any = learn_dags()["shop_learn"].get_task("look")
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: None)
    task.found = str(tmp_path / "look.json")
    Path(task.found).write_text(json.dumps(found))
    with pytest.raises(AirflowSkipException) as skipped:
        task.execute(context(Instance()))
    assert str(skipped.value) == why


@pytest.mark.parametrize("outcome", ["promote", "hold"])
def test_a_look_that_decides_passes_version_and_trial_on(
    pipelines: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    task: Any = learn_dags()["shop_learn"].get_task("look")
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: None)
    task.found = str(tmp_path / "look.json")
    Path(task.found).write_text(json.dumps({"version": 3, "release": 9, "outcome": outcome, "reasons": []}))
    instance = Instance()
    task.execute(context(instance))
    assert instance.pushed == {"version": 3, "trial": 9}
