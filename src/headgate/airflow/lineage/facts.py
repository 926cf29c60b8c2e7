"""What a gate or a publish had to do with which tables, as values that an event is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from headgate.airflow.pages.verdicts import verdict_of
from headgate.gates.verdict import RuleResult
from headgate.hops.ledger import Ledger
from headgate.lake.paths import table_path
from headgate.spec.layers import stored_name
from headgate.spec.lineage import Source, sources_of
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings


@dataclass(frozen=True)
class TableFacts:
    """One table, or landing folder, of a task.

    `name` is its SQL name, `path` where it is; `columns` give type and description; `origins` those columns,
    each as (path, column), of which a column is known to be made. `rows` are those that were staged or
    published, `rules` what the gate found.
    """

    name: str
    path: str
    version: int | None = None
    rows: int | None = None
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    origins: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    rules: tuple[RuleResult, ...] = ()


@dataclass(frozen=True)
class TaskFacts:
    """What a task read and wrote, of a pipeline of `owner`."""

    owner: str
    inputs: tuple[TableFacts, ...] = ()
    outputs: tuple[TableFacts, ...] = ()


def published(settings: Settings, pipeline: str, hop: str, attempt: str) -> TaskFacts | None:
    """What the publish of an attempt wrote, and of what that is made; None where it published nothing."""
    loaded = load_pipeline(settings, pipeline)
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    done = next((e for e in reversed(ledger.done(hop)) if e.attempt == attempt), None)
    if done is None:
        return None
    versions = ledger.versions(until=done.entry)
    outputs, read = [], dict[str, TableFacts]()
    for table, version in done.versions.items():
        base = table.removesuffix("_changes")
        contract = loaded.contracts.get(base)
        if contract is None:  # a record, which has none
            continue
        sources = sources_of(loaded.spec, base, contract.columns)
        for found in _inputs(settings, loaded, sources.values(), versions):
            read[found.path] = found
        counted = done.rows.get(base) if table == stored_name(base) else None
        outputs.append(
            TableFacts(
                _sql_name(pipeline, table),
                table_path(settings.lake, pipeline, table),
                version,
                counted.published if counted else None,
                _columns(loaded, base),
                {column: _origins(settings, pipeline, source) for column, source in sources.items()},
            )
        )
    return TaskFacts(loaded.spec.owner, tuple(read.values()), tuple(outputs))


def judged(settings: Settings, pipeline: str, hop: str, attempt: str) -> TaskFacts | None:
    """What the gate found of an attempt, open or closed; None where it gave no verdict."""
    loaded = load_pipeline(settings, pipeline)
    verdict = verdict_of(settings.reports, pipeline, hop, attempt.partition("--")[0], attempt)
    if verdict is None:
        return None
    tables = dict.fromkeys([*verdict.rows, *(rule.table for rule in verdict.rules)])
    inputs = [
        TableFacts(
            _sql_name(pipeline, stored_name(table)),
            table_path(settings.lake, pipeline, stored_name(table)),
            rows=verdict.rows.get(table, {}).get("staged"),
            columns=_columns(loaded, table),
            rules=tuple(rule for rule in verdict.rules if rule.table == table),
        )
        for table in tables
    ]
    return TaskFacts(loaded.spec.owner, tuple(inputs))


def _inputs(
    settings: Settings, loaded: LoadedPipeline, sources: Iterable[Source], versions: dict[str, int]
) -> Iterable[TableFacts]:
    pipeline = loaded.spec.pipeline
    for source in sources:
        if source.feed:
            yield TableFacts("", str(settings.landing / pipeline / source.feed))
        for table in source.tables:
            log = stored_name(table)
            path = table_path(settings.lake, pipeline, log)
            yield TableFacts(
                _sql_name(pipeline, log), path, versions.get(log), columns=_columns(loaded, table)
            )


def _origins(settings: Settings, pipeline: str, source: Source) -> tuple[tuple[str, str], ...]:
    found = (column.rpartition(".") for column in source.columns)
    return tuple((table_path(settings.lake, pipeline, stored_name(table)), name) for table, _, name in found)


def _columns(loaded: LoadedPipeline, table: str) -> dict[str, tuple[str, str]]:
    contract = loaded.contracts.get(table)
    return {name: (c.type, c.description) for name, c in contract.columns.items()} if contract else {}


def _sql_name(pipeline: str, table: str) -> str:
    return f"{pipeline}_{table}"
