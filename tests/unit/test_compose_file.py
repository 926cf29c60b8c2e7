"""docker-compose.yaml: nothing floats, nothing is open, no secret has a default, all has its bounds."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from headgate.spec.settings import REPOSITORY
from headgate.stack.compose import CHOICES, SECRETS

TEXT = (REPOSITORY / "docker-compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = {"airflow-init", "accounts", "archive", "headgate", "store-probe"}
"""Services that end when their work is done."""
STORE = {
    "AWS_ACCESS_KEY_ID": "",
    "AWS_ENDPOINT_URL": "",
    "AWS_REGION": "",
    "AWS_SECRET_ACCESS_KEY": "",
    "HEADGATE_ARTIFACTS": "file:///artifacts",
    "HEADGATE_LAKE": "",
    "STORE_INTERNAL": "true",
}
"""What says where lake and artifacts are on S3. The keys have no default: where lake or artifacts are there,
the probe demands that the store opens."""

each_service = pytest.mark.parametrize("name", SERVICES)


@each_service
def test_images_have_fixed_versions(name: str) -> None:
    image = re.sub(r"\$\{\w+:-(.*)\}", r"\1", SERVICES[name]["image"])
    assert re.search(r":\d", image), image


@each_service
def test_only_this_machine_reaches_a_published_port(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))
    published = bool(SERVICES[name].get("ports"))
    assert published == (name in {"airflow-api-server", "mlflow"})


@each_service
def test_services_have_no_more_rights_than_they_need(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert ("cap_add" in service) == (name == "postgres")


@each_service
def test_memory_and_logs_are_bounded(name: str) -> None:
    assert SERVICES[name]["mem_limit"]
    assert SERVICES[name]["logging"]["options"] == {"max-size": "10m", "max-file": "3"}


@each_service
def test_what_dies_is_started_again_and_has_its_health_asked(name: str) -> None:
    service = SERVICES[name]
    if name in ONCE:
        assert service["restart"] in {"on-failure", "no"}
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]


def test_the_database_is_reached_by_those_who_need_it() -> None:
    members = {name for name, service in SERVICES.items() if "database" in service.get("networks", [])}
    assert members == {
        "postgres",
        "airflow-init",
        "airflow-api-server",
        "airflow-dag-processor",
        "airflow-scheduler",
        "mlflow",
    }
    assert SERVICES["postgres"]["networks"] == ["database"]
    assert COMPOSE["networks"]["database"] == {"internal": True}


def test_the_cluster_is_reached_by_those_who_use_it() -> None:
    members = {name for name, service in SERVICES.items() if "cluster" in service.get("networks", [])}
    assert members == {"spark-master", "spark-worker", "engine", "airflow-scheduler", "headgate"}
    assert COMPOSE["networks"]["cluster"] == {"internal": True}


def test_addresses_that_people_see_are_chosen_once() -> None:
    airflow = "${AIRFLOW_ADDRESS:-http://localhost:${AIRFLOW_PORT:-8080}}"
    mlflow = "${MLFLOW_ADDRESS:-http://localhost:${MLFLOW_PORT:-5000}}"
    assert variables(SERVICES["airflow-api-server"])["AIRFLOW__API__BASE_URL"] == airflow
    assert variables(SERVICES["headgate"])["HEADGATE_SERVED_AIRFLOW_SHOWN"] == airflow
    assert variables(SERVICES["headgate"])["HEADGATE_SERVED_MLFLOW_SHOWN"] == mlflow
    assert variables(SERVICES["mlflow"])["MLFLOW_SHOWN"] == mlflow
    connection = variables(SERVICES["airflow-scheduler"])["AIRFLOW_CONN_HEADGATE_MLFLOW"]
    assert json.loads(connection)["extra"] == {"shown_as": mlflow}
    assert TEXT.replace(airflow, "").replace(mlflow, "").count("http://localhost:${") == 0
    assert "--allowed-hosts" not in TEXT  # the server takes them from the address


def test_pages_know_where_mlflow_is_and_no_password_of_it() -> None:
    name = "AIRFLOW_CONN_HEADGATE_MLFLOW"
    with_it = {
        service: variables(found)[name] for service, found in SERVICES.items() if name in variables(found)
    }
    assert set(with_it) == {"airflow-api-server", "airflow-scheduler"}
    pages, tasks = (json.loads(with_it[service]) for service in sorted(with_it))
    assert pages.keys() == tasks.keys() - {"login", "password"}
    assert all(tasks[part] == pages[part] for part in pages)


AIRFLOW = {"airflow-init", "airflow-api-server", "airflow-dag-processor", "airflow-scheduler"}


@pytest.mark.parametrize(
    ("name", "reached"),
    [
        ("mlflow", {"postgres", *AIRFLOW, "accounts", "headgate"}),
        ("airflow-api-server", {"postgres", *AIRFLOW, "mlflow", "accounts", "headgate"}),
        ("engine", {"spark-master", "spark-worker", "airflow-scheduler", "headgate", "store-probe"}),
        ("postgres", {*AIRFLOW, "mlflow"}),
        ("archive", set()),
    ],
)
def test_who_reaches_whom(name: str, reached: set[str]) -> None:
    own = set(SERVICES[name].get("networks", []))
    found = {other for other, service in SERVICES.items() if own & set(service.get("networks", []))}
    assert found - {name} == reached - {name}


def test_secrets_are_demanded_and_choices_have_defaults() -> None:
    demanded = set(re.findall(r"(?<!\$)\$\{(\w+):\?", TEXT))
    plain = re.sub(r"(?<=localhost:)\$\{\w+:-(\d+)\}", r"\1", TEXT)  # the port within an address
    chosen = dict(re.findall(r"(?<!\$)\$\{(\w+):-([^}]*)\}", plain))
    assert set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT)) == demanded | set(chosen)
    assert demanded == set(SECRETS)
    others = {"ACCOUNT_PASSWORDS", "HEADGATE_IMAGE", *STORE}
    assert set(chosen) == set(CHOICES) | others
    assert {name: value for name, value in CHOICES.items() if name != "HEADGATE_LANDING"} == {
        name: value for name, value in chosen.items() if name not in {"HEADGATE_LANDING", *others}
    }
    assert {name: chosen[name] for name in STORE} == STORE


def test_the_store_is_reached_by_those_who_read_or_write_there() -> None:
    members = {name for name, service in SERVICES.items() if "store" in service.get("networks", [])}
    assert members == {"airflow-scheduler", "engine", "headgate", "spark-worker", "store-probe"}
    with_keys = {name for name, found in SERVICES.items() if "AWS_SECRET_ACCESS_KEY" in variables(found)}
    assert with_keys == members | {"airflow-api-server", "mlflow"}
    for name in with_keys - members:  # these have a way out of their own
        assert {"airflow", "tracking"} & set(SERVICES[name]["networks"])
    assert COMPOSE["networks"]["store"] == {"internal": "${STORE_INTERNAL:-true}"}


def variables(service: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = service.get("environment", {})
    return found


def test_whoever_writes_to_the_store_waits_until_it_was_tried() -> None:
    tried = {"condition": "service_completed_successfully"}
    waiting = {name for name, found in SERVICES.items() if found.get("depends_on", {}).get("store-probe")}
    assert waiting == {"airflow-scheduler", "engine", "mlflow"}
    assert all(SERVICES[name]["depends_on"]["store-probe"] == tried for name in waiting)
    assert "profiles" not in SERVICES["store-probe"]
    assert SERVICES["store-probe"]["restart"] == "no"


def overrides() -> list[dict[str, Any]]:
    """The files beside docker-compose.yaml that docs/compose.md shows."""
    text = (REPOSITORY / "docs/compose.md").read_text()
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    return [block for block in blocks if "services" in block]


def test_the_overrides_in_the_documents_are_of_services_that_there_are() -> None:
    shown = {name: found for override in overrides() for name, found in override["services"].items()}
    assert list(shown) == ["airflow-api-server", "airflow-scheduler"]
    assert set(shown) <= set(SERVICES)
    lineage = shown["airflow-scheduler"]["environment"]
    transport = lineage["AIRFLOW__OPENLINEAGE__TRANSPORT"].replace("${LINEAGE_KEY:?}", "secret")
    assert json.loads(transport) == {
        "type": "http",
        "url": "https://lineage.example.org",
        "auth": {"type": "api_key", "apiKey": "secret"},
    }
    assert {"airflow", "tracking"} <= set(SERVICES["airflow-scheduler"]["networks"])
    assert [COMPOSE["networks"][name] for name in ("airflow", "tracking")] == [None, None]


def test_one_service_builds_the_image_and_no_other_pulls_it() -> None:
    own = {name: service for name, service in SERVICES.items() if "headgate" in service["image"]}
    assert [name for name, service in own.items() if "build" in service] == ["airflow-init"]
    assert {service["pull_policy"] for name, service in own.items() if name != "airflow-init"} == {"never"}


def test_the_image_runs_as_an_ordinary_user_under_tini() -> None:
    lines = (REPOSITORY / "docker/Dockerfile").read_text().splitlines()
    assert "USER headgate" in lines
    assert any(line.startswith('ENTRYPOINT ["tini"') for line in lines)
    assert not [line for line in lines if line.startswith("# syntax")]
