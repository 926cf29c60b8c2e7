"""What a person does about rows in quarantine: by the forms of the pages in a browser, and by command."""

from __future__ import annotations

from pathlib import Path

from headgate.hops.requests import requests
from headgate.stack.secrets import AIRFLOW_USER
from tests.integration.browser import Browser
from tests.integration.headgate_stack import Demo, HeadgateStack

RULE = "lat is from 13 to 72"
FAST = "quarantine/flights/flights?rule=ground_speed.between&hour=2013-01-29T03"
"""The row that `test_quarantine` made: an arrival that would have flown too fast."""

NEXT = "2013-01-29T04"
APART = "flights_silver.{}_quarantine"
TABLES = ("flights", "airports")
DISMISS = ("quarantine", "dismiss", "flights", "flights")
TURN_SECONDS = 600.0


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
    mended = str(air_time_of(stack, fast_flight(stack)) + 1)
    before = len(requests(stack.settings, "flights"))
    browser.type_into("input[name=why]", "a slip of the source")
    assert browser.driver.current_url.endswith("hour=2013-01-29T03")  # Enter in the field sent nothing
    assert len(requests(stack.settings, "flights")) == before
    browser.all("summary")[-1].click()
    browser.select("select[name=column]", "air_time")
    browser.type_text("input[name=text]", mended)
    browser.press("Let them re-enter")
    browser.wait_for_text("Done, and on record", "asked for by admin", seconds=TURN_SECONDS)
    asked = requests(stack.settings, "flights")[-1]
    assert (asked.table, asked.action, asked.values) == ("flights", "replay", {"air_time": mended})
    assert (asked.why, asked.requested_by) == ("a slip of the source", AIRFLOW_USER)
    assert [f"{file}:{row}" for file, row, _ in asked.changes] == [name]


def test_a_row_is_dismissed_by_command_and_the_next_hour_takes_all_that_was_asked(
    demo: Demo, stack: HeadgateStack
) -> None:
    other = stack.rows(
        f"SELECT _file, _row FROM {APART.format('flights')} WHERE coalesce(air_time, 0) <> 20 LIMIT 1"
    )[0]
    row = f"{other['_file']}:{other['_row']}"
    answer = stack.headgate(*DISMISS, "--row", row, "--why", "a slip")
    assert answer.code == 0, answer.out + answer.err
    assert answer.out.splitlines()[-2:] == [
        "request 3: dismiss 1 row of flights (a slip)",
        f"The run of the next new hour, {NEXT}, takes it along, through the same gates.",
    ]
    flight = fast_flight(stack)
    before = air_time_of(stack, flight)
    for words in (("sample", "flights"), ("run", "flights")):
        done = stack.headgate(*words, "--from", NEXT, "--to", NEXT)
        assert done.code == 0, done.out + done.err
    assert air_time_of(stack, flight) == before + 1
    apart = {table: stack.rows(f"SELECT _file, _row FROM {APART.format(table)}") for table in TABLES}
    for request in requests(stack.settings, "flights"):
        for file, number, _ in request.changes:
            assert {"_file": file, "_row": number} not in apart[request.table]


def test_what_is_not_in_the_quarantine_is_refused_by_command(demo: Demo, stack: HeadgateStack) -> None:
    answer = stack.headgate(*DISMISS, "--row", "no.csv:1", "--why", "a test")
    assert answer.code == 1
    assert "no.csv:1" in answer.err
    assert len(requests(stack.settings, "flights")) == 3


def fast_flight(stack: HeadgateStack) -> str:
    (apart,) = stack.rows(f"SELECT flight_id FROM {APART.format('flights')} WHERE air_time = 20")
    return str(apart["flight_id"])


def air_time_of(stack: HeadgateStack, flight: str) -> int:
    (live,) = stack.rows(f"SELECT air_time FROM flights_silver.flights WHERE flight_id = '{flight}'")
    return int(live["air_time"])
