"""Join onto each example the latest row of a feature table that was known at its as-of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from headgate.spec.errors import HeadgateError

ORDER_OF_CHANGES = ("_sequence", "_revision")


class AsOfJoinError(HeadgateError):
    """The columns of an as-of join do not fit together."""


def as_of_join(
    examples: DataFrame,
    source: DataFrame,
    *,
    on: Sequence[str],
    as_of: str,
    known_at: str,
    max_age: timedelta,
    columns: Sequence[str],
    event_time: str | None = None,
) -> DataFrame:
    """Return every row of `examples`, once, with `columns` of the latest row of `source` known by then.

    `event_time` is the moment that a row of `source` speaks of; without it, that is when it became known. A
    row counts for an example when all `on` columns are equal and not null, `known_at <= as_of` and
    `event_time <= as_of <= event_time + max_age`, all ends included. The latest is the one with the latest
    `event_time`, of these the one that became known last, so a row that comes late does not take the place
    of newer ones, and a correction takes that of its own moment. Among rows known at the same moment the
    last one in the order of changes (`_sequence`, then `_revision`, where the source has them) is the latest,
    and after that the one with the greatest `columns`, compared from left to right with nulls first. Its
    values are taken together, nulls included; where no row counts, all `columns` are null. Deletions
    (`_op` = D, where the source has it) end a row, not what was learned from it: they do not count.
    Raises AsOfJoinError for columns that are missing or would stand twice.
    """
    asked_of, held = examples.columns, source.columns  # Spark analyses the plan anew for each of them
    _check(asked_of, held, [*on, as_of], [*on, known_at, *([event_time] if event_time else [])], columns)
    if "_op" in held:
        source = source.where(F.coalesce(F.col("_op") != "D", F.lit(True)))
    order = [F.col(name) for name in ORDER_OF_CHANGES if name in held]
    event = F.col(event_time or known_at)
    values = F.struct(event.alias("event"), *(F.col(name) for name in columns))
    latest_last = F.struct(event, F.col(known_at), *order, values.alias("value"))
    keys = [f"key_{position}" for position in range(len(on))]
    keyed = [F.col(name).alias(key) for name, key in zip(on, keys, strict=True)]
    known = source.where(_all_not_null([*on, known_at]) & event.isNotNull()).select(
        *keyed,
        F.greatest(event, F.col(known_at)).alias("at"),
        F.lit(0).alias("side"),
        latest_last.alias("source"),
    )
    asked = examples.select(
        *keyed,
        F.col(as_of).alias("at"),
        F.lit(1).alias("side"),
        F.struct(*map(_quoted, asked_of)).alias("row"),
    )
    moments = Window.partitionBy(*keys).orderBy("at", "side")
    before = moments.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    both = known.unionByName(asked, allowMissingColumns=True)
    latest = both.withColumn("latest", F.max("source").over(before).getField("value")).where(
        F.col("side") == 1
    )
    age = f"INTERVAL {int(max_age.total_seconds())} SECOND"
    young = F.col("at") <= F.col("latest.event") + F.expr(age)
    return latest.select(
        *(F.col("row").getField(name).alias(name) for name in asked_of),
        *(F.when(young, F.col("latest").getField(name)).alias(name) for name in columns),
    )


def _quoted(name: str) -> Column:
    return F.col(f"`{name}`")


def _all_not_null(names: Sequence[str]) -> Column:
    present = F.lit(True)
    for name in names:
        present = present & F.col(name).isNotNull()
    return present


def _check(
    examples: Sequence[str],
    source: Sequence[str],
    needed_of_examples: Sequence[str],
    needed_of_source: Sequence[str],
    columns: Sequence[str],
) -> None:
    for name in needed_of_examples:
        if name not in examples:
            raise _misfit(f"The examples have no column {name!r}; they have {', '.join(examples)}.")
    for name in [*needed_of_source, *columns]:
        if name not in source:
            raise _misfit(f"The feature table has no column {name!r}; it has {', '.join(source)}.")
    for name in columns:
        if name in examples:
            raise _misfit(f"The examples have a column {name!r} already.")


def _misfit(what: str) -> AsOfJoinError:
    return AsOfJoinError(
        what=what,
        where="examples.features in pipeline.yaml",
        left="Nothing was written.",
        next_command="Mend on and columns of that feature source, then ./headgate check.",
    )
