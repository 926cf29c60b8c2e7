"""Hostile texts in rows, rules, contracts, files and decisions: as text on every page, and nothing runs."""

from __future__ import annotations

import json

import pytest

from headgate.spec.settings import Settings
from tests.integration.browser import PAYLOAD, Browser
from tests.integration.headgate_stack import HeadgateStack
from tests.unit.in_airflow.records import Ledger, changes, release, request

TEXT = json.dumps(PAYLOAD)
SPEC = f"""\
pipeline: hostile
owner: {TEXT}
description: {TEXT}
schedule: {{start: 2024-01-01, end: 2024-01-02}}
feeds:
  orders: {{key: [order_id]}}
silver:
  orders: {{feed: orders}}
"""
CONTRACT = f"""\
description: {TEXT}
key: [order_id]
columns:
  order_id: {{type: bigint, description: {TEXT}}}
  amount: {{type: double, between: {{min: 0, max: 10}}, on_fail: quarantine, why: {TEXT}}}
  customer: {{type: string, one_of: [{TEXT}], description: {TEXT}, on_fail: warn}}
"""
ATTEMPT = "2024-01-01T05--hostile0"
PAGES = [
    *("pipelines", "pipelines/hostile", "quarantine", "quarantine/hostile/orders"),
    *("catalog", "catalog?q=hostile", "catalog/hostile/silver.orders", "history/hostile/silver.orders"),
    *("releases", "releases/hostile/1", "releases/hostile/2/back", "compare/hostile?first=1&second=2"),
]


def put_on_record(settings: Settings) -> None:
    """Everything that a record of the pipeline can say, said in the hostile way."""
    bad = {"customer": PAYLOAD, "_op": PAYLOAD, "_rescued": PAYLOAD, "_failed_rules": [PAYLOAD]}
    files = ({"_file": PAYLOAD}, {"_failed_rules": ["amount.between"]})
    version = changes(settings, *(bad | file for file in files), pipeline="hostile")
    ledger = Ledger(settings, "hostile")
    rows = {"silver.orders": (9, 3, 6), PAYLOAD: (9, 3, 6)}
    ledger.line("bronze", 5, rows=rows)
    ledger.line(
        "silver", 5, rows=rows, versions={"silver.orders_changes": version, PAYLOAD: 2}, attempt=ATTEMPT
    )
    ledger.line("silver", 6, "closed", rows=rows, verdict=PAYLOAD, attempt=PAYLOAD)
    request(settings, 1, pipeline="hostile", why=PAYLOAD, requested_by=PAYLOAD, values={PAYLOAD: PAYLOAD})
    said = {"check": PAYLOAD, "passed": True, "said": PAYLOAD, "run": PAYLOAD}
    texts = {"spec": PAYLOAD, "decided_by": PAYLOAD, "why": PAYLOAD, "hash": PAYLOAD}
    tables = {"pins": {PAYLOAD: 1}, "tables": {PAYLOAD: 1}, "gate_reports": {PAYLOAD: PAYLOAD}}
    for number, decision in ((1, "promote"), (2, PAYLOAD)):
        release(settings, number, decision, number, pipeline="hostile", reasons=[said], **texts, **tables)


@pytest.fixture(scope="module")
def hostile(shop: HeadgateStack) -> HeadgateStack:
    """The second stack with a pipeline of which everything that can be said is hostile."""
    for path, text in {
        "pipelines/hostile/pipeline.yaml": SPEC,
        "expectations/hostile/silver.orders.yaml": CONTRACT,
    }.items():
        target = shop.root / path
        target.parent.mkdir(parents=True)
        target.write_text(text)
    put_on_record(shop.settings)
    return shop


def test_hostile_records_are_text_on_every_page(hostile: HeadgateStack, visitor: Browser) -> None:
    visitor.errors()
    for page in (*PAGES, f"published/hostile/silver/{ATTEMPT}"):
        visitor.visit(f"{hostile.addresses.airflow}/headgate/{page}")
        assert "<script>document.title='hacked'</script>" in visitor.wait_for_text("onerror="), page
        assert visitor.driver.title not in ("", "hacked")
        assert visitor.all("img") == [] and len(visitor.all("script")) == 1, page
        errors = [error for error in visitor.errors() if "favicon" not in error]
        assert errors == [], page  # the policy had nothing to stop


def test_what_a_person_types_is_text_when_it_is_asked_back(hostile: HeadgateStack, visitor: Browser) -> None:
    visitor.visit(f"{hostile.addresses.airflow}/headgate/quarantine/hostile/orders")
    visitor.type_into("input[name=why]", PAYLOAD)
    visitor.choose("all")
    visitor.press("Dismiss for good")
    assert PAYLOAD in visitor.wait_for_text("dismiss 2 rows for good?", "A dismissed row never counts")
    assert visitor.driver.title == "Dismiss all of orders? · Headgate"
    assert visitor.all("img") == []
    visitor.follow("Leave them")
    visitor.wait_for_text("quarantine of orders", "Let them re-enter")
