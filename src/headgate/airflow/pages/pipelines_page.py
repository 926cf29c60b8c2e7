"""What the page of all pipelines shows of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from headgate.airflow.names import gate_dag_id, hourly_dag_id, replay_dag_id
from headgate.airflow.pages.access import form_for
from headgate.airflow.pages.bars import bars
from headgate.airflow.pages.dag_runs import runs_of_hours
from headgate.airflow.pages.hour_rows import HourRows, hour_rows
from headgate.airflow.pages.mlflow_pages import model_page
from headgate.airflow.pages.progress import (
    closed_gates,
    freshness,
    hop_states,
    undecided,
    what_serves,
)
from headgate.airflow.pages.records import headers_of, ledger_of, releases_of
from headgate.airflow.pages.waiting_approvals import waiting_approvals
from headgate.hops.run_range import held_because, way_forward
from headgate.releases.trials import on_trial
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

RUNS_SHOWN = 48


def overview(settings: Settings, loaded: LoadedPipeline, now: datetime, user: Any) -> dict[str, Any]:
    """The values of one pipeline's part of `pipelines.html`."""
    spec = loaded.spec
    ledger = ledger_of(settings, loaded)
    gates = closed_gates(settings, loaded, ledger)
    held = ledger.held()
    fresh = freshness(spec, ledger, now)
    history = releases_of(settings, spec.pipeline) if spec.model else []
    models = [header["model"] for header in headers_of(settings, spec.pipeline)] if spec.model else []
    serves = what_serves(history)
    runs = hour_rows(ledger, spec.schedule.start, RUNS_SHOWN)
    return {
        "name": spec.pipeline,
        "description": spec.description,
        "owner": spec.owner,
        "hourly": hourly_dag_id(spec.pipeline),
        "learns": spec.model is not None,
        "held": held,
        "because": held_because(held) if held else "",
        "forward": way_forward(spec.pipeline, held, spec.schedule.start) if held else "",
        "word": "waits" if held else "closed" if gates else "open" if fresh else "nothing yet",
        "hops": hop_states(loaded, ledger),
        "gates": gates,
        "forms": {
            "gate": form_for(gate_dag_id(spec.pipeline), user) if gates else "",
            "replay": form_for(replay_dag_id(spec.pipeline), user) if held else "",
        },
        "runs": runs_of_hours(hourly_dag_id(spec.pipeline), [gate.hour for gate in gates]),
        "fresh": fresh,
        "rows": runs,
        "charts": charts(runs),
        "serves": serves,
        "challenger": on_trial(history),
        "candidate": undecided(models, history),
        "approvals": waiting_approvals(loaded, history),
        "mlflow": model_page(settings, spec.pipeline, serves.version if serves else None),
        "schedule": spec.schedule,
    }


def charts(runs: list[HourRows]) -> list[dict[str, Any]]:
    """Three charts of the same runs: rows by the hour that came, were kept apart, were published."""
    found = []
    for kind, title in (("rows_in", "in"), ("quarantined", "quarantined"), ("published", "published")):
        values = [getattr(run, kind) / run.hours for run in runs]
        said = [f"{run.said}: {getattr(run, kind) / run.hours:,.0f} {title}" for run in runs]
        total = sum(getattr(run, kind) for run in runs)
        found.append({"kind": kind, "title": title, "bars": bars(values, said), "total": total})
    return found
