"""Hours derived again in one go by the replay's DAG, and what came late stamped anew, on the real Airflow."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.integration.headgate_stack import HeadgateStack
from tests.integration.shop.shop_files import HEADER, land

LATE, HOUR = datetime(2024, 1, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 8, tzinfo=UTC)
CHANGES = "SELECT id, status, amount, _op, _file, _row, _sequence, _known_at FROM shop_silver.shop_changes"
LIVE = "SELECT * FROM shop_silver.shop"


@pytest.fixture(scope="module")
def late(shop: HeadgateStack) -> HeadgateStack:
    """The stack after an hour that found a file of an hour that was done."""
    folder = shop.settings.landing / "shop" / "shop" / f"{LATE:%Y/%m/%d/%H}"
    row = f"I,{LATE:%Y-%m-%d %H}:30:00,20,open,8.00,{LATE:%Y-%m-%d %H}:00:30"
    (folder / "late.csv").write_text(f"{HEADER}\n{row}\n")
    land(shop, HOUR, "21,open,9.00")
    answer = shop.headgate("run", "shop", "--from", "2024-01-01T08", "--to", "2024-01-01T08")
    assert answer.code == 0, answer.out + answer.err
    return shop


def known_at(shop: HeadgateStack) -> list[dict[str, object]]:
    return shop.rows("SELECT id, _known_at FROM shop_silver.shop_changes WHERE id >= 20 ORDER BY id")


def test_a_replay_of_all_hours_gives_the_same_rows_in_one_run(late: HeadgateStack) -> None:
    before = [sorted(late.rows(statement), key=str) for statement in (CHANGES, LIVE)]
    answer = late.headgate("replay", "shop", "--from", "2024-01-01T00", "--to", "2024-01-01T08")
    assert answer.code == 0, answer.out + answer.err
    assert [sorted(late.rows(statement), key=str) for statement in (CHANGES, LIVE)] == before
    (run,) = late.runs("shop_replay")
    assert run["state"] == "success"
    *_, last = late.ledger().done("silver")
    assert str(last.hours) == "(beginning, 2024-01-01T09:00:00+00:00]"
    assert known_at(late) == [{"id": number, "_known_at": "2024-01-01T09:00:00+00:00"} for number in (20, 21)]


def test_a_restamp_makes_what_came_late_known_in_time_and_is_on_record(late: HeadgateStack) -> None:
    answer = late.headgate("replay", "shop", "--restamp", "2024-01-01T01", "--why", "the source was down")
    assert answer.code == 0, answer.out + answer.err
    assert known_at(late) == [
        {"id": 20, "_known_at": "2024-01-01T02:00:00+00:00"},
        {"id": 21, "_known_at": "2024-01-01T09:00:00+00:00"},
    ]
    (line,) = (entry for entry in late.ledger().entries() if entry.state == "restamped")
    assert (line.decided_by, line.why, line.hour) == ("admin", "the source was down", LATE)
    assert late.ledger().last_hour_done() == HOUR
