"""The source's columns or types change: rescue, evolve or fail, and who is told to use the column."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.gates.gate_closed import GateClosed
from headgate.hops.choose_files import Choice, choose_files
from headgate.hops.known_files import KnownFiles
from headgate.spec.column_users import told_users, users_of
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from tests.hours.orders_pipeline import CONTRACT, HEADER, PIPELINE, START, Orders
from tests.unit.spec_folders import TRIPS, TRIPS_FILES, write_files

END = START.replace(hour=1)
GOLD = """
gold:
  sales: {inputs: [orders], transform: sales, grain: [order_id, as_of]}
  counts: {inputs: [orders], transform: counts, grain: [order_id, as_of]}
"""
GOLD_PY = """\
COLUMNS = ["order_id", "amount"]


def sales(inputs, window):
    return inputs["orders"].select(*COLUMNS)


def counts(inputs, window):
    return inputs["orders"].groupBy("order_id").count()
"""
GOLD_CONTRACT = """
description: One row per order and hour.
key: [order_id, as_of]
columns: {order_id: {type: bigint}, as_of: {type: timestamp}}
"""


def chosen(root: Path, policy: str, header: str) -> Choice:
    settings = write_files(
        root,
        {
            "pipelines/orders/pipeline.yaml": with_policy(policy) + GOLD,
            "pipelines/orders/gold.py": GOLD_PY,
            "expectations/orders/silver.orders.yaml": CONTRACT,
            "expectations/orders/gold.sales.yaml": GOLD_CONTRACT,
            "expectations/orders/gold.counts.yaml": GOLD_CONTRACT,
            "home/landing/orders/orders/2024/01/01/00/a.csv": header + "\n",
        },
    )
    loaded, known = load_pipeline(settings, "orders"), KnownFiles(settings, "orders")
    landing = settings.landing / "orders"
    return choose_files(
        landing, loaded, "orders", known, None, END, take_new=True, open_publishes=frozenset()
    )


def with_policy(policy: str) -> str:
    return PIPELINE.replace("key: [order_id]", f"key: [order_id], on_schema_change: {policy}")


USED = "amount is used by silver.orders, gold.sales"
UNKNOWN, MISSING = f"{HEADER},shop", HEADER.removesuffix(",amount")
RENAMED = HEADER.replace("amount", "total")


@pytest.mark.parametrize(
    ("policy", "header", "told"),
    [
        ("rescue", HEADER, []),
        ("evolve", HEADER, []),
        ("fail", HEADER, []),
        ("rescue", UNKNOWN, [("warn", "unknown columns, kept in _rescued: shop")]),
        ("evolve", UNKNOWN, [("warn", "unknown columns, new in bronze, as text: shop")]),
        ("fail", UNKNOWN, [("close", "unknown columns: shop")]),
        ("rescue", MISSING, [("close", f"columns missing: amount; {USED}")]),
        ("evolve", MISSING, [("warn", "columns missing, read as null: amount")]),
        ("fail", MISSING, [("close", f"columns missing: amount; {USED}")]),
        ("rescue", RENAMED, [("close", f"columns missing: amount; unknown columns: total; {USED}")]),
        (
            "evolve",
            RENAMED,
            [
                ("warn", "unknown columns, new in bronze, as text: total"),
                ("warn", "columns missing, read as null: amount"),
            ],
        ),
        ("fail", RENAMED, [("close", f"columns missing: amount; unknown columns: total; {USED}")]),
    ],
)
def test_a_policy_says_what_other_columns_do(
    tmp_path: Path, policy: str, header: str, told: list[tuple[str, str]]
) -> None:
    choice = chosen(tmp_path, policy, header)
    assert [(f["on_fail"], f["detail"]) for f in choice.findings] == told
    assert all(finding["rule"] == "files.columns" for finding in choice.findings)
    evolved = {UNKNOWN: ["shop"], RENAMED: ["total"]}.get(header, [])
    assert choice.evolved == (evolved if policy == "evolve" else [])


def test_a_long_list_of_columns_is_cut(tmp_path: Path) -> None:
    choice = chosen(tmp_path, "rescue", ",".join([HEADER, *(f"x{n}" for n in range(12))]))
    assert choice.findings[0]["detail"].endswith("x8, x9 and 2 more")


def trips(root: Path, **files: str) -> Settings:
    spec = TRIPS.replace(
        "      columns: [mean_delay]",
        "      columns: [mean_delay]\n    - table: cities\n"
        "      on: [city]\n      max_age: 3h\n      columns: [size]",
    ).replace("    mean_delay: {}", "    mean_delay: {}\n    size: {}")
    contract = TRIPS_FILES["expectations/trips/gold.examples.yaml"] + "  size: {type: int}\n"
    changed = {"pipelines/trips/pipeline.yaml": spec, "expectations/trips/gold.examples.yaml": contract}
    return write_files(root, {**TRIPS_FILES, **changed, **files})


def test_a_feature_source_uses_the_columns_that_it_names(tmp_path: Path) -> None:
    loaded = load_pipeline(trips(tmp_path), "trips")
    everything = ["silver.cities", "gold.examples", "the model trips"]
    assert users_of(loaded, "cities", "size") == everything
    assert users_of(loaded, "cities", "mayor") == []
    assert told_users(loaded, "cities", ["size", "mayor"]) == f"size is used by {', '.join(everything)}"


def test_whatever_comes_from_a_table_that_a_transform_makes_counts(tmp_path: Path) -> None:
    silver = "def clean_trips(rows):\n    return rows.where('delay > 0')\n"
    loaded = load_pipeline(trips(tmp_path, **{"pipelines/trips/silver.py": silver}), "trips")
    everything = ["silver.trips", "gold.delays", "gold.examples", "the model trips"]
    assert users_of(loaded, "trips", "delay") == everything
    assert users_of(loaded, "trips", "city") == []


def test_columns_evolve_and_older_hours_replay_with_what_was_rescued(
    spark: SparkSession, tmp_path: Path
) -> None:
    orders = Orders(spark, tmp_path)
    orders.write("pipelines/orders/pipeline.yaml", with_policy("rescue"))
    orders.land(0, "I,05:00,1,open,10,ten", header=UNKNOWN)
    orders.run(0)
    orders.write("pipelines/orders/pipeline.yaml", with_policy("evolve"))
    orders.land(1, "I,05:00,2,open,10,20", header=UNKNOWN)
    orders.run(1)
    orders.land(2, "I,05:00,3,open,10")
    orders.run(2)
    assert orders.rows("bronze.orders", "order_id", "shop", "_rescued") == [
        ("1", None, '{"shop":"ten"}'),
        ("2", "20", None),
        ("3", None, None),
    ]

    orders.write("expectations/orders/silver.orders.yaml", CONTRACT + "  shop: {type: int}\n")
    orders.run(0, 1, 2)
    assert orders.rows("silver.orders", "order_id", "shop") == [(1, None), (2, 20), (3, None)]
    assert orders.rows("silver.orders_changes", "order_id", "_rescued") == [
        (1, '{"shop":"ten"}'),
        (2, None),
        (3, None),
    ]

    orders.write("pipelines/orders/pipeline.yaml", with_policy("fail"))
    orders.land(3, "I,05:00,4,open,10,five", "I,05:01,5,open,much,6", header=UNKNOWN)
    orders.hop("bronze", 3)
    with pytest.raises(GateClosed) as caught:
        orders.hop("silver", 3)
    assert (
        "silver.orders values.typed: 2 of 3 columns break “every text is a value of its column's type” "
        "(such as column=amount: 1 row is no double, like 'much', "
        "column=shop: 1 row is no int, like 'five'); "
        "amount is used by silver.orders; shop is used by silver.orders" in str(caught.value)
    )
    assert [row[0] for row in orders.live()] == [1, 2, 3]
