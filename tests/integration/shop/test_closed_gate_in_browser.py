"""What a person does without a terminal: a backfill by Airflow's form, a closed gate, the way on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from headgate.cli.backfill import active_backfill
from headgate.stack.airflow_client import AirflowClient
from tests.integration.browser import Browser
from tests.integration.headgate_stack import HeadgateStack
from tests.integration.shop.shop_files import HEADER, WITHOUT_KEY, land

HOUR = datetime(2024, 1, 1, 9, tzinfo=UTC)
RUN_SECONDS = 600.0


def test_from_the_form_through_a_closed_gate_to_the_green_run(
    shop: HeadgateStack, visitor: Browser, pictures: Path
) -> None:
    path = land(shop, HOUR, "12,open,8.00", header=WITHOUT_KEY)
    with AirflowClient(shop.settings) as client:
        visitor.wait_until(lambda: active_backfill(client, "shop") is None, "an end", RUN_SECONDS)

    visitor.visit(f"{shop.addresses.airflow}/dags/shop_hourly")
    visitor.press("Trigger")
    visitor.choose("backfill")
    visitor.fill_moments(HOUR, HOUR)
    visitor.wait_for_text("1 run will be triggered.")
    visitor.picture(pictures / "backfill.png")
    visitor.press("Run Backfill")
    visitor.wait_until(lambda: shop.state_of(HOUR) == "failed", "a failed run", RUN_SECONDS)

    run = f"{shop.addresses.airflow}/dags/shop_hourly/runs/{shop.run_of(HOUR)['dag_run_id']}"
    visitor.visit(f"{run}/tasks/bronze.gate/details")
    visitor.wait_for_text("Validation report")
    visitor.follow("Validation report")
    page = visitor.wait_for_text("The gate is closed", f"hour {HOUR:%Y-%m-%d %H:%M}")
    assert path.name in page
    visitor.picture(pictures / "closed_gate.png")

    path.write_text(path.read_text().replace(WITHOUT_KEY, HEADER))
    visitor.visit(run)
    visitor.wait_for('button[aria-label="Press shift+c to clear"]').click()
    visitor.press("Confirm")
    visitor.wait_until(lambda: shop.state_of(HOUR) == "success", "a run that went through", RUN_SECONDS)
    assert shop.ledger().last_hour_done() == HOUR
    assert shop.ledger().closed_gates() == []
