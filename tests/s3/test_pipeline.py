"""A pipeline with its lake on S3 gives, row for row, what it gives with its lake in a folder.

The tests of this file are one story, told of two worlds that differ in nothing but where the lake is.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyarrow.parquet import ParquetFile
from pyspark.sql import SparkSession

from headgate.airflow.pages.records import headers_of, known_files_of, ledger_of
from headgate.forgetting.forget import forget
from headgate.forgetting.subject import Subject
from headgate.hops.as_of import VersionGone, as_of
from headgate.hops.catalog import register_all
from headgate.hops.merged_statistics import merged_statistics
from headgate.hops.quarantined_rows import quarantined_rows
from headgate.lake.history import current_version
from headgate.lake.paths import table_path
from headgate.lake.pins import pin_path
from headgate.lake.read import read_at
from headgate.lake.tables import create_table
from headgate.releases.maintain import Keep, Maintained, maintain
from headgate.releases.model_log import MODELS, MODELS_TYPES
from headgate.spec.lake_location import S3Location
from headgate.spec.load import load_pipeline
from tests.hours.orders_pipeline import START
from tests.hours.orders_with_examples import TABLES, OrdersWithExamples
from tests.s3.s3_server import BUCKET, S3Server

PREFIX = "team/lake"
NOTHING = Keep(timedelta(0), timedelta(0), timedelta(0))
SUBJECT = Subject("orders", {"order_id": "770077007"})
PINNED = ("silver.orders_changes", "gold.examples")
Row = tuple[object, ...]


@dataclass
class Worlds:
    """The same pipeline twice, and what was read of the versions that a model learned from."""

    folder: OrdersWithExamples
    s3: OrdersWithExamples
    learned_from: dict[str, list[Row]]
    pins: dict[str, int]

    def both(self) -> tuple[OrdersWithExamples, OrdersWithExamples]:
        """The world with a folder first."""
        return self.folder, self.s3


def path_of(world: OrdersWithExamples, table: str) -> str:
    return table_path(world.settings.lake, "orders", table)


def rows_at(world: OrdersWithExamples, table: str, version: int) -> list[Row]:
    found = read_at(world.spark, path_of(world, table), version).collect()
    return sorted((tuple(row) for row in found), key=str)


def pinned_version(world: OrdersWithExamples) -> dict[str, int]:
    """A model that learned from the tables as they are now; returns the versions."""
    pins = {table: world.version(table) for table in PINNED}
    path = path_of(world, MODELS)
    create_table(world.spark, path, MODELS_TYPES, change_feed=False)
    header = json.dumps({"pins": pins, "frontier": (START + timedelta(hours=2)).isoformat()})
    schema = "model bigint, kind string, digest string, header string"
    frame = world.spark.createDataFrame([(1, "header", "d1", header)], schema)
    frame.write.format("delta").mode("append").save(path)
    return pins


@pytest.fixture(scope="module")
def worlds(spark: SparkSession, server: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Three hours each: new orders, changes, quarantined lines, deletions, and a model after the second."""
    folder = OrdersWithExamples(spark, tmp_path_factory.mktemp("folder"))
    s3 = OrdersWithExamples(spark, tmp_path_factory.mktemp("s3"), S3Location(BUCKET, PREFIX))
    pins = []
    for world in (folder, s3):
        world.land(0, "I,05:00,1,ann,open,10", "I,06:00,2,bob,open,20", "I,07:00,7,bob,lost,7")
        world.land(1, "U,05:00,1,ann,paid,11", "I,06:00,3,ann,open,30", "D,07:00,2,,,")
        world.run(0, 1)
        pins.append(pinned_version(world))
        world.land(2, "I,05:00,4,bob,open,40", "I,06:00,770077007,ann,open,500", "U,07:00,3,ann,lost,31")
        world.run(2)
    assert pins[0] == pins[1]
    return Worlds(folder, s3, {table: rows_at(s3, table, pins[1][table]) for table in PINNED}, pins[1])


def test_every_table_is_on_s3_and_nothing_of_it_in_the_home(worlds: Worlds, server: S3Server) -> None:
    assert str(worlds.s3.settings.lake) == f"s3a://{BUCKET}/{PREFIX}"
    keys = server.keys_below(f"{PREFIX}/orders/")
    found = {tuple(key.removeprefix(f"{PREFIX}/orders/").split("/")[:2]) for key in keys}
    records = {("ops", name) for name in ("files", "hops", "models", "statistics")}
    assert found == {*records, *(tuple(table.split(".")) for table in TABLES)}
    assert server.keys_below("") == keys
    assert not (worlds.s3.root / "home" / "lake").exists()
    assert {path.name for path in (worlds.s3.root / "home").iterdir()} == {
        "landing", "reports", "specs", "staging"
    }  # fmt: skip


def test_all_rows_of_all_tables_are_those_of_the_folder(worlds: Worlds) -> None:
    tables = worlds.folder.tables()
    assert worlds.s3.tables() == tables
    assert [len(tables[table]) for table in TABLES] == [9, 9, 5, 8, 5]
    assert worlds.s3.ledger().versions() == worlds.folder.ledger().versions()


