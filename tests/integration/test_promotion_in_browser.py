"""What a person decides in a browser alone: that a waiting model serves, and then the one before it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.releases.release_rows import Release, releases
from headgate.stack.secrets import AIRFLOW_USER
from tests.integration.browser import Browser
from tests.integration.headgate_stack import HeadgateStack

SECONDS = 600.0

pytestmark = pytest.mark.usefixtures("asking")


def last_release(stack: HeadgateStack) -> Release:
    return releases(stack.settings, "flights")[-1]


def test_a_model_that_waits_is_approved_of_under_required_actions(
    stack: HeadgateStack, browser: Browser, pictures: Path
) -> None:
    browser.wait_until(lambda: last_release(stack).decision == "ask", "a question", SECONDS)
    asked = last_release(stack)
    assert (asked.version, asked.previous_champion) == (2, 1)

    browser.visit(f"{stack.addresses.airflow}/required_actions")
    browser.follow("Let version 2 of flights serve?")
    browser.wait_for_text("Version 1 serves. Version 2 shows model 2", "not significantly worse: log loss")
    browser.picture(pictures / "approval.png")
    evidence = browser.address_of(f"release {asked.release}")
    browser.press("Approve")

    browser.wait_until(lambda: last_release(stack).release > asked.release, "the answer on record", SECONDS)
    given = last_release(stack)
    assert (given.decision, given.version, given.decided_by) == ("promote", 2, AIRFLOW_USER)
    browser.visit(evidence)
    browser.wait_for_text(f"flights · release {asked.release}", "not significantly worse", "Figures")


def test_an_alias_that_is_moved_in_mlflow_counts_and_is_on_record(
    stack: HeadgateStack, browser: Browser, pictures: Path
) -> None:
    browser.visit(f"{stack.addresses.mlflow}/#/models/flights/versions/1")
    browser.wait_for('button[title="Add aliases"]').click()
    browser.type_into('[role="dialog"] input[role="combobox"]', "champion")
    browser.wait_for_text("will remove it from version 2")
    browser.picture(pictures / "alias.png")
    browser.press("Save aliases")
    browser.wait_for('button[title="Edit aliases"]')

    browser.visit(f"{stack.addresses.airflow}/dags/flights_learn")
    browser.press("Trigger")
    browser.wait_for('[data-testid="trigger-dag-submit"]').click()
    browser.wait_until(lambda: last_release(stack).decision == "by_hand", "the move on record", SECONDS)
    browser.visit(f"{stack.addresses.airflow}/headgate/releases")
    browser.wait_for_text(
        "Version 1 serves.",
        "the alias champion was moved in MLflow from version 2 to version 1",
        f"{AIRFLOW_USER} approved of it, all checks passed",
    )
    browser.picture(pictures / "releases.png")
