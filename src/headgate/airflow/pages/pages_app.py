"""The pages below `/headgate`, for people who are signed in: what each address shows, and to whom."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI
from fastapi.responses import Response
from starlette.convertors import IntegerConvertor, register_url_convertor

from headgate.airflow.names import HOURLY, REPLAY, gate_dag_id
from headgate.airflow.pages.access import User, form_for, readable, require_reader
from headgate.airflow.pages.catalog_page import catalog, table_values
from headgate.airflow.pages.dag_runs import run_hour, staged_attempt
from headgate.airflow.pages.learned_run import learned
from headgate.airflow.pages.pipeline_page import pipeline_values
from headgate.airflow.pages.pipelines_page import overview
from headgate.airflow.pages.quarantine_views import ask_for_rows, quarantine, quarantined
from headgate.airflow.pages.records import ledger_of
from headgate.airflow.pages.refusals import plain_address, refuse_in_pages
from headgate.airflow.pages.releases_page import compared, evidence, release_list
from headgate.airflow.pages.render import HEADERS, page, style
from headgate.airflow.pages.report_files import model_report_file
from headgate.airflow.pages.report_pages import hour_report, report_lists, report_response
from headgate.airflow.pages.rollback_views import go_back, way_back
from headgate.airflow.pages.specs import pipeline_named, pipeline_of_dag
from headgate.airflow.pages.validation_page import judgement, table_history
from headgate.gates.open_data_contract import open_data_contract_text
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


class Count(IntegerConvertor):
    """Numbers in addresses: of so many digits that each of them is one."""

    regex = "[0-9]{1,18}"


WORDS_READ = 200
"""Characters of a search that count."""


def pages_app() -> FastAPI:
    """Build the application. Anonymous requests get 401, for a pipeline that one may not read 403."""
    register_url_convertor("count", Count())
    app = FastAPI(
        title="Headgate",
        dependencies=[Depends(get_user), Depends(plain_address)],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    refuse_in_pages(app)
    app.get("/style.css")(style)
    app.get("/pipelines")(all_pipelines)
    app.get("/pipelines/{pipeline}")(one_pipeline)
    app.get("/pipeline")(tab_of_dag)
    app.get("/quarantine")(quarantine)
    app.get("/quarantine/{pipeline}/{table}")(quarantined)
    app.post("/quarantine/{pipeline}/{table}")(ask_for_rows)
    app.get("/releases")(releases)
    app.get("/releases/{pipeline}/{number:count}")(release)
    app.get("/releases/{pipeline}/{number:count}/back")(way_back)
    app.post("/releases/{pipeline}/{number:count}/back")(go_back)
    app.get("/compare/{pipeline}")(compare)
    app.get("/reports")(reports)
    app.get("/validation")(validation)
    app.get("/validation/{pipeline}/{hop}/{hour}/{attempt}")(attempt)
    app.get("/history/{pipeline}/{table}")(history)
    app.get("/catalog")(all_tables)
    app.get("/catalog/{pipeline}/{table}")(one_table)
    app.get("/catalog/{pipeline}/{table}/contract.yaml")(contract)
    app.get("/published/{pipeline}/{hop}/{attempt}")(published)
    app.get("/learned/{pipeline}/{attempt}")(learned)
    app.get("/reports/{pipeline}/models/{model:count}.html")(model_report)
    app.get("/reports/{pipeline}/{hop}/{hour}/{name:path}")(report)
    return app


def all_pipelines(user: User) -> Response:
    """Every pipeline that the viewer may read: how far it is, what holds it back, what serves."""
    settings, now = Settings(), datetime.now(UTC)
    shown = [overview(settings, loaded, now, user) for loaded in readable(settings, user)]
    return page("pipelines.html", pipelines=shown, now=now, here="pipelines")


def one_pipeline(user: User, pipeline: str, until: date | None = None, refresh: bool = False) -> Response:
    """One pipeline: its way, its hours up to the day `until`, and what its tasks take."""
    settings = Settings()
    require_reader(pipeline, user)
    loaded = pipeline_named(settings, pipeline)
    if loaded is None:
        return page("no_pipeline.html", status=404, name=pipeline)
    values = pipeline_values(settings, loaded, datetime.now(UTC), until, user)
    return page("pipeline.html", **values, refresh=refresh, here="pipeline")


def tab_of_dag(user: User, dag: str) -> Response:
    """The pipeline that a DAG belongs to; a DAG of somebody else's has none."""
    found = pipeline_of_dag(Settings(), dag)
    return one_pipeline(user, found.spec.pipeline) if found else page("no_pipeline.html", name=dag)


def releases(user: User) -> Response:
    """Every decision about what serves, and what was live when."""
    settings = Settings()
    shown = [release_list(settings, loaded) for loaded in readable(settings, user)]
    return page("releases.html", pipelines=shown, here="releases")


def release(user: User, pipeline: str, number: int) -> Response:
    """One decision and its evidence."""
    require_reader(pipeline, user)
    settings = Settings()
    loaded = pipeline_named(settings, pipeline)
    found = evidence(settings, loaded, number) if loaded else None
    if found is None:
        return page("no_release.html", status=404, numbers=[number])
    return page("release.html", **found, here="release")


