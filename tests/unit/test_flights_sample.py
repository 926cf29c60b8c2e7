"""The sample writer: real flights as the change files of an operational database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from headgate.cli.sample import NoSample, load_sample_writer, sample
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings

LOAD_AT = datetime(2013, 1, 1, tzinfo=UTC)
FLIGHTS = "flights/2013/01/01/11/20130101-115959999.csv"
WEATHER = "weather/2013/01/01/07/20130101-075959999.csv"
FLIGHTS_HEADER = (
    "Op,committed_at,flight_id,status,year,month,day,sched_dep_time,sched_arr_time,carrier,flight,tailnum,"
    "origin,dest,distance,hour,minute,time_hour,dep_time,dep_delay,arr_time,arr_delay,air_time"
)


def write(landing: Path, first: datetime, end: datetime, load_at: datetime = LOAD_AT) -> dict[str, int]:
    return load_sample_writer(Settings().pipelines, "flights")(landing, first, end, load_at)


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five days from New Year on, with the load of New Year."""
    folder = tmp_path_factory.mktemp("landing")
    counts = write(folder, LOAD_AT, datetime(2013, 1, 6, tzinfo=UTC))
    assert counts["unchanged"] == 0
    assert counts["written"] == len(list(folder.rglob("*.csv"))) == len([*folder.rglob("*.*")])
    return folder


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_the_load_is_the_table_as_it_stood(landing: Path) -> None:
    header, *rows = lines(landing / "flights/LOAD00000001.csv")
    assert header == FLIGHTS_HEADER.removeprefix("Op,")
    assert len(rows) == 709
    assert {row.split(",")[0] for row in rows} == {"2013-01-01 00:00:00"}
    assert {row.split(",")[2] for row in rows} == {"scheduled"}
    assert rows[0] == (
        "2013-01-01 00:00:00,9E-3286-JFK-2013-01-01T23:29,scheduled,2013,1,1,1829,2053,9E,3286,N906XJ,"
        "JFK,DTW,509,18,29,2013-01-01 23:00:00,,,,,"
    )
    assert not (landing / "weather/LOAD00000001.csv").exists(), "the table was empty, so there is no file"


@pytest.mark.parametrize(
    ("feed", "rows", "header", "first"),
    [
        (
            "planes",
            3322,
            "tailnum,year,type,manufacturer,model,engines,seats,speed,engine",
            "N10156,2004,Fixed wing multi engine,EMBRAER,EMB-145XR,2,55,,Turbo-fan",
        ),
        (
            "airports",
            1458,
            "faa,name,lat,lon,alt,tz,dst,tzone",
            "04G,Lansdowne Airport,41.1304722,-80.6195833,1044,-5,A,America/New_York",
        ),
        ("airlines", 16, "carrier,name", "9E,Endeavor Air Inc."),
    ],
)
def test_tables_that_never_change_have_a_load_only(
    landing: Path, feed: str, rows: int, header: str, first: str
) -> None:
    assert [path.name for path in (landing / feed).rglob("*.csv")] == ["LOAD00000001.csv"]
    found = lines(landing / feed / "LOAD00000001.csv")
    assert found[:2] == [f"committed_at,{header}", f"2013-01-01 00:00:00,{first}"]
    assert len(found) == 1 + rows


def changes_of(landing: Path, flight_id: str) -> list[str]:
    files = sorted((landing / "flights").glob("2013/*/*/*/*.csv"))
    return [line for path in files for line in lines(path)[1:] if f",{flight_id}," in line]


PLAN = "2013,1,1,529,830,UA,1714,N24211,LGA,IAH,1416,5,29,2013-01-01 10:00:00"
CANCELLED = "2013,1,1,1630,1815,EV,4308,N18120,EWR,RDU,416,16,30,2013-01-01 21:00:00"


@pytest.mark.parametrize(
    ("flight_id", "expected"),
    [
        pytest.param(
            "UA-1714-LGA-2013-01-01T10:29",
            [
                f"U,2013-01-01 10:33:00,UA-1714-LGA-2013-01-01T10:29,departed,{PLAN},533,4,,,",
                f"U,2013-01-01 14:50:00,UA-1714-LGA-2013-01-01T10:29,arrived,{PLAN},533,4,850,20,227",
            ],
            id="flown",
        ),
        pytest.param(
            "EV-4308-EWR-2013-01-01T21:30",
            [
                f"U,2013-01-01 21:30:00,EV-4308-EWR-2013-01-01T21:30,cancelled,{CANCELLED},,,,,",
                "D,2013-01-04 21:30:00,EV-4308-EWR-2013-01-01T21:30" + "," * 20,
            ],
            id="cancelled, purged after 72 h with nothing but its key",
        ),
    ],
)
def test_the_life_of_a_flight(landing: Path, flight_id: str, expected: list[str]) -> None:
    assert changes_of(landing, flight_id) == expected


