"""Airflow for tests: a home of its own, without a running stack; three pipelines, one of them broken."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from headgate.spec.settings import REPOSITORY, Settings

HOME = tempfile.TemporaryDirectory(prefix="headgate-airflow-")
os.environ |= {
    "AIRFLOW_HOME": HOME.name,
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
    "AIRFLOW__CORE__UNIT_TEST_MODE": "True",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
}

ORDERS = """\
pipeline: orders
schedule: {start: 2024-01-01, end: 2024-01-03}
feeds:
  orders: {key: [order_id]}
silver:
  orders: {feed: orders}
"""
SHOP = """\
pipeline: shop
owner: the shop's team
description: Which orders will be late?
schedule: {start: 2024-01-01}
feeds:
  orders: {key: [order_id]}
silver:
  orders: {feed: orders}
examples:
  inputs: [orders]
  entity: [order_id]
  label: late
model:
  algorithm: random_forest
  features:
    amount: {}
"""
SHOP_GOLD = '''\
"""Examples of orders."""


def examples(inputs, window):
    raise NotImplementedError("no DAG file calls a transform")


def labels(inputs, window):
    raise NotImplementedError("no DAG file calls a transform")
'''
SILVER_CONTRACT = """\
description: One row per order.
key: [order_id]
columns:
  order_id: {type: bigint}
  amount: {type: double}
"""
EXAMPLES_CONTRACT = """\
description: One row per order and as-of hour.
key: [order_id, as_of]
columns:
  order_id: {type: bigint}
  as_of: {type: timestamp}
  amount: {type: double}
  late: {type: int}
  label_known_at: {type: timestamp}
"""
BROKEN = "pipelin: broken\n"


@pytest.fixture
def pipelines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """`orders` (two hops, no model), `shop` (three hops, a model) and `broken`, named by the environment."""
    files = {
        "pipelines/orders/pipeline.yaml": ORDERS,
        "expectations/orders/silver.orders.yaml": SILVER_CONTRACT,
        "pipelines/shop/pipeline.yaml": SHOP,
        "pipelines/shop/gold.py": SHOP_GOLD,
        "expectations/shop/silver.orders.yaml": SILVER_CONTRACT,
        "expectations/shop/gold.examples.yaml": EXAMPLES_CONTRACT,
        "pipelines/broken/pipeline.yaml": BROKEN,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("HEADGATE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADGATE_PIPELINES", str(tmp_path / "pipelines"))
    monkeypatch.setenv("HEADGATE_EXPECTATIONS", str(tmp_path / "expectations"))
    return Settings()
