"""A backfill that was cancelled, and a run of it that was cleared: the documented way out leads on."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

from headgate.cli.backfill import active_backfill
from headgate.stack.airflow_client import AirflowClient
from tests.integration.headgate_stack import HeadgateStack
from tests.integration.shop.shop_files import land

FIRST, SECOND = datetime(2024, 1, 1, 6, tzinfo=UTC), datetime(2024, 1, 1, 7, tzinfo=UTC)
BOTH = ("--from", "2024-01-01T06", "--to", "2024-01-01T07")


def test_the_way_out_of_a_cancelled_backfill(shop: HeadgateStack) -> None:
    land(shop, FIRST, "10,open,6.00")
    land(shop, SECOND, "11,open,7.00")
    with AirflowClient(shop.settings) as client:
        _until(lambda: active_backfill(client, "shop") is None)  # Airflow closes the last one up to 30 s late
        backfill = client.post(
            "/backfills",
            {
                "dag_id": "shop_hourly",
                "from_date": FIRST.isoformat(),
                "to_date": SECOND.isoformat(),
                "reprocess_behavior": "none",
                "max_active_runs": 1,
            },
        )
        _until(lambda: shop.state_of(FIRST) == "running")
        client.put(f"/backfills/{backfill['id']}/cancel", {})
        _until(lambda: shop.state_of(FIRST) in ("success", "failed"))
        assert shop.state_of(SECOND) == "failed"

        run = f"/dags/shop_hourly/dagRuns/{quote(shop.run_of(SECOND)['dag_run_id'], safe='')}"
        client.post(f"{run}/clear", {"dry_run": False, "only_failed": False})
        time.sleep(10)
        assert shop.state_of(SECOND) == "queued"
        stuck = shop.headgate("run", "shop", *BOTH, "--reprocess", "failed")
        assert (stuck.code, "stays queued" in stuck.err) == (1, True), stuck.out + stuck.err
        client.patch(run, {"state": "failed"})
    on = shop.headgate("run", "shop", *BOTH, "--reprocess", "failed")
    assert on.code == 0, on.out + on.err
    assert shop.ledger().last_hour_done() == SECOND
    assert shop.state_of(SECOND) == "success"


def _until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + 600
    while not holds():
        assert time.monotonic() < limit
        time.sleep(1)
