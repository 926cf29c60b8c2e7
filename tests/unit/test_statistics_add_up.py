"""Statistics of parts, merged, are those of all rows: against plain Python for any rows, DuckDB for many."""

from __future__ import annotations

import math
import tempfile
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.features import distribution
from headgate.features.column_statistics import ColumnStatistics, merged
from headgate.features.distinct_values import STANDARD_ERROR
from headgate.features.statistics import table_statistics
from headgate.spec.contract import Contract
from tests.unit.staged_rows import TYPES, contract, stage_rows

VALUES = {
    "text": st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    "flag": st.booleans(),
    "small": st.integers(-(2**31), 2**31 - 1),
    "whole": st.integers(-(2**63), 2**63 - 1),
    "real": st.floats() | st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf]),
    "day": st.dates(date(1, 1, 2), date(9999, 12, 30)),
    "moment": st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2100-01-01")),
}
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()}))


def described(*parts: list[dict[str, Any]]) -> dict[str, ColumnStatistics]:
    """Each part staged on its own, the last as two files; then all merged."""
    with tempfile.TemporaryDirectory() as root:
        found: dict[str, list[ColumnStatistics]] = {}
        for number, rows in enumerate(parts):
            middle = len(rows) // 2
            files = [rows[:middle], rows[middle:]] if number == len(parts) - 1 else [rows]
            folder = stage_rows(Path(root, str(number)), *files)
            for record in table_statistics(folder, contract(), "silver.rows"):
                found.setdefault(record.column, []).append(record)
    return {name: merged(records) for name, records in found.items()}


@settings(max_examples=80, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=4))
def test_any_split_of_rows_gives_the_figures_of_all_rows(parts: list[list[dict[str, Any]]]) -> None:
    everything = [row for part in parts for row in part]
    found = described(*parts)
    assert list(found) == list(TYPES)
    for name, record in found.items():
        present = [row[name] for row in everything if row[name] is not None]
        finite = [v for v in present if not (isinstance(v, float) and not math.isfinite(v))]
        assert (record.rows, record.nulls) == (len(everything), len(everything) - len(present))
        assert record.not_finite == len(present) - len(finite)
        assert abs(record.distinct - len(set(finite))) <= 1
        if name in ("text", "flag"):
            texts = [str(v).lower() if name == "flag" else v for v in finite]
            counts = {value: texts.count(value) for value in set(texts)}
            assert record.values is not None
            if len(counts) <= 64:
                assert (record.values.counts, record.values.short) == (counts, 0)
            assert (record.minimum, record.maximum, record.distribution) == (None, None, None)
            continue
        if name == "moment":
            finite = [v.replace(tzinfo=UTC) for v in finite]
        assert (record.minimum, record.maximum) == (min(finite, default=None), max(finite, default=None))
        if name in ("small", "whole", "real") and finite and math.isfinite(sum(map(abs, map(float, finite)))):
            largest = max(abs(float(v)) for v in finite)
            assert record.mean == pytest.approx(math.fsum(finite) / len(finite), abs=1e-12 * largest)
        elif name in ("day", "moment"):
            assert record.mean is None
        if not finite:
            assert record.quantiles([0.5]) == []
        elif name != "whole" and len(finite) <= distribution.SIZE:  # a double is too small for some of those
            expected = [sorted(finite)[math.ceil(rank * len(finite)) - 1] for rank in (0.25, 0.5, 0.75)]
            assert record.quantiles((0.25, 0.5, 0.75)) == expected


SHAPES = {
    "normal": lambda draw, n: draw.normal(100, 15, n),
    "skewed": lambda draw, n: draw.lognormal(0, 2, n),
    "few values": lambda draw, n: draw.integers(0, 7, n).astype(float),
    "sorted": lambda draw, n: np.arange(n, dtype=float),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_many_rows_in_many_parts_are_described_within_the_stated_errors(tmp_path: Path, shape: str) -> None:
    draw = np.random.default_rng(7)
    reals = SHAPES[shape](draw, 60_000)
    texts = [f"v{value}" for value in draw.integers(0, 9_000, 60_000)]
    rows = Contract.model_validate(
        {"description": "Rows.", "key": ["text"], "columns": {"text": {}, "real": {"type": "double"}}}
    )
    cuts = [0, 10, 500, *range(3_000, 60_001, 3_000)]
    records: dict[str, list[ColumnStatistics]] = {}
    for start, end in pairwise(cuts):
        folder = tmp_path / f"{start}"
        folder.mkdir()
        part = pa.table({"text": texts[start:end], "real": reals[start:end]})
        pq.write_table(part, folder / "part.parquet")
        for record in table_statistics(folder, rows, "silver.rows"):
            records.setdefault(record.column, []).append(record)
    text, real = merged(records["text"]), merged(records["real"])
    known = duckdb.sql(f"SELECT * FROM read_parquet('{tmp_path}/*/*.parquet')")
    exact = known.aggregate(
        "count(*), min(real), max(real), avg(real), count(DISTINCT text), count(DISTINCT real)"
    ).fetchall()[0]
    assert (real.rows, real.minimum, real.maximum) == exact[:3]
    assert real.mean == pytest.approx(exact[3], rel=1e-12)
    assert text.distinct == pytest.approx(exact[4], rel=5 * STANDARD_ERROR)
    assert real.distinct == pytest.approx(exact[5], rel=5 * STANDARD_ERROR)
    margin = 3 * distribution.RANK_ERROR
    for rank in (0.05, 0.25, 0.5, 0.75, 0.95):
        place = real.quantiles([rank])[0]
        below, upto = known.aggregate(
            f"avg((real < {place!r})::INT), avg((real <= {place!r})::INT)"
        ).fetchall()[0]
        assert below - margin <= rank <= upto + margin
    edges = [float(edge) for edge in np.quantile(reals, (0.1, 0.3, 0.6, 0.9))]
    assert real.distribution is not None
    shares = distribution.shares(real.distribution, edges)
    ends = [-math.inf, *edges, math.inf]
    counted = [float(np.mean((reals > low) & (reals <= high))) for low, high in pairwise(ends)]
    assert shares == pytest.approx(counted, abs=3 * distribution.SHARE_ERROR)
    assert len(real.distribution) < 5_000
    assert text.distinct_sketch is not None and len(text.distinct_sketch) < 2_300


def test_more_rows_than_one_batch_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"text": "ab"[number % 2], "whole": number} for number in range(100)]
    folder = stage_rows(tmp_path / "rows", rows)
    monkeypatch.setattr("headgate.features.statistics.BATCH", 7)
    found = {record.column: record for record in table_statistics(folder, contract(), "silver.rows")}
    assert (found["whole"].rows, found["whole"].minimum, found["whole"].maximum) == (100, 0, 99)
    assert found["whole"].mean == 49.5
    assert found["whole"].quantiles((0.25, 0.5, 0.75)) == [24, 49, 74]
    assert found["text"].values is not None
    assert found["text"].values.counts == {"a": 50, "b": 50}
