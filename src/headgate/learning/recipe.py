"""The recipe of a model: everything in the spec that its trees depend on, besides the rows."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from headgate.learning.algorithms.algorithm import algorithm_named
from headgate.learning.feature_schema import features_of, to_json
from headgate.spec.pipeline import Examples, Model


def recipe(model: Model, examples: Examples) -> dict[str, Any]:
    """Algorithm, complete parameters, seed, window in hours, features, label and key, as plain values."""
    return {
        "algorithm": model.algorithm,
        "parameters": algorithm_named(model.algorithm).complete_parameters(model.parameters),
        "seed": model.seed,
        "window_hours": model.window.total_seconds() / 3600,
        "features": to_json(features_of(model)),
        "label": examples.label,
        "key": examples.grain,
    }


def digest_of(values: Any) -> str:
    """sha256 over plain values, independent of the order of keys."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
