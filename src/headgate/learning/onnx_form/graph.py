"""A model as an ONNX graph: one input a feature, in its own type, and the probability as the output."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import pandas as pd
from onnx import TensorProto, helper, numpy_helper

from headgate.learning.onnx_form.tree_ensemble import tree_ensemble
from headgate.learning.scoring.encoding import MISSING_NUMBER, Features
from headgate.learning.scoring.forest import Forest, forest_of

OPSETS = {"": 21, "ai.onnx.ml": 5}
IR_VERSION = 10
PROBABILITY = "probability"


def onnx_model(form: dict[str, Any], nodes: pd.DataFrame, features: Features) -> onnx.ModelProto:
    """The model of this portable form (see `headgate.learning.scoring.scorer.scorer_of`).

    Inputs are one-dimensional, one a feature and named after it: doubles, missing as NaN; of a nominal
    feature strings, missing as the empty one. The output `probability` is a double for each row. All
    arithmetic is in double. Raises ValueError for another kind of form.
    """
    graph = _Graph(features)
    matrix = graph.matrix()
    kind = form["kind"]
    if kind == "forest":
        forest = forest_of(nodes)
        total = graph.trees(forest, forest.share, matrix)
        probability = graph.add("Div", total, graph.number(len(forest.roots)))
    elif kind == "boosted_trees":
        forest = forest_of(nodes)
        weights = np.asarray(form["weights"], dtype=np.float64)[_tree_of(forest)]
        margin = graph.trees(forest, weights * forest.prediction, matrix)
        probability = graph.add("Sigmoid", graph.add("Mul", graph.number(2.0), margin))
    elif kind == "xgboost":
        forest = forest_of(nodes)
        margin = graph.trees(forest, forest.prediction, graph.single(matrix))
        probability = graph.add("Sigmoid", graph.add("Add", graph.number(form["intercept"]), margin))
    elif kind == "linear":
        probability = graph.add("Sigmoid", graph.linear(form, matrix))
    else:
        raise ValueError(f"no ONNX form for a model of kind {kind!r}")
    return graph.finished(probability)


def _tree_of(forest: Forest) -> np.ndarray:
    """The number of the tree, in their order, that each node belongs to; a tree's nodes lie side by side."""
    return np.searchsorted(forest.roots, np.arange(len(forest.left)), side="right") - 1


@dataclass
class _Graph:
    """A graph that grows operator by operator; inner values have names that no feature can have."""

    features: Features
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add an operator and name its output."""
        name = f"_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def constant(self, values: np.ndarray) -> str:
        """Add a constant and name it."""
        name = f"_constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def number(self, value: float) -> str:
        """The same of one double."""
        return self.constant(np.array(value, dtype=np.float64))

    def matrix(self) -> str:
        """The rows as `headgate.learning.scoring.encoding.encode` makes them."""
        missing, axis = self.number(MISSING_NUMBER), self.constant(np.array([1], dtype=np.int64))
        columns = []
        for name, words in self.features:
            if words is None:
                encoded = self.add("Where", self.add("IsNaN", name), missing, name)
            else:
                place = self.add(
                    "LabelEncoder",
                    name,
                    domain="ai.onnx.ml",
                    keys_strings=list(words),
                    values_int64s=list(range(len(words))),
                    default_int64=len(words),
                )
                encoded = self.add("Cast", place, to=TensorProto.DOUBLE)
            columns.append(self.add("Unsqueeze", encoded, axis))
        return self.add("Concat", *columns, axis=1)

    def single(self, matrix: str) -> str:
        """The doubles rounded to single precision."""
        return self.add("Cast", self.add("Cast", matrix, to=TensorProto.FLOAT), to=TensorProto.DOUBLE)

    def trees(self, forest: Forest, leaf_values: np.ndarray, matrix: str) -> str:
        """The sum of the values of the leaves that the rows come to."""
        name = f"_{len(self.nodes)}"
        self.nodes.append(tree_ensemble(forest, leaf_values, matrix, name))
        return name

    def linear(self, form: dict[str, Any], matrix: str) -> str:
        """The sum of the terms of a linear form; see `headgate.learning.scoring.linear.linear_inputs`."""
        missing, zero = self.number(MISSING_NUMBER), self.number(0.0)
        inputs = []
        for term in form["terms"]:
            place = self.constant(np.array([term["feature"]], dtype=np.int64))
            value = self.add("Gather", matrix, place, axis=1)
            if "category" in term:
                inputs.append(self.flag("Equal", value, self.number(float(term["category"]))))
            elif term.get("missing"):
                inputs.append(self.flag("Equal", value, missing))
            else:
                centered = self.add("Sub", value, self.number(term["center"]))
                scaled = self.add("Div", centered, self.number(term["scale"]))
                inputs.append(self.add("Where", self.add("Equal", value, missing), zero, scaled))
        coefficients = np.array([[term["coefficient"]] for term in form["terms"]], dtype=np.float64)
        product = self.add("MatMul", self.add("Concat", *inputs, axis=1), self.constant(coefficients))
        return self.add("Add", product, self.number(form["intercept"]))

    def flag(self, operator: str, left: str, right: str) -> str:
        """1 where a comparison holds, else 0."""
        return self.add("Cast", self.add(operator, left, right), to=TensorProto.DOUBLE)

    def finished(self, probability: str) -> onnx.ModelProto:
        """The checked model with `probability` (rows × 1) as its output, one number a row."""
        axis = self.constant(np.array([1], dtype=np.int64))
        self.nodes.append(helper.make_node("Squeeze", [probability, axis], [PROBABILITY]))
        inputs = [
            helper.make_tensor_value_info(
                name, TensorProto.DOUBLE if words is None else TensorProto.STRING, ["rows"]
            )
            for name, words in self.features
        ]
        output = helper.make_tensor_value_info(PROBABILITY, TensorProto.DOUBLE, ["rows"])
        graph = helper.make_graph(self.nodes, "model", inputs, [output], initializer=self.constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="headgate"
        )
        onnx.checker.check_model(model)
        return model
