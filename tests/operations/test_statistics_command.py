"""`headgate statistics` as people and programs see it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from pyspark.sql import SparkSession
from typer.testing import CliRunner, Result

from headgate.cli.statistics import statistics
from headgate.hops.merged_statistics import NoStatistics
from headgate.spec.errors import SpecErrors
from tests.hours.orders_pipeline import CONTRACT, Orders

Run = Callable[..., Result]
FIRST_HOUR = ("I,05:00,1,open,10", "I,05:00,2,open,20", "U,06:00,1,lost,10", "D,07:00,2,open,20")
SECOND_HOUR = ("U,05:00,1,paid,30", "I,06:00,3,open,")


@pytest.fixture(scope="module")
def published(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    orders = Orders(spark, tmp_path_factory.mktemp("orders"))
    orders.land(0, *FIRST_HOUR)
    orders.land(1, *SECOND_HOUR)
    orders.run(0, 1)
    return orders.root


def runner(root: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HEADGATE_HOME", str(root / "home"))
    monkeypatch.setenv("HEADGATE_PIPELINES", str(root / "pipelines"))
    monkeypatch.setenv("HEADGATE_EXPECTATIONS", str(root / "expectations"))
    monkeypatch.setenv("COLUMNS", "80")
    app = typer.Typer()
    app.command()(statistics)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["orders", *arguments])

    return run


@pytest.fixture
def run(published: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(published, monkeypatch)


def table(result: Result) -> list[list[str]]:
    """The cells of the printed table, empty ones left out; its rule and blank lines too."""
    lines = [line.strip() for line in result.stdout.splitlines()[1:]]
    return [re.split(r" {2,}", line) for line in lines if line and not line.startswith("─")]


def test_a_table_over_all_its_hours(run: Run) -> None:
    result = run("silver.orders_changes")
    assert result.exit_code == 0, result.exception
    assert result.stdout.splitlines()[0] == (
        "orders silver.orders_changes: 2 publishes, from the beginning, last hour 2024-01-01T01; "
        "besides 1 rows kept apart, 1 deletions"
    )
    assert table(result) == [
        ["column", "rows", "null", "distinct", "min", "25 %", "median", "75 %", "max", "mean", "values"],
        ["order_id", "4", "0.0 %", "3", "1", "1", "1", "2", "3", "1.75", "█▁▁▁▅▁▁▁▅▁"],
        ["status", "4", "0.0 %", "2", "open 75.0 %, paid 25.0 %"],
        ["amount", "4", "25.0 %", "3", "10", "10", "20", "30", "30", "20", "█▁▁▁█▁▁▁█▁"],
    ]


def test_some_hours_and_one_column_as_a_program_reads_them(run: Run) -> None:
    hour = ("--from", "2024-01-01T01", "--to", "2024-01-01T01")
    result = run("silver.orders_changes", *hour, "--column", "status", "--json")
    assert result.exit_code == 0, result.exception
    assert json.loads(result.stdout) == {
        "pipeline": "orders",
        "table": "silver.orders_changes",
        "since": "2024-01-01T01:00:00+00:00",
        "last_hour": "2024-01-01T01:00:00+00:00",
        "publishes": [4],
        "published_again": [],
        "columns": [
            {
                "column": "status",
                "type": "string",
                "personal": False,
                "rows": 2,
                "nulls": 0,
                "not_finite": 0,
                "quarantined": 0,
                "deletions": 0,
                "distinct": 2,
                "minimum": None,
                "quartiles": None,
                "maximum": None,
                "mean": None,
                "histogram": None,
                "values": {"open": 1, "paid": 1},
                "values_short": 0,
            }
        ],
    }


def test_a_number_as_a_program_reads_it(run: Run) -> None:
    result = run("silver.orders_changes", "--column", "amount", "--json")
    amount = json.loads(result.stdout)["columns"][0]
    assert (amount["minimum"], amount["quartiles"], amount["maximum"]) == (10.0, [10.0, 20.0, 30.0], 30.0)
    assert (amount["mean"], amount["rows"], amount["nulls"]) == (20.0, 4, 1)
    assert amount["histogram"]["edges"] == [10.0, 12.5, 15.0, 17.5, 20.0, 22.5, 25.0, 27.5, 30.0]
    assert sum(amount["histogram"]["shares"]) == pytest.approx(1)


def test_the_values_of_one_column(run: Run) -> None:
    result = run("silver.orders_changes", "--column", "status")
    bars = result.stdout.splitlines()[-2:]
    assert [line.split() for line in bars] == [
        ["open", "75.0", "%", "█" * 30],
        ["paid", "25.0", "%", "█" * 10],
    ]


def test_an_hour_that_ran_again_counts_once(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = Orders(spark, tmp_path)
    orders.land(0, *FIRST_HOUR)
    orders.land(1, *SECOND_HOUR)
    orders.run(1)  # both hours at once
    run = runner(tmp_path, monkeypatch)
    both = json.loads(run("silver.orders_changes", "--json").stdout)
    assert (both["publishes"], both["columns"][0]["rows"]) == ([2], 4)
    orders.run(1)
    again = json.loads(run("silver.orders_changes", "--json").stdout)
    assert again["columns"] == both["columns"]
    assert again["publishes"] != both["publishes"]
    orders.run(0)
    part = run("silver.orders_changes").stdout.splitlines()
    assert part[1].startswith("hours that were published again count twice: publish ")


def test_what_became_personal_is_shown_no_more(published: Path, run: Run) -> None:
    path = published / "expectations/orders/silver.orders.yaml"
    path.write_text(CONTRACT.replace("status: {type: string,", "status: {type: string, personal: true,"))
    try:
        row = table(run("silver.orders_changes"))[2]
        as_json = run("silver.orders_changes", "--column", "status", "--json").stdout
    finally:
        path.write_text(CONTRACT)
    assert row == ["status", "4", "0.0 %", "≥ 2", "personal"]
    assert "open" not in as_json


def test_a_pipeline_that_is_not_there(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer()
    app.command()(statistics)
    runner(published, monkeypatch)
    result = CliRunner().invoke(app, ["order", "silver.orders_changes"])
    assert isinstance(result.exception, SpecErrors)
    assert "there is no pipeline 'order': expected one of orders; did you mean 'orders'?" in str(
        result.exception
    )


def refusal(result: Result) -> str:
    assert isinstance(result.exception, NoStatistics)
    return str(result.exception)


def test_a_table_that_has_none(run: Run) -> None:
    assert refusal(run("silver.orders")) == (
        "There are no statistics of 'silver.orders' in orders: expected one of bronze.orders,"
        " silver.orders_changes.\n"
        "  next: ./headgate statistics orders silver.orders_changes"
    )


def test_a_column_that_is_not_there(run: Run) -> None:
    assert refusal(run("silver.orders_changes", "--column", "amnt")) == (
        "silver.orders_changes has no column 'amnt': expected one of order_id, status, amount.\n"
        "  next: ./headgate statistics orders silver.orders_changes --column amount"
    )


def test_hours_in_which_nothing_was_published(run: Run) -> None:
    assert refusal(run("silver.orders_changes", "--from", "2024-02-01T00")) == (
        "Nothing of silver.orders_changes was published for these hours.\n"
        "  where: its hours lie between 2024-01-01T00 and 2024-01-01T01\n"
        "  next: ./headgate statistics orders silver.orders_changes"
    )


def test_nothing_is_published_yet(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Orders(spark, tmp_path)
    assert refusal(runner(tmp_path, monkeypatch)("silver.orders_changes")) == (
        "Nothing of orders is published yet, so there are no statistics.\n  next: ./headgate status"
    )
