"""The pages below `/headgate`: reports and the way to them, for people who are signed in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse, HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from headgate.airflow.names import HOURLY
from headgate.airflow.pages.access import may_read
from headgate.airflow.pages.paths import model_report_address, report_address
from headgate.airflow.pages.report_files import (
    FILE_POLICY,
    MEDIA_TYPES,
    PAGE_POLICY,
    Report,
    hour_reports,
    latest_models,
    latest_reports,
    model_report_file,
    report_file,
)
from headgate.airflow.pages.run_hour import run_hour
from headgate.spec.load import load_all
from headgate.spec.settings import Settings

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
HOURS_SHOWN = 12
MODELS_SHOWN = 12

User = Annotated[Any, Depends(get_user)]


def pages_app() -> FastAPI:
    """Build the application. Anonymous requests get 401, for a pipeline that one may not read 403."""
    app = FastAPI(
        title="Headgate", dependencies=[Depends(get_user)], docs_url=None, redoc_url=None, openapi_url=None
    )
    app.get("/reports")(reports)
    app.get("/validation")(validation)
    app.get("/reports/{pipeline}/models/{model:int}.html")(model_report)
    app.get("/reports/{pipeline}/{hop}/{hour}/{name:path}")(report)
    return app


def reports(user: User) -> Response:
    """The pipelines that the viewer may read, with the latest reports of each hop and of their models."""
    settings = Settings()
    pipelines = [
        {
            "name": loaded.spec.pipeline,
            "hops": [
                {
                    "name": hop,
                    "reports": latest_reports(settings.reports, loaded.spec.pipeline, hop, HOURS_SHOWN),
                }
                for hop in loaded.spec.hops
            ],
            "models": latest_models(settings.reports, loaded.spec.pipeline, MODELS_SHOWN),
            "learns": loaded.spec.model is not None,
        }
        for loaded in load_all(settings)[0]
        if may_read(loaded.spec.pipeline, user)
    ]
    return _page("reports.html", pipelines=pipelines)


def validation(user: User, dag: str, run: str, task: str) -> Response:
    """The reports of the hour and hop that a task of an hourly DAG belongs to, the latest shown in full."""
    pipeline = dag.removesuffix(HOURLY)
    _require_access(pipeline, user)
    hop, separator, _ = task.partition(".")
    hour = run_hour(dag, run) if separator and pipeline != dag else None
    found = hour_reports(Settings().reports, pipeline, hop, hour) if hour else []
    return _page("validation.html", pipeline=pipeline, hop=hop, hour=hour, reports=found)


def report(user: User, pipeline: str, hop: str, hour: str, name: str) -> Response:
    """One file of an hour's reports."""
    _require_access(pipeline, user)
    return _file(report_file(Settings().reports, pipeline, hop, hour, name), name)


def model_report(user: User, pipeline: str, model: int) -> Response:
    """The report of one model."""
    _require_access(pipeline, user)
    return _file(model_report_file(Settings().reports, pipeline, model), f"model {model}")


def _file(path: Path | None, name: str) -> Response:
    if path is None:
        return _page("missing.html", status=404, name=name)
    policy = {"Content-Security-Policy": FILE_POLICY}
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers={**HEADERS, **policy})


def _require_access(pipeline: str, user: Any) -> None:
    if not may_read(pipeline, user):
        raise HTTPException(403, "You may not read this pipeline.")


def _page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    environment = Environment(
        loader=PackageLoader("headgate.airflow.pages"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["moment"] = _moment
    environment.globals |= {"address": _address, "model_address": model_report_address}
    text = environment.get_template(template).render(values)
    return HTMLResponse(text, status, headers={**HEADERS, "Content-Security-Policy": PAGE_POLICY})


def _address(found: Report) -> str:
    return report_address(found.pipeline, found.hop, found.hour, found.attempt)


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
