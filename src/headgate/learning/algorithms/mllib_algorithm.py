"""What the algorithms of MLlib share: the way from rows to a portable model and Spark's own predictions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd
from pyspark.ml import Model
from pyspark.ml.util import MLWritable
from pyspark.sql import DataFrame

from headgate.learning.algorithms.algorithm import Fitted, Learns
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.algorithms.parameters import Parameters, complete
from headgate.learning.algorithms.training_vectors import predictions, training_vectors
from headgate.learning.algorithms.tree_nodes import tree_nodes
from headgate.learning.feature_vectors import with_vectors
from headgate.learning.node_rows import NODE_TYPES


@dataclass(frozen=True)
class Trained:
    """What an algorithm made of the training vectors.

    `model` is MLlib's, `form` its portable form without the node rows, which are read from `trees` where it
    has any. `inputs` turns encoded vectors into those that `model` takes.
    """

    model: Model
    form: dict[str, Any]
    trees: MLWritable | None = None
    inputs: Callable[[DataFrame], DataFrame] = lambda vectors: vectors


class MLlibAlgorithm(ABC):
    """An `Algorithm` made by MLlib: it has a name, defaults of its parameters, and `train`.

    It refits on all rows unless it says otherwise.
    """

    name: ClassVar[str]
    defaults: ClassVar[Parameters]
    learns: ClassVar[Learns] = "refits"

    @abstractmethod
    def train(self, vectors: DataFrame, task: LearningTask, parameters: Mapping[str, Any]) -> Trained:
        """Train on `vectors` (`_features`, `_label`; one partition, in key order), all parameters given."""

    def complete_parameters(self, parameters: Parameters) -> dict[str, int | float | str]:
        """The spec's parameters with every default filled in; raises UnknownParameter."""
        return complete(self.name, parameters, self.defaults)

    def fit(self, rows: DataFrame, scored: DataFrame, task: LearningTask) -> Fitted:
        """Fit on `rows` and predict `scored`; see `Algorithm.fit`. Raises TooFewRows, UnknownParameter."""
        chosen = self.complete_parameters(task.parameters)
        with training_vectors(rows, task) as vectors:
            trained = self.train(vectors, task, chosen)
        judged = trained.inputs(with_vectors(scored.select(*task.columns), task.features, task.label))
        nodes = pd.DataFrame(columns=list(NODE_TYPES))
        if trained.trees is not None:
            nodes = tree_nodes(trained.trees, task.scratch, rows.sparkSession)
        return Fitted(trained.form, nodes, predictions(trained.model, judged, task.columns))
