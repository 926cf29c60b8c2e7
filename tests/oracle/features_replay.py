"""Replay the flights examples: for each flight what was known two hours before the hour in which it is due.

Works straight from the definitions, flight by flight and hour by hour, on a typed change log in plain Python.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.oracle.flights_values import GONE, typed_flight, typed_weather
from tests.oracle.silver_replay import Row

HOUR = timedelta(hours=1)
LEAD = 2 * HOUR
RECENT = 4
WEATHER = ("wind_speed", "wind_gust", "precip", "visib")
Group = Callable[[Row], Any]
Example = dict[str, Any]


def replay_examples(
    flight_log: Iterable[Row],
    weather_log: Iterable[Row],
    start: datetime | None,
    end: datetime,
    labels_until: datetime | None = None,
) -> dict[tuple[str, datetime], Example]:
    """The examples of the as-of hours in (start, end], by flight and as-of hour.

    The logs are those of `silver_replay.Replay.log`. Labels are those known at or before
    `labels_until` (`end` where it is None). All moments are UTC without zone.
    """
    horizon = max(end, labels_until or end)
    changes = [_typed(row, typed_flight) for row in flight_log if not row["_marked"]]
    changes = [row for row in changes if row["_known_at"] <= horizon]
    weather = [_typed(row, typed_weather) for row in weather_log if not row["_marked"] and row["_op"] != "D"]
    of_flight: dict[str, list[Row]] = defaultdict(list)
    for row in changes:
        of_flight[row["flight_id"]].append(row)
    origin = _Recent(of_flight, lambda row: row["origin"])
    carrier = _Recent(of_flight, lambda row: row["carrier"])
    aircraft, sky = _Aircraft(changes), _Sky(weather)
    examples: dict[tuple[str, datetime], Example] = {}
    for flight_id, rows in of_flight.items():
        for as_of in {_as_of(row) for row in rows if row["scheduled_at"] is not None}:
            if as_of > end or (start is not None and as_of <= start):
                continue
            state = _latest(row for row in rows if row["_known_at"] <= as_of)
            if state is None or state["_op"] == "D" or state["status"] != "scheduled":
                continue
            late, label_known_at = _label(rows)
            examples[flight_id, as_of] = {
                **{
                    name: state[name]
                    for name in ("carrier", "origin", "dest", "tailnum", "distance", "local_hour")
                },
                "weekday": state["local_date"].weekday(),
                "arrival_hour": state["sched_arr_time"] // 100,
                **origin.at(state, as_of, "origin"),
                **_without(carrier.at(state, as_of, "carrier"), "carrier_flights"),
                "aircraft_delay": aircraft.at(state["tailnum"], as_of),
                **sky.at(state["origin"], as_of),
                "late": late,
                "label_known_at": label_known_at,
            }
    return examples


def _typed(row: Row, values: Callable[[Row], Row]) -> Row:
    carried = ("_op", "_known_at", "_order", "_committed_at")
    order = (row["_committed_at"], row["_order"])
    return {**values(row), **{name: row[name] for name in carried}, "_order": order}


def _without(example: Example, name: str) -> Example:
    return {column: value for column, value in example.items() if column != name}


def _as_of(row: Row) -> datetime:
    return _hour(row["scheduled_at"]) - LEAD


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _latest(rows: Iterable[Row]) -> Row | None:
    return max(rows, key=lambda row: row["_order"], default=None)


def _label(rows: Sequence[Row]) -> tuple[int | None, datetime | None]:
    outcome = _latest(
        row
        for row in rows
        if row["status"] == "cancelled" or (row["status"] == "arrived" and row["arr_delay"] is not None)
    )
    if outcome is None:
        return None, None
    late = outcome["status"] == "cancelled" or outcome["arr_delay"] > 15
    return int(late), outcome["_known_at"]


def _happened_at(row: Row) -> datetime | None:
    """When a flight left, or when it was due, if it was cancelled."""
    moment = row["scheduled_at"] if row["status"] == "cancelled" else row["departed_at"]
    return moment if row["status"] in {*GONE, "cancelled"} else None


class _Recent:
    """Flights of a group that left or were cancelled in the last hours, as known at an hour."""

    def __init__(self, of_flight: dict[str, list[Row]], group: Group) -> None:
        self.flights: dict[tuple[Any, datetime], list[list[Row]]] = defaultdict(list)
        for rows in of_flight.values():
            events = [(row, moment) for row in rows if (moment := _happened_at(row)) is not None]
            for name, hour in {(group(row), _hour(moment)) for row, moment in events}:
                self.flights[name, hour].append([row for row, _ in events if group(row) == name])
        self.known: dict[tuple[Any, datetime], tuple[int, float | None, float] | None] = {}

    def at(self, state: Row, as_of: datetime, name: str) -> Example:
        """The newest figures that are at most three hours old."""
        found = None
        for age in range(4):
            found = found or self._figures(state[name], as_of - age * HOUR)
        flights, delay, share = found or (None, None, None)
        return {f"{name}_flights": flights, f"{name}_delay": delay, f"{name}_late_share": share}

    def _figures(self, name: Any, hour: datetime) -> tuple[int, float | None, float] | None:
        if (name, hour) not in self.known:
            self.known[name, hour] = self._count(name, hour)
        return self.known[name, hour]

    def _count(self, name: Any, hour: datetime) -> tuple[int, float | None, float] | None:
        delays: list[int | None] = []
        seen: set[str] = set()
        for age in range(1, RECENT + 1):
            for rows in self.flights.get((name, hour - age * HOUR), []):
                state = _latest(row for row in rows if row["_known_at"] <= hour and _recent(row, hour))
                if state is not None and state["flight_id"] not in seen:
                    seen.add(state["flight_id"])
                    delays.append(state["dep_delay"])
        if not delays:
            return None
        left = [delay for delay in delays if delay is not None]
        late = sum(1 for delay in delays if delay is None or delay > 15)
        return len(delays), sum(left) / len(left) if left else None, late / len(delays)


def _recent(row: Row, hour: datetime) -> bool:
    moment = _happened_at(row)
    return moment is not None and hour - RECENT * HOUR <= _hour(moment)


class _Aircraft:
    """The delay of an aircraft's latest known departure, by the hour of the latest news of it."""

    def __init__(self, changes: Iterable[Row]) -> None:
        self.news: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(changes, key=lambda row: row["_known_at"]):
            if row["tailnum"] is not None and row["departed_at"] is not None:
                self.news[row["tailnum"]].append(row)

    def at(self, tailnum: str | None, as_of: datetime) -> int | None:
        """None where the aircraft is not named, or where there was no news of it within a day."""
        rows = self.news.get(tailnum, []) if tailnum is not None else []
        hours = [row["_known_at"] for row in rows]
        end = bisect_right(hours, as_of)
        if end == 0 or as_of - hours[end - 1] > 24 * HOUR:
            return None
        day = rows[bisect_right(hours, hours[end - 1] - 24 * HOUR) : end]
        last = max(day, key=lambda row: (row["departed_at"], row["_order"]))
        delay: int = last["dep_delay"] if last["arr_delay"] is None else last["arr_delay"]
        return delay


class _Sky:
    """The latest known weather at an airport, at most six hours old."""

    def __init__(self, weather: Iterable[Row]) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(weather, key=lambda row: (row["_known_at"], row["_order"][1][1:])):
            self.rows[row["origin"]].append(row)
        self.hours = {name: [row["_known_at"] for row in rows] for name, rows in self.rows.items()}

    def at(self, origin: str, as_of: datetime) -> Example:
        hours = self.hours.get(origin, [])
        end = bisect_right(hours, as_of)
        start = bisect_left(hours, as_of - 6 * HOUR)
        if end <= start:
            return dict.fromkeys(WEATHER)
        return {name: self.rows[origin][end - 1][name] for name in WEATHER}
