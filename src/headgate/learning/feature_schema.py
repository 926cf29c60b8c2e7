"""A model's inputs as the spec names them: the part of a model that says how to read its node rows."""

from __future__ import annotations

from typing import Any

from headgate.learning.scoring.encoding import Features
from headgate.spec.pipeline import Model


def features_of(model: Model) -> Features:
    """The spec's features in the order in which it lists them."""
    return [
        (name, list(feature.nominal) if feature.nominal is not None else None)
        for name, feature in model.features.items()
    ]


def to_json(features: Features) -> list[dict[str, Any]]:
    """The features as plain values: `[{"name": ..., "nominal": [...] or None}]`."""
    return [{"name": name, "nominal": list(words) if words is not None else None} for name, words in features]


def from_json(values: list[dict[str, Any]]) -> Features:
    """The features that `to_json` wrote."""
    return [(value["name"], value["nominal"]) for value in values]
