"""Slices: every row in exactly one of a column, the figures of its rows, intervals from enough rows on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss, roc_auc_score

from headgate.learning.slices import MINIMUM_ROWS, NoSuchSlice, slices
from headgate.spec.pipeline import Slice

LABEL = np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
OWN = np.array([0.8, 0.2, 0.4, 0.6, 0.9, 0.3])
EVEN = np.full(6, 0.5)
ROWS = pd.DataFrame(
    {
        "carrier": ["AA", "AA", "UA", "UA", None, "UA"],
        "local_hour": [6.0, 6.0, 12.0, np.nan, 12.0, 6.0],
        "precip": [0.0, 0.1, 0.5, np.nan, 1.0, 2.0],
        "night": [True, False, True, False, True, True],
    }
)


def of(column: str, cut: Slice | None = None) -> list[dict[str, object]]:
    found = slices(
        ROWS,
        LABEL,
        {"candidate": OWN, "base rate": EVEN},
        {column: cut or Slice()},
        against="base rate",
        blocks=np.array([0, 0, 0, 1, 1, 1]),
        seed=1,
    )
    assert found["against"] == "base rate"
    parts: list[dict[str, object]] = found["columns"][column]
    return parts


@pytest.mark.parametrize(
    ("column", "cut", "expected"),
    [
        ("carrier", Slice(), [("AA", 2, 1), ("UA", 3, 1), (None, 1, 1)]),
        ("local_hour", Slice(), [("6", 3, 1), ("12", 2, 2), (None, 1, 0)]),
        ("night", Slice(), [("false", 2, 0), ("true", 4, 3)]),
        ("precip", Slice(edges=[0.1]), [("below 0.1", 1, 1), ("0.1 and more", 4, 2), (None, 1, 0)]),
        (
            "precip",
            Slice(edges=[0.1, 1]),
            [("below 0.1", 1, 1), ("0.1 to below 1", 2, 1), ("1 and more", 2, 1), (None, 1, 0)],
        ),
        ("local_hour", Slice(edges=[24]), [("below 24", 5, 3), (None, 1, 0)]),
    ],
)
def test_values_and_ranges_with_their_rows_and_positives(
    column: str, cut: Slice, expected: list[tuple[str | None, int, int]]
) -> None:
    assert [(part["value"], part["rows"], part["positives"]) for part in of(column, cut)] == expected


def test_the_figures_of_a_slice_are_those_of_its_rows() -> None:
    first, second, missing = of("carrier")
    assert first["scores"] == {
        "candidate": {"log_loss": pytest.approx(-np.log(0.8)), "mean_probability": 0.5, "auc": 1.0},
        "base rate": {"log_loss": pytest.approx(np.log(2)), "mean_probability": 0.5, "auc": 0.5},
    }
    candidate = second["scores"]["candidate"]  # type: ignore[index]
    assert candidate["auc"] == roc_auc_score([1, 0, 0], [0.4, 0.6, 0.3]) == 0.5
    assert candidate["log_loss"] == pytest.approx(log_loss([1, 0, 0], [0.4, 0.6, 0.3]))
    assert "auc" not in missing["scores"]["candidate"]  # type: ignore[index]


def many(rows: int, blocks: np.ndarray, against: str | None = "champion") -> object:
    label = np.tile([1.0, 0.0], rows // 2)
    scores = {"candidate": np.where(label == 1, 0.8, 0.2), "champion": np.full(rows, 0.5)}
    frame = pd.DataFrame({"carrier": ["AA"] * rows})
    found = slices(frame, label, scores, {"carrier": Slice()}, against=against, blocks=blocks, seed=1)
    assert found["minimum_rows"] == 100
    return found["columns"]["carrier"][0]["difference"]


def test_a_difference_has_its_interval_from_enough_rows_on() -> None:
    halves = np.arange(MINIMUM_ROWS) % 2
    gain = pytest.approx(np.log(0.5) - np.log(0.8))
    assert many(MINIMUM_ROWS, halves) == {"mean": gain, "low": gain, "high": gain, "blocks": 2}
    assert many(MINIMUM_ROWS - 2, halves[:-2]) is None
    assert many(MINIMUM_ROWS, np.zeros(MINIMUM_ROWS)) is None
    assert many(MINIMUM_ROWS, halves, against=None) is None


def test_only_the_most_frequent_values_are_slices_of_their_own() -> None:
    values = [f"v{number:02d}" for number in range(43) for _ in range(100 - number)]
    label = np.zeros(len(values))
    found = slices(
        pd.DataFrame({"dest": values}),
        label,
        {"candidate": label + 0.5},
        {"dest": Slice()},
        against=None,
        blocks=label,
        seed=1,
    )["columns"]["dest"]
    assert [part["value"] for part in found] == [*(f"v{n:02d}" for n in range(40)), "3 other values"]
    assert found[-1]["rows"] == 60 + 59 + 58


def test_no_rows_have_no_slices() -> None:
    empty = np.array([])
    found = slices(
        pd.DataFrame({"carrier": [], "precip": []}),
        empty,
        {"candidate": empty},
        {"carrier": Slice(), "precip": Slice(edges=[1])},
        against=None,
        blocks=empty,
        seed=1,
    )
    assert found["columns"] == {"carrier": [], "precip": []}


def test_a_column_that_the_examples_lack() -> None:
    with pytest.raises(NoSuchSlice) as caught:
        slices(ROWS, LABEL, {"candidate": OWN}, {"dest": Slice()}, against=None, blocks=EVEN, seed=1)
    assert str(caught.value) == (
        "the judged examples lack the columns dest, by which the spec splits them\n"
        "  where: gold.examples; pipeline.yaml, model.slices\n"
        "  left behind: the candidate in the model log, not evaluated\n"
        "  next: publish an hour with the present spec, or correct model.slices"
    )


@given(
    values=st.lists(st.one_of(st.none(), st.floats(-5, 5)), min_size=1, max_size=50),
    edges=st.lists(st.floats(-5, 5), min_size=1, max_size=5, unique=True).map(sorted),
)
def test_every_row_is_in_one_range(values: list[float | None], edges: list[float]) -> None:
    rows = pd.DataFrame({"precip": pd.Series(values, dtype="float64")})
    label = np.arange(len(values)) % 2.0
    found = slices(
        rows,
        label,
        {"candidate": label * 0.5},
        {"precip": Slice(edges=edges)},
        against=None,
        blocks=label,
        seed=1,
    )["columns"]["precip"]
    assert sum(part["rows"] for part in found) == len(values)
    assert sum(part["positives"] for part in found) == label.sum()
    assert sum(part["rows"] for part in found if part["value"] is None) == values.count(None)
