"""What a pipeline's page shows of its predictions: how good they were, and how far the data have drifted."""

from __future__ import annotations

from typing import Any

from headgate.airflow.pages.records import drift_days_of, live_days_of
from headgate.monitoring.live_table import PROVISIONAL, TEXTS, cells, headings
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

DAYS_SHOWN = 14


def live_values(settings: Settings, loaded: LoadedPipeline) -> dict[str, Any]:
    """The live figures of the last days, the latest first, and what the last days say of drift.

    Figures are those of the last look back, which the learning DAG does.
    """
    name, model = loaded.spec.pipeline, loaded.spec.model
    currency = model.costs.currency if model and model.costs else None
    found = live_days_of(settings, name)
    latest = sorted({day.day for day in found}, reverse=True)[:DAYS_SHOWN]
    shown = [day for moment in latest for day in found if day.day == moment]
    checked = drift_days_of(settings, name)[-DAYS_SHOWN:]
    return {
        "headings": headings(currency),
        "texts": TEXTS,
        "rows": [cells(day, currency) for day in shown],
        "note": PROVISIONAL if any(day.provisional for day in shown) else "",
        "drift": checked[-1].verdict if checked else "",
        "drifted": [
            (day.day, [one.column for one in day.columns if one.drifted])
            for day in checked[::-1]
            if any(one.drifted for one in day.columns)
        ],
    }
