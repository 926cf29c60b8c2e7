"""Every container is replaced by one of another image while a backfill runs: nothing is lost."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import httpx

from headgate.stack.airflow_accounts import log_in
from tests.compose.compose_stack import PROJECT, ComposeStack
from tests.compose.eventful_demo import EventfulDemo
from tests.oracle.flights_tables import EXAMPLE_KEY, FEEDS, by_key, examples, live_rows, replay

HOURS = ("2013-01-29T01:00:00Z", "2013-01-29T02:00:00Z")
END = datetime(2013, 1, 29, 3)  # noqa: DTZ001 the oracle's moments are UTC without zone
SECONDS = 900.0


def test_an_upgrade_during_a_backfill_loses_nothing(demo: EventfulDemo, stack: ComposeStack) -> None:
    written = stack.headgate(
        "sample", "flights", "--load-at", "2013-01-01T00", "--from", HOURS[0][:13], "--to", HOURS[1][:13]
    )
    assert written.code == 0, written.err
    before = {name: found[0]["ID"] for name, found in stack.services().items()}
    with httpx.Client(base_url=stack.airflow, timeout=30, trust_env=False) as client:
        log_in(client, "admin", stack.secret("AIRFLOW_ADMIN_PASSWORD"))
        backfill = {"dag_id": "flights_hourly", "from_date": HOURS[0], "to_date": HOURS[1]}
        client.post(
            "/api/v2/backfills",
            json={
                **backfill,
                "reprocess_behavior": "none",
                "max_active_runs": 1,
                "run_on_latest_version": True,
            },
        ).raise_for_status()
        wait_for(lambda: published_bronze(client))
        image = f"{PROJECT}:2"
        assert stack.run("docker", "tag", stack.environment["HEADGATE_IMAGE"], image).code == 0
        stack.environment["HEADGATE_IMAGE"] = image
        stack.compose("up", "--detach", "--wait")
        wait_for(lambda: [run["state"] for run in runs(client)] == ["success", "success"])
    after = {name: found[0]["ID"] for name, found in stack.services().items()}
    assert {name for name in before if before[name] == after[name]} == {"postgres"}
    landing = stack.settings.landing / "flights"
    flights, weather = (replay(landing, feed, END) for feed in ("flights", "weather"))
    for feed, replayed in (("flights", flights), ("weather", weather)):
        expected = live_rows(replayed, feed)
        found = stack.rows(f"SELECT {', '.join(expected[0])} FROM flights_silver.{feed}")
        assert by_key(found, FEEDS[feed][0]) == by_key(expected, FEEDS[feed][0])
    wanted = examples(flights, weather, END)
    found = stack.rows(f"SELECT {', '.join(wanted[0])} FROM flights_gold.examples")
    assert by_key(found, EXAMPLE_KEY) == by_key(wanted, EXAMPLE_KEY)


def runs(client: httpx.Client) -> list[dict[str, Any]]:
    parameters = {"logical_date_gte": HOURS[0], "order_by": "logical_date"}
    answer = client.get("/api/v2/dags/flights_hourly/dagRuns", params=parameters).raise_for_status()
    found: list[dict[str, Any]] = answer.json()["dag_runs"]
    assert "failed" not in {run["state"] for run in found}
    return found


def published_bronze(client: httpx.Client) -> bool:
    """Whether the first of the hours has published bronze: the next hops are at work."""
    for run in runs(client)[:1]:
        path = f"/api/v2/dags/flights_hourly/dagRuns/{run['dag_run_id']}/taskInstances/bronze.publish"
        return bool(client.get(path).raise_for_status().json()["state"] == "success")
    return False


def wait_for(happened: Any) -> None:
    limit = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(1)
