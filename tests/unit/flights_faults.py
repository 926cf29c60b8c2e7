"""For every rule of the flights pipeline's silver contracts a small fault in real rows that breaks it.

A fault names a row of a table's real rows and the text that is put into its columns; `every` stands for all
rows of the kind. `_references_<column>` is what stage adds: whether the other table has the value.
"""

from __future__ import annotations

from dataclasses import dataclass

Values = dict[str, str | None]


@dataclass(frozen=True)
class Fault:
    """`values` go into the first row whose `kind` is this one, or into all of them."""

    kind: str
    values: Values
    every: bool = False


def scheduled(**values: str | None) -> Fault:
    return Fault("scheduled", values)


def departed(**values: str | None) -> Fault:
    return Fault("departed", values)


def arrived(**values: str | None) -> Fault:
    return Fault("arrived", values)


FLIGHTS = {
    "flight_id.required": scheduled(flight_id=None),
    "committed_at.required": scheduled(committed_at="soon"),
    "status.required": scheduled(status=None),
    "status.one_of": scheduled(status="lost"),
    "carrier.required": scheduled(carrier=None),
    "carrier.one_of": scheduled(carrier="ZZ"),
    "carrier.references": scheduled(_references_carrier="false"),
    "flight.required": scheduled(flight="one"),
    "flight.between": scheduled(flight="10000"),
    "tailnum.references": Fault("all", {"_references_tailnum": "false"}, every=True),
    "origin.required": scheduled(origin=None),
    "origin.one_of": scheduled(origin="PHL"),
    "dest.required": scheduled(dest=None),
    "dest.references": scheduled(_references_dest="false"),
    "distance.required": scheduled(distance="far"),
    "distance.between": scheduled(distance="7000"),
    "scheduled_at.required": scheduled(time_hour="noon"),
    "local_date.required": scheduled(day="32"),
    "local_hour.required": scheduled(hour="five"),
    "local_hour.between": scheduled(hour="24"),
    "sched_dep_time.required": scheduled(sched_dep_time="early"),
    "sched_arr_time.required": scheduled(sched_arr_time="late"),
    "sched_arr_time.between": scheduled(sched_arr_time="2401"),
    "dep_time.between": scheduled(dep_time="2401"),
    "dep_delay.between": departed(dep_delay="-61", dep_time="414"),
    "arr_time.between": departed(arr_time="2401"),
    "arr_delay.between": arrived(arr_delay="-121", arr_time="618", dep_delay="-30", dep_time="445"),
    "air_time.between": arrived(air_time="14", distance="20"),
    "ground_speed.between": arrived(air_time="100"),
    "time_lost.between": arrived(arr_delay="243", arr_time="1222"),
    "flight_id.match_regex": scheduled(flight_id="UA1545"),
    "origin_dest.select_column_values_to_be_unique_within_record": scheduled(dest="EWR"),
    "sched_dep_time_scheduled_clock.to_be_equal": scheduled(sched_dep_time="615"),
    "dep_time_departed_clock.to_be_equal": departed(dep_time="617"),
    "arr_time_arrived_clock.to_be_equal": arrived(arr_time="930"),
    "departed_at.be_null": departed(committed_at="2013-01-01 09:17:00"),
    "air_time.be_null": arrived(committed_at="2013-01-01 13:00:00"),
    "dep_delay.not_be_null": departed(dep_delay=None),
    "arr_delay.not_be_null": arrived(arr_delay="none"),
    "dep_delay.be_null": scheduled(dep_delay="5", committed_at="2013-01-01 12:00:00"),
    "arr_delay.be_null": departed(arr_delay="5"),
    "tailnum.match_regex": scheduled(tailnum="D942DN"),
    "tailnum.not_be_null": departed(tailnum=None),
    "tailnum.not_be_null.2": Fault("scheduled", {"tailnum": None}, every=True),
    "status.not_be_in_set": Fault(
        "departed", {"status": "cancelled", "dep_time": None, "dep_delay": None}, every=True
    ),
    "dep_delay.be_between": departed(dep_time="627", dep_delay="72", committed_at="2013-01-01 11:27:00"),
}

