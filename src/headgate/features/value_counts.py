"""How often each value of a text comes: exact while there are few, the frequent ones where there are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

KEPT = 64
"""Values that are kept. The first one that is left out comes in at most 1 of 65 rows (1.5 %)."""

LONGEST = 80
"""Characters of a value that is kept: what is longer is no category."""


@dataclass(frozen=True)
class ValueCounts:
    """`counts`: value -> rows. A value's true count is up to `short` rows higher; 0 means all are exact."""

    counts: dict[str, int] = field(default_factory=dict)
    short: int = 0

    def kept(self) -> ValueCounts:
        """At most KEPT values, the most frequent first; where there are more, none that came only once.

        After J. Misra and D. Gries, Finding repeated elements, 1982: what is left out is bounded by the
        count of the most frequent value among it, so that counts of several parts add up with their bounds.
        """
        ranked = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        listed = [item for item in ranked if len(item[0]) <= LONGEST]
        if len(listed) > KEPT:
            listed = [item for item in listed[:KEPT] if item[1] > 1]
        stays = dict(listed)
        left_out = max((count for value, count in ranked if value not in stays), default=0)
        return ValueCounts(stays, self.short + left_out)


def added(parts: Iterable[ValueCounts]) -> ValueCounts:
    """The counts of all parts together, the most frequent value first."""
    total: Counter[str] = Counter()
    short = 0
    for part in parts:
        total.update(part.counts)
        short += part.short
    return ValueCounts(dict(sorted(total.items(), key=lambda item: (-item[1], item[0]))), short)
