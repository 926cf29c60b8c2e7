"""The plan: what becomes of a pipeline's tables and models under the present spec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from headgate.hops.published_specs import PublishedSpecs
from headgate.planning.change import Change
from headgate.planning.model_changes import model_changes, pipeline_changes
from headgate.planning.models_concerned import ModelConcerned, models_concerned
from headgate.planning.replay import NO_REPLAY, Replay, replay_of
from headgate.planning.table_plan import TablePlan, table_plans, unknown_hours
from headgate.spec.spec_document import SpecDocument


@dataclass(frozen=True)
class Plan:
    """Everything that a change of the spec does.

    `published`: whether any hour is. `unknown`: the hours that were published with a spec that was not kept,
    and the commands that would publish them with the present one.
    """

    pipeline: str
    published: bool
    tables: tuple[TablePlan, ...] = ()
    pipeline_changes: tuple[Change, ...] = ()
    model_changes: tuple[Change, ...] = ()
    models: tuple[ModelConcerned, ...] = ()
    replay: Replay = NO_REPLAY
    unknown: Replay = NO_REPLAY

    @property
    def changes(self) -> bool:
        """Whether anything differs from what is published."""
        differs = any(table.state != "unchanged" for table in self.tables)
        return differs or bool(self.pipeline_changes or self.model_changes or self.unknown.hours)


def make_plan(now: SpecDocument, published: PublishedSpecs, headers: Iterable[Mapping[str, Any]]) -> Plan:
    """Compare the present spec with what is published; `headers` are those of the recorded models."""
    name = now.spec.pipeline
    if published.frontier is None:
        return Plan(name, published=False)
    tables = tuple(table_plans(published, now))
    replay = replay_of(tables, published, now)
    unknown = Replay(unknown_hours(published))
    before = published.newest
    if before is None:
        return Plan(name, True, tables, replay=replay, unknown=unknown)
    changes = tuple(model_changes(before.spec, now.spec))
    return Plan(
        name,
        True,
        tables,
        tuple(pipeline_changes(before.spec, now.spec)),
        changes,
        tuple(models_concerned(headers, changes, tables, before, now)),
        replay,
        unknown,
    )
