"""A plan as one JSON object."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from headgate.cli.hour_option import hour_text
from headgate.cli.registered_champion import Champion
from headgate.planning.plan import Plan
from headgate.planning.replay import Replay
from headgate.planning.table_plan import TablePlan
from headgate.planning.verdict import verdict
from headgate.spec.command import as_typed
from headgate.spec.hour_range import HOUR
from headgate.spec.hours import Hours


def plan_document(plan: Plan, champion: Champion, first: datetime) -> dict[str, Any]:
    """The plan as plain values; hours are named by their starts. `first`: the schedule's first hour."""
    return {
        "pipeline": plan.pipeline,
        "verdict": verdict(plan, first),
        "published": plan.published,
        "changes": plan.changes,
        "tables": [_table(table, first) for table in plan.tables],
        "replay": {**_replay(plan.pipeline, plan.replay, first), "by_next_run": plan.replay.by_next_run},
        "not_comparable": _replay(plan.pipeline, plan.unknown, first),
        "pipeline_changes": [asdict(change) for change in plan.pipeline_changes],
        "model_changes": [asdict(change) for change in plan.model_changes],
        "models": [
            {**asdict(model), "champion": model.model == champion.model if champion.answered else None}
            for model in plan.models
        ],
    }


def replay_commands(pipeline: str, replay: Replay, first: datetime) -> list[str]:
    """The commands that do a replay. `first`: the schedule's first hour, which takes all before it along."""
    layer = "" if replay.layer == "bronze" else f" --layer {replay.layer}"
    return [
        as_typed(f"./headgate replay {pipeline} --from {start} --to {last}{layer}")
        for start, last in first_and_last(replay.hours, first)
        if not replay.by_next_run
    ]


def first_and_last(hours: Hours, first: datetime) -> list[tuple[str, str]]:
    """The first and the last hour of each range, by their starts."""
    return [
        (hour_text(one.start or min(first, one.end - HOUR)), hour_text(one.end - HOUR))
        for one in hours.ranges
    ]


def _table(table: TablePlan, first: datetime) -> dict[str, Any]:
    return {
        "table": table.table,
        "state": table.state,
        "derived_from": list(table.derived_from),
        "changes": [{**asdict(change), **_hours(hours, first)} for change, hours in table.changes],
        **_hours(table.hours, first),
    }


def _hours(hours: Hours, first: datetime) -> dict[str, Any]:
    ranges = [{"first": start, "last": last} for start, last in first_and_last(hours, first)]
    return {"hours": hours.count(first), "ranges": ranges}


def _replay(pipeline: str, replay: Replay, first: datetime) -> dict[str, Any]:
    return {**_hours(replay.hours, first), "commands": replay_commands(pipeline, replay, first)}
