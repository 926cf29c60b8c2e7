"""Pipelines written to a temporary folder, for tests of the spec."""

from __future__ import annotations

from pathlib import Path

from headgate.spec.settings import Settings

ORDERS = """\
pipeline: orders
schedule: {start: 2024-01-01}
feeds:
  orders:
    key: [id]
silver:
  orders:
    feed: orders
"""
ORDERS_CONTRACT = """\
description: One row per order.
key: [id]
columns:
  id: {type: bigint}
  status: {required: true, one_of: [open, paid]}
  amount: {type: double, between: {min: 0}}
  opened_at: {type: timestamp}
"""
TRIPS = """\
pipeline: trips
schedule: {start: 2024-01-01, end: 2024-03-01}
feeds:
  trips:
    key: [trip]
  cities:
    key: [city]
silver:
  trips:
    feed: trips
    transform: clean_trips
  cities:
    feed: cities
gold:
  delays:
    inputs: [trips]
    transform: delays
    grain: [city, as_of]
    lookback: 6h
examples:
  inputs: [trips]
  entity: [trip]
  label: late
  features:
    - table: delays
      on: [city]
      max_age: 3h
      columns: [mean_delay]
model:
  algorithm: random_forest
  parameters: {trees: 20}
  features:
    city: {nominal: [north, south]}
    distance: {}
    mean_delay: {}
  baselines: [[], [city]]
  costs: {false_positive: 20, true_positive: 60, false_negative: 100}
promotion:
  first_holdout: 7d
"""
TRIPS_FILES = {
    "pipelines/trips/pipeline.yaml": TRIPS,
    "pipelines/trips/silver.py": "def clean_trips(rows):\n    return rows\n",
    "pipelines/trips/gold.py": (
        "def delays(inputs, window):\n    return inputs\n\n\n"
        "def examples(inputs, window):\n    return inputs\n\n\n"
        "def labels(inputs, window):\n    return inputs\n"
    ),
    "expectations/trips/bronze.trips.yaml": (
        "description: Trips as they came.\nkey: [trip]\ncolumns:\n  trip: {}\n  city: {}\n  delay: {}\n"
    ),
    "expectations/trips/silver.trips.yaml": (
        "description: One row per trip.\nkey: [trip]\ncolumns:\n  trip: {}\n"
        "  city: {references: cities.city}\n  delay: {type: double}\n  left_at: {type: timestamp}\n"
    ),
    "expectations/trips/silver.cities.yaml": (
        "description: One row per city.\nkey: [city]\ncolumns:\n  city: {}\n  size: {type: int}\n"
    ),
    "expectations/trips/gold.delays.yaml": (
        "description: One row per city and hour.\nkey: [city, as_of]\ncolumns:\n  city: {}\n"
        "  as_of: {type: timestamp}\n  mean_delay: {type: double}\n"
    ),
    "expectations/trips/gold.examples.yaml": (
        "description: One row per trip and hour.\nkey: [trip, as_of]\ncolumns:\n  trip: {}\n"
        "  as_of: {type: timestamp}\n  city: {}\n  distance: {type: double}\n  mean_delay: {type: double}\n"
        "  late: {type: int}\n  label_known_at: {type: timestamp}\n"
    ),
}
ORDERS_FILES = {
    "pipelines/orders/pipeline.yaml": ORDERS,
    "expectations/orders/silver.orders.yaml": ORDERS_CONTRACT,
}


def write_files(root: Path, files: dict[str, str]) -> Settings:
    """Write the files below `root`; returns settings whose folders all lie there."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Settings(home=root / "home", pipelines=root / "pipelines", expectations=root / "expectations")
