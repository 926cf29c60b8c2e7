"""A backfill that was cancelled, and a run of it that was cleared: the documented way out leads on."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

from headgate.cli.backfill import active_backfill
from headgate.stack.airflow_client import AirflowClient
from tests.integration.headgate_stack import Demo, HeadgateStack

FIRST, SECOND = datetime(2013, 1, 29, 8, tzinfo=UTC), datetime(2013, 1, 29, 9, tzinfo=UTC)
BOTH = ("--from", "2013-01-29T08", "--to", "2013-01-29T09")


def test_the_way_out_of_a_cancelled_backfill(demo: Demo, stack: HeadgateStack) -> None:
    sample = stack.headgate("sample", "flights", *BOTH)
    assert sample.code == 0, sample.err
    with AirflowClient(stack.settings) as client:
        _until(
            lambda: active_backfill(client, "flights") is None
        )  # Airflow closes the last one up to 30 s late
        backfill = client.post(
            "/backfills",
            {
                "dag_id": "flights_hourly",
                "from_date": FIRST.isoformat(),
                "to_date": SECOND.isoformat(),
                "reprocess_behavior": "none",
                "max_active_runs": 1,
            },
        )
        _until(lambda: _state(stack, FIRST) == "running")
        client.put(f"/backfills/{backfill['id']}/cancel", {})
        _until(lambda: _state(stack, FIRST) in ("success", "failed"))
        assert _state(stack, SECOND) == "failed"

        run = f"/dags/flights_hourly/dagRuns/{quote(stack.run_of(SECOND)['dag_run_id'], safe='')}"
        client.post(f"{run}/clear", {"dry_run": False, "only_failed": False})
        time.sleep(10)
        assert _state(stack, SECOND) == "queued"
        stuck = stack.headgate("run", "flights", *BOTH, "--reprocess", "failed")
        assert (stuck.code, "stays queued" in stuck.err) == (1, True), stuck.out + stuck.err
        client.patch(run, {"state": "failed"})
    on = stack.headgate("run", "flights", *BOTH, "--reprocess", "failed")
    assert on.code == 0, on.out + on.err
    assert stack.ledger().last_hour_done() == SECOND
    assert _state(stack, SECOND) == "success"


def _state(stack: HeadgateStack, hour: datetime) -> str:
    state: str = stack.run_of(hour)["state"]
    return state


def _until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + 300
    while not holds():
        assert time.monotonic() < limit
        time.sleep(1)
