"""A subject is forgotten: the tables are those of a world without it, and nothing that is kept holds it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from pyarrow.parquet import ParquetFile
from pyspark.sql import SparkSession

from headgate.forgetting import forget as forget_module
from headgate.forgetting.certificate import certificate_path, in_words
from headgate.forgetting.forget import forget
from headgate.forgetting.outlook import outlook
from headgate.forgetting.refusals import NotThere, NotToForget
from headgate.forgetting.subject import Subject
from headgate.hops.ask_quarantine import quarantined, request_rows
from headgate.hops.ledger import Entry
from headgate.hops.ledger_append import append_entry
from headgate.hops.merged_statistics import merged_statistics
from headgate.hops.requests import requests
from headgate.hops.run_range import Behind
from headgate.lake.paths import table_path
from headgate.lake.pins import is_pinned
from headgate.lake.read import read_at
from headgate.lake.tables import create_table
from headgate.releases.forgotten import forgetting_of
from headgate.releases.maintain import Keep, maintain
from headgate.releases.model_log import MODELS, MODELS_TYPES
from headgate.spec.load import load_pipeline
from tests.hours.orders_pipeline import START
from tests.hours.orders_with_examples import SPEC, OrdersWithExamples

HOUR = timedelta(hours=1)
SUBJECT = Subject("orders", {"order_id": "770077007"})
TRACES = ("770077007", "zoe-of-the-lake", "never read")
WITH_NOTES = SPEC.replace("silver:\n", "  notes: {key: [note_id]}\nsilver:\n  notes: {feed: notes}\n")
NOTES = """\
description: One row per note about an order.
key: [note_id]
columns:
  note_id: {type: bigint}
  order_id: {type: bigint}
  text: {}
"""
NOTE_HEADER = "Op,committed_at,note_id,order_id,text"
OTHERS = (
    (0, "000000000", ("I,05:00,1,ann,open,10", "I,06:00,2,bob,open,20", "I,07:00,7,bob,lost,7")),
    (1, "000000000", ("U,05:00,1,ann,paid,11", "I,06:00,3,ann,open,30")),
    (2, "000000000", ("I,05:00,4,bob,open,40", "U,06:00,2,bob,shipped,21")),
    (3, "000000000", ("U,05:00,3,ann,paid,31", "I,06:00,5,ann,open,50")),
)
OWN = (
    (
        2,
        "own",
        (
            "I,10:00,770077007,ann,open,500",
            "I,11:00,no 770077007,zoe-of-the-lake,open,1",
            "U,12:00,770077007,ann,lost,6",
        ),
    ),
    (3, "own", ("U,10:00,770077007,ann,paid,510",)),
)
"""The subject is one of ann's orders: her mean amounts, and so features of order 5, are others without it."""
TABLES = ("bronze.orders", "silver.orders_changes", "silver.orders", "gold.customer_amounts", "gold.examples")


def new_world(spark: SparkSession, root: Path) -> OrdersWithExamples:
    orders = OrdersWithExamples(spark, root)
    orders.write("pipelines/orders/pipeline.yaml", WITH_NOTES)
    orders.write("expectations/orders/silver.notes.yaml", NOTES)
    return orders


def landed(orders: OrdersWithExamples, *files: tuple[int, str, tuple[str, ...]]) -> None:
    for hour, name, lines in files:
        orders.land(hour, *lines, name=name)


def note(orders: OrdersWithExamples, hour: int, *lines: str, name: str) -> None:
    at = START + hour * HOUR
    rows = [f"I,{at:%Y-%m-%d %H}:20:00,{line}" for line in lines]
    path = f"home/landing/orders/notes/{at:%Y/%m/%d/%H}/{at:%Y%m%d}-{name}.csv"
    orders.write(path, "\n".join([NOTE_HEADER, *rows]) + "\n")


def told_predictions(orders: OrdersWithExamples, *ids: int) -> None:
    """A gold table that no hop derives: what a model said of orders."""
    path = table_path(orders.settings.lake, "orders", "gold.predictions")
    create_table(orders.spark, path, {"order_id": "bigint", "probability": "double"}, change_feed=True)
    rows = orders.spark.createDataFrame(
        [(number, 0.5) for number in ids], "order_id bigint, probability double"
    )
    rows.write.format("delta").mode("append").save(path)


def record_model(orders: OrdersWithExamples, number: int, version: int, frontier: datetime) -> None:
    """A line of the model log with nothing but pins and frontier."""
    path = table_path(orders.settings.lake, "orders", MODELS)
    create_table(orders.spark, path, MODELS_TYPES, change_feed=False)
    header = json.dumps({"pins": {"gold.examples": version}, "frontier": frontier.isoformat()})
    schema = "model bigint, kind string, digest string, header string"
    frame = orders.spark.createDataFrame([(number, "header", f"d{number}", header)], schema)
    frame.write.format("delta").mode("append").save(path)


