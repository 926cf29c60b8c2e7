"""What the page about going back to a release shows: what would happen, or why it cannot."""

from __future__ import annotations

from typing import Any

from headgate.airflow.names import rollback_dag_id
from headgate.airflow.pages.records import headers_of, ledger_of, releases_of
from headgate.releases.release_rows import MOVES, Release, serving
from headgate.releases.tables_then import table_lines, tables_then
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


def way_back_values(settings: Settings, loaded: LoadedPipeline, number: int) -> dict[str, Any] | None:
    """The values of `rollback.html`, from the records alone; None where the log has no such release.

    `refused` says why nobody can go back there; `model` and `tables` what would happen.
    """
    pipeline = loaded.spec.pipeline
    history = releases_of(settings, pipeline)
    row = next((one for one in history if one.release == number), None)
    if row is None:
        return None
    header = next((one for one in headers_of(settings, pipeline) if one["model"] == row.model), None)
    back = tables_then(loaded, ledger_of(settings, loaded), header) if header else None
    now = serving(history)
    return {
        "pipeline": pipeline,
        "row": row,
        "refused": why_not(row),
        "serving": now,
        "is_live": now is not None and now == row.version,
        "tables": table_lines(back) if back else [],
        "differ": bool(back and back.versions),
        "dag": rollback_dag_id(pipeline),
        "last": history[-1],
    }


def recorded_by(settings: Settings, pipeline: str, run: str) -> Release | None:
    """The release that records the rollback which this run of the DAG made; None where there is none."""
    rollbacks = [row for row in releases_of(settings, pipeline) if row.decision == "rollback" and row.reasons]
    return next((row for row in rollbacks if row.reasons[0].get("run") == run), None)


def why_not(row: Release) -> str:
    """Why a release is none to go back to; empty where it is one."""
    if row.decision not in MOVES:
        return f"It let nothing serve: its decision was {row.decision.replace('_', ' ')}."
    return "" if row.model is not None else "It let no model of the log serve."
