"""A file that cannot be trusted closes the gate: nothing flows until it is mended, or put aside.

Its people are told of it: once.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import quote

from headgate.cli.airflow_runs import Run, Task, log_tail
from headgate.stack.airflow_client import AirflowClient
from tests.alert_receivers import Channel
from tests.integration.headgate_stack import HeadgateStack
from tests.integration.shop.shop_files import HEADER, WITHOUT_KEY, land

CLOSED, BEHIND = datetime(2024, 1, 1, 2, tzinfo=UTC), datetime(2024, 1, 1, 3, tzinfo=UTC)
DIVERTED, AFTER = datetime(2024, 1, 1, 4, tzinfo=UTC), datetime(2024, 1, 1, 5, tzinfo=UTC)


def test_a_closed_gate_holds_the_water_until_the_file_is_mended(shop: HeadgateStack, told: Channel) -> None:
    path = land(shop, CLOSED, "5,open,1.00", header=WITHOUT_KEY)
    land(shop, BEHIND, "6,open,2.00")
    before = shop.ledger().versions()

    answer = shop.headgate("run", "shop", "--from", "2024-01-01T02", "--to", "2024-01-01T03")
    _says_what_where_and_how_to_go_on(answer.code, answer.out, answer.err)
    _holds_the_later_hour_back(shop)
    assert shop.ledger().versions() == before
    again = shop.headgate(
        "run", "shop", "--from", "2024-01-01T02", "--to", "2024-01-01T02", "--reprocess", "failed"
    )
    assert again.code == 1
    _is_told_once(shop, told)

    path.write_text(path.read_text().replace(WITHOUT_KEY, HEADER))
    _clear(shop, CLOSED)
    on = shop.headgate(
        "run", "shop", "--from", "2024-01-01T03", "--to", "2024-01-01T03", "--reprocess", "completed"
    )
    assert on.code == 0, on.out + on.err
    assert shop.ledger().last_hour_done() == BEHIND
    assert shop.ledger().closed_gates() == []
    assert {entry.hour for entry in shop.ledger().done("silver")} >= {CLOSED, BEHIND}


def test_a_decision_opens_the_gate_around_the_file_and_is_on_record(shop: HeadgateStack) -> None:
    path = land(shop, DIVERTED, "7,open,3.00", "8,open,4.00", header=WITHOUT_KEY)
    land(shop, AFTER, "9,open,5.00")
    answer = shop.headgate("run", "shop", "--from", "2024-01-01T04", "--to", "2024-01-01T05")
    assert answer.code == 1
    assert "./headgate gate divert shop" in answer.err

    refused = shop.headgate("gate", "accept", "shop", "--why", "it looks well")
    assert refused.code == 1
    assert "accept is refused: a file cannot be taken as it is" in refused.err
    decided = shop.headgate("gate", "divert", "shop", "--why", "a header of the old release")
    assert decided.code == 0, decided.out + decided.err
    assert "2024-01-01 04:00  published" in decided.out
    command = "./headgate run shop --from 2024-01-01T05 --to 2024-01-01T05 --reprocess completed"
    assert command in decided.out
    (line,) = (entry for entry in shop.ledger().entries() if entry.state == "diverted")
    assert (line.hop, line.hour, line.decided_by, line.why) == (
        "bronze",
        DIVERTED,
        "admin",
        "a header of the old release",
    )

    path.write_text(path.read_text().replace(WITHOUT_KEY, HEADER))
    again = shop.headgate(*command.split()[1:])
    assert again.code == 0, again.out + again.err
    assert shop.ledger().closed_gates() == []
    mended = shop.rows("SELECT id, amount FROM shop_silver.shop WHERE id > 6 ORDER BY id")
    assert mended == [{"id": 7, "amount": 3.0}, {"id": 8, "amount": 4.0}, {"id": 9, "amount": 5.0}]


def _says_what_where_and_how_to_go_on(code: int, out: str, err: str) -> None:
    assert code == 1
    assert "2024-01-01 02:00  failed at bronze.gate" in out
    assert "2024-01-01 03:00  behind a closed gate" in out
    assert "The bronze gate of shop is closed at 2024-01-01" in err
    assert "columns missing: id" in err
    assert "report" in err
    assert "./headgate run shop --from 2024-01-01T02 --to 2024-01-01T03 --reprocess completed" in err


def _holds_the_later_hour_back(shop: HeadgateStack) -> None:
    gate = shop.tasks(shop.run_of(CLOSED))["bronze.gate"]
    assert (gate["state"], gate["try_number"]) == ("failed", 1)
    later = shop.run_of(BEHIND)
    stage = shop.tasks(later)["bronze.stage"]
    assert stage["state"] == "skipped"
    run = Run("shop_hourly", later["dag_run_id"], BEHIND, "success", None)
    with AirflowClient(shop.settings) as client:
        log = log_tail(client, run, Task("bronze.stage", "skipped", None, stage["try_number"], ""), 50)
    assert any("behind 2024-01-01 02:00" in line for line in log)
    (closed,) = shop.ledger().closed_gates()
    assert (closed.hop, closed.hour) == ("bronze", CLOSED)
    assert (shop.settings.reports / closed.report).is_file()
    (found,) = shop.status()["pipelines"]
    assert [gate["hop"] for gate in found["closed_gates"]] == ["bronze"]


def _is_told_once(shop: HeadgateStack, told: Channel) -> None:
    """Whatever was tried meanwhile; and a test message comes when it is asked for."""
    assert _alerts_run(shop, test=False) == "success"
    (text,) = told.texts
    assert text.startswith("`shop: the bronze gate is closed at 2024-01-01 02:00`\n```")
    assert f"{shop.addresses.airflow}/headgate/reports/shop/bronze/2024-01-01T02/" in text
    assert "./headgate gate divert shop" in text
    assert _alerts_run(shop, test=True) == "success"
    assert [line.split("\n")[0] for line in told.texts[1:]] == ["`shop: a test message`"]
    lines = shop.rows("SELECT target, state FROM shop_ops.alerts WHERE kind = 'closed_gate' ORDER BY line")
    assert lines == [{"target": "shop_channel", "state": state} for state in ("sending", "sent")]


def _alerts_run(shop: HeadgateStack, test: bool) -> str:
    """Trigger the DAG that looks what there is to tell; how its run ended."""
    with AirflowClient(shop.settings) as client:
        run = client.post("/dags/shop_alerts/dagRuns", {"logical_date": None, "conf": {"test": test}})
        return _end_of(client, f"/dags/shop_alerts/dagRuns/{quote(run['dag_run_id'], safe='')}")


def _clear(shop: HeadgateStack, hour: datetime) -> None:
    """Clear the hour's run, as the button in Airflow does, and wait for its end."""
    run = f"/dags/shop_hourly/dagRuns/{quote(shop.run_of(hour)['dag_run_id'], safe='')}"
    with AirflowClient(shop.settings) as client:
        client.post(f"{run}/clear", {"dry_run": False, "only_failed": False})
        assert _end_of(client, run) == "success"


def _end_of(client: AirflowClient, run: str) -> str:
    limit = time.monotonic() + 600
    while (state := str(client.get(run)["state"])) in ("queued", "running"):
        assert time.monotonic() < limit, f"the run is still {state}"
        time.sleep(1)
    return state
