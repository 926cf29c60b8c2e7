"""A search: it begins with the recipe to beat, keeps to its budget, gives up on the hopeless, and repeats."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.learning.comparison.trials import Trial
from headgate.learning.tuning.search import Searched, search
from headgate.learning.tuning.search_space import SEARCH_SPACE, search_space
from headgate.spec.algorithm_parameters import ALGORITHMS, Between, Parameter
from headgate.spec.pipeline import Model
from tests.learning.learning_world import SPEC

PLAIN = SPEC["model"]
assert isinstance(PLAIN, Model)
MODEL = PLAIN.model_copy(
    update={"algorithm": "incremental_forest", "parameters": {"trees": 40, "groups": 4, "slots": 5}}
)
FIRST = Trial("incumbent", "incremental_forest", {"trees": 40, "groups": 4, "slots": 5})
FOLDS = 3


class World:
    """Fits that take ten seconds each. A boosted model is worth 0.5; any other trial 0.6, the recipe 0.55."""

    def __init__(self) -> None:
        self.now, self.fitted = 1000.0, list[tuple[str, int]]()

    def fit(self, trial: Trial, place: int) -> tuple[float, int]:
        self.now += 10.0
        self.fitted.append((trial.name, place))
        worth = {"xgboost": 0.5, "gradient_boosted_trees": 0.5}.get(trial.algorithm, 0.6)
        return (0.55 if trial is FIRST else worth) + place / 100, 100 + place

    def search(self, budget: float) -> Searched:
        return search(FIRST, MODEL, FOLDS, self.fit, budget, lambda: self.now)


def told(found: Searched) -> list[Any]:
    return [(trial.name, trial.given) for trial in found.complete] + [e.as_json() for e in found.ended]


def test_the_recipe_to_beat_is_fitted_first_and_whole_however_small_the_budget() -> None:
    world = World()
    found = world.search(1.0)
    assert world.fitted == [("incumbent", 0), ("incumbent", 1), ("incumbent", 2)]
    assert (found.complete, found.ended) == ([FIRST], [])


def test_no_fit_begins_after_the_budget() -> None:
    world = World()
    found = world.search(45.0)
    assert world.now == 1050.0
    (cut,) = found.ended
    assert (cut.folds, cut.why) == (2, "the budget was over")
    assert cut.log_loss == pytest.approx((cut_loss(cut.trial) * 201 + 0.01 * 101) / 201)


def cut_loss(trial: Trial) -> float:
    return 0.5 if trial.algorithm in ("xgboost", "gradient_boosted_trees") else 0.6


def test_what_is_worse_than_the_median_ends_before_the_last_fold() -> None:
    found = World().search(1500.0)
    why = {ended.why for ended in found.ended if ended.folds < FOLDS and "median" in ended.why}
    assert why == {"worse than the median of the trials before"}
    assert all(ended.folds < FOLDS for ended in found.ended)
    tried = {trial.algorithm for trial in found.complete} | {e.trial.algorithm for e in found.ended}
    assert len(tried) >= 3
    assert len({trial.name for trial in found.complete}) == len(found.complete)


def test_the_same_seed_draws_the_same() -> None:
    assert told(World().search(900.0)) == told(World().search(900.0))


def test_parameters_that_are_not_searched_stay() -> None:
    drawn = World().search(3000.0)
    trials = [*drawn.complete[1:], *(ended.trial for ended in drawn.ended)]
    rings = [trial for trial in trials if trial.algorithm == "incremental_forest"]
    assert rings
    assert all((t.given["trees"], t.given["groups"], t.given["slots"]) == (40, 4, 5) for t in rings)
    assert all("groups" not in trial.given for trial in trials if trial.algorithm != "incremental_forest")


def test_every_algorithm_is_searched_within_what_a_spec_may_say() -> None:
    assert SEARCH_SPACE.keys() == ALGORITHMS.keys()
    for algorithm, spaces in SEARCH_SPACE.items():
        for name, space in spaces.items():
            parameter = ALGORITHMS[algorithm][name]
            if isinstance(space, Between):
                assert isinstance(space.least, int) == isinstance(parameter.default, int), (algorithm, name)
                assert parameter.least is None or space.least >= parameter.least
                assert parameter.most is None or space.most <= parameter.most
            else:
                assert isinstance(parameter.default, str)


def test_what_is_searched_is_said_with_the_parameters_and_nowhere_else() -> None:
    assert list(SEARCH_SPACE["random_forest"]) == [
        "trees",
        "depth",
        "features_per_split",
        "minimum_rows_per_leaf",
    ]
    assert list(SEARCH_SPACE["incremental_forest"]) == [
        "depth",
        "features_per_split",
        "minimum_rows_per_leaf",
    ]
    added = {
        "decision_tree": {"depth": Parameter(4, 0, 30, drawn=Between(2, 8)), "bins": Parameter(32, 2)},
        "coin": {"sides": Parameter(2, 2)},
    }
    assert search_space(added) == {"decision_tree": {"depth": Between(2, 8)}}
