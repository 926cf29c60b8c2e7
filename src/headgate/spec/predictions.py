"""The contract of `gold.predictions`, which no one writes: it follows from the examples."""

from __future__ import annotations

from headgate.spec.contract import Between, Column, Contract
from headgate.spec.layers import SCORES
from headgate.spec.pipeline import Examples

PREDICTIONS = "gold.predictions"
OUTCOMES = "gold.outcomes"
CHAMPION, CHALLENGER = "champion", "challenger"

OWN = {
    "role": Column(
        description="champion: what served. challenger: what was on trial, and nobody acted on.",
        required=True,
        one_of=[CHAMPION, CHALLENGER],
        why="a score of neither is nobody's",
        on_fail="close",
    ),
    "model": Column(
        type="bigint",
        description="the number in the model log of the model that scored",
        required=True,
        between=Between(min=1),
        why="a score must be traced to the model that gave it",
        on_fail="close",
    ),
    "version": Column(
        type="int",
        description="its registered version in MLflow",
        between=Between(min=1),
        why="versions count from 1",
        on_fail="close",
    ),
    "probability": Column(
        type="double",
        description="of the label being 1",
        required=True,
        between=Between(min=0, max=1),
        why="a probability lies between 0 and 1",
        on_fail="close",
    ),
    "scored_at": Column(
        type="timestamp",
        description="how far gold was published when it was scored",
        required=True,
        why="without it nobody could tell whether the label was known already",
        on_fail="close",
    ),
}
"""The columns beside the example's key."""


def hop_of(table: str) -> str:
    """The hop that stages, judges and publishes `<layer>.<table>`."""
    return SCORES if table == PREDICTIONS else table.partition(".")[0]


def predictions_contract(examples: Examples, contract: Contract) -> Contract:
    """The contract of the predictions on `examples`, whose own contract is given."""
    key = examples.grain
    columns = {
        name: Column(
            type=contract.columns[name].type,
            description=contract.columns[name].description,
            personal=contract.columns[name].personal,
            required=True,
            why="part of what the row stands for",
            on_fail="close",
        )
        for name in key
    }
    return Contract(
        description="What was said of the examples before their labels were known. Grain: one row an example "
        "and role. Rows are added and never changed.",
        key=[*key, "role"],
        columns={**columns, **OWN},
    )
