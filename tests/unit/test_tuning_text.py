"""What `headgate tune` says when a search has ended."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.cli.tuning_text import tuning_lines


def tuning(winner: str | None, high: float) -> dict[str, Any]:
    best = {
        "trial": "xgboost 4",
        "algorithm": "xgboost",
        "given": {"trees": 120, "step": 0.05},
        "differences": {"log_loss": {"mean": -0.01, "low": -0.02, "high": high}},
    }
    mean = {"trial": "base rate", "algorithm": None}
    return {
        "pipeline": "flights",
        "budget": 900.0,
        "winner": winner,
        "entries": [best, {"trial": "incumbent", "algorithm": "random_forest"}, mean],
        "ended": [{"trial": "random_forest 1"}],
    }


SEARCHED = [
    "3 trials in 900 s, 1 of them ended early",
    "  every one is a run of the MLflow experiment flights_tuning",
]
ON = [
    '  xgboost {"trees": 120, "step": 0.05}',
    "It is fitted on the whole window and recorded as a candidate of the track challenge.",
]


@pytest.mark.parametrize(
    ("winner", "high", "said"),
    [
        (None, 0.01, ["The recipe that serves has the lowest log loss: there is no candidate."]),
        (
            "xgboost 4",
            0.01,
            [
                "Lowest log loss: xgboost 4. Its lead over the recipe that serves may be chance: the "
                "interval holds 0.",
                *ON,
            ],
        ),
        (
            "xgboost 4",
            -0.001,
            [
                "Lowest log loss: xgboost 4. Its lead over the recipe that serves is larger than chance from "
                "day to day explains, as far as one trial goes; the best of many flatters itself.",
                *ON,
            ],
        ),
    ],
    ids=["nothing better", "perhaps chance", "a clear lead"],
)
def test_what_came_of_it(winner: str | None, high: float, said: list[str]) -> None:
    assert list(tuning_lines(tuning(winner, high))) == [*SEARCHED, *said]


def test_one_trial_is_one() -> None:
    alone = {**tuning(None, 0.01), "ended": []}
    alone["entries"] = alone["entries"][1:]
    assert next(tuning_lines(alone)) == "1 trial in 900 s, 0 of them ended early"
