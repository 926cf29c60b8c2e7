"""What must hold of a stack at rest, whatever happened to it: nothing lost, doubled or half done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

from mlflow import MlflowClient
from pyspark.sql import SparkSession

from headgate.cli.engine_query import engine_session
from headgate.hops.known_files import KnownFiles
from headgate.hops.ledger import Ledger
from headgate.releases.model_headers import headers
from headgate.releases.registry import CHAMPION, MODEL_TAG
from headgate.releases.release_rows import releases, serving
from headgate.spec.load import load_pipeline
from headgate.stack.airflow_client import AirflowClient
from tests.integration.headgate_stack import HeadgateStack
from tests.oracle.flights_tables import EXAMPLE_KEY, FEEDS, by_key, examples, live_rows, replay, written
from tests.oracle.silver_replay import Row

PLACE = ("_file", "_row")
CARRIED = (*PLACE, "_op", "_committed_at", "_known_at")
IS_APART = "size(_failed_rules) > 0 AS _apart"
DAGS = ("flights_hourly", "flights_learn", "flights_promote")


def differences(stack: HeadgateStack, until: datetime, failed_before: set[str]) -> list[str]:
    """Whatever is not as it must be, in words, with all hours up to `until` (UTC) published.

    Runs in `failed_before` had failed already.
    """
    return [
        *_of_tables(stack, until.astimezone(UTC).replace(tzinfo=None)),
        *_of_ledger(stack.ledger(), until),
        *_of_models(stack),
        *(f"the run {run} did not succeed" for run in runs_without_success(stack) - failed_before),
    ]


def _of_tables(stack: HeadgateStack, until: datetime) -> Iterator[str]:
    landing = stack.settings.landing / "flights"
    frontiers = _frontiers(stack)
    replayed = {feed: replay(landing, feed, until, frontiers.get) for feed in FEEDS}
    with engine_session(stack.settings) as session:
        for feed, (key, _, typed) in FEEDS.items():
            expected = live_rows(replayed[feed], feed)
            found = _rows(session, f"SELECT {', '.join(expected[0])} FROM flights_silver.{feed}")
            yield from _between(f"live rows of {feed}", found, expected, key)
            log = [{name: row[name] for name in CARRIED} for row in replayed[feed].log]
            apart = [_place(row) for row in replayed[feed].log if row["_marked"]]
            values = [
                {**carried, "_apart": row["_marked"], **typed(row)}
                for carried, row in zip(log, replayed[feed].log, strict=True)
            ]
            for table, selected, rows in (
                (f"flights_bronze.{feed}", CARRIED, log),
                (f"flights_silver.{feed}_quarantine", PLACE, apart),
                (f"flights_silver.{feed}_changes", (*CARRIED, IS_APART, *expected[0]), values),
            ):
                there = Counter(map(_whole, _rows(session, f"SELECT {', '.join(selected)} FROM {table}")))
                wanted = Counter(_whole(written(row)) for row in rows)
                too_many, missing = there - wanted, wanted - there
                if too_many or missing:
                    yield (
                        f"{table}: {too_many.total()} rows too many, {missing.total()} missing, among them "
                        f"{[dict(row) for row in [*sorted(too_many)[:1], *sorted(missing)[:1]]]}"
                    )
        expected = examples(replayed["flights"], replayed["weather"], until)
        found = _rows(session, f"SELECT {', '.join(expected[0])} FROM flights_gold.examples")
        yield from _between("examples", found, expected, EXAMPLE_KEY)
        for table, contract in load_pipeline(stack.settings, "flights").contracts.items():
            if table.startswith("gold."):
                grain = ", ".join(contract.key)
                rows, distinct = session.sql(
                    f"SELECT count(*), count(DISTINCT {grain}) FROM flights_{table}"
                ).collect()[0]
                if rows != distinct:
                    yield f"{table}: {rows} rows of {distinct} keys"


def _rows(session: SparkSession, sql: str) -> list[Row]:
    return [written(row) for row in session.sql(sql).toArrow().to_pylist()]


def _frontiers(stack: HeadgateStack) -> dict[str, datetime | None]:
    """The frontier at which each landing file was archived, from the publish that archived it."""
    at = {entry.number: entry.frontier for entry in stack.ledger().done("bronze")}
    first = {file.path: at[file.number] for file in reversed(KnownFiles(stack.settings, "flights").all)}
    return {path: f.astimezone(UTC).replace(tzinfo=None) if f else None for path, f in first.items()}


def _place(row: Row) -> Row:
    return {name: row[name] for name in PLACE}


def _whole(row: Row) -> tuple[tuple[str, str], ...]:
    """All of a row, whatever it holds, as something that can be counted and sorted."""
    return tuple((name, repr(value)) for name, value in row.items())


def _between(table: str, found: list[Row], expected: list[Row], key: list[str]) -> Iterator[str]:
    if len(found) != len(expected):
        yield f"{table}: {len(found)} rows, not {len(expected)}"
    ours, theirs = by_key(found, key), by_key(expected, key)
    unlike = [name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)]
    if unlike:
        yield f"{table}: {len(unlike)} rows differ, among them {sorted(unlike)[:3]}"


def _of_ledger(ledger: Ledger, until: datetime) -> Iterator[str]:
    if ledger.frontier() != until:
        yield f"the frontier is {ledger.frontier()}, not {until}"
    for intent in ledger.open_intents():
        yield f"publish {intent.number} of {intent.hop} was begun and never ended"
    for gate in ledger.closed_gates():
        yield f"the {gate.hop} gate of {gate.hour} is closed"
    numbers = Counter(entry.number for entry in ledger.done())
    yield from (f"publish {number} is done {count} times" for number, count in numbers.items() if count > 1)
    gold = sorted(ledger.done("gold"), key=lambda entry: entry.range_end)
    for before, after in pairwise(gold):
        if after.range_start != before.range_end:
            yield f"gold after {before.range_end} goes on from {after.range_start}"


def _of_models(stack: HeadgateStack) -> Iterator[str]:
    recorded = [int(header["model"]) for header in headers(stack.settings, "flights")]
    if recorded != list(range(1, len(recorded) + 1)):
        yield f"the model log has the numbers {recorded}"
    client = MlflowClient(stack.addresses.mlflow, stack.addresses.mlflow)
    versions = client.search_model_versions("name = 'flights'", max_results=1000)
    shown = sorted(
        int(client.get_model_version("flights", v.version).tags.get(MODEL_TAG, 0)) for v in versions
    )
    if shown != recorded:
        yield f"the registry shows the models {shown}, the log has {recorded}"
    history = releases(stack.settings, "flights")
    if [release.release for release in history] != list(range(1, len(history) + 1)):
        yield f"the release log has the numbers {[release.release for release in history]}"
    alias = client.get_registered_model("flights").aliases.get(CHAMPION)
    champion = None if alias is None else int(alias)
    if champion != serving(history):
        yield f"version {champion} is champion, the release log says {serving(history)}"


def runs_without_success(stack: HeadgateStack) -> set[str]:
    """The runs of the pipeline's DAGs that failed or have not ended."""
    with AirflowClient(stack.settings) as client:
        runs = [(dag, run) for dag in DAGS for run in client.all(f"/dags/{dag}/dagRuns", "dag_runs")]
    return {f"{dag} {run['dag_run_id']}" for dag, run in runs if run["state"] != "success"}
