"""What all tasks and DAGs of a pipeline share."""

from __future__ import annotations

from typing import Any

from headgate.airflow.timing import RETRIES, RETRY_DELAY
from headgate.spec.pipeline import Pipeline


def task_defaults(pipeline: Pipeline) -> dict[str, Any]:
    """Owner, retries (for trouble; refusals fail at once), and that what was begun comes first."""
    return {
        "owner": pipeline.owner,
        "weight_rule": "upstream",
        "retries": RETRIES,
        "retry_delay": RETRY_DELAY,
    }


def tags(pipeline: Pipeline) -> list[str]:
    """The tags under which the UI finds the pipeline's DAGs."""
    return ["headgate", pipeline.pipeline]
