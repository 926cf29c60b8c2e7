"""What plain Python makes of the flights' landing files, to be held against the tables of a running stack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.oracle.features_replay import replay_examples
from tests.oracle.flights_values import (
    broken_airport,
    broken_flight,
    broken_weather,
    none_broken,
    typed_airline,
    typed_airport,
    typed_flight,
    typed_plane,
    typed_weather,
)
from tests.oracle.silver_replay import Replay, Row, replay_feed

FEEDS: dict[str, tuple[list[str], Callable[[Row], bool], Callable[[Row], Row]]] = {
    "flights": (["flight_id"], broken_flight, typed_flight),
    "weather": (["origin", "time_hour"], broken_weather, typed_weather),
    "planes": (["tailnum"], none_broken, typed_plane),
    "airports": (["faa"], broken_airport, typed_airport),
    "airlines": (["carrier"], none_broken, typed_airline),
}
"""Per feed: its key, whether a row breaks a quarantine rule, and its values with their types."""

EXAMPLE_KEY = ["flight_id", "as_of"]


def replay(
    landing: Path,
    feed: str,
    until: datetime,
    frontier_of: Callable[[str], datetime | None] = lambda file: None,
) -> Replay:
    """Replay one feed below `landing` up to `until`; `frontier_of` a file is that when it was archived.

    All moments are UTC without zone.
    """
    key, broken, _ = FEEDS[feed]
    return replay_feed(landing, feed, key, broken, until, frontier_of)


def live_rows(replayed: Replay, feed: str) -> list[Row]:
    """The live rows of a feed, as the query writes them."""
    typed = FEEDS[feed][2]
    return [written(typed(row)) for row in replayed.live.values()]


def examples(flights: Replay, weather: Replay, until: datetime) -> list[Row]:
    """The examples of all hours up to `until`, as the query writes them."""
    found = replay_examples(flights.log, weather.log, None, until)
    return [
        written({"flight_id": flight, "as_of": as_of, **values}) for (flight, as_of), values in found.items()
    ]


def by_key(rows: list[Row], key: list[str]) -> dict[str, dict[str, Any]]:
    """The rows by their key."""
    return {"|".join(str(row[name]) for name in key): written(row) for row in rows}


def written(row: Row) -> Row:
    """Values as the query writes them into JSON."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> Any:
    """Sums of doubles depend on their order in the last digits."""
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
