"""What the text of a flights or weather row means, and which flights rows are to be kept apart."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.oracle.silver_replay import Row

STATUSES = {"scheduled", "departed", "arrived", "diverted", "cancelled"}
GONE = {"departed", "arrived", "diverted"}
RANGES = {
    "flight": (1, 9999),
    "distance": (10, 6000),
    "local_hour": (0, 23),
    "sched_arr_time": (0, 2400),
    "dep_time": (0, 2400),
    "dep_delay": (-60, 1440),
    "arr_time": (0, 2400),
    "arr_delay": (-120, 1440),
    "air_time": (15, 900),
    "ground_speed": (60, 580),
}
OPTIONAL = {"tailnum", "dep_time", "dep_delay", "departed_at", "arr_time", "arr_delay", "air_time"}
OPTIONAL |= {"ground_speed", "carrier", "scheduled_clock", "departed_clock", "arrived_clock", "time_lost"}
CLOCKS = {"sched_dep_time": "scheduled_clock", "dep_time": "departed_clock", "arr_time": "arrived_clock"}
IDENTITY = re.compile(r"[0-9A-Z]{2}-\d{1,4}-[A-Z]{3}-20\d\d-\d\d-\d\dT\d\d:\d\d")
NEW_YORK = ZoneInfo("America/New_York")
MEASURED = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib")


def typed_flight(row: Row) -> Row:
    """The columns of silver's flights; None where there is no value, or where a deletion has only its key."""
    scheduled = None
    if row["time_hour"] and row["minute"]:
        scheduled = datetime.fromisoformat(row["time_hour"]) + timedelta(minutes=int(row["minute"]))
    delay, minutes, miles = (_whole(row[name]) for name in ("dep_delay", "air_time", "distance"))
    departed = scheduled + timedelta(minutes=delay) if scheduled and delay is not None else None
    due, arr_delay = _whole(row["sched_arr_time"]), _whole(row["arr_delay"])
    landed = None
    if due is not None and arr_delay is not None:
        clock = timedelta(hours=due // 100, minutes=due % 100)
        landed = datetime.fromisoformat("2013-01-15") + clock + timedelta(minutes=arr_delay)
    return {
        **{name: row[name] for name in ("flight_id", "status", "carrier", "tailnum", "origin", "dest")},
        **{name: _whole(row[name]) for name in ("flight", "sched_dep_time", "sched_arr_time")},
        **{name: _whole(row[name]) for name in ("dep_time", "arr_time", "arr_delay")},
        "distance": miles,
        "scheduled_at": scheduled,
        "local_date": date(int(row["year"]), int(row["month"]), int(row["day"])) if row["year"] else None,
        "local_hour": _whole(row["hour"]),
        "dep_delay": delay,
        "departed_at": departed,
        "air_time": minutes,
        "ground_speed": miles / minutes * 60 if miles is not None and minutes else None,
        "scheduled_clock": _in_new_york(scheduled),
        "departed_clock": _in_new_york(departed),
        "arrived_clock": _clock(landed),
        "time_lost": arr_delay - delay if arr_delay is not None and delay is not None else None,
    }


def _in_new_york(moment: datetime | None) -> int | None:
    return _clock(moment.replace(tzinfo=UTC).astimezone(NEW_YORK)) if moment else None


def _clock(moment: datetime | None) -> int | None:
    """What a clock shows as HHMM; midnight is 2400."""
    return (int(f"{moment:%H%M}") or 2400) if moment else None


def typed_weather(row: Row) -> Row:
    """The columns of silver's weather."""
    return {
        "origin": row["origin"],
        "time_hour": datetime.fromisoformat(row["time_hour"]) if row["time_hour"] else None,
        **{name: float(row[name]) if row[name] is not None else None for name in MEASURED},
    }


def typed_plane(row: Row) -> Row:
    """The columns of silver's planes."""
    text = ("tailnum", "type", "manufacturer", "model", "engine")
    return {
        **{name: row[name] for name in text},
        **{name: _whole(row[name]) for name in ("year", "engines", "seats", "speed")},
    }


def typed_airport(row: Row) -> Row:
    """The columns of silver's airports."""
    return {
        **{name: row[name] for name in ("faa", "name", "dst", "tzone")},
        **{name: float(row[name]) for name in ("lat", "lon")},
        **{name: _whole(row[name]) for name in ("alt", "tz")},
    }


def typed_airline(row: Row) -> Row:
    """The columns of silver's airlines."""
    return {name: row[name] for name in ("carrier", "name")}


def none_broken(row: Row) -> bool:
    """Planes and airlines of the sample break no rule that quarantines."""
    return False


def broken_airport(row: Row) -> bool:
    """Whether an airport breaks a rule that quarantines and that an airport of the sample can break."""
    airport = typed_airport(row)
    continent = str(airport["tzone"] or "America").split("/")[0]
    return not 13 <= airport["lat"] <= 72 or continent not in {"America", "Pacific"}


def broken_flight(row: Row) -> bool:
    """Whether a change of a flight breaks a rule that quarantines."""
    flight = typed_flight(row)
    if any(value is None for name, value in flight.items() if name not in OPTIONAL):
        return True
    for name, (low, high) in RANGES.items():
        if flight[name] is not None and not low <= flight[name] <= high:
            return True
    for told, made in CLOCKS.items():
        if flight[told] is not None and flight[made] is not None and flight[told] != flight[made]:
            return True
    committed, departed = row["_committed_at"], flight["departed_at"]
    if departed and committed < departed + timedelta(minutes=flight["air_time"] or 0):
        return True
    status = flight["status"]
    return (
        status not in STATUSES
        or not IDENTITY.fullmatch(flight["flight_id"])
        or flight["origin"] == flight["dest"]
        or flight["origin"] not in {"EWR", "JFK", "LGA"}
        or (flight["dep_delay"] is not None) != (status in GONE)
        or (status == "arrived") != (flight["arr_delay"] is not None and status != "diverted")
    )


def broken_weather(row: Row) -> bool:
    """Whether a change of the weather breaks a rule that quarantines."""
    return row["origin"] not in {"EWR", "JFK", "LGA"}


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None else None
