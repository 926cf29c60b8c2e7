"""Replay the flights examples: for each flight what was known two hours before the hour in which it is due.

Works straight from the definitions, flight by flight and hour by hour, on a typed change log in plain Python.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.oracle.flights_values import typed_flight, typed_weather
from tests.oracle.silver_replay import Row

HOUR = timedelta(hours=1)
LEAD = 2 * HOUR
WEATHER = ("wind_speed", "wind_gust", "precip", "visib")
PLAN = ("carrier", "flight", "origin", "dest", "tailnum", "distance", "local_hour")
Example = dict[str, Any]
Group = tuple[Any, ...]


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
    flights = _Flights(row for row in changes if row["_known_at"] <= horizon)
    weather = [_typed(row, typed_weather) for row in weather_log if not row["_marked"] and row["_op"] != "D"]
    origin, carrier = _Due(flights, "origin"), _Due(flights, "carrier", "origin")
    destination = _Due(flights, "dest")
    history, aircraft, sky = _History(flights), _Aircraft(flights), _Sky(weather)
    examples: dict[tuple[str, datetime], Example] = {}
    for flight_id, rows in flights.rows.items():
        for as_of in {_hour(row["scheduled_at"]) - LEAD for row in rows if row["scheduled_at"] is not None}:
            if as_of > end or (start is not None and as_of <= start):
                continue
            state = flights.at(flight_id, as_of)
            if state is None or state["status"] != "scheduled":
                continue
            late, label_known_at = _label(rows)
            examples[flight_id, as_of] = {
                **{name: state[name] for name in PLAN},
                "weekday": state["local_date"].weekday(),
                "arrival_hour": state["sched_arr_time"] // 100,
                **origin.at(state, as_of, "origin"),
                **carrier.at(state, as_of, "carrier"),
                **destination.at(state, as_of, "destination"),
                "history_late_share": history.at(state, as_of),
                **aircraft.at(state, as_of),
                **sky.at(state["origin"], as_of),
                "late": late,
                "label_known_at": label_known_at,
            }
    planned = Counter((example["origin"], as_of) for (_, as_of), example in examples.items())
    for (_, as_of), example in examples.items():
        example["hour_flights"] = planned[example["origin"], as_of]
    return examples


def _typed(row: Row, values: Callable[[Row], Row]) -> Row:
    carried = ("_op", "_known_at", "_order", "_committed_at")
    order = (row["_committed_at"], row["_order"])
    return {**values(row), **{name: row[name] for name in carried}, "_order": order}


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _latest(rows: Iterable[Row]) -> Row | None:
    return max(rows, key=lambda row: row["_order"], default=None)


def _minutes(start: datetime, end: datetime) -> int:
    return (end - start) // timedelta(minutes=1)


def _outcomes(rows: Iterable[Row]) -> list[Row]:
    return [
        row
        for row in rows
        if row["status"] == "cancelled" or (row["status"] == "arrived" and row["arr_delay"] is not None)
    ]


def _late(outcome: Row) -> int:
    return int(outcome["status"] == "cancelled" or outcome["arr_delay"] > 15)


def _label(rows: Sequence[Row]) -> tuple[int | None, datetime | None]:
    outcome = _latest(_outcomes(rows))
    return (None, None) if outcome is None else (_late(outcome), outcome["_known_at"])


class _Flights:
    """Each flight's changes, and what it looked like at an hour: None where it was unknown or deleted."""

    def __init__(self, changes: Iterable[Row]) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)
        for row in changes:
            self.rows[row["flight_id"]].append(row)

    def at(self, flight_id: str, hour: datetime) -> Row | None:
        state = _latest(row for row in self.rows[flight_id] if row["_known_at"] <= hour)
        return None if state is None or state["_op"] == "D" else state


class _Due:
    """How late the flights of a group are that were due in the four hours before an hour."""

    def __init__(self, flights: _Flights, *columns: str) -> None:
        self.flights, self.columns = flights, columns
        self.due: dict[tuple[Group, datetime], set[str]] = defaultdict(set)
        for flight_id, rows in flights.rows.items():
            for row in rows:
                if row["scheduled_at"] is not None:
                    self.due[self._group(row), _hour(row["scheduled_at"])].add(flight_id)
        self.known: dict[tuple[Group, datetime], tuple[float | None, float] | None] = {}

    def at(self, state: Row, as_of: datetime, name: str) -> Example:
        """The newest figures that are at most three hours old."""
        found = None
        for age in range(4):
            found = found or self._figures(self._group(state), as_of - age * HOUR)
        delay, share = found or (None, None)
        return {f"{name}_delay": delay, f"{name}_late_share": share}

    def _group(self, row: Row) -> Group:
        return tuple(row[column] for column in self.columns)

    def _figures(self, group: Group, hour: datetime) -> tuple[float | None, float] | None:
        if (group, hour) not in self.known:
            self.known[group, hour] = self._count(group, hour)
        return self.known[group, hour]

    def _count(self, group: Group, hour: datetime) -> tuple[float | None, float] | None:
        delays: list[int | None] = []
        for age in range(1, 5):
            for flight_id in self.due.get((group, hour - age * HOUR), ()):
                state = self.flights.at(flight_id, hour)
                if state is not None and self._group(state) == group:
                    delays.append(_delay_so_far(state, hour))
        if not delays:
            return None
        told = [delay for delay in delays if delay is not None]
        late = sum(1 for delay in delays if delay is None or delay > 15)
        return sum(told) / len(told) if told else None, late / len(delays)


