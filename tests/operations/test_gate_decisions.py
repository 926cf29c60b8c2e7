"""A closed gate opens by a decision: accept what was judged, or divert around it; both are on record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from headgate.gates.gate_closed import GateClosed
from headgate.hops.decide import Decision, NotDecided, decide
from headgate.hops.gate import gate
from headgate.hops.ledger import Entry
from headgate.hops.publish import publish
from headgate.hops.run_range import Behind
from tests.hours.orders_pipeline import CONTRACT, START, Orders

CLOSING = CONTRACT.replace("between: {min: 0}, on_fail: quarantine", "between: {min: 0}, on_fail: close")
WITH_VOLUME = CONTRACT + "volume: {min: 2, on_fail: close}\n"
BAD = ("U,05:00,1,what,10", "I,06:00,2,open,-1", "I,07:00,3,open,5")
UNREADABLE = "x" * 200_000
WHY = "the shop tests its till"


@pytest.fixture
def orders(spark: SparkSession, tmp_path: Path) -> Orders:
    made = Orders(spark, tmp_path)
    made.land(0, "I,05:00,1,open,10", "I,06:00,9,open,9")
    made.run(0)
    return made


def closed(orders: Orders, hop: str, hour: int = 1) -> Entry:
    """Run the hour up to `hop`, whose gate closes."""
    if hop == "silver":
        orders.hop("bronze", hour)
    with pytest.raises(GateClosed):
        orders.hop(hop, hour)
    (gate_closed,) = orders.ledger().closed_gates()
    return gate_closed


def decided(orders: Orders, decision: Decision, digest: str, why: str = WHY) -> Entry:
    return decide(orders.spark, orders.settings, "orders", decision, digest, by="anna", why=why)


def marks(orders: Orders) -> dict[Any, Any]:
    log = orders.rows("silver.orders_changes", "order_id", "_failed_rules")
    return {order: rules for order, rules in log if rules}


def test_what_was_judged_is_published_as_it_is_and_nothing_else(orders: Orders) -> None:
    orders.land(1, *BAD)
    other = closed(orders, "silver")
    decided(orders, "accept", other.digest)
    with pytest.raises(GateClosed):  # staged anew, these are other bytes
        orders.hop("silver", 1)
    (gate_closed,) = orders.ledger().closed_gates()
    assert gate_closed.digest != other.digest
    line = decided(orders, "accept", gate_closed.digest)
    assert (line.state, line.hop, line.decided_by, line.why) == ("accepted", "silver", "anna", WHY)
    assert orders.ledger().closed_gates() == [gate_closed]

    judged = gate(orders.spark, orders.settings, "orders", "silver", gate_closed.attempt)
    assert judged.message.startswith(f"accepted by anna: {WHY} (silver.orders quarantine.share: ")
    done = publish(orders.spark, orders.settings, "orders", "silver", gate_closed.attempt)
    assert (done.digest, done.verdict) == (gate_closed.digest, f"accepted by anna: {WHY}")
    assert WHY in (orders.settings.reports / done.report).read_text()
    assert orders.ledger().closed_gates() == []
    assert orders.live() == [(1, "open", 10.0), (3, "open", 5.0), (9, "open", 9.0)]


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        pytest.param(
            CONTRACT,
            {
                1: ["status.one_of", "diverted:quarantine.share"],
                2: ["amount.between", "diverted:quarantine.share"],
            },
            id="too many quarantined rows",
        ),
        pytest.param(
            CLOSING,
            {1: ["status.one_of"], 2: ["diverted:amount.between"]},
            id="a rule that closes",
        ),
    ],
)
def test_offending_rows_are_put_aside_and_stay_so(
    orders: Orders, contract: str, expected: dict[int, list[str]]
) -> None:
    orders.write("expectations/orders/silver.orders.yaml", contract)
    orders.land(1, *BAD)
    digest = closed(orders, "silver").digest
    first = decided(orders, "divert", digest)
    assert decided(orders, "divert", digest, "another reason").entry == first.entry
    with pytest.raises(Behind):
        orders.hop("bronze", 2)
    orders.hop("silver", 1)
    assert orders.ledger().closed_gates() == []
    left = [(1, "open", 10.0), (3, "open", 5.0), (9, "open", 9.0)]
    assert (orders.live(), marks(orders)) == (left, expected)
    quarantined = orders.spark.sql("SELECT order_id FROM orders_silver.orders_quarantine ORDER BY 1")
    assert [row[0] for row in quarantined.collect()] == [1, 2]

    orders.run(2)
    orders.hop("silver", 1)  # derived again later, nobody has to decide again
    assert (orders.live(), marks(orders)) == (left, expected)


def test_a_mended_row_is_not_the_one_that_was_put_aside(orders: Orders) -> None:
    bad = orders.land(1, *BAD)
    digest = closed(orders, "silver").digest
    decided(orders, "divert", digest)
    bad.write_text(bad.read_text().replace("what", "paid").replace("-1", "1"))
    orders.run(1)
    assert marks(orders) == {}
    assert orders.live() == [(1, "paid", 10.0), (2, "open", 1.0), (3, "open", 5.0), (9, "open", 9.0)]
    with pytest.raises(NotDecided, match="No gate of orders is closed on what has this digest"):
        decided(orders, "accept", digest)


def test_an_offending_file_is_put_aside_until_it_is_mended(orders: Orders) -> None:
    orders.land(1, "I,05:00,4,open,4", name="good")
    orders.land(1, name="unread", header=UNREADABLE)
    bad = orders.land(1, "I,05:00,paid,10", name="bad", header="Op,committed_at,status,amount")
    digest = closed(orders, "bronze").digest
    with pytest.raises(NotDecided, match="a file cannot be taken as it is: ") as refused:
        decided(orders, "accept", digest)
    assert "columns missing: order_id" in str(refused.value)
    assert str(refused.value).endswith("or decide to divert.")
    decided(orders, "divert", digest)
    orders.run(1)
    assert orders.live()[1:] == [(4, "open", 4.0), (9, "open", 9.0)]
    report = orders.settings.reports / orders.ledger().done("bronze")[-1].report
    assert report.read_text().count("<code>put aside by a decision</code>") == 2
    bad.write_text(f"Op,committed_at,order_id,status,amount\nI,{START:%Y-%m-%d} 01:05:00,5,paid,10\n")
    orders.run(2)
    assert (5, "paid", 10.0) in orders.live()

    link = orders.land(3)
    link.rename(orders.root / "elsewhere.csv")
    link.symlink_to(orders.root / "elsewhere.csv")
    of_the_link = closed(orders, "bronze", 3).digest
    decision: Decision
    for decision in ("accept", "divert"):
        with pytest.raises(NotDecided, match="a link: put the file itself there") as refused:
            decided(orders, decision, of_the_link)
        assert str(refused.value).endswith("Mend the file, the contract or the transform, and clear the run.")
    link.unlink()
    orders.land(3, header=UNREADABLE)
    unread = closed(orders, "bronze", 3).digest  # nothing is staged, as before: and yet another judgement
    assert unread != of_the_link
    decided(orders, "divert", unread)
    orders.hop("bronze", 3)


def test_what_leaves_no_choice_is_refused_with_the_other_way(orders: Orders) -> None:
    orders.write("expectations/orders/silver.orders.yaml", WITH_VOLUME)
    orders.land(1, "I,05:00,4,open,4")
    too_few = closed(orders, "silver").digest
    with pytest.raises(NotDecided) as refused:
        decided(orders, "divert", too_few)
    text = str(refused.value)
    assert text.startswith("The silver gate of 2024-01-01 01:00 stays closed, divert is refused: nothing ")
    assert text.endswith("and clear the run; or decide to accept.")
    with pytest.raises(NotDecided, match="A decision says who made it, and why"):
        decided(orders, "accept", too_few, why=" ")
    staged = next((orders.settings.staging / "orders/silver").glob("2024-01-01T01--*/tables/*/*.parquet"))
    staged.write_bytes(staged.read_bytes() + b"x")
    with pytest.raises(NotDecided, match="its staged files are not those that the gate judged"):
        decided(orders, "accept", too_few)
    assert [entry.state for entry in orders.ledger().entries()][-1] == "closed"
