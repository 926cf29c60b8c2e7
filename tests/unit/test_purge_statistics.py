"""What is left of a publish's rows is found however many files it took."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyspark.sql import SparkSession

from headgate.forgetting import purge_statistics as module
from headgate.hops.known_files import REQUEST
from headgate.lake.paths import table_path
from headgate.spec.settings import Settings

FILES = 4000
"""More than a condition of as many parts could hold."""
ROWS = [
    ("orders/3999.csv", 0, 0, None),
    ("orders/3999.csv", 1, 1, None),
    ("orders/of-another-publish.csv", 2, 0, None),
    ("orders/of-another-publish.csv", 3, 0, "replay 7"),
    ("orders/0.csv", 4, 0, "dismiss 8"),
]


def test_rows_of_thousands_of_files_and_of_requests_are_found(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, folder = Settings(home=tmp_path), tmp_path / "rows"
    path = table_path(settings.lake, "shop", "bronze.orders")
    rows = spark.createDataFrame(ROWS, "_file string, _row bigint, _revision int, _request string")
    rows.write.format("delta").save(path)
    known = [
        SimpleNamespace(feed="orders", number=3, kind="changes", path=f"orders/{number}.csv", revision=0)
        for number in range(FILES)
    ]
    known.append(SimpleNamespace(feed="orders", number=3, kind=REQUEST, path="request 7", revision=0))
    monkeypatch.setattr(module, "KnownFiles", lambda *_: SimpleNamespace(all=known))
    ledger = cast(Any, SimpleNamespace(versions=lambda: {"bronze.orders": 0}))
    module._write_rows(spark, settings, "shop", ledger, "orders", 3, folder)
    assert sorted(row["_row"] for row in spark.read.parquet(str(folder)).collect()) == [0, 3]
