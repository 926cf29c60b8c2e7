"""Go back to a release through Airflow, in the user's name, and say how to go forward again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headgate.airflow.names import rollback_dag_id
from headgate.cli.await_run import await_run
from headgate.cli.progress import Progress
from headgate.cli.start_run import start_run
from headgate.hops.ledger import Ledger
from headgate.hops.run_range import way_forward
from headgate.releases.release_rows import releases
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses, tracking_variables
from headgate.stack.airflow_client import AirflowClient

if TYPE_CHECKING:
    from headgate.releases.rollback import WayBack


class NoReason(HeadgateError):
    """A rollback without a reason."""


def plan_lines(settings: Settings, loaded: LoadedPipeline, to: int, *, tables: bool) -> list[str]:
    """What going back would do, in lines. Raises what `way_back` raises."""
    return _way_back(settings, loaded, to, tables=tables).lines()


def go_back(
    settings: Settings,
    client: AirflowClient,
    loaded: LoadedPipeline,
    to: int,
    why: str,
    progress: Progress,
    *,
    tables: bool,
) -> None:
    """Trigger `<pipeline>_rollback`, wait for it and print what comes next. Raises NoReason, RunFailed."""
    name = loaded.spec.pipeline
    again = f"./headgate rollback {name} --to {to}{' --tables' if tables else ''}"
    if not why.strip():
        raise NoReason(
            "A rollback says why.", left="Nothing was changed.", next_command=f'{again} --why "..."'
        )
    form = {"release": to, "tables": tables, "why": why}
    run = start_run(client, name, rollback_dag_id(name), form)
    await_run(client, addresses(settings).airflow, run)
    row = releases(settings, name)[-1]
    progress.say(f"release {row.release}: version {row.version} serves, on record by {row.decided_by}")
    held = Ledger(settings, name, loaded.spec.hops[-1]).rolled_back()
    if held is not None:
        forward = way_forward(name, held, loaded.spec.schedule.start)
        progress.say(f"hours wait; to go forward again, mend what was wrong, then:\n  ./headgate {forward}")


def _way_back(settings: Settings, loaded: LoadedPipeline, to: int, *, tables: bool) -> WayBack:
    from headgate.releases.registry import open_client
    from headgate.releases.rollback import require_change, way_back

    with _tracking(settings):
        found = way_back(settings, loaded, open_client(), to, tables=tables)
    require_change(loaded.spec.pipeline, found)
    return found


@contextmanager
def _tracking(settings: Settings) -> Iterator[None]:
    """Let MLflow's client find the stack's server while the block runs."""
    before = dict(os.environ)
    os.environ.update(tracking_variables(settings))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
