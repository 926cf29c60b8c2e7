"""Keep what a task did for its lineage event, where somebody wants events."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from headgate.airflow.lineage.facts import TaskFacts

log = logging.getLogger(__name__)


def wanted() -> bool:
    """Whether OpenLineage's provider is here and told where to send events; by default it is not told."""
    try:
        from airflow.providers.openlineage import conf
    except ModuleNotFoundError:
        return False
    return not conf.is_disabled()


def collect(read: str, settings: Settings, pipeline: str, hop: str, attempt: str) -> TaskFacts | None:
    """What `read`, a function of `facts`, finds; None where nobody wants it, or where it fails, which the log
    tells: no task fails for its lineage.

    The provider makes its events in a forked process, in which delta-rs cannot read. So this comes before.
    """
    if not wanted():
        return None
    from headgate.airflow.lineage import facts

    reader: Callable[[Settings, str, str, str], TaskFacts | None] = getattr(facts, read)
    try:
        return reader(settings, pipeline, hop, attempt)
    except Exception:  # whatever it is, the task has done its work
        log.exception("no lineage of this task is sent")
        return None


def event_of(found: TaskFacts | None) -> Any:
    """What the provider asks an operator for; None without facts."""
    if found is None:
        return None
    from headgate.airflow.lineage.events import operator_lineage

    return operator_lineage(found)
