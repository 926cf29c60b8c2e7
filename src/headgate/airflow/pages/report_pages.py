"""The pages about reports: the list, what a task's gate said, and the files themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi.responses import FileResponse, Response

from headgate.airflow.pages.render import HEADERS, page
from headgate.airflow.pages.report_files import (
    FILE_POLICY,
    MEDIA_TYPES,
    latest_models,
    latest_reports,
)
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

HOURS_SHOWN = 12
MODELS_SHOWN = 12


def report_lists(settings: Settings, loaded: LoadedPipeline) -> dict[str, Any]:
    """The latest reports of each hop of a pipeline and of its models."""
    name = loaded.spec.pipeline
    return {
        "name": name,
        "hops": [
            {"name": hop, "reports": latest_reports(settings.reports, name, hop, HOURS_SHOWN)}
            for hop in loaded.spec.steps
        ],
        "models": latest_models(settings.reports, name, MODELS_SHOWN),
        "learns": loaded.spec.model is not None,
    }


def report_response(path: Path | None, name: str) -> Response:
    """A file with data in it, in a sandbox; a page that says so where there is none."""
    if path is None:
        return page("missing.html", status=404, name=name, what="report")
    policy = {"Content-Security-Policy": FILE_POLICY}
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers={**HEADERS, **policy})
