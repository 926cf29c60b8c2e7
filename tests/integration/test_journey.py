"""What a person does in a browser alone, through the forms of the pages."""

from __future__ import annotations

from pathlib import Path

from headgate.hops.requests import requests
from headgate.stack.secrets import AIRFLOW_USER
from tests.integration.browser import Browser
from tests.integration.headgate_stack import Demo, HeadgateStack

RULE = "lat is from 13 to 72"
FAST = "quarantine/flights/flights?rule=ground_speed.between&hour=2013-01-29T03"
"""The row that `test_quarantine` made: an arrival that would have flown too fast."""

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


def test_a_row_is_mended_and_re_enters_by_the_form(
    demo: Demo, stack: HeadgateStack, browser: Browser
) -> None:
    browser.visit(f"{stack.addresses.airflow}/headgate/{FAST}")
    browser.wait_for("input[name=row]").click()
    name = browser.wait_for("input[name=row]").get_attribute("value")
    before = len(requests(stack.settings, "flights"))
    browser.type_into("input[name=why]", "a slip of the source")
    assert browser.driver.current_url.endswith("hour=2013-01-29T03")  # Enter in the field sent nothing
    assert len(requests(stack.settings, "flights")) == before
    browser.all("summary")[-1].click()
    browser.select("select[name=column]", "air_time")
    browser.type_text("input[name=text]", "240")
    browser.press("Let them re-enter")
    browser.wait_for_text("Done, and on record", "asked for by admin", seconds=TURN_SECONDS)
    asked = requests(stack.settings, "flights")[-1]
    assert (asked.table, asked.action, asked.values) == ("flights", "replay", {"air_time": "240"})
    assert (asked.why, asked.requested_by) == ("a slip of the source", AIRFLOW_USER)
    assert [f"{file}:{row}" for file, row, _ in asked.changes] == [name]
