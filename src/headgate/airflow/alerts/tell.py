"""Tell everybody whom a spec names of what there is to tell, each cause once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from headgate.airflow.alerts.alert_log import AlertLog
from headgate.airflow.alerts.cause import Cause
from headgate.airflow.alerts.causes import causes
from headgate.airflow.alerts.deliver import deliver
from headgate.airflow.alerts.message import Message, message_of
from headgate.spec.errors import HeadgateError
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

log = logging.getLogger(__name__)


class NotTold(HeadgateError):
    """A message did not arrive."""


def tell(
    settings: Settings,
    pipeline: str,
    now: datetime,
    test: str = "",
    send: Callable[[str, Message], None] = deliver,
) -> int:
    """Tell what a pipeline's records say at `now` and nobody was told yet; returns the messages sent.

    With `test`, the name of a trial, a message that says so is sent besides. Raises NotTold when all was
    tried, where any message did not arrive; it is tried again the next time.
    """
    loaded = load_pipeline(settings, pipeline)
    alerts, record = loaded.spec.alerts, AlertLog(settings, pipeline)
    if alerts is None:
        return 0
    found = causes(settings, loaded, alerts, record.since(now), now)
    if test:
        found.append(_trial(pipeline, test))
    sent, failed = 0, []
    for cause in found:
        for target in alerts.to:
            about = (cause.key, cause.kind, cause.title, target)
            if not record.claim(*about, now):
                continue
            try:
                send(target, message_of(cause, loaded.spec.owner))
            except Exception as error:  # noqa: BLE001  # servers and their clients fail in any way; all is told
                said = error.what if isinstance(error, HeadgateError) else f"{type(error).__name__}: {error}"
                record.note(*about, now, error=said)
                failed.append((target, cause.title, str(error) or type(error).__name__))
            else:
                record.note(*about, now)
                sent += 1
                log.info("told %s: %s", target, cause.title)
    if failed:
        raise not_told(pipeline, failed)
    return sent


def not_told(pipeline: str, failed: list[tuple[str, str, str]]) -> NotTold:
    """What did not arrive: (connection, title, error) of each message."""
    listing = "\n".join(f"  {target}: {title}\n    {error}" for target, title, error in failed)
    return NotTold(
        f"{len(failed)} {'message' if len(failed) == 1 else 'messages'} about {pipeline} did not arrive:\n"
        f"{listing}",
        left="Everything else: alerts change nothing but their own record.",
        next_command=f"Mend the connection; the DAG {pipeline}_alerts tries again, or trigger it.",
    )


def _trial(pipeline: str, name: str) -> Cause:
    from headgate.airflow.pages.paths import page_address

    return Cause(
        key=f"test/{name}",
        kind="test",
        title=f"{pipeline}: a test message",
        what="Somebody asked for it in Airflow. Nothing is wrong.",
        page=page_address("pipelines", pipeline),
        next_command="./headgate status",
    )