WEATHER = {
    "origin.required": Fault("EWR", {"origin": None}),
    "origin.one_of": Fault("EWR", {"origin": "PHL"}),
    "time_hour.required": Fault("EWR", {"time_hour": "noon"}),
    "committed_at.required": Fault("EWR", {"committed_at": None}),
    "temp.between": Fault("all", {"temp": "-21", "dewp": "-30"}, every=True),
    "dewp.between": Fault("EWR", {"dewp": "-41"}),
    "humid.between": Fault("EWR", {"humid": "101"}),
    "wind_dir.between": Fault("EWR", {"wind_dir": "370"}),
    "wind_speed.required": Fault("EWR", {"wind_speed": "calm"}),
    "wind_speed.between": Fault("EWR", {"wind_speed": "1048.36058"}),
    "wind_gust.between": Fault("EWR", {"wind_gust": "151"}),
    "precip.required": Fault("EWR", {"precip": None}),
    "precip.between": Fault("EWR", {"precip": "25.4"}),
    "pressure.between": Fault("EWR", {"pressure": "29.9"}),
    "visib.required": Fault("EWR", {"visib": "10+"}),
    "visib.between": Fault("EWR", {"visib": "16"}),
    "time_hour.be_null": Fault("EWR", {"committed_at": "2013-01-01 06:59:59"}),
    "temp_dewp.a_to_be_greater_than_b": Fault("EWR", {"dewp": "60"}),
    "wind_gust_wind_speed.a_to_be_greater_than_b": Fault("EWR", {"wind_gust": "5"}),
    "wind_dir.be_in_set": Fault("EWR", {"wind_speed": "0"}),
    "temp.stdev_to_be_between": Fault("EWR", {"temp": "80"}),
}

PLANES = {
    "tailnum.required": Fault("all", {"tailnum": None}),
    "committed_at.required": Fault("all", {"committed_at": None}),
    "year.between": Fault("all", {"year": "0"}),
    "type.required": Fault("all", {"type": None}),
    "type.one_of": Fault("all", {"type": "Airship"}),
    "manufacturer.required": Fault("all", {"manufacturer": None}),
    "model.required": Fault("all", {"model": None}),
    "engines.required": Fault("all", {"engines": "two"}),
    "engines.between": Fault("all", {"engines": "5"}),
    "seats.required": Fault("all", {"seats": None}),
    "seats.between": Fault("all", {"seats": "0"}),
    "speed.between": Fault("all", {"speed": "900"}),
    "engine.required": Fault("all", {"engine": None}),
    "engine.one_of": Fault("all", {"engine": "Electric"}),
    "tailnum.match_regex": Fault("all", {"tailnum": "N0EGMQ"}),
    "engines.be_in_set": Fault("all", {"type": "Fixed wing single engine"}),
    "engines.be_between": Fault("all", {"engines": "1", "seats": "4"}),
    "seats.be_between": Fault("all", {"type": "Rotorcraft", "engines": "1"}),
}

AIRPORTS = {
    "faa.required": Fault("all", {"faa": None}),
    "committed_at.required": Fault("all", {"committed_at": None}),
    "name.required": Fault("all", {"name": None}),
    "lat.required": Fault("all", {"lat": "north"}),
    "lat.between": Fault("all", {"lat": "-41.1"}),
    "lon.required": Fault("all", {"lon": None}),
    "lon.between": Fault("all", {"lon": "-181"}),
    "alt.required": Fault("all", {"alt": None}),
    "alt.between": Fault("all", {"alt": "99999"}),
    "tz.required": Fault("all", {"tz": None}),
    "tz.between": Fault("all", {"tz": "-300"}),
    "dst.required": Fault("all", {"dst": None}),
    "dst.one_of": Fault("all", {"dst": "E"}),
    "faa.match_regex": Fault("all", {"faa": "KEWR"}),
    "tzone.match_regex": Fault("all", {"tzone": "Asia/Chongqing"}),
}

AIRLINES = {
    "carrier.required": Fault("all", {"carrier": None}),
    "committed_at.required": Fault("all", {"committed_at": None}),
    "name.required": Fault("all", {"name": None}),
    "carrier.value_lengths_to_equal": Fault("all", {"carrier": "Endeavor Air Inc."}),
}

FAULTS = {
    "flights": FLIGHTS,
    "weather": WEATHER,
    "planes": PLANES,
    "airports": AIRPORTS,
    "airlines": AIRLINES,
}
