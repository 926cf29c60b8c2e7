"""What a person does about rows in quarantine: by the forms of the pages in a browser, and by command."""

from __future__ import annotations

from pathlib import Path

from headgate.hops.requests import requests
from headgate.stack.secrets import AIRFLOW_USER
from tests.integration.browser import Browser
from tests.integration.headgate_stack import Demo, HeadgateStack

RULE = "lat is from 13 to 72"
NEXT = "2013-01-29T04"
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


def test_a_row_is_mended_by_command_and_the_next_hour_takes_what_was_asked(
    demo: Demo, stack: HeadgateStack
) -> None:
    (apart,) = stack.rows(
        "SELECT flight_id, _file, _row FROM flights_silver.flights_quarantine WHERE air_time = 20"
    )
    live = f"SELECT air_time FROM flights_silver.flights WHERE flight_id = '{apart['flight_id']}'"
    (before,) = stack.rows(live)
    mended = before["air_time"] + 1
    row = ("--row", f"{apart['_file']}:{apart['_row']}", "--set", f"air_time={mended}")
    answer = stack.headgate("quarantine", "replay", "flights", "flights", *row, "--why", "a slip")
    assert answer.code == 0, answer.out + answer.err
    assert answer.out.splitlines()[-2:] == [
        f"request 2: replay 1 row of flights, air_time={mended} (a slip)",
        f"The run of the next new hour, {NEXT}, takes it along, through the same gates.",
    ]
    for words in (("sample", "flights"), ("run", "flights")):
        done = stack.headgate(*words, "--from", NEXT, "--to", NEXT)
        assert done.code == 0, done.out + done.err
    assert stack.rows(live) == [{"air_time": mended}]
    left = "SELECT count(*) AS rows FROM flights_silver.{}_quarantine WHERE {}"
    assert stack.rows(left.format("flights", "air_time = 20")) == [{"rows": 0}]
    dismissed = f"_file = '{requests(stack.settings, 'flights')[0].changes[0][0]}'"
    assert stack.rows(left.format("airports", dismissed)) == [{"rows": 0}]


def test_what_is_not_in_the_quarantine_is_refused_by_command(demo: Demo, stack: HeadgateStack) -> None:
    row = ("--row", "no.csv:1", "--why", "a test")
    answer = stack.headgate("quarantine", "dismiss", "flights", "flights", *row)
    assert answer.code == 1
    assert "no.csv:1" in answer.err
    assert len(requests(stack.settings, "flights")) == 2
