"""The pages about reports: the list, what a task's gate said, and the files themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi.responses import FileResponse, RedirectResponse, Response

from headgate.airflow.pages.paths import page_address
from headgate.airflow.pages.render import HEADERS, page
from headgate.airflow.pages.report_files import (
    FILE_POLICY,
    MEDIA_TYPES,
    hour_reports,
    latest_models,
    latest_reports,
    report_file,
)
from headgate.airflow.pages.verdicts import has_personal, tells_too_much, verdict_of
from headgate.spec.load import LoadedPipeline
from headgate.spec.personal_columns import personal_columns
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


def hour_report(settings: Settings, loaded: LoadedPipeline, hop: str, hour: str, name: str) -> Response:
    """A file of an hour's reports, as it was written, unless it has what is personal now.

    Then the page about the attempt, which masks it, stands for the attempt's report; Data Docs are withheld,
    like a report whose verdict is gone.
    """
    reports, pipeline = settings.reports, loaded.spec.pipeline
    path = report_file(reports, pipeline, hop, hour, name)
    if path is None or path.suffix == ".json":
        return report_response(None, name)
    own = path.stem if path.parent.name == hour else ""
    attempts = hour_reports(reports, pipeline, hop, hour)
    attempt = own or (attempts[0].attempt if attempts else "")
    verdict = verdict_of(reports, pipeline, hop, hour, attempt)
    if verdict is None:
        harmless = not has_personal(loaded, hop)
    else:
        harmless = not tells_too_much(verdict, personal_columns(loaded))
    if harmless:
        return report_response(path, name)
    if own and verdict is not None:
        return RedirectResponse(page_address("validation", pipeline, hop, hour, own), status_code=303)
    return page("withheld.html", status=403, pipeline=pipeline, hop=hop, hour=hour, name=name)


def report_response(path: Path | None, name: str) -> Response:
    """A file with data in it, in a sandbox; a page that says so where there is none."""
    if path is None:
        return page("missing.html", status=404, name=name, what="report")
    policy = {"Content-Security-Policy": FILE_POLICY}
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers={**HEADERS, **policy})
