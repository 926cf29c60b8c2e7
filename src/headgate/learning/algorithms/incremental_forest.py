"""A forest of groups of trees on a ring of days, so that a change concerns some of the groups alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pyspark.ml.classification import RandomForestClassificationModel
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from headgate.learning.algorithms.algorithm import Fitted, Group, Learns
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.algorithms.parameters import Parameters, complete
from headgate.learning.algorithms.random_forest import forest_classifier
from headgate.learning.algorithms.ring import Ring, ring_of
from headgate.learning.algorithms.training_vectors import TooFewRows, held_vectors, widest
from headgate.learning.algorithms.tree_nodes import tree_nodes
from headgate.learning.feature_vectors import LABEL, with_vectors
from headgate.learning.net_changes import day_number
from headgate.learning.node_rows import NODE_TYPES
from headgate.learning.scoring.encoding import encode
from headgate.learning.scoring.forest import forest_of, score
from headgate.spec.algorithm_parameters import defaults_of

SLOT = "_slot"


class IncrementalForest:
    """The groups of a ring (`headgate.learning.algorithms.ring`), each a random forest by MLlib.

    A group learns from the rows of its slots alone, with a seed of its own, so it depends on nothing else:
    groups that own no changed day are what a fit from scratch would make of them.
    """

    name = "incremental_forest"
    defaults = defaults_of(name)
    learns: ClassVar[Learns] = "updates"

    def complete_parameters(self, parameters: Parameters) -> dict[str, int | float | str]:
        """The spec's parameters with every default filled in; raises UnknownParameter."""
        return complete(self.name, parameters, self.defaults)

    def fit(self, rows: DataFrame, scored: DataFrame, task: LearningTask) -> Fitted:
        """Fit every group on all rows; see `Algorithm.fit`. Raises TooFewRows, UnknownParameter."""
        return self._fitted(rows, scored, task, {})

    def rows_to_read(self, rows: DataFrame, days: Collection[int], task: LearningTask) -> DataFrame:
        """Of the rows to learn from those that an update after changes on `days` has to read."""
        ring = ring_of(self.complete_parameters(task.parameters), task.seed)
        return rows.where(_slot(task.key, ring).isin(ring.slots_of(ring.owners_of_days(days))))

    def update(
        self,
        rows: DataFrame,
        scored: DataFrame,
        task: LearningTask,
        *,
        days: Collection[int],
        parent: Sequence[Group],
    ) -> Fitted:
        """Fit the groups that own one of the changed `days` and keep the other groups of the `parent`.

        `rows` are at least `rows_to_read`. The result is that of `fit` on all rows. Raises TooFewRows.
        """
        ring = ring_of(self.complete_parameters(task.parameters), task.seed)
        touched = ring.owners_of_days(days)
        kept = {group.number: group for group in parent if group.number not in touched}
        return self._fitted(rows, scored, task, kept)

    def _fitted(
        self, rows: DataFrame, scored: DataFrame, task: LearningTask, kept: Mapping[int, Group]
    ) -> Fitted:
        chosen, features = self.complete_parameters(task.parameters), task.features
        ring = ring_of(chosen, task.seed)
        trees, least = int(chosen["trees"]) // ring.groups, max(int(chosen["minimum_rows"]), widest(features))
        numbers = [number for number in range(ring.groups) if number not in kept]
        with held_vectors(rows, task) as vectors:
            vectors = vectors.withColumn(SLOT, _slot(task.key, ring))
            counts = _counts(vectors)

            def fit_group(number: int) -> tuple[Group, RandomForestClassificationModel | None]:
                own = ring.slots_of([number])
                found, positives = (sum(counts.get(slot, (0, 0))[place] for slot in own) for place in (0, 1))
                if found < least:
                    return Group(number, found, positives, pd.DataFrame(columns=list(NODE_TYPES))), None
                forest = forest_classifier(chosen, features, trees, ring.seed_of(number))
                model = forest.fit(vectors.where(F.col(SLOT).isin(own)))
                folder = str(Path(task.scratch, str(number)))
                nodes = tree_nodes(model, folder, rows.sparkSession, first_tree=number * trees)
                return Group(number, found, positives, nodes), model

            threads = rows.sparkSession.sparkContext.defaultParallelism
            with ThreadPoolExecutor(max(1, threads)) as pool:
                fitted = list(pool.map(fit_group, numbers))
        groups = sorted([*kept.values(), *(group for group, _ in fitted)], key=lambda group: group.number)
        grown = [group for group in groups if not group.nodes.empty]
        if not grown:
            raise TooFewRows(
                f"each of the {ring.groups} groups of trees has fewer than {least} rows to learn from",
                left="nothing was fitted",
                next_command="wait for more labelled hours, or lower minimum_rows in pipeline.yaml",
            )
        nodes = pd.concat([group.nodes for group in grown], ignore_index=True)
        judged = with_vectors(scored.select(*task.columns), features, task.label)
        models = [model for _, model in fitted if model is not None]
        said = _predictions(models, judged, task.columns)
        own = [group for group in grown if group.number in kept]
        total = said.pop("_sum").to_numpy(np.float64)
        if own and len(said):
            matrix = encode(said, features)
            total = total + sum(score(forest_of(group.nodes), matrix) for group in own)
        counted = [sum(getattr(group, what) for group in groups) for what in ("rows", "positives")]
        return Fitted(
            form={"kind": "forest"},
            nodes=nodes,
            predictions=said.assign(probability=total / len(grown)),
            groups=tuple(groups),
            fitted=tuple(numbers),
            learned_from=(counted[0] // ring.owners_per_slot, counted[1] // ring.owners_per_slot),
        )


def _slot(key: Sequence[str], ring: Ring) -> Any:
    return F.pmod(day_number(key[-1]), F.lit(ring.slots))


def _counts(vectors: DataFrame) -> dict[int, tuple[int, int]]:
    """Rows and positives by slot."""
    found = vectors.groupBy(SLOT).agg(F.count(F.lit(1)).alias("rows"), F.sum(LABEL).alias("positives"))
    return {int(row[SLOT]): (int(row["rows"]), int(row["positives"])) for row in found.collect()}


def _predictions(
    models: Sequence[RandomForestClassificationModel], vectors: DataFrame, columns: Sequence[str]
) -> pd.DataFrame:
    """`columns` of the rows and, as `_sum`, the sum of what each model says of them, in one pass."""
    scored = vectors
    for place, model in enumerate(models):
        said = model.copy()
        said.setPredictionCol("").setRawPredictionCol(f"_raw_{place}").setProbabilityCol(f"_said_{place}")
        scored = said.transform(scored)
    parts = [vector_to_array(F.col(f"_said_{place}"))[1] for place in range(len(models))]
    total = reduce(lambda one, other: one + other, parts, F.lit(0.0))
    return scored.select(*columns, total.alias("_sum")).toPandas()
