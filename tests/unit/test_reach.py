"""How long a change is seen by rows of gold: along a chain of tables, the sum of how far they look back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from headgate.spec.load import load_pipeline
from headgate.spec.pipeline import Pipeline
from headgate.spec.reach import reach
from headgate.spec.settings import REPOSITORY, Settings

BASE: dict[str, Any] = {
    "pipeline": "orders",
    "schedule": {"start": "2024-01-01"},
    "feeds": {"orders": {"key": ["order_id"]}},
    "silver": {"orders": {"feed": "orders"}},
}


def table(source: str, lookback: str) -> dict[str, Any]:
    return {"inputs": [source], "transform": "t", "grain": ["k", "as_of"], "lookback": lookback}


def examples(*features: tuple[str, str], lookback: str) -> dict[str, Any]:
    listed = [{"table": name, "on": ["k"], "max_age": age, "columns": ["c"]} for name, age in features]
    return {"inputs": ["orders"], "entity": ["k"], "label": "y", "lookback": lookback, "features": listed}


@pytest.mark.parametrize(
    ("gold", "described", "hours"),
    [
        ({}, None, 0),
        ({"a": table("orders", "2h")}, None, 2),
        ({"a": table("orders", "2h"), "b": table("a", "3h")}, None, 5),
        ({"a": table("orders", "2h"), "b": table("orders", "3h")}, None, 3),
        ({"a": table("orders", "2h")}, examples(("a", "4h"), ("orders", "5h"), lookback="1h"), 6),
        ({"a": table("orders", "2h"), "b": table("a", "3h")}, examples(("b", "4h"), lookback="1h"), 9),
        ({"a": table("orders", "2h")}, examples(("a", "4h"), lookback="48h"), 48),
    ],
)
def test_reach(gold: dict[str, Any], described: dict[str, Any] | None, hours: int) -> None:
    spec = {**BASE, "gold": gold, **({"examples": described} if described else {})}
    assert reach(Pipeline.model_validate(spec)) == timedelta(hours=hours)


def test_flights_see_a_change_for_a_day_after_four_weeks() -> None:
    settings = Settings(
        home=REPOSITORY / ".headgate",
        pipelines=REPOSITORY / "pipelines",
        expectations=REPOSITORY / "expectations",
        lake=REPOSITORY / ".headgate/lake",
    )
    assert reach(load_pipeline(settings, "flights").spec) == timedelta(days=29)
