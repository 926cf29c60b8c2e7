"""Great Expectations' Spark engine, made to count and not to collect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from great_expectations.execution_engine.sparkdf_execution_engine import SparkDFExecutionEngine
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from headgate.gates.domain import domain_predicate

COLLECTED = (".unexpected_values", ".unexpected_rows", ".unexpected_index_list")
ROW_COUNTS = ("table.row_count", ".filtered_row_count")
COUNT = ".unexpected_count"
COUNT_OF_A_COLUMN = f"{COUNT}.aggregate_fn"
ON_SEVERAL_COLUMNS = ("column_pair_values.", "multicolumn_sum.", "select_column_values.")
"""Conditions on several columns of one row; each would be counted by a job of its own."""


class CountingEngine(SparkDFExecutionEngine):
    """An engine over one frame that counts what rules ask for in few Spark jobs.

    - The result format BASIC collects the unexpected values of every rule by a job of its own, even where
      it is told to keep none. Here they are an empty list; samples are read afterwards, for broken rules.
    - Rows of all domains (a row_condition, pairs without missing values) are counted by one job together, and
      so are the broken ones among them: a domain is a predicate, not a filter before the count.
    - With `count_rows` false no row is counted and no job runs: for reading conditions, which ask for the
      number of rows but do not use it.
    """

    def __init__(self, rows: DataFrame, *, count_rows: bool = True) -> None:
        super().__init__(spark=rows.sparkSession, persist=False, batch_data_dict={"staged": rows})
        self._rows = rows
        self._count_rows = count_rows
        self._known: dict[str, int] = {}

    def resolve_metrics(
        self,
        metrics_to_resolve: Iterable[Any],
        metrics: dict[Any, Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> dict[Any, Any]:
        """Resolve metrics as Great Expectations does, save for values (none) and row counts (together)."""
        wanted, known = list(metrics_to_resolve), metrics or {}
        collected = [metric for metric in wanted if metric.metric_name.endswith(COLLECTED)]
        counted = [metric for metric in wanted if metric.metric_name.endswith(ROW_COUNTS)]
        of_a_column = [metric for metric in wanted if metric.metric_name.endswith(COUNT_OF_A_COLUMN)]
        of_several = [metric for metric in wanted if _on_several_columns(metric.metric_name)]
        own = {metric.id for metric in (*collected, *counted, *of_a_column, *of_several)}
        others = [metric for metric in wanted if metric.id not in own]
        resolved: dict[Any, Any] = {metric.id: [] for metric in collected}
        if counted:
            resolved |= zip((metric.id for metric in counted), self._numbers(counted), strict=True)
        for metric in of_a_column:
            batch = {"batch_id": metric.metric_domain_kwargs.get("batch_id")}
            resolved[metric.id] = (F.count_if(_broken(metric, known)), batch, {})
        if of_several:
            marks = [F.count_if(_broken(metric, known)).alias(metric.metric_name) for metric in of_several]
            found = self._rows.agg(*marks).collect()[0]
            resolved |= zip((metric.id for metric in of_several), found, strict=True)
        if others:
            resolved |= super().resolve_metrics(others, metrics, runtime_configuration)
        return resolved

    def _numbers(self, counted: list[Any]) -> list[int]:
        """The rows of each metric's domain; a domain is counted once, whichever metrics ask for it."""
        if not self._count_rows:
            return [0] * len(counted)
        names = [_domain_name(metric.metric_domain_kwargs) for metric in counted]
        wanted = {
            name: domain_predicate(metric.metric_domain_kwargs)
            for name, metric in zip(names, counted, strict=True)
            if name not in self._known
        }
        if wanted:
            counts = [F.count(F.lit(1)) if rows is None else F.count_if(rows) for rows in wanted.values()]
            numbered = [count.alias(str(number)) for number, count in enumerate(counts)]
            self._known |= zip(wanted, self._rows.agg(*numbered).collect()[0], strict=True)
        return [self._known[name] for name in names]


def _on_several_columns(name: str) -> bool:
    return name.endswith(COUNT) and name.startswith(ON_SEVERAL_COLUMNS)


def _broken(metric: Any, known: Mapping[Any, Any]) -> Column:
    """The rows of a metric's domain that break its condition."""
    condition: Column = known[metric.metric_dependencies["unexpected_condition"].id][0]
    domain = domain_predicate(metric.metric_domain_kwargs)
    return condition if domain is None else condition & domain


def _domain_name(domain: Mapping[str, Any]) -> str:
    """What tells one domain's rows from another's."""
    condition = domain.get("row_condition")
    ignored = domain.get("ignore_row_if")
    columns = [domain.get(name) for name in ("column_A", "column_B", "column_list")] if ignored else []
    return repr((condition and condition["pass_through_filter"], ignored, columns))
