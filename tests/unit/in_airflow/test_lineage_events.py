"""What OpenLineage is sent about a gate and a publish: tables, versions, columns, rows and data quality."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from airflow.sdk import TaskInstanceState
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.transport.http import HttpConfig, HttpTransport

from headgate.airflow import hourly_dags
from headgate.airflow.lineage import facts
from headgate.airflow.lineage.events import operator_lineage
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.spec.settings import Settings
from tests.alert_receivers import channel
from tests.unit.in_airflow.alerted_shop import AMOUNT, close_gate
from tests.unit.in_airflow.records import Ledger

RUN = "01933a2c-0000-7000-8000-000000000000"


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenLineage's provider is told where to send events."""
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__TRANSPORT", '{"type": "console"}')


@pytest.fixture
def no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs do nothing: the records are there already."""
    monkeypatch.setattr(ConnectJobOperator, "execute", lambda operator, context: None)


def task(name: str, attempt: str) -> Any:
    found: Any = hourly_dags()["shop_hourly"].get_task(name)
    found.attempt = attempt
    return found


def sent(task: Any, state: TaskInstanceState) -> dict[str, Any]:
    """The event about a task as it arrives at a server, by OpenLineage's own client."""
    lineage = ExtractorManager().extract_metadata(
        dagrun=SimpleNamespace(run_id="scheduled__1"),
        task=task,
        task_instance_state=state,
        task_instance=SimpleNamespace(),
    )
    with channel() as server:
        client = OpenLineageClient(transport=HttpTransport(HttpConfig(url=f"http://127.0.0.1:{server.port}")))
        client.emit(
            RunEvent(
                eventTime="2024-01-01T08:00:00Z",
                run=Run(runId=RUN),
                job=Job(namespace="default", name="shop_hourly"),
                producer="https://example.org",
                eventType=RunState.COMPLETE,
                inputs=lineage.inputs,
                outputs=lineage.outputs,
            )
        )
        client.close(timeout=5)
        ((path, body),) = server.posted
    assert path == "/api/v1/lineage"
    return body


def values(facet: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facet.items() if not name.startswith("_")}


def publish_silver(settings: Settings) -> str:
    ledger = Ledger(settings)
    ledger.line("bronze", 7, rows={"bronze.orders": (200, 0, 200)}, versions={"bronze.orders": 5})
    ledger.line(
        "silver",
        7,
        rows={"silver.orders": (200, 7, 193)},
        versions={"silver.orders_changes": 3, "silver.orders": 4},
    )
    return "2024-01-01T07--00000002"


def test_a_publish_tells_versions_rows_schema_and_where_columns_come_from(
    pipelines: Settings, wanted: None, no_job: None
) -> None:
    publish = task("silver.publish", publish_silver(pipelines))
    publish.execute({})
    event = sent(publish, TaskInstanceState.SUCCESS)
    lake = str(pipelines.lake)
    (read,) = event["inputs"]
    assert (read["namespace"], read["name"]) == ("file", f"{lake}/shop/bronze/orders")
    assert values(read["facets"]["version"]) == {"datasetVersion": "5"}
    log, live = event["outputs"]
    assert [log["name"], live["name"]] == [
        f"{lake}/shop/silver/orders_changes",
        f"{lake}/shop/silver/orders",
    ]
    assert values(log["facets"]["version"]) == {"datasetVersion": "3"}
    assert values(live["facets"]["version"]) == {"datasetVersion": "4"}
    assert log["outputFacets"]["outputStatistics"]["rowCount"] == 193
    assert live["outputFacets"] == {}
    assert [(column["name"], column["type"]) for column in log["facets"]["schema"]["fields"]] == [
        ("order_id", "bigint"),
        ("amount", "double"),
    ]
    (origin,) = log["facets"]["columnLineage"]["fields"]["amount"]["inputFields"]
    assert (origin["name"], origin["field"]) == (f"{lake}/shop/bronze/orders", "amount")
    (named,) = live["facets"]["symlinks"]["identifiers"]
    assert (named["namespace"], named["name"]) == ("headgate", "shop_silver.orders")
    assert log["facets"]["ownership"]["owners"][0]["name"] == "the shop's team"


def test_the_archive_comes_from_the_landing_folder(pipelines: Settings) -> None:
    publish_silver(pipelines)
    found = facts.published(pipelines, "shop", "bronze", "2024-01-01T07--00000001")
    assert found is not None
    assert [table.path for table in found.inputs] == [str(pipelines.landing / "shop" / "orders")]
    assert [table.rows for table in found.outputs] == [200]


def test_a_table_on_s3_is_named_by_its_bucket_and_key() -> None:
    table = facts.TableFacts("shop_silver.orders", "s3a://data/lake/shop/silver/orders")
    lineage = operator_lineage(facts.TaskFacts("the shop's team", (table,), (table,)))
    (read,), (written,) = lineage.inputs, lineage.outputs
    assert (read.namespace, read.name) == ("s3://data", "lake/shop/silver/orders")
    assert (written.namespace, written.name) == ("s3://data", "lake/shop/silver/orders")


def test_of_what_a_function_makes_only_the_tables_are_known(pipelines: Settings) -> None:
    ledger = Ledger(pipelines)
    ledger.line("gold", 7, rows={"gold.examples": (9, 0, 9)}, versions={"gold.examples": 2})
    found = facts.published(pipelines, "shop", "gold", "2024-01-01T07--00000001")
    assert found is not None
    (examples,) = found.outputs
    assert [table.name for table in found.inputs] == ["shop_silver.orders_changes"]
    assert set(examples.origins.values()) == {()}


def test_a_gate_that_closed_tells_each_rule_and_no_value(
    pipelines: Settings, wanted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_gate(pipelines, Ledger(pipelines), 7, AMOUNT)

    def closed(operator: object, context: object) -> None:
        raise RuntimeError("closed")

    monkeypatch.setattr(ConnectJobOperator, "execute", closed)
    gate = task("silver.gate", "2024-01-01T07--00000001")
    with pytest.raises(RuntimeError, match="closed"):
        gate.execute({})
    event = sent(gate, TaskInstanceState.FAILED)
    (table,) = event["inputs"]
    assert table["name"] == f"{pipelines.lake}/shop/silver/orders_changes"
    (assertion,) = table["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert {name: assertion[name] for name in ("assertion", "column", "success", "severity", "actual")} == {
        "assertion": "amount.between",
        "column": "amount",
        "success": False,
        "severity": "error",
        "actual": "7 of 200 broken",
    }
    assert "-3.5" not in json.dumps(event)
    assert event["outputs"] == []


def test_by_default_nothing_is_collected(pipelines: Settings, no_job: None) -> None:
    publish = task("silver.publish", publish_silver(pipelines))
    publish.execute({})
    assert publish.get_openlineage_facets_on_complete(None) is None


def test_a_task_does_not_fail_for_its_lineage(
    pipelines: Settings, wanted: None, no_job: None, caplog: pytest.LogCaptureFixture
) -> None:
    publish = task("silver.publish", publish_silver(pipelines))
    (pipelines.pipelines / "shop" / "pipeline.yaml").write_text("pipelin: shop\n")
    with caplog.at_level("ERROR"):
        publish.execute({})
    assert publish.get_openlineage_facets_on_complete(None) is None
    assert "no lineage of this task is sent" in caplog.text
