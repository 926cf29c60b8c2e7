"""What a person decides in a browser alone: that a waiting model serves, and then the one before it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from headgate.cli.hour_option import hour_text
from headgate.releases.release_rows import Release, releases
from headgate.stack.secrets import AIRFLOW_USER
from tests.integration.browser import Browser
from tests.integration.headgate_stack import HeadgateStack
from tests.integration.shop.learning_orders import BACKLOG, NEXT, add_learning_orders

SECONDS = 1200.0


def last_release(orders: HeadgateStack) -> Release | None:
    history = releases(orders.settings, "orders")
    return history[-1] if history else None


def decided(orders: HeadgateStack, release: int, decision: str) -> Callable[[], bool]:
    """Whether the last release is this one, with this decision; another decision fails at once."""

    def found() -> bool:
        last = last_release(orders)
        if last is None or last.release < release:
            return False
        assert (last.release, last.decision) == (release, decision), last.reasons
        return True

    return found


def run(orders: HeadgateStack, hour: datetime) -> None:
    answer = orders.headgate("run", "orders", "--from", hour_text(hour), "--to", hour_text(hour))
    assert answer.code == 0, answer.out + answer.err


def is_asked(orders: HeadgateStack) -> bool:
    """Whether the task waits; the page of required actions shows what there is when it opens."""
    runs = orders.runs("orders_approve")
    return bool(runs) and orders.tasks(runs[-1])["approve"]["state"] == "awaiting_input"


@pytest.fixture(scope="module")
def orders(shop: HeadgateStack, visitor: Browser) -> HeadgateStack:
    """The pipeline `orders` on the second stack: version 1 serves, version 2 waits for an approval."""
    orders = add_learning_orders(shop)
    run(orders, BACKLOG)
    visitor.wait_until(decided(orders, 1, "promote"), "a first champion", SECONDS)
    run(orders, NEXT)
    visitor.wait_until(decided(orders, 2, "ask"), "a question", SECONDS)
    visitor.wait_until(lambda: is_asked(orders), "the task that waits", SECONDS)
    return orders


def test_a_model_that_waits_is_approved_of_under_required_actions(
    orders: HeadgateStack, visitor: Browser, pictures: Path
) -> None:
    visitor.visit(f"{orders.addresses.airflow}/required_actions")
    visitor.follow("Let version 2 of orders serve?")
    visitor.wait_for_text("Version 1 serves. Version 2 shows model 2", "not significantly worse: log loss")
    visitor.picture(pictures / "approval.png")
    evidence = visitor.address_of("release 2")
    visitor.press("Approve")

    visitor.wait_until(decided(orders, 3, "promote"), "the answer on record", SECONDS)
    given = last_release(orders)
    assert given is not None
    assert (given.version, given.decided_by) == (2, AIRFLOW_USER)
    visitor.visit(evidence)
    visitor.wait_for_text("orders · release 2", "not significantly worse", "Figures")


def test_an_alias_that_is_moved_in_mlflow_counts_and_is_on_record(
    orders: HeadgateStack, visitor: Browser, pictures: Path
) -> None:
    visitor.visit(f"{orders.addresses.mlflow}/#/models/orders/versions/1")
    visitor.wait_for('button[title="Add aliases"]').click()
    visitor.type_into('[role="dialog"] input[role="combobox"]', "champion")
    visitor.wait_for_text("will remove it from version 2")
    visitor.picture(pictures / "alias.png")
    visitor.press("Save aliases")
    visitor.wait_for('button[title="Edit aliases"]')

    visitor.visit(f"{orders.addresses.airflow}/dags/orders_learn")
    visitor.press("Trigger")
    visitor.wait_for('[data-testid="trigger-dag-submit"]').click()
    visitor.wait_until(decided(orders, 4, "by_hand"), "the move on record", SECONDS)
    visitor.visit(f"{orders.addresses.airflow}/headgate/releases")
    visitor.wait_for_text(
        "Version 1 serves.",
        "the alias champion was moved in MLflow from version 2 to version 1",
        f"{AIRFLOW_USER} approved of it, all checks passed",
    )
    visitor.picture(pictures / "releases.png")


def test_a_release_is_gone_back_to_by_the_form(orders: HeadgateStack, visitor: Browser) -> None:
    visitor.visit(f"{orders.addresses.airflow}/headgate/releases/orders/3")
    visitor.follow("Go back to this release")
    visitor.wait_for_text("Version 2 (model 2) serves in place of version 1.")
    visitor.type_into("input[name=why]", "the move was a mistake")
    assert visitor.driver.current_url.endswith("/releases/orders/3/back")  # Enter in the field sent nothing
    visitor.press("Go back to release 3")
    visitor.wait_for_text(
        "Done, and on record", "Release 5 records it: back to release 3, version 2 serves.", seconds=SECONDS
    )
    last = last_release(orders)
    assert last is not None
    assert (last.release, last.decision, last.version, last.back_to) == (5, "rollback", 2, 3)
    assert (last.decided_by, last.why) == (AIRFLOW_USER, "the move was a mistake")
    visitor.follow("What is live now")
    visitor.wait_for_text("Version 2 serves.", "a rollback")
