"""A pipeline made by `new` runs, in a second stack beside the first; neither knows of the other."""

from __future__ import annotations

from tests.integration.headgate_stack import HeadgateStack

FIRST, LAST = "2024-01-01T00", "2024-01-01T01"


def test_a_new_pipeline_runs_from_landing_file_to_table(shop: HeadgateStack) -> None:
    checked = shop.headgate("check", "shop")
    assert checked.code == 0, checked.out + checked.err
    ran = shop.headgate("run", "shop", "--from", FIRST, "--to", LAST)
    assert ran.code == 0, ran.out + ran.err
    assert "2 hours published" in ran.out
    assert shop.rows("SELECT id, status, amount FROM shop_silver.shop ORDER BY id") == [
        {"id": 1, "status": "paid", "amount": 19.9},
        {"id": 3, "status": "cancelled", "amount": 120.0},
        {"id": 4, "status": "open", "amount": 42.0},
    ]


def test_two_stacks_stand_side_by_side(shop: HeadgateStack, stack: HeadgateStack) -> None:
    started = stack.headgate("up")
    assert started.code == 0, started.out + started.err
    assert [found["pipeline"] for found in shop.status()["pipelines"]] == ["shop"]
    assert [found["pipeline"] for found in stack.status()["pipelines"]] == ["flights"]
    ours, theirs = shop.addresses, stack.addresses
    assert {ours.airflow, ours.mlflow}.isdisjoint({theirs.airflow, theirs.mlflow})
