"""What a pipeline has come to: tables, gates, champion and addresses, as plain values."""

from __future__ import annotations

from typing import Any

from headgate.airflow.names import hourly_dag_id
from headgate.cli.engine_query import ask, engine_session
from headgate.cli.registered_champion import ask_for_champion
from headgate.hops.ledger import Ledger
from headgate.releases.release_rows import Release, releases
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses


def summarise(settings: Settings, loaded: LoadedPipeline) -> dict[str, Any]:
    """The state of one pipeline.

    `hours`: {first, last} done; `tables`: rows by `<pipeline>_<layer>.<table>`; `gates`: {passed, closed};
    `quarantined`: rows by silver table; `champion`: see `_champion`, None where there is none; `decision`:
    the last one, with reasons; `urls`. Raises StackNotRunning, QueryFailed.
    """
    name = loaded.spec.pipeline
    ledger = Ledger(settings, name, loaded.spec.hops[-1])
    tables, quarantined = _rows(settings, loaded, ledger)
    done, last = ledger.done(loaded.spec.hops[-1]), ledger.last_hour_done()
    history = releases(settings, name)
    found = addresses(settings)
    reports = [entry.report for entry in ledger.done() if entry.report]
    return {
        "pipeline": name,
        "hours": {
            "runs": len({entry.hour for entry in done}),
            "last_hour_done": last.isoformat() if last else None,
        },
        "tables": tables,
        "gates": {"passed": len(ledger.done()), "closed": len(ledger.shut_gates())},
        "quarantined": quarantined,
        "champion": _champion(ask_for_champion(settings, name).version, history),
        "decision": _decision(history),
        "report": str(settings.reports / reports[-1]) if reports else None,
        "urls": {
            "airflow": found.airflow,
            "grid": f"{found.airflow}/dags/{hourly_dag_id(name)}",
            "mlflow": found.mlflow,
            "model": f"{found.mlflow}/#/models/{name}",
        },
    }


def _rows(
    settings: Settings, loaded: LoadedPipeline, ledger: Ledger
) -> tuple[dict[str, int], dict[str, int]]:
    """Rows of every published table as queries see it, and of the quarantine of every silver table."""
    name, order = loaded.spec.pipeline, {"bronze": 0, "silver": 1, "gold": 2}
    published = [table for table in ledger.versions() if table.partition(".")[0] in order]
    published.sort(key=lambda table: (order[table.partition(".")[0]], table))
    apart = [f"silver.{table}_quarantine" for table in loaded.spec.silver if f"silver.{table}" in published]
    if not published:
        return {}, {}
    counts = [f"SELECT '{table}' AS t, count(*) AS n FROM {name}_{table}" for table in (*published, *apart)]
    with engine_session(settings) as session:
        counted = ask(session, settings, " UNION ALL ".join(counts)).to_pylist()
    found = {row["t"]: int(row["n"]) for row in counted}
    quarantined = {table: found[table] for table in apart}
    return (
        {f"{name}_{table}": found[table] for table in published},
        {f"{name}_{table.removesuffix('_quarantine')}": rows for table, rows in quarantined.items()},
    )


def _champion(version: int | None, history: list[Release]) -> dict[str, Any] | None:
    """The version under the alias: {version, model, metrics, baselines: {name: metrics}, judged, rows}."""
    if version is None:
        return None
    release = next((r for r in reversed(history) if r.version == version and r.evaluation), None)
    if release is None:
        return {
            "version": version,
            "model": None,
            "metrics": {},
            "baselines": {},
            "judged": None,
            "rows": None,
        }
    figures, money = release.evaluation["figures"], release.evaluation["money"]
    named = {
        name: {**found, **({"cost_per_thousand": money[name]["per_thousand"]} if name in money else {})}
        for name, found in figures.items()
    }
    return {
        "version": version,
        "model": release.model,
        "metrics": named.pop("candidate"),
        "baselines": named,
        "judged": release.evaluation["range"],
        "rows": release.evaluation["rows"],
    }


def _decision(history: list[Release]) -> dict[str, Any] | None:
    if not history:
        return None
    last = history[-1]
    return {"outcome": last.decision, "version": last.version, "reasons": last.reasons}
