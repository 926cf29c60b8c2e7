"""Run a job in a Spark of its own and read the outcome that it leaves."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headgate.cli.submit_job import job_environment, run_job, submit_command
from headgate.releases.outcome_file import OUTCOME
from headgate.spec.settings import Settings
from headgate.stack.layout import Layout

TAIL = 1500
"""Characters of a failed job's log that are shown."""


@dataclass(frozen=True)
class JobOutcome:
    """What a job left: its `outcome`, None where it ended without one. `said`: how it ended then, with the
    last lines of its log; `log`: all that it wrote."""

    outcome: dict[str, Any] | None
    log: Path
    said: str = ""


def job_outcome(
    settings: Settings, job: str, pipeline: str, arguments: Sequence[str], say: Callable[[str], None]
) -> JobOutcome:
    """Run spark_jobs/`job`.py with the arguments and `--folder`, where it leaves its outcome; `say` hears its
    lines. Raises StackNotRunning, NoJava."""
    log = Layout.of(settings).logs / f"{job}-{pipeline}.log"
    staging = settings.staging / pipeline
    staging.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{job}-", dir=staging) as folder:
        environment = job_environment(settings)
        command = submit_command(settings.jobs / f"{job}.py", [*arguments, "--folder", folder], environment)
        code = run_job(settings, command, environment, log, say)
        return read_outcome(Path(folder, OUTCOME), code, log)


def read_outcome(path: Path, code: int, log: Path) -> JobOutcome:
    """What the job with the exit code `code` left at `path`."""
    if path.is_file():
        return JobOutcome(json.loads(path.read_text(encoding="utf-8")), log)
    return JobOutcome(None, log, how_it_ended(code, log))


def how_it_ended(code: int, log: Path) -> str:
    """The exit code of a job that failed, with the last lines of its log."""
    tail = log.read_text(encoding="utf-8", errors="replace")[-TAIL:].strip()
    return f"the job ended with exit code {code}; the last lines of its log:\n{tail}".rstrip()