def test_a_flight_comes_onto_the_schedule_a_day_ahead(landing: Path) -> None:
    first = changes_of(landing, "9E-3320-JFK-2013-01-03T01:05")[0]
    assert first.startswith("I,2013-01-02 01:05:00,9E-3320-JFK-2013-01-03T01:05,scheduled,2013,1,2,2005,")


def test_an_hour_has_its_commits_in_order_and_keeps_ties(landing: Path) -> None:
    header, *rows = lines(landing / FLIGHTS)
    assert header == FLIGHTS_HEADER
    moments = [row.split(",")[1] for row in rows]
    assert moments == sorted(moments)
    assert len(set(moments)) < len(moments)
    assert {moment[:13] for moment in moments} == {"2013-01-01 11"}


def test_weather_is_written_when_its_hour_is_over(landing: Path) -> None:
    header, *rows = lines(landing / WEATHER)
    assert header.startswith("Op,committed_at,origin,year,") and header.endswith(",visib,time_hour")
    assert rows[0] == (
        "I,2013-01-01 07:00:00,EWR,2013,1,1,1,39.02,26.06,59.37,270,10.357019999999999,,0,1012,10,"
        "2013-01-01 06:00:00"
    )
    assert len(rows) == 3


def test_the_same_again_changes_nothing_and_another_load_is_refused(landing: Path) -> None:
    end = datetime(2013, 1, 1, 12, tzinfo=UTC)
    before = {path: path.stat().st_mtime_ns for path in landing.rglob("*.csv")}
    assert write(landing, LOAD_AT, end) == {"written": 0, "unchanged": 16}
    with pytest.raises(HeadgateError) as error:
        write(landing, LOAD_AT, end, load_at=datetime(2013, 1, 2, tzinfo=UTC))
    assert str(error.value) == (
        "A landing file exists already, with other content than this sample would write.\n"
        f"  where: {landing}/flights/LOAD00000001.csv\n"
        "  left behind: Files written so far stay; this one was not touched.\n"
        "  next: Ask for the same --load-at and --from as before, or name an empty HEADGATE_HOME."
    )
    assert {path: path.stat().st_mtime_ns for path in landing.rglob("*.csv")} == before


def test_a_later_load_leaves_out_what_was_purged_and_carries_the_latest_state(tmp_path: Path) -> None:
    at = datetime(2013, 1, 5, tzinfo=UTC)
    write(tmp_path, at, datetime(2013, 1, 5, 1, tzinfo=UTC), load_at=at)
    rows = lines(tmp_path / "flights/LOAD00000001.csv")[1:]
    assert not [row for row in rows if "EV-4308-EWR-2013-01-01T21:30" in row]
    assert [row for row in rows if "UA-1714-LGA-2013-01-01T10:29" in row] == [
        f"2013-01-05 00:00:00,UA-1714-LGA-2013-01-01T10:29,arrived,{PLAN},533,4,850,20,227"
    ]
    assert len(lines(tmp_path / "weather/LOAD00000001.csv")) == 1 + 265


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_HOME", str(tmp_path))
    app = Typer()
    app.command()(sample)
    arguments = ["flights", "--from", "2013-01-01T00", "--to", "2013-01-01T11"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert result.output == f"{tmp_path}/landing/flights: 16 files written, 0 there already\n"
    assert (tmp_path / "landing/flights" / FLIGHTS).is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["orders"], "The pipeline 'orders' has no sample.", id="no sample"),
        pytest.param(
            ["flights", "--from", "2013-01-02T00", "--to", "2013-01-01T00"],
            "No hour lies between 2013-01-02T00 and 2013-01-01T00.",
            id="no hours",
        ),
    ],
)
def test_what_cannot_be_asked_is_told(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADGATE_HOME", str(tmp_path))
    app = Typer()
    app.command()(sample)
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, NoSample)
    assert str(result.exception).startswith(f"{message}\n")
    assert "left behind: No file was written." in str(result.exception)
