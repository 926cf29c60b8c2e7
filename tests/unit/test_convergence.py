"""Silver converges: drawn histories in drawn orders of runs, against a replay in plain Python."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from pyspark.sql import SparkSession

from tests.proofs.change_histories import Landing, landings, orders_of_runs
from tests.proofs.convergence import prove_late_files, prove_orders

HISTORIES = 20
FEW = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # an example takes half a minute: no shrinking
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FEW
@given(landing=landings(HISTORIES), runs=orders_of_runs())
def test_every_order_of_runs_gives_what_the_replay_gives(
    spark: SparkSession, tmp_path: Path, landing: Landing, runs: tuple[int, ...]
) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as root:
        prove_orders(spark, Path(root), landing, runs)


@FEW
@given(landing=landings(HISTORIES))
def test_late_files_correct_the_live_rows_and_are_known_later(
    spark: SparkSession, tmp_path: Path, landing: Landing
) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as root:
        prove_late_files(spark, Path(root), landing)
