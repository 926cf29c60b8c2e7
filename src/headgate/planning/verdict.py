"""A plan in one sentence."""

from __future__ import annotations

from datetime import datetime

from headgate.planning.change import Effect
from headgate.planning.plan import Plan


def verdict(plan: Plan, first: datetime) -> str:
    """What matters most comes first. `first`: the schedule's start, where hours without a beginning begin."""
    if not plan.published:
        return f"{plan.pipeline} has published nothing yet: everything is new"
    if not plan.changes:
        return f"Nothing changed: {plan.pipeline} is published with this spec"
    parts = [*_tables(plan), *_hours(plan, first), *_features(plan)]
    sentence = ", ".join(parts or [_gently(plan)])
    if plan.models:
        use = "model uses" if len(plan.models) == 1 else "models use"
        sentence += f"; {len(plan.models)} {use} what changes"
    return sentence


def hours_said(count: int) -> str:
    """A number of hours: `1 hour`, `672 hours`."""
    return "1 hour" if count == 1 else f"{count:,} hours"


def _tables(plan: Plan) -> list[str]:
    told = []
    for state in ("refused", "rewritten", "new", "removed"):
        count = sum(table.state == state for table in plan.tables)
        if count:
            told.append(f"{count} {'table is' if count == 1 else 'tables are'} {state}")
    return told


def _hours(plan: Plan, first: datetime) -> list[str]:
    told = []
    if plan.replay.by_next_run:
        told.append("the next run derives all hours again")
    elif plan.replay.hours:
        told.append(f"{hours_said(plan.replay.hours.count(first))} to replay")
    if plan.unknown.hours:
        told.append(f"{hours_said(plan.unknown.hours.count(first))} cannot be compared")
    return told


def _features(plan: Plan) -> list[str]:
    changes = [change for change in plan.model_changes if change.what == "feature"]
    named: dict[str, set[str]] = {"added": set(), "removed": set(), "changed": set()}
    for change in changes:
        way = "added" if change.before is None else "removed" if change.after is None else "changed"
        named[way].add(change.name)
    told = [
        f"{len(names)} {'feature' if len(names) == 1 else 'features'} {way}"
        for way, names in named.items()
        if names
    ]
    recipe = any(change.effect == "recipe" for change in plan.model_changes)
    return told or (["the next learning fits another model"] if recipe else [])


def _gently(plan: Plan) -> str:
    """What is left to say where no row and no feature comes out otherwise."""
    effects: set[Effect] = {change.effect for table in plan.tables for change, _ in table.changes}
    effects |= {change.effect for change in (*plan.pipeline_changes, *plan.model_changes)}
    if "from_now_on" in effects:
        return "no published row changes, hours to come do"
    if "judges" in effects:
        return "no row changes, what comes is judged otherwise"
    if "told" in effects:
        return "no row changes, what is told of them does"
    return "only words change"
