"""A pipeline made by `new` runs, in a second stack beside the first; neither knows of the other.

Its people are told of a gate that closes: once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from headgate.stack.airflow_client import AirflowClient
from tests.alert_receivers import Channel, channel
from tests.integration.headgate_stack import Demo, HeadgateStack

FIRST, LAST, CLOSED, BEHIND = "2024-01-01T00", "2024-01-01T01", "2024-01-01T02", "2024-01-01T03"
ALERTS = "alerts: {to: [shop_channel]}\n"


@pytest.fixture(scope="module")
def told() -> Iterator[Channel]:
    """The channel that the new pipeline's people read."""
    with channel() as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_SHOP_CHANNEL", found.connection())
        yield found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, demo: Demo, told: Channel) -> Iterator[HeadgateStack]:
    """A stack with one new pipeline, in folders of its own, while the demo's stack is up."""
    root = tmp_path_factory.mktemp("second")
    stack = HeadgateStack(root / "home", root)
    made = stack.headgate("new", "shop")
    assert made.code == 0, made.err
    spec = root / "pipelines" / "shop" / "pipeline.yaml"
    spec.write_text(spec.read_text() + ALERTS)
    try:
        started = stack.headgate("up")
        assert started.code == 0, started.out + started.err
        yield stack
    finally:
        stopped = stack.headgate("down")
    assert stopped.code == 0, stopped.err


def test_a_new_pipeline_runs_from_landing_file_to_table(shop: HeadgateStack) -> None:
    checked = shop.headgate("check", "shop")
    assert checked.code == 0, checked.out + checked.err
    ran = shop.headgate("run", "shop", "--from", FIRST, "--to", LAST)
    assert ran.code == 0, ran.out + ran.err
    assert "2 hours published" in ran.out
    assert shop.rows("SELECT id, status, amount FROM shop_silver.shop ORDER BY id") == [
        {"id": 1, "status": "paid", "amount": 19.9},
        {"id": 3, "status": "cancelled", "amount": 120.0},
        {"id": 4, "status": "open", "amount": 42.0},
    ]


def test_a_closed_gate_is_told_once_whatever_is_tried(shop: HeadgateStack, told: Channel) -> None:
    folder = shop.settings.landing / "shop" / "shop" / "2024" / "01" / "01" / "02"
    folder.mkdir(parents=True)
    (folder / "20240101-020000000.csv").write_text("Op,committed_at,number\nI,2024-01-01 02:01:00,5\n")
    ran = shop.headgate("run", "shop", "--from", CLOSED, "--to", BEHIND)
    assert ran.code == 1
    assert "2024-01-01 02:00  failed at bronze.gate" in ran.out
    assert "2024-01-01 03:00  behind a closed gate" in ran.out
    again = shop.headgate("run", "shop", "--from", CLOSED, "--to", CLOSED, "--reprocess", "failed")
    assert again.code == 1
    assert _alerts_run(shop, test=False) == "success"
    (text,) = told.texts
    assert text.startswith("`shop: the bronze gate is closed at 2024-01-01 02:00`\n```")
    assert f"{shop.addresses.airflow}/headgate/reports/shop/bronze/2024-01-01T02/" in text
    assert "./headgate gate divert shop" in text
    assert _alerts_run(shop, test=True) == "success"
    assert [line.split("\n")[0] for line in told.texts[1:]] == ["`shop: a test message`"]
    lines = shop.rows("SELECT target, state FROM shop_ops.alerts WHERE kind = 'closed_gate' ORDER BY line")
    assert lines == [{"target": "shop_channel", "state": state} for state in ("sending", "sent")]


def _alerts_run(stack: HeadgateStack, test: bool) -> str:
    """Trigger the DAG that looks what there is to tell; how its run ended."""
    with AirflowClient(stack.settings) as client:
        run = client.post("/dags/shop_alerts/dagRuns", {"logical_date": None, "conf": {"test": test}})
        path = f"/dags/shop_alerts/dagRuns/{quote(run['dag_run_id'], safe='')}"
        limit = time.monotonic() + 120
        while (state := str(client.get(path)["state"])) in ("queued", "running"):
            assert time.monotonic() < limit, f"the run is still {state}"
            time.sleep(1)
    return state


def test_two_stacks_stand_side_by_side(shop: HeadgateStack, stack: HeadgateStack) -> None:
    assert [found["pipeline"] for found in shop.status()["pipelines"]] == ["shop"]
    assert [found["pipeline"] for found in stack.status()["pipelines"]] == ["flights"]
    ours, theirs = shop.addresses, stack.addresses
    assert {ours.airflow, ours.mlflow}.isdisjoint({theirs.airflow, theirs.mlflow})


def test_stopping_one_leaves_the_other_at_work(shop: HeadgateStack, stack: HeadgateStack) -> None:
    assert shop.headgate("down").code == 0
    assert all(part["healthy"] for part in stack.status()["parts"])
