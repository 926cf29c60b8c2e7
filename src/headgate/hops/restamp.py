"""Treat history that was delivered late as known when it was committed: stamp bronze anew, on record."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import SparkSession

from headgate.hops.finish import finish_open_intents
from headgate.hops.ledger import RESTAMP, Entry, Ledger, TableRows
from headgate.hops.ledger_append import append_entry
from headgate.hops.publish_tables import versions_now
from headgate.hops.restamp_bronze import stamped_late
from headgate.hops.run_range import not_at_rest
from headgate.spec.errors import HeadgateError
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

UNTOUCHED = "Nothing was read, and all tables are as they were."


class NotToRestamp(HeadgateError):
    """Bronze may not be stamped anew now, or nobody says why."""


def restamp(
    spark: SparkSession,
    settings: Settings,
    pipeline: str,
    since: datetime,
    last: datetime,
    *,
    by: str,
    why: str,
    run: str,
) -> Ledger:
    """Stamp the rows of bronze that were committed at or after `since` as known by the end of that hour.

    `last` is the last hour done. The ledger gets the line `restamped`, after which hours wait until silver
    and gold are derived again from `since` on, in one go. `run` names the work: a repeat under the same name
    changes nothing, and neither does another where every row is stamped so already. A kill in the midst is
    finished by whoever comes next. Raises NotToRestamp.
    """
    loaded = load_pipeline(settings, pipeline)
    ledger = finish_open_intents(spark, settings, loaded, Ledger(settings, pipeline, loaded.spec.hops[-1]))
    if any(entry.state == "restamped" and entry.attempt == run for entry in ledger.entries()):
        return ledger
    start = loaded.spec.schedule.start
    _require_possible(ledger, pipeline, start, since, last, by, why)
    late = stamped_late(spark, settings, loaded, ledger.versions(), since)
    frontier = ledger.frontier()
    if not late or frontier is None:
        return ledger
    tables = [f"bronze.{feed}" for feed in late]
    intent = Entry(
        entry=ledger.next_entry(),
        number=ledger.next_number(),
        hop=RESTAMP,
        state="intent",
        hour=since,
        range_start=None if since <= start else since,
        range_end=frontier,
        frontier=frontier,
        attempt=run,
        digest="",
        verdict=f"from {since:%Y-%m-%dT%H} on",
        rows={f"bronze.{feed}": TableRows(rows, 0, rows) for feed, rows in late.items()},
        versions_before=versions_now(settings, pipeline, tables),
        code=loaded.code,
        spec=loaded.digest,
        decided_by=by.strip(),
        why=why.strip(),
    )
    ledger = append_entry(settings, pipeline, ledger, intent)
    return finish_open_intents(spark, settings, loaded, ledger)


def _require_possible(
    ledger: Ledger, pipeline: str, start: datetime, since: datetime, last: datetime, by: str, why: str
) -> None:
    done, open_work = ledger.last_hour_done(), not_at_rest(pipeline, ledger, start)
    way = f'./headgate replay {pipeline} --restamp {since:%Y-%m-%dT%H} --why "..."'
    if not by.strip() or not why.strip():
        problem = "stamping anew says who does it, and why"
    elif since.minute or since.second or since.microsecond:
        problem, way = f"{since:%H:%M:%S} is within an hour", f"{way}: the hour, by its start"
    elif done is None or since > done:
        problem = "no hour is done yet" if done is None else f"the last hour done is {done:%Y-%m-%dT%H}"
        way = f"./headgate run {pipeline} --from {since:%Y-%m-%dT%H} --to {since:%Y-%m-%dT%H}"
    elif last != done:
        problem = f"it reaches up to the last hour done, which is {done:%Y-%m-%dT%H}"
    elif open_work is not None:
        problem, way = open_work
    else:
        return
    raise NotToRestamp(
        f"Bronze of {pipeline} is not stamped anew from {since:%Y-%m-%dT%H} on: {problem}.",
        where=f"{pipeline}_replay",
        left=UNTOUCHED,
        next_command=way,
    )