def test_the_records_and_what_pages_read_say_the_same(worlds: Worlds) -> None:
    def said(world: OrdersWithExamples) -> dict[str, Any]:
        settings, loaded = world.settings, load_pipeline(world.settings, "orders")
        entries = ledger_of(settings, loaded).entries()
        version = world.version("silver.orders_changes")
        quarantine = quarantined_rows(settings, loaded, "orders", version)
        statistics = merged_statistics(settings, loaded, "gold.examples", None, None)
        return {
            "ledger": [(e.entry, e.number, e.hop, e.state, e.hour, e.rows, e.versions) for e in entries],
            "files": [(f.path, f.rows, f.sha256) for f in known_files_of(settings, "orders").all],
            "quarantine": [(row.name, row.rules, row.values) for row in quarantine],
            "statistics": [(c.column, c.rows, c.nulls, c.minimum, c.maximum) for c in statistics.columns],
            "models": headers_of(settings, "orders"),
        }

    folder, s3 = (said(world) for world in worlds.both())
    assert s3 == folder
    assert [len(s3[name]) for name in ("ledger", "files", "quarantine")] == [18, 3, 2]


def test_the_sql_names_show_the_published_rows(worlds: Worlds) -> None:
    register_all(worlds.s3.spark, worlds.s3.settings)
    live = worlds.s3.spark.sql(
        "SELECT order_id, status FROM orders_silver.orders ORDER BY order_id"
    ).collect()
    assert [tuple(row) for row in live] == [(1, "paid"), (3, "open"), (4, "open"), (770077007, "open")]
    assert worlds.s3.spark.table("orders_ops.hops").count() == 18


def test_maintenance_leaves_what_is_published_or_pinned(worlds: Worlds) -> None:
    before = worlds.s3.tables()
    done: dict[str, Maintained] = {}
    for world in worlds.both():
        found = maintain(world.spark, world.settings, "orders", NOTHING, datetime.now(UTC))
        done = {one.name: one for one in found}
    assert worlds.s3.tables() == worlds.folder.tables() == before
    for table in TABLES:
        assert done[table].live_after == 1 < done[table].live_before
        assert done[table].after.files < done[table].before.files
    for table, version in worlds.pins.items():
        assert rows_at(worlds.s3, table, version) == worlds.learned_from[table]
        assert current_version(pin_path(path_of(worlds.s3, table), version)) == 0
    with pytest.raises(VersionGone, match="orders of orders cannot be read as of 2024-01-01T00"):
        as_of(worlds.s3.spark, worlds.s3.settings, "orders", "2024-01-01T00").table("silver.orders")
    assert (
        as_of(worlds.s3.spark, worlds.s3.settings, "orders", "2024-01-01T02").table("silver.orders").count()
        == 4
    )


def test_hours_go_on_and_come_out_the_same_after_a_replay(worlds: Worlds) -> None:
    for world in worlds.both():
        world.land(3, "U,05:00,770077007,ann,paid,510", "I,06:00,5,ann,open,50")
        world.run(3)
        world.replay(2, 3, "silver", "gold")
    assert worlds.s3.tables() == worlds.folder.tables()
    assert worlds.s3.ledger().frontier() == START + timedelta(hours=4)


def test_a_subject_is_forgotten_to_the_last_byte(worlds: Worlds, server: S3Server) -> None:
    assert [key for key in server.keys_below(f"{PREFIX}/") if names_it(server, key)]
    for world in worlds.both():
        now = datetime.now(UTC)
        forget(world.spark, world.settings, "orders", SUBJECT, by="anna", why="request 12", now=now)
    assert [key for key in server.keys_below(f"{PREFIX}/") if names_it(server, key)] == []
    assert worlds.s3.tables() == worlds.folder.tables()
    assert {row[0] for row in worlds.s3.rows("silver.orders", "order_id")} == {1, 2, 3, 4, 5}
    for table, version in worlds.pins.items():  # nobody knew of the subject then
        assert rows_at(worlds.s3, table, version) == worlds.learned_from[table]


def names_it(server: S3Server, key: str) -> bool:
    """Whether an object holds the subject's key, by bytes or by values."""
    content: bytes = server.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    text = content.decode("latin-1")
    if key.endswith(".parquet"):
        read = ParquetFile(io.BytesIO(content), coerce_int96_timestamp_unit="us").read(use_threads=False)
        text += str(read.to_pylist())
    return "770077007" in text


def test_no_checksum_and_no_old_commit_is_left_after_forgetting(worlds: Worlds, server: S3Server) -> None:
    log = f"{PREFIX}/orders/silver/orders/_delta_log/"
    names = [Path(key).name for key in server.keys_below(log)]
    version = f"{worlds.s3.version('silver.orders'):020}"
    assert [name for name in names if name.endswith((".json", ".crc"))] == [
        f"{version}.crc",
        f"{version}.json",
    ]
