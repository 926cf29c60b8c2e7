"""Score rows with a model of the model log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from headgate.learning.feature_schema import from_json
from headgate.learning.scoring.encoding import encode
from headgate.learning.scoring.scorer import Scorer, scorer_of
from headgate.releases.model_log import nodes_of
from headgate.spec.settings import Settings


def recorded_scorer(
    settings: Settings, pipeline: str, header: dict[str, Any], rows: pd.DataFrame
) -> tuple[Scorer, np.ndarray]:
    """The scorer of the model that `header` describes, and `rows` (examples) as it takes them."""
    score = scorer_of(header["form"], nodes_of(settings, pipeline, header["model"]))
    return score, encode(rows, from_json(header["features"]))


def probabilities_by(
    settings: Settings, pipeline: str, header: dict[str, Any]
) -> Callable[[pd.DataFrame], np.ndarray]:
    """What the model that `header` describes says of examples: the probability of each row."""
    score = scorer_of(header["form"], nodes_of(settings, pipeline, header["model"]))
    features = from_json(header["features"])
    return lambda rows: score(encode(rows, features))
