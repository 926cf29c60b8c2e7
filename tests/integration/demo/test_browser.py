"""What people see: the grid green in Airflow, the report of a gate, the champion in MLflow.

With HEADGATE_PICTURES naming a folder, the pictures are written there; `docs/pictures/make` does that.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from selenium.webdriver.common.keys import Keys

from headgate.gates.verdict import RuleResult, Verdict
from tests.integration.browser import PAYLOAD, Browser
from tests.integration.headgate_stack import HeadgateStack


def test_the_grid_is_green(browser: Browser, stack: HeadgateStack, pictures: Path) -> None:
    browser.visit(f"{stack.addresses.airflow}/dags/flights_hourly")
    runs, rows = len(stack.runs("flights_hourly")), 4 + 12
    browser.grid_colours(cells=runs * 4)  # a group that is opened before its cells are there closes again
    browser.wait_for('button[aria-label="Expand all task groups"]').click()
    colours = browser.grid_colours(cells=runs * rows)
    assert len(colours) == 2  # the scores of hours before the first champion are skipped
    assert len([1 for red, green, blue in colours if green > red and green > blue]) == 1
    browser.picture(pictures / "grid.png")


@pytest.mark.parametrize(
    ("link", "place"), [("Runs", "/dags/flights_hourly"), ("MLflow", "/#/models/flights")]
)
def test_the_menu_leads_to_the_pipelines_and_they_lead_out_of_their_frame(
    browser: Browser, stack: HeadgateStack, link: str, place: str
) -> None:
    browser.visit(stack.addresses.airflow)
    browser.wait_for('a[href$="/plugin/headgate-pipelines"]').click()
    browser.look_into_frame()
    last = stack.ledger().last_hour_done()
    browser.wait_for_text("Last hour done", "version 1, model 1", f"{last:%Y-%m-%d %H:00}")
    browser.leave_frame(link, place)


def test_a_dag_shows_its_pipeline(browser: Browser, stack: HeadgateStack) -> None:
    browser.visit(f"{stack.addresses.airflow}/dags/flights_hourly/plugin/headgate-pipeline")
    browser.look_into_frame()
    page = browser.wait_for_text("Seconds by task", "silver.gate", "flights_promote")
    assert "version 1 serves" in page
    last = stack.ledger().last_hour_done()
    assert browser.all(f'.cell.done[title^="{last:%Y-%m-%d %H:00}: done"]')


def test_an_hour_is_read_and_opened_by_keyboard(browser: Browser, stack: HeadgateStack) -> None:
    browser.visit(f"{stack.addresses.airflow}/headgate/pipelines/flights")
    last = stack.ledger().last_hour_done()
    hour = f'a.cell[title^="{last:%Y-%m-%d %H:00}: done"]'
    assert not browser.is_inside(f"{hour} .unseen", ".hours")
    link = browser.focus(hour)
    assert browser.is_inside(f"{hour} .unseen", ".hours")
    assert link.text.startswith(f"{last:%Y-%m-%d %H:00}: done")
    link.send_keys(Keys.ENTER)
    browser.wait_for_text(f"hour {last:%Y-%m-%d %H:00}", "gave these tables these versions")


def test_the_report_of_a_gate_is_one_click_away(
    browser: Browser, stack: HeadgateStack, pictures: Path
) -> None:
    backlog = stack.ledger().done("silver")[0]
    run = stack.run_of(backlog.hour)["dag_run_id"]
    browser.visit(f"{stack.addresses.airflow}/dags/flights_hourly/runs/{run}/tasks/silver.gate/details")
    browser.wait_for_text("Validation report")
    browser.errors()
    browser.follow("Validation report")
    page = browser.wait_for_text("The gate is open", "silver.flights", "hour 2013-01-28 23:00")
    assert "ground_speed is from 60 to 580" in page
    assert browser.errors() == []
    browser.picture(pictures / "report.png")


def test_the_quarantine_shows_what_is_apart_and_a_form_for_it(browser: Browser, stack: HeadgateStack) -> None:
    browser.visit(f"{stack.addresses.airflow}/headgate/quarantine")
    browser.wait_for_text("tzone has the form")
    browser.follow("lat is from 13 to 72")
    browser.wait_for_text("quarantine of airports", "Let them re-enter", "Dismiss for good")
    assert len(browser.all("input[name=row]")) == 1


def test_hostile_values_execute_nothing(browser: Browser, stack: HeadgateStack) -> None:
    browser.visit(f"data:text/html,{quote('<p>harmless</p>' + PAYLOAD)}")
    assert browser.driver.title == "hacked"  # so it would, if it could
    browser.visit(stack.addresses.airflow)
    attempt = "2001-01-01T00--hostile0"
    folder = stack.home / "reports" / "flights" / "silver" / "2001-01-01T00"
    folder.mkdir(parents=True)
    rule = RuleResult(
        *(PAYLOAD, PAYLOAD, "row", PAYLOAD, "close", 9, 3, False),
        samples=[{"key": {PAYLOAD: PAYLOAD}, "value": PAYLOAD}],
        why=PAYLOAD,
        words=PAYLOAD,
        error=PAYLOAD,
    )
    rows = {PAYLOAD: {"staged": 9, "quarantined": 3}}
    (folder / f"{attempt}.json").write_text(Verdict("", False, [rule], rows, "", PAYLOAD).to_json())
    (folder / f"{attempt}.html").write_text(f"<title>as it came</title>{PAYLOAD}")
    hour, tab = "flights/silver/2001-01-01T00", f"dag=flights_hourly&run={quote(PAYLOAD)}&task=silver.gate"
    for page, said in (
        (f"validation/{hour}/{attempt}", "The gate is closed"),
        (f"reports/{hour}/{attempt}.html", "'>"),
        (f"validation?{tab}", "No report"),
        (f"pipeline?dag={quote(PAYLOAD)}", "No such pipeline"),
        (f"history/flights/{quote(PAYLOAD.replace('/', ''))}", "No such table"),
        (f"quarantine/flights/{quote(PAYLOAD.replace('/', ''))}", "No such table"),
        (f"quarantine/flights/flights?rule={quote(PAYLOAD)}", "No row that is apart now broke this rule"),
        (f"quarantine/flights/flights?asked={quote(PAYLOAD)}", "quarantine of flights"),
        (f"compare/flights?first={quote(PAYLOAD)}&second=1", "first cannot be"),
        (f"pipelines/flights?until={quote(PAYLOAD)}", "until cannot be"),
        (f"catalog?q={quote(PAYLOAD)}", "No table that you may read"),
        (f"learned/flights/{quote(PAYLOAD.replace('/', ''))}", "no run in MLflow"),
    ):
        browser.visit(f"{stack.addresses.airflow}/headgate/{page}")
        browser.wait_for_text(said)
        assert browser.driver.title not in ("", "hacked")
    browser.errors()


def test_the_registry_shows_the_champion(browser: Browser, stack: HeadgateStack, pictures: Path) -> None:
    browser.visit(f"{stack.addresses.mlflow}/#/models/flights")
    browser.wait_for_text("Version 1", "champion")
    browser.wait_for('button[aria-label="Close"]').click()  # MLflow's assistant, opened beside the page
    browser.picture(pictures / "champion.png")
