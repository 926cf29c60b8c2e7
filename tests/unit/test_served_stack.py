"""A stack that others start: its addresses for people and programs, and what is asked of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

import httpx
import pytest

from headgate.cli.ask_registry import ask_registry
from headgate.cli.running_stack import require_running
from headgate.cli.start_run import trigger_run
from headgate.cli.submit_job import job_environment
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses, airflow_server, mlflow_server
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.errors import StackNotRunning
from headgate.stack.served_engine import command, is_known
from headgate.stack.served_stack import served_stack
from tests.unit.airflow_answers import AirflowAnswers, dag_run

VARIABLES = {
    "AIRFLOW": "http://airflow-api-server:8080",
    "AIRFLOW_SHOWN": "http://localhost:18080",
    "AIRFLOW_USER": "admin",
    "AIRFLOW_PASSWORD": "airflow-secret",
    "MLFLOW": "http://mlflow:5000",
    "MLFLOW_SHOWN": "http://localhost:15000",
    "MLFLOW_USER": "pipelines",
    "MLFLOW_PASSWORD": "mlflow-secret",
    "MLFLOW_CHANGES": "/changes",
    "ENGINE": "sc://engine:15002/;use_ssl=false;token=engine-secret",
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(f"HEADGATE_SERVED_{name}", value)
    return Settings(home=tmp_path)


def test_people_and_programs_have_addresses_of_their_own(settings: Settings) -> None:
    found = addresses(settings)
    assert (found.airflow, found.mlflow) == ("http://localhost:18080", "http://localhost:15000")
    assert found.engine == "sc://engine:15002/;authorization=Bearer%20engine-secret"
    assert airflow_server(settings).address == "http://airflow-api-server:8080"
    assert airflow_server(settings).login == ("admin", "airflow-secret")
    assert mlflow_server(settings).address == "http://mlflow:5000"
    assert mlflow_server(settings).login == ("pipelines", "mlflow-secret")


def test_printing_it_shows_no_secret(settings: Settings) -> None:
    assert "secret" not in f"{served_stack()!r} {airflow_server(settings)!r}".replace("SecretStr", "")


@pytest.mark.usefixtures("settings")
def test_a_run_that_a_command_triggers_there_says_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ana")
    client = AirflowAnswers({"/dags/flights_gate/dagRuns": [dag_run("manual__1", "queued")]})
    trigger_run(cast(AirflowClient, client), "flights_gate", {"decision": "accept"})
    form = {"decision": "accept", "asked_by": "ana"}
    said = {"logical_date": None, "conf": form, "note": "asked by ana"}
    assert client.posted == [("/dags/flights_gate/dagRuns", said)]


def test_it_is_not_looked_for_in_the_home(settings: Settings) -> None:
    require_running(settings)


def test_without_the_variables_the_embedded_stack_is_meant(tmp_path: Path) -> None:
    assert served_stack() is None
    with pytest.raises(StackNotRunning):
        addresses(Settings(home=tmp_path))
    with pytest.raises(StackNotRunning):
        airflow_server(Settings(home=tmp_path))
    with pytest.raises(StackNotRunning):
        require_running(Settings(home=tmp_path))


def test_the_engine_serves_on_the_cluster_and_has_no_secret_on_its_command_line(settings: Settings) -> None:
    line = command(settings, "spark://spark-master:7077")
    assert line[line.index("--master") + 1] == "spark://spark-master:7077"
    assert "spark.connect.grpc.binding.port=15002" in line
    assert "spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog" in line
    assert not [word for word in line if "secret" in word or "token" in word]


@pytest.mark.parametrize(
    ("applications", "known"),
    [
        ([], False),
        ([{"name": "flights_learn", "state": "RUNNING"}], False),
        ([{"name": "flights_learn"}, {"name": "headgate-engine", "state": "WAITING"}], True),
    ],
)
def test_a_forgotten_engine_is_noticed(applications: list[dict[str, str]], known: bool) -> None:
    assert is_known({"activeapps": applications}) == known


def test_a_job_finds_its_mlflow_and_carries_the_mark_of_its_home(settings: Settings) -> None:
    found = job_environment(settings)
    assert found["MLFLOW_TRACKING_URI"] == "http://mlflow:5000"
    assert found["MLFLOW_TRACKING_USERNAME"] == "pipelines"
    assert found["MLFLOW_TRACKING_PASSWORD"] == "mlflow-secret"
    assert found["HEADGATE_STACK"] == str(settings.home)
    assert found["PYSPARK_PYTHON"] == sys.executable


@pytest.mark.parametrize(
    ("model", "found"), [(404, None), (200, httpx.HTTPStatusError), (403, httpx.HTTPStatusError)]
)
def test_versions_of_a_model_that_is_not_there_are_absent_though_mlflow_forbids_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, model: int, found: type[Exception] | None
) -> None:
    answers = {"registered-models/alias": 403, "registered-models/get": model}

    def answer(url: str, **_: object) -> httpx.Response:
        status = answers[url.removeprefix("http://mlflow:5000/api/2.0/mlflow/")]
        return httpx.Response(status, request=httpx.Request("GET", url))

    monkeypatch.setattr(httpx, "get", answer)
    asked = {"name": "flights", "alias": "champion"}
    if found is None:
        assert ask_registry(settings, "registered-models/alias", asked) is None
    else:
        with pytest.raises(found, match="403"):
            ask_registry(settings, "registered-models/alias", asked)
