"""The examples of a range of cohorts whose label was known at the frontier, and how many had none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Examples, Model


def labelled_rows(rows: DataFrame, examples: Examples, cohorts: HourRange, frontier: datetime) -> DataFrame:
    """Rows of `gold.examples` with as-of in `cohorts` and a label that was known at or before `frontier`."""
    return rows.where(is_labelled(examples, cohorts, frontier))


def is_labelled(examples: Examples, cohorts: HourRange, frontier: datetime) -> Column:
    """The same as a condition; null instead of false where it is not known when a label was known."""
    return _within(examples, cohorts) & _label_known(examples, frontier)


def left_out(
    rows: DataFrame, examples: Examples, ranges: Mapping[str, HourRange], frontier: datetime
) -> dict[str, dict[str, int]]:
    """Per named range of cohorts: its `examples`, and those `without_label` at the frontier, which
    `labelled_rows` leaves out. One pass over the rows counts all ranges.
    """
    unknown = ~F.coalesce(_label_known(examples, frontier), F.lit(False))
    counts = [
        F.count(F.when(condition, F.lit(1))).alias(f"{place}_{what}")
        for place, cohorts in enumerate(ranges.values())
        for what, condition in (
            ("examples", _within(examples, cohorts)),
            ("without_label", _within(examples, cohorts) & unknown),
        )
    ]
    found = rows.agg(*counts).collect()[0].asDict()
    return {
        name: {what: int(found[f"{place}_{what}"]) for what in ("examples", "without_label")}
        for place, name in enumerate(ranges)
    }


def learned_columns(model: Model, examples: Examples) -> list[str]:
    """The columns that a model learns from: key, label and features, each once."""
    return list(dict.fromkeys([*examples.grain, examples.label, *model.features]))


def in_key_order(rows: DataFrame, key: Sequence[str]) -> DataFrame:
    """The rows as one partition in the order of their unique key, however they lie in storage."""
    return rows.coalesce(1).sortWithinPartitions(*key)


def _within(examples: Examples, cohorts: HourRange) -> Column:
    as_of = F.col(examples.as_of)
    until = as_of <= _moment(cohorts.end)
    return until if cohorts.start is None else until & (as_of > _moment(cohorts.start))


def _label_known(examples: Examples, frontier: datetime) -> Column:
    return F.col(examples.label).isNotNull() & (F.col(examples.label_known_at) <= _moment(frontier))


def _moment(moment: datetime) -> Column:
    return F.expr(f"TIMESTAMP '{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}+00:00'")
