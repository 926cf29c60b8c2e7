"""Drift: distances against other implementations, calm days calm, planted drift found and put on record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from headgate.features.column_statistics import ColumnStatistics
from headgate.features.distances import jensen_shannon_distance, population_stability_index
from headgate.features.histogram import Bins, bins_of, counts_in
from headgate.features.measure_column import measure_column
from headgate.monitoring.drift_check import ColumnDrift, asking, drift_of
from headgate.monitoring.drift_log import append_day, drift_days
from headgate.spec.pipeline import Drift
from headgate.spec.settings import Settings

POLICY = Drift()
ROWS = 400
COUNTS = st.lists(st.integers(1, 500), min_size=4, max_size=4)


def described(values: list[object], kind: pa.DataType) -> ColumnStatistics:
    """The statistics of a column."""
    return measure_column(
        pa.array(values, kind), table="t", column="c", quarantined=0, deletions=0, personal=False
    )


def day(number: int, **changes: float) -> dict[str, ColumnStatistics]:
    """A day of three columns: noise, a level that differs from day to day, and a carrier; a tenth is missing.

    `changes` plant drift: `shift` of the noise, `missing` share of it, `new` share of an unknown carrier.
    """
    draw = np.random.default_rng([11, number])
    noise = draw.normal(changes.get("shift", 0.0), 1.0, ROWS)
    gone = draw.random(ROWS) < changes.get("missing", 0.1)
    level = draw.normal(draw.normal(0, 2), 0.3, ROWS)
    new = draw.random(ROWS) < changes.get("new", 0.0)
    carrier = np.where(new, "Z", draw.choice(["A", "B", "C"], ROWS, p=[0.5, 0.3, 0.2]))
    return {
        "noise": described([None if g else float(v) for v, g in zip(noise, gone, strict=True)], pa.float64()),
        "level": described([float(v) for v in level], pa.float64()),
        "carrier": described([str(v) for v in carrier], pa.string()),
    }


TRAINING = [day(number) for number in range(28)]


def drifted(found: list[ColumnDrift]) -> list[str]:
    """The columns that drifted."""
    return [one.column for one in found if one.drifted]


def asked(days: Sequence[Iterable[str]]) -> list[str]:
    """What days that follow each other ask for, on the last of them."""
    first = date(2013, 2, 1)
    dated = {first + timedelta(days=place): frozenset(columns) for place, columns in enumerate(days)}
    return asking(dated, max(dated), POLICY)


@given(COUNTS, COUNTS)
def test_distances_are_those_of_scipy_and_the_same_both_ways(one: list[int], other: list[int]) -> None:
    p, q = np.array(one, dtype=float), np.array(other, dtype=float)
    psi = entropy(p, q) + entropy(q, p)
    assert population_stability_index(p, q) == pytest.approx(psi, rel=1e-9, abs=1e-12)
    assert population_stability_index(q, p) == pytest.approx(psi, rel=1e-9, abs=1e-12)
    assert jensen_shannon_distance(p, q) == pytest.approx(jensenshannon(p, q, base=2), abs=1e-7)


def test_distances_by_hand() -> None:
    half, quarter = np.array([50, 50]), np.array([25, 75])
    assert population_stability_index(half, half * 7) == 0.0
    # (0.5 - 0.25) ln 2 + (0.5 - 0.75) ln (2 / 3)
    assert population_stability_index(half, quarter) == pytest.approx(0.2746530721670274)
    assert population_stability_index(np.array([100, 0]), half) == pytest.approx(
        0.5 * np.log(2) + 0.4999 * np.log(0.5 / 1e-4)
    )
    assert jensen_shannon_distance(np.array([9, 0]), np.array([0, 3])) == 1.0
    with pytest.raises(ValueError, match="without rows"):
        population_stability_index(half, np.array([0, 0]))


def test_bins_are_deciles_words_and_what_is_missing() -> None:
    numbers = described([*(float(n) for n in range(100)), None, float("nan")], pa.float64())
    bins = bins_of(numbers)
    assert bins == Bins(edges=(9.0, 19.0, 29.0, 39.0, 49.0, 59.0, 69.0, 79.0, 89.0))
    assert counts_in(bins, numbers).tolist() == [10.0] * 10 + [2.0]
    assert counts_in(bins, described([-5.0, 9.0, 9.5, 1000.0, None], pa.float64())).tolist() == [
        2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1,
    ]  # fmt: skip
    words = described(["a", "b", "a", None], pa.string())
    assert counts_in(bins_of(words), words).tolist() == [2, 1, 0, 1]
    assert counts_in(bins_of(words), described(["c", "a"], pa.string())).tolist() == [1, 0, 1, 0]


def test_a_value_that_many_rows_have_is_a_bin_of_its_own() -> None:
    mostly_dry = described([0.0] * 80 + [float(n) for n in range(1, 21)], pa.float64())
    bins = bins_of(mostly_dry)
    assert counts_in(bins, mostly_dry)[:2].tolist() == [0.0, 80.0]
    assert counts_in(bins, described([-1.0, 0.0], pa.float64()))[:2].tolist() == [1.0, 1.0]


@given(st.lists(st.one_of(st.none(), st.floats(-5, 5)), max_size=60))
def test_no_row_is_lost_between_bins(values: list[float | None]) -> None:
    counts = counts_in(bins_of(TRAINING[0]["noise"]), described(list(values), pa.float64()))
    assert counts.sum() == pytest.approx(len(values))


def test_calm_days_are_calm() -> None:
    found = [drifted(drift_of(TRAINING, day(number), POLICY)) for number in range(28, 56)]
    assert sum(len(columns) for columns in found) <= 2
    assert not any(asked(found[: n + 1]) for n in range(28))


@pytest.mark.parametrize(
    ("planted", "column"),
    [({"shift": 1.0}, "noise"), ({"missing": 0.5}, "noise"), ({"new": 0.2}, "carrier")],
)
def test_planted_drift_is_found_in_its_column_alone(planted: dict[str, float], column: str) -> None:
    days = [drifted(drift_of(TRAINING, day(number, **planted), POLICY)) for number in range(60, 67)]
    assert [column in found for found in days] == [True] * 7
    assert asked(days) == [column]


def test_drift_is_still_found_when_the_model_has_begun_to_learn_from_it() -> None:
    learned = [*TRAINING[6:], *(day(number, shift=1.0) for number in range(60, 66))]
    assert "noise" in drifted(drift_of(learned, day(66, shift=1.0), POLICY))


def test_a_column_that_differs_from_day_to_day_has_a_wider_limit() -> None:
    found = {one.column: one for one in drift_of(TRAINING, day(28), POLICY)}
    assert found["noise"].limit == 0.25
    assert found["level"].usual > 1
    assert found["level"].limit == pytest.approx(3 * found["level"].usual)
    assert found["level"].rows == ROWS


def test_columns_may_have_days_of_their_own() -> None:
    scores = [{"(score)": day(number)["noise"]} for number in range(100, 107)]
    now = {**day(28), "(score)": day(107, shift=1.0)["noise"]}
    found = drift_of([*TRAINING, *scores], now, POLICY)
    assert [one.column for one in found] == ["noise", "level", "carrier", "(score)"]
    assert drifted(found) == ["(score)"]
    few = drift_of([*TRAINING, *scores[:6]], now, POLICY)
    assert [one.column for one in few] == ["noise", "level", "carrier"]


def test_with_few_days_without_rows_or_the_column_nothing_is_said() -> None:
    assert drift_of(TRAINING[:6], day(28), POLICY) == []
    assert drift_of([], day(28), POLICY) == []
    empty = {"noise": described([], pa.float64())}
    assert drift_of(TRAINING, empty, POLICY) == []


@pytest.mark.parametrize(
    ("days", "asks"),
    [
        ("yyyy", []),
        ("yyyyy", ["x"]),
        ("yynnyyy", ["x"]),
        ("yynnnyyy", []),
        ("yyyyynn", ["x"]),
        ("yyyyynnn", []),
    ],
)
def test_a_challenger_is_asked_for_after_five_of_seven_days(days: str, asks: list[str]) -> None:
    assert asked(["x" if one == "y" else "" for one in days]) == asks


@pytest.mark.parametrize(
    ("days", "asks"),
    [
        ((1, 2, 3, 4, 5), ["x"]),
        ((1, 2, 3, 4, 7), ["x"]),
        ((1, 2, 3, 4, 8), []),
        ((1, 8, 15, 22, 29), []),
    ],
)
def test_days_that_were_not_checked_count_as_days(days: tuple[int, ...], asks: list[str]) -> None:
    checked = {date(2013, 1, one): frozenset("x") for one in days}
    assert asking(checked, max(checked), POLICY) == asks


def test_days_are_on_record_once_with_what_they_ask_for(tmp_path: Path) -> None:
    settings, first = Settings(home=tmp_path), date(2013, 2, 1)
    far = ColumnDrift("delay", 900, 1.5, 0.4, 0.1, 0.3)
    near = ColumnDrift("speed", 900, 0.1, 0.1, 0.1, 0.3)
    for number in range(6):
        append_day(settings, "rides", first + timedelta(days=number), 7, 3, [far, near], POLICY)
    again = append_day(settings, "rides", first + timedelta(days=5), 8, 4, [near], POLICY)
    assert again.asks == ()
    days = drift_days(settings, "rides")
    assert [one.day.day for one in days] == [1, 2, 3, 4, 5, 6]
    assert [one.asks for one in days] == [()] * 4 + [("delay",)] * 2
    assert (days[5].model, days[5].version, days[5].columns) == (7, 3, (far, near))
    append_day(settings, "rides", first + timedelta(days=6), 9, None, [], POLICY)
    last = drift_days(settings, "rides")[-1]
    assert (last.model, last.version, last.columns, last.asks) == (9, None, (), ())
