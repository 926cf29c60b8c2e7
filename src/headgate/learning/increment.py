"""What a candidate is learned from: what changed since its parent, or all rows where that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import pyspark
from pyspark.sql import SparkSession

from headgate.learning.algorithms.algorithm import Group, Incremental, algorithm_named
from headgate.learning.cohorts import range_from_json
from headgate.learning.feature_schema import features_of, to_json
from headgate.learning.groups import groups_from_json
from headgate.learning.labelled_rows import learned_columns
from headgate.learning.net_changes import LearnedFrom, NetChanges, NoChangeFeed, net_changes
from headgate.learning.recipe import digest_of, recipe
from headgate.spec.pipeline import Examples, Model


@dataclass(frozen=True)
class Parent:
    """The newest model: its header, how to read its node rows, and whether it may have learned from a subject
    that was forgotten since: then nothing is taken over from it."""

    header: Mapping[str, Any]
    nodes: Callable[[], pd.DataFrame]
    forgotten: bool = False

    def groups(self) -> list[Group]:
        """The groups of the model."""
        return groups_from_json(self.header["groups"], self.nodes())


@dataclass(frozen=True)
class Increment:
    """What changed since the parent; None: all rows are learned from. `because` says why it is so.

    `start` is the header of the model whose portable form the fit begins at, for an algorithm that refits
    from its parent.
    """

    changes: NetChanges | None
    because: str
    parent: Parent | None
    start: Mapping[str, Any] | None = None


def increment_since(
    spark: SparkSession, path: str, model: Model, examples: Examples, parent: Parent | None, now: LearnedFrom
) -> Increment:
    """Compare what the parent was learned from with `now`; the examples' table is at `path`.

    All is learned anew where there is no parent, where its recipe or its Spark is another, where a subject
    was forgotten that it may have learned from, and where the changes since then cannot be read any more.
    """

    def anew(because: str) -> Increment:
        return Increment(None, because, parent)

    algorithm = algorithm_named(model.algorithm)
    if not isinstance(algorithm, Incremental):
        start = _start(parent, model) if algorithm.learns == "refits from its parent" else None
        begins = f", beginning at model {start['model']}" if start else ""
        return Increment(None, f"{model.algorithm} learns from all rows each time{begins}", parent, start)
    if parent is None:
        return anew("there is no model yet")
    header, name = parent.header, f"model {parent.header['model']}"
    if parent.forgotten:
        return anew(f"a subject that {name} may have learned from was forgotten")
    if header["recipe"] != digest_of(recipe(model, examples)):
        return anew(f"the recipe is not that of {name}")
    if "groups" not in header:
        return anew(f"{name} was fitted as a whole")
    if header["spark"] != pyspark.__version__:
        return anew(f"{name} was fitted by Spark {header['spark']}")
    before = LearnedFrom(
        version=header["pins"]["gold.examples"],
        training=range_from_json(header["training"]),
        frontier=datetime.fromisoformat(header["frontier"]),
    )
    columns = learned_columns(model, examples)
    try:
        changes = net_changes(spark, path, examples, columns, before, now)
    except NoChangeFeed as gone:
        return anew(f"the changes since version {before.version} cannot be read: {gone}")
    return Increment(changes, f"{name} knows the rest", parent)


def _start(parent: Parent | None, model: Model) -> Mapping[str, Any] | None:
    """The parent's header where it is of the same algorithm and inputs, and nothing of it was forgotten."""
    if parent is None or parent.forgotten or parent.header["algorithm"] != model.algorithm:
        return None
    same = parent.header["features"] == to_json(features_of(model))
    return parent.header if same else None
