"""The models of the model log that use what changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from headgate.planning.change import Change
from headgate.planning.table_plan import TablePlan
from headgate.spec.lineage import EXAMPLES, input_tables
from headgate.spec.pipeline import Examples
from headgate.spec.spec_document import SpecDocument

OF_EVERY_ROW = ("table", "transform", "inputs", "lookback", "entity", "as_of")
OF_THE_LABEL = ("label", "label_known_at", "label_transform", "entity", "inputs", "lookback")


@dataclass(frozen=True)
class ModelConcerned:
    """A recorded model that uses what changes: its number, algorithm, and the frontier that it learned at.

    `features` are those of its inputs that change or go; `label` whether what it learned to foretell changes.
    """

    model: int
    algorithm: str
    learned_at: str
    features: tuple[str, ...]
    label: bool


def models_concerned(
    headers: Iterable[Mapping[str, Any]],
    changes: Iterable[Change],
    tables: Iterable[TablePlan],
    before: SpecDocument,
    now: SpecDocument,
) -> list[ModelConcerned]:
    """The models with the given headers that use what `changes` (of the model) or `tables` make otherwise.

    A feature changes where its vocabulary or source does, or where the published rows that it is read from
    come out otherwise. Newest first.
    """
    plans = {plan.table: plan for plan in tables}
    touched = {change.name for change in changes if change.what == "feature" and change.before is not None}
    examples = plans.get(EXAMPLES)
    relabelled = any(change.what in OF_THE_LABEL for change in changes)
    spine = False
    if examples is not None and now.spec.examples is not None:
        rewriting = [change for change, _ in examples.changes if change.effect == "rewrites"]
        from_inputs = not set(input_tables(now.spec, now.spec.examples.inputs)).isdisjoint(
            examples.derived_from
        )
        relabelled |= from_inputs or any(change.what in OF_THE_LABEL for change in rewriting)
        spine = from_inputs or any(change.what in OF_EVERY_ROW for change in rewriting)
        touched |= {change.name for change in rewriting if change.what == "feature source"}
        touched |= _read_from(now.spec.examples, now, set(examples.derived_from))
    joined = {name for source in _sources(before, now) for name in source.columns}
    found = []
    for header in headers:
        features = [str(feature["name"]) for feature in header["features"]]
        used = tuple(name for name in features if name in touched or (spine and name not in joined))
        if used or relabelled:
            found.append(
                ModelConcerned(
                    int(header["model"]), str(header["algorithm"]), str(header["frontier"]), used, relabelled
                )
            )
    return sorted(found, key=lambda model: -model.model)


def _sources(*documents: SpecDocument) -> list[Any]:
    examples = [document.spec.examples for document in documents]
    return [source for one in examples if one is not None for source in one.features]


def _read_from(examples: Examples, document: SpecDocument, rewritten: set[str]) -> set[str]:
    """The features that are read from tables whose rows come out otherwise."""
    return {
        column
        for source in examples.features
        if not rewritten.isdisjoint(input_tables(document.spec, [source.table]))
        for column in source.columns
    }
