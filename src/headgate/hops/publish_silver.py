"""Publish one silver table: the range in its change log, then the live rows of the keys in it."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from headgate.hops.known_loads import Loads
from headgate.hops.winners import ABSENT, latest_generation, winners
from headgate.ingest.ordering import LOAD_OPERATION, generation
from headgate.lake.append import append
from headgate.lake.history import current_version
from headgate.lake.merge import merge
from headgate.lake.read import read_at
from headgate.lake.replace import range_predicate, replace_range
from headgate.lake.revisions import change, without_revisions
from headgate.lake.transaction import Transaction
from headgate.spec.contract import Contract
from headgate.spec.hour_range import HourRange


def publish_silver_table(
    staged: DataFrame,
    *,
    log: str,
    live: str,
    log_before: int,
    hours: HourRange,
    first_time: bool,
    loads: Loads,
    new_load: bool,
    contract: Contract,
    transaction: Transaction,
) -> None:
    """Replace the range in the change log at `log`, then bring the live rows at `live` up to date.

    `staged`: the range's rows of the change log. `log_before`: the log's version before this publish.
    `first_time`: no row of the range was ever published, so that new changes alone can win. `new_load`: one
    of the `loads` counts from this publish on, so that any key can end, also where it has no rows.
    """
    key, columns, load_starts = contract.key, list(contract.columns), loads.starts
    if first_time and not new_load and _only_newer(staged, load_starts):
        append(staged, log, transaction)
        keys = staged.where(F.size("_failed_rules") == 0).select(*key).dropna().distinct()
        newest = winners(staged, keys, key, columns, load_starts).drop(ABSENT)
        merge(newest, live, key, newer_by="_sequence")
        return
    spark = staged.sparkSession
    replaced = read_at(spark, log, log_before).where(range_predicate("_known_at", hours))
    touched = staged.select(*key, "_op").unionByName(replaced.select(*key, "_op"))
    replace_range(staged, log, "_known_at", hours, transaction)
    changes = read_at(spark, log, current_version(log) or 0)
    again = staged.where("_revision > 0").select(change().alias("_again")).distinct()
    earlier = changes.join(again, on=change() == F.col("_again"), how="left_semi")
    touched = touched.unionByName(earlier.select(*key, "_op"))
    if new_load or (load_starts and touched.where(F.col("_op") == LOAD_OPERATION).limit(1).count()):
        touched = changes.select(*key, "_op").unionByName(touched)
    keys = touched.select(*key).dropna().distinct()
    standing = without_revisions(changes, loads.replaced)
    merge(winners(standing, keys, key, columns, load_starts), live, key, absent=ABSENT)


def _only_newer(staged: DataFrame, load_starts: list[datetime]) -> bool:
    """Whether each staged change stands for itself: a key's winner is the newer of it and the live row.

    Not so for full loads (they end other keys), changes from before the latest load (they lose to it) and
    mended files (their revision counts for a sequence that is known already).
    """
    before_load = generation(load_starts) < latest_generation(load_starts)
    other = (F.col("_op") == LOAD_OPERATION) | before_load | (F.col("_revision") > 0)
    return staged.where(other).limit(1).count() == 0
