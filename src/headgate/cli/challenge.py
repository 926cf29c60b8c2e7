"""`headgate challenge`."""

from __future__ import annotations

from typing import Annotated

import typer

from headgate.airflow.names import challenge_dag_id
from headgate.cli.await_run import await_run
from headgate.cli.running_stack import require_running
from headgate.cli.start_run import start_run
from headgate.releases.release_rows import releases
from headgate.releases.trials import on_trial
from headgate.spec.command import as_typed
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient


def challenge(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    model: Annotated[int, typer.Argument(min=1, help="The number of a model in the model log.")],
    why: Annotated[str, typer.Option("--why", help="The reason, which goes on record.")],
) -> None:
    """Put a model on trial against the champion: both score the same hours, and the days decide.

    A run of the DAG PIPELINE_challenge does it: Airflow says who may, and the release log says who did.
    `./headgate releases trial PIPELINE` shows how far the trial is.
    """
    settings = Settings()
    load_pipeline(settings, pipeline)
    require_running(settings)
    with AirflowClient(settings) as client:
        typer.echo(as_typed(put_on_trial(settings, client, pipeline, model, why)))


def put_on_trial(settings: Settings, client: AirflowClient, pipeline: str, model: int, why: str) -> str:
    """Trigger `<pipeline>_challenge`, wait for it, and say what began. Raises RunFailed."""
    form = {"model": model, "why": why}
    run = start_run(client, pipeline, challenge_dag_id(pipeline), form)
    await_run(client, addresses(settings).airflow, run)
    begun = on_trial(releases(settings, pipeline))
    if begun is None or begun.model != model:
        return f"the trial of model {model} is over already: ./headgate releases list {pipeline}"
    return f"version {begun.version} (model {model}) is on trial, on record as release {begun.release}"
