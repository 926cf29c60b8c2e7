"""A change that breaks a rule is kept apart, with rule, hour and the change itself; the rest goes on."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from tests.integration.headgate_stack import Demo, HeadgateStack

HOUR = datetime(2013, 1, 29, 3, tzinfo=UTC)


def test_a_bad_row_is_kept_apart_and_the_live_row_stays(demo: Demo, stack: HeadgateStack) -> None:
    sample = stack.headgate("sample", "flights", "--from", "2013-01-29T03", "--to", "2013-01-29T03")
    assert sample.code == 0, sample.err
    path = stack.landed("flights", HOUR)
    flight = _append_impossible_flight(path)

    answer = stack.headgate("run", "flights", "--from", "2013-01-29T03", "--to", "2013-01-29T03")
    assert answer.code == 0, answer.out + answer.err
    assert "1 hour published" in answer.out

    apart = stack.rows(
        "SELECT rules, hour, air_time, _op, _file FROM flights_silver.flights_quarantine "
        f"WHERE flight_id = '{flight['flight_id']}' AND air_time = 20"
    )
    assert [(row["air_time"], row["_op"]) for row in apart] == [(20, "U")]
    assert apart[0]["hour"] == "2013-01-29T03:00:00+00:00"
    assert any("ground_speed" in rule for rule in apart[0]["rules"])
    assert apart[0]["_file"].endswith(path.name)
    (live,) = stack.rows(
        f"SELECT status, air_time FROM flights_silver.flights WHERE flight_id = '{flight['flight_id']}'"
    )
    assert live == {"status": "arrived", "air_time": int(flight["air_time"])}
    (entry,) = (e for e in stack.ledger().done("silver") if e.hour == HOUR)
    assert entry.rows["silver.flights"].quarantined >= 1


def _append_impossible_flight(path: Path) -> dict[str, str]:
    """Repeat the farthest arrival of the file at its end, with an air time of 20 minutes."""
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    arrived = [row for row in rows if row["status"] == "arrived" and row["air_time"]]
    farthest = max(arrived, key=lambda row: float(row["distance"]))
    with path.open("a", newline="") as file:
        csv.DictWriter(file, list(rows[0]), lineterminator="\n").writerow({**farthest, "air_time": "20"})
    return farthest
