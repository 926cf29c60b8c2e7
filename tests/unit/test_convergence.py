"""Silver converges: drawn histories in drawn orders of runs, against a replay in plain Python."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from pyspark.sql import SparkSession

from tests.proofs.change_histories import Landing, landings, orders_of_runs
from tests.proofs.convergence import HISTORIES, in_order, with_late_files

FEW = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # an example takes half a minute: no shrinking
    suppress_health_check=[HealthCheck.too_slow],
)


@FEW
@given(landing=landings(HISTORIES), runs=orders_of_runs())
def test_every_order_of_runs_gives_what_the_replay_gives(
    spark: SparkSession, landing: Landing, runs: tuple[int, ...]
) -> None:
    assert in_order(spark, landing, runs) == []


@FEW
@given(landing=landings(HISTORIES))
def test_late_files_correct_the_live_rows_and_are_known_later(spark: SparkSession, landing: Landing) -> None:
    assert with_late_files(spark, landing) == []
