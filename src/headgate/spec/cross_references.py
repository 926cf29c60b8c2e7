"""Names inside one pipeline.yaml that must resolve to one another."""

from __future__ import annotations

from collections.abc import Iterator

from headgate.spec.parameter_problems import parameter_problems
from headgate.spec.pipeline import Pipeline
from headgate.spec.predictions import OUTCOMES, OWN, PREDICTIONS
from headgate.spec.problem import Problem, unresolved

DERIVED_VIEWS = ("_changes", "_quarantine", "_history")


def cross_reference_problems(pipeline: Pipeline) -> list[Problem]:
    """Every name that does not resolve and every section that lacks the one it needs."""
    return [
        *_schedule(pipeline),
        *_silver(pipeline),
        *_gold(pipeline),
        *_examples(pipeline),
        *_learning(pipeline),
    ]


def _schedule(pipeline: Pipeline) -> Iterator[Problem]:
    schedule = pipeline.schedule
    for name, moment in (("start", schedule.start), ("end", schedule.end)):
        if moment is not None and (moment.minute, moment.second, moment.microsecond) != (0, 0, 0):
            yield Problem(
                ("schedule", name), f"{moment.isoformat()} is not on the hour", "a full hour in UTC"
            )
    if schedule.end is not None and schedule.end <= schedule.start:
        yield Problem(
            ("schedule", "end"),
            f"the schedule ends at {schedule.end.isoformat()}, not after its start",
            f"a time after {schedule.start.isoformat()}",
        )


def _silver(pipeline: Pipeline) -> Iterator[Problem]:
    for name, table in pipeline.silver.items():
        if table.feed not in pipeline.feeds:
            yield unresolved(("silver", name, "feed"), "feed", table.feed, pipeline.feeds)
        for ending in DERIVED_VIEWS:
            if name.removesuffix(ending) != name and name.removesuffix(ending) in pipeline.silver:
                yield Problem(
                    ("silver", name), f"{name!r} is also the name of a view of {name.removesuffix(ending)!r}"
                )
    for name in pipeline.feeds:
        if all(table.feed != name for table in pipeline.silver.values()):
            yield Problem(
                ("feeds", name),
                f"no silver table reads feed {name!r}",
                f"a table in silver with feed: {name}",
            )


def _gold(pipeline: Pipeline) -> Iterator[Problem]:
    earlier: list[str] = []
    for name, table in pipeline.gold.items():
        yield from _inputs(pipeline, ("gold", name), table.inputs, earlier)
        if table.as_of not in table.grain:
            key = "as_of" if "as_of" in table.model_fields_set else "grain"
            yield unresolved(("gold", name, key), "column of the grain", table.as_of, table.grain)
        if name == "examples":
            yield Problem(
                ("gold", name), "gold.examples is the table of the examples section", "another name"
            )
        if pipeline.scored and f"gold.{name}" in (PREDICTIONS, OUTCOMES):
            yield Problem(
                ("gold", name), f"gold.{name} holds what the model said of the examples", "another name"
            )
        if name in pipeline.silver:
            yield Problem(
                ("gold", name),
                f"{name!r} is also a silver table, so inputs could mean either",
                "another name",
            )
        earlier.append(name)


def _inputs(
    pipeline: Pipeline, path: tuple[str, ...], inputs: list[str], gold: list[str]
) -> Iterator[Problem]:
    valid = [*pipeline.silver, *gold]
    for index, table in enumerate(inputs):
        if table not in valid:
            yield unresolved((*path, "inputs", index), "silver or earlier gold table", table, valid)


def _examples(pipeline: Pipeline) -> Iterator[Problem]:
    examples = pipeline.examples
    if examples is None:
        return
    yield from _inputs(pipeline, ("examples",), examples.inputs, list(pipeline.gold))
    tables = [*pipeline.silver, *pipeline.gold]
    seen = {*examples.entity, examples.as_of, examples.label, examples.label_known_at}
    for index, source in enumerate(examples.features):
        path = ("examples", "features", index)
        if source.table not in tables:
            yield unresolved((*path, "table"), "silver or gold table", source.table, tables)
        for position, column in enumerate(source.columns):
            if column in seen:
                yield Problem(
                    (*path, "columns", position), f"column {column!r} is already one of the examples"
                )
            seen.add(column)


def _learning(pipeline: Pipeline) -> Iterator[Problem]:
    if pipeline.model is not None:
        yield from parameter_problems(pipeline.model)
    if pipeline.scored and pipeline.examples is not None:
        for column in sorted(set(pipeline.examples.grain) & set(OWN)):
            yield Problem(
                ("examples",), f"{column!r}, of the key, is also a column of the predictions", "another name"
            )
    if pipeline.model is not None and pipeline.model.drift.days > pipeline.model.drift.of:
        drift = pipeline.model.drift
        yield Problem(
            ("model", "drift"), f"{drift.days} of {drift.of} days can never drift", "no more days than of"
        )
    if pipeline.model is not None and pipeline.examples is None:
        yield Problem(("model",), "model learns from examples, but there are none", "a section examples")
    if pipeline.promotion is not None:
        if pipeline.model is None:
            yield Problem(
                ("promotion",), "promotion decides on a model, but there is none", "a section model"
            )
        if pipeline.promotion.embargo_to >= pipeline.promotion.embargo_from:
            yield Problem(
                ("promotion", "embargo_to"),
                "the embargo window (F - embargo_from, F - embargo_to] is empty",
                "embargo_to shorter than embargo_from",
            )
