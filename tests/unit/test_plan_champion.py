"""The recorded models in a plan, and which of them is champion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from rich.console import Console

from headgate.cli import ask_registry, registered_champion
from headgate.cli.plan_document import plan_document
from headgate.cli.plan_text import plan_text
from headgate.cli.registered_champion import Champion
from headgate.planning.change import Change
from headgate.planning.models_concerned import ModelConcerned
from headgate.planning.plan import Plan, make_plan
from headgate.spec.settings import Settings
from headgate.stack.addresses import Server
from tests.unit.planned_trips import SPEC, START, document, published_with
from tests.unit.spec_folders import TRIPS_FILES
from tests.unit.test_plan_models import MODELS


@pytest.fixture
def made(tmp_path: Path) -> Plan:
    """The plan after a vocabulary has changed, which both models use."""
    now = document(tmp_path, {SPEC: TRIPS_FILES[SPEC].replace("[north, south]", "[north, west]")})
    return make_plan(now, published_with(document(tmp_path, TRIPS_FILES)), MODELS)


def printed(plan: Plan, champion: Champion) -> list[str]:
    console = Console(width=80, record=True, highlight=False)
    with console.capture() as capture:
        console.print(plan_text(plan, champion, START), crop=False)
    return [line.rstrip() for line in capture.get().splitlines()]


def test_the_champion_is_marked(made: Plan) -> None:
    assert printed(made, Champion(answered=True, model=1))[-7:] == [
        "Model",
        "  feature city changed [with west, without south]",
        "  The next learning fits a new model; the champion serves until it is promoted.",
        "",
        "Models that use what changes",
        "  2 (random_forest, at 2024-01-02T06): city",
        "  1 (random_forest, at 2024-01-02T06, champion): city",
    ]
    said = plan_document(made, Champion(answered=True, model=1), START)["models"]
    assert [(model["model"], model["features"], model["champion"]) for model in said] == [
        (2, ("city",), False),
        (1, ("city",), True),
    ]


def test_without_mlflow_the_plan_says_that_the_champion_is_not_known(made: Plan) -> None:
    assert printed(made, Champion(answered=False))[-1] == (
        "  Which of them is champion is not known: MLflow does not answer."
    )
    said = plan_document(made, Champion(answered=False), START)["models"]
    assert [model["champion"] for model in said] == [None, None]


def test_of_many_models_the_newest_are_shown_and_the_champion() -> None:
    features = ("a", "b", "c", "d", "e", "f", "g", "h")
    models = tuple(
        ModelConcerned(n, "random_forest", "2024-01-02T06", features, True) for n in range(30, 0, -1)
    )
    changed = (Change("owner", "", "us", "them", "words"),)
    plan = Plan("trips", True, pipeline_changes=changed, models=models)
    printed_plan = printed(plan, Champion(answered=True, model=3))
    lines = printed_plan[printed_plan.index("Models that use what changes") + 1 :]
    assert [line.split()[0] for line in lines[:11]] == [str(n) for n in range(30, 20, -1)] + ["3"]
    assert lines[0] == "  30 (random_forest, at 2024-01-02T06): the label, a, b, c, d, 4 more"
    assert lines[11:] == ["  and 19 others"]


def test_a_stack_that_does_not_run_is_no_error(tmp_path: Path) -> None:
    assert registered_champion.registered_champion(Settings(home=tmp_path), "trips") == Champion(
        answered=False
    )


@pytest.mark.parametrize(
    ("status", "version", "expected"),
    [
        (200, {"version": "3", "tags": [{"key": "headgate.model", "value": "7"}]}, Champion(True, 3, 7)),
        (200, {"version": "1"}, Champion(True, 1)),
        (404, {}, Champion(True)),
        (500, {}, Champion(False)),
    ],
)
def test_the_registry_says_which_model_serves(
    monkeypatch: pytest.MonkeyPatch, status: int, version: dict[str, Any], expected: Champion
) -> None:
    def get(address: str, **_: Any) -> httpx.Response:
        request = httpx.Request("GET", address)
        return httpx.Response(status, json={"model_version": version}, request=request)

    server = Server("http://mlflow", "", SecretStr(""))
    monkeypatch.setattr(ask_registry, "mlflow_server", lambda _: server)
    monkeypatch.setattr(httpx, "get", get)
    assert registered_champion.registered_champion(Settings(), "trips") == expected
