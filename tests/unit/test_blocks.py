"""What is resampled for an interval: whole days where a range has several of them, else hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from headgate.learning.block_bootstrap import block_bootstrap
from headgate.learning.cohorts import refresh_cohorts
from headgate.learning.evaluation import blocks_for, blocks_in, evaluate_scores
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Examples, Feature, Model, Promotion

END = datetime(2013, 2, 10, 7, tzinfo=UTC)
EXAMPLES = Examples(inputs=["trains"], entity=["train"], label="late")
MODEL = Model(algorithm="random_forest", features={"delay": Feature()})


@pytest.mark.parametrize(
    ("hours", "blocks", "count"),
    [(1, "hour", 1), (24, "hour", 24), (47, "hour", 47), (48, "day", 2), (60, "day", 3), (168, "day", 7)],
)
def test_two_days_make_days_the_blocks(hours: int, blocks: str, count: int) -> None:
    cohorts = HourRange(END - timedelta(hours=hours), END)
    assert blocks_for(cohorts) == blocks
    as_of = pd.Series(pd.date_range(end="2013-02-10 07:00", periods=hours, freq="h"))
    assert len(np.unique(blocks_in(as_of, cohorts, blocks_for(cohorts)))) == count
    label = np.resize([0.0, 1.0], hours)
    judged = evaluate_scores(label, as_of, {"candidate": np.full(hours, 0.5)}, cohorts, costs=None, seed=1)
    assert judged["blocks"] == blocks


@pytest.mark.parametrize(("embargo_from", "blocks"), [("48h", "hour"), ("71h", "hour"), ("72h", "day")])
def test_the_guards_of_a_refresh_take_days_from_an_embargo_of_two_days_on(
    embargo_from: str, blocks: str
) -> None:
    promotion = Promotion.model_validate({"embargo_from": embargo_from})
    assert blocks_for(refresh_cohorts(END, EXAMPLES, MODEL, promotion).evaluation) == blocks


def test_one_block_has_no_width() -> None:
    found = block_bootstrap(np.array([-0.1, 0.3]), np.array([0, 0]), seed=1)
    assert (found.mean, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))
