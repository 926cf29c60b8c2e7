"""The full loads that count for a silver table: those that silver has published, or publishes now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from headgate.hops.known_files import KnownFile, KnownFiles
from headgate.hops.ledger import Entry, Ledger
from headgate.spec.hour_range import HourRange


@dataclass(frozen=True)
class Loads:
    """`starts`: when each load began, oldest first: the starts of the generations.

    `replaced`: revisions of load files, by path, that were delivered again later for the same time. Their
    rows never held: what counts of that load is what came last.
    """

    starts: list[datetime]
    replaced: frozenset[tuple[str, int]]


def published_loads(known: KnownFiles, ledger: Ledger, feed: str, number: int | None = None) -> Loads:
    """The loads of a feed whose hours silver has published; with `number`, up to the publish of that number.

    A load that bronze has archived and silver has not published yet is not among them: its gate may be shut.
    """
    loads = _with_hours(known, ledger, feed)
    return _loads(file for file, hours in loads if _is_published(file, hours, ledger, number))


def loads_with(known: KnownFiles, ledger: Ledger, feed: str, intent: Entry) -> Loads:
    """The loads of a feed that are published once the `intent` of silver is carried out."""
    return _loads(
        file
        for file, hours in _with_hours(known, ledger, feed)
        if _is_published(file, hours, ledger, None)
        or (file.number < intent.number and intent.hours.covers(hours))
    )


def brings_a_load(known: KnownFiles, ledger: Ledger, feed: str, hours: HourRange) -> bool:
    """Whether a full load of the feed was archived for these hours, be it without rows."""
    return any(hours.covers(own) for _, own in _with_hours(known, ledger, feed))


def _with_hours(known: KnownFiles, ledger: Ledger, feed: str) -> list[tuple[KnownFile, HourRange]]:
    """The files of a feed's loads, each with the hours of the publish of bronze that archived it."""
    loads = known.loads(feed)
    numbers = {file.number for file in loads}
    hours = {entry.number: entry.hours for entry in ledger.done("bronze") if entry.number in numbers}
    return [(file, hours[file.number]) for file in loads if file.number in hours]


def _is_published(file: KnownFile, hours: HourRange, ledger: Ledger, number: int | None) -> bool:
    return any(
        entry.number > file.number and entry.hours.covers(hours)
        for entry in ledger.done("silver")
        if number is None or entry.number <= number
    )


def _loads(files: Iterable[KnownFile]) -> Loads:
    counted = list(files)
    starts = sorted({file.load_started_at for file in counted if file.load_started_at is not None})
    replaced = frozenset(
        (file.path, file.revision)
        for file in counted
        if any(
            other.path == file.path
            and other.load_started_at == file.load_started_at
            and other.revision > file.revision
            for other in counted
        )
    )
    return Loads(starts, replaced)
