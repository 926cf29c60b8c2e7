"""Maintenance on the real Airflow: few files with the same rows, old attempts and old runs gone."""

from __future__ import annotations

import time
from typing import Any

from headgate.cli.airflow_runs import log_tail, run_of_answer, tasks_of
from headgate.lake.paths import table_path
from headgate.lake.storage import open_table
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.layout import Layout
from headgate.stack.postgres import connect
from tests.integration.headgate_stack import HeadgateStack

NOW = {"keep_versions": "0m", "keep_staging": "0m", "keep_reports": "0m", "keep_runs": "2d"}
TABLES = ("silver.shop", "silver.shop_changes", "bronze.shop")


def files(shop: HeadgateStack) -> list[int]:
    return [len(open_table(table_path(shop.settings.lake, "shop", name)).file_uris()) for name in TABLES]


def rows(shop: HeadgateStack) -> list[list[dict[str, Any]]]:
    return [sorted(shop.rows(f"SELECT * FROM shop_{name}"), key=str) for name in TABLES]


def test_tables_and_runs_are_cleaned_and_what_counts_stays(shop: HeadgateStack) -> None:
    old, *young = shop.runs("shop_alerts")
    with connect(Layout.of(shop.settings), "airflow") as database, database.cursor() as cursor:
        cursor.execute(
            "UPDATE dag_run SET start_date = start_date - interval '3 days', "
            "run_after = run_after - interval '3 days' WHERE run_id = %s",
            (old["dag_run_id"],),
        )
        assert cursor.rowcount == 1
    before, many = rows(shop), files(shop)
    assert many[2] > 1
    with AirflowClient(shop.settings) as client:
        run = run_of_answer(client.post("/dags/shop_maintain/dagRuns", {"logical_date": None, "conf": NOW}))
        limit = time.monotonic() + 600
        while (state := client.get(run.path)["state"]) in ("queued", "running"):
            assert time.monotonic() < limit, f"the run is still {state}"
            time.sleep(1)
        logs = {task.task_id: "\n".join(log_tail(client, run, task, 200)) for task in tasks_of(client, run)}
    assert state == "success", logs
    assert rows(shop) == before
    assert files(shop) == [1, 1, 1]
    assert all(f"{name} " in logs["tables"] for name in (*TABLES, "staging", "reports"))
    assert "freed" in logs["tables"]
    left = [found["dag_run_id"] for found in shop.runs("shop_alerts")]
    assert left == [found["dag_run_id"] for found in young]
    assert shop.status()["pipelines"][0]["last_hour_done"]
