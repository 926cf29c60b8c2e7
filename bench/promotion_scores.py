"""The scores that `headgate bench promotion` decides on: a year of real flights, each scored before it left.

The examples are those of `real_examples.py`. scikit-learn's models, which take a minute where the pipeline's
own would take an hour, score each week from what was known when the week began:

- `forest`: a random forest of all features, refitted every seven days;
- `boosting`: gradient boosting of all features, fitted every 28 days and frozen between;
- `forecast`: gradient boosting of schedule, history and weather alone, frozen in the same way.
"""

from __future__ import annotations

import runpy
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import REPOSITORY, Settings

EXAMPLES = runpy.run_path(str(REPOSITORY / "bench" / "real_examples.py"))
PIPELINE = EXAMPLES["PIPELINE"]
WINDOW, EMBARGO, WEEK = timedelta(days=28), timedelta(hours=48), timedelta(days=7)
MISSING = -999.0
OF_THE_DAY = ("origin_", "carrier_d", "carrier_l", "destination_", "aircraft_")
"""How the names of those features begin that tell how this day goes; `forecast` has none of them."""

MODELS: dict[str, tuple[int, bool]] = {"forest": (1, True), "boosting": (4, True), "forecast": (4, False)}
"""Per score: refitted every how many weeks, and whether it knows how the day goes."""


def stored_scores(settings: Settings, loaded: LoadedPipeline, folder: Path) -> Path:
    """`scores.parquet` in `folder`, made where it is missing.

    One row a flight: flight_id, as_of, late, label_known_at, the columns of `model.slices`, and the scores.
    """
    path = folder / "scores.parquet"
    if not path.is_file():
        started = time.monotonic()
        examples = EXAMPLES["real_examples"](settings, loaded, folder)
        print(f"{len(examples):,} examples: {time.monotonic() - started:.0f} s", file=sys.stderr)
        _scored(examples, loaded).to_parquet(path, index=False)
        print(f"scored: {time.monotonic() - started:.0f} s", file=sys.stderr)
    return path


def _scored(examples: pd.DataFrame, loaded: LoadedPipeline) -> pd.DataFrame:
    """The examples that any model could score, with all scores; those of the first weeks only teach."""
    model = loaded.spec.model
    assert model is not None
    matrix = _matrix(examples, model.features)
    known, as_of = examples["label_known_at"], examples["as_of"]
    for name, (weeks, whole) in MODELS.items():
        columns = [c for c in matrix if whole or not c.startswith(OF_THE_DAY)]
        start = as_of.min().normalize() + WINDOW + EMBARGO
        score, fitted = np.full(len(examples), np.nan), None
        for number in range(60):
            now = start + number * WEEK
            if now > as_of.max():
                break
            if number % weeks == 0:
                taught = (as_of > now - EMBARGO - WINDOW) & (as_of <= now - EMBARGO) & (known <= now)
                fitted = _new(name).fit(matrix.loc[taught, columns], examples.loc[taught, "late"])
            week = (as_of >= now) & (as_of < now + WEEK)
            score[week] = fitted.predict_proba(matrix.loc[week, columns])[:, 1]
        examples[name] = score
        print(f"{name} scored", file=sys.stderr)
    kept = ["flight_id", "as_of", "late", "label_known_at", *model.slices, *MODELS]
    return examples.loc[examples[[*MODELS]].notna().all(axis=1), list(dict.fromkeys(kept))]


def _new(name: str) -> Any:
    if name == "forest":
        return RandomForestClassifier(100, max_depth=12, min_samples_leaf=10, random_state=2013, n_jobs=2)
    return HistGradientBoostingClassifier(
        max_iter=60, max_depth=5, learning_rate=0.08, min_samples_leaf=50, random_state=2013
    )


def _matrix(examples: pd.DataFrame, features: dict[str, Any]) -> pd.DataFrame:
    """Features as numbers: nominal ones by their place in the vocabulary, missing as one value."""
    columns = {
        name: examples[name].map({value: place for place, value in enumerate(feature.nominal)})
        if feature.nominal
        else examples[name]
        for name, feature in features.items()
    }
    return pd.DataFrame(columns).astype(np.float64).fillna(MISSING)
