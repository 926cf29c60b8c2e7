"""Which trials a spec's candidates span, written out."""

from __future__ import annotations

import pytest

from headgate.learning.comparison.trials import trials_of
from headgate.spec.pipeline import Feature, Model


def model(**candidates: dict[str, object]) -> Model:
    return Model(
        algorithm="random_forest",
        parameters={"trees": 50},
        features={"delay": Feature()},
        candidates=candidates,  # type: ignore[arg-type]  # read by pydantic, as from YAML
    )


def test_without_candidates_there_is_the_incumbent() -> None:
    (only,) = trials_of(model())
    assert (only.name, only.algorithm, only.given) == ("incumbent", "random_forest", {"trees": 50})
    assert only.parameters["depth"] == 12


def test_lists_span_a_grid_and_name_its_points() -> None:
    trials = trials_of(
        model(
            boosting={
                "algorithm": "gradient_boosted_trees",
                "parameters": {"trees": [20, 40], "depth": [3, 5]},
            },
            regression={"algorithm": "logistic_regression", "parameters": {"regularization": 0.1}},
        )
    )
    assert [(trial.name, trial.given) for trial in trials[1:]] == [
        ("boosting trees=20 depth=3", {"trees": 20, "depth": 3}),
        ("boosting trees=20 depth=5", {"trees": 20, "depth": 5}),
        ("boosting trees=40 depth=3", {"trees": 40, "depth": 3}),
        ("boosting trees=40 depth=5", {"trees": 40, "depth": 5}),
        ("regression", {"regularization": 0.1}),
    ]
    assert trials[1].parameters == {
        "trees": 20, "depth": 3, "step": 0.1, "bins": 32, "features_per_split": "all",
        "minimum_rows_per_leaf": 10, "rows_per_tree": 1.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"trees": [50, 60]}, ["incumbent", "forest trees=60"]),
        ({"trees": 50, "depth": 12}, ["incumbent"]),  # 12 is the default
        ({"trees": 60, "depth": [4, 4]}, ["incumbent", "forest depth=4"]),
    ],
)
def test_what_is_the_same_is_tried_once(parameters: dict[str, object], names: list[str]) -> None:
    found = trials_of(model(forest={"algorithm": "random_forest", "parameters": parameters}))
    assert [trial.name for trial in found] == names
