"""Rows leave the quarantine, replayed or dismissed: the outcome is that of rows that were good at once."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import Row, SparkSession

from headgate.gates.gate_closed import GateClosed
from headgate.hops.ask_quarantine import RequestRefused, quarantined, request_rows
from headgate.hops.decide import decide
from headgate.hops.known_files import KnownFiles
from headgate.hops.ledger import Ledger
from headgate.hops.quarantined_rows import quarantined_rows
from headgate.hops.requests import Request, requests, waiting
from headgate.spec.load import load_pipeline
from tests.hours.orders_pipeline import CONTRACT, PIPELINE, START, Orders
from tests.oracle.silver_replay import replay_feed
from tests.proofs.change_histories import HOURS, Landing, files_of, landings
from tests.proofs.orders_with_gold import END, broken, expected_live, gold_of, landed

FILE = "orders/2024/01/01/00/20240101-000000000.csv"
CHOICES = ("mended", "dismissed", "left")


def ask(orders: Orders, action: str, *rows: str, rule: str = "", why: str = "", **values: str) -> Request:
    return request_rows(
        orders.spark,
        orders.settings,
        load_pipeline(orders.settings, "orders"),
        "orders",
        action,
        rows=rows,
        rules=[rule] if rule else [],
        values=values,
        why=why,
        requested_by="tester",
    )


def apart(orders: Orders) -> list[tuple[int, list[str]]]:
    loaded = load_pipeline(orders.settings, "orders")
    rows = quarantined(orders.spark, orders.settings, loaded, "orders").collect()
    _pages_read_the_same(orders, rows)
    return sorted((row["_row"], row["rules"]) for row in rows)


def _pages_read_the_same(orders: Orders, rows: list[Row]) -> None:
    """Without a JVM the quarantine is what Spark says, and each row has the same values."""
    loaded = load_pipeline(orders.settings, "orders")
    version = Ledger(orders.settings, "orders", loaded.spec.hops[-1]).versions()["silver.orders_changes"]
    read = quarantined_rows(orders.settings, loaded, "orders", version)
    names = list(loaded.contracts["silver.orders"].columns)

    def plain(value: object) -> object:
        return value.replace(tzinfo=None) if isinstance(value, datetime) else value

    assert sorted(
        (one.name, one.rules, plain(one.hour), one.operation, *(plain(v) for v in one.values.values()))
        for one in read
    ) == sorted(
        (f"{row['_file']}:{row['_row']}", row["rules"], row["hour"], row["_op"], *(row[n] for n in names))
        for row in rows
    )


def test_rows_re_enter_mended_or_are_dismissed_and_newer_changes_stay_ahead(
    spark: SparkSession, tmp_path: Path
) -> None:
    orders = Orders(spark, tmp_path)
    bad = [
        "I,05:00,1,lost,10",
        "I,05:01,2,lost,20",
        "I,05:02,x3,open,30",
        "I,05:03,4,open,-1",
        "I,05:04,5,lost,-1",
    ]
    orders.land(0, *bad, *(f"I,06:00,{n},open,1" for n in range(10, 20)))
    orders.run(0)
    orders.land(1, "U,05:00,2,paid,21")
    orders.run(1)
    lost, key, amount = ["status.one_of"], ["order_id.required"], ["amount.between"]
    assert apart(orders) == [(1, lost), (2, lost), (3, key), (4, amount), (5, [*lost, *amount])]

    ask(orders, "replay", f"{FILE}:3", order_id="3", why="the key had a letter")
    ask(orders, "dismiss", f"{FILE}:4", why="a test of the shop")
    ask(orders, "replay", rule="status.one_of")
    with pytest.raises(
        RequestRefused, match=r"There is no row .*csv:1 in the quarantine .*waits for a run already"
    ):
        ask(orders, "replay", f"{FILE}:1")
    known = KnownFiles(orders.settings, "orders")
    assert [r.request for r in waiting(orders.settings, "orders", known)] == [1, 2, 3]
    orders.write("expectations/orders/silver.orders.yaml", CONTRACT.replace("open, paid", "lost, open, paid"))
    orders.land(2, "U,05:00,10,paid,1")
    orders.run(2)

    assert orders.live()[:4] == [(1, "lost", 10.0), (2, "paid", 21.0), (3, "open", 30.0), (10, "paid", 1.0)]
    assert apart(orders) == [(5, amount)]
    assert waiting(orders.settings, "orders", KnownFiles(orders.settings, "orders")) == []
    again = [row for row in orders.rows("silver.orders_changes", *AGAIN) if row[1]]
    assert again == [
        (1, 1, "replay 3", 0, "2024-01-01 03:00:00"),
        (2, 1, "replay 3", 0, "2024-01-01 03:00:00"),
        (3, 1, "replay 1", 0, "2024-01-01 03:00:00"),
        (4, 1, "dismiss 2", 2, "2024-01-01 03:00:00"),
        (5, 1, "replay 3", 1, "2024-01-01 03:00:00"),
    ]
    sequences = orders.rows("bronze.orders", "_row", "_revision", "_sequence", "_file")
    for row, _, sequence, file in (row for row in sequences if row[1] == 1 and row[3] == FILE):
        assert (row, 0, sequence, file) in sequences

    ask(orders, "replay", f"{FILE}:5", amount="50")
    orders.run(2)
    assert apart(orders) == [(5, amount)]
    orders.run(3)
    assert apart(orders) == []
    assert (5, "lost", 50.0) in orders.live()
    assert [(r.request, r.action, r.why, r.requested_by) for r in requests(orders.settings, "orders")] == [
        (1, "replay", "the key had a letter", "tester"),
        (2, "dismiss", "a test of the shop", "tester"),
        (3, "replay", "", "tester"),
        (4, "replay", "", "tester"),
    ]

    with pytest.raises(RequestRefused) as caught:
        ask(orders, "replay", f"{FILE}:4", amount="1")
    assert str(caught.value) == (
        f"There is no row {FILE}:4 in the quarantine of orders.orders, or it waits for a run already.\n"
        "  where: orders_silver.orders_quarantine\n"
        "  left behind: Nothing was changed, and nothing is on record.\n"
        "  next: ./headgate quarantine show orders orders"
    )
    with pytest.raises(RequestRefused, match="A dismissal is for good, so it needs a reason"):
        ask(orders, "dismiss", f"{FILE}:4", why=" ")
    with pytest.raises(RequestRefused, match="A dismissed row never counts, so it takes no values"):
        ask(orders, "dismiss", f"{FILE}:4", why="why", amount="1")
    with pytest.raises(
        RequestRefused, match="There is no column of the feed orders 'amuont'; did you mean 'amount'"
    ):
        ask(orders, "replay", f"{FILE}:4", amuont="1")


def test_after_the_last_hour_of_the_schedule_nothing_would_take_a_request(
    spark: SparkSession, tmp_path: Path
) -> None:
    orders = Orders(spark, tmp_path)
    orders.land(0, "I,05:00,1,lost,10", "I,05:01,2,open,20", "I,05:02,3,open,30")
    orders.run(0)
    ends = PIPELINE.replace("{start: 2024-01-01}", "{start: 2024-01-01, end: 2024-01-01T01}")
    orders.write("pipelines/orders/pipeline.yaml", ends)
    with pytest.raises(RequestRefused) as caught:
        ask(orders, "dismiss", rule="status.one_of", why="lost")
    assert str(caught.value) == (
        "The schedule of orders ended at 2024-01-01 01:00, and its last hour has taken its files: no new "
        "hour would take the request along.\n"
        "  where: orders_silver.orders_quarantine\n"
        "  left behind: Nothing was changed, and nothing is on record.\n"
        "  next: Set a later schedule.end in pipelines/orders/pipeline.yaml, then ask again."
    )
    orders.write("pipelines/orders/pipeline.yaml", ends.replace("T01}", "T02}"))
    assert len(ask(orders, "dismiss", rule="status.one_of", why="lost").changes) == 1
    orders.hop("bronze", 1)
    with pytest.raises(
        RequestRefused, match="ended at 2024-01-01 02:00, and its last hour has taken its files"
    ):
        ask(orders, "dismiss", rule="status.one_of", why="too late, though silver is still to come")


def test_a_dismissed_row_closes_no_gate_and_a_replayed_one_may(spark: SparkSession, tmp_path: Path) -> None:
    orders = Orders(spark, tmp_path)
    contract = CONTRACT.replace("{min: 0}, on_fail: quarantine", "{min: 0}, on_fail: close")
    orders.write("expectations/orders/silver.orders.yaml", contract)
    orders.land(0, "I,05:00,1,open,-1", "I,05:01,2,open,-2", "I,05:02,3,open,3")
    orders.hop("bronze", 0)
    closed(orders, 0)
    orders.hop("silver", 0)
    assert apart(orders) == [(1, ["diverted:amount.between"]), (2, ["diverted:amount.between"])]
    ask(orders, "dismiss", f"{FILE}:1", why="a test of the shop")
    ask(orders, "replay", f"{FILE}:2")
    orders.hop("bronze", 1)
    closed(orders, 1)
    orders.hop("silver", 1)
    assert orders.live() == [(3, "open", 3.0)]
    assert apart(orders) == [(2, ["diverted:amount.between"])]


def closed(orders: Orders, hour: int) -> None:
    """The silver gate of the hour closes on one row that breaks a rule, or two; it is diverted."""
    with pytest.raises(GateClosed, match=f"amount.between: {2 - hour} of {3 - 2 * hour} "):
        orders.hop("silver", hour)
    (entry,) = orders.ledger().closed_gates()
    decide(orders.spark, orders.settings, "orders", "divert", entry.digest, by="ann", why="broken tills")


AGAIN = (
    *("_row", "_revision", "_request", "size(_failed_rules)"),
    "date_format(_known_at, 'yyyy-MM-dd HH:mm:ss')",
)


@settings(
    max_examples=1,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    landing=landings(12),
    after=st.integers(0, HOURS - 2),
    choices=st.lists(st.sampled_from(CHOICES), min_size=7, max_size=7),
)
def test_the_outcome_is_that_of_rows_that_were_good_at_once(
    spark: SparkSession, landing: Landing, after: int, choices: list[str]
) -> None:
    """Some hours are run, what is apart then is mended, dismissed or left, and the other hours follow."""
    with tempfile.TemporaryDirectory(prefix="headgate-quarantine-") as folder:
        orders = landed(spark, Path(folder), {"orders": files_of(landing, START)})
        orders.run(*range(after + 1))
        loaded = load_pipeline(orders.settings, "orders")
        rows = [
            f"{row['_file']}:{row['_row']}"
            for row in quarantined(spark, orders.settings, loaded, "orders")
            .orderBy("_file", "_row")
            .collect()
        ]
        chosen = {kind: [r for n, r in enumerate(rows) if choices[n % 7] == kind] for kind in CHOICES}
        if chosen["mended"]:
            ask(orders, "replay", *chosen["mended"], status="paid", amount="7")
        if chosen["dismissed"]:
            ask(orders, "dismiss", *chosen["dismissed"], why="drawn")
        before = gold_of(orders)
        orders.run(HOURS - 1)

        good = Path(folder) / "good"
        shutil.copytree(orders.settings.landing / "orders", good)
        for row in chosen["mended"]:
            _mend(good, row)
        expected = replay_feed(good, "orders", ["order_id"], broken, END)
        assert orders.live() == sorted(expected_live(expected), key=lambda row: row[0])
        ended = [row[0] for row in orders.rows("silver.orders", "order_id", "_deleted") if row[1]]
        assert sorted(map(str, ended)) == sorted(str(key[0]) for key in expected.tombstones)
        frontier = f"{START + timedelta(hours=after + 1):%Y-%m-%d %H:%M:%S}"
        assert [row for row in gold_of(orders) if str(row[1]) <= frontier] == before
        assert {f"{r['_file']}:{r['_row']}" for r in _apart_in_first(orders, after)} == set(chosen["left"])


def _apart_in_first(orders: Orders, after: int) -> list[dict[str, object]]:
    loaded = load_pipeline(orders.settings, "orders")
    found = quarantined(orders.spark, orders.settings, loaded, "orders")
    _pages_read_the_same(orders, found.collect())
    known = START.replace(tzinfo=None) + timedelta(hours=after + 1)
    return [row.asDict() for row in found.collect() if row["_known_at"] <= known]


def _mend(landing: Path, row: str) -> None:
    """What the request asks for, in the landing file itself."""
    path, _, line = row.rpartition(":")
    lines = (landing / path).read_text().splitlines()
    fields = lines[int(line)].split(",")
    fields[-2:] = ["paid", "7"]
    lines[int(line)] = ",".join(fields)
    (landing / path).write_text("\n".join(lines) + "\n")
