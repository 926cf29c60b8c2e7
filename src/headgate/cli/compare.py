"""`headgate compare`."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console

from headgate.cli.comparison_text import comparison_table, next_lines
from headgate.cli.exit_codes import INTERRUPTED
from headgate.cli.job_outcome import JobOutcome, job_outcome
from headgate.cli.progress import Progress
from headgate.cli.running_stack import require_running
from headgate.cli.whole_table import print_whole
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses


class NotCompared(HeadgateError):
    """The job ended without a comparison: it refused to compare, or it failed."""


def compare(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Compare the model's recipe with the candidates of its spec, and show every trial in MLflow.

    Fits each of them on folds in order of time over the published examples, in a Spark of its own, and prints
    what they are worth on days that they never saw. Nothing is promoted or changed. The same examples and
    candidates are compared once: after that, what was found is printed. Ctrl-C ends it.
    """
    settings = Settings()
    loaded = load_pipeline(settings, pipeline)
    require_running(settings)
    progress = Progress(Console(file=sys.stderr if as_json else sys.stdout))
    try:
        outcome = _outcome(settings, loaded, progress)
    except KeyboardInterrupt as stop:
        progress.say(f"Ended; nothing of it is left. Next: ./headgate compare {pipeline}")
        raise typer.Exit(INTERRUPTED) from stop
    shown = f"{addresses(settings).mlflow}/#/experiments/{outcome['experiment']}/runs/{outcome['run']}"
    if as_json:
        typer.echo(json.dumps({**outcome, "url": shown}))
        return
    print_whole(comparison_table(outcome["comparison"]))
    for line in next_lines(outcome["comparison"], outcome["known"]):
        progress.say(line)
    progress.say(f"MLflow  {shown}")


def _outcome(settings: Settings, loaded: LoadedPipeline, progress: Progress) -> dict[str, Any]:
    from headgate.releases.comparison import plan_comparison

    pipeline, plan = loaded.spec.pipeline, plan_comparison(settings, loaded)
    count = f"{len(plan.trials)} {'trial' if len(plan.trials) == 1 else 'trials'}"
    table = f"{pipeline}_gold.examples up to {plan.frontier:%Y-%m-%d %H:%M}"
    progress.say(f"Comparing {count} on {plan.model.folds} folds of {table}")
    found = job_outcome(settings, "compare", pipeline, ["--pipeline", pipeline], progress.say)
    return outcome_of(found, pipeline)


def outcome_of(found: JobOutcome, pipeline: str) -> dict[str, Any]:
    """What came out. Raises NotCompared."""
    if found.outcome is None:
        raise NotCompared(
            found.said,
            str(found.log),
            "nothing was promoted or changed; what MLflow has of this comparison is completed by the next",
            f"./headgate doctor, then ./headgate compare {pipeline}",
        )
    if "refused" in found.outcome:
        raise NotCompared(*found.outcome["refused"])
    return found.outcome
