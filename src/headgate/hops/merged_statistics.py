"""Statistics of a table over a span of hours, from the records of its publishes alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from headgate.features.column_statistics import ColumnStatistics, merged
from headgate.hops.ledger import Ledger
from headgate.hops.standing_publishes import standing, twice
from headgate.hops.statistics_log import Publish, publishes, records_of
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR
from headgate.spec.load import LoadedPipeline
from headgate.spec.problem import nearest, one_of
from headgate.spec.settings import Settings


class NoStatistics(HeadgateError):
    """There are no statistics of what was asked for."""


@dataclass(frozen=True)
class MergedStatistics:
    """A table's columns over the hours from `first` to `last` (starts, both included).

    `publishes` are the numbers of the publishes that were merged, `twice` those of them that published some
    hours of an earlier one again: rows of these hours are described twice.
    """

    table: str
    first: datetime | None
    last: datetime
    publishes: list[int]
    twice: list[int]
    columns: list[ColumnStatistics]


def merged_statistics(
    settings: Settings, loaded: LoadedPipeline, table: str, first: datetime | None, last: datetime | None
) -> MergedStatistics:
    """The statistics of `<layer>.<table>` from all publishes whose last hour lies within `first` to `last`.

    Publishes whose hours were all published again later do not count. Columns that the contract calls
    personal now show no values, whatever it said before. Raises NoStatistics.
    """
    pipeline = loaded.spec.pipeline
    everything = publishes(settings, pipeline, Ledger(settings, pipeline, loaded.spec.hops[-1]))
    known = sorted({name for publish in everything for name in publish.tables})
    if not known:
        raise NoStatistics(
            what=f"Nothing of {pipeline} is published yet, so there are no statistics.",
            next_command="./headgate status",
        )
    if table not in known:
        close = nearest(table, known)
        raise NoStatistics(
            what=f"There are no statistics of {table!r} in {pipeline}: expected {one_of(known)}.",
            next_command=f"./headgate statistics {pipeline} {close or known[0]}",
        )
    chosen = [
        publish
        for publish in standing(everything)
        if table in publish.tables
        and (first is None or _last_hour(publish) >= first)
        and (last is None or _last_hour(publish) <= last)
    ]
    if not chosen:
        hours = sorted({_last_hour(publish) for publish in everything if table in publish.tables})
        raise NoStatistics(
            what=f"Nothing of {table} was published for these hours.",
            where=f"its hours lie between {hours[0]:%Y-%m-%dT%H} and {hours[-1]:%Y-%m-%dT%H}",
            next_command=f"./headgate statistics {pipeline} {table}",
        )
    numbers = [publish.number for publish in chosen]
    starts = [publish.hours.start for publish in chosen]
    return MergedStatistics(
        table=table,
        first=None if None in starts else min(start for start in starts if start is not None),
        last=max(_last_hour(publish) for publish in chosen),
        publishes=numbers,
        twice=[publish.number for publish in twice(chosen)],
        columns=_columns(loaded, table, records_of(settings, pipeline, table, numbers)),
    )


def _last_hour(publish: Publish) -> datetime:
    return publish.hours.end - HOUR


def _columns(loaded: LoadedPipeline, table: str, records: list[ColumnStatistics]) -> list[ColumnStatistics]:
    """One record per column and type: the contract's in its order, then those that it no longer has."""
    contract = loaded.contracts.get(table) or loaded.contracts.get(table.removesuffix("_changes"))
    columns = contract.columns if contract else {}
    places = {name: place for place, name in enumerate(columns)}
    parts: dict[tuple[str, str], list[ColumnStatistics]] = {}
    for record in sorted(records, key=lambda record: places.get(record.column, len(places))):
        hidden = record.personal or (record.column in columns and columns[record.column].personal)
        parts.setdefault((record.column, record.type), []).append(
            dataclasses.replace(record, personal=hidden)
        )
    return [merged(found) for found in parts.values()]
