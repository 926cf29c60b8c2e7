"""An hour that the schedule has made due and that is not published in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from headgate.airflow.alerts.cause import Cause
from headgate.airflow.names import hour_name, hourly_dag_id
from headgate.airflow.pages.paths import page_address
from headgate.airflow.pages.render import duration, hour
from headgate.hops.ledger import Ledger
from headgate.spec.hour_range import HOUR
from headgate.spec.load import LoadedPipeline

LATE_HOUR = "late_hour"
WATCHED_AFTER_END = timedelta(days=1)
"""How long after its end a schedule is watched: older hours are history, which has no time to be done by."""


def late_hour(
    loaded: LoadedPipeline, ledger: Ledger, late_after: timedelta, since: datetime, now: datetime
) -> list[Cause]:
    """The cause that hours are late, at `now`; none while a gate or a rollback holds them back, which is
    another cause.

    The first hour that is not done is late `late_after` its end, counted again from when a closed gate was
    passed and from `since`, when somebody began to look. It stays one cause until an hour is in time again.
    """
    first = ledger.frontier() or loaded.spec.schedule.start
    if not _is_due(loaded, first, late_after, now) or ledger.closed_gates() or ledger.held():
        return []
    if now <= max(first + HOUR, since, _gate_passed_at(ledger) or since) + late_after:
        return []
    name, done = loaded.spec.pipeline, ledger.last_hour_done()
    last_due = (now - late_after).astimezone(UTC).replace(minute=0, second=0, microsecond=0) - HOUR
    last = min(last_due, loaded.spec.schedule.end - HOUR) if loaded.spec.schedule.end else last_due
    return [
        Cause(
            key=f"{LATE_HOUR}/{_last_in_time(ledger, late_after)}",
            kind=LATE_HOUR,
            title=f"{name}: the hour {hour(first)} is late",
            what=f"It is not published {duration(late_after)} after its end. "
            + (f"The last hour done is {hour(done)}." if done else "No hour is done yet."),
            page=page_address("pipeline", dag=hourly_dag_id(name)),
            next_command="./headgate status, then what it says; where no run is under way: "
            f"./headgate run {name} --from {hour_name(last)} --to {hour_name(last)}, which takes all that "
            "is missing up to there",
        )
    ]


def _is_due(loaded: LoadedPipeline, first: datetime, late_after: timedelta, now: datetime) -> bool:
    end = loaded.spec.schedule.end
    if end is not None and (first >= end or now > end + late_after + WATCHED_AFTER_END):
        return False
    return first + HOUR + late_after < now


def _gate_passed_at(ledger: Ledger) -> datetime | None:
    """When a gate that had been closed was last passed."""
    closed: set[tuple[str, datetime]] = set()
    passed: datetime | None = None
    for entry in ledger.entries():
        place = (entry.hop, entry.hour)
        if entry.state == "closed":
            closed.add(place)
        elif entry.state == "done" and place in closed:
            closed.discard(place)
            passed = entry.recorded_at
    return passed


def _last_in_time(ledger: Ledger, late_after: timedelta) -> str:
    """The last hour that was published in time, by its name."""
    in_time = [
        entry.last_hour
        for entry in ledger.done(ledger.last_hop)
        if entry.recorded_at is not None and entry.recorded_at <= entry.range_end + late_after
    ]
    return hour_name(max(in_time)) if in_time else "none"
