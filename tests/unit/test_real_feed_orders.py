"""Hours of real flights, shuffled, split and sent twice, equal a replay of their files in plain Python."""

from __future__ import annotations

import random
import shutil
from datetime import UTC, datetime
from pathlib import Path

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
from tests.unit.flights_tables import transform

START = datetime(2013, 1, 10, 17, tzinfo=UTC)
HOURS = 4
ORDER = (2, 0, 3)
"""The first run takes three hours, and the first of them comes again."""

LEFT_OUT = ("gold", "examples", "model", "promotion")


def settings_of(root: Path) -> Settings:
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


def split_and_repeat(folder: Path, draw: random.Random) -> None:
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


def run(spark: SparkSession, settings: Settings, hour: datetime, number: int) -> None:
    for hop in ("bronze", "silver"):
        name = f"{hour:%Y-%m-%dT%H}--{number:08x}"
        stage(spark, settings, "flights", hop, hour, name)
        gate(spark, settings, "flights", hop, name)
        publish(spark, settings, "flights", hop, name)


def test_real_hours_in_any_order_equal_the_replay(spark: SparkSession, tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    landing = settings.landing / "flights"
    transform("sample", "write_sample")(landing, START, START + HOURS * HOUR, START)
    split_and_repeat(landing / "flights", random.Random(7))
    for number, hour in enumerate(ORDER):
        run(spark, settings, START + hour * HOUR, number)

    replay = replay_feed(landing, "flights", ["flight_id"], broken_flight)
    expected = [typed_flight(row) for row in replay.live.values()]
    assert len(expected) > 500
    path = table_path(settings.lake, "flights", "silver.flights")
    live = spark.read.format("delta").load(path).where("NOT _deleted").select(*expected[0])
    assert by_flight([row.asDict() for row in live.collect()]) == by_flight(expected)

    log = spark.read.format("delta").load(table_path(settings.lake, "flights", "silver.flights_changes"))
    kept = log.selectExpr("_file", "_row", "date_format(_known_at, 'dd HH')", "size(_failed_rules) > 0")
    assert sorted(tuple(row) for row in kept.collect()) == sorted(
        (row["_file"], row["_row"], f"{row['_known_at']:%d %H}", row["_marked"]) for row in replay.log
    )


def by_flight(rows: list[Row]) -> dict[str, Row]:
    return {row["flight_id"]: {name: _comparable(value) for name, value in row.items()} for row in rows}


def _comparable(value: object) -> object:
    if isinstance(value, float):
        return round(value, 9)
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
