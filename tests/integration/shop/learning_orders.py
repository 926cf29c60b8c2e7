"""A small pipeline that learns whether orders get paid: days of orders, a file an hour, whose model asks."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.hours.orders_with_examples import AMOUNTS, CONTRACT, EXAMPLES, HEADER, SPEC, TRANSFORMS
from tests.integration.headgate_stack import HeadgateStack

START = datetime(2024, 1, 1, tzinfo=UTC)
BACKLOG = START + timedelta(days=5, hours=-1)
"""The last hour of the backlog, which its run takes as one range."""

NEXT = BACKLOG + timedelta(hours=1)
ORDERS_AN_HOUR = 20
SETTLED_AFTER = timedelta(hours=2)
ENDED = "schedule: {start: 2024-01-01}", "schedule: {start: 2024-01-01, end: 2024-02-01}"
"""So that the present hour is none of it."""

LEARNS = """\
model:
  algorithm: logistic_regression
  parameters: {regularization: 0.001}
  features:
    amount: {}
    mean_amount: {}
  baselines:
    - []
promotion: {first_holdout: 2d, ask: [refresh]}
"""


def add_learning_orders(shop: HeadgateStack) -> HeadgateStack:
    """Give the second stack the pipeline `orders` and its files, and return the stack as `orders` sees it."""
    for path, text in {
        "pipelines/orders/pipeline.yaml": SPEC.replace(*ENDED) + LEARNS,
        "pipelines/orders/gold.py": TRANSFORMS,
        "expectations/orders/silver.orders.yaml": CONTRACT,
        "expectations/orders/gold.customer_amounts.yaml": AMOUNTS,
        "expectations/orders/gold.examples.yaml": EXAMPLES,
    }.items():
        target = shop.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    for hour, lines in _changes().items():
        folder = shop.settings.landing / "orders" / "orders" / f"{hour:%Y/%m/%d/%H}"
        folder.mkdir(parents=True)
        (folder / f"{hour:%Y%m%d}-000000000.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    return replace(shop, pipeline="orders", last_hop="gold")


def _changes() -> dict[datetime, list[str]]:
    """The lines of each hour up to NEXT: orders come in, and two hours later each is paid or shipped.

    The dearer an order, the seldomer it is paid first.
    """
    draw = random.Random(2024)
    found: dict[datetime, list[str]] = defaultdict(list)
    number, hour = 0, START
    while hour <= NEXT:
        for minute in range(ORDERS_AN_HOUR):
            number += 1
            customer, amount = draw.choice("abcde"), round(draw.uniform(1, 100), 2)
            settled = "paid" if draw.random() < 1 / (1 + math.exp((amount - 50) / 15)) else "shipped"
            for moment, operation, status in (
                (hour, "I", "open"),
                (hour + SETTLED_AFTER, "U", settled),
            ):
                at = f"{moment:%Y-%m-%d %H}:{minute:02}:00"
                if moment <= NEXT:
                    found[moment].append(f"{operation},{at},{number},{customer},{status},{amount}")
        hour += timedelta(hours=1)
    return dict(found)
