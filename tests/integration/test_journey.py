"""What a person does in a browser alone, through the forms of the pages."""

from __future__ import annotations

from pathlib import Path

from headgate.hops.requests import requests
from headgate.stack.secrets import AIRFLOW_USER
from tests.integration.browser import Browser
from tests.integration.headgate_stack import Demo, HeadgateStack

RULE = "lat is from 13 to 72"
TURN_SECONDS = 300.0


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
    # its run takes its turn in the pool, after what the learning DAG does
    browser.wait_for_text("Done, and on record", "asked for by admin", seconds=TURN_SECONDS)
    assert browser.errors() == []
    asked = requests(stack.settings, "flights")[-1]
    assert (asked.table, asked.action, asked.requested_by) == ("airports", "dismiss", AIRFLOW_USER)
    assert (asked.why, len(asked.changes)) == ("no airport of ours", 1)
