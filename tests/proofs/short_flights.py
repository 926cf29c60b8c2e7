"""The bundled flights in a stack of its own, with days instead of weeks of backlog and a small forest."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import yaml

from headgate.cli.hour_option import hour_text
from headgate.spec.settings import REPOSITORY
from tests.integration.headgate_stack import HeadgateStack

PIPELINE = "flights"
BACKLOG_HOUR = datetime(2013, 1, 6, 23, tzinfo=UTC)
"""Its run takes everything since the full load on the first of January: six days, as one range."""

FEWER = {"trees": 20, "depth": 6}
HELD_OUT = "2d"
"""Of five complete days, those on which the first candidate proves itself."""

START_SECONDS = 1800.0


def short_flights(folder: Path) -> HeadgateStack:
    """A stack, not started yet, whose pipeline is the bundled one but for the sizes of learning."""
    for name in ("pipelines", "expectations"):
        shutil.copytree(REPOSITORY / name / PIPELINE, folder / name / PIPELINE)
    path = folder / "pipelines" / PIPELINE / "pipeline.yaml"
    spec = yaml.safe_load(path.read_text(encoding="utf-8"))
    spec["model"]["parameters"] |= FEWER
    spec["promotion"]["first_holdout"] = HELD_OUT
    path.write_text(yaml.safe_dump(spec), encoding="utf-8")
    return HeadgateStack(folder / "home", folder)


def run_backlog(stack: HeadgateStack) -> None:
    """Start the stack, write the backlog's files and run them as one range."""
    last = hour_text(BACKLOG_HOUR)
    for words in (
        ["up"],
        ["sample", PIPELINE, "--to", last],
        ["run", PIPELINE, "--from", last, "--to", last],
    ):
        answer = stack.headgate(*words, seconds=START_SECONDS)
        assert answer.code == 0, answer.out + answer.err
