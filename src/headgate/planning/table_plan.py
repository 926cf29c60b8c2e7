"""For each table: what changes, in which published hours, and what follows from the tables that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from headgate.hops.published_specs import PublishedSpecs
from headgate.planning.change import Change
from headgate.planning.table_changes import sources, table_changes
from headgate.spec.hour_range import HourRange
from headgate.spec.hours import NO_HOURS, Hours
from headgate.spec.spec_document import SpecDocument

State = Literal["unchanged", "new", "removed", "refused", "rewritten", "changed", "unknown"]
"""`changed`: something differs, but no published row comes out otherwise. `unknown`: the spec that it was
published with was not kept."""


@dataclass(frozen=True)
class TablePlan:
    """What will become of one table.

    `changes` are paired with the published hours that they concern, none where they rewrite nothing.
    `hours` are all that would come out otherwise; `derived_from` the tables that make it so.
    """

    table: str
    state: State
    changes: tuple[tuple[Change, Hours], ...] = ()
    derived_from: tuple[str, ...] = ()
    hours: Hours = NO_HOURS

    @property
    def rewrites(self) -> bool:
        """Whether published rows come out otherwise."""
        return bool(self.hours)


def table_plans(published: PublishedSpecs, now: SpecDocument) -> list[TablePlan]:
    """The plans of all tables in the order of the flow; those that are removed follow.

    Where hours were published with several specs, each is compared with the present one. What rewrites
    nothing is told against the latest spec only.
    """
    plans: dict[str, TablePlan] = {}
    for table in now.contracts:
        plans[table] = _plan(table, published, now, plans)
    latest = published.newest
    removed = [table for table in latest.contracts if table not in now.contracts] if latest else []
    return [*plans.values(), *(TablePlan(table, "removed") for table in removed)]


def unknown_hours(published: PublishedSpecs) -> Hours:
    """The hours that were published with a spec that was not kept."""
    known = published.documents
    every = [hours for specs in published.hours.values() for d, hours in specs.items() if d not in known]
    return Hours.of(one for hours in every for one in hours.ranges)


def _plan(
    table: str, published: PublishedSpecs, now: SpecDocument, earlier: dict[str, TablePlan]
) -> TablePlan:
    specs = published.hours.get(table.partition(".")[0], {})
    kept = {digest: published.documents[digest] for digest in specs if digest in published.documents}
    latest = published.newest or next(reversed(kept.values()), None)
    if latest is None:
        return TablePlan(table, "unknown" if specs else "new")
    concerned: dict[Change, Hours] = {}
    for digest, document in kept.items():
        for change in _differences(table, document, now):
            if change.effect in ("rewrites", "refused"):
                concerned[change] = concerned.get(change, NO_HOURS) | specs[digest]
    rest = [c for c in _differences(table, latest, now) if c not in concerned and c.effect != "rewrites"]
    changes = (*concerned.items(), *((change, NO_HOURS) for change in rest))
    rewriting = [hours for change, hours in concerned.items() if change.effect == "rewrites"]
    derived = _derived(table, published, now, earlier)
    hours = Hours.of(one for part in (*rewriting, *derived.values()) for one in part.ranges)
    state: State = "unchanged"
    if table not in latest.contracts:
        state = "new"
    elif any(change.effect == "refused" for change, _ in changes):
        state = "refused"
    elif hours:
        state = "rewritten"
    elif changes:
        state = "changed"
    return TablePlan(table, state, changes, tuple(derived), hours)


def _differences(table: str, before: SpecDocument, now: SpecDocument) -> Iterator[Change]:
    if table in before.contracts:
        yield from table_changes(table, before, now)
        return
    layer, _, name = table.partition(".")
    feed = now.spec.silver[name].feed if layer == "silver" else name
    if layer == "gold" or (layer == "silver" and f"bronze.{feed}" in before.contracts):
        yield Change("table", "", None, "not filled yet", "rewrites")
    else:
        yield Change("table", "", None, f"feed {feed} is new", "from_now_on", "the next run takes its files")


def _derived(
    table: str, published: PublishedSpecs, now: SpecDocument, earlier: dict[str, TablePlan]
) -> dict[str, Hours]:
    """The published hours that come out otherwise since a source does, by source."""
    own = published.hours.get("gold", {})
    if published.frontier is None or not own:
        return {}
    through = Hours((HourRange(None, published.frontier),))
    found: dict[str, Hours] = {}
    for source, age in sources(now, table):
        hours = earlier[source].hours.seen_until(age) & through
        for digest, published_with in own.items():
            # Silver may be replayed already, and gold not: then the hour's own spec still says otherwise.
            document = published.documents.get(digest)
            if document is not None and source in document.contracts:
                differences = table_changes(source, document, now)
                if any(change.effect == "rewrites" for change in differences):
                    hours = hours | published_with
        if hours:
            found[source] = found.get(source, NO_HOURS) | hours
    return found