def forgotten(orders: OrdersWithExamples, subject: Subject = SUBJECT) -> dict[str, Any]:
    return forget(
        orders.spark, orders.settings, "orders", subject, by="anna", why="request 12", now=datetime.now(UTC)
    )


def traces(orders: OrdersWithExamples) -> list[str]:
    """The files of lake, staging and reports in which a trace of the subject is, by bytes or by values."""
    found = []
    for root in (orders.settings.lake, orders.settings.staging, orders.settings.reports):
        for file in sorted(path for path in root.rglob("*") if path.is_file()):
            content = file.read_bytes().decode("latin-1")
            if file.suffix == ".parquet":
                table = ParquetFile(file, coerce_int96_timestamp_unit="us").read(use_threads=False)
                content += str(table.to_pylist())
            found += [f"{trace} in {file}" for trace in TRACES if trace in content]
    return found


@pytest.fixture(scope="module")
def without(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> OrdersWithExamples:
    """Hours 0 to 3 of a world that never knew the subject."""
    orders = new_world(spark, tmp_path_factory.mktemp("without"))
    landed(orders, *OTHERS)
    note(orders, 2, "1,2,call bob", name="others")
    orders.run(3)
    return orders


@pytest.fixture(scope="module")
def orders(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> OrdersWithExamples:
    """The same hours with the subject, from hour 2 on: everything that may hold it does."""
    orders = new_world(spark, tmp_path_factory.mktemp("with"))
    landed(orders, *OTHERS[:2])
    orders.run(1)
    record_model(orders, 1, orders.version("gold.examples"), START + 2 * HOUR)
    landed(orders, *OTHERS[2:], *OWN)
    note(orders, 2, "1,2,call bob", name="others")
    note(orders, 2, "2,770077007,never read", name="own")
    orders.run(3)
    record_model(orders, 2, orders.version("gold.examples"), START + 4 * HOUR)
    told_predictions(orders, 4, 5, 770077007)
    loaded = load_pipeline(orders.settings, "orders")
    bad = quarantined(orders.spark, orders.settings, loaded, "orders").where("order_id = 770077007").collect()
    request_rows(
        orders.spark,
        orders.settings,
        loaded,
        "orders",
        "replay",
        rows=[f"{row['_file']}:{row['_row']}" for row in bad],
        values={"status": "open", "customer": "zoe-of-the-lake"},
        why="order_id=770077007 is known",
        requested_by="anna",
    )
    ledger = orders.ledger()
    last = ledger.done()[-1]
    said = "silver.orders amount.between: 1 of 3 rows breaks it (such as order_id=770077007: -1)"
    closed = Entry(
        entry=ledger.next_entry(), number=0, hop="silver", state="closed", hour=last.hour,
        range_start=last.range_start, range_end=last.range_end, frontier=last.frontier,
        attempt="an attempt", digest="d", verdict=said,
    )  # fmt: skip
    append_entry(orders.settings, "orders", ledger, closed)
    week = timedelta(days=7)
    list(maintain(orders.spark, orders.settings, "orders", Keep(week, week, week), datetime.now(UTC)))
    return orders


def test_everything_that_held_it_is_clean_and_all_else_as_if_it_had_never_been(
    orders: OrdersWithExamples, without: OrdersWithExamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    spark, settings = orders.spark, orders.settings
    loaded = load_pipeline(settings, "orders")
    before, wanted = orders.tables(), {table: without.rows(table, "*") for table in TABLES}
    assert all(before[table] != wanted[table] for table in TABLES)
    held = "\n".join(traces(orders))
    for place in ("bronze/orders", "bronze/notes", "silver/orders_changes", "silver/orders/", "gold/examples",
                  "gold/predictions", "_change_data", "pins/gold/examples", "ops/hops", "ops/requests",
                  "ops/statistics", "home/staging", "home/reports"):  # fmt: skip
        assert place in held, place

    told = list(outlook(spark, settings, loaded, orders.ledger(), SUBJECT).lines())
    assert told == [
        "bronze.notes: 1 row goes",
        "bronze.orders: 4 rows go",
        "silver.notes: 1 change goes, with 1 key",
        "silver.orders: 3 changes go, with 1 key",
        "of these changes 1 is in quarantine",
        "of these rows 1 has a key that cannot be read, and holds the values of this one",
        "derived again without it: 2024-01-01 02:00 to 2024-01-01 04:00",
        "removed: earlier versions of all tables, all staging, reports and statistics that hold it",
        "models that may have learned from it: 2; they cannot be fitted again",
        "landing files that hold it, and are the source's to mend: 3",
    ]
    assert orders.tables() == before

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(forget_module, "derive_again", dies)
        forgotten(orders)
    assert orders.ledger().entries()[-1].state == "forgetting"
    with pytest.raises(Behind) as waits:
        orders.hop("bronze", 4)
    assert waits.value.what == "behind 2024-01-01 03:00: a subject is being forgotten."
    with pytest.raises(NotToForget, match="hours wait: a subject is being forgotten"):
        forgotten(orders, Subject("orders", {"order_id": "4"}))
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(forget_module, "purge_record_files", dies)
        forgotten(orders)
    facts = forgotten(orders)

    assert traces(orders) == []
    assert orders.tables() == wanted
    assert orders.rows("silver.notes", "note_id", "order_id") == [(1, 2)]
    assert orders.rows("gold.predictions", "order_id") == [(4,), (5,)]
    last = orders.ledger().entries()[-1]
    assert (last.state, last.hop, last.decided_by, last.why) == ("forgotten", "forget", "anna", "request 12")
    assert (orders.ledger().held(), orders.ledger().frontier()) == (None, START + 4 * HOUR)
    assert {table: version for table, version in orders.ledger().versions().items() if table in TABLES} == {
        table: orders.version(table) for table in TABLES
    }
    assert [request.changes for request in requests(settings, "orders")] == [()]
    certified(orders, facts)
    restorable(orders)
    statistics_are_those_of(orders, without)

    entries = len(orders.ledger().entries())
    assert forgotten(orders) == facts
    assert len(orders.ledger().entries()) == entries
    with pytest.raises(NotThere, match=r"No row of orders\.orders has this key"):
        forgotten(orders, Subject("orders", {"order_id": "990099"}))
    orders.land(4, "I,05:00,770077007,eve,open,1")
    orders.hop("bronze", 4)  # hours go on, and what comes later is a new subject
    assert ("770077007", "eve") in orders.rows("bronze.orders", "order_id", "customer")


def certified(orders: OrdersWithExamples, facts: dict[str, Any]) -> None:
    path = certificate_path(orders.settings, "orders", facts["name"])
    assert json.loads(path.read_text()) == facts
    assert orders.ledger().entries()[-1].report == str(path.relative_to(orders.settings.reports))
    assert (facts["archive_rows"], facts["keys"], facts["left"]) == (5, 2, 0)
    assert (facts["models"], facts["releases"]) == ([2], [])
    assert facts["landing"] == [
        "notes/2024/01/01/02/20240101-own.csv",
        "orders/2024/01/01/02/20240101-own.csv",
        "orders/2024/01/01/03/20240101-own.csv",
    ]
    bronze = facts["tables"]["bronze.orders"]
    assert (bronze["rows_before"], bronze["rows_after"]) == (13, 9)
    assert bronze["digest_before"] != bronze["digest_after"]
    assert bronze["version_after"] == orders.version("bronze.orders") > bronze["version_before"]
    assert facts["digest"] == SUBJECT.digest(facts["name"].removeprefix("forget-"))
    assert "releases that cannot come back: none" in in_words(facts)
    assert facts["removed"]["requests"] == 1
    assert facts["removed"]["messages"] == 1


def restorable(orders: OrdersWithExamples) -> None:
    """What model 1 learned from can be read, for nobody knew of the subject then; that of model 2 cannot."""
    path = table_path(orders.settings.lake, "orders", "gold.examples")
    spark, settings = orders.spark, orders.settings
    headers = {header["model"]: header for header in forget_module.headers(settings, "orders")}
    first, second = (headers[model]["pins"]["gold.examples"] for model in (1, 2))
    assert is_pinned(path, first)
    assert {row["order_id"] for row in read_at(spark, path, first).collect()} == {1, 2, 3}
    assert not is_pinned(path, second)
    with pytest.raises(Exception, match="DELTA_"):
        read_at(spark, path, second).collect()
    ledger = orders.ledger()
    assert forgetting_of(ledger, headers[1]) is None
    assert forgetting_of(ledger, headers[2]) == ledger.forgettings()[0]
    assert [path.name for path in Path(path, "_delta_log").glob("*.json")] == [
        f"{DeltaTable(path).version():020}.json"
    ]


def statistics_are_those_of(orders: OrdersWithExamples, without: OrdersWithExamples) -> None:
    """What `headgate statistics` says of each column, but for how the rows came together."""

    def said(world: OrdersWithExamples, table: str) -> list[tuple[Any, ...]]:
        loaded = load_pipeline(world.settings, "orders")
        found = merged_statistics(world.settings, loaded, table, None, None)
        return [
            (c.column, c.rows, c.nulls, c.quarantined, c.minimum, c.maximum, c.values and c.values.counts)
            for c in found.columns
        ]

    for table in ("bronze.orders", "silver.orders_changes"):
        assert said(orders, table) == said(without, table), table
