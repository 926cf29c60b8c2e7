"""Read back as of: every set of versions that was published together is found again, exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from headgate.hops.as_of import AsOf, NoSuchTableThen, as_of
from headgate.hops.published_versions import NotPublishedThen
from tests.hours.orders_pipeline import CONTRACT, PIPELINE, START, Orders

TABLES = ("bronze.orders", "silver.orders_changes", "silver.orders", "gold.totals")
OTHER_COLUMNS = f"{CONTRACT.partition('  status:')[0]}  note: {{}}\n"
GOLD = """
def totals(inputs, window):
    from pyspark.sql import functions as F

    return inputs["orders"].groupBy(F.col("_known_at").alias("as_of")).agg(
        F.count(F.lit(1)).cast("int").alias("changes")
    ).where(F.col("as_of") > F.lit(window.start or "2000-01-01"))
"""


@dataclass
class Told:
    """A pipeline and what its tables held right after each run."""

    orders: Orders
    seen: dict[str, dict[str, list[tuple[Any, ...]]]] = field(default_factory=dict)
    versions: dict[str, dict[str, int]] = field(default_factory=dict)

    def look(self, name: str) -> None:
        self.seen[name] = {table: self._rows(table) for table in TABLES}
        self.versions[name] = {table: self.orders.version(table) for table in TABLES}

    def _rows(self, table: str) -> list[tuple[Any, ...]]:
        path = self.orders.settings.lake / "orders" / Path(*table.split("."))
        frame = self.orders.spark.read.format("delta").load(str(path))
        if table == "silver.orders":
            frame = frame.where("NOT _deleted").drop("_deleted")
        return sorted((tuple(row) for row in frame.collect()), key=str)

    def as_of(self, when: str) -> AsOf:
        return as_of(self.orders.spark, self.orders.settings, "orders", when)


@pytest.fixture(scope="module")
def told(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Hours 0 and 1 in one go, then 2 and 3 with a late file, then 1 once more with another transform."""
    orders = Orders(spark, tmp_path_factory.mktemp("orders"), ("bronze", "silver", "gold"))
    table = "{inputs: [orders], transform: totals, grain: [as_of]}"
    orders.write("pipelines/orders/pipeline.yaml", f"{PIPELINE}gold:\n  totals: {table}\n")
    orders.write("pipelines/orders/gold.py", GOLD)
    contract = "description: Changes of an hour.\nkey: [as_of]\ncolumns:\n  as_of: {type: timestamp}\n"
    orders.write("expectations/orders/gold.totals.yaml", f"{contract}  changes: {{type: int}}\n")
    told = Told(orders)
    orders.land(0, "I,10:00,1,open,5", "I,11:00,2,lost,5")
    orders.land(1, "U,10:00,1,paid,5", "I,20:00,3,open,1")
    orders.run(1)
    told.look("2024-01-01T01")
    orders.land(2, "D,10:00,3,,")
    orders.land(1, "U,50:00,1,shipped,5", name="late")
    orders.run(2)
    told.look("2024-01-01T02")
    orders.land(3, "I,10:00,3,open,2")
    orders.run(3)
    told.look("2024-01-01T03, first")
    orders.write("pipelines/orders/gold.py", GOLD.replace("F.count(F.lit(1))", "(F.count(F.lit(1)) * 10)"))
    orders.run(1)
    told.look("2024-01-01T03")
    return told


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("2024-01-01T01", "2024-01-01T01"),
        ("2024-01-01T02:00", "2024-01-01T02"),
        ("9", "2024-01-01T03, first"),
        ("2024-01-01T03", "2024-01-01T03"),
    ],
)
def test_all_layers_are_those_of_that_time(told: Told, asked: str, seen: str) -> None:
    then = told.as_of(asked)
    found = {table: sorted((tuple(row) for row in then.table(table).collect()), key=str) for table in TABLES}
    assert found == told.seen[seen]
    assert len({str(rows) for rows in told.seen.values()}) == len(told.seen)


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("2024-01-01T04+02:00", "2024-01-01T02"),
        ("3", "2024-01-01T01"),
        ("6", "2024-01-01T02"),
        ("scheduled__2024-01-01T03:00:00+00:00", "2024-01-01T02"),
        ("backfill__2024-01-01T04:00:00+00:00", "2024-01-01T03, first"),
        ("backfill__2024-01-01T02:00:00+00:00", "2024-01-01T03"),
        ("2024-01-01T02--00000002", "2024-01-01T02"),
    ],
)
def test_a_publish_has_many_names(told: Told, asked: str, seen: str) -> None:
    versions = told.as_of(asked).versions
    assert {table: versions[table] for table in TABLES} == told.versions[seen]


