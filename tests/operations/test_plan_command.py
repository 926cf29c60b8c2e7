"""`headgate plan` as people see it, on hours that were really published."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from pyspark.sql import SparkSession
from typer.testing import CliRunner, Result

from headgate.cli.plan import plan
from tests.hours.orders_pipeline import CONTRACT, PIPELINE, Orders

SPEC, SILVER = "pipelines/orders/pipeline.yaml", "expectations/orders/silver.orders.yaml"
GOLD_SPEC = (
    PIPELINE
    + """\
gold:
  totals: {inputs: [orders], transform: totals, grain: [status, as_of]}
"""
)
GOLD_CONTRACT = """\
description: One row per status and hour with changes.
key: [status, as_of]
columns:
  status: {}
  as_of: {type: timestamp}
  total: {type: double}
"""
TOTALS = """\
from pyspark.sql import functions as F


def totals(inputs, window):
    known = F.col("_known_at").alias("as_of")
    inside = F.lit(True) if window.start is None else F.col("_known_at") > F.lit(window.start)
    rows = inputs["orders"].where(inside & (F.col("_known_at") <= F.lit(window.end)))
    return rows.groupBy("status", known).agg(F.sum("amount").alias("total"))
"""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in ("home", "pipelines", "expectations"):
        monkeypatch.setenv(f"HEADGATE_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("COLUMNS", "80")
    app = typer.Typer()
    app.command()(plan)
    return lambda *arguments: CliRunner().invoke(app, ["orders", *arguments])


@pytest.fixture
def orders(spark: SparkSession, tmp_path: Path) -> Orders:
    return Orders(spark, tmp_path)


def three_hours(orders: Orders) -> None:
    """Two hours in one run, then one: seven changes, of which one is kept apart."""
    orders.land(0, "I,05:00,1,open,10", "U,06:00,1,paid,10")
    orders.land(1, "I,05:00,2,open,20", "U,06:00,2,lost,20")
    orders.land(2, "I,05:00,3,open,30", "I,06:00,4,open,40")
    orders.run(1, 2)


def shown(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line.rstrip() for line in result.stdout.splitlines()]


def test_before_the_first_hour_everything_is_new(tmp_path: Path, run: Run, orders: Orders) -> None:
    assert shown(run()) == ["orders has published nothing yet: everything is new"]


def test_where_nothing_changed_one_line_says_so(run: Run, orders: Orders) -> None:
    three_hours(orders)
    orders.write(SILVER, "# the same\n" + CONTRACT)
    assert shown(run()) == ["Nothing changed: orders is published with this spec"]


def test_a_changed_contract_is_told_and_the_replay_makes_it_true(run: Run, orders: Orders) -> None:
    three_hours(orders)
    orders.write(SILVER, CONTRACT.replace("open, paid, shipped", "open, paid, shipped, lost"))
    assert shown(run()) == [
        "1 table is rewritten, 3 hours to replay",
        "",
        "Tables",
        "  bronze.orders  unchanged",
        "  silver.orders  rewritten: 3 hours, 2024-01-01T00 to 2024-01-01T02",
        "                 rule status.one_of: status is one of open, paid, shipped",
        "                 (quarantine) -> status is one of open, paid, shipped, lost",
        "                 (quarantine) [can release rows]",
        "",
        "Replay",
        "  3 hours, 2024-01-01T00 to 2024-01-01T02. To publish them with the present",
        "  files:",
        "  ./headgate replay orders --from 2024-01-01T00 --to 2024-01-01T02",
    ]
    assert (2, "open", 20.0) in orders.live()
    orders.run(1)
    assert (2, "lost", 20.0) in orders.live()
    assert shown(run())[0] == "1 table is rewritten, 1 hour to replay"
    orders.run(2)
    assert shown(run()) == ["Nothing changed: orders is published with this spec"]


def test_the_plan_as_json(run: Run, orders: Orders) -> None:
    three_hours(orders)
    orders.write(SILVER, CONTRACT.replace("between: {min: 0}, on_fail: quarantine", "on_fail: warn"))
    said: dict[str, Any] = json.loads(run("--json").stdout)
    span = {"hours": 3, "ranges": [{"first": "2024-01-01T00", "last": "2024-01-01T02"}]}
    nothing: dict[str, Any] = {"hours": 0, "ranges": []}
    command = "./headgate replay orders --from 2024-01-01T00 --to 2024-01-01T02"
    change = {
        "what": "rule",
        "name": "amount.between",
        "before": "amount is at least 0 (quarantine)",
        "after": None,
        "effect": "rewrites",
        "note": "can release rows",
    }
    assert said == {
        "pipeline": "orders",
        "verdict": "1 table is rewritten, 3 hours to replay",
        "published": True,
        "changes": True,
        "tables": [
            {"table": "bronze.orders", "state": "unchanged", "derived_from": [], "changes": [], **nothing},
            {
                "table": "silver.orders",
                "state": "rewritten",
                "derived_from": [],
                "changes": [{**change, **span}],
                **span,
            },
        ],
        "replay": {**span, "commands": [command], "by_next_run": False},
        "not_comparable": {**nothing, "commands": []},
        "pipeline_changes": [],
        "model_changes": [],
        "models": [],
    }


def test_a_changed_type_stops_every_run(run: Run, orders: Orders) -> None:
    three_hours(orders)
    orders.write(SILVER, CONTRACT.replace("double, between: {min: 0}", "string"))
    lines = shown(run())
    assert lines[0] == "1 table is refused, 3 hours to replay"
    assert lines[-2:] == ["Next", "  Mend what is refused before anything is run."]


def test_gold_is_added_filled_and_changed(run: Run, orders: Orders) -> None:
    three_hours(orders)
    orders.write(SPEC, GOLD_SPEC)
    orders.write("pipelines/orders/gold.py", TOTALS)
    orders.write("expectations/orders/gold.totals.yaml", GOLD_CONTRACT)
    orders.write(SILVER, CONTRACT.replace("shipped]", "shipped, lost]"))
    lines = shown(run())
    assert lines[0] == "1 table is rewritten, 1 table is new, the next run derives all hours again"
    assert "  gold.totals    new: filled from the next run on" in lines
    assert " ".join(line.strip() for line in lines[-2:]).endswith("all from the beginning.")
    for hop in ("bronze", "silver", "gold"):
        orders.hop(hop, 3)
    expected = [("lost", "02", 20.0), ("open", "01", 10.0), ("open", "02", 20.0), ("open", "03", 70.0)]
    totals = orders.rows("gold.totals", "status", "date_format(as_of, 'HH')", "total")
    assert totals == [*expected, ("paid", "01", 10.0)]
    assert shown(run()) == ["Nothing changed: orders is published with this spec"]
    orders.write("pipelines/orders/gold.py", TOTALS.replace("F.sum", "F.max"))
    assert shown(run())[:6] == [
        "1 table is rewritten, 4 hours to replay",
        "",
        "Tables",
        "  bronze.orders  unchanged",
        "  silver.orders  unchanged",
        "  gold.totals    rewritten: 4 hours, 2024-01-01T00 to 2024-01-01T03",
    ]
    assert (
        shown(run())[-1]
        == "  ./headgate replay orders --from 2024-01-01T00 --to 2024-01-01T03 --layer silver"
    )
    for hop in ("bronze", "silver", "gold"):
        orders.hop(hop, 3)
    assert ("open", "03", 40.0) in orders.rows("gold.totals", "status", "date_format(as_of, 'HH')", "total")
    assert shown(run()) == ["Nothing changed: orders is published with this spec"]


def test_a_spec_that_was_not_kept_is_not_guessed(run: Run, orders: Orders) -> None:
    three_hours(orders)
    for kept in (orders.settings.specs / "orders").iterdir():
        kept.unlink()
    assert shown(run()) == [
        "3 hours cannot be compared",
        "",
        "Tables",
        "  bronze.orders  cannot be compared",
        "  silver.orders  cannot be compared",
        "",
        "Published with a spec that was not kept",
        "  3 hours, 2024-01-01T00 to 2024-01-01T02. To publish them with the present",
        "  files:",
        "  ./headgate replay orders --from 2024-01-01T00 --to 2024-01-01T02",
    ]


def test_an_hour_behind_a_closed_gate_is_not_published(run: Run, orders: Orders) -> None:
    orders.land(0, "I,05:00,1,open,10")
    orders.hop("bronze", 0)
    assert shown(run()) == ["orders has published nothing yet: everything is new"]


def test_a_broken_spec_is_told_as_check_tells_it(tmp_path: Path, run: Run, orders: Orders) -> None:
    orders.write(SPEC, PIPELINE.replace("feed: orders", "fed: orders"))
    result = run()
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "pipelines/orders/pipeline.yaml:6: unknown key 'fed': expected one of feed, transform, history;"
        " did you mean 'feed'?",
        "1 error. Mend the files, then: ./headgate check orders",
    ]
