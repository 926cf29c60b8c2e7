"""What a person does in a browser alone: rows dismissed, a bad hour mended, an alias moved and a way back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from headgate.airflow.pages.quarantine_page import rows_apart
from headgate.cli.backfill import active_backfill
from headgate.hops.requests import requests
from headgate.releases.release_rows import moves, releases, serving
from headgate.spec.load import load_pipeline
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.secrets import AIRFLOW_USER
from tests.integration.browser import Browser
from tests.integration.headgate_stack import Demo, HeadgateStack

RULE = "lat is from 13 to 72"
SECONDS = 300


def test_a_row_is_dismissed_on_the_page_of_the_quarantine(
    demo: Demo, stack: HeadgateStack, browser: Browser, pictures: Path
) -> None:
    browser.visit(f"{stack.addresses.airflow}/headgate/quarantine")
    browser.follow(RULE)
    browser.wait_for("input[name=row]").click()
    browser.wait_for("input[name=why]").send_keys("no airport of ours")
    browser.errors()
    browser.picture(pictures / "quarantine.png")
    browser.press("Dismiss for good")
    browser.wait_for_text("Done, and on record", "asked for by admin")
    assert browser.errors() == []
    asked = requests(stack.settings, "flights")[-1]
    assert (asked.table, asked.action, asked.requested_by) == ("airports", "dismiss", AIRFLOW_USER)
    assert (asked.why, len(asked.changes)) == ("no airport of ours", 1)


def test_a_bad_hour_is_backfilled_read_mended_and_run_again(
    demo: Demo, stack: HeadgateStack, browser: Browser, pictures: Path
) -> None:
    hour = stack.ledger().frontier()
    assert hour is not None
    named = f"{hour:%Y-%m-%dT%H}"
    sample = stack.headgate("sample", "flights", "--from", named, "--to", named)
    assert sample.code == 0, sample.err
    path = stack.landed("flights", hour)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b",flight_id,", b",flight_number,", 1))
    with AirflowClient(stack.settings) as client:
        _until(lambda: active_backfill(client, "flights") is None, "the end of the last backfill")
    browser.visit(f"{stack.addresses.airflow}/dags/flights_hourly")
    browser.fill_backfill(hour, hour)
    browser.picture(pictures / "backfill.png")
    browser.press("Run Backfill")
    _until(lambda: bool(stack.ledger().closed_gates()), "the closed gate")

    browser.visit(f"{stack.addresses.airflow}/plugin/headgate-pipelines")
    browser.look_into_frame()
    browser.wait_for_text(f"The bronze gate is closed at {hour:%Y-%m-%d %H:00}", "Next:")
    browser.leave_frame("The task in Airflow", "/tasks/bronze.gate")
    browser.wait_for('a[href$="/plugin/headgate-validation"]').click()
    browser.look_into_frame()
    browser.wait_for_text("The gate is closed", "flight_id", "Next:")
    browser.picture(pictures / "closed.png")

    path.write_bytes(whole)
    run = stack.run_of(hour)["dag_run_id"]
    browser.visit(f"{stack.addresses.airflow}/dags/flights_hourly/runs/{run}")
    browser.wait_for('button[aria-label="Press shift+c to clear"]').click()
    browser.wait_for_text("Affected Tasks: 9")
    browser.press("Confirm")
    _until(lambda: stack.ledger().last_hour_done() == hour, "the hour")
    assert stack.ledger().closed_gates() == []
    loaded = load_pipeline(stack.settings, "flights")
    assert not any("lat.between" in row.rules for row in rows_apart(stack.settings, loaded, "airports"))
    browser.visit(f"{stack.addresses.airflow}/headgate/quarantine/flights/airports")
    browser.wait_for_text("What was asked for", "no airport of ours", "taken")


def test_an_alias_is_moved_in_the_registry_and_the_release_before_comes_back(
    demo: Demo, stack: HeadgateStack, browser: Browser, pictures: Path
) -> None:
    _until(lambda: _versions(stack) > 1, "a second version of the model")
    history = releases(stack.settings, "flights")
    champion, release = serving(history), moves(history)[-1].release
    assert champion is not None
    other = 1 if champion != 1 else 2
    browser.visit(f"{stack.addresses.mlflow}/#/models/flights")
    browser.move_alias("champion", other)
    browser.picture(pictures / "alias.png")

    browser.visit(f"{stack.addresses.airflow}/headgate/releases")
    browser.wait_for(f'a[aria-label="Go back to release {release}"]').click()
    browser.wait_for_text("What it does")
    browser.wait_for("input[name=why]").send_keys("moved by mistake")
    browser.picture(pictures / "rollback.png")
    browser.press(f"Go back to release {release}")
    browser.wait_for_text("Done, and on record", "asked for by admin")
    by_hand, back = moves(releases(stack.settings, "flights"))[-2:]
    assert (by_hand.decision, by_hand.version) == ("by_hand", other)
    assert (back.decision, back.version, back.back_to) == ("rollback", champion, release)
    assert (back.decided_by, back.why) == (AIRFLOW_USER, "moved by mistake")
    browser.visit(f"{stack.addresses.mlflow}/#/models/flights")
    browser.alias_is_at("champion", champion)


def _versions(stack: HeadgateStack) -> int:
    """The highest version that the registry has shown by a decision."""
    return max((row.version or 0 for row in releases(stack.settings, "flights")), default=0)


def _until(met: Callable[[], bool], what: str) -> None:
    limit = time.monotonic() + SECONDS
    while not met():
        assert time.monotonic() < limit, f"{what} did not come"
        time.sleep(1)
