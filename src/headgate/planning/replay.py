"""The hours that are to be derived again, so that the published rows agree with the present spec."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from headgate.hops.published_specs import PublishedSpecs
from headgate.planning.table_plan import TablePlan
from headgate.spec.hours import NO_HOURS, Hours
from headgate.spec.reach import reach
from headgate.spec.spec_document import SpecDocument


@dataclass(frozen=True)
class Replay:
    """What is to be derived again.

    `hours`: besides later gold hours that see them, which every replay takes along. `layer`: the layer to
    read. `by_next_run`: the next run derives everything by itself, since its last hop has published no hour
    yet.
    """

    hours: Hours = NO_HOURS
    layer: Literal["bronze", "silver"] = "bronze"
    by_next_run: bool = False


NO_REPLAY = Replay()


def replay_of(tables: Iterable[TablePlan], published: PublishedSpecs, now: SpecDocument) -> Replay:
    """The hours to replay, and from which layer.

    A replayed hour derives silver, and gold as far later as it is seen there. So gold hours that a replay of
    silver reaches anyway are left out; where silver stays as it is, gold is derived alone.
    """
    listed = list(tables)
    silver, gold = (_rewritten(listed, layer) for layer in ("silver", "gold"))
    if not published.hours.get(now.spec.hops[-1]):
        return Replay(silver | gold, by_next_run=bool(silver | gold))
    if not silver:
        return Replay(gold, "silver") if gold else NO_REPLAY
    return Replay(silver | (gold - silver.seen_until(reach(now.spec))))


def _rewritten(tables: Iterable[TablePlan], layer: str) -> Hours:
    ranges = (one for plan in tables if plan.table.startswith(f"{layer}.") for one in plan.hours.ranges)
    return Hours.of(ranges)
