"""Names that must resolve between a pipeline and the contracts of its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from headgate.spec.contract import Contract
from headgate.spec.pipeline import Examples, Model, Pipeline
from headgate.spec.problem import Path, Problem, unresolved

PIPELINE = "pipeline"
Located = tuple[str, Problem]


def contract_reference_problems(pipeline: Pipeline, contracts: Mapping[str, Contract]) -> list[Located]:
    """Every mistake between pipeline.yaml and the contracts, with the table in whose contract it stands.

    The table `pipeline` stands for pipeline.yaml itself. Tables without a (sound) contract and names that do
    not resolve within pipeline.yaml are passed over: they are told elsewhere.
    """
    return [
        *_feeds(pipeline, contracts),
        *_silver(pipeline, contracts),
        *_gold(pipeline, contracts),
        *_examples(pipeline, contracts),
        *_model(pipeline, contracts),
    ]


def _feeds(pipeline: Pipeline, contracts: Mapping[str, Contract]) -> Iterator[Located]:
    for name, feed in pipeline.feeds.items():
        contract = contracts.get(f"bronze.{name}")
        if contract is None:
            continue
        for index, column in enumerate(feed.key):
            if column not in contract.columns:
                yield PIPELINE, unresolved(("feeds", name, "key", index), "column", column, contract.columns)
        if feed.sequence is not None and feed.sequence not in contract.columns:
            path = ("feeds", name, "sequence")
            yield PIPELINE, unresolved(path, "column", feed.sequence, contract.columns)
        yield from _same_key(f"bronze.{name}", contract, feed.key, f"feed {name}")


def _same_key(table: str, contract: Contract, key: list[str], owner: str) -> Iterator[Located]:
    if set(contract.key) != set(key):
        message = f"the key is {_listed(contract.key)}, that of {owner} is {_listed(key)}"
        yield table, Problem(("key",), message, _listed(key))


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"


def _silver(pipeline: Pipeline, contracts: Mapping[str, Contract]) -> Iterator[Located]:
    for name, table in pipeline.silver.items():
        contract = contracts.get(f"silver.{name}")
        feed, archive = pipeline.feeds.get(table.feed), contracts.get(f"bronze.{table.feed}")
        if contract is None:
            continue
        if table.transform is None and feed is not None and archive is not None:
            absent = [index for index, column in enumerate(feed.key) if column not in contract.columns]
            for index in absent:
                path = ("feeds", table.feed, "key", index)
                yield (
                    PIPELINE,
                    unresolved(path, f"column of silver.{name}", feed.key[index], contract.columns),
                )
            if not absent:
                yield from _same_key(f"silver.{name}", contract, feed.key, f"feed {table.feed}")
            for column in contract.columns:
                if column not in archive.columns:
                    problem = unresolved(("columns", column), "column of the feed", column, archive.columns)
                    yield f"silver.{name}", problem
        yield from _references(f"silver.{name}", contract, pipeline, contracts)


def _references(
    table: str, contract: Contract, pipeline: Pipeline, contracts: Mapping[str, Contract]
) -> Iterator[Located]:
    for name, column in contract.columns.items():
        if column.references is None:
            continue
        path: Path = ("columns", name, "references")
        target, _, other = column.references.rpartition(".")
        if target not in pipeline.silver:
            valid = [
                f"{silver}.{key}"
                for silver in pipeline.silver
                if (known := contracts.get(f"silver.{silver}")) is not None
                for key in known.columns
            ]
            yield table, unresolved(path, "column of a silver table", column.references, valid)
        elif (goal := contracts.get(f"silver.{target}")) is not None:
            if other not in goal.columns:
                valid = [f"{target}.{key}" for key in goal.columns]
                yield table, unresolved(path, "column", column.references, valid)
            elif goal.columns[other].type != column.type:
                message = f"{name} is {column.type}, {column.references} is {goal.columns[other].type}"
                yield table, Problem(path, message, "columns of one type")


def _gold(pipeline: Pipeline, contracts: Mapping[str, Contract]) -> Iterator[Located]:
    for name, table in pipeline.gold.items():
        contract = contracts.get(f"gold.{name}")
        if contract is not None:
            yield from _same_key(f"gold.{name}", contract, table.grain, "its grain in pipeline.yaml")
            yield from _typed(f"gold.{name}", contract, table.as_of, ("timestamp",), ("gold", name, "as_of"))


def _typed(
    table: str, contract: Contract, column: str, types: tuple[str, ...], path: Path
) -> Iterator[Located]:
    if column not in contract.columns:
        yield PIPELINE, unresolved(path, f"column of {table}", column, contract.columns)
    elif contract.columns[column].type not in types:
        message = f"{column} is {contract.columns[column].type}"
        yield table, Problem(("columns", column, "type"), message, " or ".join(types))


def _examples(pipeline: Pipeline, contracts: Mapping[str, Contract]) -> Iterator[Located]:
    examples, contract = pipeline.examples, contracts.get("gold.examples")
    if examples is None:
        return
    if contract is not None:
        table = "gold.examples"
        yield from _same_key(table, contract, examples.grain, "entity and as_of in pipeline.yaml")
        yield from _typed(table, contract, examples.as_of, ("timestamp",), ("examples", "as_of"))
        yield from _typed(table, contract, examples.label, ("int",), ("examples", "label"))
        known_at = ("examples", "label_known_at")
        yield from _typed(table, contract, examples.label_known_at, ("timestamp",), known_at)
        for column in (examples.label, examples.label_known_at):
            if column in contract.columns and contract.columns[column].required:
                message = f"{column} is empty until the label is known, so it cannot be required"
                yield table, Problem(("columns", column, "required"), message, "no required here")
    yield from _features(examples, pipeline, contracts, contract)


def _features(
    examples: Examples, pipeline: Pipeline, contracts: Mapping[str, Contract], joined: Contract | None
) -> Iterator[Located]:
    for index, source in enumerate(examples.features):
        layer = "silver" if source.table in pipeline.silver else "gold"
        contract = contracts.get(f"{layer}.{source.table}")
        if contract is None:
            continue
        if source.event_time is not None:
            path: Path = ("examples", "features", index, "event_time")
            yield from _typed(f"{layer}.{source.table}", contract, source.event_time, ("timestamp",), path)
        for key, names in (("on", source.on), ("columns", source.columns)):
            for position, name in enumerate(names):
                path = ("examples", "features", index, key, position)
                if name not in contract.columns:
                    kind = f"column of {layer}.{source.table}"
                    yield PIPELINE, unresolved(path, kind, name, contract.columns)
                elif key == "columns" and joined is not None:
                    yield from _carried(name, contract, joined, path, f"{layer}.{source.table}")


def _carried(name: str, source: Contract, joined: Contract, path: Path, table: str) -> Iterator[Located]:
    if name not in joined.columns:
        yield PIPELINE, unresolved(path, "column of gold.examples", name, joined.columns)
    elif joined.columns[name].type != source.columns[name].type:
        message = f"{name} is {joined.columns[name].type}, in {table} it is {source.columns[name].type}"
        yield "gold.examples", Problem(("columns", name, "type"), message, source.columns[name].type)


def _model(pipeline: Pipeline, contracts: Mapping[str, Contract]) -> Iterator[Located]:
    model, examples, contract = pipeline.model, pipeline.examples, contracts.get("gold.examples")
    if model is None or examples is None or contract is None:
        return
    withheld = (examples.label, examples.label_known_at)
    usable = [column for column in contract.columns if column not in withheld]
    for name, feature in model.features.items():
        path: Path = ("model", "features", name)
        if name not in usable:
            yield PIPELINE, unresolved(path, "column of gold.examples", name, usable)
            continue
        kind = contract.columns[name].type
        if kind in ("date", "timestamp"):
            yield (
                PIPELINE,
                Problem(path, f"{name} is {kind}, which is no model input", "a number or a nominal"),
            )
        elif feature.nominal is None and kind == "string":
            yield (
                PIPELINE,
                Problem(path, f"{name} is text, and its vocabulary is not given", "nominal: [every value]"),
            )
        elif feature.nominal is not None and kind == "double":
            yield (
                PIPELINE,
                Problem((*path, "nominal"), f"{name} is double, so it has no vocabulary", "no nominal"),
            )
    yield from _vocabularies(model)
    for index, group in enumerate(model.baselines):
        for position, name in enumerate(group):
            if name not in usable:
                path = ("model", "baselines", index, position)
                yield PIPELINE, unresolved(path, "column of gold.examples", name, usable)
    for problem in _slices(model, contract, usable):
        yield PIPELINE, problem


def _vocabularies(model: Model) -> Iterator[Located]:
    for name, feature in model.features.items():
        words = feature.nominal
        if words is not None and (not words or len(set(words)) < len(words)):
            twice = sorted({word for word in words if words.count(word) > 1})
            message = f"{name}: the vocabulary " + (f"has {', '.join(twice)} twice" if twice else "is empty")
            yield PIPELINE, Problem(("model", "features", name, "nominal"), message, "every value once")


def _slices(model: Model, contract: Contract, usable: list[str]) -> Iterator[Problem]:
    for name, cut in model.slices.items():
        path: Path = ("model", "slices", name)
        if name not in usable:
            yield unresolved(path, "column of gold.examples", name, usable)
            continue
        kind = contract.columns[name].type
        if contract.columns[name].personal:
            message = f"{name} is personal, and reports name the values of a slice"
            yield Problem(path, message, "a column that is not personal")
        elif kind in ("date", "timestamp"):
            yield Problem(path, f"{name} is {kind}, which is no slice", "text, a whole number or edges")
        elif cut.edges is None and kind == "double":
            yield Problem(
                path, f"{name} is double, and no edges cut it into ranges", "edges: [one or more numbers]"
            )
        elif cut.edges is not None and kind in ("string", "boolean"):
            yield Problem((*path, "edges"), f"{name} is {kind}, so it has no ranges", "no edges")
        elif cut.edges is not None and any(low >= high for low, high in pairwise(cut.edges)):
            yield Problem(
                (*path, "edges"), f"{name}: the edges do not rise", "each edge above the one before"
            )
