"""`headgate reproduce`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from headgate.cli.progress import Progress
from headgate.cli.registered_champion import NO_SUCH, TIMEOUT
from headgate.cli.running_stack import require_running
from headgate.cli.submit_job import job_environment, run_job, submit_command
from headgate.releases.registry import MODEL_TAG
from headgate.spec.errors import HeadgateError
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.layout import Layout

VERSION_PATH = "/api/2.0/mlflow/model-versions/get"
OUTCOME = "outcome.json"
TAIL = 1500
"""Characters of a failed job's log that are shown."""


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
    answer = httpx.get(
        f"{addresses(settings).mlflow}{VERSION_PATH}",
        params={"name": pipeline, "version": str(version)},
        timeout=TIMEOUT,
        trust_env=False,
    )
    if answer.status_code not in NO_SUCH:
        answer.raise_for_status()
        tags = answer.json()["model_version"].get("tags", [])
        for tag in tags:
            if tag["key"] == MODEL_TAG:
                return int(tag["value"])
    raise NoSuchVersion(
        f"MLflow has no version {version} of {pipeline} that shows a model of the model log",
        where=f"{addresses(settings).mlflow}/#/models/{pipeline}",
        left="nothing was changed",
        next_command=f"./headgate query 'SELECT version, model FROM {pipeline}_ops.releases'",
    )


def _outcome(settings: Settings, pipeline: str, model: int, progress: Progress) -> dict[str, Any]:
    log = Layout.of(settings).logs / f"reproduce-{pipeline}.log"
    staging = settings.staging / pipeline
    staging.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="reproduce-", dir=staging) as folder:
        environment = job_environment(settings)
        arguments = ["--pipeline", pipeline, "--model", str(model), "--folder", folder]
        command = submit_command(settings.jobs / "reproduce.py", arguments, environment)
        code = run_job(settings, command, environment, log, progress.say)
        return outcome_of(Path(folder, OUTCOME), code, log)


def outcome_of(path: Path, code: int, log: Path) -> dict[str, Any]:
    """What the job left at `path`. Raises NotReproduced."""
    if not path.is_file():
        tail = log.read_text(encoding="utf-8", errors="replace")[-TAIL:].strip()
        raise NotReproduced(
            f"the job ended with exit code {code}; the last lines of its log:\n{tail}".rstrip(),
            where=str(log),
            left="nothing was changed",
            next_command="./headgate doctor, then the same again",
        )
    outcome: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "refused" in outcome:
        raise NotReproduced(*outcome["refused"])
    return outcome


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
