"""Which rows of a staged table its statistics are of: quarantined, deleted, relabelled, personal, none."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from headgate.features.column_statistics import ColumnStatistics, merged
from headgate.features.statistics import LateLabels, table_statistics
from headgate.spec.hour_range import HourRange
from tests.unit.staged_rows import SPARK_TYPES, contract, stage_rows


def described(folder: Path, *rows: dict[str, Any], personal: str = "") -> dict[str, ColumnStatistics]:
    staged = stage_rows(folder / "staged", list(rows))
    return {r.column: r for r in table_statistics(staged, contract(personal), "silver.rows_changes")}


def test_quarantined_rows_and_deletions_are_counted_apart(tmp_path: Path) -> None:
    found = described(
        tmp_path,
        {"text": "kept", "small": 1, "_op": "I", "_failed_rules": []},
        {"text": "kept", "small": 3, "_op": None, "_failed_rules": None},
        {"text": "wrong", "small": 90, "_op": "U", "_failed_rules": ["text.one_of"]},
        {"text": "gone", "small": 80, "_op": "D", "_failed_rules": []},
        {"text": "both", "small": 70, "_op": "D", "_failed_rules": ["text.one_of"]},
    )
    small = found["small"]
    assert (small.rows, small.nulls, small.quarantined, small.deletions) == (2, 0, 2, 1)
    assert (small.minimum, small.maximum, small.mean, small.distinct) == (1, 3, 2.0, 2)
    assert found["text"].values is not None
    assert found["text"].values.counts == {"kept": 2}


def test_a_table_without_rows_is_on_record(tmp_path: Path) -> None:
    found = described(tmp_path)
    assert {name: record.type for name, record in found.items()} == SPARK_TYPES
    for record in found.values():
        assert (record.rows, record.nulls, record.distinct, record.mean) == (0, 0, 0, None)
        assert (record.minimum, record.maximum, record.quantiles([0.5])) == (None, None, [])


def test_a_column_that_is_always_null(tmp_path: Path) -> None:
    for record in described(tmp_path, {}, {}, {}).values():
        assert (record.rows, record.nulls, record.distinct, record.mean) == (3, 3, 0, None)
        assert (record.minimum, record.maximum, record.quantiles([0.5])) == (None, None, [])


def test_values_that_are_not_finite_enter_no_figure(tmp_path: Path) -> None:
    rows = [{"real": value} for value in (1.0, math.nan, math.inf, -math.inf, None, 4.0)]
    real = described(tmp_path, *rows)["real"]
    assert (real.rows, real.nulls, real.not_finite, real.distinct) == (6, 1, 3, 2)
    assert (real.minimum, real.maximum, real.mean) == (1.0, 4.0, 2.5)


def test_personal_values_leave_nothing_but_counts(tmp_path: Path) -> None:
    rows = [{"text": "ann@example.org", "small": 41}, {"text": "bob@example.org", "small": 52}, {}]
    text = described(tmp_path, *rows, personal="text")["text"]
    assert (text.rows, text.nulls, text.distinct, text.personal) == (3, 1, 2, True)
    assert (text.distinct_sketch, text.distribution, text.values) == (None, None, None)
    assert (text.minimum, text.maximum, text.sum) == (None, None, None)


def test_what_was_personal_once_stays_so_when_merged(tmp_path: Path) -> None:
    hidden = described(tmp_path / "1", {"small": 41}, {"small": 52}, personal="small")["small"]
    shown = described(tmp_path / "2", {"small": 41}, {"small": 42}, {"small": 43})["small"]
    both = merged([shown, hidden])
    assert (both.rows, both.distinct, both.personal) == (5, 3, True)
    assert (both.distinct_sketch, both.distribution, both.minimum, both.sum) == (None, None, None, None)


def test_examples_that_only_got_their_label_count_for_the_label_alone(tmp_path: Path) -> None:
    hours = HourRange(datetime(2024, 1, 1, 5, tzinfo=UTC), datetime(2024, 1, 1, 6, tzinfo=UTC))
    rows = [
        {"moment": datetime.fromisoformat("2024-01-01 06:00"), "real": 0.5},
        {"moment": datetime.fromisoformat("2024-01-01 05:00"), "real": 0.7, "small": 1},
        {"moment": datetime.fromisoformat("2023-12-31 09:00"), "real": 0.9, "small": 0},
    ]
    staged = stage_rows(tmp_path / "staged", rows)
    late = LateLabels("moment", hours, ("small",))
    found = {r.column: r for r in table_statistics(staged, contract(), "gold.examples", late)}
    assert (found["real"].rows, found["real"].minimum, found["real"].maximum) == (1, 0.5, 0.5)
    assert (found["small"].rows, found["small"].nulls, found["small"].mean) == (3, 1, 0.5)


def test_whole_numbers_beyond_a_double_keep_their_ends(tmp_path: Path) -> None:
    whole = described(tmp_path, {"whole": 2**60 + 1}, {"whole": -(2**60) - 1})["whole"]
    assert (whole.minimum, whole.maximum) == (-1152921504606846977, 1152921504606846977)
