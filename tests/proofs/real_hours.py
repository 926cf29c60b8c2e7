"""Hours of the real flights, each file cut in two, one of the parts sent again, run in a drawn order."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import yaml
from pyspark.sql import SparkSession

from headgate.hops.gate import gate
from headgate.hops.publish import publish
from headgate.hops.stage import stage
from headgate.lake.paths import table_path
from headgate.spec.hour_range import HOUR
from headgate.spec.settings import REPOSITORY, Settings
from tests.oracle.flights_values import broken_flight, typed_flight
from tests.oracle.silver_replay import Row, replay_feed
from tests.proofs.change_histories import HOURS, drawn_runs
from tests.unit.flights_tables import transform

LEFT_OUT = ("gold", "examples", "model", "promotion")


@dataclass(frozen=True)
class RealHours:
    """Four hours from `start` on, run in the `order`, by number; `cuts` is the seed of how files are cut."""

    start: datetime
    order: tuple[int, ...]
    cuts: int


def drawn_hours(draw: Random) -> RealHours:
    """Hours of any day of 2013, in the daytime: some left out, some repeated, the last one there."""
    day, hour = draw.randint(2, 360), draw.randint(12, 19)
    return RealHours(
        start=datetime(2013, 1, 1, tzinfo=UTC) + timedelta(days=day, hours=hour),
        order=drawn_runs(draw, HOURS - 1),
        cuts=draw.randrange(10**6),
    )


def differences(spark: SparkSession, hours: RealHours) -> list[str]:
    """What live rows and change log have otherwise than the replay, after the runs in a lake of its own."""
    with tempfile.TemporaryDirectory(prefix="headgate-flights-") as folder:
        settings = _settings(Path(folder))
        landing = settings.landing / "flights"
        transform("sample", "write_sample")(landing, hours.start, hours.start + HOURS * HOUR, hours.start)
        _cut_and_repeat(landing / "flights", Random(hours.cuts))
        for number, hour in enumerate(hours.order):
            _run(spark, settings, hours.start + hour * HOUR, number)
        return list(_unlike_the_replay(spark, settings))


def _settings(root: Path) -> Settings:
    """The bundled pipeline as far as silver, flights and what they refer to, in a folder of its own."""
    spec = yaml.safe_load((REPOSITORY / "pipelines/flights/pipeline.yaml").read_text(encoding="utf-8"))
    for name in LEFT_OUT:
        spec.pop(name, None)
    for part in ("feeds", "silver"):
        spec[part].pop("weather")
    shutil.copytree(REPOSITORY / "expectations/flights", root / "expectations/flights")
    for path in (root / "expectations/flights").glob("*"):
        if path.name.startswith("gold.") or "weather" in path.name:
            path.unlink()
    folder = root / "pipelines/flights"
    folder.mkdir(parents=True)
    shutil.copy(REPOSITORY / "pipelines/flights/silver.py", folder)
    (folder / "pipeline.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    return Settings(home=root / "home", pipelines=root / "pipelines", expectations=root / "expectations")


def _cut_and_repeat(folder: Path, draw: Random) -> None:
    """Cut each file of changes in two, and send one of the parts a second time."""
    for path in sorted(folder.glob("2013/*/*/*/*.csv")):
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        cut = draw.randint(0, len(lines))
        parts = {"a": lines[:cut], "b": lines[cut:]}
        parts["c"] = parts[draw.choice("ab")]
        for name, own in parts.items():
            text = "\n".join([header, *own]) + "\n"
            path.with_name(f"{path.stem}-{name}.csv").write_text(text, encoding="utf-8")
        path.unlink()


def _run(spark: SparkSession, settings: Settings, hour: datetime, number: int) -> None:
    for hop in ("bronze", "silver"):
        name = f"{hour:%Y-%m-%dT%H}--{number:08x}"
        stage(spark, settings, "flights", hop, hour, name)
        gate(spark, settings, "flights", hop, name)
        publish(spark, settings, "flights", hop, name)


def _unlike_the_replay(spark: SparkSession, settings: Settings) -> Iterator[str]:
    replay = replay_feed(settings.landing / "flights", "flights", ["flight_id"], broken_flight)
    expected = _by_flight([typed_flight(row) for row in replay.live.values()])
    path = table_path(settings.lake, "flights", "silver.flights")
    live = spark.read.format("delta").load(path).where("NOT _deleted").select(*next(iter(expected.values())))
    found = _by_flight([row.asDict() for row in live.collect()])
    for flight in sorted(found.keys() | expected.keys()):
        if found.get(flight) != expected.get(flight):
            yield f"live: {found.get(flight)}, expected {expected.get(flight)}"
    log = spark.read.format("delta").load(table_path(settings.lake, "flights", "silver.flights_changes"))
    kept = log.selectExpr("_file", "_row", "date_format(_known_at, 'dd HH')", "size(_failed_rules) > 0")
    rows = Counter(tuple(row) for row in kept.collect())
    wanted = Counter((r["_file"], r["_row"], f"{r['_known_at']:%d %H}", r["_marked"]) for r in replay.log)
    yield from (f"change log: {row} too many" for row in (rows - wanted).elements())
    yield from (f"change log: {row} missing" for row in (wanted - rows).elements())


def _by_flight(rows: list[Row]) -> dict[str, Row]:
    return {row["flight_id"]: {name: _comparable(value) for name, value in row.items()} for row in rows}


def _comparable(value: object) -> object:
    if isinstance(value, float):
        return round(value, 9)
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
