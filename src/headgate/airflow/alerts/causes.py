"""All that there is to tell of a pipeline now, from its records alone."""

from __future__ import annotations

from datetime import datetime

from headgate.airflow.alerts.cause import Cause
from headgate.airflow.alerts.closed_gates import closed_gates
from headgate.airflow.alerts.drifted import drifted
from headgate.airflow.alerts.late_hour import late_hour
from headgate.airflow.alerts.refused_promotion import refused_promotion
from headgate.airflow.alerts.waiting_promotion import waiting_promotion
from headgate.hops.ledger import Ledger
from headgate.monitoring.drift_log import drift_days
from headgate.releases.release_rows import releases
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Alerts
from headgate.spec.settings import Settings


def causes(
    settings: Settings, loaded: LoadedPipeline, alerts: Alerts, since: datetime, now: datetime
) -> list[Cause]:
    """What the spec's `alerts` ask for and holds at `now`; somebody looks since `since`."""
    ledger = Ledger(settings, loaded.spec.pipeline, loaded.spec.hops[-1])
    history = releases(settings, loaded.spec.pipeline)
    found = [
        *closed_gates(settings, loaded, ledger),
        *refused_promotion(loaded, history, since, now),
        *waiting_promotion(loaded, history),
        *drifted(loaded, drift_days(settings, loaded.spec.pipeline)),
    ]
    if alerts.late_after is not None:
        found += late_hour(loaded, ledger, alerts.late_after, since, now)
    return [cause for cause in found if cause.kind in alerts.on]
