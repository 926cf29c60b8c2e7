"""The ONNX form of a model: exact at thresholds, for sets of categories and missing values, in double."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest

from headgate.learning.onnx_form.graph import onnx_model
from headgate.learning.onnx_form.parity import ROWS, TOLERANCE, largest_gap, onnx_scores, probing_rows
from headgate.learning.scoring.encoding import Features
from headgate.releases import onnx_artifact
from headgate.releases.onnx_artifact import OnnxDiffers, onnx_file

FEATURES: Features = [("carrier", ["A", "B", "C"]), ("delay", None)]
COLUMNS = (
    "tree",
    "node",
    "feature",
    "threshold",
    "categories",
    "left_child",
    "right_child",
    "stats",
    "prediction",
)
NODES = pd.DataFrame(
    [
        # A and unknown carriers go left; else a delay of at most 0.1
        (0, 0, 0, None, [0.0, 3.0], 1, 2, [4.0, 4.0], 0.0),
        (0, 1, -1, None, None, -1, -1, [3.0, 1.0], -0.5),
        (0, 2, 1, 0.1, None, 3, 4, [1.0, 3.0], 0.25),
        (0, 3, -1, None, None, -1, -1, [1.0, 1.0], 0.125),
        (0, 4, -1, None, None, -1, -1, [0.0, 2.0], 1.5),
        # a tree that is one leaf
        (1, 0, -1, None, None, -1, -1, [1.0, 2.0], 0.75),
    ],
    columns=COLUMNS,
)
CASES = pd.DataFrame(
    [
        ("A", 9.0),
        (None, -1.0),
        ("Q", 9.0),
        ("B", 0.1),
        ("B", math.nextafter(0.1, 1)),
        ("C", None),
        ("C", 2.0),
    ],
    columns=["carrier", "delay"],
)
LEAVES = [1, 1, 1, 3, 4, 3, 4]
"""The leaf of the first tree that each case comes to: a missing delay is below any threshold."""


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"kind": "forest"}, {leaf: (share + 2 / 3) / 2 for leaf, share in ((1, 0.25), (3, 0.5), (4, 1.0))}),
        (
            {"kind": "boosted_trees", "weights": [1.0, 0.1]},
            {
                leaf: 1 / (1 + math.exp(-2 * (said + 0.075)))
                for leaf, said in ((1, -0.5), (3, 0.125), (4, 1.5))
            },
        ),
    ],
    ids=["forest", "boosted_trees"],
)
def test_trees_by_hand(form: dict[str, Any], expected: dict[int, float]) -> None:
    model = onnx_model(form, NODES, FEATURES)
    assert onnx_scores(model, CASES, FEATURES) == pytest.approx(
        [expected[leaf] for leaf in LEAVES], abs=1e-15
    )
    assert largest_gap(model, form, NODES, FEATURES) <= 1e-15


def test_linear_terms_by_hand() -> None:
    form = {
        "kind": "linear",
        "intercept": 0.5,
        "terms": [
            {"feature": 0, "category": 1, "coefficient": 2.0},
            {"feature": 1, "center": 10.0, "scale": 4.0, "coefficient": -1.0},
            {"feature": 1, "missing": True, "coefficient": 0.25},
        ],
    }
    rows = pd.DataFrame({"carrier": ["B", "A", None], "delay": [18.0, 10.0, np.nan]})
    scores = onnx_scores(onnx_model(form, NODES.iloc[:0], FEATURES), rows, FEATURES)
    assert scores == pytest.approx([1 / (1 + math.exp(-logit)) for logit in (0.5, 0.5, 0.75)], abs=1e-15)


@pytest.mark.parametrize("words", [2, 31, 32, 33, 64, 150])
def test_sets_of_any_size(words: int) -> None:
    """Random trees over a large vocabulary, beside a walk over the same node rows, one row at a time."""
    draw = np.random.default_rng(words)
    vocabulary = [f"w{place}" for place in range(words)]
    rows: list[tuple[Any, ...]] = []
    for tree in range(5):
        for node in range(31):
            if node >= 15:
                rows.append((tree, node, -1, None, None, -1, -1, [1.0, float(draw.integers(1, 99))], 0.0))
            elif node % 2:
                rows.append(
                    (tree, node, 1, float(draw.normal()), None, 2 * node + 1, 2 * node + 2, [1.0, 1.0], 0.0)
                )
            else:
                chosen = draw.choice(words + 1, draw.integers(1, words + 1), replace=False)
                left = sorted(float(value) for value in chosen)
                rows.append((tree, node, 0, None, left, 2 * node + 1, 2 * node + 2, [1.0, 1.0], 0.0))
    nodes = pd.DataFrame(rows, columns=COLUMNS)
    features: Features = [("word", vocabulary), ("number", None)]
    probes = probing_rows({"kind": "forest"}, nodes, features)
    found = onnx_scores(onnx_model({"kind": "forest"}, nodes, features), probes, features)
    by_place = {(row[0], row[1]): row for row in rows}

    def walked(word: Any, number: float) -> float:
        category = float(vocabulary.index(word)) if word in vocabulary else float(words)
        shares = []
        for tree in range(5):
            node = by_place[tree, 0]
            while node[2] >= 0:
                left = category in node[4] if node[2] == 0 else math.isnan(number) or number <= node[3]
                node = by_place[tree, node[5] if left else node[6]]
            shares.append(node[7][1] / sum(node[7]))
        return sum(shares) / 5

    assert len(probes) == ROWS >= 1000
    expected = [walked(word, number) for word, number in zip(probes["word"], probes["number"], strict=True)]
    assert np.abs(found - expected).max() <= 1e-15


def test_probing_rows_hold_what_could_go_wrong() -> None:
    probes = probing_rows({"kind": "forest"}, NODES, FEATURES)
    assert set(probes["carrier"].dropna()) == {"A", "B", "C", "(no such word)"}
    assert {0.1, math.nextafter(0.1, 1)} <= set(probes["delay"])
    assert probes["carrier"].isna().any() and probes["delay"].isna().any()
    pd.testing.assert_frame_equal(probes, probing_rows({"kind": "forest"}, NODES, FEATURES))


def test_another_kind_of_model_is_refused() -> None:
    with pytest.raises(ValueError, match="no ONNX form for a model of kind 'oracle'"):
        onnx_model({"kind": "oracle"}, NODES, FEATURES)


HEADER = {
    "pipeline": "trains",
    "model": 3,
    "form": {"kind": "forest"},
    "features": [{"name": "carrier", "nominal": ["A", "B", "C"]}, {"name": "delay", "nominal": None}],
}


def test_the_file_is_the_same_each_time() -> None:
    content = onnx_file(HEADER, NODES)
    assert content == onnx_file(HEADER, NODES)
    onnx.checker.check_model(onnx.load_from_string(content))


def test_a_form_that_scores_differently_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a converter would be wrong that takes a set of categories for a threshold."""
    wrong = NODES.assign(categories=[[0.0], *NODES["categories"][1:]])
    monkeypatch.setattr(
        "headgate.learning.onnx_form.graph.onnx_model",
        lambda form, _, features: onnx_model(form, wrong, features),
    )
    with pytest.raises(OnnxDiffers) as caught:
        onnx_artifact.onnx_file(HEADER, NODES)
    assert TOLERANCE == 1e-12
    assert str(caught.value) == (
        "the ONNX form of model 3 of trains scores up to 0.375 away from its portable form on 2,000 rows, "
        "not 1e-12\n"
        "  where: headgate.learning.onnx_form, and the onnxruntime that is installed\n"
        "  left behind: model 3 in the model log; MLflow has its run, but no model to serve\n"
        "  next: run ./headgate doctor: the versions must be those of requirements.lock"
    )
