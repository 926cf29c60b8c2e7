"""The audit: when it is due, what it measures, and when a gap is beyond the bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from headgate.learning.algorithms.algorithm import Fitted
from headgate.learning.audit import is_due, judge
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Audit, Examples

WEEKLY = Audit()
NOON = datetime(2013, 2, 1, 12, tzinfo=UTC)
EXAMPLES = Examples(inputs=["trains"], entity=["id"], label="late")


@pytest.mark.parametrize(
    ("audit", "parent", "due"),
    [
        (None, {"frontier": "2013-01-01T00:00:00+00:00"}, False),
        (WEEKLY, None, False),
        (WEEKLY, {"frontier": "2013-02-01T11:00:00+00:00", "audited": "2013-01-25T13:00:00+00:00"}, False),
        (WEEKLY, {"frontier": "2013-02-01T11:00:00+00:00", "audited": "2013-01-25T12:00:00+00:00"}, True),
        (WEEKLY, {"frontier": "2013-01-20T00:00:00+00:00"}, True),  # by an earlier Headgate
        (
            WEEKLY,
            {"audited": "2013-02-01T11:00:00+00:00", "frontier": "", "audit": {"beyond_bounds": True}},
            False,
        ),
        (
            WEEKLY,
            {"audited": "2013-01-25T12:00:00+00:00", "frontier": "", "audit": {"beyond_bounds": True}},
            True,
        ),
    ],
)
def test_when_it_is_due(audit: Audit | None, parent: dict[str, Any] | None, due: bool) -> None:
    assert is_due(audit, parent, NOON) is due


def fitted(noise: float, seed: int, days: int = 4) -> Fitted:
    """Predictions of 100 rows a day, the further from the truth the more noise."""
    hours = np.arange(days * 100) % (days * 24)
    label = (np.random.default_rng(1).random(len(hours)) < 0.4).astype(int)
    draw = np.random.default_rng(seed).normal(0, noise, len(hours))
    rows = pd.DataFrame(
        {
            "id": np.arange(len(hours)),
            "as_of": pd.Timestamp("2013-01-28 00:00") + pd.to_timedelta(hours + 1, unit="h"),
            "late": label,
            "probability": 1 / (1 + np.exp(-(2.0 * label - 1 + draw))),
        }
    )
    return Fitted({"kind": "forest"}, pd.DataFrame(), rows.sample(frac=1, random_state=seed))


FOUR_DAYS = HourRange(NOON - timedelta(days=4, hours=12), NOON - timedelta(hours=12))


def test_gaps_are_what_the_full_refit_is_better_by() -> None:
    own, refit = fitted(2.0, 3), fitted(0.5, 4)
    found = judge(WEEKLY, own, refit, EXAMPLES, FOUR_DAYS, seed=1)
    of = {
        name: (
            roc_auc_score(one.predictions["late"], one.predictions["probability"]),
            log_loss(one.predictions["late"], one.predictions["probability"]),
        )
        for name, one in (("own", own), ("refit", refit))
    }
    assert found["rows"] == 400
    assert found["auc_gap"]["mean"] == pytest.approx(of["refit"][0] - of["own"][0])
    assert found["log_loss_gap"]["mean"] == pytest.approx(of["own"][1] - of["refit"][1])
    assert found["auc_gap"]["blocks"] == 4
    assert found["beyond_bounds"] is True
    wide = Audit(max_auc_gap=0.9, max_log_loss_gap=9.0)
    assert judge(wide, own, refit, EXAMPLES, FOUR_DAYS, seed=1)["beyond_bounds"] is False


def test_a_better_model_and_one_as_good_are_within_bounds() -> None:
    assert judge(WEEKLY, fitted(0.5, 4), fitted(2.0, 3), EXAMPLES, FOUR_DAYS, 1)["beyond_bounds"] is False
    strict = Audit(max_auc_gap=0.0, max_log_loss_gap=0.0)
    same = fitted(1.0, 3)
    assert judge(strict, same, same, EXAMPLES, FOUR_DAYS, 1)["beyond_bounds"] is False


def test_rows_of_one_label_tell_nothing() -> None:
    one = fitted(1.0, 3)
    only = Fitted(one.form, one.nodes, one.predictions.assign(late=0))
    assert judge(WEEKLY, only, only, EXAMPLES, FOUR_DAYS, 1) == {"rows": 400, "beyond_bounds": False}
