"""Data that have drifted from what the champion learned from, for so long that a challenger is asked for."""

from __future__ import annotations

from itertools import takewhile

from headgate.airflow.alerts.cause import Cause
from headgate.airflow.names import challenge_dag_id
from headgate.airflow.pages.paths import page_address
from headgate.monitoring.drift_log import DriftDay
from headgate.spec.load import LoadedPipeline

DRIFT = "drift"


def drifted(loaded: LoadedPipeline, days: list[DriftDay]) -> list[Cause]:
    """The cause that drift asks for a challenger; none where the last checked day does not.

    It stays one cause, whichever columns drift, until a day asks no more or another champion serves.
    """
    if not days or not days[-1].asks:
        return []
    last, name = days[-1], loaded.spec.pipeline
    asking = list(takewhile(lambda day: day.asks and day.model == last.model, reversed(days)))
    learned_from = f"version {last.version}" if last.version else f"model {last.model}"
    return [
        Cause(
            key=f"{DRIFT}/{last.model}/{asking[-1].day}",
            kind=DRIFT,
            title=f"{name}: the data have drifted from what {learned_from} learned from",
            what=f"{', '.join(last.asks)}: beyond the limit for days, up to {last.day}. "
            "The champion still serves.",
            page=page_address("pipelines", name),
            next_command=f"./headgate drift {name}; then ./headgate challenge {name} MODEL, "
            f"with one that learned since; or in Airflow trigger {challenge_dag_id(name)}",
        )
    ]
