"""A plan as people read it: the verdict first, then tables, model, models and the commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from headgate.cli.plan_document import first_and_last, replay_commands
from headgate.cli.registered_champion import Champion
from headgate.planning.change import Change, Effect
from headgate.planning.models_concerned import ModelConcerned
from headgate.planning.plan import Plan
from headgate.planning.replay import Replay
from headgate.planning.table_plan import TablePlan
from headgate.planning.verdict import hours_said, verdict
from headgate.spec.hours import Hours

MODELS_SHOWN = 10
FEATURES_SHOWN = 5

EFFECTS: dict[Effect, str] = {
    "rewrites": "",
    "refused": "every run stops at it",
    "from_now_on": "from the next hour on",
    "judges": "judges what comes",
    "recipe": "",
    "told": "from now on",
    "words": "only words",
}

STYLES = {"refused": "red", "rewritten": "yellow", "new": "green", "removed": "yellow", "unchanged": "dim"}


def plan_text(plan: Plan, champion: Champion, first: datetime) -> Group:
    """The whole text. `first`: the schedule's first hour, where hours without a beginning begin."""
    parts: list[RenderableType] = [Text(verdict(plan, first), style="bold")]
    if plan.published and plan.changes:
        parts += [*_tables(plan, first), *_pipeline(plan), *_model(plan, champion), *_replays(plan, first)]
    return Group(*parts)


def _tables(plan: Plan, first: datetime) -> Iterator[RenderableType]:
    yield _heading("Tables")
    grid = _grid()
    for table in plan.tables:
        lines = [Text(_state(table, first), style=STYLES.get(table.state, ""))]
        if table.derived_from and table.hours:
            lines.append(Text(f"derived from {', '.join(table.derived_from)}"))
        lines += [Text(_said(change, _part_of(hours, table, first))) for change, hours in table.changes]
        grid.add_row(table.table, Group(*lines))
    yield Padding(grid, (0, 0, 0, 2))


def _state(table: TablePlan, first: datetime) -> str:
    words = {
        "new": "new" if table.hours else "new: filled from the next run on",
        "removed": "removed: it stays as it is, and out of date",
        "refused": "refused",
        "changed": "no published row changes",
        "unknown": "cannot be compared",
    }.get(table.state, table.state)
    if not table.hours:
        return words
    return f"{words}: {hours_said(table.hours.count(first))}, {_ranges(table.hours, first)}"


def _part_of(hours: Hours, table: TablePlan, first: datetime) -> str:
    """The hours that a change concerns, where they are not all that the table has to derive again."""
    return "" if not hours or hours == table.hours else f"in {_ranges(hours, first)}"


def _ranges(hours: Hours, first: datetime) -> str:
    return " and ".join(
        start if start == last else f"{start} to {last}" for start, last in first_and_last(hours, first)
    )


def _said(change: Change, where: str = "") -> str:
    what = " ".join(part for part in (change.what, change.name) if part)
    if change.before is None:
        told = f"{what} added: {change.after}"
    elif change.after is None:
        told = f"{what} removed: {change.before}"
    elif change.before == change.after:
        told = f"{what} changed"
    else:
        told = f"{what}: {change.before} -> {change.after}"
    notes = [note for note in (change.note, EFFECTS[change.effect], where) if note]
    return f"{told} [{'; '.join(notes)}]" if notes else told


def _pipeline(plan: Plan) -> Iterator[RenderableType]:
    if plan.pipeline_changes:
        yield _heading("Pipeline")
        yield _list(_said(change) for change in plan.pipeline_changes)


def _model(plan: Plan, champion: Champion) -> Iterator[RenderableType]:
    if plan.model_changes:
        yield _heading("Model")
        lines = [_said(change) for change in plan.model_changes]
        if any(change.effect == "recipe" for change in plan.model_changes):
            lines.append("The next learning fits a new model; the champion serves until it is promoted.")
        yield _list(lines)
    if plan.models:
        yield _heading("Models that use what changes")
        shown = plan.models[:MODELS_SHOWN]
        shown += tuple(model for model in plan.models[MODELS_SHOWN:] if model.model == champion.model)
        lines = [_model_line(model, champion) for model in shown]
        if len(shown) < len(plan.models):
            lines.append(f"and {len(plan.models) - len(shown)} others")
        if not champion.answered:
            lines.append("Which of them is champion is not known: MLflow does not answer.")
        yield _list(lines)


def _model_line(model: ModelConcerned, champion: Champion) -> str:
    mark = ", champion" if model.model == champion.model else ""
    used = [*(["the label"] if model.label else []), *model.features]
    shown = used[:FEATURES_SHOWN] + ([f"{len(used) - FEATURES_SHOWN} more"] if used[FEATURES_SHOWN:] else [])
    return f"{model.model} ({model.algorithm}, at {model.learned_at[:13]}{mark}): {', '.join(shown)}"


def _replays(plan: Plan, first: datetime) -> Iterator[RenderableType]:
    if any(table.state == "refused" for table in plan.tables):
        yield _heading("Next")
        yield _list(["Mend what is refused before anything is run."])
        return
    if plan.replay.by_next_run:
        yield _heading("Replay")
        yield _list(["None: the last hop has no hour yet, so the next run covers all from the beginning."])
    else:
        yield from _commands("Replay", plan, plan.replay, first)
    yield from _commands("Published with a spec that was not kept", plan, plan.unknown, first)


def _commands(title: str, plan: Plan, replay: Replay, first: datetime) -> Iterator[RenderableType]:
    if not replay.hours:
        return
    hours = f"{hours_said(replay.hours.count(first))}, {_ranges(replay.hours, first)}"
    yield _heading(title)
    yield _list([f"{hours}. To publish them with the present files:"])
    for command in replay_commands(plan.pipeline, replay, first):
        yield Text(f"  {command}", no_wrap=True, overflow="ignore")


def _heading(words: str) -> RenderableType:
    return Padding(Text(words, style="bold"), (1, 0, 0, 0))


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _list(lines: Iterable[str]) -> RenderableType:
    return Padding(Group(*(Text(line, overflow="fold") for line in lines)), (0, 0, 0, 2))
