"""Where tables and columns come from and who reads them, as far as a spec says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from headgate.spec.pipeline import Pipeline
from headgate.spec.predictions import PREDICTIONS

EXAMPLES = "gold.examples"
MODEL = "the model"


@dataclass(frozen=True)
class Source:
    """What a column is made of.

    `columns` (`<layer>.<table>.<column>`) where the spec names them, else whatever the function `transform`
    makes of the `tables`. A feed's archive has the landing files of the `feed`.
    """

    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    transform: str = ""
    feed: str = ""


def sources_of(spec: Pipeline, table: str, columns: Iterable[str]) -> dict[str, Source]:
    """The source of each of the columns of `<layer>.<table>`."""
    layer, _, name = table.partition(".")
    if layer == "bronze":
        return {column: Source(feed=name) for column in columns}
    if layer == "silver":
        silver = spec.silver[name]
        archive = f"bronze.{silver.feed}"
        if silver.transform is not None:
            return {column: Source((archive,), transform=silver.transform) for column in columns}
        return {column: Source((archive,), (f"{archive}.{column}",)) for column in columns}
    if table == PREDICTIONS:
        key = _key(spec)
        return {c: Source((EXAMPLES,), (f"{EXAMPLES}.{c}",) if c in key else ()) for c in columns}
    if table != EXAMPLES:
        gold = spec.gold[name]
        return {
            column: Source(input_tables(spec, gold.inputs), transform=gold.transform) for column in columns
        }
    return _sources_of_examples(spec, columns)


def readers_of(spec: Pipeline, table: str) -> list[str]:
    """The tables that are made of `<layer>.<table>`, and `MODEL`."""
    layer, _, name = table.partition(".")
    if layer == "bronze":
        return [f"silver.{silver}" for silver, one in spec.silver.items() if one.feed == name]
    found = [f"gold.{gold}" for gold, one in spec.gold.items() if table in input_tables(spec, one.inputs)]
    examples = spec.examples
    if examples is not None and table in input_tables(
        spec, [*examples.inputs, *(source.table for source in examples.features)]
    ):
        found.append(EXAMPLES)
    if table == EXAMPLES and spec.model is not None:
        found += [MODEL, PREDICTIONS]
    return found


def features_from(spec: Pipeline, table: str) -> dict[str, str]:
    """By column of `<layer>.<table>`, the input of the model that it is or becomes."""
    if spec.model is None or spec.examples is None:
        return {}
    if table == EXAMPLES:
        return {name: name for name in spec.model.features}
    return {
        column: column
        for source in spec.examples.features
        if input_tables(spec, [source.table]) == (table,)
        for column in source.columns
        if column in spec.model.features
    }


def _sources_of_examples(spec: Pipeline, columns: Iterable[str]) -> dict[str, Source]:
    examples = spec.examples
    if examples is None:
        return {}
    inputs = input_tables(spec, examples.inputs)
    joined = {
        column: Source((origin,), (f"{origin}.{column}",))
        for source in examples.features
        for origin in input_tables(spec, [source.table])
        for column in source.columns
    }
    label = dict.fromkeys(
        (examples.label, examples.label_known_at), Source(inputs, transform=examples.label_transform)
    )
    own = Source(inputs, transform=examples.transform)
    return {column: {**joined, **label}.get(column, own) for column in columns}


def _key(spec: Pipeline) -> list[str]:
    return [] if spec.examples is None else spec.examples.grain


def input_tables(spec: Pipeline, names: Iterable[str]) -> tuple[str, ...]:
    """Inputs, as a spec names them, with their layer: `silver.flights`."""
    return tuple(f"silver.{name}" if name in spec.silver else f"gold.{name}" for name in names)