def test_a_publish_within_a_run_shows_what_readers_saw_between(told: Told) -> None:
    between = told.as_of("4").versions
    assert between["bronze.orders"] == told.as_of("6").versions["bronze.orders"]
    assert between["silver.orders"] == told.as_of("3").versions["silver.orders"]


def test_a_statement_reads_all_its_tables_as_they_were(told: Told) -> None:
    statement = """
        SELECT orders.order_id, orders.status, count(orders_changes.order_id) AS changes
        FROM orders_silver.orders JOIN orders_silver.orders_changes USING (order_id)
        GROUP BY ALL ORDER BY 1
    """
    assert [tuple(row) for row in told.as_of("2024-01-01T01").sql(statement).collect()] == [
        (1, "paid", 2),
        (3, "open", 1),
    ]
    assert [tuple(row) for row in told.as_of("2024-01-01T02").sql(statement).collect()] == [(1, "shipped", 3)]


def test_the_quarantine_is_read_as_it_was(told: Told) -> None:
    rows = told.as_of("2024-01-01T01").table("silver.orders_quarantine").collect()
    assert [(row["order_id"], row["rules"], row["hour"].hour) for row in rows] == [(2, ["status.one_of"], 0)]


def test_quarantine_and_history_have_the_columns_that_they_had_then(told: Told) -> None:
    """Whatever the contract says by now: a column came later, others are not in it any more."""
    spec = told.orders.root / "pipelines/orders/pipeline.yaml"
    before = spec.read_text()
    told.orders.write("expectations/orders/silver.orders.yaml", OTHER_COLUMNS)
    spec.write_text(before.replace("{feed: orders}", "{feed: orders, history: true}"))
    try:
        then = told.as_of("2024-01-01T01")
        apart, held = (then.table(f"silver.orders_{view}").collect() for view in ("quarantine", "history"))
    finally:
        told.orders.write("expectations/orders/silver.orders.yaml", CONTRACT)
        spec.write_text(before)
    columns = ("order_id", "status", "amount")
    assert [tuple(row[name] for name in columns) for row in apart] == [(2, "lost", 5.0)]
    assert sorted(tuple(row[name] for name in columns) for row in held) == [
        (1, "open", 5.0),
        (1, "paid", 5.0),
        (3, "open", 1.0),
    ]
    assert all("note" not in row for row in (*apart, *held))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "2024-01-01T00",
            "orders has no set of versions as of 2024-01-01T00: it was published in one go with the hours up "
            "to 2024-01-01T01; the hours that were the last one done are 2024-01-01T01, 2024-01-01T02, "
            "2024-01-01T03.",
        ),
        (
            "2024-01-01T09",
            "orders has no set of versions as of 2024-01-01T09: the hours that were the last one done are "
            "2024-01-01T01, 2024-01-01T02, 2024-01-01T03.",
        ),
        (
            "yesterday",
            "orders has no set of versions as of yesterday: write an hour like 2013-01-29T02, the id of a "
            "run, or a publish number.",
        ),
        ("2024-01-01T01:30", "write an hour like 2013-01-29T02"),
        (
            "77",
            "orders has no publish number 77: the finished publishes are 1, 2, 3, …, 10, 11, 12.",
        ),
        (
            "scheduled__2024-01-01T01:00:00+00:00",
            "orders has no run scheduled__2024-01-01T01:00:00+00:00 that went through: the runs that went "
            "through are of 2024-01-01T01, 2024-01-01T02, 2024-01-01T03.",
        ),
        ("2024-01-01T02--ffffffff", "the published attempts are 2024-01-01T01--00000001, "),
    ],
)
def test_what_was_never_published_is_refused_with_what_there_is(told: Told, asked: str, said: str) -> None:
    with pytest.raises(NotPublishedThen) as refused:
        told.as_of(asked)
    assert said in refused.value.what
    assert refused.value.left == "Nothing was run."
    assert "orders_ops.hops" in str(refused.value.next_command)


def test_a_pipeline_that_has_published_nothing_says_so(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(NotPublishedThen, match="orders has published nothing yet"):
        as_of(spark, Orders(spark, tmp_path).settings, "orders", "2024-01-01T00")


def test_a_table_that_there_was_not_is_refused_with_those_there_were(told: Told) -> None:
    with pytest.raises(NoSuchTableThen) as refused:
        told.as_of("2").sql("SELECT * FROM orders_gold.totals")
    assert refused.value.what == (
        "orders had published no gold.totals then: there were bronze.orders, ops.files, silver.orders, "
        "silver.orders_changes."
    )
    assert refused.value.where == f"publish 2, silver of {START.replace(hour=1):%Y-%m-%dT%H}"
    with pytest.raises(NoSuchTableThen, match=r"did you mean silver\.orders\?"):
        told.as_of("2").table("silver.order")