def _delay_so_far(state: Row, hour: datetime) -> int | None:
    """Minutes late on departure, or of waiting for it; None for a cancelled flight."""
    if state["status"] == "scheduled":
        return _minutes(state["scheduled_at"], hour)
    delay: int | None = state["dep_delay"]
    return delay


class _History:
    """How often a flight number was late in the 28 days before 08:00 UTC of a day, against all flights."""

    def __init__(self, flights: _Flights) -> None:
        self.outcomes = [found for rows in flights.rows.values() if (found := _outcomes(rows))]
        self.days: dict[datetime, dict[Group, float]] = {}

    def at(self, state: Row, as_of: datetime) -> float | None:
        """The newest figure that is at most 24 hours old."""
        number = _number(state)
        hours = [as_of - age * HOUR for age in range(25)]
        shares = (self._day(hour).get(number) for hour in hours if hour.hour == 8)
        return next((share for share in shares if share is not None), None)

    def _day(self, hour: datetime) -> dict[Group, float]:
        if hour not in self.days:
            self.days[hour] = self._count(hour)
        return self.days[hour]

    def _count(self, hour: datetime) -> dict[Group, float]:
        lates: dict[Group, list[int]] = defaultdict(list)
        for rows in self.outcomes:
            outcome = _latest(row for row in rows if row["_known_at"] <= hour)
            if outcome is not None and outcome["_known_at"] > hour - 28 * 24 * HOUR:
                lates[_number(outcome)].append(_late(outcome))
        if not lates:
            return {}
        mean = sum(map(sum, lates.values())) / sum(map(len, lates.values()))
        return {number: (sum(own) + 5 * mean) / (len(own) + 5) - mean for number, own in lates.items()}


def _number(row: Row) -> Group:
    return row["carrier"], row["flight"], row["origin"]


class _Aircraft:
    """The leg that an aircraft was to fly out of New York before a flight, as known at an hour."""

    def __init__(self, flights: _Flights) -> None:
        self.flights = flights
        self.legs: dict[str, set[tuple[datetime, str]]] = defaultdict(set)
        for flight_id, rows in flights.rows.items():
            for row in rows:
                if row["tailnum"] is not None and row["scheduled_at"] is not None:
                    self.legs[row["tailnum"]].add((row["scheduled_at"], flight_id))

    def at(self, state: Row, as_of: datetime) -> Example:
        leg = self._before(state, as_of)
        if leg is None:
            return dict.fromkeys(("aircraft_delay", "aircraft_turnaround", "aircraft_slack"))
        delay = next((leg[name] for name in ("arr_delay", "dep_delay") if leg[name] is not None), None)
        if delay is None:
            delay = max(0, _minutes(leg["scheduled_at"], as_of))
        turnaround = _minutes(leg["scheduled_at"], state["scheduled_at"])
        away = 2 * (35 + leg["distance"] / 7.5)
        return {
            "aircraft_delay": delay,
            "aircraft_turnaround": turnaround,
            "aircraft_slack": turnaround - away - delay,
        }

    def _before(self, state: Row, as_of: datetime) -> Row | None:
        due, tailnum = state["scheduled_at"], state["tailnum"]
        for scheduled_at, flight_id in sorted(self.legs.get(tailnum, ()), reverse=True):
            if not due - 24 * HOUR <= scheduled_at < due:
                continue
            leg = self.flights.at(flight_id, as_of)
            if leg is not None and leg["tailnum"] == tailnum and leg["status"] != "cancelled":
                return leg
        return None


class _Sky:
    """The weather of the latest hour known at an airport, whose start is at most eight hours ago."""

    def __init__(self, weather: Iterable[Row]) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(
            weather, key=lambda row: (row["time_hour"], row["_known_at"], row["_order"][1][1:])
        ):
            self.rows[row["origin"]].append(row)

    def at(self, origin: str, as_of: datetime) -> Example:
        for row in reversed(self.rows.get(origin, [])):
            if row["_known_at"] <= as_of and as_of - 8 * HOUR <= row["time_hour"] <= as_of:
                return {name: row[name] for name in WEATHER}
        return dict.fromkeys(WEATHER)
