"""`headgate audit` asks Airflow and the lake, and writes what they say in order."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from headgate.cli import audit as command
from headgate.stack.airflow_acts import NOT_BY_PEOPLE, airflow_acts
from headgate.stack.audit_trail import Act
from headgate.stack.stack_acts import append

AT = datetime(2026, 2, 1, 7, tzinfo=UTC)


class Airflow:
    """A client that notes what it is asked for."""

    def __init__(self, *_: object) -> None:
        self.asked: dict[str, Any] = {}

    def __enter__(self) -> Airflow:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def all(self, path: str, field: str, **parameters: Any) -> list[dict[str, Any]]:
        self.asked = {"path": path, "field": field, **parameters}
        return [{"when": "2026-02-01T09:00:00Z", "owner": "eva", "event": "create_backfill", "dag_id": "d"}]


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    decided = Act(
        AT.replace(hour=10), "ben", "headgate", "accepted", "flights silver 2026-02-01T07", "outage"
    )
    monkeypatch.setattr(command, "require_running", lambda _: None)
    monkeypatch.setattr(command, "pipeline_names", lambda _: ["flights"])
    monkeypatch.setattr(command, "load_pipeline", lambda *_: None)
    monkeypatch.setattr(command, "lake_acts", lambda *_: [decided])
    monkeypatch.setattr(command, "AirflowClient", Airflow)


def said(*words: str) -> str:
    app = Typer()
    app.command()(command.audit)
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_both_records_stand_in_one_order() -> None:
    lines = [line.split() for line in said().splitlines()]
    assert lines[0] == ["at", "who", "place", "did", "what", "why"]
    assert lines[1][:4] == ["2026-02-01", "09:00:00", "eva", "airflow"]
    assert lines[2][:4] == ["2026-02-01", "10:00:00", "ben", "headgate"]


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ((), ["eva", "ben"]),
        (("--who", "ben"), ["ben"]),
        (("--to", "2026-02-01T10"), ["eva"]),
        (("--from", "2026-02-02"), []),
        (("--pipeline", "flights"), ["ben"]),
        (("--what", "backfill"), ["eva"]),
    ],
)
def test_acts_are_chosen_and_written_as_json(words: tuple[str, ...], who: list[str]) -> None:
    found = json.loads(said("--format", "json", *words))
    assert [act["who"] for act in found] == who


def test_in_the_compose_stack_what_was_done_to_it_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "served_stack", lambda: SimpleNamespace(mlflow_changes=tmp_path))
    append(tmp_path, AT.replace(hour=11), "ana", "compose backup", "/srv/b")
    assert said("--format", "csv", "--what", "backup").splitlines()[1:] == [
        "2026-02-01T11:00:00+00:00,ana,stack,compose backup,/srv/b,"
    ]


def test_csv_has_a_line_for_each() -> None:
    lines = said("--format", "csv", "--who", "ben").splitlines()
    assert lines == [
        "at,who,place,did,what,why",
        "2026-02-01T10:00:00+00:00,ben,headgate,accepted,flights silver 2026-02-01T07,outage",
    ]


def test_airflow_is_asked_for_what_people_did_between_two_moments() -> None:
    client = Airflow()
    airflow_acts(client, AT, None)  # type: ignore[arg-type]  # a stand-in
    assert client.asked == {
        "path": "/eventLogs",
        "field": "event_logs",
        "order_by": "event_log_id",
        "excluded_events": list(NOT_BY_PEOPLE),
        "after": "2026-02-01T07:00:00+00:00",
    }
