"""`headgate reproduce`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Console

from headgate.cli.ask_registry import ask_registry, shown_model
from headgate.cli.job_outcome import JobOutcome, job_outcome
from headgate.cli.progress import Progress
from headgate.cli.running_stack import require_running
from headgate.spec.errors import HeadgateError
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses


class NoSuchVersion(HeadgateError):
    """MLflow has no such version, or it shows no model of the model log."""


class NotReproduced(HeadgateError):
    """The model could not be fitted again."""


def reproduce(
    version: Annotated[int, typer.Argument(min=1, help="A registered version, as MLflow numbers it.")],
    pipeline: Annotated[str, typer.Option(help="A folder of pipelines/.")] = "flights",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Fit a version again from the data that it pins, and compare both.

    Takes recipe, rows and seeds from the model log, whatever the spec says now, and learns from all rows in a
    Spark of its own. Forests must come out with identical trees, other models within a tolerance. Exits with
    0 when they do, else with 1. Nothing is changed.
    """
    settings = Settings()
    load_pipeline(settings, pipeline)
    require_running(settings)
    progress = Progress(Console(file=sys.stderr if as_json else sys.stdout))
    model = model_of(settings, pipeline, version)
    progress.say(f"Fitting model {model} of {pipeline} again, which is version {version}")
    found = _outcome(settings, pipeline, model, progress)
    if as_json:
        typer.echo(json.dumps({"version": version, **found}))
    else:
        for line in result_lines(found):
            progress.say(line)
    if not found["same"]:
        raise typer.Exit(1)


def model_of(settings: Settings, pipeline: str, version: int) -> int:
    """The number in the model log of a registered version. Raises NoSuchVersion, StackNotRunning."""
    found = ask_registry(settings, "model-versions/get", {"name": pipeline, "version": str(version)})
    model = shown_model(found) if found else None
    if model is not None:
        return model
    raise NoSuchVersion(
        f"MLflow has no version {version} of {pipeline} that shows a model of the model log",
        where=f"{addresses(settings).mlflow}/#/models/{pipeline}",
        left="nothing was changed",
        next_command=f"./headgate query 'SELECT version, model FROM {pipeline}_ops.releases'",
    )


def _outcome(settings: Settings, pipeline: str, model: int, progress: Progress) -> dict[str, Any]:
    arguments = ["--pipeline", pipeline, "--model", str(model)]
    return outcome_of(job_outcome(settings, "reproduce", pipeline, arguments, progress.say))


def outcome_of(found: JobOutcome) -> dict[str, Any]:
    """What came out. Raises NotReproduced."""
    if found.outcome is None:
        raise NotReproduced(
            found.said,
            where=str(found.log),
            left="nothing was changed",
            next_command="./headgate doctor, then the same again",
        )
    if "refused" in found.outcome:
        raise NotReproduced(*found.outcome["refused"])
    return found.outcome


def result_lines(found: dict[str, Any]) -> Iterator[str]:
    """What came out, in words; the last line is the result."""
    yield f"{found['rows']:,} rows to learn from, {found['recorded_rows']:,} on record"
    if found["trees"]:
        yield f"{found['same_trees']:,} of {found['trees']:,} trees identical, node for node"
    bound = f"; at most {found['tolerance']:.0e} is allowed" if found["tolerance"] else ""
    yield f"Probabilities differ by at most {found['gap']:.3g}{bound}"
    before, now = found["spark"]
    if before != now:
        yield f"The record was fitted by Spark {before}, this by Spark {now}"
    yield "Reproduced" if found["same"] else "Not reproduced"
