"""The arithmetic of `headgate bench learn`: windows, changed days, gaps, and what an update took."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from headgate.learning.algorithms.learning_task import LearningTask
from headgate.spec.load import load_pipeline
from headgate.spec.settings import REPOSITORY, Settings
from tests.learning.late_rows import FEATURES, rows

LEARN = runpy.run_path(str(REPOSITORY / "bench" / "learn.py"))
METHODS, FIGURES = LEARN["METHODS"], LEARN["FIGURES"]


def flights(*times: tuple[str, str, str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(times, columns=["flight_id", "as_of", "label_known_at", "late"])
    return frame.assign(
        as_of=pd.to_datetime(frame["as_of"], format="ISO8601"),
        label_known_at=pd.to_datetime(frame["label_known_at"], format="ISO8601"),
    )


def test_the_window_ends_at_the_embargo_and_holds_known_labels_only() -> None:
    loaded = load_pipeline(Settings(), "flights")
    examples = flights(
        ("too old", "2013-01-07 12:00", "2013-01-07 20:00", 0),
        ("oldest", "2013-01-07 13:00", "2013-01-07 20:00", 0),
        ("newest", "2013-02-04 12:00", "2013-02-04 20:00", 1),
        ("diverted for days", "2013-02-04 11:00", "2013-02-06 12:01", 1),
        ("embargoed", "2013-02-04 13:00", "2013-02-04 20:00", 1),
    )
    window = LEARN["known_window"](examples, loaded, pd.Timestamp("2013-02-06 12:00"))
    assert list(window["flight_id"]) == ["oldest", "newest"]


def test_days_change_by_what_comes_and_by_what_goes() -> None:
    before = flights(("a", "1970-01-02 23:00", "1970-01-03", 0), ("b", "1970-01-03", "1970-01-03", 0))
    now = flights(("b", "1970-01-03", "1970-01-03", 0), ("c", "1970-01-12", "1970-01-12", 1))
    assert LEARN["changed_days"](before, now) == [1, 11]
    assert LEARN["changed_days"](now, now) == []


def scored(score: list[float], seconds: float, work: float, days: int = 15) -> pd.DataFrame:
    """Four flights a day, two of them late; one update a day."""
    count = 4 * days
    return pd.DataFrame(
        {
            "flight_id": [f"{number:03d}" for number in range(count)],
            "as_of": pd.Timestamp("2013-02-04") + pd.to_timedelta(np.arange(count) * 6, unit="h"),
            "late": [0, 1] * (count // 2),
            "score": score * (count // len(score)),
            "day": np.repeat(np.arange(days), 4),
            "seconds": seconds * np.where(np.repeat(np.arange(days), 4) < 8, 1.0, 2.0),
            "work": work,
        }
    )


def test_figures_by_hand() -> None:
    right = scored([0.2, 0.8], 10.0, 1000.0)  # always right
    half = scored([0.2, 0.8, 0.8, 0.2], 2.0, 160.0)  # right for half of the pairs
    full, ring = FIGURES["figures_of"]({"full": [right], "ring": [half]}, [right])
    assert [full["method"], ring["method"]] == ["full", "ring"]
    assert (full["auc"], ring["auc"], ring["rows"]) == (1.0, 0.5, 60)
    half_wrong = -(np.log(0.8) + np.log(0.2)) / 2
    assert [block["auc"] for block in ring["blocks"]] == [0.5, 0.5, 0.5]
    assert [block["log_loss"] for block in ring["blocks"]] == pytest.approx([half_wrong] * 3)
    assert full["log_loss"] == pytest.approx(-np.log(0.8))
    assert (full["intervals"]["auc"]["low"], full["intervals"]["auc"]["high"]) == (1.0, 1.0)
    assert ring["intervals"]["log_loss"]["mean"] == pytest.approx(half_wrong)
    assert ring["auc_gap"]["mean"] == pytest.approx(0.5)
    assert ring["log_loss_gap"]["mean"] == pytest.approx((np.log(0.8) - np.log(0.2)) / 2)
    assert ring["log_loss_gap"]["blocks"] == 15
    assert "auc_gap" not in full
    assert (ring["seconds"], ring["work"], ring["flat"]) == (2.0, 160.0, 2.0)
    (_, line) = FIGURES["lines"]([full, ring])
    assert line[:4] == ("ring", "1", "0.5000", f"{ring['log_loss']:.4f}")
    assert line[-4:] == ("2.0", "0.16", "2.00", "")


def test_seeds_are_averaged_and_their_spread_told() -> None:
    seeds = [scored([0.2, 0.8], 1.0, 1.0), scored([0.2, 0.8, 0.8, 0.2], 1.0, 1.0)]
    (ring,) = FIGURES["figures_of"]({"ring": seeds}, None)
    assert (ring["seeds"], ring["auc"], ring["auc_spread"]) == (2, 0.75, 0.5)
    assert "auc_gap" not in ring


def test_another_cadence_is_held_against_the_daily_fit_on_the_rows_of_both() -> None:
    hourly, daily = scored([0.2, 0.8, 0.8, 0.2], 2.0, 160.0), scored([0.2, 0.8], 10.0, 1000.0, days=10)
    (ring,) = FIGURES["figures_of"]({"ring": [hourly]}, [daily])
    assert ring["auc_gap"]["mean"] == pytest.approx(0.5)
    assert ring["auc_gap"]["blocks"] == 10


def test_days_until_a_method_has_recovered() -> None:
    """Right until the labels turn on day 5, wrong for four days, then right."""
    rows = scored([0.2, 0.8], 1.0, 1.0)
    wrong = (rows["day"] >= 5) & (rows["day"] < 9)
    rows["score"] = rows["score"].where(~wrong, 1 - rows["score"])
    figures = [
        FIGURES["figures_of"]({"ring": [found]}, None, 5)[0]
        for found in (rows, rows.assign(score=rows["score"].where(rows["day"] < 5, 0.5)))
    ]
    assert [found["recovered"] for found in figures] == [7, None]  # days 9, 10 and 11 are right
    assert [line[-1] for line in FIGURES["lines"](figures)] == ["7 days", "never"]


def test_the_figures_are_of_all_that_was_ever_scored(tmp_path: Path) -> None:
    for cell, days in (("ring-24h-7", 2), ("ring-24h-8", 1), ("ring-1h-7", 2), ("full-24h-7-flipped", 2)):
        (tmp_path / cell).mkdir()
        for day in range(days):
            flights(("a", "2013-02-05", "2013-02-06", 0)).to_parquet(tmp_path / cell / f"{day:03d}.parquet")
    kept = LEARN["kept_cells"]
    assert {name: len(seeds) for name, seeds in kept(tmp_path, 24, 2, flipped=False).items()} == {"ring": 1}
    assert {name: len(seeds) for name, seeds in kept(tmp_path, 24, 1, flipped=False).items()} == {"ring": 2}
    assert list(kept(tmp_path, 24, 2, flipped=True)) == ["full"]
    assert kept(tmp_path / "not there", 24, 2, flipped=False) == {}


def test_labels_turn_around_in_the_middle() -> None:
    examples = flights(("a", "2013-02-05 23:00", "2013-02-06", 0), ("b", "2013-02-06", "2013-02-06", 0))
    assert list(LEARN["flipped_after"](examples, 4)["late"]) == [0, 1]


def test_a_cell_goes_on_where_it_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of three days are there: the third is scored by a model begun anew, which is no update."""
    updates: list[list[int]] = []

    class Method:
        def update(self, window: pd.DataFrame, days: list[int]) -> Any:
            updates.append(days)
            return SimpleNamespace(seconds=1.0, work=len(window))

        def scores(self, ahead: pd.DataFrame) -> np.ndarray:
            return np.full(len(ahead), 0.5)

    monkeypatch.setitem(METHODS, "method_named", lambda *_: Method())
    times = pd.date_range("2013-01-05", "2013-02-10", freq="h")
    examples = flights(*((f"{at}", f"{at}", f"{at}", number % 2) for number, at in enumerate(times)))
    loaded, cell = load_pipeline(Settings(), "flights"), LEARN["Cell"]("ring", 24, 1)
    LEARN["run_cell"](None, loaded, examples, tmp_path, cell, 2)
    day = (pd.Timestamp("2013-02-02") - pd.Timestamp("1970-01-01")).days
    assert updates == [[], [day - 28, day]]  # one day left the window, one came: the same slot of 28
    first = LEARN["scored_days"](tmp_path, 2)
    assert LEARN["scored_days"](tmp_path, 3) is None
    assert list(first.groupby("day").size()) == [24, 24]
    assert first.loc[first["day"] == 0, "seconds"].isna().all()
    assert (first.loc[first["day"] == 1, "seconds"] == 1.0).all()
    LEARN["run_cell"](None, loaded, examples, tmp_path, cell, 3)
    assert len(updates) == 3 and updates[-1] == []
    last = LEARN["scored_days"](tmp_path, 3)
    assert last.loc[last["day"] == 2, "seconds"].isna().all()


def test_warm_start_adds_a_tenth_and_keeps_the_newest() -> None:
    frame = pd.DataFrame(rows(), columns=["id", "carrier", "delay", "hour", "late"])
    task = LearningTask(FEATURES, "late", ["id"], {"trees": 20, "depth": 3}, 5, "unused")
    method = METHODS["method_named"]("warm_start", None, task)
    assert method.update(frame, []).work == 20 * 1500
    assert method.update(frame, []).work == 2 * 1500
    newest = [tree.predict_proba(np.zeros((1, 3)))[0, 1] for tree in method.forest.estimators_[2:]]
    zero = pd.DataFrame({"carrier": ["A"], "delay": [0.0], "hour": [0]})
    assert method.scores(zero)[0] == pytest.approx(np.mean(newest))