def compare(user: User, pipeline: str, first: int, second: int) -> Response:
    """Two releases beside each other."""
    require_reader(pipeline, user)
    settings = Settings()
    loaded = pipeline_named(settings, pipeline)
    found = compared(settings, loaded, first, second) if loaded else None
    if found is None:
        return page("no_release.html", status=404, numbers=[first, second])
    return page("compare.html", **found, here="compare")


def reports(user: User) -> Response:
    """The pipelines that the viewer may read, with the latest reports of each hop and of their models."""
    settings = Settings()
    shown = [report_lists(settings, loaded) for loaded in readable(settings, user)]
    return page("reports.html", pipelines=shown, here="reports")


def validation(user: User, dag: str, run: str, task: str) -> Response:
    """What the gate said of a run's own attempt in the hop of a task: of an hour's run, or of a replay."""
    end = next((end for end in (HOURLY, REPLAY) if dag.endswith(end)), "")
    pipeline, (hop, separator, _) = dag.removesuffix(end), task.partition(".")
    settings = Settings()
    if not end or not separator:
        return page("validation.html", **judgement(settings, None, pipeline, hop, None, ""))
    require_reader(pipeline, user)
    own = staged_attempt(dag, run, hop) or ""
    hour = own.partition("--")[0] or (run_hour(dag, run) if end == HOURLY else None)
    loaded = pipeline_named(settings, pipeline)
    if loaded is None:
        return page("no_pipeline.html", status=404, name=pipeline)
    values = judgement(settings, loaded, pipeline, hop, hour, own)
    return page("validation.html", **values, form=form_for(gate_dag_id(pipeline), user))


def attempt(user: User, pipeline: str, hop: str, hour: str, attempt: str) -> Response:
    """What the gate said of one attempt."""
    require_reader(pipeline, user)
    settings = Settings()
    loaded = pipeline_named(settings, pipeline)
    if loaded is None:
        return page("no_pipeline.html", status=404, name=pipeline)
    values = judgement(settings, loaded, pipeline, hop, hour, attempt)
    if values["verdict"] is None:
        return page("missing.html", status=404, name=attempt, what="report")
    return page("validation.html", **values, form=form_for(gate_dag_id(pipeline), user), here="pipeline")


def history(user: User, pipeline: str, table: str) -> Response:
    """What the gate found in one table, hour by hour."""
    require_reader(pipeline, user)
    settings = Settings()
    loaded = pipeline_named(settings, pipeline)
    if loaded is None or table not in loaded.contracts:
        return page("missing.html", status=404, name=table, what="table")
    return page("history.html", **table_history(settings, loaded, table), here="pipeline")


def all_tables(user: User, q: str = "") -> Response:
    """The tables that the viewer may read, or those of them that hold every word of `q`."""
    settings = Settings()
    wanted = q.strip()[:WORDS_READ]
    found = catalog(settings, readable(settings, user), wanted)
    return page("catalog.html", tables=found, wanted=wanted, here="catalog")


def one_table(user: User, pipeline: str, table: str, hour: str = "") -> Response:
    """One table: contract, origin, readers, and the statistics of the publish of `hour` (`2013-01-29T05`)."""
    loaded = _with_contract(user, pipeline, table)
    if loaded is None:
        return page("missing.html", status=404, name=table, what="table")
    try:
        chosen = datetime.fromisoformat(f"{hour}:00+00:00") if hour else None
    except ValueError:
        return page("missing.html", status=404, name=hour, what="hour")
    return page("table.html", **table_values(Settings(), loaded, table, chosen), here="catalog table")


def contract(user: User, pipeline: str, table: str) -> Response:
    """A table's contract as an Open Data Contract."""
    loaded = _with_contract(user, pipeline, table)
    if loaded is None:
        return page("missing.html", status=404, name=table, what="table")
    name = f"{pipeline}.{table}.odcs.yaml"
    return Response(
        open_data_contract_text(loaded, table),
        media_type="application/yaml",
        headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'},
    )


def published(user: User, pipeline: str, hop: str, attempt: str) -> Response:
    """The versions that a publish gave its tables."""
    require_reader(pipeline, user)
    settings = Settings()
    loaded = pipeline_named(settings, pipeline)
    lines = ledger_of(settings, loaded).entries() if loaded else []
    found = [line for line in lines if line.hop == hop and line.attempt == attempt and line.number]
    last = found[-1] if found else None
    return page("published.html", 200 if last else 404, pipeline=pipeline, name=attempt, entry=last, here="")


def report(user: User, pipeline: str, hop: str, hour: str, name: str) -> Response:
    """One file of an hour's reports."""
    require_reader(pipeline, user)
    settings = Settings()
    loaded = pipeline_named(settings, pipeline)
    if loaded is None:  # nobody knows what is personal
        return page("no_pipeline.html", status=404, name=pipeline)
    return hour_report(settings, loaded, hop, hour, name)


def model_report(user: User, pipeline: str, model: int) -> Response:
    """The report of one model."""
    require_reader(pipeline, user)
    return report_response(model_report_file(Settings().reports, pipeline, model), f"model {model}")


def _with_contract(user: Any, pipeline: str, table: str) -> LoadedPipeline | None:
    require_reader(pipeline, user)
    loaded = pipeline_named(Settings(), pipeline)
    return loaded if loaded is not None and table in loaded.contracts else None
