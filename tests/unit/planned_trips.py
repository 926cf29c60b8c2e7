"""The pipeline `trips` as published with one version of its files, and plans of it as lines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from headgate.hops.published_specs import PublishedSpecs
from headgate.planning.change import Change
from headgate.planning.plan import Plan
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.hours import Hours
from headgate.spec.load import load_pipeline
from headgate.spec.spec_document import SpecDocument
from tests.unit.spec_folders import TRIPS_FILES, write_files

START = datetime(2024, 1, 1, tzinfo=UTC)
BACKLOG, HOURS = 24, 30
"""The first run published 24 hours, six more an hour each."""

SPEC = "pipelines/trips/pipeline.yaml"
SILVER, GOLD = "pipelines/trips/silver.py", "pipelines/trips/gold.py"
TRIPS = "expectations/trips/silver.trips.yaml"
CITIES = "expectations/trips/silver.cities.yaml"
BRONZE = "expectations/trips/bronze.trips.yaml"
DELAYS = "expectations/trips/gold.delays.yaml"
EXAMPLES = "expectations/trips/gold.examples.yaml"

ALL = "30 hours 2024-01-01T00..2024-01-02T05"
REPLAY = f"replay from bronze, {ALL}"
REPLAY_GOLD = f"replay from silver, {ALL}"
DERIVED = [
    f"gold.delays rewritten by silver.trips, {ALL}",
    f"gold.examples rewritten by silver.trips gold.delays, {ALL}",
]
"""What follows where every hour of silver.trips comes out otherwise."""


def document(root: Path, files: dict[str, str]) -> SpecDocument:
    return load_pipeline(write_files(root, {**TRIPS_FILES, **files}), "trips").document


def up_to(hours: int) -> datetime:
    return START + hours * HOUR


def all_hops(hours: dict[str, Hours]) -> dict[str, dict[str, Hours]]:
    """Every hop's hours published with the same specs."""
    return {"bronze": hours, "silver": hours, "gold": hours}


def published_with(before: SpecDocument) -> PublishedSpecs:
    everything = {before.digest: Hours((HourRange(None, up_to(HOURS)),))}
    hops = all_hops(everything)
    return PublishedSpecs(up_to(HOURS), hops, {before.digest: before}, before)


def hours_told(hours: Hours) -> str:
    ranges = [f"{one.start or START:%Y-%m-%dT%H}..{one.end - HOUR:%Y-%m-%dT%H}" for one in hours.ranges]
    return f"{hours.count(START)} hours {' '.join(ranges)}"


def change_told(change: Change) -> str:
    return f"{change.what} {change.name}: {change.before} -> {change.after} [{change.effect}] {change.note}"


def told(plan: Plan) -> list[str]:
    """The tables that are not unchanged, their changes, and what to replay, as lines."""
    lines = []
    for table in plan.tables:
        if table.state != "unchanged":
            source = f" by {' '.join(table.derived_from)}" if table.derived_from else ""
            hours = f", {hours_told(table.hours)}" if table.hours else ""
            lines.append(f"{table.table} {table.state}{source}{hours}")
        lines += [f"  {change_told(change)}" for change, _ in table.changes]
    if plan.replay.hours:
        lines.append(f"replay from {plan.replay.layer}, {hours_told(plan.replay.hours)}")
    return lines
