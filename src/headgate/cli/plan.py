"""`headgate plan`: what a change of spec, contract or transform will do, before anything runs."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from headgate.cli.plan_document import plan_document
from headgate.cli.plan_text import plan_text
from headgate.cli.registered_champion import Champion, registered_champion
from headgate.cli.spec_mistakes import refuse
from headgate.hops.published_specs import published_specs
from headgate.planning.plan import make_plan
from headgate.releases.model_headers import headers
from headgate.spec.errors import SpecErrors
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings


def plan(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Compare the files with what is published: tables rewritten, hours to replay, features, models.

    Reads files, ledger and model log: nothing needs to run, nothing is changed. Hours are named by their
    start, in UTC. Exits with 1 when the spec is broken.
    """
    settings = Settings()
    try:
        loaded = load_pipeline(settings, pipeline)
    except SpecErrors as broken:
        refuse(broken.errors, pipeline)
    recorded = headers(settings, pipeline)
    made = make_plan(loaded.document, published_specs(settings, loaded), recorded)
    champion = registered_champion(settings, pipeline) if recorded else Champion(answered=True)
    first = loaded.spec.schedule.start
    if as_json:
        typer.echo(json.dumps(plan_document(made, champion, first)))
    else:
        Console(highlight=False).print(plan_text(made, champion, first), crop=False)  # commands stay whole
