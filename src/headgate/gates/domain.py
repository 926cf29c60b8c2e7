"""The rows that a rule looks at, as a predicate: what Great Expectations selects by filters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F


def domain_predicate(domain: Mapping[str, Any]) -> Column | None:
    """The rows of a metric's domain: those of `row_condition` that `ignore_row_if` does not pass over.

    None where that is every row. `domain` is the domain of a metric, defaults included. On a row where the
    predicate is null, the row is not in the domain.
    """
    parts: list[Column] = []
    condition = domain.get("row_condition")
    if condition:
        parts.append(F.expr(condition["pass_through_filter"]))
    names = (
        [domain["column_A"], domain["column_B"]] if "column_A" in domain else domain.get("column_list") or []
    )
    missing = [F.col(name).isNull() for name in names]
    ignored = domain.get("ignore_row_if")
    if ignored in ("both_values_are_missing", "all_values_are_missing"):
        parts.append(~reduce(and_, missing))
    elif ignored in ("either_value_is_missing", "any_value_is_missing"):
        parts.append(~reduce(or_, missing))
    return reduce(and_, parts) if parts else None
