"""Great Expectations' Spark engine, made to count and not to collect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from great_expectations.execution_engine.sparkdf_execution_engine import SparkDFExecutionEngine
from pyspark.sql import DataFrame

COLLECTED = (".unexpected_values", ".unexpected_rows", ".unexpected_index_list")


class CountingEngine(SparkDFExecutionEngine):
    """An engine over one frame. Counts of all rules on the same rows come from one aggregation.

    The result format BASIC collects the unexpected values of every rule by a Spark job of its own, and to the
    driver, even where it is told to keep none of them. This engine answers those with an empty list; samples
    are read afterwards, bounded, for broken rules only.
    """

    def __init__(self, rows: DataFrame) -> None:
        super().__init__(spark=rows.sparkSession, persist=False, batch_data_dict={"staged": rows})

    def resolve_metrics(
        self,
        metrics_to_resolve: Iterable[Any],
        metrics: dict[Any, Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> dict[Any, Any]:
        """Resolve metrics as Great Expectations does, except that nothing is collected."""
        wanted = list(metrics_to_resolve)
        collected = [metric for metric in wanted if metric.metric_name.endswith(COLLECTED)]
        counted = [metric for metric in wanted if not metric.metric_name.endswith(COLLECTED)]
        resolved: dict[Any, Any] = {}
        if counted:
            resolved = dict(super().resolve_metrics(counted, metrics, runtime_configuration))
        return {**resolved, **{metric.id: [] for metric in collected}}
