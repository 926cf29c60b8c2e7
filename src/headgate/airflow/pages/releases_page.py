"""What the pages about releases show: every decision with its evidence, what was live when, two compared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from headgate.airflow.pages.mlflow_pages import model_page
from headgate.airflow.pages.records import headers_of, releases_of
from headgate.airflow.pages.rollback_page import why_not
from headgate.airflow.pages.waiting_approvals import waiting_approvals
from headgate.releases.last_look import last_look
from headgate.releases.live import what_was_live
from headgate.releases.release_rows import Release, serving
from headgate.releases.trials import on_trial
from headgate.releases.why import in_short
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

FIGURES = {
    "log_loss": "log loss",
    "auc": "AUC",
    "average_precision": "average precision",
    "brier": "Brier score",
    "calibration_error": "calibration error",
}
CANDIDATE = "candidate"


def release_list(settings: Settings, loaded: LoadedPipeline) -> dict[str, Any]:
    """One pipeline's part of `releases.html`, the latest release first."""
    name = loaded.spec.pipeline
    history = releases_of(settings, name)
    begun = on_trial(history)
    return {
        "name": name,
        "trial": begun,
        "looked": last_look(settings, name, begun.release) if begun else None,
        "learns": loaded.spec.model is not None,
        "serving": serving(history),
        "approvals": waiting_approvals(loaded, history),
        "releases": [
            {
                "row": row,
                "said": in_short(row),
                "figures": _figures(row),
                "returnable": not why_not(row),
            }
            for row in history[::-1]
        ],
        "live": what_was_live(history)[::-1],
        "titles": FIGURES,
        "mlflow": model_page(settings, name),
        "numbers": [row.release for row in history[::-1]],
    }


def evidence(settings: Settings, loaded: LoadedPipeline, number: int) -> dict[str, Any] | None:
    """The values of `release.html`; None where the log has no such release."""
    name = loaded.spec.pipeline
    history = releases_of(settings, name)
    row = next((row for row in history if row.release == number), None)
    if row is None:
        return None
    judged = row.evaluation.get("figures", {})
    return {
        "pipeline": name,
        "row": row,
        "approvals_of": [one for one in waiting_approvals(loaded, history) if one.release == number],
        "header": _header(settings, name, row.model),
        "judged": judged,
        "returnable": not why_not(row),
        "titles": FIGURES,
        "mlflow": model_page(settings, name, row.version),
    }


def compared(settings: Settings, loaded: LoadedPipeline, first: int, second: int) -> dict[str, Any] | None:
    """The values of `compare.html`; None where the log has not both releases."""
    name = loaded.spec.pipeline
    found = {row.release: row for row in releases_of(settings, name)}
    if first not in found or second not in found:
        return None
    rows = [found[first], found[second]]
    facts = [_facts(row, _header(settings, name, row.model)) for row in rows]
    names = list(dict.fromkeys(fact for one in facts for fact in one))
    return {
        "pipeline": name,
        "rows": rows,
        "figures": [_figures(row) for row in rows],
        "titles": FIGURES,
        "facts": [(fact, *(one.get(fact, "–") for one in facts)) for fact in names],
    }


def _figures(row: Release) -> dict[str, float]:
    figures: dict[str, float] = row.evaluation.get("figures", {}).get(CANDIDATE, {})
    return figures


def _header(settings: Settings, pipeline: str, model: int | None) -> dict[str, Any] | None:
    return next((header for header in headers_of(settings, pipeline) if header["model"] == model), None)


def _facts(row: Release, header: dict[str, Any] | None) -> dict[str, str]:
    """What a release was made of, by name, as text."""
    facts = {"decision": row.decision.replace("_", " "), "decided by": row.decided_by or "–"}
    facts["data up to"] = _moment(row.frontier)
    facts |= {f"pin {table}": f"version {version}" for table, version in sorted(row.pins.items())}
    judged = row.evaluation.get("range", {})
    if judged:
        facts["judged on"] = f"{_moment(judged['start'])} to {_moment(judged['end'])}"
        facts["judged rows"] = f"{row.evaluation.get('rows', 0):,}"
    if header is not None:
        training = header.get("training", {})
        facts["algorithm"] = str(header.get("algorithm", "")).replace("_", " ")
        if training:
            facts["trained on"] = f"{_moment(training['start'])} to {_moment(training['end'])}"
            facts["training rows"] = f"{training['rows']:,}"
        facts |= {f"parameter {name}": str(value) for name, value in header.get("parameters", {}).items()}
        facts["features"] = ", ".join(feature["name"] for feature in header.get("features", []))
    return facts | {"spec": row.spec[:12], "code": row.code[:12]}


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}" if text else "–"
