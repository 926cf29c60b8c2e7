"""The live row of each key: the winner among its unmarked changes."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from headgate.ingest.ordering import BEFORE_ALL_LOADS, generation, instant_text
from headgate.lake.revisions import latest_revisions

ABSENT = "_absent"


def winners(
    changes: DataFrame, keys: DataFrame, key: list[str], columns: list[str], load_starts: list[datetime]
) -> DataFrame:
    """The rows that the live table must hold for `keys`.

    `changes`: a change log (`columns`, carried columns, `_failed_rules`). `keys`: distinct keys, not null.
    Returns one row per key: `columns`, `_sequence`, `_known_at`, `_deleted`, and `_absent`, true where no
    unmarked change of the key is left. Of the revisions of a change only the highest counts, and none where
    that is marked. The winner has the highest (load generation, `_sequence`); a winning D, and a key that the
    latest load no longer holds, stay as tombstones: key and order, every other column null.
    """
    latest = latest_generation(load_starts)
    order = F.struct(F.col("_generation"), F.col("_sequence"), F.col("_revision"))
    unmarked = (
        latest_revisions(changes.where(F.size("_failed_rules") == 0), of=changes)
        .withColumn("_generation", generation(load_starts))
        .join(keys, on=key, how="left_semi")
    )
    best = unmarked.groupBy(*key).agg(
        F.max_by(F.struct(*columns, "_op", "_known_at", "_generation", "_sequence"), order).alias("w")
    )
    joined = keys.join(best, on=key, how="left")
    left_out = F.col("w._generation") < latest
    ended = (F.col("w._op") == "D") | left_out

    def value(name: str) -> Column:
        if name in key:
            return F.col(name)
        return F.when(~ended, F.col(f"w.{name}")).alias(name)

    at_load = F.concat_ws("|", latest, F.lit("0"))
    return joined.select(
        *(value(name) for name in columns),
        F.when(left_out, at_load)
        .otherwise(F.concat_ws("|", F.col("w._generation"), F.col("w._sequence")))
        .alias("_sequence"),
        F.col("w._known_at").alias("_known_at"),
        F.coalesce(ended, F.lit(False)).alias("_deleted"),
        F.col("w").isNull().alias(ABSENT),
    )


def latest_generation(load_starts: list[datetime]) -> Column:
    """The generation of changes after the latest load, as sortable text."""
    return instant_text(F.lit(max(load_starts))) if load_starts else F.lit(BEFORE_ALL_LOADS)
